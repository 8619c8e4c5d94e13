"""What `make generate` renders from the catalogue; not edited by hand."""
