-- Any text is an address again; rows stay as they are.

ALTER TABLE sources
  DROP CONSTRAINT sources_url_scheme_check;

ALTER TABLE documents
  DROP CONSTRAINT documents_url_scheme_check;
