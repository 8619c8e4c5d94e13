-- Everything else hangs on a person, who is known by an e-mail address.

-- The default of every id: the name that uuid-ossp made customary, without the extension. No SET clause, so that the
-- planner can inline it; hence the body names pg_catalog.
CREATE FUNCTION uuid_generate_v4() RETURNS uuid
LANGUAGE sql
VOLATILE
PARALLEL SAFE
AS $$ SELECT pg_catalog.gen_random_uuid() $$;

-- The e-mail's key is a constraint that carries the index's name: one index serves uniqueness and the foreign keys.
CREATE TABLE users (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  email text NOT NULL,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  last_login timestamptz,
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT users_email_idx UNIQUE (email)
);
