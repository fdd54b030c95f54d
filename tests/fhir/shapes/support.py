"""Whole readings of small inputs of our own making, with findings named as the reference rows name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmcds.model.findings import Finding, Reading
from tests.fhir.material import bundle, reading
from tests.fhir.scoring import row_kind

P1 = "Patient/p1"
SUBJECT = {"reference": P1}
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CLOPIDOGREL = {"coding": [{"system": RXNORM, "code": "309362", "display": "clopidogrel 75 MG Oral Tablet"}]}
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"


def whole(*resources: Mapping[str, Any], **policy: Any) -> Reading:
    """Everything that is read of these resources for patient p1."""
    return reading(bundle(*[dict(one) for one in resources]), P1, **policy)


def told(source: Reading | Mapping[str, Any], resource: str | None = None) -> list[tuple[Any, ...]]:
    """(row kind, subject, value, status, reason) of each finding, of one resource if given."""
    found = source if isinstance(source, Reading) else whole(source)
    return [
        (row_kind(one), one.subject, short(one), one.status, one.reason)
        for one in found.findings
        if resource in (None, one.source.resource)
    ]


def short(finding: Finding) -> Any:
    """The value, without the members that only name its row or repeat the text."""
    if not isinstance(finding.value, Mapping):
        return finding.value
    left_out = ("row", "as_stated", "locus", "type")
    return {name: part for name, part in finding.value.items() if name not in left_out}


def only(source: Reading | Mapping[str, Any], kind: str) -> Finding:
    """The one finding of a row kind."""
    found = source if isinstance(source, Reading) else whole(source)
    matching = [one for one in found.findings if row_kind(one) == kind]
    assert len(matching) == 1, [(row_kind(one), one.subject, one.status, one.reason) for one in found.findings]
    return matching[0]


def resource(kind: str, ident: str = "x1", **members: Any) -> dict[str, Any]:
    """A resource of patient p1; a member None is left out."""
    stated: dict[str, Any] = {"resourceType": kind, "id": ident, "subject": SUBJECT, **members}
    return {name: value for name, value in stated.items() if value is not None}
