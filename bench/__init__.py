"""Benchmarks: what the data layer costs beside hand-written SQL and other ways of doing the same work."""
