-- Everyone has to sign in again: tokens go with the table.

DROP TABLE refresh_tokens;
