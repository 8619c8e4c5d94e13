-- People, as their providers introduced them.

CREATE TABLE users (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  email text NOT NULL,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  last_login timestamptz,
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT users_email_idx UNIQUE (email),
  CONSTRAINT users_email_check CHECK (email = lower(btrim(email)) AND length(email) BETWEEN 3 AND 320),
  CONSTRAINT users_name_length_check CHECK (length(name) <= 256)
);
COMMENT ON TABLE users IS 'People who sign in; everything else refers to them by id or by e-mail address.';
COMMENT ON COLUMN users.id IS 'Identifier of the person.';
COMMENT ON COLUMN users.email IS 'Address, trimmed and in lower case; may change, and references follow.';
COMMENT ON COLUMN users.name IS 'Name to show.';
COMMENT ON COLUMN users.created_at IS 'When the person first signed in.';
COMMENT ON COLUMN users.modified_at IS 'When the row last changed.';
COMMENT ON COLUMN users.last_login IS 'When the person last signed in; NULL before the first time.';
COMMENT ON CONSTRAINT users_pkey ON users IS 'A person has one id.';
COMMENT ON CONSTRAINT users_email_idx ON users IS 'An address belongs to one person; models and grants refer to it.';
COMMENT ON CONSTRAINT users_email_check ON users IS 'Addresses are stored in one spelling, so that one person is not two.';
COMMENT ON CONSTRAINT users_name_length_check ON users IS 'A name fits a line.';
COMMENT ON INDEX users_pkey IS 'Who has this id?';
COMMENT ON INDEX users_email_idx IS 'Who has this address?';

CREATE INDEX users_last_login_idx
  ON users (last_login);
COMMENT ON INDEX users_last_login_idx IS 'Who has not signed in for a year?';

CREATE OR REPLACE TRIGGER users_freeze
  BEFORE UPDATE OF id, created_at ON users
  FOR EACH ROW
  WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.created_at IS DISTINCT FROM NEW.created_at)
  EXECUTE FUNCTION _row_freeze('id', 'created_at');
COMMENT ON TRIGGER users_freeze ON users IS 'A person stays the same person.';

CREATE OR REPLACE TRIGGER users_touch
  BEFORE UPDATE ON users
  FOR EACH ROW
  WHEN (OLD.* OPERATOR(pg_catalog.*<>) NEW.*)
  EXECUTE FUNCTION _row_touch();
COMMENT ON TRIGGER users_touch ON users IS 'modified_at moves with every change.';
