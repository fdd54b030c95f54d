"""A reader for results that only one laboratory sends: a function from resources to findings."""

from __future__ import annotations

import sys

import pmcds
from pmcds.fhir import Opened, ReadContext, ReaderResult
from pmcds.model.findings import Source

SYSTEM = "https://laboratory.example.org/codes"


def read_house_genotypes(opened: Opened, context: ReadContext) -> ReaderResult:
    """Diplotypes as our laboratory sends them: its own code, and text such as "CYP2C19 *2/*2"."""
    findings = []
    for site in opened.by_type("Observation"):
        resource = site.data or {}
        codes = {(c.get("system"), c.get("code")) for c in resource.get("code", {}).get("coding", [])}
        if (SYSTEM, "PGX") not in codes or resource.get("status") != "final":
            continue
        if resource.get("subject", {}).get("reference") != context.patient:
            continue
        gene, _, diplotype = str(resource.get("valueString", "")).partition(" ")
        if gene in context.genes:
            source = Source(site.key, site.pointer, site.pointer, "House laboratory")
            findings.append(
                pmcds.Finding("genotype", gene, diplotype, source, date=resource.get("effectiveDateTime", "")[:10])
            )
    return ReaderResult(findings=tuple(findings))


BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1970-01-01"}},
        {
            "resource": {
                "resourceType": "Observation",
                "id": "house",
                "status": "final",
                "code": {"coding": [{"system": SYSTEM, "code": "PGX"}]},
                "subject": {"reference": "Patient/p1"},
                "effectiveDateTime": "2026-03-02",
                "valueString": "CYP2C19 *2/*2",
            }
        },
    ],
}


def main() -> int:
    """Evaluate with the bundled readers and ours."""
    engine = pmcds.Engine(readers=[*pmcds.READERS, read_house_genotypes])
    result = engine.evaluate(BUNDLE, order="clopidogrel")
    for card in result.cards:
        print(card.summary)
    return 0 if any(line.outcome == "ALERT" for line in result.ledger.orders) else 1


if __name__ == "__main__":
    sys.exit(main())
