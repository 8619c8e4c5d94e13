"""Render the SQL files that sister tables share from one template each.

The rendered files are committed and are what everything else reads; `--check` proves that they are up to date.
What is rendered from what stands in sql/templates/render.toml.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import jinja2

SQL = Path(__file__).resolve().parent.parent / "sql"


def rendered(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file that has a template, with the text it must have.

    root: the folder that holds `templates/` and the folders that are rendered into.
    """
    templates = root / "templates"
    manifest = tomllib.loads((templates / "render.toml").read_text(encoding="utf-8"))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - SQL, and every value comes from the manifest
    )
    for file in manifest["file"]:
        template = environment.get_template(file["template"])
        for table in file["tables"]:
            values = {"table": table, **manifest["table"][table], **file.get("values", {})}
            path = root / environment.from_string(file["output"]).render(values)
            head = f"-- Rendered from templates/{file['template']} by tools/render_sql.py.\n"
            yield path, head + template.render(values)


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or with `--check` only compare; answer 1 when a comparison fails."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare only; exit with 1 when a file differs")
    parser.add_argument("--root", type=Path, default=SQL, help="the sql folder (default: this checkout's)")
    options = parser.parse_args(arguments)
    stale = [
        (path, text)
        for path, text in rendered(options.root)
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        if options.check:
            print(f"{path} differs from what its template gives; run tools/render_sql.py", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
            print(path, file=sys.stderr)
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
