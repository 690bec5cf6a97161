-- Vault's signing keys and their lives: published before they sign, published on after they have signed. Only where a key is stands here,
-- and its public half. Not in `public`, so that the Data API does not offer it.
create table private.signing_keys (
  kid text primary key,
  -- `config`: the key of Vault's environment. `file:<path>`, `kms:<key id>`: where every replica finds it.
  source text not null check (source = 'config' or source like 'file:_%' or source like 'kms:_%'),
  public_jwk json not null,
  state text not null check (state in ('published', 'active', 'retired')),
  published_at timestamptz not null default now(),
  activated_at timestamptz,
  retired_at timestamptz,
  -- A retired key stays in the JWKS until everything that it signed has been checkable for its retention time.
  published_until timestamptz
);
create unique index signing_keys_active on private.signing_keys (state) where state = 'active';
revoke all on private.signing_keys from public, anon, authenticated;
