-- All source references go with the table.

DROP TABLE sources;
