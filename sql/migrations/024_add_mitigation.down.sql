-- Mitigation texts are lost with their column.

ALTER TABLE threats
  DROP COLUMN mitigation;
