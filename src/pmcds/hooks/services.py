"""The services on offer: which hooks, what each asks to be prefetched, and the discovery document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

from pmcds.hooks.outcome import refused
from pmcds.hooks.prefetch import type_of_template
from pmcds.hooks.profiles import GENERIC, Profile
from pmcds.hooks.table import HOOKS, SERVED_HOOKS
from pmcds.model.answers import CLOSED_WORLD, Subject
from pmcds.model.findings import GENOMIC_KINDS, RESULT_KINDS
from pmcds.model.places import speaks
from pmcds.model.rules import Rule

# The specification whose shapes are emitted (K1).
SPECIFICATION = "2.0.1"
PREFIX = "pmcds-"
# A query stays below this length, since some clients send it as the address of a GET.
_MOST_CHARACTERS = 1800
# More queries than this for one resource type are worse than one that asks for all of it.
_MOST_QUERIES = 6

_PATIENT = "{{context.patientId}}"
# Every key that a service may ask for, in the order of discovery, without codes.
TEMPLATES: Mapping[str, str] = {
    "patient": f"Patient/{_PATIENT}",
    "medications": f"MedicationRequest?patient={_PATIENT}&status=active",
    "statements": f"MedicationStatement?patient={_PATIENT}&status=active",
    "observations": f"Observation?patient={_PATIENT}",
    "reports": f"DiagnosticReport?patient={_PATIENT}",
    "conditions": f"Condition?patient={_PATIENT}",
}

_TITLES = {
    "order-select": "Precision medicine checks while an order is chosen",
    "order-sign": "Precision medicine checks before orders are signed",
    "order-dispatch": "Precision medicine checks before orders are sent to a performer",
    "medication-refill": "Precision medicine checks of a refill",
    "medication-verify": "Precision medicine checks while an order is verified",
    "medication-prescribe": "Precision medicine checks while a drug is prescribed",
    "order-review": "Precision medicine checks while orders are reviewed",
    "patient-view": "Precision medicine review of the record",
    "encounter-start": "Precision medicine review at the start of an encounter",
    "encounter-discharge": "Precision medicine review before discharge",
    "appointment-book": "Precision medicine review while an appointment is booked",
    "problem-list-item-create": "Precision medicine checks of a new problem",
    "allergyintolerance-create": "Precision medicine checks of a new allergy",
}
_ABOUT = {
    "order-select": "Compares the selected orders",
    "order-sign": "Compares the orders to be signed",
    "order-dispatch": "Compares the drug orders to be sent",
    "medication-refill": "Compares the orders to be refilled",
    "medication-verify": "Compares the order to be verified",
    "medication-prescribe": "Compares the drugs to be prescribed",
    "order-review": "Compares the orders under review",
    "patient-view": "Compares the current drugs of the patient",
    "encounter-start": "Compares the current drugs of the patient",
    "encounter-discharge": "Compares the current drugs of the patient",
    "appointment-book": "Compares the current drugs of the patient",
    "problem-list-item-create": "Compares the new problem and the record",
    "allergyintolerance-create": "Compares the current drugs of the patient",
}


@runtime_checkable
class CodeSource(Protocol):
    """A terminology that knows which observation codes answer a question, as (system, code, display)."""

    def codes_of(self, kind: str, subject: str) -> Sequence[tuple[str, str, str]]:
        """The codes under which results about the subject are reported; empty if they cannot be listed."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """One service: `required` are prefetch keys without which it cannot answer at all (K5)."""

    id: str
    hook: str
    title: str
    description: str
    prefetch: Mapping[str, str]
    required: tuple[str, ...] = ()
    usage: str = ""


class PrefetchRow(NamedTuple):
    """A line of the table that is handed to a site's analyst."""

    service: str
    hook: str
    key: str
    query: str
    resource: str
    required: bool


def services_of(
    rules: Iterable[Rule], terms: object = None, *, hooks: Sequence[str] = SERVED_HOOKS, newest: bool = False
) -> tuple[Service, ...]:
    """A service for each hook that a rule speaks in; it asks for what these rules read and nothing else (S24).

    With `terms` results are asked for by the codes under which they are sent. A site with codes of its own, or with
    results in words alone, goes without: all Observations are asked for then. With `newest` templates may have tokens
    that only the newest specification knows, on trial.
    """
    loaded = tuple(rules)
    made = []
    for hook in hooks:
        asking = [rule for rule in loaded if speaks(rule, hook)]
        if asking:
            prefetch, uncoded = _prefetch(asking, hook, terms)
            if newest:
                prefetch |= _referenced(hook)
            made.append(_service(hook, prefetch, _required(asking, hook), uncoded))
    return tuple(made)


def service_named(name: str, services: Iterable[Service] | None = None) -> Service:
    """The service of an id. Raises HookError 404. Without `services`, one for each hook that can be served."""
    if services is None:
        services = (_service(hook, TEMPLATES, ()) for hook in SERVED_HOOKS)
    found = next((service for service in services if service.id == name), None)
    if found is None:
        raise refused(404, "not-found", "there is no such service", mend="see the discovery document")
    return found


def services(rules: Iterable[Rule], terms: object = None, *, version: str | None = SPECIFICATION) -> dict[str, Any]:
    """The discovery document for these rules."""
    return discovery(services_of(rules, terms), version=version)


def discovery(
    offered: Iterable[Service],
    *,
    version: str | None = SPECIFICATION,
    hook_versions: bool = False,
    extension: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The discovery document. `version` None leaves out what only the newest specification has (D9, D10)."""
    rows = []
    for service in offered:
        row: dict[str, Any] = {"hook": service.hook, "title": service.title, "description": service.description}
        row["id"] = service.id
        if service.prefetch:
            row["prefetch"] = dict(service.prefetch)
        if service.usage:
            row["usageRequirements"] = service.usage
        if version is not None:
            row["version"] = version
        if hook_versions and service.hook in HOOKS:
            row["hookVersion"] = HOOKS[service.hook].version
        rows.append(row)
    return {"services": rows, **({"extension": dict(extension)} if extension else {})}


def prefetch_table(offered: Iterable[Service], profile: Profile = GENERIC) -> tuple[PrefetchRow, ...]:
    """What a site has to type in where discovery is not read, one line a query; only hooks that the client calls."""
    return tuple(
        PrefetchRow(service.id, service.hook, key, query, type_of_template(query) or "", key in service.required)
        for service in offered
        if profile.hooks is None or service.hook in profile.hooks
        for key, query in service.prefetch.items()
    )


def jwt_values(offered: Iterable[Service], base_url: str) -> tuple[tuple[str, str], ...]:
    """The audience of each endpoint, exactly as a client must write it into its token (EP-2)."""
    base = base_url.rstrip("/")
    addresses = [f"{base}/cds-services"]
    for service in offered:
        addresses += [f"{base}/cds-services/{service.id}", f"{base}/cds-services/{service.id}/feedback"]
    return tuple(("aud", address) for address in addresses)


def _service(hook: str, prefetch: Mapping[str, str], required: tuple[str, ...], uncoded: Sequence[str] = ()) -> Service:
    about = f"{_ABOUT[hook]} with genomic and laboratory results on file and shows advice with its source"
    usage = _usage(hook, required)
    if any("&code=" in template for template in prefetch.values()):
        usage += " Results under codes of your own are found only if these are added to the query for Observation."
    if uncoded:
        usage += f" No code is known for results on {', '.join(uncoded)}."
    return Service(f"{PREFIX}{hook}", hook, _TITLES[hook], about, prefetch, required, usage)


def _usage(hook: str, required: tuple[str, ...]) -> str:
    member = HOOKS[hook].orders
    needed = [f"the context member {member}"] if member else []
    needed += [f"the prefetch key {key}" for key in required]
    first = f"Needs {' and '.join(needed)}. " if needed else ""
    return first + "Other prefetch keys are optional; advice that lacks its data says that it could not be checked."


def _required(rules: Sequence[Rule], hook: str) -> tuple[str, ...]:
    """The order data, where no context carries them and every rule of the service needs them."""
    if hook == "patient-view" and all(rule.drugs for rule in rules):
        return ("medications",)
    return ()


def _prefetch(rules: Sequence[Rule], hook: str, terms: object) -> tuple[dict[str, str], tuple[str, ...]]:
    """The templates of a service, and the names of what no code of a template finds."""
    subjects = sorted({subject for rule in rules for subject in rule.subjects})
    kinds = {subject.kind for subject in subjects}
    results = [subject for subject in subjects if subject.kind in RESULT_KINDS or subject.kind not in CLOSED_WORLD]
    genomic = bool(kinds & GENOMIC_KINDS)
    # Drugs taken change what a genotype means, and on hooks without drafts they are what is in question.
    drugs = genomic or bool(kinds & {"medication", "taken_for", "ordered_with"})
    drugs = drugs or (HOOKS[hook].orders is None and any(rule.drugs for rule in rules))
    diseases = bool(kinds & {"condition", "cancer"}) or any(rule.cancers for rule in rules)
    # A transplant decides whose genome a specimen has.
    conditions = genomic or diseases
    wanted = {
        "patient": True,
        "medications": drugs,
        "statements": drugs,
        "observations": bool(results),
        "reports": genomic,
        "conditions": conditions,
    }
    # Staging and history are told by Observations too.
    codes, uncoded = _codes((*results, *([Subject("cancer", "")] if diseases else [])), terms)
    prefetch: dict[str, str] = {}
    for key, template in TEMPLATES.items():
        if wanted[key]:
            prefetch |= _queries(key, template, codes) if key == "observations" else {key: template}
    return prefetch, uncoded


def _referenced(hook: str) -> dict[str, str]:
    """Drugs that the orders of the context only refer to: to be said with a path into the context alone (P4, K7)."""
    member = HOOKS[hook].order_member
    if member is None or member.shape != "bundle":
        return {}
    path = f"context.{member.name}.entry.resource.ofType(MedicationRequest).medication.resolve().id"
    return {"drugs": f"Medication?_id={{{{{path}}}}}"}


def _queries(key: str, template: str, codes: Sequence[str]) -> dict[str, str]:
    """One query for all codes, or several if it is long; without codes if there are none, or too many."""
    groups: list[str] = []
    for code in codes:
        if groups and len(template) + len(groups[-1]) + len(code) < _MOST_CHARACTERS:
            groups[-1] += f",{code}"
        else:
            groups.append(code)
    if not groups or len(groups) > _MOST_QUERIES:
        return {key: template}
    names = [key, *(f"{key}{number}" for number in range(2, len(groups) + 1))]
    return {name: f"{template}&code={group}" for name, group in zip(names, groups, strict=True)}


def _codes(subjects: Iterable[Subject], terms: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes under which results about these subjects are sent, and the subjects that no code names."""
    if not isinstance(terms, CodeSource):
        return (), ()
    found: set[str] = set()
    uncoded = []
    for subject in subjects:
        codes = terms.codes_of(subject.kind, subject.name)
        if not codes:
            uncoded.append(subject.shown)
        # Without its system a code is found whichever of its addresses a record writes, and the query stays short.
        found.update(code for _, code, _ in codes)
    return tuple(sorted(found)), tuple(uncoded) if found else ()
