"""Small FHIR bundles of germline and laboratory results, as laboratories send them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pmcds
from pmcds.model.ledger import DecisionLine
from tests.laws import check_laws

CARDS = Path(__file__).parents[2] / "cards"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
LOINC = "http://loinc.org"
HGVS = "http://varnomen.hgvs.org"
TBD = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs"
SUBJECT = {"reference": "Patient/p1"}
SIGNIFICANCES = {
    "pathogenic": "LA6668-3",
    "likely pathogenic": "LA26332-9",
    "uncertain significance": "LA26333-7",
    "likely benign": "LA26334-5",
    "benign": "LA6675-8",
}
ORIGINS = {"germline": "LA6683-2", "somatic": "LA6684-0"}
ZYGOSITIES = {"homozygous": "LA6705-3", "heterozygous": "LA6706-1"}


@cache
def engine(*, drafts: bool = False) -> pmcds.Engine:
    """The engine of a site, with the rules of the checkout; `drafts` also with drafts and rules off by default."""
    knowledge = pmcds.Knowledge.from_path(CARDS)
    if not drafts:
        return pmcds.Engine(knowledge)
    return pmcds.Engine(knowledge.with_drafts(), pmcds.Settings(families=("secondary-findings",)))


def concept(code: str, system: str = LOINC, display: str | None = None) -> dict[str, Any]:
    """A CodeableConcept with one coding."""
    coding = {"system": system, "code": code}
    return {"coding": [{**coding, "display": display} if display else coding]}


def component(code: str, value: dict[str, Any]) -> dict[str, Any]:
    """A component with a coded value."""
    return {"code": concept(code), "valueCodeableConcept": value}


def variant(
    gene: str,
    change: str | None,
    *,
    origin: str | None = "germline",
    zygosity: str | None = None,
    answer: str = "LA9633-4",
    ident: str = "v1",
    **members: Any,
) -> dict[str, Any]:
    """A Genomics Reporting variant: gene by symbol, the change in its HGVS component."""
    parts = [{"code": concept("48018-6"), "valueCodeableConcept": {"text": gene}}]
    if change is not None:
        place = "48005-3" if change.startswith("p.") else "48004-6"
        parts.append(component(place, concept(change, HGVS)))
    if origin is not None:
        parts.append(component("48002-0", concept(ORIGINS[origin])))
    if zygosity is not None:
        parts.append(component("53034-5", concept(ZYGOSITIES[zygosity])))
    return observation(ident, concept("69548-6"), component=parts, valueCodeableConcept=concept(answer), **members)


def significance(word: str, of: str = "v1", ident: str = "s1", **members: Any) -> dict[str, Any]:
    """A diagnostic implication: what the laboratory concludes about a variant."""
    stated = component("53037-8", concept(SIGNIFICANCES[word]))
    about = [{"reference": f"Observation/{of}"}]
    return observation(ident, concept("diagnostic-implication", TBD), component=[stated], derivedFrom=about, **members)


def observation(ident: str, code: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A final Observation of the patient, four weeks old unless told otherwise."""
    resource = {"resourceType": "Observation", "id": ident, "status": "final", "code": code, "subject": SUBJECT}
    return {**resource, "effectiveDateTime": "2026-05-02", **members}


def laboratory(code: str, value: float, unit: str | None, ident: str = "l1", **members: Any) -> dict[str, Any]:
    """A laboratory value with its UCUM unit."""
    quantity: dict[str, Any] = {"value": value}
    if unit is not None:
        quantity |= {"unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    return observation(ident, concept(code), valueQuantity=quantity, **members)


def order(drug: str, ident: str = "o1") -> dict[str, Any]:
    """A draft order by name."""
    medication = {"text": drug}
    return {
        "resourceType": "MedicationRequest", "id": ident, "status": "draft", "intent": "order", "subject": SUBJECT,
        "medicationCodeableConcept": medication,
    }  # fmt: skip


def condition(text: str, *, verification: str = "confirmed", code: dict[str, Any] | None = None) -> dict[str, Any]:
    """A diagnosis on the problem list."""
    system = "http://terminology.hl7.org/CodeSystem/condition-"
    return {
        "resourceType": "Condition", "id": "c1", "subject": SUBJECT, "code": {**(code or {}), "text": text},
        "clinicalStatus": concept("active", f"{system}clinical"),
        "verificationStatus": concept(verification, f"{system}ver-status"),
    }  # fmt: skip


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    """A collection with the patient in front."""
    patient = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1980-01-01"}
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in (patient, *resources)]}


def evaluate(*resources: dict[str, Any], drafts: bool = True) -> pmcds.Result:
    """The whole line, with the laws that every result keeps."""
    own = engine(drafts=drafts)
    result = own.evaluate(bundle(*resources), now=NOW)
    check_laws(own, result)
    return result


def line(rule: str, *resources: dict[str, Any], drafts: bool = True) -> DecisionLine:
    """The decision of one rule."""
    found = [one for one in evaluate(*resources, drafts=drafts).ledger.orders if one.rule == rule]
    assert len(found) == 1, (rule, [one.rule for one in found])
    return found[0]


def said(result: pmcds.Result) -> str:
    """Every text of the cards, without the escapes of Markdown."""
    response: Sequence[dict[str, Any]] = result.to_dict()["cards"]
    return "\n".join(f"{card['summary']}\n{card.get('detail', '')}" for card in response).replace("\\", "")


def told(decision: DecisionLine) -> tuple[str, str | None]:
    """Outcome and reason."""
    return decision.outcome, decision.reason
