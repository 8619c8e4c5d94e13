"""Shows a drift report: on a terminal, as JSON, as Markdown, as a page of its own, as annotations of GitHub."""

import difflib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tmi_db.drift import Detail, Finding, Report
from tmi_db.repair import Repair
from tmi_db.severity import Severity
from tmi_db.tool import ToolError

GROUPS = ("added", "removed", "changed")

# Texts of many lines are shown as what differs in them.
_CONTEXT_LINES = 2


def summary(report: Report) -> str:
    """Say the verdict in one sentence."""
    where = f"schema {report.schema!r} of database {report.database!r} at version {report.version} of {report.head}"
    if not report.findings:
        return f"no drift: {where}"
    counts = [(sum(each.severity is severity for each in report.findings), severity) for severity in Severity]
    words = ", ".join(f"{count} {severity}" for count, severity in counts if count)
    return f"drift in {where}: {words}"


def as_data(report: Report) -> dict[str, Any]:
    """The report as JSON holds it; `docs/drift.md` says what each field means."""
    return {
        "schema": report.schema,
        "database": report.database,
        "version": report.version,
        "head": report.head,
        "pending": list(report.pending),
        "server_version": report.server_version,
        "expected_from": report.source,
        "not_compared": list(report.left_out),
        "drift": bool(report.findings),
        "counts": {severity.value: sum(each.severity is severity for each in report.findings) for severity in Severity},
        "findings": [_finding(each) for each in report.findings],
        "repair": _repair(report.repair),
        "ignored": [
            {
                "object": each.object,
                "attribute": each.attribute,
                "reason": each.entry.reason,
                "expires": each.entry.expires,
            }
            for each in report.ignored
        ],
        "expired": [asdict(each) for each in report.expired],
        "information": {"logins": dict(report.logins), "locked_down": report.locked_down},
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "object": str(finding.key),
        "class": finding.key.kind,
        "name": finding.key.identity,
        "change": finding.change,
        "severity": finding.severity.value,
        "attributes": [
            {"name": each.attribute, "expected": each.expected, "actual": each.actual, "severity": each.severity.value}
            for each in finding.details
        ],
        "with": [str(each) for each in finding.parts],
        "defined_at": {"file": f"sql/{finding.origin.file}", "line": finding.origin.line} if finding.origin else None,
        "repair": _repair(finding.repair),
    }


def _repair(repair: Repair | None) -> dict[str, Any] | None:
    return {**asdict(repair), "label": repair.label.value} if repair else None


def value(thing: Any) -> str:
    """Write the value of an attribute for people."""
    if thing is None:
        return "-"
    if isinstance(thing, str):
        return thing
    if isinstance(thing, dict) and all(isinstance(each, list) for each in thing.values()):
        return "; ".join(f"{name}: {', '.join(map(str, each))}" for name, each in thing.items())
    if isinstance(thing, list) and all(isinstance(each, str) for each in thing):
        return ", ".join(thing)
    return json.dumps(thing, ensure_ascii=False)


def sides(detail: Detail) -> tuple[str, str]:
    """The expected and the actual value; of long texts only what differs, with two lines around it."""
    expected, actual = value(detail.expected), value(detail.actual)
    if "\n" not in expected or "\n" not in actual:
        return expected, actual
    left, right = expected.splitlines(), actual.splitlines()
    before: list[str] = []
    after: list[str] = []
    for group in difflib.SequenceMatcher(a=left, b=right, autojunk=False).get_grouped_opcodes(_CONTEXT_LINES):
        before += [*(["..."] if before else []), *(line for code in group for line in left[code[1] : code[2]])]
        after += [*(["..."] if after else []), *(line for code in group for line in right[code[3] : code[4]])]
    return "\n".join(before), "\n".join(after)


def differs(finding: Finding) -> list[str]:
    """Say what is different, one line an attribute."""
    if finding.change != "changed":
        return [f"{finding.key} {'is there' if finding.change == 'added' else 'is missing'}"]
    return [
        f"{finding.key}: {each.attribute}: expected {value(each.expected)}, is {value(each.actual)}"
        for each in finding.details
    ]


def grouped(report: Report) -> Iterator[tuple[str, list[Finding]]]:
    """The findings by what happened to them."""
    for change in GROUPS:
        found = [each for each in report.findings if each.change == change]
        if found:
            yield change, found


def notes(report: Report) -> list[str]:
    """What a reader should know beside the findings."""
    lines = [f"compared with {report.source}"]
    if report.pending:
        lines.append(f"pending, which is no drift: {', '.join(report.pending)}")
    if report.left_out:
        lines.append(
            f"another major version words these differently, so they were not compared: {', '.join(report.left_out)}"
        )
    lines += [
        f"ignored until {each.entry.expires}: {each.object}{f' ({each.attribute})' if each.attribute else ''}: "
        f"{each.entry.reason}"
        for each in report.ignored
    ]
    lines += [f"expired on {each.expires}, so it counts again: {each.object}: {each.reason}" for each in report.expired]
    lines += [f"{role} is granted to {', '.join(logins)}" for role, logins in sorted(report.logins.items())]
    if not report.locked_down:
        lines.append("the database is not locked down: `tmi-db init --lock-down` says what that takes from PUBLIC")
    return lines


def terminal(report: Report) -> Iterator[tuple[str, str]]:
    """The report as lines with the name of their style."""
    for change, found in grouped(report):
        yield "title", f"{change} ({len(found)})"
        for finding in found:
            yield finding.severity.value, f"  {finding.severity:<9} {finding.key}"
            if finding.parts:
                yield "plain", f"    with {', '.join(map(str, finding.parts))}"
            if finding.origin:
                yield "dim", f"    defined at {finding.origin}"
            if finding.change == "changed":
                for detail in finding.details:
                    yield from _terminal_detail(detail)
            else:
                for detail in finding.details:
                    if detail.attribute in ("definition", "using", "check", "type", "owner", "granted", "settings"):
                        shown = detail.actual if finding.change == "added" else detail.expected
                        yield "plain", f"    {detail.attribute}: {value(shown)}"
            yield from _terminal_repair(finding.repair)
    for note in notes(report):
        yield "dim", note


def _terminal_detail(detail: Detail) -> Iterator[tuple[str, str]]:
    expected, actual = sides(detail)
    if "\n" not in expected + actual:
        yield "plain", f"    {detail.attribute}: expected {expected} | is {actual}"
        return
    yield "plain", f"    {detail.attribute}:"
    for sign, text in (("expected", expected), ("is", actual)):
        for line in text.splitlines():
            yield "plain", f"      {sign:<8} | {line}"


def _terminal_repair(repair: Repair | None) -> Iterator[tuple[str, str]]:
    if repair is None:
        return
    yield "dim", f"    repair: {repair.label}" + (f", which leaves {'; '.join(repair.left)}" if repair.left else "")
    for statement in repair.statements:
        for line in f"{statement};".splitlines():
            yield "code", f"      {line}"
    for each in repair.loses:
        yield "plain", f"      this deletes what stands in {each}"


def repair_sql(report: Report) -> str:
    """The repair of all findings as a script for psql; empty without one."""
    repair = report.repair
    if repair is None or not repair.statements:
        return ""
    schema = report.schema.replace('"', '""')
    head = [
        f"-- {summary(report)}.",
        f"-- Repair: {repair.label}. Run it as a superuser.",
        *(f"-- It leaves: {each}." for each in repair.left),
        *(f"-- It deletes what stands in {each}." for each in repair.loses),
        "\\set ON_ERROR_STOP on",
        "BEGIN;",
        f'SET LOCAL search_path TO "{schema}", pg_temp;',
    ]
    return "\n".join([*head, *(f"{statement};" for statement in repair.statements), "COMMIT;"]) + "\n"


def markdown(report: Report) -> str:
    """The report for a pull request."""
    lines = [f"### {summary(report).capitalize()}", ""]
    for change, found in grouped(report):
        lines += [
            f"#### {change.capitalize()}",
            "",
            "| severity | object | attribute | expected | is |",
            "|---|---|---|---|---|",
        ]
        for finding in found:
            name = f"`{finding.key}`" + (f"<br>{finding.origin}" if finding.origin else "")
            if finding.change != "changed":
                parts = f"with {len(finding.parts)} parts" if finding.parts else ""
                expected, actual = ("-", "is there") if change == "added" else ("is there", "-")
                lines.append(f"| {finding.severity} | {name} | {parts} | {expected} | {actual} |")
                continue
            for detail in finding.details:
                cells = (_cell(text) for text in sides(detail))
                lines.append(f"| {detail.severity} | {name} | {detail.attribute} | {' | '.join(cells)} |")
        lines.append("")
    if report.repair and report.repair.statements:
        lines += [
            f"<details><summary>Repair: {report.repair.label}</summary>",
            "",
            "```sql",
            repair_sql(report).rstrip(),
            "```",
            "</details>",
            "",
        ]
    lines += [f"- {note}" for note in notes(report)]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;").replace("`", "&#96;")
    return f"<code>{escaped.replace(chr(10), '<br>')}</code>"


def annotations(report: Report) -> str:
    """The report as workflow commands, which GitHub shows at the line of the migration."""
    lines = []
    for finding in report.findings:
        level = "error" if finding.severity in (Severity.SECURITY, Severity.DATA) else "warning"
        place = f"file=sql/{finding.origin.file},line={finding.origin.line}," if finding.origin else ""
        if finding.change == "changed":
            what = "; ".join(
                f"{each.attribute}: expected {value(each.expected)}, is {value(each.actual)}"
                for each in finding.details
            )
        else:
            what = "is there and should not be" if finding.change == "added" else "is missing"
        title = _escaped(f"{finding.severity}: {finding.key}").replace(":", "%3A").replace(",", "%2C")
        lines.append(f"::{level} {place}title={title}::{_escaped(what)}\n")
    return "".join(lines)


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def html(report: Report) -> str:
    """The report as a page that needs nothing beside it.

    Raises:
        ToolError: jinja2 is not installed.
    """
    try:
        import jinja2  # noqa: PLC0415 - only pages need it
    except ModuleNotFoundError:
        raise ToolError("jinja2 is not installed", hint="install tmi_db[cli]") from None
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("drift.html.j2").render(
        report=report,
        summary=summary(report),
        groups=list(grouped(report)),
        notes=notes(report),
        sides=sides,
        value=value,
        sql=repair_sql(report),
    )
