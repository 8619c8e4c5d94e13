-- The keys that signed contexts are checked with. Only the guard reads them.

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
COMMENT ON TABLE context_keys IS 'HMAC keys of signed contexts, one set per schema; two may be live at once, so that services change over one by one.';
COMMENT ON COLUMN context_keys.id IS 'Name by which a signed context says which key it was signed with.';
COMMENT ON COLUMN context_keys.inner_pad IS 'The key, filled up with zeros to 64 bytes, XOR 0x36.';
COMMENT ON COLUMN context_keys.outer_pad IS 'The key, filled up with zeros to 64 bytes, XOR 0x5c.';
COMMENT ON COLUMN context_keys.created_at IS 'When the key was made.';
COMMENT ON COLUMN context_keys.retired_at IS 'When the key ceased to be good; NULL while it is.';
COMMENT ON CONSTRAINT context_keys_pkey ON context_keys IS 'A key has one name.';
COMMENT ON CONSTRAINT context_keys_id_check ON context_keys IS 'A name fits between the dots of a context.';
COMMENT ON CONSTRAINT context_keys_inner_pad_check ON context_keys IS 'One block of sha256.';
COMMENT ON CONSTRAINT context_keys_outer_pad_check ON context_keys IS 'One block of sha256.';
COMMENT ON INDEX context_keys_pkey IS 'Which key was this signed with?';

CREATE OR REPLACE TRIGGER context_keys_freeze
  BEFORE UPDATE OF id, inner_pad, outer_pad, created_at ON context_keys
  FOR EACH ROW
  WHEN (
    OLD.id IS DISTINCT FROM NEW.id
    OR OLD.inner_pad IS DISTINCT FROM NEW.inner_pad
    OR OLD.outer_pad IS DISTINCT FROM NEW.outer_pad
    OR OLD.created_at IS DISTINCT FROM NEW.created_at
  )
  EXECUTE FUNCTION _row_freeze('id', 'inner_pad', 'outer_pad', 'created_at');
COMMENT ON TRIGGER context_keys_freeze ON context_keys IS 'A key is retired, never exchanged under its name.';
