"""serve and feedback export: the reference server, and what clinicians said about cards."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmcds.cli import arguments as options
from pmcds.cli.output import print_json, screen

if TYPE_CHECKING:
    from pmcds.server.store import Store

DONE = 0


def add_commands(commands: Any) -> None:
    """Add `serve` and `feedback export`."""
    serve = options.command(commands, "serve", run_serve, "run the reference server")
    serve.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (default: 8080)")
    serve.add_argument("--config", metavar="FILE.toml", type=Path, help="settings; PMCDS_* variables come over them")
    feedback = commands.add_parser("feedback", help="what clinicians did with cards")
    actions = feedback.add_subparsers(metavar="ACTION", required=True)
    export = options.command(actions, "export", run_export, "stored feedback as CSV, or counts by rule")
    export.add_argument("--config", metavar="FILE.toml", type=Path, help="settings of the server")
    export.add_argument("--url", metavar="URL", help="the store, if not as in the settings")
    export.add_argument("--counts", action="store_true", help="shown, accepted, overridden by rule, without comments")
    export.add_argument("--comments", action="store_true", help="with the comments of clinicians: health data")


def run_serve(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    from pmcds.server.running import load, run

    run(load(arguments.config, host=arguments.host, port=arguments.port))
    return DONE


def run_export(arguments: argparse.Namespace) -> int:
    """Print the feedback, or counts of it."""
    from pmcds.server.config import load
    from pmcds.server.store import open_store

    settings = load(arguments.config).feedback
    if arguments.url is not None:
        settings = settings.model_copy(update={"url": arguments.url})
    store = open_store(settings, create=False)
    try:
        return _counts(store, arguments.json) if arguments.counts else _records(store, arguments)
    finally:
        store.close()


def _records(store: Store, arguments: argparse.Namespace) -> int:
    from pmcds.hooks.feedback import COLUMNS

    columns = [name for name in COLUMNS if arguments.comments or name != "comment"]
    rows = ({name: getattr(record, name) for name in columns} for record in store.records())
    if arguments.json:
        print_json(list(rows))
        return DONE
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in columns])
    return DONE


def _cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _counts(store: Store, as_json: bool) -> int:
    counts = store.counts()
    if as_json:
        print_json([{**row._asdict(), "reasons": dict(row.reasons)} for row in counts])
        return DONE
    screen().table(
        ("rule", "topic", "shown", "accepted", "overridden", "reasons"),
        [
            (
                row.rule or "",
                row.topic or "",
                str(row.shown),
                str(row.accepted),
                str(row.overridden),
                ", ".join(f"{code} {count}" for code, count in row.reasons.items()),
            )
            for row in counts
        ],
    )
    return DONE
