-- The owner of record is among the owners, always: by insert, transfer and rename, and whatever else is tried.
SELECT no_plan();
SELECT tap.add_user(name) FROM unnest(ARRAY['alice', 'bob', 'carol', 'dave']) AS name;
CREATE FUNCTION tap.owned(p_owner text, p_name text DEFAULT 'Model') RETURNS uuid LANGUAGE sql AS $$
  INSERT INTO threat_models (name, owner_email, created_by, created_at) VALUES (p_name, p_owner, 'dave@example.com', '2020-02-02') RETURNING id
$$;
CREATE TEMP TABLE ids AS SELECT tap.owned('alice@example.com') AS model, tap.owned('alice@example.com', 'Second') AS second;
-- Who has which role in the model, by whom, and since when.
CREATE TEMP VIEW roles AS
SELECT split_part(a.user_email, '@', 1) AS who, a.role, split_part(a.granted_by, '@', 1) AS by, CASE a.granted_at WHEN now() THEN 'now' ELSE a.granted_at::date::text END AS since
FROM threat_model_access a
JOIN ids ON a.threat_model_id = model
ORDER BY 1;
CREATE FUNCTION tap.roles(p_expected text, p_why text) RETURNS text LANGUAGE sql AS $$
  SELECT is((SELECT string_agg(concat_ws(' ', who, role, 'by', by, 'since', since), ', ' ORDER BY who) FROM roles), p_expected, p_why)
$$;

CREATE FUNCTION tap.constraint_of(p_statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_constraint text;
BEGIN
  EXECUTE p_statement;
  RETURN 'nothing';
EXCEPTION
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS v_constraint := CONSTRAINT_NAME;
    RETURN v_constraint;
END
$$;

SELECT tap.roles('alice owner by dave since 2020-02-02', 'whoever owns a new model is its owner, by its creator, since its creation');
SELECT is((SELECT count(*) FROM threat_model_access JOIN ids ON threat_model_id IN (model, second) WHERE model_created_at = '2020-02-02'), 2::bigint, 'whose time is copied');

-- Removing and lowering
SELECT throws_ok($$DELETE FROM threat_model_access WHERE user_email = 'alice@example.com'$$, 'TM409', 'the owner of record stays an owner', 'the owner of record cannot be removed');
SELECT throws_ok(format($$UPDATE threat_model_access SET role = %L WHERE user_email = 'alice@example.com'$$, role), 'TM409', 'the owner of record stays an owner', 'nor become a ' || role)
FROM unnest(ARRAY['writer', 'reader']) AS role;
SET LOCAL ROLE tmi_owner;
SELECT throws_ok('DELETE FROM threat_model_access', 'TM409', 'the owner of record stays an owner', 'not even by the owner of the tables');
RESET ROLE;
SELECT throws_ok(
  $$INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by) SELECT model, 'alice@example.com', 'reader', 'x' FROM ids
    ON CONFLICT (threat_model_id, user_email) DO UPDATE SET role = excluded.role$$,
  'TM409', 'the owner of record stays an owner', 'nor by an upsert'
);
SELECT throws_ok(
  $$MERGE INTO threat_model_access a USING ids ON a.threat_model_id = model WHEN MATCHED THEN DELETE$$, 'TM409', 'the owner of record stays an owner', 'nor by a merge'
);
INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by) SELECT model, who || '@example.com', role, 'alice@example.com' FROM ids, (VALUES ('bob', 'owner'), ('carol', 'reader')) AS v (who, role);
SELECT throws_ok('DELETE FROM threat_model_access', 'TM409', 'the owner of record stays an owner', 'nor among others');
SELECT throws_ok($$UPDATE threat_model_access SET user_email = 'dave@example.com' WHERE user_email = 'alice@example.com'$$, 'TM422', NULL, 'nor handed to somebody');
SELECT lives_ok($$UPDATE threat_model_access SET role = 'owner' WHERE user_email = 'alice@example.com'$$, 'an owner may be made one again');
SELECT lives_ok($$UPDATE threat_model_access SET role = 'writer' WHERE user_email = 'bob@example.com'$$, 'a co-owner may be lowered');
SELECT lives_ok($$DELETE FROM threat_model_access WHERE user_email = 'bob@example.com'$$, 'and removed');
SELECT tap.roles('alice owner by dave since 2020-02-02, carol reader by alice since now', 'nothing else was changed by this');

-- Transfers
UPDATE threat_models SET owner_email = 'bob@example.com' FROM ids WHERE id = model;
SELECT tap.roles('alice owner by dave since 2020-02-02, bob owner by alice since now, carol reader by alice since now', 'a new owner gets a row, by the old one, who stays an owner');
SELECT throws_ok($$DELETE FROM threat_model_access USING ids WHERE threat_model_id = model AND user_email = 'bob@example.com'$$, 'TM409', NULL, 'and is kept from then on');
SELECT lives_ok($$DELETE FROM threat_model_access USING ids WHERE threat_model_id = model AND user_email = 'alice@example.com'$$, 'while the old one may go');
UPDATE threat_models SET owner_email = 'carol@example.com' FROM ids WHERE id = model;
SELECT tap.roles('bob owner by alice since now, carol owner by bob since now', 'a reader who becomes the owner is raised, by the old one');
UPDATE threat_models SET owner_email = 'bob@example.com' FROM ids WHERE id = model;
SELECT tap.roles('bob owner by alice since now, carol owner by bob since now', 'a co-owner who becomes the owner keeps the row');
UPDATE threat_models SET owner_email = owner_email, name = name FROM ids WHERE id = model;
SELECT tap.roles('bob owner by alice since now, carol owner by bob since now', 'an owner who stays changes nothing');
SELECT throws_ok($$UPDATE threat_models SET owner_email = 'nobody@example.com'$$, '23503', NULL, 'a model cannot go to somebody who is not there');
INSERT INTO threat_models (id, name, owner_email, created_by) SELECT model, 'x', 'alice@example.com', 'x' FROM ids ON CONFLICT (id) DO UPDATE SET owner_email = excluded.owner_email;
SELECT tap.roles('alice owner by bob since now, bob owner by alice since now, carol owner by bob since now', 'an upsert hands over too');

-- New addresses
UPDATE users SET email = 'ann@example.com' WHERE email = 'alice@example.com';
SELECT tap.roles('ann owner by bob since now, bob owner by alice since now, carol owner by bob since now', 'a changed address takes the row with it; who granted stays as it was written');
SELECT results_eq('SELECT owner_email FROM threat_models JOIN ids ON id IN (model, second)', ARRAY['ann@example.com', 'ann@example.com'], 'and the models');
SELECT results_eq('SELECT user_email FROM threat_model_access JOIN ids ON threat_model_id = second', ARRAY['ann@example.com'], 'without another row');
SELECT throws_ok($$DELETE FROM threat_model_access WHERE user_email = 'ann@example.com'$$, 'TM409', NULL, 'and still keeps the owner');
UPDATE users SET email = 'bill@example.com' WHERE email = 'bob@example.com';
UPDATE users SET email = 'bob@example.com' WHERE email = 'ann@example.com';
SELECT tap.roles('bill owner by alice since now, bob owner by bob since now, carol owner by bob since now', 'an address that somebody else had before takes no row of his');
UPDATE users SET email = 'alice@example.com' WHERE email = 'bob@example.com';
UPDATE users SET email = 'bob@example.com' WHERE email = 'bill@example.com';
SELECT tap.roles('alice owner by bob since now, bob owner by alice since now, carol owner by bob since now', 'and back');

-- People who go
SELECT throws_ok($$DELETE FROM users WHERE email = 'alice@example.com'$$, NULL, NULL, 'somebody who owns models cannot go');
SELECT matches(tap.constraint_of($$DELETE FROM users WHERE email = 'alice@example.com'$$), 'threat_models_owner_email_fkey', 'which the foreign key says');
SELECT lives_ok($$DELETE FROM users WHERE email = 'bob@example.com'$$, 'a co-owner can');
UPDATE threat_models SET owner_email = 'carol@example.com';
SELECT lives_ok($$DELETE FROM users WHERE email = 'alice@example.com'$$, 'and so can an owner after a transfer');
SELECT tap.roles('carol owner by bob since now', 'and takes the row along');

-- Models that go, and come in bulk
SELECT lives_ok('DELETE FROM threat_models', 'a model goes with the row of its owner');
SELECT is_empty('SELECT 1 FROM threat_model_access', 'and all others');
DO $$
BEGIN
  COPY threat_models (name, owner_email, created_by) FROM PROGRAM 'printf "one\tcarol@example.com\tx\ntwo\tdave@example.com\tx\n"';
END
$$;
SELECT results_eq('SELECT m.name, a.user_email, a.role FROM threat_models m JOIN threat_model_access a ON a.threat_model_id = m.id ORDER BY 1', $$VALUES ('one', 'carol@example.com', 'owner'), ('two', 'dave@example.com', 'owner')$$, 'models that are copied in have their owners');
SELECT lives_ok('TRUNCATE threat_models CASCADE', 'all can be emptied');
SELECT tap.owned('carol@example.com');
SELECT lives_ok('TRUNCATE threat_model_access', 'and a superuser who empties access knows what he does');

-- The copied time
SELECT tap.owned('carol@example.com');
INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by, model_created_at)
SELECT id, 'dave@example.com', 'reader', 'x', 'infinity' FROM threat_models;
SELECT is_empty($$SELECT 1 FROM threat_model_access WHERE model_created_at <> '2020-02-02'$$, 'the time of a model is copied, whatever the row says');
SELECT throws_ok($$INSERT INTO threat_model_access (threat_model_id, user_email, role, granted_by) VALUES (uuid_generate_v4(), 'dave@example.com', 'reader', 'x')$$, '23503', NULL, 'where there is no model the foreign key says so');

-- A grant's history
SELECT throws_ok($$UPDATE threat_model_access SET granted_by = 'y' WHERE role = 'reader'$$, 'TM422', NULL, 'who granted is not rewritten');
SELECT lives_ok($$UPDATE threat_model_access SET role = 'writer', granted_by = 'y', granted_at = '2021-01-01' WHERE role = 'reader'$$, 'but told anew with a new role');

SELECT * FROM finish();
