-- All threats go with the table.

DROP TABLE threats;
