-- Settings documents have versions, so that a save over an old copy is refused, and told what changed since and by whom.
-- Its row is the lock of a document: whoever saves it holds the row from comparing versions until the save has committed.
create table settings_documents (
  document text primary key,
  revision bigint not null default 0,
  changed_by text,
  changed_at timestamptz
);

-- What each revision said.
create table settings_revisions (
  document text not null references settings_documents (document),
  revision bigint not null,
  content json not null,
  changed_by text,
  changed_at timestamptz,
  primary key (document, revision)
);
