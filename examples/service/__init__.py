"""A service on top of tmi_db, small enough to be read in one go and to be copied from. See README.md."""
