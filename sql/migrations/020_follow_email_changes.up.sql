-- An address that owns models or has access can change, and one address is one person however it is written.

ALTER TABLE threat_models
  DROP CONSTRAINT threat_models_owner_email_fkey,
  ADD CONSTRAINT threat_models_owner_email_fkey
    FOREIGN KEY (owner_email) REFERENCES users (email) ON UPDATE CASCADE ON DELETE RESTRICT NOT VALID;

ALTER TABLE threat_models
  VALIDATE CONSTRAINT threat_models_owner_email_fkey;

ALTER TABLE threat_model_access
  DROP CONSTRAINT threat_model_access_user_email_fkey,
  ADD CONSTRAINT threat_model_access_user_email_fkey
    FOREIGN KEY (user_email) REFERENCES users (email) ON UPDATE CASCADE ON DELETE CASCADE NOT VALID;

ALTER TABLE threat_model_access
  VALIDATE CONSTRAINT threat_model_access_user_email_fkey;

-- Two people can't be merged by a migration: it names them and stops.
DO $$
DECLARE
  v_addresses text;
BEGIN
  SELECT string_agg(c.address, ', ' ORDER BY c.address)
  INTO v_addresses
  FROM (
    SELECT lower(btrim(u.email)) AS address
    FROM users u
    GROUP BY lower(btrim(u.email))
    HAVING count(*) > 1
  ) c;
  IF v_addresses IS NOT NULL THEN
    RAISE EXCEPTION 'several users have the same e-mail address but for capitals and spaces: %', v_addresses
      USING ERRCODE = 'unique_violation',
        HINT = 'Keep one user an address, or change the others'' addresses, then migrate again.',
        TABLE = 'users', COLUMN = 'email', CONSTRAINT = 'users_email_idx';
  END IF;
END
$$;

UPDATE users
SET email = lower(btrim(email))
WHERE email <> lower(btrim(email));

ALTER TABLE users
  ADD CONSTRAINT users_email_check
  CHECK (email = lower(btrim(email)) AND length(email) BETWEEN 3 AND 320) NOT VALID;

ALTER TABLE users
  VALIDATE CONSTRAINT users_email_check;
