"""Sample patients, made from the tests of the rules, and requests as an EHR would send them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pmcds import fhir, hooks
from pmcds.model.patient import Patient

if TYPE_CHECKING:
    from pmcds.api import Engine


def samples(engine: Engine) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Title of the rule and test, for every test of the active rules."""
    for rule in engine.active_rules():
        for test in engine.knowledge.tests.get(rule.id, {}).get("tests", ()):
            yield f"{rule.title} ({rule.source})", test


def bundle_of_sample(engine: Engine, stated: Mapping[str, Any]) -> dict[str, Any]:
    """The Bundle of a sample; its results are of today."""
    fields = {name: value for name, value in stated.items() if name != "order"}
    for name in ("condition", "cancer", "medication"):
        if isinstance(fields.get(name), str):
            fields[name] = [fields[name]]
    order = stated.get("order", ())
    orders: Sequence[Any] = [order] if isinstance(order, (str, Mapping)) else order
    return fhir.bundle_of(Patient(**fields), now=datetime.now(UTC), terms=engine.terms, orders=orders)


def request_of(engine: Engine, bundle: dict[str, Any], drug: str | None, hook: str) -> dict[str, Any]:
    """The Bundle as the request that an EHR would send: drafts in the context, all else as prefetch."""
    opened = fhir.open_input(bundle, limits=engine.settings.limits)
    patient = next((site.key for site in opened.by_type("Patient")), "Patient/unknown")
    orders = [_draft(engine, drug, patient)] if drug else None
    return hooks.request_from(bundle, hook, patient=patient, orders=orders)


def _draft(engine: Engine, drug: str, patient: str) -> dict[str, Any]:
    term = engine.terms.drug(drug)
    found = term.codes if term is not None else ()
    codes = [{"system": system, "code": code, "display": display} for system, code, display in found]
    return {
        "resourceType": "MedicationRequest",
        "id": "draft",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": patient},
        "medicationCodeableConcept": {**({"coding": codes} if codes else {}), "text": drug},
    }
