"""conformance check: a service or a saved message against the CDS Hooks specification."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pmcds.cli import arguments as options
from pmcds.cli.output import print_json, screen
from pmcds.errors import InputError

if TYPE_CHECKING:
    from pmcds.hooks.checklist import Check
    from pmcds.hooks.conformance import Violation
    from pmcds.hooks.probes import Answer, Call

DONE = 0
TO_ACT_ON = 1
_STATES = ("passed", "broken", "advice", "nothing to look at", "not made")

_TIMEOUT = 10.0
_MOST_BYTES = 8 * 1024 * 1024


def add_commands(commands: Any) -> None:
    """Add `conformance check`."""
    conformance = commands.add_parser("conformance", help="CDS Hooks messages and services against the specification")
    actions = conformance.add_subparsers(metavar="ACTION", required=True)
    check = options.command(actions, "check", run_check, "check a service by its base URL, or a saved message")
    check.add_argument("target", metavar="URL|FILE.json", help="base URL of a service, a file, or - ")
    check.add_argument(
        "--record", metavar="FILE.json", action="append", default=[], help="a Bundle to send to a service"
    )
    check.add_argument("--feedback", action="store_true", help="send feedback too: the service may store it")
    check.add_argument("--all", action="store_true", help="list every check, not only what was found")


def run_check(arguments: argparse.Namespace) -> int:
    """Check the target; 1 if anything breaks the specification, not if it only falls short of advice."""
    target: str = arguments.target
    report = _of_service(arguments) if target.startswith(("http://", "https://")) else _of_message(target)
    broken = sum(_breaks(violation) for _, violation in report.found)
    if arguments.json:
        rows = [
            {"message": name, "rule": v.rule, "level": v.level, "where": v.pointer, "finding": v.text}
            for name, v in report.found
        ]
        checks = [{"rule": check.rule, "of": check.looks_at, "state": state} for check, state in report.states()]
        print_json({"findings": rows, "broken": broken, "checks": checks, "not_made": report.unmade})
        return TO_ACT_ON if broken else DONE
    _print(report, broken, every=arguments.all)
    return TO_ACT_ON if broken else DONE


def _print(report: _Report, broken: int, *, every: bool) -> None:
    shown = screen()
    states = report.states()
    if every:
        shown.table(("check", "of", "state", "what"), [(c.rule, c.looks_at, state, c.says) for c, state in states])
    for name, violation in report.found:
        advice = "" if _breaks(violation) else " (advice)"
        shown.line(f"{violation.rule} {name}{violation.pointer}: {violation.text}{advice}")
    for name, reason in report.unmade.items():
        shown.line(f"{'everything' if name == '*' else name}: not checked, {reason}")
    counts = Counter(state for _, state in states)
    shown.line(", ".join(f"{counts[state]} {state}" for state in _STATES if counts[state]))
    shown.line(f"{broken or 'no'} deviation{'' if broken == 1 else 's'}, {len(report.found) - broken} advice")


@dataclass
class _Report:
    """What was found, on which messages, and which checks had something to look at."""

    found: list[tuple[str, Violation]]
    kinds: tuple[str, ...]
    made: Set[tuple[str, str]]
    messages: list[Any]
    unmade: Mapping[str, str]

    def states(self) -> list[tuple[Check, str]]:
        """Each check in question, with its state."""
        from pmcds.hooks.checklist import CHECKS

        broken = {v.rule for _, v in self.found if _breaks(v)}
        advised = {v.rule for _, v in self.found} - broken
        named = _names_in(self.messages)

        def state(check: Check) -> str:
            if check.rule in broken:
                return "broken"
            if check.rule in advised:
                return "advice"
            if check.looks_at == "service":
                return "passed" if ("service", check.rule) in self.made else "not made"
            return "passed" if not check.needs or check.needs in named else "nothing to look at"

        return [(check, state(check)) for check in CHECKS if check.looks_at in self.kinds]


def _names_in(messages: list[Any]) -> set[str]:
    """The kinds of things in responses, as checks name what they need."""
    found: set[str] = set()

    def walk(value: Any, name: str) -> None:
        found.add(name)
        if isinstance(value, dict):
            if name == "action":
                found.add(str(value.get("type")))
            for key, member in value.items():
                walk(member, f"{name}.{key}" if name == "source" else key)
        elif isinstance(value, list):
            for item in value:
                walk(item, name.removesuffix("s") if name != "systemActions" else name)

    for message in messages:
        walk(message, "")
    return found


def _breaks(violation: Violation) -> bool:
    """True for what a SHALL says, and for optional parts that are used wrongly."""
    from pmcds.hooks.conformance import MUST, OPTIONAL

    return violation.level in (MUST, OPTIONAL)


def _of_message(name: str) -> _Report:
    from pmcds.hooks.conformance import check_message, kind_of

    message = options.read_object(name)
    kind = kind_of(message)
    if kind is None:
        raise InputError(
            "no-message", f"{name} is no CDS Hooks message", mend="a request, response, discovery or feedback"
        )
    found = [(kind, violation) for violation in check_message(kind, message)]
    return _Report(found, (kind,), set(), [message], {})


def _of_service(arguments: argparse.Namespace) -> _Report:
    from pmcds.cli.demo import worked_patient
    from pmcds.hooks.probes import check_service

    base = arguments.target.rstrip("/").removesuffix("/cds-services")
    records = [options.read_object(name) for name in arguments.record] or [json.loads(worked_patient()[1])]
    found = check_service(lambda call: _call(base, call), records, feedback=arguments.feedback)
    unmade = dict(found.unmade)
    if not arguments.feedback:
        unmade.setdefault("feedback", "it may be stored: say --feedback")
    return _Report(found.broken, ("discovery", "response", "service"), found.made, found.responses, unmade)


def _call(base: str, call: Call) -> Answer:
    import requests

    from pmcds.hooks.probes import Answer

    url = base + call.path
    try:
        with requests.request(
            call.method,
            url,
            data=call.body,
            headers=dict(call.headers),
            timeout=_TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            data = answer.raw.read(_MOST_BYTES + 1, decode_content=True)
    except requests.RequestException as error:
        raise InputError("no-answer", f"the service did not answer ({type(error).__name__})", where=url) from None
    if len(data) > _MOST_BYTES:
        raise InputError("too-large", "the answer has more than 8 MiB", where=url)
    return Answer(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, data)
