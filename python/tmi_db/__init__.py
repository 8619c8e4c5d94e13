"""The data layer of TMI: threat models behind PostgreSQL functions, with row-level security in force."""

__version__ = "0.1.0"
