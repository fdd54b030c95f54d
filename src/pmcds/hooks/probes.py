"""A running CDS service against the checklist: what is sent to it, and what its answers must be.

Nothing here opens a connection: the caller gives a function that carries a call out.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pmcds.hooks.checks import ADVICE, MUST, SHOULD, Violation
from pmcds.hooks.conformance import check_message
from pmcds.hooks.sending import request_from
from pmcds.hooks.table import HOOKS

# Written into a request where only a careless service would repeat it.
CANARY = "zq7conformancecanary"
_INSTANCE = "3f0c1a52-4c0e-4d57-9d6e-0d6b7a0c1e55"
_TOKEN = {"access_token": CANARY, "token_type": "Bearer", "expires_in": 300, "scope": "x", "subject": "y"}
_NOBODY = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"resource": {"resourceType": "Patient", "id": "conformance", "name": [{"family": CANARY}]}}],
}


class Call(NamedTuple):
    """A call of the service; `path` stands below the base address."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = {}


class Answer(NamedTuple):
    """What came back; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as a value; None if it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


Ask = Callable[[Call], Answer]


@dataclass
class Findings:
    """What was found: the place and the violation; which checks were made; responses that were seen."""

    broken: list[tuple[str, Violation]] = field(default_factory=list)
    made: set[tuple[str, str]] = field(default_factory=set)
    unmade: dict[str, str] = field(default_factory=dict)
    responses: list[dict[str, Any]] = field(default_factory=list)

    def expect(self, place: str, rule: str, ok: bool, text: str, level: str = ADVICE) -> None:
        """Note that a check of the service was made, and how it came out."""
        self.made.add(("service", rule))
        if not ok:
            self.broken.append((place, Violation(rule, level, "", text)))

    def message(self, place: str, kind: str, body: bytes) -> None:
        """Check a message of the service."""
        self.broken += [(place, violation) for violation in check_message(kind, body)]


def check_service(ask: Ask, records: Sequence[Mapping[str, Any]] = (), *, feedback: bool = False) -> Findings:
    """Everything that can be seen from outside. `records` are Bundles whose cards are looked at.

    With `feedback` feedback about a card that nobody knows is sent, which the service may store.
    """
    found = Findings()
    services = _discovery(ask, found)
    if services is None:
        return found
    records = [_NOBODY, *(_told_apart(record) for record in records)]
    for service in services:
        if isinstance(service.get("id"), str) and isinstance(service.get("hook"), str):
            _Prober(ask, found, service["id"], service["hook"], records).run(feedback=feedback)
    unknown = ask(_post("/cds-services/there-is-no-such-service", _bytes(_plain("patient-view", _NOBODY))))
    found.expect("unknown service", "R8", unknown.status == 404, f"answered {unknown.status}, expected 404")
    return found


def _discovery(ask: Ask, found: Findings) -> list[dict[str, Any]] | None:
    """The services on offer; None where there is no discovery."""
    place = "discovery"
    first = ask(Call("GET", "/cds-services"))
    if first.status == 401:
        bare = not first.body and "bearer" in first.headers.get("www-authenticate", "").casefold()
        found.expect(place, "J1", bare, "a 401 has WWW-Authenticate: Bearer and no body", SHOULD)
        found.unmade["*"] = "the service asks for a token"
        return None
    document = first.json()
    kind = first.headers.get("content-type", "")
    fine = first.status == 200 and isinstance(document, dict) and kind.startswith("application/json")
    found.expect(place, "D1", fine, f"answered {first.status}, expected 200 with a JSON object", MUST)
    if not isinstance(document, dict):
        return None
    slash = ask(Call("GET", "/cds-services/"))
    found.expect(place, "D1", slash.status == 200, "with a slash at the end of the address too", ADVICE)
    same = ask(Call("GET", "/cds-services")).body == first.body
    found.expect(place, "D15", same, "the same bytes each time")
    found.message(place, "discovery", first.body)
    services = document.get("services")
    return [item for item in services if isinstance(item, dict)] if isinstance(services, list) else None


class _Prober:
    """All calls of one service."""

    def __init__(self, ask: Ask, found: Findings, name: str, hook: str, records: Sequence[Mapping[str, Any]]) -> None:
        self._ask, self._found, self._name, self._hook, self._records = ask, found, name, hook, records
        self._path = f"/cds-services/{name}"
        self._sound = _plain(hook, records[-1])

    def run(self, *, feedback: bool) -> None:
        if self._hook not in HOOKS:
            self._found.unmade[self._name] = "the hook is not in the table"
            return
        if not self._answers():
            return
        self._refusals()
        self._leniency()
        self._prefetch()
        if feedback:
            from pmcds.hooks.probes_feedback import check_feedback_of

            check_feedback_of(self._ask, self._found, self._path)

    def _send(self, request: Any, **headers: str) -> Answer:
        body = request if isinstance(request, bytes) else _bytes(request)
        answer = self._ask(_post(self._path, body, **headers))
        if answer.status != 200:
            self._expect("H8", CANARY.encode() not in answer.body, "a refusal repeats a value")
        if answer.status >= 400 and answer.status != 401:
            outcome = answer.json()
            told = isinstance(outcome, dict) and outcome.get("resourceType") == "OperationOutcome"
            self._expect("H4", told, f"{answer.status} without an OperationOutcome", SHOULD)
        return answer

    def _expect(self, rule: str, ok: bool, text: str, level: str = ADVICE) -> None:
        self._found.expect(self._name, rule, ok, text, level)

    def _answers(self) -> bool:
        """Sound requests about all records, each twice; False if no sound request is answered."""
        answered = False
        for record in self._records:
            request = _plain(self._hook, record)
            first = self._send(request)
            self._expect("D4", first.status != 404, "is listed by discovery and answered 404", MUST)
            self._expect("H1", first.status in (200, 412), f"answered {first.status} to a sound request", MUST)
            if first.status != 200:
                continue
            answered = True
            self._expect("H9", "no-store" in first.headers.get("cache-control", ""), "Cache-Control: no-store")
            origin = first.headers.get("access-control-allow-origin", "")
            self._expect("H5", origin != "*", "the answer is open to every origin")
            self._found.message(self._name, "response", first.body)
            self._look(first.json())
            self._expect("C8", _uuids(self._send(request).json()) == _uuids(first.json()), "other uuids for the same")
        return answered

    def _look(self, response: Any) -> None:
        if not isinstance(response, dict):
            return
        self._found.responses.append(response)
        text = json.dumps(response.get("cards"), ensure_ascii=False)
        told = "\n".join(_texts(response.get("cards")))
        self._expect("C17", CANARY not in told, "a card names the patient")
        if not HOOKS[self._hook].drafts:
            self._expect(
                "S16", '"type": "delete"' not in text and '"type": "update"' not in text, "an order is changed"
            )

    def _refusals(self) -> None:
        """Requests that must be refused."""
        for rule, text, request, wanted in self._bad():
            answer = self._send(request)
            self._expect(rule, answer.status in wanted, f"answered {answer.status} to {text}, expected {wanted[0]}")
        nobody = _plain(self._hook, _NOBODY) | {"fhirServer": "https://fhir.invalid/r4", "fhirAuthorization": _TOKEN}
        answer = self._send(nobody)
        silent = CANARY.encode() not in answer.body + repr(answer.headers).encode()
        self._expect("A7", silent and answer.status < 500, f"answered {answer.status} to a token, or repeated it")
        got = self._ask(Call("GET", self._path))
        allowed = "post" in got.headers.get("allow", "").casefold()
        self._expect("R1", got.status == 405 and allowed, "GET gets 405 with Allow")

    def _bad(self) -> Iterator[tuple[str, str, Any, tuple[int, ...]]]:
        sound = self._sound
        for rule, member in (("R2", "hook"), ("R4", "hookInstance"), ("R5", "context")):
            yield rule, f"a request without {member}", _without(sound, member), (400,)
        other = "order-sign" if self._hook != "order-sign" else "patient-view"
        yield "R3", "another hook", sound | {"hook": other}, (400,)
        yield "R9", "what is no JSON", b"<x/>", (400, 415)
        yield "R9", "an array", b"[]", (400,)
        yield "R12", "a request without patientId", _changed(sound, patientId=None), (400,)
        orders = HOOKS[self._hook].orders
        if orders is not None:
            yield "R12", "a request without orders", _changed(sound, **{orders: None}), (412, 400)
        yield "R13", "a request that is too deep", b'{"hook":' + b"[" * 5000 + b"]" * 5000 + b"}", (400, 413)
        stranger = {"stranger": {"resourceType": "Patient", "id": "somebody-else", "name": [{"family": CANARY}]}}
        yield "R16", "another patient", sound | {"prefetch": stranger}, (400,)
        text = json.dumps(sound)
        yield "X8", "NaN", (text[:-1] + ', "x": NaN}').encode(), (400,)
        yield "X8", "a member twice", (text[:-1] + ', "hook": "x"}').encode(), (400,)

    def _leniency(self) -> None:
        """Requests that are odd, and are answered like the sound one."""
        same = _summaries(self._send(self._sound).json())
        for rule, text, request in self._odd():
            answer = self._send(request)
            fine = answer.status == 200 and _summaries(answer.json()) == same
            self._expect(rule, fine, f"answered {answer.status}, or with other cards, to {text}")
        for kind in ("application/fhir+json", "text/json"):
            status = self._send(self._sound, **{"content-type": kind}).status
            self._expect("R1", status == 200, f"answered {status} to {kind}")

    def _odd(self) -> Iterator[tuple[str, str, Any]]:
        sound = self._sound
        yield "R4", "a hookInstance that is no UUID", sound | {"hookInstance": "test"}
        yield "R6", "a token without fhirServer", sound | {"fhirAuthorization": _TOKEN}
        yield "A10", "a broken authorization", sound | {"fhirAuthorization": {"access_token": 5}}
        patient = sound["context"]["patientId"]
        yield "R15", "an id with its type", _changed(sound, patientId=f"Patient/{patient}")
        yield "X6", "an extension that is an array", sound | {"extension": [1]}
        yield "X7", "an unknown member", _changed(sound | {"x-unknown": {"a": 1}}, xUnknown="a")
        member = HOOKS[self._hook].order_member
        if member is not None and member.shape == "bundle":
            bundle = sound["context"][member.name]
            yield "R17", "a Bundle without type", _changed(sound, **{member.name: _without(bundle, "type")})
            yield "R14", "a resource in an envelope", _changed(sound, **{member.name: {"resource": bundle}})

    def _prefetch(self) -> None:
        """What may stand in place of prefetched data: the call goes on, or the data are asked for (412)."""
        page = {"resourceType": "Bundle", "type": "searchset", "total": 9, "link": [{"relation": "next", "url": "x"}]}
        failed = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
        nothing = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "not-found"}]}
        empty = {"entry": [{"search": {"mode": "outcome"}, "resource": nothing}]}
        for rule, text, value in (
            ("P7", "null", None),
            ("P9", "an OperationOutcome", failed),
            ("P10", "an empty search", {"resourceType": "Bundle", "type": "searchset", "total": 0} | empty),
            ("P11", "a first page", page),
            ("P18", "a text", "<html>"),
        ):
            keys = (*self._sound["prefetch"], "conformance")
            answer = self._send(self._sound | {"prefetch": dict.fromkeys(keys, value)})
            self._expect(rule, answer.status in (200, 412), f"answered {answer.status} to {text}")
        answer = self._send(self._sound | {"prefetch": None})
        self._expect("R7", answer.status in (200, 412), f"answered {answer.status} to prefetch null")
        same = _summaries(self._send(self._sound).json())
        renamed = {f"x{key}": value for key, value in self._sound["prefetch"].items()}
        answer = self._send(self._sound | {"prefetch": renamed})
        self._expect("P12", _summaries(answer.json()) == same, "other cards under other keys")
        wrapped = {key: {"response": {"status": "200"}, "resource": v} for key, v in self._sound["prefetch"].items()}
        answer = self._send(self._sound | {"prefetch": wrapped})
        self._expect("P17", _summaries(answer.json()) == same, "other cards for resources in an envelope")


def _plain(hook: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """The sound request of a hook about a record."""
    patients = [r for r in _resources(record) if r.get("resourceType") == "Patient"]
    patient = f"Patient/{patients[0].get('id')}" if patients else "Patient/conformance"
    known = HOOKS.get(hook)
    request = request_from(record, hook if known else "patient-view", patient=patient)
    member = known.order_member if known else None
    if member is not None and member.name not in request["context"]:
        # The hook is about one order, and this record has none.
        request["context"][member.name] = {"resourceType": "MedicationRequest", "subject": {"reference": patient}}
    return request | {"hook": hook, "hookInstance": _INSTANCE}


def _told_apart(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with a name and an identifier of its Patient that nothing else in it can be taken for."""
    changed = copy.deepcopy(dict(record))
    for resource in _resources(changed):
        if resource.get("resourceType") == "Patient":
            resource |= {"name": [{"family": CANARY}], "identifier": [{"system": "urn:x", "value": CANARY}]}
    return changed


def _resources(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in record.get("entry") or () if isinstance(entry.get("resource"), dict)]


def _texts(cards: Any) -> Iterator[str]:
    """Every text of the cards but ids, and what stands in resources, which are the client's own."""
    if isinstance(cards, dict):
        for name, member in cards.items():
            if name not in ("resource", "resourceId", "uuid", "code"):
                yield from _texts(member)
    elif isinstance(cards, list):
        for item in cards:
            yield from _texts(item)
    elif isinstance(cards, str):
        yield cards


def _uuids(response: Any) -> list[Any] | None:
    return _members(response, "uuid")


def _summaries(response: Any) -> list[Any] | None:
    return _members(response, "summary")


def _members(response: Any, name: str) -> list[Any] | None:
    cards = response.get("cards") if isinstance(response, dict) else None
    return [card.get(name) for card in cards if isinstance(card, dict)] if isinstance(cards, list) else None


def _without(message: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key != name}


def _changed(message: Mapping[str, Any], **context: Any) -> dict[str, Any]:
    """The request with members of its context replaced; None takes one away."""
    changed = copy.deepcopy(dict(message))
    changed["context"] |= context
    changed["context"] = {name: value for name, value in changed["context"].items() if value is not None}
    return changed


def _bytes(message: Any) -> bytes:
    return json.dumps(message).encode()


def _post(path: str, body: bytes, **headers: str) -> Call:
    return Call("POST", path, body, {"content-type": "application/json"} | headers)
