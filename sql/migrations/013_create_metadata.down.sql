-- All metadata goes with the table.

DROP TABLE metadata;
