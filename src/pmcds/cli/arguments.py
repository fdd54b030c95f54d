"""The commands and their options, and how files and engines are made from them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmcds._version import __version__
from pmcds.errors import InputError

if TYPE_CHECKING:
    from pmcds.api import Engine

Command = Callable[[argparse.Namespace], int]
Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; every command is a function `run(arguments) -> exit status`."""
    from pmcds.cli import catalogue, checking, conformance, evaluation, serving

    parser = argparse.ArgumentParser(
        prog="pmcds",
        description="Clinical rules for precision medicine: FHIR in, CDS Hooks cards out.",
        epilog="For health care professionals; not for time-critical use. Exit status: 0 done, 1 findings to act on, "
        "2 bad usage or input.",
    )
    parser.add_argument("--version", action="version", version=f"pmcds {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in (evaluation, catalogue, checking, conformance, serving):
        module.add_commands(commands)
    return parser


def command(commands: Any, name: str, run: Command, summary: str) -> argparse.ArgumentParser:
    """A new command, with `--json`."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)
    return parser


def add_engine_options(parser: argparse.ArgumentParser) -> None:
    """Options of every command that evaluates."""
    parser.add_argument("--cards", metavar="DIR", type=Path, help="add the cards of this folder to the bundled ones")
    parser.add_argument("--language", metavar="xx", default="en", help="language of the cards (default: en)")
    parser.add_argument("--profile", metavar="NAME", default="generic", help="client profile (default: generic)")
    parser.add_argument("--family", metavar="NAME", action="append", default=[], help="also: secondary-findings")
    parser.add_argument("--now", metavar="TIME", type=instant, help="evaluate as of this time (ISO 8601)")


def instant(text: str) -> datetime:
    """An ISO 8601 time with its offset; a date alone is midnight UTC."""
    try:
        moment = datetime.fromisoformat(text + "T00:00:00+00:00" if len(text) == len("2026-01-31") else text)
    except ValueError:
        raise argparse.ArgumentTypeError("not a time in ISO 8601, for example 2026-01-31T08:00:00Z") from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("the time needs its offset, for example 2026-01-31T08:00:00Z")
    return moment


def engine(arguments: argparse.Namespace) -> Engine:
    """An engine with the bundled knowledge, the folder of `--cards`, language and profile."""
    import pmcds

    knowledge = None
    if arguments.cards is not None:
        knowledge = pmcds.Knowledge.bundled() + pmcds.Knowledge.from_path(arguments.cards)
    settings = pmcds.Settings(language=arguments.language, profile=arguments.profile, families=arguments.family)
    return pmcds.Engine(knowledge, settings=settings)


def read_bytes(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`."""
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()


def read_object(name: str) -> dict[str, Any]:
    """The JSON object in a file; InputError where there is none."""
    try:
        value = json.loads(read_bytes(name))
    except (ValueError, RecursionError):
        raise InputError("not-json", f"{name} does not hold JSON", mend="save it as UTF-8 JSON") from None
    if not isinstance(value, dict):
        raise InputError("not-an-object", f"{name} does not hold a JSON object")
    return value


def order(text: str) -> str | dict[str, Any]:
    """What `--order` says: the name of a drug, or a file with a MedicationRequest."""
    return read_object(text) if text.endswith(".json") else text
