-- Whose database this is: two tenants in one would see each other. A backup does not hold it.
create table database_owner (
  client_id uuid not null,
  is_only boolean primary key default true check (is_only)
);
