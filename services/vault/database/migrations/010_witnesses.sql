-- Cosignatures of witnesses over a checkpoint's note (https://c2sp.org/tlog-cosignature), a line each.
alter table ledger_checkpoints add column cosignatures text not null default '';

-- How much of the log each witness has seen.
create table ledger_witnesses (
  name text primary key,
  tree_size bigint not null
);
