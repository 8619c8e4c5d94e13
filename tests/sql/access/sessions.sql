-- Whoever loses access leaves the sessions of the model, in whichever way the access goes.
SELECT no_plan();
SELECT tap.add_user('alice'), tap.add_user('host'), tap.add_user('early'), tap.add_user('late'), tap.add_user('reader');
CREATE TEMP TABLE ids AS SELECT tap.add_model('alice@example.com', 'Alice''s') AS alices, tap.add_model('alice@example.com', 'Other') AS other;
SELECT tap.share(m, who || '@example.com', role)
FROM ids, unnest(ARRAY[alices, other]) AS m,
  (VALUES ('host', 'writer'), ('early', 'writer'), ('late', 'owner'), ('reader', 'reader')) AS w (who, role);
INSERT INTO diagrams (threat_model_id, name, type) SELECT m, 'd', 'DFD-1.0.0' FROM ids, unnest(ARRAY[alices, other]) AS m;
INSERT INTO collaboration_sessions (threat_model_id, diagram_id, websocket_url, host_user_id)
SELECT d.threat_model_id, d.id, 'wss://x', u.id FROM diagrams d, users u WHERE u.email = 'host@example.com';
INSERT INTO session_participants (session_id, user_id, joined_at)
SELECT s.id, u.id, now() - CASE u.name WHEN 'Host' THEN interval '5 h' WHEN 'Reader' THEN interval '4 h' WHEN 'Early' THEN interval '3 h' ELSE interval '2 h' END
FROM collaboration_sessions s, users u WHERE u.name <> 'Alice';
CREATE TEMP VIEW present AS
SELECT u.name FROM ids JOIN collaboration_sessions s ON s.threat_model_id = alices JOIN session_participants p ON p.session_id = s.id AND p.left_at IS NULL JOIN users u ON u.id = p.user_id;
CREATE TEMP VIEW hosts AS
SELECT u.name FROM ids JOIN collaboration_sessions s ON s.threat_model_id = alices AND s.ended_at IS NULL LEFT JOIN users u ON u.id = s.host_user_id;
GRANT SELECT ON ids, present, hosts TO PUBLIC;

SELECT tap.act('alice@example.com');
SELECT access_grant(alices, 'host@example.com', 'reader') FROM ids;
SELECT tap.reset();
SELECT set_eq('SELECT name FROM present', ARRAY['Host', 'Reader', 'Early', 'Late'], 'a lowered role is no reason to leave');
SAVEPOINT start;

-- By revoking
SELECT tap.act('alice@example.com');
SELECT access_revoke(alices, 'late@example.com') FROM ids;
SELECT tap.reset();
SELECT set_eq('SELECT name FROM present', ARRAY['Host', 'Reader', 'Early'], 'who is put out of the model is put out of its session');
SELECT results_eq('SELECT name FROM hosts', ARRAY['Host'], 'which goes on');
SELECT tap.act('alice@example.com');
SELECT access_revoke(alices, 'host@example.com') FROM ids;
SELECT tap.reset();
SELECT results_eq('SELECT name FROM hosts', ARRAY['Early'], 'a host is followed by whoever of those who can write has been there longest');
SELECT tap.act('alice@example.com');
SELECT access_revoke(alices, 'early@example.com') FROM ids;
SELECT tap.reset();
SELECT is_empty('SELECT name FROM hosts', 'with nobody left who can write, the session ends');
SELECT is_empty('SELECT name FROM present', 'for the readers too');
SELECT is(
  (SELECT count(*) FROM ids JOIN collaboration_sessions s ON s.threat_model_id = other AND s.ended_at IS NULL JOIN session_participants p ON p.session_id = s.id AND p.left_at IS NULL),
  4::bigint, 'sessions of other models are not touched'
);
ROLLBACK TO start;

-- By replacing
SELECT tap.act('alice@example.com');
SELECT access_replace(alices, '[{"email": "late@example.com", "role": "writer"}]') FROM ids;
SELECT tap.reset();
SELECT set_eq('SELECT name FROM present', ARRAY['Late'], 'who is not on the new list leaves');
SELECT results_eq('SELECT name FROM hosts', ARRAY['Late'], 'and the session goes to one who is');
ROLLBACK TO start;

-- By plain SQL, by deletion of the user, and with the model
DELETE FROM threat_model_access a USING ids WHERE a.threat_model_id = alices AND a.user_email = 'host@example.com';
SELECT results_eq('SELECT name FROM hosts', ARRAY['Early'], 'access that goes by plain SQL hands over as well');
ROLLBACK TO start;
SELECT user_delete(id) FROM users WHERE email = 'host@example.com';
SELECT results_eq('SELECT name FROM hosts', ARRAY['Early'], 'as does a user who is deleted');
ROLLBACK TO start;
DELETE FROM threat_models m USING ids WHERE m.id = alices;
SELECT is_empty('SELECT name FROM present', 'with a model its sessions go');
ROLLBACK TO start;

-- Helpers
SELECT tap.act('alice@example.com');
SELECT throws_ok('SELECT _session_hand_over(gen_random_uuid())', '42501', NULL, 'nobody hands over by hand');
SELECT throws_ok('SELECT _session_close(gen_random_uuid())', '42501', NULL, 'or closes');
SELECT finish();
