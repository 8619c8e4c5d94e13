-- JSON Pointers (RFC 6901): what leads somewhere, what leads nowhere, and what is none.
SELECT no_plan();

-- A pointer is followed by a test, which says whether the value stands there.
CREATE FUNCTION pg_temp.holds(p_document jsonb, p_pointer text, p_value jsonb) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  v_state text;
BEGIN
  PERFORM jsonb_patch(p_document, jsonb_build_array(jsonb_build_object('op', 'test', 'path', p_pointer, 'value', p_value)));
  RETURN 'yes';
EXCEPTION
  WHEN SQLSTATE 'TM409' THEN
    RETURN 'no';
  WHEN SQLSTATE 'TM422' THEN
    RETURN 'no pointer';
END
$$;
CREATE FUNCTION pg_temp.rfc() RETURNS jsonb
LANGUAGE sql
AS $$
  SELECT '{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8}'::jsonb
$$;

-- What is no pointer
SELECT is(pg_temp.holds('{"a": 1}', 'a', '1'), 'no pointer', 'a pointer begins with a slash');
SELECT is(pg_temp.holds('{"a": 1}', ' /a', '1'), 'no pointer', 'and with nothing before it');
SELECT is(pg_temp.holds('{"a": 1}', '#/a', '1'), 'no pointer', 'the form for URLs is another');
SELECT is(pg_temp.holds('{"a~": 1}', '/a~', '1'), 'no pointer', 'a tilde is never the last');
SELECT is(pg_temp.holds('{"a~b": 1}', '/a~b', '1'), 'no pointer', 'a tilde stands before 0 or 1');
SELECT is(pg_temp.holds('{"~2": 1}', '/~2', '1'), 'no pointer', 'and before nothing else');
SELECT is(pg_temp.holds('{"~": {"a": 1}}', '/~/a', '1'), 'no pointer', 'not before a slash either');

-- What leads nowhere
SELECT is(pg_temp.holds('{"a": 1}', '/b', '1'), 'no', 'a member that is not there');
SELECT is(pg_temp.holds('{"a": 1}', '/a/b', '1'), 'no', 'a member of a number');
SELECT is(pg_temp.holds('{"a": "text"}', '/a/0', '"t"'), 'no', 'a letter of a text');
SELECT is(pg_temp.holds('{"a": null}', '/a/b', 'null'), 'no', 'a member of null');
SELECT is(pg_temp.holds('[1, 2]', '/2', '2'), 'no', 'an index beyond the end');
SELECT is(pg_temp.holds('[1, 2]', '/-', '2'), 'no', 'the place behind the end');
SELECT is(pg_temp.holds('[1, 2]', '/-1', '2'), 'no', 'an index from the end');
SELECT is(pg_temp.holds('[1, 2]', '/+1', '2'), 'no', 'an index with a sign');
SELECT is(pg_temp.holds('[1, 2]', '/01', '2'), 'no', 'an index with a leading zero');
SELECT is(pg_temp.holds('[1, 2]', '/00', '1'), 'no', 'two zeros');
SELECT is(pg_temp.holds('[1, 2]', '/-0', '1'), 'no', 'a zero with a sign');
SELECT is(pg_temp.holds('[1, 2]', '/ 1', '2'), 'no', 'an index behind a blank');
SELECT is(pg_temp.holds('[1, 2]', E'/\t1', '2'), 'no', 'behind a tab');
SELECT is(pg_temp.holds('[1, 2]', E'/\n1', '2'), 'no', 'behind the end of a line');
SELECT is(pg_temp.holds('[1, 2]', '/1 ', '2'), 'no', 'or before a blank');
SELECT is(pg_temp.holds('[1, 2]', E'/1\n', '2'), 'no', 'or before the end of a line');
SELECT is(pg_temp.holds('[1, 2]', '/1e0', '2'), 'no', 'an index as a fraction is written');
SELECT is(pg_temp.holds('[1, 2]', '/1.0', '2'), 'no', 'with a point');
SELECT is(pg_temp.holds('[1, 2]', '/0x1', '2'), 'no', 'or as a program writes it');
SELECT is(pg_temp.holds('[1, 2]', '/١', '2'), 'no', 'a digit of another script');
SELECT is(pg_temp.holds('[1, 2]', '/4294967297', '2'), 'no', 'an index that would be 1 if it went round');
SELECT is(pg_temp.holds('[1, 2]', '/99999999999999999999999', '2'), 'no', 'an index that no integer holds');
SELECT is(pg_temp.holds('[1, 2]', '/', '1'), 'no', 'an empty index');
SELECT is(pg_temp.holds('[[1], [2]]', '/-1/0', '2'), 'no', 'a wrong index on the way is wrong, too');
SELECT is(pg_temp.holds('[[1], [2]]', '/01/0', '2'), 'no', 'with a leading zero as well');
SELECT is(pg_temp.holds('{"a": [[1], [2]]}', '/a/ 1/0', '2'), 'no', 'deeper down');
SELECT is(pg_temp.holds('{"a": 1}', '/A', '1'), 'no', 'capitals count');
SELECT is(pg_temp.holds('"a"', '/', '"a"'), 'no', 'a slash is not the whole document');
SELECT is(pg_temp.holds('{"c%d": 2}', '/c%25d', '2'), 'no', 'percent signs are themselves');

-- The examples of RFC 6901, section 5
SELECT is(pg_temp.holds(pg_temp.rfc(), '', pg_temp.rfc()), 'yes', 'an empty pointer is the whole document');
SELECT is(pg_temp.holds(pg_temp.rfc(), '/foo', '["bar", "baz"]'), 'yes', '/foo');
SELECT is(pg_temp.holds(pg_temp.rfc(), '/foo/0', '"bar"'), 'yes', '/foo/0');
SELECT is(pg_temp.holds(pg_temp.rfc(), '/', '0'), 'yes', 'a slash is the member with the empty name');
SELECT is(pg_temp.holds(pg_temp.rfc(), '/a~1b', '1'), 'yes', '/a~1b');
SELECT is(pg_temp.holds(pg_temp.rfc(), '/c%d', '2'), 'yes', '/c%d');
SELECT is(pg_temp.holds(pg_temp.rfc(), '/e^f', '3'), 'yes', '/e^f');
SELECT is(pg_temp.holds(pg_temp.rfc(), '/g|h', '4'), 'yes', '/g|h');
SELECT is(pg_temp.holds(pg_temp.rfc(), '/i\j', '5'), 'yes', '/i\j');
SELECT is(pg_temp.holds(pg_temp.rfc(), '/k"l', '6'), 'yes', '/k"l');
SELECT is(pg_temp.holds(pg_temp.rfc(), '/ ', '7'), 'yes', 'a blank');
SELECT is(pg_temp.holds(pg_temp.rfc(), '/m~0n', '8'), 'yes', '/m~0n');

-- More of them
SELECT is(pg_temp.holds('{"~1": 1}', '/~01', '1'), 'yes', '~01 is a tilde and a one, not a slash');
SELECT is(pg_temp.holds('{"/": {"~": 1}}', '/~1/~0', '1'), 'yes', 'a token is unescaped after the pointer is split');
SELECT is(pg_temp.holds('{"~~//": 1}', '/~0~0~1~1', '1'), 'yes', 'each of several');
SELECT is(pg_temp.holds('{"": {"": [7]}}', '///0', '7'), 'yes', 'empty names follow each other');
SELECT is(pg_temp.holds('{"01": 1, "-1": 2, "+1": 3, " 1": 4, "-": 5, "1e0": 6}', '/01', '1'), 'yes', 'in an object 01 is a name');
SELECT is(pg_temp.holds('{"01": 1, "-1": 2, "+1": 3, " 1": 4, "-": 5, "1e0": 6}', '/-1', '2'), 'yes', 'as is -1');
SELECT is(pg_temp.holds('{"01": 1, "-1": 2, "+1": 3, " 1": 4, "-": 5, "1e0": 6}', '/+1', '3'), 'yes', '+1');
SELECT is(pg_temp.holds('{"01": 1, "-1": 2, "+1": 3, " 1": 4, "-": 5, "1e0": 6}', '/ 1', '4'), 'yes', 'a blank and 1');
SELECT is(pg_temp.holds('{"01": 1, "-1": 2, "+1": 3, " 1": 4, "-": 5, "1e0": 6}', '/-', '5'), 'yes', '-');
SELECT is(pg_temp.holds('{"01": 1, "-1": 2, "+1": 3, " 1": 4, "-": 5, "1e0": 6}', '/1e0', '6'), 'yes', '1e0');
SELECT is(pg_temp.holds('{"01": [{"-1": 8}]}', '/01/0/-1', '8'), 'yes', 'names and indexes mix');
SELECT is(pg_temp.holds('{"ключ": {"🔑": 9}}', '/ключ/🔑', '9'), 'yes', 'names are of any script');
SELECT is(pg_temp.holds(E'{"a\\nb": 1}', E'/a\nb', '1'), 'yes', 'and hold line ends');
SELECT is(pg_temp.holds('[1, 2]', '/0', '1'), 'yes', 'the first element is 0');
SELECT is(pg_temp.holds('[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]', '/10', '11'), 'yes', 'indexes have several digits');

-- Numbers are equal by value; everything else by what it is
SELECT is(pg_temp.holds('1', '', '2'), 'no', 'numbers differ');
SELECT is(pg_temp.holds('10', '', '"10"'), 'no', 'a number is no text');
SELECT is(pg_temp.holds('true', '', '1'), 'no', 'true is no number');
SELECT is(pg_temp.holds('null', '', 'false'), 'no', 'null is not false');
SELECT is(pg_temp.holds('[]', '', '{}'), 'no', 'an empty array is no object');
SELECT is(pg_temp.holds('"\u00e9"', '', '"e\u0301"'), 'no', 'letters that look alike differ');
SELECT is(pg_temp.holds('[1, 2]', '', '[2, 1]'), 'no', 'the order of elements counts');
SELECT is(pg_temp.holds('{"a": 1, "b": 2}', '', '{"a": 1}'), 'no', 'a part is not the whole');
SELECT is(pg_temp.holds('1', '', '1.0'), 'yes', '1 and 1.0 are one number');
SELECT is(pg_temp.holds('100', '', '1e2'), 'yes', '100 and 1e2 too');
SELECT is(pg_temp.holds('0', '', '-0'), 'yes', 'and 0 and -0');
SELECT is(pg_temp.holds('{"a": [1.50]}', '', '{"a": [1.5]}'), 'yes', 'deep down, too');
SELECT is(pg_temp.holds('123456789012345678901234567890', '', '123456789012345678901234567891'), 'no', 'long numbers are compared digit by digit');
SELECT is(pg_temp.holds('{"a": 1, "b": 2}', '', '{"b": 2, "a": 1}'), 'yes', 'the order of members does not count');
SELECT is(pg_temp.holds('{"a": null}', '/a', 'null'), 'yes', 'null is a value');
SELECT * FROM finish();
