"""Observations of our own making, read with the bundled terms and genes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pmcds.fhir import open_input
from pmcds.fhir.observations import read_observations
from pmcds.fhir.site import Policy, ReadContext, ReaderResult
from pmcds.model.findings import Finding
from pmcds.model.genes import Gene, gene_of, with_forms
from pmcds.terminology import Terms

CARDS = Path(__file__).resolve().parents[3] / "cards"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
LOINC, SNOMED, HGNC = "http://loinc.org", "http://snomed.info/sct", "http://www.genenames.org"
TBD = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs"
PHARMVAR, HLA, GLSTRING = "https://www.pharmvar.org", "http://www.ebi.ac.uk/ipd/imgt/hla", "http://glstring.org"
HGVS, SO, UCUM = "http://varnomen.hgvs.org", "http://www.sequenceontology.org", "http://unitsofmeasure.org"
REFSEQ = "http://www.ncbi.nlm.nih.gov/refseq"
PRESENT, ABSENT = "LA9633-4", "LA9634-2"
GENES = {
    "CYP2C19": "HGNC:2621",
    "CYP2D6": "HGNC:2625",
    "CYP2C9": "HGNC:2623",
    "DPYD": "HGNC:3012",
    "TPMT": "HGNC:12014",
    "HLA-B": "HGNC:4932",
    "EGFR": "HGNC:3236",
    "BRAF": "HGNC:1097",
    "ALK": "HGNC:427",
    "BRCA1": "HGNC:1100",
}  # fmt: skip


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)


@cache
def terms() -> Terms:
    documents: dict[str, Any] = {}
    for path in sorted((CARDS / "terms").iterdir()):
        if path.suffix == ".yaml":
            documents["genes_more" if path.stem == "genes" else path.stem] = _yaml(path)
        elif path.suffix == ".tsv":
            documents[path.stem] = path.read_text(encoding="utf-8")
    return Terms.from_docs(documents)


@cache
def genes() -> Mapping[str, Gene]:
    """Every shipped gene file."""
    documents = [_yaml(path) for path in sorted((CARDS / "genes").glob("*.yaml"))]
    found = {document["gene"]: gene_of(document) for document in documents if "method" in document}
    return with_forms(found, (CARDS / "genes" / "variants.tsv").read_text(encoding="utf-8"))


def context(patient: str | None = "Patient/p1", policy: Policy | None = None, now: datetime = NOW) -> ReadContext:
    return ReadContext(terms(), genes(), patient, now, policy=policy or Policy())


def read(
    *resources: Mapping[str, Any], patient: str | None = "Patient/p1", policy: Policy | None = None
) -> ReaderResult:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": dict(one)} for one in resources]}
    return read_observations(open_input(bundle), context(patient, policy))


def findings(*resources: Mapping[str, Any], **more: Any) -> tuple[Finding, ...]:
    return read(*resources, **more).findings


def finding(*resources: Mapping[str, Any], **more: Any) -> Finding:
    """The only finding of these resources."""
    found = findings(*resources, **more)
    assert len(found) == 1, found
    return found[0]


def ignored(*resources: Mapping[str, Any], **more: Any) -> list[str | None]:
    return [note.ignored for note in read(*resources, **more).notes]


def concept(
    system: str | None = None, code: str | None = None, display: str | None = None, text: str | None = None
) -> Any:
    coding = {name: value for name, value in (("system", system), ("code", code), ("display", display)) if value}
    return {"coding": [coding] if coding else [], **({"text": text} if text else {})}


def loinc(code: str, display: str | None = None) -> Any:
    return concept(LOINC, code, display)


def component(code: str, value: Any, *, system: str = LOINC, name: str = "valueCodeableConcept") -> dict[str, Any]:
    return {"code": concept(system, code), name: value}


def gene(symbol: str, number: str | None = None) -> dict[str, Any]:
    return component("48018-6", concept(HGNC, number or GENES[symbol], symbol))


def observation(code: Any, *components: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """A final Observation of patient p1; `code` is a LOINC code or a concept; a member None is left out."""
    resource: dict[str, Any] = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": loinc(code) if isinstance(code, str) else code,
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-03-02",
    }
    if components:
        resource["component"] = [dict(one) for one in components]
    resource.update(members)
    return {name: value for name, value in resource.items() if value is not None}


def genotype(text: str, symbol: str | None = "CYP2C19", **members: Any) -> dict[str, Any]:
    parts = [gene(symbol)] if symbol else []
    return observation("84413-4", *parts, valueCodeableConcept={"text": text}, **members)


def variant(*components: Mapping[str, Any], answer: str | None = PRESENT, **members: Any) -> dict[str, Any]:
    value = {"valueCodeableConcept": loinc(answer)} if answer else {}
    return observation("69548-6", *components, **{**value, **members})


def protein(change: str) -> dict[str, Any]:
    return component("48005-3", concept(HGVS, change))


def somatic() -> dict[str, Any]:
    return component("48002-0", loinc("LA6684-0", "Somatic"))


def patient(ident: str = "p1") -> dict[str, Any]:
    return {"resourceType": "Patient", "id": ident}
