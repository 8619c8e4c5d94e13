"""`python -m tmi_db` is `tmi-db`."""

from tmi_db.cli import main

main()
