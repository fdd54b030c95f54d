"""check, selftest, validate: whether cards, installation and files are as they should be."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pmcds.cli import arguments as options
from pmcds.cli.output import print_json, screen
from pmcds.errors import InputError, KnowledgeError, Problem

DONE = 0
TO_ACT_ON = 1


def add_commands(commands: Any) -> None:
    """Add check, selftest and validate."""
    check = options.command(commands, "check", run_check, "schema, semantics, coverage and tests of all rules")
    check.add_argument("folder", metavar="DIR", nargs="?", type=Path, help="a folder of cards (default: the bundled)")

    options.command(commands, "selftest", run_selftest, "every shipped rule fires on its own test in this installation")

    validate = options.command(commands, "validate", run_validate, "what a strict FHIR model would refuse")
    validate.add_argument("file", metavar="FILE", help="a FHIR resource or CDS Hooks request as JSON; - for stdin")
    validate.add_argument("--fhir", metavar="VERSION", choices=("R4B", "R5", "STU3"), default="R4B")


def run_check(arguments: argparse.Namespace) -> int:
    """Check a folder of cards; every problem with its place and mend."""
    from pmcds.check import check

    if arguments.folder is not None and not arguments.folder.is_dir():
        raise InputError("no-folder", f"{arguments.folder} is no folder")
    return _report(check(arguments.folder), as_json=arguments.json)


def _report(report: Any, *, as_json: bool) -> int:
    problems: tuple[Problem, ...] = tuple(report.problems)
    if as_json:
        print_json({"problems": problems, "counts": report.counts})
    else:
        shown = screen()
        for problem in problems:
            shown.write(f"{problem}\n")
        counts = ", ".join(f"{count} {name}" for name, count in dict(report.counts).items())
        shown.line(f"{len(problems) or 'no'} problem{'' if len(problems) == 1 else 's'} in {counts}")
    return TO_ACT_ON if problems else DONE


def run_selftest(arguments: argparse.Namespace) -> int:
    """Run the tests of the shipped rules with what is installed here."""
    from pmcds.check import selftest

    try:
        return _report(selftest(), as_json=arguments.json)
    except KnowledgeError as error:
        for problem in error.problems:
            screen().write(f"{problem}\n")
        return TO_ACT_ON


def run_validate(arguments: argparse.Namespace) -> int:
    """List what a strict model refuses, with its place; never the value."""
    held = options.read_object(arguments.file)
    problems = [
        {"where": pointer + problem["where"], "message": problem["message"]}
        for pointer, resource in _resources(held)
        for problem in _refusals(resource, arguments.fhir)
    ]
    if arguments.json:
        print_json({"problems": problems})
    else:
        shown = screen()
        for problem in problems:
            shown.line(f"{problem['where']}: {problem['message']}")
        shown.line(
            f"{len(problems) or 'no'} problem{'' if len(problems) == 1 else 's'} for a strict {arguments.fhir} model"
        )
    return TO_ACT_ON if problems else DONE


def _resources(held: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The resource that a file is, or those that a CDS Hooks request holds, each with its JSON pointer."""
    if "resourceType" in held or "hook" not in held:
        yield "", held
        return
    for part in ("context", "prefetch"):
        members = held.get(part)
        for name, value in members.items() if isinstance(members, dict) else ():
            if isinstance(value, dict) and "resourceType" in value:
                yield f"/{part}/{name}", value


def _refusals(resource: dict[str, Any], version: str) -> Iterator[dict[str, str]]:
    from importlib import import_module

    from pydantic import ValidationError

    package = {"R4B": "fhir.resources.R4B", "R5": "fhir.resources", "STU3": "fhir.resources.STU3"}[version]
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not kind.isalpha():
        raise InputError("no-resource-type", "the file holds no FHIR resource", where="/resourceType")
    try:
        model = getattr(import_module(f"{package}.{kind.lower()}"), kind)
    except ModuleNotFoundError as error:
        if error.name == "fhir":
            raise
        yield {"where": "/resourceType", "message": f"no resource type of {version}"}
        return
    try:
        model.model_validate(resource)
    except ValidationError as error:
        for item in error.errors(include_url=False, include_context=False, include_input=False):
            where = "".join(f"/{part}" for part in item["loc"])
            yield {"where": where or "/", "message": _message(item)}


def _message(item: Any) -> str:
    """What is wrong, without the value; messages of the models themselves may quote it."""
    kind = str(item["type"])
    return _WORDS.get(kind, kind.replace("_", " "))


_WORDS = {
    "missing": "missing",
    "extra_forbidden": "no such element",
    "value_error": "value not allowed here",
    "string_pattern_mismatch": "text does not fit the pattern of its type",
    "string_too_short": "empty text",
    "list_type": "must be a list",
    "string_type": "must be text",
}
