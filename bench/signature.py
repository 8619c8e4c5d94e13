"""What checking a signed identity costs, timed by the server's own clock inside one function."""

from __future__ import annotations

from collections.abc import Iterator

from .clients import Clients
from .data import FEW
from .measure import Figure, Measure, Way

LOOP, FIRST = "in a loop", "first in a transaction"
CHECKS = 1000

# A loop with the check and a loop without it, in microseconds for one turn: the difference is the check.
_LOOP = """
CREATE FUNCTION pg_temp.checks(p_context text, p_times integer) RETURNS double precision
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_begun timestamptz;
  v_email text;
  v_with interval;
  v_without interval;
BEGIN
  PERFORM set_config('tmi.context', p_context, true);
  v_begun := clock_timestamp();
  FOR i IN 1..p_times LOOP
    v_email := _context();
  END LOOP;
  v_with := clock_timestamp() - v_begun;
  ASSERT v_email IS NOT NULL;
  v_begun := clock_timestamp();
  FOR i IN 1..p_times LOOP
    v_email := p_context;
  END LOOP;
  v_without := clock_timestamp() - v_begun;
  RETURN extract(epoch FROM v_with - v_without) * 1e6 / p_times;
END
$$
"""
_FIRST = """
CREATE FUNCTION pg_temp.first_check(p_context text) RETURNS double precision
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_begun timestamptz;
  v_email text;
BEGIN
  PERFORM set_config('tmi.context', p_context, true);
  v_begun := clock_timestamp();
  v_email := _context();
  RETURN extract(epoch FROM clock_timestamp() - v_begun) * 1e6;
END
$$
"""


def check(clients: Clients) -> Iterator[Measure]:
    """Measure the check of the signature, in a loop and as the first statement of a transaction."""
    clients.owner.execute(_LOOP)
    clients.owner.execute(_FIRST)

    def in_a_loop(times: int) -> float:
        microseconds: float = clients.value("SELECT pg_temp.checks(%s, %s)", clients.signer.sign(FEW), times)
        return microseconds / 1e6

    def first(times: int) -> float:
        text = "SELECT pg_temp.first_check(%s)"
        found: list[float] = [clients.value(text, clients.signer.sign(FEW)) for _ in range(times)]
        return sum(found) / times / 1e6

    yield Measure(
        "check of the signature",
        [Way(LOOP, clock=in_a_loop, repeat=CHECKS), Way(FIRST, clock=first, repeat=20)],
        [Figure(LOOP, "<=", 6), Figure(FIRST, "<=", 13)],
        note="Timed by the server's clock in PL/pgSQL; the empty loop is taken off, the look at the clock is not.",
    )
