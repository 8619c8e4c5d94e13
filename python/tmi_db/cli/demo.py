"""`tmi-db demo`: the main job, once through."""

from dataclasses import asdict

import typer

from tmi_db import demo as story_of
from tmi_db.cli.common import (
    DEFAULT_SCHEMA,
    DsnOption,
    JsonOption,
    QuietOption,
    SchemaOption,
    emit,
    resolve_dsn,
    say,
    table,
)

_KINDS = ("diagrams", "threats", "documents", "sources")


def register(app: typer.Typer) -> None:
    """Add `demo`."""
    app.command()(demo)


def demo(
    dsn: DsnOption = None,
    schema: SchemaOption = DEFAULT_SCHEMA,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Import a threat model, share it, and show what each person may do with it.

    Needs a superuser, as the embedded server gives; it migrates, makes the login `tmi_demo_service` and four users.
    """
    story = story_of.run(resolve_dsn(dsn), schema, lambda step: say(f"- {step}"))
    if as_json:
        emit(asdict(story))
        return
    table(
        ("who", "tries to", "", "answer"),
        [(attempt.who, attempt.what, attempt.refused or "ok", attempt.answer) for attempt in story.attempts],
        title="What each may do",
    )
    print()
    table(
        ("after", *_KINDS, "cached = counted"),
        [
            (counts.after, *counts.cached, "yes" if counts.cached == counts.counted else f"NO, {counts.counted}")
            for counts in story.counts
        ],
        title="Cached counts",
    )
    print()
    table(
        ("who", "threat model", "role", "diagrams", "threats"),
        [(seen.who, seen.model, seen.role, seen.diagrams, seen.threats) for seen in story.seen],
        title="What each sees",
    )
    say("\nLook around: `.venv/bin/tmi-db server psql`, and there")
    say("  BEGIN; SELECT act_as('bob@example.com');")
    say(f"  SELECT * FROM threat_list('{story.threat_model_id}');")  # noqa: S608 - shown, never run
