-- Lists of threats: every order, every filter, and pages that neither skip nor repeat.
SELECT no_plan();
-- How a call is refused: SQLSTATE, constraint, and DETAIL where it is our own.
CREATE FUNCTION pg_temp.fault(p_query text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_state text;
  v_constraint text;
  v_detail text;
BEGIN
  EXECUTE p_query;
  RETURN 'no fault';
EXCEPTION
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_constraint = CONSTRAINT_NAME, v_detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', v_state, nullif(v_constraint, ''), substring(v_detail FROM '^(?:item|field|path).*'));
END
$$;
SELECT tap.add_user('alice');
CREATE TEMP TABLE ids AS
SELECT tap.add_model('alice@example.com', 'Payments') AS model, tap.add_model('alice@example.com', 'Other') AS other;
GRANT SELECT ON ids TO PUBLIC;
INSERT INTO diagrams (id, threat_model_id, name, type, cells)
SELECT '40000000-0000-4000-8000-000000000001'::uuid, model, 'Login', 'DFD-1.0.0', '[{"id": "a", "shape": "x"}]'::jsonb FROM ids;
INSERT INTO threats (id, threat_model_id, name, description, mitigation, impact, likelihood, risk_rating, score, priority, mitigated, status, threat_type, diagram_id, cell_id, created_at)
SELECT v.id::uuid, i.model, v.name, v.description, v.mitigation, v.impact, v.likelihood, v.risk_rating, v.score, v.priority, v.mitigated, v.status, v.threat_type, v.diagram_id::uuid, v.cell_id, v.created_at::timestamptz
FROM ids i
CROSS JOIN (
  VALUES
    ('50000000-0000-4000-8000-000000000001', 'Replay', 'A stolen token is used again', 'Nonces', 'High', 'Low', 'Medium', 50, 'p1', false, 'open', 'Spoofing', '40000000-0000-4000-8000-000000000001', 'a', '2026-01-01'),
    ('50000000-0000-4000-8000-000000000002', 'Injection', 'Input becomes code', 'Parameters', 'Critical', 'High', 'Critical', 90, 'p1', true, 'closed', 'Tampering', '40000000-0000-4000-8000-000000000001', NULL, '2026-01-02'),
    ('50000000-0000-4000-8000-000000000003', 'Flood', 'A service drowns in requests', NULL, 'Low', 'Low', 'Low', NULL, NULL, false, NULL, NULL, NULL, NULL, '2026-01-02'),
    ('50000000-0000-4000-8000-000000000004', 'Leak', NULL, NULL, NULL, NULL, NULL, 10, 'p2', false, 'open', 'Information disclosure', NULL, NULL, '2026-01-03')
) AS v (id, name, description, mitigation, impact, likelihood, risk_rating, score, priority, mitigated, status, threat_type, diagram_id, cell_id, created_at);
INSERT INTO threats (threat_model_id, name) SELECT other, 'Elsewhere' FROM ids;
-- The names that a filter lets through, in the default order.
CREATE FUNCTION pg_temp.filtered(p_filter text) RETURNS text
LANGUAGE sql
AS $$ SELECT coalesce(string_agg(t.name, ' ' ORDER BY t.n), 'none') FROM ids i, LATERAL (SELECT l.name, row_number() OVER () AS n FROM threat_list(i.model, p_filter => p_filter::jsonb) l) t $$;
CREATE FUNCTION pg_temp.refused(p_arguments text) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.fault(format('SELECT * FROM threat_list(%L, %s)', i.model, p_arguments)) FROM ids i $$;
-- Every order, page by page: each threat once.
CREATE FUNCTION pg_temp.paged(p_sort text, p_limit integer) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_after jsonb;
  v_names text := '';
  v_page record;
BEGIN
  FOR i IN 1 .. 10 LOOP
    SELECT string_agg(t.name, ' ' ORDER BY t.n) AS names, (array_agg(t.row ORDER BY t.n DESC))[1] AS last
    INTO v_page
    FROM ids x, LATERAL (SELECT l.name, to_jsonb(l) AS row, row_number() OVER () AS n FROM threat_list(x.model, p_limit, v_after, p_sort) l) t;
    EXIT WHEN v_page.names IS NULL;
    v_names := v_names || v_page.names || ' | ';
    v_after := v_page.last;
  END LOOP;
  RETURN v_names;
END
$$;

SELECT tap.act('alice@example.com');

SELECT is(pg_temp.refused('p_limit => 201'), 'TM413 field: limit', 'a page has at most 200 threats');
SELECT is(pg_temp.refused('p_limit => 0'), 'TM422 field: limit', 'and at least one');
SELECT is(pg_temp.refused('p_limit => -1'), 'TM422 field: limit', 'not less');
SELECT is(pg_temp.refused('p_sort => ''colour'''), 'TM422 field: sort', 'threats are not sorted by what they do not have');
SELECT is(pg_temp.refused('p_sort => ''name; DROP TABLE threats'''), 'TM422 field: sort', 'nor by statements');
SELECT is(pg_temp.refused('p_sort => ''--name'''), 'TM422 field: sort', 'one minus is enough');
SELECT is(pg_temp.refused('p_sort => NULL'), 'TM422 field: sort', 'an order is one');
SELECT is(pg_temp.refused('p_filter => ''[]'''), 'TM422 field: filter', 'a filter is an object');
SELECT is(pg_temp.refused('p_filter => ''{"colour": "red"}'''), 'TM422 field: filter.colour', 'threats are not filtered by what they do not have');
SELECT is(pg_temp.refused('p_filter => ''{"diagram_id": "one"}'''), 'TM422 field: filter.diagram_id', 'a diagram has a uuid');
SELECT is(pg_temp.refused('p_filter => ''{"score_min": "low"}'''), 'TM422 field: filter.score_min', 'a score is a number');
SELECT is(pg_temp.refused('p_filter => ''{"words": ["a", "b"]}'''), 'TM422 field: filter.words', 'words are one text');
SELECT is(pg_temp.refused('p_after => ''5'''), 'TM422 field: after', 'a page begins after a row');
SELECT is(pg_temp.refused('p_after => ''{"id": "50000000-0000-4000-8000-000000000001"}'''), 'TM422 field: after', 'with the column sorted by');
SELECT is(pg_temp.refused('p_after => ''{"id": "one", "created_at": "2026-01-01"}'''), 'TM422 field: after', 'and an id');
SELECT is(pg_temp.refused('p_after => ''{"id": "50000000-0000-4000-8000-000000000001", "created_at": null}'''), 'TM422 field: after', 'that is not null');

SELECT results_eq('SELECT t.name FROM ids i, threat_list(i.model) t', ARRAY['Leak', 'Flood', 'Injection', 'Replay'], 'the newest first, and of equals the greatest id');
SELECT results_eq('SELECT t.name FROM ids i, threat_list(i.model, p_sort => ''created_at'') t', ARRAY['Replay', 'Injection', 'Flood', 'Leak'], 'or the oldest');
SELECT results_eq('SELECT t.name FROM ids i, threat_list(i.model, p_sort => ''name'') t', ARRAY['Flood', 'Injection', 'Leak', 'Replay'], 'by name');
SELECT results_eq('SELECT t.name FROM ids i, threat_list(i.model, p_sort => ''-name'') t', ARRAY['Replay', 'Leak', 'Injection', 'Flood'], 'backwards');
SELECT results_eq('SELECT t.name FROM ids i, threat_list(i.model, p_sort => ''-score'') t', ARRAY['Injection', 'Replay', 'Leak', 'Flood'], 'by score, the gravest first, those without one last');
SELECT results_eq('SELECT t.name FROM ids i, threat_list(i.model, p_sort => ''score'') t', ARRAY['Leak', 'Replay', 'Injection', 'Flood'], 'or the least, those without one last, too');
SELECT is((SELECT count(*) FROM ids i, threat_update(i.model, '50000000-0000-4000-8000-000000000003', '{"name": "Flooding"}') t), 1::bigint, 'a threat is changed');
SELECT is((SELECT t.name FROM ids i, threat_list(i.model, 1, p_sort => '-modified_at') t), 'Flooding', 'and stands first by modified_at');

SELECT is(pg_temp.filtered('{}'), 'Leak Flooding Injection Replay', 'an empty filter lets all through');
SELECT is(pg_temp.filtered('{"diagram_id": "40000000-0000-4000-8000-000000000001"}'), 'Injection Replay', 'by diagram');
SELECT is(pg_temp.filtered('{"diagram_id": null}'), 'Leak Flooding', 'in none');
SELECT is(pg_temp.filtered('{"cell_id": "a"}'), 'Replay', 'by cell');
SELECT is(pg_temp.filtered('{"risk_rating": "Critical"}'), 'Injection', 'by risk rating');
SELECT is(pg_temp.filtered('{"risk_rating": ["Critical", "Low"]}'), 'Flooding Injection', 'by several');
SELECT is(pg_temp.filtered('{"impact": "High"}'), 'Replay', 'by impact');
SELECT is(pg_temp.filtered('{"likelihood": "Low"}'), 'Flooding Replay', 'by likelihood');
SELECT is(pg_temp.filtered('{"status": "open"}'), 'Leak Replay', 'by status');
SELECT is(pg_temp.filtered('{"status": null}'), 'Flooding', 'without one');
SELECT is(pg_temp.filtered('{"mitigated": true}'), 'Injection', 'by whether they are mitigated');
SELECT is(pg_temp.filtered('{"threat_type": "Spoofing"}'), 'Replay', 'by type');
SELECT is(pg_temp.filtered('{"priority": "p1"}'), 'Injection Replay', 'by priority');
SELECT is(pg_temp.filtered('{"score_min": 50}'), 'Injection Replay', 'by the least score');
SELECT is(pg_temp.filtered('{"score_max": 50}'), 'Leak Replay', 'by the greatest');
SELECT is(pg_temp.filtered('{"score_min": 20, "score_max": 80}'), 'Replay', 'by both');
SELECT is(pg_temp.filtered('{"words": "nonces stolen"}'), 'Replay', 'by words, wherever they stand');
SELECT is(pg_temp.filtered('{"words": "stolen code"}'), 'none', 'all of which must occur');
SELECT is(pg_temp.filtered('{"words": "Elsewhere"}'), 'none', 'threats of other models never');
SELECT is(pg_temp.filtered('{"priority": "p1", "mitigated": false}'), 'Replay', 'filters add up');
SELECT is(pg_temp.filtered('{"status": "open'' OR true --"}'), 'none', 'a value is a value, whatever it says');

SELECT is(pg_temp.paged('-created_at', 1), 'Leak | Flooding | Injection | Replay | ', 'page by page, the newest first');
SELECT is(pg_temp.paged('created_at', 3), 'Replay Injection Flooding | Leak | ', 'the oldest first');
SELECT is(pg_temp.paged('-score', 1), 'Injection | Replay | Leak | Flooding | ', 'by score');
SELECT is(pg_temp.paged('score', 3), 'Leak Replay Injection | Flooding | ', 'upwards');
SELECT is(pg_temp.paged('-name', 2), 'Replay Leak | Injection Flooding | ', 'by name');
SELECT * FROM finish();
