-- Who acts is a signed line; these are the keys it is checked with, kept as the two pads of HMAC, so that a check is two
-- hashes and nothing more.

CREATE TABLE context_keys (
  id text NOT NULL,
  inner_pad bytea NOT NULL,
  outer_pad bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  retired_at timestamptz,
  CONSTRAINT context_keys_pkey PRIMARY KEY (id),
  CONSTRAINT context_keys_id_check CHECK (id ~ '^[a-zA-Z0-9_-]{1,32}$'),
  CONSTRAINT context_keys_inner_pad_check CHECK (octet_length(inner_pad) = 64),
  CONSTRAINT context_keys_outer_pad_check CHECK (octet_length(outer_pad) = 64)
);
