-- Every service needs a new key after this: keys go with the table.

DROP TABLE context_keys;
