"""Scenes of genes and the drugs that depend on them."""

from __future__ import annotations

from collections.abc import Iterator

from tests.evidence.whole import component, concept, typed
from tests.fhir.material import SUBJECT
from tests.together.scenes import (
    Entries,
    Scene,
    beside,
    condition,
    dbsnp,
    entry,
    genotype,
    number,
    observation,
    phenotype,
    scene,
    taken,
    ways,
)

PRESENT, ABSENT = "LA9633-4", "LA9634-2"
HETEROZYGOUS, HOMOZYGOUS, HEMIZYGOUS = "LA6706-1", "LA6705-3", "LA6707-9"


def scenes() -> Iterator[Scene]:
    """One for each kind of key: words, scores, types, variants, sex."""
    coronary = entry(condition("acs", "394659003"))
    yield scene("CYP2C19 and clopidogrel", "pharmacogenomics/clopidogrel/cpic", "clopidogrel", _cyp2c19(), coronary)
    yield scene("CYP2D6 and codeine", "pharmacogenomics/codeine/cpic", "codeine", _cyp2d6())
    yield scene("HLA-B and abacavir", "pharmacogenomics/abacavir/cpic", "abacavir", _hla())
    yield scene("DPYD and capecitabine", "pharmacogenomics/capecitabine/cpic", "capecitabine", _dpyd())
    yield scene("G6PD and rasburicase", "pharmacogenomics/rasburicase/cpic", "rasburicase", _g6pd())
    yield scene("TPMT, NUDT15 and azathioprine", "pharmacogenomics/azathioprine/cpic", "azathioprine", _thiopurines())
    yield scene("SLCO1B1 and simvastatin", "pharmacogenomics/simvastatin/cpic", "simvastatin", _slco1b1())


def _cyp2c19() -> dict[str, Entries]:
    poor = typed("CYP2C19", "*2/*2")
    return {
        **beside("CYP2C19"),
        "g: *1/*1": [entry(typed("CYP2C19", "*1/*1"))],
        "g, one identifier: *1/*1": [
            entry(typed("CYP2C19", "*1/*1", identifier=[{"system": "urn:lab", "value": "1"}]))
        ],
        **ways(poor),
        **genotype("CYP2C19", "*2/*2", "*1/*2", "*1/*17", "*2", "*2/*17", "*1/*1", "*2/*3", "*38/*38"),
        "poor": phenotype("CYP2C19", "Poor metabolizer"),
        "normal": phenotype("CYP2C19", "Normal metabolizer"),
        "likely poor": phenotype("CYP2C19", "Likely poor metabolizer"),
        "not poor": phenotype("CYP2C19", "Not a poor metabolizer"),
        "rs4244285 homozygous": dbsnp("CYP2C19", "rs4244285", PRESENT, HOMOZYGOUS),
        "rs4244285 heterozygous": dbsnp("CYP2C19", "rs4244285", PRESENT, HETEROZYGOUS),
        "rs4244285 absent": dbsnp("CYP2C19", "rs4244285", ABSENT),
    }


def _cyp2d6() -> dict[str, Entries]:
    copies = typed("CYP2D6", "*1/*2", id="cn")
    copies["component"].append({"code": concept("82155-3"), "valueQuantity": {"value": 3}})
    score = {"code": {"text": "CYP2D6 activity score"}, "valueQuantity": {"value": 0}}
    order = {"intent": "order", "id": "m2"}
    handed = {"whenHandedOver": "2026-05-25", "daysSupply": {"value": 30, "code": "d"}}
    return {
        **beside("CYP2D6"),
        **genotype("CYP2D6", "*1/*1", "*4/*4", "*1/*4", "*1x2/*2", "*1xN/*2", "*1/*10", "*4x2/*4", "*5/*5", "*1/*1xN",
                   "*41/*41", "*36+*10/*10", "*1", "*4"),
        "three copies": [entry(copies)],
        **{f"copies counted apart: {number}": _copies("CYP2D6", number) for number in (0, 1, 2, 3, 4, 2.8)},
        "three copies of a tumor": _copies("CYP2D6", 3, "LA6684-0"),
        "score of 0": [entry(observation("as", score["code"], valueQuantity=score["valueQuantity"]))],
        "score of 3": [entry(observation("as3", score["code"], valueQuantity={"value": 3}))],
        "ultrarapid": phenotype("CYP2D6", "Ultrarapid metabolizer"),
        "intermediate": phenotype("CYP2D6", "Intermediate metabolizer"),
        "paroxetine taken": taken("paroxetine", "active"),
        "paroxetine stopped": taken("paroxetine", "stopped"),
        "paroxetine unknown": taken("paroxetine", "unknown"),
        "paroxetine not taken": taken("paroxetine", "not-taken"),
        "paroxetine drafted": taken("paroxetine", "draft", "MedicationRequest", **order),
        "paroxetine ordered": taken("paroxetine", "active", "MedicationRequest", **order),
        "paroxetine proposed": taken("paroxetine", "active", "MedicationRequest", **order | {"intent": "proposal"}),
        "paroxetine dispensed": taken("paroxetine", "completed", "MedicationDispense", **handed),
        "duloxetine taken": taken("duloxetine", "active", id="m3"),
        "cetirizine taken": taken("cetirizine", "active", id="m4"),
        "of a stranger": taken("paroxetine", "active") and [
            entry({**taken("paroxetine", "active")[0]["resource"], "subject": {"reference": "Patient/p2"}})
        ],
    }  # fmt: skip


def _copies(gene: str, number: float, source: str = "LA6683-2") -> Entries:
    """Copies of a gene in a result of their own."""
    parts = [component("48018-6", "x") | {"valueCodeableConcept": {"text": gene}}, component("48002-0", source),
             {"code": concept("82155-3"), "valueQuantity": {"value": number}}]  # fmt: skip
    return [
        entry(observation(f"c{number}", concept("69548-6"), component=parts, valueCodeableConcept=concept(PRESENT)))
    ]


def _hla() -> dict[str, Entries]:
    code = {"text": "HLA-B*57:01"}

    def told(text: str, ident: str = "h") -> Entries:
        return [entry(observation(ident, code, valueCodeableConcept={"text": text}))]

    def typing(text: str) -> Entries:
        parts = [component("48018-6", "x") | {"valueCodeableConcept": {"text": "HLA-B"}}]
        return [entry(observation("ty", concept("57290-9"), component=parts, valueCodeableConcept={"text": text}))]

    def said(text: str, **members: object) -> Entries:
        return [entry({"resourceType": "Condition", "id": "c", "subject": SUBJECT, "code": {"text": text}, **members})]

    confirmed = concept("confirmed", "http://terminology.hl7.org/CodeSystem/condition-ver-status")
    refuted = concept("refuted", "http://terminology.hl7.org/CodeSystem/condition-ver-status")
    return {
        **beside("HLA-B"),
        **{f"told {text}": told(text) for text in ("Positive", "Negative", "Not detected", "Indeterminate")},
        **{f"typed {text}": typing(text) for text in (
            "HLA-B*57:01/HLA-B*08:01", "HLA-B*07:02/HLA-B*08:01", "HLA-B*57/HLA-B*08", "HLA-B*57:03/HLA-B*08:01",
            "HLA-B*57:01:01/HLA-B*08:01", "HLA-B*58:01/HLA-B*08:01", "B57", "HLA-B*57:XX/HLA-B*08:01")},
        "carrier": said("HLA-B*57:01 positive", verificationStatus=confirmed),
        "no carrier": said("HLA-B*57:01 negative", verificationStatus=confirmed),
        "refuted": said("HLA-B*57:01 positive", verificationStatus=refuted),
        "another allele": [
            entry(observation("h2", {"text": "HLA-B*15:02"}, valueCodeableConcept={"text": "Positive"}))
        ],
        **ways(observation("h", code, valueCodeableConcept={"text": "Positive"})),
    }  # fmt: skip


def _dpyd() -> dict[str, Entries]:
    return {
        **beside("DPYD"),
        **genotype("DPYD", "*1/*1", "*1/*2A", "*2A/*2A", "*2A/*13", "c.1129-5923C>G/c.2846A>T", "*9A/*9A"),
        "rs3918290 heterozygous": dbsnp("DPYD", "rs3918290", PRESENT, HETEROZYGOUS),
        "rs3918290 absent": dbsnp("DPYD", "rs3918290", ABSENT),
        "rs3918290 found": dbsnp("DPYD", "rs3918290", PRESENT),
        "rs67376798 heterozygous": dbsnp("DPYD", "rs67376798", PRESENT, HETEROZYGOUS, "rs2"),
        "rs67376798 absent": dbsnp("DPYD", "rs67376798", ABSENT, None, "rs2"),
        "rs56038477 heterozygous": dbsnp("DPYD", "rs56038477", PRESENT, HETEROZYGOUS, "rs3"),
        "rs75017182 heterozygous": dbsnp("DPYD", "rs75017182", PRESENT, HETEROZYGOUS, "rs4"),
        "poor": phenotype("DPYD", "Poor metabolizer"),
        "intermediate": phenotype("DPYD", "Intermediate metabolizer"),
        "normal": phenotype("DPYD", "Normal metabolizer"),
        "score of 1": [entry(observation("as", {"text": "DPYD activity score"}, valueQuantity={"value": 1}))],
        "score of 2": [entry(observation("as2", {"text": "DPYD activity score"}, valueQuantity={"value": 2}))],
        "uracil of 20": number("u", "100984-4", 20, "ng/mL"),
    }


def _g6pd() -> dict[str, Entries]:
    return {
        **beside("G6PD"),
        **genotype("G6PD", "B", "A- 202A_376G", "B/B", "B/A- 202A_376G", "A- 202A_376G/A- 202A_376G",
                   "Mediterranean, Dallas, Panama, Sassari, Cagliari, Birmingham"),
        "deficient": phenotype("G6PD", "Deficient"),
        "normal": phenotype("G6PD", "Normal"),
        "variable": phenotype("G6PD", "Variable"),
        "activity low": number("a", "32546-4", "1.0", "U/g{Hb}"),
        "activity high": number("a", "32546-4", "9.0", "U/g{Hb}"),
        "activity by the screen": [
            entry(observation("s", concept("33287-4"), valueCodeableConcept={"text": "Deficient"}))
        ],
        "the disease": [entry(condition("d", "62403005"))],
        "favism, by code": [entry(condition("d2", "35434009"))],
    }  # fmt: skip


def _thiopurines() -> dict[str, Entries]:
    return {
        **beside("TPMT"),
        **genotype("TPMT", "*1/*1", "*1/*3A", "*3A/*3A", "*1/*3C", "*3B/*3C"),
        **{f"NUDT15 {name}": found for name, found in genotype("NUDT15", "*1/*1", "*1/*3", "*3/*3", "*1/*2").items()},
        "TPMT poor": phenotype("TPMT", "Poor metabolizer"),
        "TPMT normal": phenotype("TPMT", "Normal metabolizer"),
        "NUDT15 intermediate": phenotype("NUDT15", "Intermediate metabolizer", "ph2"),
        "NUDT15 normal": phenotype("NUDT15", "Normal metabolizer", "ph2"),
        "rs116855232 homozygous": dbsnp("NUDT15", "rs116855232", PRESENT, HOMOZYGOUS),
        "rs1142345 absent": dbsnp("TPMT", "rs1142345", ABSENT, None, "rs2"),
    }


def _slco1b1() -> dict[str, Entries]:
    return {
        **beside("SLCO1B1"),
        **genotype("SLCO1B1", "*1/*1", "*1/*5", "*5/*5", "*1/*15", "*5/*15", "*1/*14"),
        "rs4149056 CC": dbsnp("SLCO1B1", "rs4149056", PRESENT, HOMOZYGOUS),
        "rs4149056 TC": dbsnp("SLCO1B1", "rs4149056", PRESENT, HETEROZYGOUS),
        "rs4149056 hemizygous": dbsnp("SLCO1B1", "rs4149056", PRESENT, HEMIZYGOUS),
        "rs4149056 absent": dbsnp("SLCO1B1", "rs4149056", ABSENT),
        "poor function": phenotype("SLCO1B1", "Poor function"),
        "decreased function": phenotype("SLCO1B1", "Decreased function"),
        "normal function": phenotype("SLCO1B1", "Normal function"),
    }
