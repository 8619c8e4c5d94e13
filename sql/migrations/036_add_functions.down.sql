-- Takes back 036_add_functions.
-- Loses what stands in column collaboration_sessions.ttl.

-- What goes, and what has to give way
DROP POLICY collaboration_sessions_delete_api ON collaboration_sessions;
DROP POLICY collaboration_sessions_insert_api ON collaboration_sessions;
DROP POLICY collaboration_sessions_select_api ON collaboration_sessions;
DROP POLICY collaboration_sessions_select_guard ON collaboration_sessions;
DROP POLICY collaboration_sessions_select_report ON collaboration_sessions;
DROP POLICY collaboration_sessions_update_api ON collaboration_sessions;
DROP POLICY collaboration_sessions_update_guard ON collaboration_sessions;
DROP POLICY context_keys_select_guard ON context_keys;
DROP POLICY diagrams_delete_api ON diagrams;
DROP POLICY diagrams_insert_api ON diagrams;
DROP POLICY diagrams_select_api ON diagrams;
DROP POLICY diagrams_select_guard ON diagrams;
DROP POLICY diagrams_select_report ON diagrams;
DROP POLICY diagrams_update_api ON diagrams;
DROP POLICY diagrams_update_guard ON diagrams;
DROP POLICY documents_delete_api ON documents;
DROP POLICY documents_insert_api ON documents;
DROP POLICY documents_select_api ON documents;
DROP POLICY documents_select_guard ON documents;
DROP POLICY documents_select_report ON documents;
DROP POLICY documents_update_api ON documents;
DROP POLICY documents_update_guard ON documents;
DROP POLICY metadata_delete_api ON metadata;
DROP POLICY metadata_delete_guard ON metadata;
DROP POLICY metadata_insert_api ON metadata;
DROP POLICY metadata_select_api ON metadata;
DROP POLICY metadata_select_guard ON metadata;
DROP POLICY metadata_select_report ON metadata;
DROP POLICY metadata_update_api ON metadata;
DROP POLICY refresh_tokens_all_identity ON refresh_tokens;
DROP POLICY session_participants_insert_api ON session_participants;
DROP POLICY session_participants_select_api ON session_participants;
DROP POLICY session_participants_select_guard ON session_participants;
DROP POLICY session_participants_select_report ON session_participants;
DROP POLICY session_participants_update_api ON session_participants;
DROP POLICY session_participants_update_guard ON session_participants;
DROP POLICY sources_delete_api ON sources;
DROP POLICY sources_insert_api ON sources;
DROP POLICY sources_select_api ON sources;
DROP POLICY sources_select_guard ON sources;
DROP POLICY sources_select_report ON sources;
DROP POLICY sources_update_api ON sources;
DROP POLICY sources_update_guard ON sources;
DROP POLICY threat_model_access_delete_api ON threat_model_access;
DROP POLICY threat_model_access_delete_guard ON threat_model_access;
DROP POLICY threat_model_access_insert_api ON threat_model_access;
DROP POLICY threat_model_access_insert_guard ON threat_model_access;
DROP POLICY threat_model_access_select_api ON threat_model_access;
DROP POLICY threat_model_access_select_guard ON threat_model_access;
DROP POLICY threat_model_access_select_report ON threat_model_access;
DROP POLICY threat_model_access_update_api ON threat_model_access;
DROP POLICY threat_model_access_update_guard ON threat_model_access;
DROP POLICY threat_models_delete_api ON threat_models;
DROP POLICY threat_models_delete_guard ON threat_models;
DROP POLICY threat_models_insert_api ON threat_models;
DROP POLICY threat_models_select_api ON threat_models;
DROP POLICY threat_models_select_guard ON threat_models;
DROP POLICY threat_models_select_report ON threat_models;
DROP POLICY threat_models_update_api ON threat_models;
DROP POLICY threat_models_update_guard ON threat_models;
DROP POLICY threats_delete_api ON threats;
DROP POLICY threats_insert_api ON threats;
DROP POLICY threats_select_api ON threats;
DROP POLICY threats_select_guard ON threats;
DROP POLICY threats_select_report ON threats;
DROP POLICY threats_update_api ON threats;
DROP POLICY threats_update_guard ON threats;
DROP POLICY user_providers_all_identity ON user_providers;
DROP POLICY user_providers_select_api ON user_providers;
DROP POLICY user_providers_select_report ON user_providers;
DROP POLICY users_all_identity ON users;
DROP POLICY users_select_api ON users;
DROP POLICY users_select_guard ON users;
DROP POLICY users_select_report ON users;
DROP POLICY users_update_api ON users;
DROP TRIGGER IF EXISTS collaboration_sessions_freeze ON collaboration_sessions;
DROP TRIGGER IF EXISTS collaboration_sessions_notify ON collaboration_sessions;
DROP TRIGGER IF EXISTS collaboration_sessions_notify_update ON collaboration_sessions;
DROP TRIGGER IF EXISTS collaboration_sessions_touch ON collaboration_sessions;
DROP TRIGGER IF EXISTS context_keys_freeze ON context_keys;
DROP TRIGGER IF EXISTS diagrams_cells_removed ON diagrams;
DROP TRIGGER IF EXISTS diagrams_count_delete ON diagrams;
DROP TRIGGER IF EXISTS diagrams_count_insert ON diagrams;
DROP TRIGGER IF EXISTS diagrams_count_truncate ON diagrams;
DROP TRIGGER IF EXISTS diagrams_freeze ON diagrams;
DROP TRIGGER IF EXISTS diagrams_metadata_delete ON diagrams;
DROP TRIGGER IF EXISTS diagrams_metadata_truncate ON diagrams;
DROP TRIGGER IF EXISTS diagrams_notify ON diagrams;
DROP TRIGGER IF EXISTS diagrams_notify_update ON diagrams;
DROP TRIGGER IF EXISTS diagrams_touch ON diagrams;
DROP TRIGGER IF EXISTS documents_count_delete ON documents;
DROP TRIGGER IF EXISTS documents_count_insert ON documents;
DROP TRIGGER IF EXISTS documents_count_truncate ON documents;
DROP TRIGGER IF EXISTS documents_freeze ON documents;
DROP TRIGGER IF EXISTS documents_metadata_delete ON documents;
DROP TRIGGER IF EXISTS documents_metadata_truncate ON documents;
DROP TRIGGER IF EXISTS documents_touch ON documents;
DROP TRIGGER IF EXISTS metadata_bind ON metadata;
DROP TRIGGER IF EXISTS metadata_check ON metadata;
DROP TRIGGER IF EXISTS metadata_freeze ON metadata;
DROP TRIGGER IF EXISTS metadata_touch ON metadata;
DROP TRIGGER IF EXISTS refresh_tokens_freeze ON refresh_tokens;
DROP TRIGGER IF EXISTS session_participants_freeze ON session_participants;
DROP TRIGGER IF EXISTS session_participants_notify ON session_participants;
DROP TRIGGER IF EXISTS sources_count_delete ON sources;
DROP TRIGGER IF EXISTS sources_count_insert ON sources;
DROP TRIGGER IF EXISTS sources_count_truncate ON sources;
DROP TRIGGER IF EXISTS sources_freeze ON sources;
DROP TRIGGER IF EXISTS sources_metadata_delete ON sources;
DROP TRIGGER IF EXISTS sources_metadata_truncate ON sources;
DROP TRIGGER IF EXISTS sources_parameters ON sources;
DROP TRIGGER IF EXISTS sources_touch ON sources;
DROP TRIGGER IF EXISTS threat_model_access_follow_email ON threat_model_access;
DROP TRIGGER IF EXISTS threat_model_access_freeze ON threat_model_access;
DROP TRIGGER IF EXISTS threat_model_access_freeze_grant ON threat_model_access;
DROP TRIGGER IF EXISTS threat_model_access_keep_owner ON threat_model_access;
DROP TRIGGER IF EXISTS threat_model_access_leave_sessions ON threat_model_access;
DROP TRIGGER IF EXISTS threat_model_access_model_created_at ON threat_model_access;
DROP TRIGGER IF EXISTS threat_models_count_guard ON threat_models;
DROP TRIGGER IF EXISTS threat_models_count_reset ON threat_models;
DROP TRIGGER IF EXISTS threat_models_freeze ON threat_models;
DROP TRIGGER IF EXISTS threat_models_mirror_owner ON threat_models;
DROP TRIGGER IF EXISTS threat_models_notify ON threat_models;
DROP TRIGGER IF EXISTS threat_models_notify_update ON threat_models;
DROP TRIGGER IF EXISTS threat_models_touch ON threat_models;
DROP TRIGGER IF EXISTS threats_cell ON threats;
DROP TRIGGER IF EXISTS threats_count_delete ON threats;
DROP TRIGGER IF EXISTS threats_count_insert ON threats;
DROP TRIGGER IF EXISTS threats_count_truncate ON threats;
DROP TRIGGER IF EXISTS threats_freeze ON threats;
DROP TRIGGER IF EXISTS threats_metadata_delete ON threats;
DROP TRIGGER IF EXISTS threats_metadata_truncate ON threats;
DROP TRIGGER IF EXISTS threats_touch ON threats;
DROP TRIGGER IF EXISTS user_providers_freeze ON user_providers;
DROP TRIGGER IF EXISTS user_providers_touch ON user_providers;
DROP TRIGGER IF EXISTS users_freeze ON users;
DROP TRIGGER IF EXISTS users_touch ON users;
DROP FUNCTION
  _access_put(uuid, jsonb, text, text),
  _actor(),
  _as(text),
  _blame_field(text, jsonb),
  _blame_item(text, uuid, jsonb),
  _cell_fault(jsonb),
  _check_cell(uuid, uuid, text),
  _check_cells(jsonb),
  _check_depth(jsonb, text),
  _check_ids(jsonb),
  _check_items(jsonb, jsonb),
  _check_object(jsonb, jsonb, text),
  _check_parts(text[], text[]),
  _check_size(jsonb),
  _check_unchanged(timestamp with time zone, timestamp with time zone, text),
  _context(),
  _counts_wrong(uuid),
  _diagram_change(uuid, uuid, jsonb),
  _diagrams_cells_removed(),
  _diagrams_count(),
  _diagrams_insert(uuid, jsonb),
  _diagrams_metadata_delete(),
  _document_patch(uuid, uuid, jsonb, timestamp with time zone),
  _documents_count(),
  _documents_delete(uuid, jsonb),
  _documents_insert(uuid, jsonb),
  _documents_metadata_delete(),
  _documents_update(uuid, jsonb),
  _email(text),
  _enter(uuid, text),
  _enter_new(uuid),
  _enter_page(integer, jsonb, boolean),
  _family_revoke(uuid),
  _filter_clause(jsonb, jsonb, jsonb),
  _identity_lock(text, text),
  _import_threat_dragon_v2(uuid, jsonb, text),
  _limit(integer),
  _member(),
  _metadata_bind(),
  _metadata_check(),
  _metadata_entity(uuid, text, uuid),
  _metadata_find(text, text, integer, uuid),
  _metadata_insert(uuid, jsonb),
  _metadata_items(jsonb, jsonb),
  _metadata_put(uuid, text, uuid, jsonb),
  _named_uuid(uuid, text),
  _notify(text, text, uuid, uuid),
  _open(),
  _page_clause(integer, jsonb, text, jsonb),
  _page_start(jsonb),
  _patch_apply(jsonb, jsonb, bigint, text[], text[]),
  _patch_changes(jsonb, jsonb, jsonb),
  _pointer_add(jsonb, text[], jsonb),
  _pointer_tokens(text),
  _pointer_value(jsonb, text[]),
  _provider_add(uuid, text, text, text, text),
  _put_items_metadata(uuid, text, jsonb),
  _row_freeze(),
  _row_notify(),
  _row_touch(),
  _scope_list(),
  _scope_own(),
  _scope_read(),
  _scope_write(),
  _search(text, integer, timestamp with time zone, uuid),
  _session_close(uuid),
  _session_hand_over(uuid),
  _session_hold(uuid),
  _session_list(),
  _session_lock(uuid, uuid, boolean),
  _session_participants_notify(),
  _session_people(uuid),
  _severity(text),
  _source_patch(uuid, uuid, jsonb, timestamp with time zone),
  _sources_count(),
  _sources_delete(uuid, jsonb),
  _sources_insert(uuid, jsonb),
  _sources_metadata_delete(),
  _sources_parameters(),
  _sources_update(uuid, jsonb),
  _threat_dragon_threats(jsonb),
  _threat_model_access_follow_email(),
  _threat_model_access_keep_owner(),
  _threat_model_access_leave_sessions(),
  _threat_model_access_model_created_at(),
  _threat_model_change(uuid, jsonb),
  _threat_model_own(uuid, text),
  _threat_models_count_guard(),
  _threat_models_count_reset(),
  _threat_models_mirror_owner(),
  _threat_patch(uuid, uuid, jsonb, timestamp with time zone),
  _threats_cell(),
  _threats_count(),
  _threats_delete(uuid, jsonb),
  _threats_insert(uuid, jsonb),
  _threats_metadata_delete(),
  _threats_update(uuid, jsonb),
  _token_hash(text, text),
  _token_lock(text),
  _token_ttl(interval, interval, text),
  _user_hold(text),
  _user_lock(uuid),
  _user_models_lock(text),
  _user_models_release(text, text, boolean),
  access_grant(uuid, text, text),
  access_list(uuid),
  access_replace(uuid, jsonb),
  access_revoke(uuid, text),
  access_role(uuid, text),
  act_as(text),
  cell_apply_ops(uuid, uuid, jsonb, timestamp with time zone),
  cell_entity_id(uuid, text),
  cell_find(uuid, jsonb),
  cell_get(uuid, uuid, text),
  cell_list(uuid, uuid, text),
  counts_repair(uuid),
  counts_verify(),
  diagram_bulk_create(uuid, jsonb),
  diagram_create(uuid, text, text, jsonb, text, jsonb, uuid),
  diagram_delete(uuid, uuid, timestamp with time zone),
  diagram_get(uuid, uuid),
  diagram_list(uuid, integer, jsonb, text, jsonb),
  diagram_patch(uuid, uuid, jsonb, timestamp with time zone),
  diagram_update(uuid, uuid, jsonb, timestamp with time zone),
  document_bulk_create(uuid, jsonb),
  document_bulk_delete(uuid, jsonb),
  document_bulk_update(uuid, jsonb),
  document_create(uuid, text, text, text, jsonb, uuid),
  document_delete(uuid, uuid, timestamp with time zone),
  document_get(uuid, uuid),
  document_list(uuid, integer, jsonb, text, jsonb),
  document_patch(uuid, uuid, jsonb, timestamp with time zone),
  document_update(uuid, uuid, jsonb, timestamp with time zone),
  health(),
  jsonb_patch(jsonb, jsonb),
  key_list(),
  key_new(text, bytea),
  key_retire(text),
  me(),
  me_providers(),
  me_update(jsonb, timestamp with time zone),
  metadata_bulk_delete(uuid, text, uuid, text[]),
  metadata_bulk_set(uuid, text, uuid, jsonb),
  metadata_delete(uuid, text, uuid, text, timestamp with time zone),
  metadata_find(text, text, integer, jsonb),
  metadata_get(uuid, text, uuid, text),
  metadata_keys(uuid, text, uuid),
  metadata_list(uuid, text, uuid, integer, jsonb),
  metadata_purge_orphans(),
  metadata_replace(uuid, text, uuid, jsonb),
  metadata_set(uuid, text, uuid, text, text),
  metadata_update(uuid, text, uuid, text, text, timestamp with time zone),
  provider_link(uuid, text, text, text, text),
  provider_list(uuid),
  provider_set_primary(uuid, text),
  provider_unlink(uuid, text),
  session_create(uuid, text, uuid, interval, uuid),
  session_end(uuid, uuid),
  session_get(uuid, uuid),
  session_join(uuid, uuid),
  session_leave(uuid, uuid),
  session_list(),
  session_participants(uuid, uuid),
  session_purge(interval),
  session_touch(uuid, uuid),
  source_bulk_create(uuid, jsonb),
  source_bulk_delete(uuid, jsonb),
  source_bulk_update(uuid, jsonb),
  source_create(uuid, text, text, text, text, jsonb, jsonb, uuid),
  source_delete(uuid, uuid, timestamp with time zone),
  source_get(uuid, uuid),
  source_list(uuid, integer, jsonb, text, jsonb),
  source_patch(uuid, uuid, jsonb, timestamp with time zone),
  source_update(uuid, uuid, jsonb, timestamp with time zone),
  threat_batch_patch(uuid, jsonb, boolean),
  threat_bulk_create(uuid, jsonb),
  threat_bulk_delete(uuid, jsonb),
  threat_bulk_update(uuid, jsonb),
  threat_create(uuid, text, text, text, text, text, integer, text, boolean, text, text, text, text, uuid, text, jsonb, uuid),
  threat_delete(uuid, uuid, timestamp with time zone),
  threat_get(uuid, uuid),
  threat_list(uuid, integer, jsonb, text, jsonb),
  threat_model_copy(uuid, text, text[], uuid),
  threat_model_create(text, text, text, text, jsonb, jsonb, uuid),
  threat_model_delete(uuid, timestamp with time zone, boolean),
  threat_model_document(uuid, text[]),
  threat_model_get(uuid),
  threat_model_import(jsonb, text, jsonb),
  threat_model_list(integer, jsonb, text, jsonb),
  threat_model_patch(uuid, jsonb, timestamp with time zone),
  threat_model_search(text, integer, jsonb),
  threat_model_transfer(uuid, text),
  threat_model_update(uuid, jsonb, timestamp with time zone),
  threat_patch(uuid, uuid, jsonb, timestamp with time zone),
  threat_update(uuid, uuid, jsonb, timestamp with time zone),
  token_issue(uuid, text, interval, interval),
  token_purge_expired(integer),
  token_revoke(text),
  token_revoke_all(uuid),
  token_rotate(text, text, interval),
  user_change_email(uuid, text),
  user_delete(uuid, text, boolean),
  user_find(text),
  user_find_by_provider(text, text),
  user_get(uuid),
  user_list(integer, jsonb, text),
  user_login(text, text, text, text, boolean),
  user_update(uuid, jsonb, timestamp with time zone);

CREATE OR REPLACE FUNCTION uuid_generate_v4() RETURNS uuid
LANGUAGE sql
VOLATILE
PARALLEL SAFE
AS $$ SELECT pg_catalog.gen_random_uuid() $$;
REVOKE EXECUTE ON FUNCTION uuid_generate_v4() FROM PUBLIC;
ALTER FUNCTION uuid_generate_v4() OWNER TO tmi_owner;

-- Structure
ALTER TABLE collaboration_sessions DROP CONSTRAINT collaboration_sessions_ttl_check;
DROP INDEX IF EXISTS idx_diagrams_words;
DROP INDEX IF EXISTS idx_documents_words;
DROP INDEX IF EXISTS idx_metadata_key_value;
DROP INDEX IF EXISTS idx_metadata_words;
DROP INDEX IF EXISTS idx_sources_words;
DROP INDEX IF EXISTS idx_threat_models_words;
DROP INDEX IF EXISTS idx_threats_words;
DROP INDEX IF EXISTS collaboration_sessions_unique_open;
ALTER TABLE collaboration_sessions DROP COLUMN ttl;
CREATE UNIQUE INDEX collaboration_sessions_unique_open ON collaboration_sessions USING btree (diagram_id) WHERE (ended_at IS NULL);

-- Comments, rights, options and whatever else migra does not see
COMMENT ON TABLE collaboration_sessions IS NULL;
ALTER TABLE collaboration_sessions NO FORCE ROW LEVEL SECURITY;
REVOKE DELETE, SELECT ON TABLE collaboration_sessions FROM tmi_api;
REVOKE SELECT ON TABLE collaboration_sessions FROM tmi_guard;
REVOKE SELECT ON TABLE collaboration_sessions FROM tmi_report;
ALTER TABLE collaboration_sessions DISABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN collaboration_sessions.created_at IS NULL;
COMMENT ON COLUMN collaboration_sessions.diagram_id IS NULL;
REVOKE INSERT (diagram_id) ON TABLE collaboration_sessions FROM tmi_api;
COMMENT ON COLUMN collaboration_sessions.ended_at IS NULL;
REVOKE UPDATE (ended_at) ON TABLE collaboration_sessions FROM tmi_api;
REVOKE UPDATE (ended_at) ON TABLE collaboration_sessions FROM tmi_guard;
COMMENT ON COLUMN collaboration_sessions.expires_at IS NULL;
REVOKE INSERT (expires_at), UPDATE (expires_at) ON TABLE collaboration_sessions FROM tmi_api;
COMMENT ON COLUMN collaboration_sessions.host_user_id IS NULL;
REVOKE INSERT (host_user_id), UPDATE (host_user_id) ON TABLE collaboration_sessions FROM tmi_api;
REVOKE UPDATE (host_user_id) ON TABLE collaboration_sessions FROM tmi_guard;
COMMENT ON COLUMN collaboration_sessions.id IS NULL;
REVOKE INSERT (id) ON TABLE collaboration_sessions FROM tmi_api;
COMMENT ON COLUMN collaboration_sessions.modified_at IS NULL;
COMMENT ON COLUMN collaboration_sessions.threat_model_id IS NULL;
REVOKE INSERT (threat_model_id) ON TABLE collaboration_sessions FROM tmi_api;
COMMENT ON COLUMN collaboration_sessions.websocket_url IS NULL;
REVOKE INSERT (websocket_url), UPDATE (websocket_url) ON TABLE collaboration_sessions FROM tmi_api;
COMMENT ON CONSTRAINT collaboration_sessions_diagram_id_fkey ON collaboration_sessions IS NULL;
COMMENT ON CONSTRAINT collaboration_sessions_expires_at_check ON collaboration_sessions IS NULL;
COMMENT ON CONSTRAINT collaboration_sessions_host_user_id_fkey ON collaboration_sessions IS NULL;
COMMENT ON CONSTRAINT collaboration_sessions_pkey ON collaboration_sessions IS NULL;
COMMENT ON CONSTRAINT collaboration_sessions_threat_model_id_fkey ON collaboration_sessions IS NULL;
COMMENT ON CONSTRAINT collaboration_sessions_websocket_url_length_check ON collaboration_sessions IS NULL;
COMMENT ON INDEX collaboration_sessions_pkey IS NULL;
COMMENT ON INDEX idx_collaboration_sessions_diagram_id IS NULL;
COMMENT ON INDEX idx_collaboration_sessions_host_user_id IS NULL;
COMMENT ON INDEX idx_collaboration_sessions_threat_model_id IS NULL;
COMMENT ON TABLE context_keys IS NULL;
ALTER TABLE context_keys NO FORCE ROW LEVEL SECURITY;
REVOKE SELECT ON TABLE context_keys FROM tmi_guard;
ALTER TABLE context_keys DISABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN context_keys.created_at IS NULL;
COMMENT ON COLUMN context_keys.id IS NULL;
COMMENT ON COLUMN context_keys.inner_pad IS NULL;
COMMENT ON COLUMN context_keys.outer_pad IS NULL;
COMMENT ON COLUMN context_keys.retired_at IS NULL;
COMMENT ON CONSTRAINT context_keys_id_check ON context_keys IS NULL;
COMMENT ON CONSTRAINT context_keys_inner_pad_check ON context_keys IS NULL;
COMMENT ON CONSTRAINT context_keys_outer_pad_check ON context_keys IS NULL;
COMMENT ON CONSTRAINT context_keys_pkey ON context_keys IS NULL;
COMMENT ON INDEX context_keys_pkey IS NULL;
COMMENT ON TABLE diagrams IS NULL;
ALTER TABLE diagrams NO FORCE ROW LEVEL SECURITY;
REVOKE DELETE, SELECT ON TABLE diagrams FROM tmi_api;
REVOKE SELECT ON TABLE diagrams FROM tmi_guard;
REVOKE SELECT ON TABLE diagrams FROM tmi_report;
ALTER TABLE diagrams DISABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN diagrams.cells IS NULL;
REVOKE INSERT (cells), UPDATE (cells) ON TABLE diagrams FROM tmi_api;
COMMENT ON COLUMN diagrams.created_at IS NULL;
COMMENT ON COLUMN diagrams.description IS NULL;
REVOKE INSERT (description), UPDATE (description) ON TABLE diagrams FROM tmi_api;
COMMENT ON COLUMN diagrams.id IS NULL;
REVOKE INSERT (id) ON TABLE diagrams FROM tmi_api;
COMMENT ON COLUMN diagrams.metadata IS NULL;
REVOKE INSERT (metadata), UPDATE (metadata) ON TABLE diagrams FROM tmi_api;
COMMENT ON COLUMN diagrams.modified_at IS NULL;
COMMENT ON COLUMN diagrams.name IS NULL;
REVOKE INSERT (name), UPDATE (name) ON TABLE diagrams FROM tmi_api;
REVOKE UPDATE (name) ON TABLE diagrams FROM tmi_guard;
COMMENT ON COLUMN diagrams.threat_model_id IS NULL;
REVOKE INSERT (threat_model_id) ON TABLE diagrams FROM tmi_api;
COMMENT ON COLUMN diagrams.type IS NULL;
REVOKE INSERT (type) ON TABLE diagrams FROM tmi_api;
COMMENT ON CONSTRAINT diagrams_description_length_check ON diagrams IS NULL;
COMMENT ON CONSTRAINT diagrams_name_check ON diagrams IS NULL;
COMMENT ON CONSTRAINT diagrams_name_length_check ON diagrams IS NULL;
COMMENT ON CONSTRAINT diagrams_pkey ON diagrams IS NULL;
COMMENT ON CONSTRAINT diagrams_threat_model_id_fkey ON diagrams IS NULL;
COMMENT ON CONSTRAINT diagrams_threat_model_id_id_key ON diagrams IS NULL;
COMMENT ON CONSTRAINT diagrams_type_check ON diagrams IS NULL;
COMMENT ON INDEX diagrams_pkey IS NULL;
COMMENT ON INDEX diagrams_threat_model_id_id_key IS NULL;
COMMENT ON INDEX idx_diagrams_cells IS NULL;
COMMENT ON INDEX idx_diagrams_metadata IS NULL;
COMMENT ON INDEX idx_diagrams_threat_model_id_created_at IS NULL;
COMMENT ON INDEX idx_diagrams_threat_model_id_modified_at IS NULL;
COMMENT ON TABLE documents IS NULL;
ALTER TABLE documents NO FORCE ROW LEVEL SECURITY;
REVOKE DELETE, SELECT ON TABLE documents FROM tmi_api;
REVOKE SELECT ON TABLE documents FROM tmi_guard;
REVOKE SELECT ON TABLE documents FROM tmi_report;
ALTER TABLE documents DISABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN documents.created_at IS NULL;
COMMENT ON COLUMN documents.description IS NULL;
REVOKE INSERT (description), UPDATE (description) ON TABLE documents FROM tmi_api;
COMMENT ON COLUMN documents.id IS NULL;
REVOKE INSERT (id) ON TABLE documents FROM tmi_api;
COMMENT ON COLUMN documents.modified_at IS NULL;
COMMENT ON COLUMN documents.name IS NULL;
REVOKE INSERT (name), UPDATE (name) ON TABLE documents FROM tmi_api;
REVOKE UPDATE (name) ON TABLE documents FROM tmi_guard;
COMMENT ON COLUMN documents.threat_model_id IS NULL;
REVOKE INSERT (threat_model_id) ON TABLE documents FROM tmi_api;
COMMENT ON COLUMN documents.url IS NULL;
REVOKE INSERT (url), UPDATE (url) ON TABLE documents FROM tmi_api;
COMMENT ON CONSTRAINT documents_description_length_check ON documents IS NULL;
COMMENT ON CONSTRAINT documents_name_check ON documents IS NULL;
COMMENT ON CONSTRAINT documents_name_length_check ON documents IS NULL;
COMMENT ON CONSTRAINT documents_pkey ON documents IS NULL;
COMMENT ON CONSTRAINT documents_threat_model_id_fkey ON documents IS NULL;
COMMENT ON CONSTRAINT documents_url_check ON documents IS NULL;
COMMENT ON CONSTRAINT documents_url_length_check ON documents IS NULL;
COMMENT ON CONSTRAINT documents_url_scheme_check ON documents IS NULL;
COMMENT ON INDEX documents_pkey IS NULL;
COMMENT ON INDEX idx_documents_threat_model_id_created_at IS NULL;
COMMENT ON INDEX idx_documents_threat_model_id_modified_at IS NULL;
COMMENT ON TABLE metadata IS NULL;
ALTER TABLE metadata NO FORCE ROW LEVEL SECURITY;
REVOKE DELETE, SELECT ON TABLE metadata FROM tmi_api;
REVOKE DELETE, SELECT ON TABLE metadata FROM tmi_guard;
REVOKE SELECT ON TABLE metadata FROM tmi_report;
ALTER TABLE metadata DISABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN metadata.cell_id IS NULL;
REVOKE INSERT (cell_id) ON TABLE metadata FROM tmi_api;
COMMENT ON COLUMN metadata.created_at IS NULL;
COMMENT ON COLUMN metadata.diagram_id IS NULL;
REVOKE INSERT (diagram_id) ON TABLE metadata FROM tmi_api;
COMMENT ON COLUMN metadata.entity_id IS NULL;
REVOKE INSERT (entity_id) ON TABLE metadata FROM tmi_api;
COMMENT ON COLUMN metadata.entity_type IS NULL;
REVOKE INSERT (entity_type) ON TABLE metadata FROM tmi_api;
COMMENT ON COLUMN metadata.id IS NULL;
COMMENT ON COLUMN metadata.key IS NULL;
REVOKE INSERT (key) ON TABLE metadata FROM tmi_api;
COMMENT ON COLUMN metadata.modified_at IS NULL;
COMMENT ON COLUMN metadata.threat_model_id IS NULL;
REVOKE INSERT (threat_model_id) ON TABLE metadata FROM tmi_api;
COMMENT ON COLUMN metadata.value IS NULL;
REVOKE INSERT (value), UPDATE (value) ON TABLE metadata FROM tmi_api;
COMMENT ON CONSTRAINT metadata_cell_check ON metadata IS NULL;
COMMENT ON CONSTRAINT metadata_cell_id_length_check ON metadata IS NULL;
COMMENT ON CONSTRAINT metadata_diagram_id_fkey ON metadata IS NULL;
COMMENT ON CONSTRAINT metadata_entity_type_check ON metadata IS NULL;
COMMENT ON CONSTRAINT metadata_entity_type_entity_id_key_key ON metadata IS NULL;
COMMENT ON CONSTRAINT metadata_key_check ON metadata IS NULL;
COMMENT ON CONSTRAINT metadata_key_length_check ON metadata IS NULL;
COMMENT ON CONSTRAINT metadata_pkey ON metadata IS NULL;
COMMENT ON CONSTRAINT metadata_threat_model_id_fkey ON metadata IS NULL;
COMMENT ON CONSTRAINT metadata_value_length_check ON metadata IS NULL;
COMMENT ON INDEX idx_metadata_cell IS NULL;
COMMENT ON INDEX idx_metadata_diagram IS NULL;
COMMENT ON INDEX idx_metadata_diagram_id IS NULL;
COMMENT ON INDEX idx_metadata_document IS NULL;
COMMENT ON INDEX idx_metadata_source IS NULL;
COMMENT ON INDEX idx_metadata_threat IS NULL;
COMMENT ON INDEX idx_metadata_threat_model IS NULL;
COMMENT ON INDEX idx_metadata_threat_model_id IS NULL;
COMMENT ON INDEX metadata_entity_type_entity_id_key_key IS NULL;
COMMENT ON INDEX metadata_pkey IS NULL;
COMMENT ON TABLE refresh_tokens IS NULL;
ALTER TABLE refresh_tokens NO FORCE ROW LEVEL SECURITY;
REVOKE DELETE, SELECT ON TABLE refresh_tokens FROM tmi_identity;
ALTER TABLE refresh_tokens DISABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN refresh_tokens.created_at IS NULL;
COMMENT ON COLUMN refresh_tokens.expires_at IS NULL;
REVOKE INSERT (expires_at) ON TABLE refresh_tokens FROM tmi_identity;
COMMENT ON COLUMN refresh_tokens.family_expires_at IS NULL;
REVOKE INSERT (family_expires_at) ON TABLE refresh_tokens FROM tmi_identity;
COMMENT ON COLUMN refresh_tokens.family_id IS NULL;
REVOKE INSERT (family_id) ON TABLE refresh_tokens FROM tmi_identity;
COMMENT ON COLUMN refresh_tokens.id IS NULL;
COMMENT ON COLUMN refresh_tokens.replaced_by IS NULL;
REVOKE UPDATE (replaced_by) ON TABLE refresh_tokens FROM tmi_identity;
COMMENT ON COLUMN refresh_tokens.revoked_at IS NULL;
REVOKE UPDATE (revoked_at) ON TABLE refresh_tokens FROM tmi_identity;
COMMENT ON COLUMN refresh_tokens.rotated_at IS NULL;
REVOKE UPDATE (rotated_at) ON TABLE refresh_tokens FROM tmi_identity;
COMMENT ON COLUMN refresh_tokens.token_hash IS NULL;
REVOKE INSERT (token_hash) ON TABLE refresh_tokens FROM tmi_identity;
COMMENT ON COLUMN refresh_tokens.user_id IS NULL;
REVOKE INSERT (user_id) ON TABLE refresh_tokens FROM tmi_identity;
COMMENT ON CONSTRAINT refresh_tokens_expires_at_check ON refresh_tokens IS NULL;
COMMENT ON CONSTRAINT refresh_tokens_family_expires_at_check ON refresh_tokens IS NULL;
COMMENT ON CONSTRAINT refresh_tokens_pkey ON refresh_tokens IS NULL;
COMMENT ON CONSTRAINT refresh_tokens_rotation_check ON refresh_tokens IS NULL;
COMMENT ON CONSTRAINT refresh_tokens_token_hash_key ON refresh_tokens IS NULL;
COMMENT ON CONSTRAINT refresh_tokens_token_hash_length_check ON refresh_tokens IS NULL;
COMMENT ON CONSTRAINT refresh_tokens_user_id_fkey ON refresh_tokens IS NULL;
COMMENT ON INDEX idx_refresh_tokens_expires_at IS NULL;
COMMENT ON INDEX idx_refresh_tokens_family_id IS NULL;
COMMENT ON INDEX idx_refresh_tokens_user_id IS NULL;
COMMENT ON INDEX refresh_tokens_pkey IS NULL;
COMMENT ON INDEX refresh_tokens_token_hash_key IS NULL;
COMMENT ON TABLE session_participants IS NULL;
ALTER TABLE session_participants NO FORCE ROW LEVEL SECURITY;
REVOKE SELECT ON TABLE session_participants FROM tmi_api;
REVOKE SELECT ON TABLE session_participants FROM tmi_guard;
REVOKE SELECT ON TABLE session_participants FROM tmi_report;
ALTER TABLE session_participants DISABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN session_participants.id IS NULL;
COMMENT ON COLUMN session_participants.joined_at IS NULL;
COMMENT ON COLUMN session_participants.last_seen_at IS NULL;
REVOKE UPDATE (last_seen_at) ON TABLE session_participants FROM tmi_api;
COMMENT ON COLUMN session_participants.left_at IS NULL;
REVOKE UPDATE (left_at) ON TABLE session_participants FROM tmi_api;
REVOKE UPDATE (left_at) ON TABLE session_participants FROM tmi_guard;
COMMENT ON COLUMN session_participants.session_id IS NULL;
REVOKE INSERT (session_id) ON TABLE session_participants FROM tmi_api;
COMMENT ON COLUMN session_participants.user_id IS NULL;
REVOKE INSERT (user_id) ON TABLE session_participants FROM tmi_api;
COMMENT ON CONSTRAINT session_participants_pkey ON session_participants IS NULL;
COMMENT ON CONSTRAINT session_participants_session_id_fkey ON session_participants IS NULL;
COMMENT ON CONSTRAINT session_participants_user_id_fkey ON session_participants IS NULL;
COMMENT ON INDEX idx_session_participants_session_id IS NULL;
COMMENT ON INDEX idx_session_participants_user_id IS NULL;
COMMENT ON INDEX session_participants_pkey IS NULL;
COMMENT ON INDEX session_participants_unique_active IS NULL;
COMMENT ON TABLE sources IS NULL;
ALTER TABLE sources NO FORCE ROW LEVEL SECURITY;
REVOKE DELETE, SELECT ON TABLE sources FROM tmi_api;
REVOKE SELECT ON TABLE sources FROM tmi_guard;
REVOKE SELECT ON TABLE sources FROM tmi_report;
ALTER TABLE sources DISABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN sources.created_at IS NULL;
COMMENT ON COLUMN sources.description IS NULL;
REVOKE INSERT (description), UPDATE (description) ON TABLE sources FROM tmi_api;
COMMENT ON COLUMN sources.id IS NULL;
REVOKE INSERT (id) ON TABLE sources FROM tmi_api;
COMMENT ON COLUMN sources.modified_at IS NULL;
COMMENT ON COLUMN sources.name IS NULL;
REVOKE INSERT (name), UPDATE (name) ON TABLE sources FROM tmi_api;
REVOKE UPDATE (name) ON TABLE sources FROM tmi_guard;
COMMENT ON COLUMN sources.parameters IS NULL;
REVOKE INSERT (parameters), UPDATE (parameters) ON TABLE sources FROM tmi_api;
COMMENT ON COLUMN sources.threat_model_id IS NULL;
REVOKE INSERT (threat_model_id) ON TABLE sources FROM tmi_api;
COMMENT ON COLUMN sources.type IS NULL;
REVOKE INSERT (type), UPDATE (type) ON TABLE sources FROM tmi_api;
COMMENT ON COLUMN sources.url IS NULL;
REVOKE INSERT (url), UPDATE (url) ON TABLE sources FROM tmi_api;
COMMENT ON CONSTRAINT sources_description_length_check ON sources IS NULL;
COMMENT ON CONSTRAINT sources_name_check ON sources IS NULL;
COMMENT ON CONSTRAINT sources_name_length_check ON sources IS NULL;
COMMENT ON CONSTRAINT sources_pkey ON sources IS NULL;
COMMENT ON CONSTRAINT sources_threat_model_id_fkey ON sources IS NULL;
COMMENT ON CONSTRAINT sources_type_check ON sources IS NULL;
COMMENT ON CONSTRAINT sources_url_check ON sources IS NULL;
COMMENT ON CONSTRAINT sources_url_length_check ON sources IS NULL;
COMMENT ON CONSTRAINT sources_url_scheme_check ON sources IS NULL;
COMMENT ON INDEX idx_sources_parameters IS NULL;
COMMENT ON INDEX idx_sources_threat_model_id_created_at IS NULL;
COMMENT ON INDEX idx_sources_threat_model_id_modified_at IS NULL;
COMMENT ON INDEX sources_pkey IS NULL;
COMMENT ON TABLE threat_model_access IS NULL;
ALTER TABLE threat_model_access NO FORCE ROW LEVEL SECURITY;
REVOKE DELETE, SELECT ON TABLE threat_model_access FROM tmi_api;
REVOKE DELETE, SELECT ON TABLE threat_model_access FROM tmi_guard;
REVOKE SELECT ON TABLE threat_model_access FROM tmi_report;
ALTER TABLE threat_model_access DISABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN threat_model_access.granted_at IS NULL;
REVOKE UPDATE (granted_at) ON TABLE threat_model_access FROM tmi_api;
REVOKE INSERT (granted_at), UPDATE (granted_at) ON TABLE threat_model_access FROM tmi_guard;
COMMENT ON COLUMN threat_model_access.granted_by IS NULL;
REVOKE INSERT (granted_by), UPDATE (granted_by) ON TABLE threat_model_access FROM tmi_api;
REVOKE INSERT (granted_by), UPDATE (granted_by) ON TABLE threat_model_access FROM tmi_guard;
COMMENT ON COLUMN threat_model_access.id IS NULL;
COMMENT ON COLUMN threat_model_access.model_created_at IS NULL;
COMMENT ON COLUMN threat_model_access.role IS NULL;
REVOKE INSERT (role), UPDATE (role) ON TABLE threat_model_access FROM tmi_api;
REVOKE INSERT (role), UPDATE (role) ON TABLE threat_model_access FROM tmi_guard;
COMMENT ON COLUMN threat_model_access.threat_model_id IS NULL;
REVOKE INSERT (threat_model_id) ON TABLE threat_model_access FROM tmi_api;
REVOKE INSERT (threat_model_id) ON TABLE threat_model_access FROM tmi_guard;
COMMENT ON COLUMN threat_model_access.user_email IS NULL;
REVOKE INSERT (user_email) ON TABLE threat_model_access FROM tmi_api;
REVOKE INSERT (user_email) ON TABLE threat_model_access FROM tmi_guard;
COMMENT ON CONSTRAINT threat_model_access_pkey ON threat_model_access IS NULL;
COMMENT ON CONSTRAINT threat_model_access_role_check ON threat_model_access IS NULL;
COMMENT ON CONSTRAINT threat_model_access_threat_model_id_fkey ON threat_model_access IS NULL;
COMMENT ON CONSTRAINT threat_model_access_threat_model_id_user_email_key ON threat_model_access IS NULL;
COMMENT ON CONSTRAINT threat_model_access_user_email_fkey ON threat_model_access IS NULL;
COMMENT ON INDEX idx_threat_model_access_threat_model_id IS NULL;
COMMENT ON INDEX idx_threat_model_access_user_email IS NULL;
COMMENT ON INDEX idx_threat_model_access_user_email_model_created_at IS NULL;
COMMENT ON INDEX idx_threat_model_access_user_email_threat_model_id IS NULL;
COMMENT ON INDEX threat_model_access_pkey IS NULL;
COMMENT ON INDEX threat_model_access_threat_model_id_user_email_key IS NULL;
COMMENT ON TABLE threat_models IS NULL;
ALTER TABLE threat_models NO FORCE ROW LEVEL SECURITY;
REVOKE DELETE, SELECT ON TABLE threat_models FROM tmi_api;
REVOKE DELETE, SELECT ON TABLE threat_models FROM tmi_guard;
REVOKE SELECT ON TABLE threat_models FROM tmi_report;
ALTER TABLE threat_models DISABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN threat_models.created_at IS NULL;
COMMENT ON COLUMN threat_models.created_by IS NULL;
REVOKE INSERT (created_by) ON TABLE threat_models FROM tmi_api;
COMMENT ON COLUMN threat_models.description IS NULL;
REVOKE INSERT (description), UPDATE (description) ON TABLE threat_models FROM tmi_api;
COMMENT ON COLUMN threat_models.diagram_count IS NULL;
REVOKE UPDATE (diagram_count) ON TABLE threat_models FROM tmi_guard;
COMMENT ON COLUMN threat_models.document_count IS NULL;
REVOKE UPDATE (document_count) ON TABLE threat_models FROM tmi_guard;
COMMENT ON COLUMN threat_models.id IS NULL;
REVOKE INSERT (id) ON TABLE threat_models FROM tmi_api;
COMMENT ON COLUMN threat_models.issue_url IS NULL;
REVOKE INSERT (issue_url), UPDATE (issue_url) ON TABLE threat_models FROM tmi_api;
COMMENT ON COLUMN threat_models.modified_at IS NULL;
COMMENT ON COLUMN threat_models.name IS NULL;
REVOKE INSERT (name), UPDATE (name) ON TABLE threat_models FROM tmi_api;
COMMENT ON COLUMN threat_models.owner_email IS NULL;
REVOKE INSERT (owner_email) ON TABLE threat_models FROM tmi_api;
REVOKE UPDATE (owner_email) ON TABLE threat_models FROM tmi_guard;
COMMENT ON COLUMN threat_models.source_count IS NULL;
REVOKE UPDATE (source_count) ON TABLE threat_models FROM tmi_guard;
COMMENT ON COLUMN threat_models.threat_count IS NULL;
REVOKE UPDATE (threat_count) ON TABLE threat_models FROM tmi_guard;
COMMENT ON COLUMN threat_models.threat_model_framework IS NULL;
REVOKE INSERT (threat_model_framework), UPDATE (threat_model_framework) ON TABLE threat_models FROM tmi_api;
COMMENT ON CONSTRAINT threat_models_description_length_check ON threat_models IS NULL;
COMMENT ON CONSTRAINT threat_models_issue_url_length_check ON threat_models IS NULL;
COMMENT ON CONSTRAINT threat_models_name_check ON threat_models IS NULL;
COMMENT ON CONSTRAINT threat_models_name_length_check ON threat_models IS NULL;
COMMENT ON CONSTRAINT threat_models_owner_email_fkey ON threat_models IS NULL;
COMMENT ON CONSTRAINT threat_models_pkey ON threat_models IS NULL;
COMMENT ON CONSTRAINT threat_models_threat_model_framework_check ON threat_models IS NULL;
COMMENT ON INDEX idx_threat_models_owner_email IS NULL;
COMMENT ON INDEX threat_models_pkey IS NULL;
COMMENT ON TABLE threats IS NULL;
ALTER TABLE threats NO FORCE ROW LEVEL SECURITY;
REVOKE DELETE, SELECT ON TABLE threats FROM tmi_api;
REVOKE SELECT ON TABLE threats FROM tmi_guard;
REVOKE SELECT ON TABLE threats FROM tmi_report;
ALTER TABLE threats DISABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN threats.cell_id IS NULL;
REVOKE INSERT (cell_id), UPDATE (cell_id) ON TABLE threats FROM tmi_api;
REVOKE UPDATE (cell_id) ON TABLE threats FROM tmi_guard;
COMMENT ON COLUMN threats.created_at IS NULL;
COMMENT ON COLUMN threats.description IS NULL;
REVOKE INSERT (description), UPDATE (description) ON TABLE threats FROM tmi_api;
COMMENT ON COLUMN threats.diagram_id IS NULL;
REVOKE INSERT (diagram_id), UPDATE (diagram_id) ON TABLE threats FROM tmi_api;
COMMENT ON COLUMN threats.id IS NULL;
REVOKE INSERT (id) ON TABLE threats FROM tmi_api;
COMMENT ON COLUMN threats.impact IS NULL;
REVOKE INSERT (impact), UPDATE (impact) ON TABLE threats FROM tmi_api;
COMMENT ON COLUMN threats.issue_url IS NULL;
REVOKE INSERT (issue_url), UPDATE (issue_url) ON TABLE threats FROM tmi_api;
COMMENT ON COLUMN threats.likelihood IS NULL;
REVOKE INSERT (likelihood), UPDATE (likelihood) ON TABLE threats FROM tmi_api;
COMMENT ON COLUMN threats.mitigated IS NULL;
REVOKE INSERT (mitigated), UPDATE (mitigated) ON TABLE threats FROM tmi_api;
COMMENT ON COLUMN threats.mitigation IS NULL;
REVOKE INSERT (mitigation), UPDATE (mitigation) ON TABLE threats FROM tmi_api;
COMMENT ON COLUMN threats.modified_at IS NULL;
COMMENT ON COLUMN threats.name IS NULL;
REVOKE INSERT (name), UPDATE (name) ON TABLE threats FROM tmi_api;
COMMENT ON COLUMN threats.priority IS NULL;
REVOKE INSERT (priority), UPDATE (priority) ON TABLE threats FROM tmi_api;
COMMENT ON COLUMN threats.risk_rating IS NULL;
REVOKE INSERT (risk_rating), UPDATE (risk_rating) ON TABLE threats FROM tmi_api;
COMMENT ON COLUMN threats.score IS NULL;
REVOKE INSERT (score), UPDATE (score) ON TABLE threats FROM tmi_api;
COMMENT ON COLUMN threats.status IS NULL;
REVOKE INSERT (status), UPDATE (status) ON TABLE threats FROM tmi_api;
COMMENT ON COLUMN threats.threat_model_id IS NULL;
REVOKE INSERT (threat_model_id) ON TABLE threats FROM tmi_api;
COMMENT ON COLUMN threats.threat_type IS NULL;
REVOKE INSERT (threat_type), UPDATE (threat_type) ON TABLE threats FROM tmi_api;
COMMENT ON CONSTRAINT threats_cell_check ON threats IS NULL;
COMMENT ON CONSTRAINT threats_cell_id_length_check ON threats IS NULL;
COMMENT ON CONSTRAINT threats_description_length_check ON threats IS NULL;
COMMENT ON CONSTRAINT threats_diagram_id_fkey ON threats IS NULL;
COMMENT ON CONSTRAINT threats_impact_check ON threats IS NULL;
COMMENT ON CONSTRAINT threats_issue_url_length_check ON threats IS NULL;
COMMENT ON CONSTRAINT threats_likelihood_check ON threats IS NULL;
COMMENT ON CONSTRAINT threats_mitigation_length_check ON threats IS NULL;
COMMENT ON CONSTRAINT threats_name_check ON threats IS NULL;
COMMENT ON CONSTRAINT threats_name_length_check ON threats IS NULL;
COMMENT ON CONSTRAINT threats_pkey ON threats IS NULL;
COMMENT ON CONSTRAINT threats_priority_length_check ON threats IS NULL;
COMMENT ON CONSTRAINT threats_risk_rating_check ON threats IS NULL;
COMMENT ON CONSTRAINT threats_score_check ON threats IS NULL;
COMMENT ON CONSTRAINT threats_status_length_check ON threats IS NULL;
COMMENT ON CONSTRAINT threats_threat_model_id_fkey ON threats IS NULL;
COMMENT ON CONSTRAINT threats_threat_type_length_check ON threats IS NULL;
COMMENT ON INDEX idx_threats_diagram_id IS NULL;
COMMENT ON INDEX idx_threats_threat_model_id_created_at IS NULL;
COMMENT ON INDEX idx_threats_threat_model_id_modified_at IS NULL;
COMMENT ON INDEX threats_pkey IS NULL;
COMMENT ON TABLE user_providers IS NULL;
ALTER TABLE user_providers NO FORCE ROW LEVEL SECURITY;
REVOKE SELECT ON TABLE user_providers FROM tmi_api;
REVOKE DELETE, SELECT ON TABLE user_providers FROM tmi_identity;
REVOKE SELECT ON TABLE user_providers FROM tmi_report;
ALTER TABLE user_providers DISABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN user_providers.created_at IS NULL;
COMMENT ON COLUMN user_providers.id IS NULL;
COMMENT ON COLUMN user_providers.is_primary IS NULL;
REVOKE INSERT (is_primary), UPDATE (is_primary) ON TABLE user_providers FROM tmi_identity;
COMMENT ON COLUMN user_providers.modified_at IS NULL;
COMMENT ON COLUMN user_providers.provider IS NULL;
REVOKE INSERT (provider) ON TABLE user_providers FROM tmi_identity;
COMMENT ON COLUMN user_providers.provider_email IS NULL;
REVOKE INSERT (provider_email), UPDATE (provider_email) ON TABLE user_providers FROM tmi_identity;
COMMENT ON COLUMN user_providers.provider_name IS NULL;
REVOKE INSERT (provider_name), UPDATE (provider_name) ON TABLE user_providers FROM tmi_identity;
COMMENT ON COLUMN user_providers.provider_user_id IS NULL;
REVOKE INSERT (provider_user_id) ON TABLE user_providers FROM tmi_identity;
COMMENT ON COLUMN user_providers.user_id IS NULL;
REVOKE INSERT (user_id) ON TABLE user_providers FROM tmi_identity;
COMMENT ON CONSTRAINT user_providers_pkey ON user_providers IS NULL;
COMMENT ON CONSTRAINT user_providers_provider_check ON user_providers IS NULL;
COMMENT ON CONSTRAINT user_providers_provider_email_length_check ON user_providers IS NULL;
COMMENT ON CONSTRAINT user_providers_provider_name_length_check ON user_providers IS NULL;
COMMENT ON CONSTRAINT user_providers_provider_provider_user_id_key ON user_providers IS NULL;
COMMENT ON CONSTRAINT user_providers_provider_user_id_length_check ON user_providers IS NULL;
COMMENT ON CONSTRAINT user_providers_user_id_fkey ON user_providers IS NULL;
COMMENT ON CONSTRAINT user_providers_user_id_provider_key ON user_providers IS NULL;
COMMENT ON INDEX user_providers_pkey IS NULL;
COMMENT ON INDEX user_providers_provider_provider_user_id_key IS NULL;
COMMENT ON INDEX user_providers_unique_primary_per_user IS NULL;
COMMENT ON INDEX user_providers_user_id_provider_key IS NULL;
COMMENT ON TABLE users IS NULL;
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
REVOKE SELECT ON TABLE users FROM tmi_api;
REVOKE SELECT ON TABLE users FROM tmi_guard;
REVOKE DELETE, SELECT ON TABLE users FROM tmi_identity;
REVOKE SELECT ON TABLE users FROM tmi_report;
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN users.created_at IS NULL;
COMMENT ON COLUMN users.email IS NULL;
REVOKE INSERT (email), UPDATE (email) ON TABLE users FROM tmi_identity;
COMMENT ON COLUMN users.id IS NULL;
REVOKE INSERT (id) ON TABLE users FROM tmi_identity;
COMMENT ON COLUMN users.last_login IS NULL;
REVOKE INSERT (last_login), UPDATE (last_login) ON TABLE users FROM tmi_identity;
COMMENT ON COLUMN users.modified_at IS NULL;
COMMENT ON COLUMN users.name IS NULL;
REVOKE UPDATE (name) ON TABLE users FROM tmi_api;
REVOKE INSERT (name), UPDATE (name) ON TABLE users FROM tmi_identity;
COMMENT ON CONSTRAINT users_email_check ON users IS NULL;
COMMENT ON CONSTRAINT users_email_idx ON users IS NULL;
COMMENT ON CONSTRAINT users_name_length_check ON users IS NULL;
COMMENT ON CONSTRAINT users_pkey ON users IS NULL;
COMMENT ON INDEX users_email_idx IS NULL;
COMMENT ON INDEX users_last_login_idx IS NULL;
COMMENT ON INDEX users_pkey IS NULL;
COMMENT ON FUNCTION uuid_generate_v4() IS NULL;
REVOKE EXECUTE ON FUNCTION uuid_generate_v4() FROM tmi_api;
REVOKE EXECUTE ON FUNCTION uuid_generate_v4() FROM tmi_guard;
REVOKE EXECUTE ON FUNCTION uuid_generate_v4() FROM tmi_identity;
