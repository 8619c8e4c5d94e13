-- All threat models go with the table.

DROP TABLE threat_models;
