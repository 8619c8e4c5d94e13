-- All document references go with the table.

DROP TABLE documents;
