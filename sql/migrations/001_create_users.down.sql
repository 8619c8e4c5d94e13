-- Back to an empty schema: the table goes before the function that its default calls.

DROP TABLE users;

DROP FUNCTION uuid_generate_v4();
