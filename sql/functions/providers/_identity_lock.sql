-- Logins and links of one provider's account take turns, so that two at once can't make two users of it.
CREATE OR REPLACE FUNCTION _identity_lock(
  p_provider text,
  p_provider_user_id text
) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path FROM CURRENT
AS $$
BEGIN
  -- Before any row, and one at a time: nobody who holds it waits for another of its kind.
  PERFORM pg_advisory_xact_lock(hashtextextended(format('identity %I %L %L', current_schema(), p_provider, p_provider_user_id), 0));
END
$$;
COMMENT ON FUNCTION _identity_lock IS
'Waits until no other transaction logs in with, or links, this account of a provider, and keeps others waiting until this one ends.

p_provider: the provider.
p_provider_user_id: the provider''s own id of the person.
Returns nothing.
Raises nothing.';
REVOKE ALL ON FUNCTION _identity_lock FROM PUBLIC;
ALTER FUNCTION _identity_lock OWNER TO tmi_identity;
