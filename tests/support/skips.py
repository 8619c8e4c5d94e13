"""The marker `needs`, which skips a test where an optional tool is missing, and the run that may skip nothing."""

from __future__ import annotations

import os

import pytest

from support.tools import available


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(tool): skip where pgtap, plpgsql_check, pgbouncer or chromium is missing")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for tool in mark.args:
            if not available(tool, item.config.getoption("--pg", None)):
                pytest.skip(f"{tool} is not installed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if forbidden(terminalreporter):
        terminalreporter.write_line("TMI_TEST_NO_SKIP is set, and tests were skipped", red=True)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == pytest.ExitCode.OK and reporter and forbidden(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def forbidden(reporter: pytest.TerminalReporter) -> bool:
    """Say whether tests were skipped where none may be, as in CI."""
    return bool(os.environ.get("TMI_TEST_NO_SKIP") and reporter.stats.get("skipped"))
