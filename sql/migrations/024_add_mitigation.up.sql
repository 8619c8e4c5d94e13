-- What is done about a threat is the text that readers look for first; nearly every real threat carries it.

ALTER TABLE threats
  ADD COLUMN mitigation text;
