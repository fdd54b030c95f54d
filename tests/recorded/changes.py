"""Small changes of an input, each of a kind that real systems make, in an order that never changes.

A change has a name and edits a copy in place. Which changes a node gets is decided by the name of its member and the
type of its value: a status gets every status that FHIR knows, a reference every spelling, a date every distance from
the time of the evaluation, a code every way to write it wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.evidence.bundles import DATE, Json, twin
from tests.recorded.spellings import (
    ABSENT,
    CLINICAL,
    COMPARATORS,
    INTENTS,
    INTERPRETATION,
    LOCAL,
    SEXES,
    STATUSES,
    UNITS,
    VERIFICATION,
    answers_beside,
    birthdays,
    dates,
    other_names,
    references,
    words_about,
)  # fmt: skip

Edit = Callable[[Any], None]
# Sets the value of a node, given what holds it and under which name or number.
Put = Callable[[Any, Any], None]
Step = str | int

# What no rule asks; torture (TB-01) and relation M17 change it too.
NOT_ASKED = frozenset(
    {"name", "telecom", "address", "timestamp", "meta", "narrative", "active", "identifier", "category"}
)
# How an input is sent; every resource has it in the same way.
OF_FORM = frozenset({"resourceType", "id", "fullUrl", "system", "reference", "subject", "status", "intent", "resource",
                     "effectiveDateTime", "type", "clinicalStatus", "verificationStatus"})  # fmt: skip
_LEFT = ("Organization", "Practitioner")


def changes(
    source: Any, now: datetime, left: Collection[str], form: bool, not_asked: Collection[str] = NOT_ASKED
) -> Iterator[tuple[str, Edit]]:
    """Every change of an input, by name; resources of the types and members that are left stay as they are.

    Without `form` only what a result or an order says is changed, not how and with what else it is sent.
    """
    if form:
        yield from _of_whole(source, (*_LEFT, *left))
    for path, value in _nodes(source, (), (*_LEFT, *left), not_asked):
        if not form and path[-1] in OF_FORM:
            continue
        name = "/".join(map(str, path))
        for what, put in (*_of_any(path[-1], value), *_of_node(path, value, now, form)):
            yield f"{name}: {what}", _at(path, put)


def _nodes(
    value: Any, path: tuple[Step, ...], left: Collection[str], not_asked: Collection[str]
) -> Iterator[tuple[tuple[Step, ...], Any]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in members:
        if name in not_asked or _is_left(item, left):
            continue
        yield (*path, name), item
        yield from _nodes(item, (*path, name), left, not_asked)


def _is_left(item: Any, left: Collection[str]) -> bool:
    """True for a resource of these types, and for its entry."""
    if not isinstance(item, dict):
        return False
    resource = item.get("resource", item)
    return isinstance(resource, dict) and resource.get("resourceType") in left


def _at(path: tuple[Step, ...], put: Put) -> Edit:
    def edit(source: Any) -> None:
        for step in path[:-1]:
            source = source[step]
        put(source, path[-1])

    return edit


def _to(value: Any) -> Put:
    return lambda holder, name: holder.__setitem__(name, twin(value))


def _gone(holder: Any, name: Any) -> None:
    del holder[name]


def _with(**members: Any) -> Put:
    """Adds members to an object."""
    return lambda holder, name: holder[name].update(twin(members))


def _of_any(name: Step, value: Any) -> Iterator[tuple[str, Put]]:
    yield "gone", _gone
    if not isinstance(value, (dict, list)) and name not in ("resourceType", "id"):
        yield "null", _to(None)
        yield "odd", _to("???")
    if isinstance(value, list) and len(value) > 1:
        yield "reversed", _to(value[::-1])
        yield "first only", _to(value[:1])
        yield "last only", _to(value[-1:])
    if isinstance(value, list) and value:
        yield "twice", _to([*value, value[0]])


def _of_node(path: tuple[Step, ...], value: Any, now: datetime, form: bool) -> Iterator[tuple[str, Put]]:
    name = path[-1]
    if isinstance(value, dict):
        if "resourceType" in value and form:
            yield from _of_resource(value, now)
        if name == "resource" or "fullUrl" in value:
            return
        if "coding" in value or "text" in value:
            yield from _of_concept(value)
        if "value" in value and not isinstance(value["value"], (dict, list)):
            yield from _of_quantity(value)
    elif isinstance(value, str):
        yield from _of_text(path, value, now)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        for what, other in (("+1", value + 1), ("x1000", value * 1000), ("/1000", value / 1000), ("negated", -value)):
            yield what, _to(other)
        yield "as text", _to(str(value))
        yield "very large", _to(10**30)
    elif isinstance(value, bool):
        yield "the other", _to(not value)


# Texts: statuses, references, codes, systems, dates


def _of_text(path: tuple[Step, ...], value: str, now: datetime) -> Iterator[tuple[str, Put]]:
    name = path[-1]
    if name == "status":
        yield from (_value(status) for status in STATUSES if status != value)
    elif name == "intent":
        yield from (_value(intent) for intent in INTENTS if intent != value)
    elif name == "gender":
        yield from (_value(sex) for sex in SEXES if sex != value)
    elif name == "reference" or path[-2:-1] == ("selections",):
        yield from (_value(reference) for reference in references(value))
    elif name == "system":
        secure = value.replace("http:", "https:")
        yield from (
            _value(other) for other in (f"{value}/", value.upper(), secure, f"{value}x", f" {value}", "urn:local")
        )
    elif name == "code":
        yield from _of_code(path, value)
    elif DATE.fullmatch(value):
        yield from (_value(date) for date in (birthdays(now) if name == "birthDate" else dates(value, now)))
    elif name in ("patientId", "userId", "encounterId", "fhirServer"):
        for other in (value.upper(), value + "1", value[:-1], "other", f"Patient/{value}", value + "/_history/1"):
            yield _value(other)
    elif name in ("display", "text", "unit"):
        yield from (_value(other) for other in words_about(value) if other != value)
    elif name == "id":
        yield from (_value(other) for other in (value.upper(), value + "1", value[:-1] or "x", "other"))
    elif name == "fullUrl":
        for other in (
            "urn:uuid:1b671a64-40d5-491e-99b0-da01ff1f3341",
            value.replace("://", "://x."),
            value + "/_history/2",
        ):
            yield _value(other)


def _value(value: str) -> tuple[str, Put]:
    return repr(value), _to(value)


def _of_code(path: tuple[Step, ...], value: str) -> Iterator[tuple[str, Put]]:
    listed = CLINICAL if "clinicalStatus" in path else VERIFICATION if "verificationStatus" in path else None
    if listed is not None:
        yield from (_value(word) for word in listed if word != value)
        return
    if any(str(step).startswith("valueQuantity") or step in ("low", "high") for step in path):
        yield from (_value(unit) for unit in UNITS if unit != value)
        return
    yield from (_value(other) for other in (*answers_beside(value), *other_names(value)))
    for other in (value.lower(), value.upper(), f" {value}", f"{value} ", value + "0", value[:-1], f"0{value}"):
        if other != value:
            yield _value(other)


# Objects: concepts, quantities, resources


def _of_concept(value: Json) -> Iterator[tuple[str, Put]]:
    codings = value.get("coding")
    if isinstance(codings, list) and codings and isinstance(codings[0], dict):
        told = str(codings[0].get("display") or value.get("text") or codings[0].get("code"))
        yield "local code first", _with(coding=[LOCAL, *codings])
        yield "local code last", _with(coding=[*codings, LOCAL])
        yield "local code instead", _with(coding=[LOCAL])
        yield "text instead", _to({"text": told})
        yield "text beside", _with(text=told)
        yield "other text beside", _with(text="something else")
    elif "text" in value:
        yield "local code beside", _with(coding=[LOCAL])
    yield "data absent", _to({"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                                             "valueCode": "unknown"}]})  # fmt: skip


def _of_quantity(value: Json) -> Iterator[tuple[str, Put]]:
    for comparator in COMPARATORS:
        yield f"comparator {comparator}", _with(comparator=comparator)
    yield "number alone", _to({"value": value["value"]})
    yield "unit as words only", _to({"value": value["value"], "unit": value.get("unit") or value.get("code")})


def _of_resource(resource: Json, now: datetime) -> Iterator[tuple[str, Put]]:
    kind = resource["resourceType"]
    yield "modifier extension", _with(modifierExtension=[{"url": "urn:x", "valueBoolean": True}])
    yield "implicit rules", _with(implicitRules="urn:x")
    yield "restricted", _with(meta={"security": [{
        "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]})  # fmt: skip
    yield "tagged as a test", _with(meta={"tag": [{
        "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]})  # fmt: skip
    if kind == "Patient":
        yield "deceased", _with(deceasedBoolean=True)
        yield "replaced by another", _with(link=[{"other": {"reference": "Patient/new"}, "type": "replaced-by"}])
        yield "inactive", _with(active=False)
        return
    other = {"reference": "Patient/somebody"}
    for name in ("subject", "patient"):
        if name in resource:
            yield "of somebody else", _with(**{name: other})
            yield "of an identifier", _with(**{name: {"identifier": {"value": "1"}}})
    if kind == "Observation":
        yield from _of_observation(now)
    if kind in ("MedicationRequest", "MedicationStatement", "ServiceRequest"):
        yield from _of_request(now)
    if kind in ("Condition", "Procedure"):
        yield "of a family", _with(category=[{"coding": [{"system": "http://snomed.info/sct", "code": "416471007"}]}])
        yield "abated", _with(abatementDateTime=(now - timedelta(days=5)).date().isoformat())
        yield "to abate", _with(abatementDateTime=(now + timedelta(days=5)).date().isoformat())


def _of_observation(now: datetime) -> Iterator[tuple[str, Put]]:
    yield "about a fetus", _with(focus=[{"reference": "BodyStructure/fetus"}])
    for code in ("unknown", "not-performed", "error", "asked-declined"):
        yield f"value absent: {code}", _with(dataAbsentReason={"coding": [{"system": ABSENT, "code": code}]})
    for code in ("POS", "NEG", "IND", "N", "H", "DET", "ND"):
        yield f"interpreted {code}", _with(interpretation=[{"coding": [{"system": INTERPRETATION, "code": code}]}])
    yield "in plasma", _with(specimen={"display": "Plasma"})
    yield "a body site", _with(bodySite={"text": "liver"})
    yield "noted as doubtful", _with(note=[{"text": "Result questionable, please repeat."}])
    yield "issued tomorrow", _with(issued=(now + timedelta(days=1)).isoformat())


def _of_request(now: datetime) -> Iterator[tuple[str, Put]]:
    yield "not to be done", _with(doNotPerform=True)
    begin = (now + timedelta(days=9)).date().isoformat()
    yield "begins later", _with(dosageInstruction=[{"timing": {"repeat": {"boundsPeriod": {"start": begin}}}}])
    for code in ("topical", "6064005", "26643006", "47625008", "SC", "PO", "oral"):
        system = (
            "http://snomed.info/sct"
            if code.isdigit()
            else "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration"
        )
        route = {"coding": [{"system": system, "code": code}]} if code not in ("topical", "oral") else {"text": code}
        yield f"route {code}", _with(dosageInstruction=[{"route": route}])
    yield "by whom it is reported", _with(reportedBoolean=True)
    yield "as a category", _with(category=[{"text": "discharge"}])


# The whole


def _of_whole(source: Any, left: Collection[str]) -> Iterator[tuple[str, Edit]]:
    if isinstance(source, dict) and source.get("resourceType") == "Bundle":
        yield from _of_bundle(source, left)
    elif isinstance(source, dict) and "prefetch" in source:
        for key in source["prefetch"]:
            outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
            for what, value in (
                ("an outcome", outcome),
                ("an empty page", {"resourceType": "Bundle", "type": "searchset"}),
            ):
                yield f"prefetch/{key}: {what}", lambda whole, k=key, v=value: whole["prefetch"].update({k: v})  # type: ignore[misc]
        yield "prefetch: nothing", lambda whole: whole.update(prefetch={})


def _of_bundle(source: Json, left: Collection[str]) -> Iterator[tuple[str, Edit]]:
    for kind in ("searchset", "batch-response", "document", "history", "message"):
        yield f"bundle: {kind}", lambda whole, kind=kind: whole.update(type=kind)  # type: ignore[misc]
    yield "bundle: more pages", lambda whole: whole.update(link=[{"relation": "next", "url": "https://ehr.example/2"}])
    yield "bundle: nested", lambda whole: whole.update(entry=[{"resource": {**whole, "entry": list(whole["entry"])}}])
    for severity in ("fatal", "error", "warning", "information"):
        issue = {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "exception"}]}
        yield f"bundle: {severity}", lambda whole, issue=issue: whole["entry"].append({"resource": issue})  # type: ignore[misc]
    for place, entry in enumerate(source["entry"]):
        if _is_left(entry, left):
            continue
        for what, members in _of_entry(entry):
            yield f"entry/{place}: {what}", lambda whole, p=place, m=members: whole["entry"][p].update(m)  # type: ignore[misc]
        for what, more in _beside(entry):
            yield f"entry/{place}: {what}", lambda whole, more=more: whole["entry"].append(twin(more))  # type: ignore[misc]


def _of_entry(entry: Json) -> Iterator[tuple[str, Json]]:
    resource = entry.get("resource") or {}
    key = f"{resource.get('resourceType')}/{resource.get('id')}"
    yield "failed", {"response": {"status": "404 Not Found"}}
    yield "found as an outcome", {"search": {"mode": "outcome"}}
    yield "deleted", {"request": {"method": "DELETE", "url": key}}
    for base in ("https://ehr.example/fhir", "https://other.example/fhir"):
        yield f"at {base[8:]}", {"fullUrl": f"{base}/{key}"}


def _beside(entry: Json) -> Iterator[tuple[str, Json]]:
    resource = entry.get("resource")
    if not isinstance(resource, dict):
        return
    yield "again", {"resource": resource}
    yield "again with another id", {"resource": {**resource, "id": "another"}}
    for version, date in (("2", "2026-05-30T00:00:00Z"), ("0", "2001-01-01T00:00:00Z")):
        meta = {"versionId": version, "lastUpdated": date}
        for status in ("entered-in-error", "preliminary"):
            yield f"version {version}, {status}", {"resource": {**resource, "meta": meta, "status": status}}
    yield "of another server", {"fullUrl": f"https://other.example/fhir/{resource.get('resourceType')}/{resource.get('id')}",
                                "resource": {**resource, "status": "entered-in-error"}}  # fmt: skip
