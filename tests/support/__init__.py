"""What the tests stand on: a server of their own, a template database, pgTAP and its stand-in."""
