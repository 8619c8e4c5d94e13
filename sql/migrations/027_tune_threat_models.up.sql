-- Counters change with every row of a model: room on the page keeps their updates out of the indexes.

ALTER TABLE threat_models
  SET (fillfactor = 80);
