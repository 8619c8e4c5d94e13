-- Only the functions of the login service see tokens, and these only their hashes.

ALTER TABLE refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE refresh_tokens FORCE ROW LEVEL SECURITY;

REVOKE ALL ON refresh_tokens FROM PUBLIC, tmi_api, tmi_guard, tmi_identity, tmi_app, tmi_auth, tmi_report, tmi_maintenance;
GRANT SELECT, INSERT (user_id, token_hash, expires_at, family_id, family_expires_at), UPDATE (rotated_at, replaced_by, revoked_at), DELETE ON refresh_tokens TO tmi_identity;

DROP POLICY IF EXISTS refresh_tokens_all_identity ON refresh_tokens;
CREATE POLICY refresh_tokens_all_identity ON refresh_tokens
  FOR ALL TO tmi_identity
  USING (true)
  WITH CHECK (true);
COMMENT ON POLICY refresh_tokens_all_identity ON refresh_tokens IS 'The functions of the login service manage every token.';
