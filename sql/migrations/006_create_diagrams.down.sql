-- All drawings go with the table.

DROP TABLE diagrams;
