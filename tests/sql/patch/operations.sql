-- JSON Patch (RFC 6902): every operation, what each refuses and in which words, and how much is too much.
SELECT no_plan();

-- What a call is answered with: SQLSTATE and DETAIL of its error, which name the operation and the place.
CREATE FUNCTION pg_temp.fault(p_document jsonb, p_operations jsonb) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_state text;
  v_detail text;
BEGIN
  RETURN 'no fault: ' || jsonb_patch(p_document, p_operations)::text;
EXCEPTION
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_detail = PG_EXCEPTION_DETAIL;
    RETURN v_state || ' ' || v_detail;
END
$$;

-- The patch as a whole
SELECT is(pg_temp.fault('{}', NULL), 'TM422 field: operations', 'no patch is none, and loses no document');
SELECT is(pg_temp.fault('{}', 'null'), 'TM422 field: operations', 'null is no patch');
SELECT is(pg_temp.fault('{}', '{"op": "add", "path": "/a", "value": 1}'), 'TM422 field: operations', 'nor is an operation by itself');
SELECT is(pg_temp.fault('{}', '"add"'), 'TM422 field: operations', 'nor a text');
SELECT is(jsonb_patch(NULL, '[{"op": "add", "path": "", "value": 1}]'), NULL, 'what is no document stays none');
SELECT is(jsonb_patch('{"a": 1}', '[]'), '{"a": 1}', 'an empty patch changes nothing');

-- Operations that are malformed
SELECT is(pg_temp.fault('{}', '[1]'), 'TM422 item 0', 'an operation is an object');
SELECT is(pg_temp.fault('{}', '["add"]'), 'TM422 item 0', 'and no text');
SELECT is(pg_temp.fault('{}', '[null]'), 'TM422 item 0', 'or null');
SELECT is(pg_temp.fault('{}', '[[]]'), 'TM422 item 0', 'or an array');
SELECT is(pg_temp.fault('{}', '[{}]'), 'TM422 item 0: op', 'an operation says which it is');
SELECT is(pg_temp.fault('{}', '[{"op": "spam", "path": "/a", "value": 1}]'), 'TM422 item 0: op', 'one of the six');
SELECT is(pg_temp.fault('{}', '[{"op": "Add", "path": "/a", "value": 1}]'), 'TM422 item 0: op', 'in small letters');
SELECT is(pg_temp.fault('{}', '[{"op": null, "path": "/a", "value": 1}]'), 'TM422 item 0: op', 'null is none of them');
SELECT is(pg_temp.fault('{}', '[{"op": ["add"], "path": "/a", "value": 1}]'), 'TM422 item 0: op', 'nor is a list of them');
SELECT is(pg_temp.fault('{}', '[{"op": "add", "value": 1}]'), 'TM422 item 0: path', 'an operation says where');
SELECT is(pg_temp.fault('{}', '[{"op": "add", "path": null, "value": 1}]'), 'TM422 item 0: path', 'null is nowhere');
SELECT is(pg_temp.fault('[1]', '[{"op": "remove", "path": 0}]'), 'TM422 item 0: path', 'a number is no pointer');
SELECT is(pg_temp.fault('{}', '[{"op": "add", "path": ["a"], "value": 1}]'), 'TM422 item 0: path', 'nor is a list of names');
SELECT is(pg_temp.fault('{}', '[{"op": "add", "path": "a", "value": 1}]'), 'TM422 item 0: path', 'a pointer begins with a slash');
SELECT is(pg_temp.fault('{}', '[{"op": "add", "path": "/a~", "value": 1}]'), 'TM422 item 0: path', 'and escapes tildes');
SELECT is(pg_temp.fault('{}', '[{"op": "add", "path": "/a"}]'), 'TM422 item 0: value', 'add needs a value');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "replace", "path": "/a"}]'), 'TM422 item 0: value', 'as does replace');
SELECT is(pg_temp.fault('{"a": null}', '[{"op": "test", "path": "/a"}]'), 'TM422 item 0: value', 'and test, which does not take none for null');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "move", "path": "/b"}]'), 'TM422 item 0: from', 'move says where from');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "copy", "path": "/b", "from": null}]'), 'TM422 item 0: from', 'as does copy');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "copy", "path": "/b", "from": "a"}]'), 'TM422 item 0: from', 'by a pointer, too');
SELECT is(pg_temp.fault('[1]', '[{"op": "copy", "path": "/-", "from": 0}]'), 'TM422 item 0: from', 'which is a text');
SELECT is(
  pg_temp.fault('{"a": 1}', '[{"op": "test", "path": "/a", "value": 1}, {"op": "add", "path": "/b", "value": 2}, {"op": "spam", "path": "/c"}]'),
  'TM422 item 2: op', 'operations are counted from 0'
);
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "remove", "path": "/b"}, {"op": "spam"}]'), 'TM422 item 0: /b', 'the first that fails is named');
SELECT throws_ok($$SELECT jsonb_patch('{}', '[{"op": "spam", "path": ""}]')$$, 'TM422', 'op must be add, remove, replace, move, copy or test', 'the message says what is right');

-- Places that are not there
SELECT is(pg_temp.fault('{"q": {"bar": 2}}', '[{"op": "add", "path": "/a/b", "value": 1}]'), 'TM422 item 0: /a/b', 'add makes no parents');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "add", "path": "/a/b", "value": 1}]'), 'TM422 item 0: /a/b', 'a number has no members');
SELECT is(pg_temp.fault('"a"', '[{"op": "add", "path": "/a", "value": 1}]'), 'TM422 item 0: /a', 'a document that is a text has none either');
SELECT is(pg_temp.fault('[1, 2]', '[{"op": "add", "path": "/3", "value": 1}]'), 'TM422 item 0: /3', 'add leaves no gap in an array');
SELECT is(pg_temp.fault('[1, 2]', '[{"op": "add", "path": "/-1", "value": 1}]'), 'TM422 item 0: /-1', 'nor counts from its end');
SELECT is(pg_temp.fault('[1, 2]', '[{"op": "add", "path": "/01", "value": 1}]'), 'TM422 item 0: /01', 'nor takes leading zeros');
SELECT is(pg_temp.fault('[1, 2]', '[{"op": "add", "path": "/a", "value": 1}]'), 'TM422 item 0: /a', 'an array has no named members');
SELECT is(pg_temp.fault('[1, 2]', '[{"op": "add", "path": "/", "value": 1}]'), 'TM422 item 0: /', 'not even with an empty name');
SELECT is(pg_temp.fault('[1, 2]', '[{"op": "add", "path": "/-/a", "value": 1}]'), 'TM422 item 0: /-/a', 'behind the end of an array nothing has members');
SELECT is(pg_temp.fault('[[1]]', '[{"op": "add", "path": "/-1/-", "value": 1}]'), 'TM422 item 0: /-1/-', 'a wrong index on the way is wrong, too');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "remove", "path": "/b"}]'), 'TM422 item 0: /b', 'what is not there is not removed');
SELECT is(pg_temp.fault('[1]', '[{"op": "remove", "path": "/-"}]'), 'TM422 item 0: /-', 'nor what is behind the end');
SELECT is(pg_temp.fault('[1]', '[{"op": "remove", "path": "/-1"}]'), 'TM422 item 0: /-1', 'nor what is counted from there');
SELECT is(pg_temp.fault('[1]', '[{"op": "remove", "path": "/1"}]'), 'TM422 item 0: /1', 'nor an element beyond the end');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "remove", "path": ""}]'), 'TM422 item 0', 'a document is not removed from itself');
SELECT is(pg_temp.fault('"a"', '[{"op": "remove", "path": ""}]'), 'TM422 item 0', 'not even one that is a text');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "replace", "path": "/b", "value": 1}]'), 'TM422 item 0: /b', 'what is not there is not replaced');
SELECT is(pg_temp.fault('[1]', '[{"op": "replace", "path": "/-", "value": 1}]'), 'TM422 item 0: /-', 'nor what is behind the end');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "move", "from": "/b", "path": "/c"}]'), 'TM422 item 0: /b', 'what is not there is not moved');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "copy", "from": "/b", "path": "/c"}]'), 'TM422 item 0: /b', 'nor copied');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "move", "from": "/b", "path": "/b"}]'), 'TM422 item 0: /b', 'not even to where it is not');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "copy", "from": "/a", "path": "/b/c"}]'), 'TM422 item 0: /b/c', 'copy makes no parents');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "move", "from": "/a", "path": "/b/c"}]'), 'TM422 item 0: /b/c', 'nor does move');
SELECT is(pg_temp.fault('{"a": {"b": 1}}', '[{"op": "move", "from": "/a", "path": "/a/b"}]'), 'TM422 item 0: /a/b', 'a value is not moved into itself');
SELECT is(pg_temp.fault('{"a": {"b": 1}}', '[{"op": "move", "from": "", "path": "/a"}]'), 'TM422 item 0: /a', 'the whole document is not either');
SELECT is(pg_temp.fault('[[1], 2]', '[{"op": "move", "from": "/0", "path": "/0/0"}]'), 'TM422 item 0: /0/0', 'an element is not either');
SELECT is(pg_temp.fault('{"a": [1, 2]}', '[{"op": "move", "from": "/a/0", "path": "/a/2"}]'), 'TM422 item 0: /a/2', 'what moves is gone from its place first');
SELECT throws_ok(
  $$SELECT jsonb_patch('{"a": {}}', '[{"op": "move", "from": "/a", "path": "/a/b"}]')$$, 'TM422', 'a value cannot be moved into itself', 'the message says why'
);

-- Tests
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "test", "path": "/a", "value": 2}]'), 'TM409 item 0: /a', 'a test that fails is a conflict');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "test", "path": "/b", "value": 2}]'), 'TM409 item 0: /b', 'as is one of a place that is not there');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "test", "path": "/b", "value": null}]'), 'TM409 item 0: /b', 'which is not null either');
SELECT is(pg_temp.fault('{"a": 1}', '[{"op": "test", "path": "", "value": 2}]'), 'TM409 item 0', 'or of the whole document');
SELECT is(pg_temp.fault('{"a": "secret"}', '[{"op": "add", "path": "/b", "value": 1}, {"op": "test", "path": "/a", "value": "guess"}]'), 'TM409 item 1: /a', 'the operation is named');
SELECT throws_ok(
  $$SELECT jsonb_patch('{"a": "secret"}', '[{"op": "test", "path": "/a", "value": "guess"}]')$$,
  'TM409', 'the document does not hold the value that the patch was made for', 'and no value is told'
);

-- The examples of RFC 6902, appendix A
SELECT is(jsonb_patch('{"foo": "bar"}', '[{"op": "add", "path": "/baz", "value": "qux"}]'), '{"baz": "qux", "foo": "bar"}', 'A.1. Adding an object member');
SELECT is(jsonb_patch('{"foo": ["bar", "baz"]}', '[{"op": "add", "path": "/foo/1", "value": "qux"}]'), '{"foo": ["bar", "qux", "baz"]}', 'A.2. Adding an array element');
SELECT is(jsonb_patch('{"baz": "qux", "foo": "bar"}', '[{"op": "remove", "path": "/baz"}]'), '{"foo": "bar"}', 'A.3. Removing an object member');
SELECT is(jsonb_patch('{"foo": ["bar", "qux", "baz"]}', '[{"op": "remove", "path": "/foo/1"}]'), '{"foo": ["bar", "baz"]}', 'A.4. Removing an array element');
SELECT is(jsonb_patch('{"baz": "qux", "foo": "bar"}', '[{"op": "replace", "path": "/baz", "value": "boo"}]'), '{"baz": "boo", "foo": "bar"}', 'A.5. Replacing a value');
SELECT is(
  jsonb_patch('{"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}}', '[{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}]'),
  '{"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}}', 'A.6. Moving a value'
);
SELECT is(jsonb_patch('{"foo": ["all", "grass", "cows", "eat"]}', '[{"op": "move", "from": "/foo/1", "path": "/foo/3"}]'), '{"foo": ["all", "cows", "eat", "grass"]}', 'A.7. Moving an array element');
SELECT is(
  jsonb_patch('{"baz": "qux", "foo": ["a", 2, "c"]}', '[{"op": "test", "path": "/baz", "value": "qux"}, {"op": "test", "path": "/foo/1", "value": 2}]'),
  '{"baz": "qux", "foo": ["a", 2, "c"]}', 'A.8. Testing a value: success'
);
SELECT is(pg_temp.fault('{"baz": "qux"}', '[{"op": "test", "path": "/baz", "value": "bar"}]'), 'TM409 item 0: /baz', 'A.9. Testing a value: error');
SELECT is(jsonb_patch('{"foo": "bar"}', '[{"op": "add", "path": "/child", "value": {"grandchild": {}}}]'), '{"foo": "bar", "child": {"grandchild": {}}}', 'A.10. Adding a nested member object');
SELECT is(jsonb_patch('{"foo": "bar"}', '[{"op": "add", "path": "/baz", "value": "qux", "xyz": 123}]'), '{"foo": "bar", "baz": "qux"}', 'A.11. Ignoring unrecognized elements');
SELECT is(pg_temp.fault('{"foo": "bar"}', '[{"op": "add", "path": "/baz/bat", "value": "qux"}]'), 'TM422 item 0: /baz/bat', 'A.12. Adding to a nonexistent target');
SELECT is(pg_temp.fault('{"foo": "bar"}', '[{"op": "add", "path": "/baz", "value": "qux", "op": "remove"}]'), 'TM422 item 0: /baz', 'A.13. Invalid JSON Patch document: of two members of one name the last holds');
SELECT is(jsonb_patch('{"/": 9, "~1": 10}', '[{"op": "test", "path": "/~01", "value": 10}]'), '{"/": 9, "~1": 10}', 'A.14. Escape ordering');
SELECT is(pg_temp.fault('{"/": 9, "~1": 10}', '[{"op": "test", "path": "/~01", "value": "10"}]'), 'TM409 item 0: /~01', 'A.15. Comparing strings and numbers');
SELECT is(jsonb_patch('{"foo": ["bar"]}', '[{"op": "add", "path": "/foo/-", "value": ["abc", "def"]}]'), '{"foo": ["bar", ["abc", "def"]]}', 'A.16. Adding an array value');

-- More of each
SELECT is(jsonb_patch('{"a": 1}', '[{"op": "add", "path": "/a", "value": null}]'), '{"a": null}', 'add replaces a member that is there, with null too');
SELECT is(jsonb_patch('{"a": 1}', '[{"op": "add", "path": "", "value": [2]}]'), '[2]', 'add replaces the whole document');
SELECT is(jsonb_patch('[]', '[{"op": "add", "path": "/0", "value": 1}]'), '[1]', 'add begins an empty array by index');
SELECT is(jsonb_patch('[]', '[{"op": "add", "path": "/-", "value": 1}]'), '[1]', 'or by its end');
SELECT is(jsonb_patch('[1, 2]', '[{"op": "add", "path": "/2", "value": 3}]'), '[1, 2, 3]', 'the end of an array has an index');
SELECT is(jsonb_patch('[1, 2]', '[{"op": "add", "path": "/0", "value": [0]}]'), '[[0], 1, 2]', 'an array is added as one value');
SELECT is(jsonb_patch('{"a": [[], [{"b": 1}]]}', '[{"op": "add", "path": "/a/1/0/c", "value": 2}]'), '{"a": [[], [{"b": 1, "c": 2}]]}', 'add reaches deep');
SELECT is(jsonb_patch('{"-": {}, "01": []}', '[{"op": "add", "path": "/-/x", "value": 1}, {"op": "add", "path": "/01/-", "value": 2}]'), '{"-": {"x": 1}, "01": [2]}', 'names of members may look like indexes');
SELECT is(jsonb_patch('{"a": {"-1": {}}}', '[{"op": "add", "path": "/a/-1/+1", "value": 1}]'), '{"a": {"-1": {"+1": 1}}}', 'and like signed ones');
SELECT is(jsonb_patch('{}', '[{"op": "add", "path": "/", "value": 1}]'), '{"": 1}', 'a member may have an empty name');
SELECT is(jsonb_patch('{"a": null}', '[{"op": "remove", "path": "/a"}]'), '{}', 'null is there, and can be removed');
SELECT is(jsonb_patch('[1, 2, 3, 4]', '[{"op": "remove", "path": "/1"}, {"op": "remove", "path": "/2"}]'), '[1, 3]', 'operations see what those before them did');
SELECT is(jsonb_patch('{"a": {"-1": [1, 2]}}', '[{"op": "remove", "path": "/a/-1/0"}]'), '{"a": {"-1": [2]}}', 'remove walks odd names');
SELECT is(jsonb_patch('{"a": 1}', '[{"op": "replace", "path": "", "value": "text"}]'), '"text"', 'replace replaces the whole document');
SELECT is(jsonb_patch('"text"', '[{"op": "replace", "path": "", "value": null}]'), 'null', 'with null too, which is a document');
SELECT is(jsonb_patch('[1, [2, 3]]', '[{"op": "replace", "path": "/1/1", "value": {"a": 1}}]'), '[1, [2, {"a": 1}]]', 'replace reaches deep');
SELECT is(jsonb_patch('{"a": 1}', '[{"op": "move", "from": "/a", "path": "/a"}]'), '{"a": 1}', 'moving to the same place does nothing');
SELECT is(jsonb_patch('{"a": 1}', '[{"op": "move", "from": "", "path": ""}]'), '{"a": 1}', 'for a whole document too');
SELECT is(jsonb_patch('{"a": {"b": 1}}', '[{"op": "move", "from": "/a/b", "path": "/a"}]'), '{"a": 1}', 'a value is moved over its parent');
SELECT is(jsonb_patch('{"a": {"b": 1}}', '[{"op": "move", "from": "/a", "path": ""}]'), '{"b": 1}', 'or over the whole document');
SELECT is(jsonb_patch('{"a": 1, "ab": {}}', '[{"op": "move", "from": "/a", "path": "/ab/c"}]'), '{"ab": {"c": 1}}', 'a longer name is not inside a shorter');
SELECT is(jsonb_patch('[1, 2, 3]', '[{"op": "move", "from": "/2", "path": "/0"}]'), '[3, 1, 2]', 'elements move forward');
SELECT is(jsonb_patch('[1, 2, 3]', '[{"op": "move", "from": "/0", "path": "/-"}]'), '[2, 3, 1]', 'and to the end');
SELECT is(jsonb_patch('{"a": {"b": 1}}', '[{"op": "copy", "from": "/a", "path": "/a/c"}]'), '{"a": {"b": 1, "c": {"b": 1}}}', 'a value can be copied into itself');
SELECT is(jsonb_patch('{"a": 1}', '[{"op": "copy", "from": "", "path": "/b"}]'), '{"a": 1, "b": {"a": 1}}', 'as can a whole document');
SELECT is(
  jsonb_patch('{"a": [1]}', '[{"op": "copy", "from": "/a", "path": "/b"}, {"op": "add", "path": "/b/-", "value": 2}]'), '{"a": [1], "b": [1, 2]}', 'a copy is a value of its own'
);
SELECT is(jsonb_patch('{"a": null}', '[{"op": "copy", "from": "/a", "path": "/b"}]'), '{"a": null, "b": null}', 'null is copied');
SELECT is(jsonb_patch('{"n": 1.50}', '[{"op": "copy", "from": "/n", "path": "/m"}]')::text, '{"m": 1.50, "n": 1.50}', 'numbers keep their spelling');
SELECT is(
  jsonb_patch('{"a": 1}', '[{"op": "replace", "path": "/a", "value": 2}, {"op": "test", "path": "/a", "value": 2}, {"op": "remove", "path": "/a"}, {"op": "add", "path": "/a", "value": {"b": []}}, {"op": "add", "path": "/a/b/-", "value": 3}, {"op": "move", "from": "/a/b/0", "path": "/c"}, {"op": "copy", "from": "/c", "path": "/a/b/0"}]'),
  '{"a": {"b": [3]}, "c": 3}', 'all six in a row'
);

-- Large documents: an array that several operations go into is taken apart meanwhile, which must make no difference.
CREATE FUNCTION pg_temp.large(p_operations jsonb) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_document jsonb := '{"a": [{"x": 1}, {"x": [2]}, {"x": 3}], "b": {"x": 9}, "0": {"x": 8}}';
  -- Three operations on the array, so that it is apart when the fourth comes.
  v_operations jsonb := '[{"op": "test", "path": "/a/0/x", "value": 1}, {"op": "test", "path": "/a/1/x/0", "value": 2}, {"op": "test", "path": "/a/2", "value": {"x": 3}}]';
  v_small text;
  v_large text;
BEGIN
  v_operations := v_operations || p_operations;
  v_small := pg_temp.fault(v_document, v_operations);
  v_large := pg_temp.fault(v_document || jsonb_build_object('z', repeat('z', 40000)), v_operations);
  v_large := replace(v_large, ', "z": "' || repeat('z', 40000) || '"', '');
  RETURN CASE WHEN v_large = v_small THEN v_large ELSE format('%s, and if it is large: %s', v_small, v_large) END;
END
$$;
SELECT is(pg_temp.large('[{"op": "add", "path": "/a/01/y", "value": 0}]'), 'TM422 item 3: /a/01/y', 'an index has no leading zero');
SELECT is(pg_temp.large('[{"op": "add", "path": "/a/-1/y", "value": 0}]'), 'TM422 item 3: /a/-1/y', 'nor a sign');
SELECT is(pg_temp.large('[{"op": "add", "path": "/a/3/y", "value": 0}]'), 'TM422 item 3: /a/3/y', 'and is not beyond the end');
SELECT is(pg_temp.large('[{"op": "add", "path": "/a/-/y", "value": 0}]'), 'TM422 item 3: /a/-/y', 'behind which nothing has members');
SELECT is(pg_temp.large('[{"op": "add", "path": "/a/4", "value": 0}]'), 'TM422 item 3: /a/4', 'add leaves no gap');
SELECT is(pg_temp.large('[{"op": "replace", "path": "/a/-", "value": 0}]'), 'TM422 item 3: /a/-', 'replace finds nothing behind the end');
SELECT is(pg_temp.large('[{"op": "remove", "path": "/a/3"}]'), 'TM422 item 3: /a/3', 'nor does remove');
SELECT is(pg_temp.large('[{"op": "test", "path": "/a/3", "value": null}]'), 'TM409 item 3: /a/3', 'nor test');
SELECT is(pg_temp.large('[{"op": "test", "path": "/a/0/x", "value": 2}]'), 'TM409 item 3: /a/0/x', 'a test is of one element');
SELECT is(pg_temp.large('[{"op": "move", "from": "/a/0", "path": "/a/0/x"}]'), 'TM422 item 3: /a/0/x', 'no element is moved into itself');
SELECT is(pg_temp.large('[{"op": "remove", "path": "/a/0/y"}]'), 'TM422 item 3: /a/0/y', 'the whole pointer is named');
SELECT is(pg_temp.large('[{"op": "replace", "path": "/a/0/x", "value": 0}, {"op": "spam", "path": "/a/0"}]'), 'TM422 item 4: op', 'what is malformed is so everywhere');
SELECT is(pg_temp.large('[{"op": "add", "path": "/a/0/y", "value": 0}]'), 'no fault: {"0": {"x": 8}, "a": [{"x": 1, "y": 0}, {"x": [2]}, {"x": 3}], "b": {"x": 9}}', 'a member of an element');
SELECT is(pg_temp.large('[{"op": "add", "path": "/a/1/x/-", "value": 4}]'), 'no fault: {"0": {"x": 8}, "a": [{"x": 1}, {"x": [2, 4]}, {"x": 3}], "b": {"x": 9}}', 'an element of an array in one');
SELECT is(pg_temp.large('[{"op": "add", "path": "/a/1", "value": 4}]'), 'no fault: {"0": {"x": 8}, "a": [{"x": 1}, 4, {"x": [2]}, {"x": 3}], "b": {"x": 9}}', 'an element in the midst');
SELECT is(pg_temp.large('[{"op": "add", "path": "/a/3", "value": [4]}]'), 'no fault: {"0": {"x": 8}, "a": [{"x": 1}, {"x": [2]}, {"x": 3}, [4]], "b": {"x": 9}}', 'at the end');
SELECT is(pg_temp.large('[{"op": "add", "path": "/a/-", "value": null}]'), 'no fault: {"0": {"x": 8}, "a": [{"x": 1}, {"x": [2]}, {"x": 3}, null], "b": {"x": 9}}', 'by either name');
SELECT is(pg_temp.large('[{"op": "add", "path": "/a/0", "value": 4}, {"op": "remove", "path": "/a/1"}]'), 'no fault: {"0": {"x": 8}, "a": [4, {"x": [2]}, {"x": 3}], "b": {"x": 9}}', 'at the beginning, and one less behind it');
SELECT is(pg_temp.large('[{"op": "remove", "path": "/a/2"}, {"op": "remove", "path": "/a/0"}, {"op": "remove", "path": "/a/0"}]'), 'no fault: {"0": {"x": 8}, "a": [], "b": {"x": 9}}', 'all are removed');
SELECT is(pg_temp.large('[{"op": "replace", "path": "/a/1", "value": 4}]'), 'no fault: {"0": {"x": 8}, "a": [{"x": 1}, 4, {"x": 3}], "b": {"x": 9}}', 'one is replaced');
SELECT is(pg_temp.large('[{"op": "copy", "from": "/a/1/x", "path": "/a/1/y"}]'), 'no fault: {"0": {"x": 8}, "a": [{"x": 1}, {"x": [2], "y": [2]}, {"x": 3}], "b": {"x": 9}}', 'a copy within one');
SELECT is(pg_temp.large('[{"op": "copy", "from": "/a/1/x", "path": "/a/0/x"}]'), 'no fault: {"0": {"x": 8}, "a": [{"x": [2]}, {"x": [2]}, {"x": 3}], "b": {"x": 9}}', 'a copy from another');
SELECT is(pg_temp.large('[{"op": "move", "from": "/b/x", "path": "/a/0/x"}]'), 'no fault: {"0": {"x": 8}, "a": [{"x": 9}, {"x": [2]}, {"x": 3}], "b": {}}', 'a move from elsewhere');
SELECT is(pg_temp.large('[{"op": "move", "from": "/a/0/x", "path": "/b/y"}]'), 'no fault: {"0": {"x": 8}, "a": [{}, {"x": [2]}, {"x": 3}], "b": {"x": 9, "y": 1}}', 'or to elsewhere');
SELECT is(pg_temp.large('[{"op": "move", "from": "/a/0/x", "path": "/a/0"}]'), 'no fault: {"0": {"x": 8}, "a": [1, {}, {"x": [2]}, {"x": 3}], "b": {"x": 9}}', 'what is moved to an element''s place stands before it');
SELECT is(pg_temp.large('[{"op": "copy", "from": "/a/0", "path": "/a/0/y"}]'), 'no fault: {"0": {"x": 8}, "a": [{"x": 1, "y": {"x": 1}}, {"x": [2]}, {"x": 3}], "b": {"x": 9}}', 'an element is copied into itself');
SELECT is(pg_temp.large('[{"op": "move", "from": "/a/2", "path": "/a/0"}]'), 'no fault: {"0": {"x": 8}, "a": [{"x": 3}, {"x": 1}, {"x": [2]}], "b": {"x": 9}}', 'elements change places');
SELECT is(pg_temp.large('[{"op": "replace", "path": "/0/x", "value": 0}, {"op": "replace", "path": "/a/0/x", "value": 0}]'), 'no fault: {"0": {"x": 0}, "a": [{"x": 0}, {"x": [2]}, {"x": 3}], "b": {"x": 9}}', 'a member that is called like an index is another');
SELECT is(pg_temp.large('[{"op": "add", "path": "/b/1", "value": 7}]'), 'no fault: {"0": {"x": 8}, "a": [{"x": 1}, {"x": [2]}, {"x": 3}], "b": {"1": 7, "x": 9}}', 'an index elsewhere is no index here');
SELECT is(pg_temp.large('[{"op": "replace", "path": "/b/x", "value": 0}, {"op": "test", "path": "/a/0/x", "value": 1}]'), 'no fault: {"0": {"x": 8}, "a": [{"x": 1}, {"x": [2]}, {"x": 3}], "b": {"x": 0}}', 'as is the rest of the document');
SELECT is(pg_temp.large('[{"op": "replace", "path": "/a/0/x", "value": 5}, {"op": "copy", "from": "/a", "path": "/b/a"}, {"op": "replace", "path": "/a/0/x", "value": 6}]'), 'no fault: {"0": {"x": 8}, "a": [{"x": 6}, {"x": [2]}, {"x": 3}], "b": {"a": [{"x": 5}, {"x": [2]}, {"x": 3}], "x": 9}}', 'the array is whole whenever it is looked at whole');
SELECT is(pg_temp.large('[{"op": "replace", "path": "/a", "value": 4}]'), 'no fault: {"0": {"x": 8}, "a": 4, "b": {"x": 9}}', 'and can be replaced');

-- How much is too much
CREATE FUNCTION pg_temp.many(p_count integer) RETURNS jsonb
LANGUAGE sql
AS $$ SELECT jsonb_agg('{"op": "test", "path": "/a", "value": 1}'::jsonb) FROM generate_series(1, p_count) $$;
SELECT is(pg_temp.fault('{"a": 1}', pg_temp.many(1001)), 'TM413 field: operations', '1,001 operations are too many');
SELECT is(pg_temp.fault('{"a": 1}', pg_temp.many(1000)), 'no fault: {"a": 1}', '1,000 are not');

CREATE FUNCTION pg_temp.nested(p_depth integer) RETURNS jsonb
LANGUAGE sql
AS $$ SELECT (repeat('[', p_depth) || repeat(']', p_depth))::jsonb $$;
SELECT is(pg_temp.fault('{}', jsonb_build_array(jsonb_build_object('op', 'add', 'path', '/a', 'value', pg_temp.nested(100)))), 'TM413 field: operations', '101 levels are too deep');
SELECT lives_ok($$SELECT jsonb_patch('{}', jsonb_build_array(jsonb_build_object('op', 'add', 'path', '/a', 'value', pg_temp.nested(99))))$$, '100 are not');
SELECT lives_ok($$SELECT jsonb_patch(jsonb_build_array(pg_temp.nested(200)), '[{"op": "remove", "path": "/0"}]')$$, 'and what was too deep may be mended');
SELECT is(
  pg_temp.fault('{}', (SELECT jsonb_agg('{"op": "copy", "from": "", "path": "/a"}'::jsonb) FROM generate_series(1, 101))),
  'TM413 field: operations', 'copying a document into itself deepens it'
);
-- Each of these doubles the document.
SELECT matches(
  pg_temp.fault('{"a": ["1234567890"]}', (SELECT jsonb_agg('{"op": "copy", "from": "/a", "path": "/a/0"}'::jsonb) FROM generate_series(1, 1000))),
  '^TM413 item [0-9]+: /a/0$', 'a document does not grow above 64 MB'
);

-- Anybody's
SELECT tap.become('app');
SELECT is(jsonb_patch('{}', '[{"op": "add", "path": "/a", "value": 1}]'), '{"a": 1}', 'a service calls it without an identity, since it reads nothing');
SELECT tap.become('auth');
SELECT throws_ok($$SELECT jsonb_patch('{}', '[]')$$, '42501', NULL, 'the login service, which has no use for it, does not');
SELECT * FROM finish();
