"""conformance check: a service or a saved message against the CDS Hooks specification."""

from __future__ import annotations

import argparse
import json
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pmcds.cli import arguments as options
from pmcds.cli.output import print_json, screen
from pmcds.errors import InputError

if TYPE_CHECKING:
    from pmcds.hooks.conformance import Violation

DONE = 0
TO_ACT_ON = 1

_TIMEOUT = 10.0
_MOST_BYTES = 8 * 1024 * 1024


def add_commands(commands: Any) -> None:
    """Add `conformance check`."""
    conformance = commands.add_parser("conformance", help="CDS Hooks messages and services against the specification")
    actions = conformance.add_subparsers(metavar="ACTION", required=True)
    check = options.command(actions, "check", run_check, "check a service by its base URL, or a saved message")
    check.add_argument("target", metavar="URL|FILE.json", help="base URL of a service, a file, or - ")


def run_check(arguments: argparse.Namespace) -> int:
    """Check the target; 1 if anything breaks the specification, not if it only falls short of advice."""
    target: str = arguments.target
    found = list(_service(target) if target.startswith(("http://", "https://")) else _message(target))
    broken = sum(_breaks(violation) for _, violation in found)
    if arguments.json:
        rows = [
            {"message": name, "rule": v.rule, "level": v.level, "where": v.pointer, "finding": v.text}
            for name, v in found
        ]
        print_json({"findings": rows, "broken": broken})
    else:
        shown = screen()
        for name, violation in found:
            advice = "" if _breaks(violation) else " (advice)"
            shown.line(f"{violation.rule} {name}{violation.pointer}: {violation.text}{advice}")
        shown.line(f"{broken or 'no'} deviation{'' if broken == 1 else 's'}, {len(found) - broken} advice")
    return TO_ACT_ON if broken else DONE


def _breaks(violation: Violation) -> bool:
    """True for what a SHALL says, and for optional parts that are used wrongly."""
    from pmcds.hooks.conformance import MUST, OPTIONAL

    return violation.level in (MUST, OPTIONAL)


def _message(name: str) -> Iterator[tuple[str, Violation]]:
    from pmcds.hooks.conformance import check_message, kind_of

    message = options.read_object(name)
    kind = kind_of(message)
    if kind is None:
        raise InputError(
            "no-message", f"{name} is no CDS Hooks message", mend="a request, response, discovery or feedback"
        )
    yield from ((kind, violation) for violation in check_message(kind, message))


def _service(base: str) -> Iterator[tuple[str, Violation]]:
    from pmcds.hooks.conformance import MUST, Violation, check_message

    root = base.rstrip("/").removesuffix("/cds-services") + "/cds-services"
    status, discovery = _call("GET", root)
    if status != 200 or not isinstance(discovery, dict):
        yield "discovery", Violation("D1", MUST, "", f"answered {status}, expected 200 with a JSON object")
        return
    yield from (("discovery", violation) for violation in check_message("discovery", discovery))
    services = discovery.get("services")
    for service in services if isinstance(services, list) else ():
        if isinstance(service, dict) and isinstance(service.get("id"), str):
            yield from _served(root, service)


def _served(root: str, service: dict[str, Any]) -> Iterator[tuple[str, Violation]]:
    """What one service answers to a request about nobody: a response, or a refusal of what it cannot do without."""
    from pmcds.hooks.conformance import MUST, Violation, check_message

    name = service["id"]
    status, response = _call("POST", f"{root}/{name}", _request(str(service.get("hook"))))
    if status == 200 and isinstance(response, dict):
        yield from ((name, violation) for violation in check_message("response", response))
    elif status == 404:
        yield name, Violation("D4", MUST, "", "is listed by discovery and answered 404")
    elif status not in (400, 401, 403, 412, 422):
        yield name, Violation("H4", MUST, "", f"answered {status} to a request without data")


def _request(hook: str) -> dict[str, Any]:
    context: dict[str, Any] = {"userId": "Practitioner/conformance", "patientId": "conformance"}
    if hook in ("order-select", "order-sign"):
        context["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": []}
    if hook == "order-select":
        context["selections"] = []
    instance = str(uuid.uuid5(uuid.NAMESPACE_URL, f"conformance/{hook}"))
    return {"hook": hook, "hookInstance": instance, "context": context, "prefetch": {}}


def _call(method: str, url: str, body: Any = None) -> tuple[int, Any]:
    import requests

    try:
        with requests.request(method, url, json=body, timeout=_TIMEOUT, allow_redirects=False, stream=True) as answer:
            data = answer.raw.read(_MOST_BYTES + 1, decode_content=True)
    except requests.RequestException as error:
        raise InputError("no-answer", f"the service did not answer ({type(error).__name__})", where=url) from None
    if len(data) > _MOST_BYTES:
        raise InputError("too-large", "the answer has more than 8 MiB", where=url)
    try:
        return answer.status_code, json.loads(data)
    except ValueError:
        return answer.status_code, None
