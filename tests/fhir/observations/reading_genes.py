"""Gene results of every form and release, for the record of readings."""
# ruff: noqa: E501 (one result on one line)

from __future__ import annotations

from typing import Any

from tests.fhir.observations.support import (
    GLSTRING,
    HGNC,
    LOINC,
    PHARMVAR,
    SNOMED,
    TBD,
    component,
    concept,
    gene,
    genotype,
    loinc,
    observation,
    protein,
    variant,
)

Json = dict[str, Any]
LINK = [{"reference": "Observation/o1"}]
LABORATORY = {"resourceType": "Organization", "id": "lab", "name": "Molecular  Laboratory"}
GENETICS = "http://hl7.org/fhir/StructureDefinition/observation-genetics"


def result(code: str, *components: Json, **members: Any) -> Json:
    return observation(code, *components, **members)


def tbd(code: str, value: Any, name: str = "valueCodeableConcept") -> Json:
    return component(code, value, system=TBD, name=name)


def score(value: Any, name: str = "valueString", symbol: str = "CYP2D6", **members: Any) -> list[Json]:
    return [observation(concept(TBD, "activity-score"), gene(symbol), **{name: value}, **members)]


def phenotype(text: Any, symbol: str = "CYP2C19", code: str = "53040-2", **members: Any) -> list[Json]:
    value = {"text": text} if isinstance(text, str) else text
    return [observation(code, gene(symbol), valueCodeableConcept=value, **members)]


def linked(code: str, *sources: Json, value: Any = None, **members: Any) -> list[Json]:
    links = [{"reference": f"Observation/{one['id']}"} for one in sources]
    stated = {"valueCodeableConcept": value} if value else {}
    return [*sources, observation(code, id="x", derivedFrom=links, **stated, **members)]


def typing(text: str, *components: Json, code: str = "84413-4", **members: Any) -> list[Json]:
    return [observation(code, *components, valueCodeableConcept=concept(GLSTRING, text), **members)]


def presence(value: Any, **members: Any) -> list[Json]:
    return [observation("57979-7", valueCodeableConcept=value, **members)]


POOR = loinc("LA9657-3", "Poor metabolizer")
CASES: dict[str, list[Json]] = {
    "a diplotype in text": [genotype("*1/*17")],
    "a diplotype with its gene": [genotype("CYP2C19*2/*17")],
    "a diplotype with its gene and blanks": [genotype('"CYP2C19: *2 / *17"')],
    "a diplotype of another gene": [genotype("CYP2D6*4/*4")],
    "a diplotype under a code": [result("84413-4", gene("CYP2C19"),
                                        valueCodeableConcept=concept(PHARMVAR, "*2/*3", "CYP2C19*2/*3"))],
    "a diplotype whose code and display differ": [
        result("84413-4", gene("CYP2C19"), valueCodeableConcept=concept(PHARMVAR, "*2/*3", "*1/*1"))],
    "a diplotype whose display and text differ": [
        result("84413-4", gene("CYP2C19"), valueCodeableConcept=concept(PHARMVAR, "PV1", "*2/*3", "*1/*2"))],
    "diplotypes of two codings": [result("84413-4", gene("CYP2C19"), valueCodeableConcept={
        "coding": [{"system": PHARMVAR, "code": "*1/*2"}, {"system": PHARMVAR, "code": "*2/*2"}]})],
    "a diplotype as string": [result("84413-4", gene("CYP2C19"), valueString="*2/*2")],
    "a diplotype with copies": [genotype("*1/*2xN", "CYP2D6")],
    "a diplotype with an open number of copies": [genotype("(*1/*2)xN", "CYP2D6")],
    "a hybrid": [genotype("*36+*10/*1", "CYP2D6")],
    "two diplotypes that are one": [genotype("*2/*1 | *1/*2")],
    "two diplotypes": [genotype("*1/*2 or *1/*3")],
    "an allele": [result("84414-2", gene("CYP2C19"), valueCodeableConcept=concept(PHARMVAR, "*2", "CYP2C19*2"))],
    "an allele with an opaque id": [
        result("84414-2", gene("CYP2C19"), valueCodeableConcept=concept(PHARMVAR, "PV00012", "*2"))],
    "an allele with a number as id": [
        result("84414-2", gene("CYP2C19"), valueCodeableConcept=concept(PHARMVAR, "12", "*2"))],
    "a haplotype of a gene without a table": [result("84414-2", gene("BRAF"), valueString="Alpha-1")],
    "a haplotype of a gene with a table": [result("84414-2", gene("CYP2C19"), valueString="Alpha-1")],
    "a haplotype with its gene in front": [result("84414-2", gene("CYP2C19"), valueString="CYP2C19-X")],
    "a genotype in HGVS": [result("84413-4", gene("TPMT"),
                                  valueString="NM_000367.5(TPMT):c.[460G>A];[719A>G]")],
    "a compound genotype alone": [result("84413-4", valueString="NM_000367.5(TPMT):c.[460G>A];[719A>G]")],
    "nucleotides": [genotype("rs4244285 A/G")],
    "classic names": [result("84413-4", component("48018-6", concept(HGNC, "HGNC:613", "APOE")),
                             valueCodeableConcept={"text": "e3/e4"})],
    "a suballele": [genotype("*2.002/*3.001")],
    "leading zeros": [genotype("*01/*02")],
    "something else": [genotype("heterozygous carrier")],
    "a genotype without value": [result("84413-4", gene("CYP2C19"))],
    "a phenotype without value": [result("79715-9")],
    "a genotype without gene": [genotype("*1/*2", None)],
    "a genotype whose question names the gene": [
        observation(concept(LOINC, "84413-4", "CYP2C19 genotype"), valueCodeableConcept={"text": "*1/*2"})],
    "a genotype whose question names another gene": [
        observation(concept(LOINC, "84413-4", "CYP2D6 genotype"), gene("CYP2C19"),
                    valueCodeableConcept={"text": "*1/*2"})],
    "a genotype whose question names two genes": [
        observation(concept(LOINC, "84413-4", "CYP2C19 and CYP2D6"), valueCodeableConcept={"text": "*1/*2"})],
    "a question of words": [observation(concept(text="CYP2C19 genotype"), valueCodeableConcept={"text": "*1/*2"})],
    "a gene in the older form": [result("84413-4", valueCodeableConcept={"text": "*1/*2"}, extension=[
        {"url": f"{GENETICS}Gene", "valueCodeableConcept": concept(HGNC, "HGNC:2621", "CYP2C19")}])],
    "two genes, one in the older form": [result("84413-4", gene("CYP2D6"), valueCodeableConcept={"text": "*1/*2"},
        extension=[{"url": f"{GENETICS}Gene", "valueCodeableConcept": concept(HGNC, "HGNC:2621", "CYP2C19")}])],
    "a gene with a wrong number": [result("84413-4", gene("CYP2C19", "HGNC:2625"), valueString="*1/*2")],
    "a gene with a number of no gene": [result("84413-4", gene("CYP2C19", "HGNC:999998"), valueString="*1/*2")],
    "a gene as text": [result("84413-4", component("48018-6", concept(text="CYP2C19")), valueString="*1/*2")],
    "a gene by an alias": [result("84413-4", component("48018-6", concept(text="MLL")), valueString="*1/*2")],
    "a gene in another column": [result("84413-4", component("48018-6", concept(LOINC, "x", "CYP2C19")),
                                        valueString="*1/*2")],
    "a gene under a code of a list": [
        result("84413-4", component("48018-6", concept(SNOMED, "1", "EGFRX")), valueString="*1/*2")],
    "an unlisted symbol": [result("84413-4", component("48018-6", concept(HGNC, None, "ABCX9")), valueString="*1/*2")],
    "a symbol as code": [result("84413-4", component("48018-6", concept(HGNC, "HGNC#CYP2C19")), valueString="*1/*2")],
    "two genes and a value of one": [result("84413-4", gene("CYP2C19"), gene("CYP2D6"), valueString="CYP2D6*4/*4")],
    "two genes and a value of none": [result("84413-4", gene("CYP2C19"), gene("CYP2D6"), valueString="*4/*4")],
    # Phenotypes and scores
    "a phenotype by code": phenotype(POOR),
    "a phenotype by a code against its words": phenotype(loinc("LA9657-3", "Normal metabolizer")),
    "a phenotype by two codes": phenotype({"coding": [*POOR["coding"], *loinc("LA25391-6")["coding"]]}),
    "a phenotype in words": phenotype("CYP2C19 Poor Metabolizer"),
    "a phenotype in older words": phenotype("extensive"),
    "a phenotype of another family": phenotype("Poor function"),
    "a phenotype of another gene": phenotype("deficient"),
    "a likely phenotype": phenotype("likely poor metaboliser", "CYP2D6"),
    "a range of phenotypes": phenotype("Intermediate to poor metabolizer"),
    "an unknown phenotype": phenotype("Indeterminate"),
    "a phenotype that was not called": phenotype("No call"),
    "a phenotype in other words": phenotype("responds well"),
    "a phenotype under the code of a gene": phenotype("Poor Metabolizer", code="79714-2"),
    "a phenotype under the code of another gene": phenotype("Poor Metabolizer", "CYP2D6", code="79714-2"),
    "a diplotype under the code of a phenotype": phenotype("*2/*2", code="79714-2"),
    "a phenotype under the code of a genotype": [genotype("Poor Metabolizer")],
    "an unreadable phenotype of two genes": [
        result("79714-2", gene("CYP2C19"), gene("CYP2D6"), valueCodeableConcept={"text": "No call"})],
    "an unreadable phenotype of another gene": phenotype("Intermediate to poor", "CYP2D6", code="79714-2"),
    "a phenotype in a component": [
        observation("51969-4", gene("CYP2C19"), component("79714-2", POOR), component("84413-4", concept(text="*2/*2")))],
    "gene results beside a laboratory value": [
        observation("2160-0", gene("CYP2C19"), component("84413-4", concept(text="*2/*2")),
                    valueQuantity={"value": 1, "code": "mg/dL", "system": "http://unitsofmeasure.org"})],
    "gene results beside a marker": [
        observation("40556-3", gene("CYP2C19"), component("84413-4", concept(text="*2/*2")),
                    valueCodeableConcept=loinc("LA6576-8"))],
    "gene results beside a variant": [
        variant(gene("CYP2C19"), component("84413-4", concept(text="*2/*2")), answer=None)],
    "gene results beside an implication": [
        observation(concept(TBD, "therapeutic-implication"), gene("CYP2C19"),
                    component("84413-4", concept(text="*2/*2")), tbd("therapeutic-implication", POOR))],
    "a score": score("1.0"),
    "a score with a sign": score("≥3"),
    "a score as quantity": score({"value": "1.50", "comparator": ">="}, "valueQuantity"),
    "a score as number": score(2, "valueInteger"),
    "a score as decimal": score("0.25", "valueDecimal"),
    "a score in words": score("about one"),
    "a score in a component": [
        observation("51969-4", gene("DPYD"), tbd("activity-score", {"value": 1}, "valueQuantity"),
                    tbd("activity-score", "1.5", "valueString"))],
    # Links
    "a phenotype of a linked genotype": linked("53040-2", genotype("*2/*2"), value=POOR),
    "a phenotype of two linked genes": linked("53040-2", genotype("*2/*2"), genotype("*4/*4", "CYP2D6", id="o2"),
                                              value=POOR),
    "a phenotype of its gene and a linked one of two": [
        genotype("*2/*2"), genotype("*4/*4", "CYP2D6", id="o2"),
        observation("53040-2", gene("CYP2C19"), id="x", valueCodeableConcept=POOR,
                    derivedFrom=[*LINK, {"reference": "Observation/o2"}])],
    "a phenotype of a gene and a link to another": [
        genotype("*2/*2", "CYP2D6"),
        observation("53040-2", gene("CYP2C19"), id="x", valueCodeableConcept=POOR, derivedFrom=LINK)],
    "a phenotype of a linked phenotype of a code": linked("53040-2", observation("79714-2", valueString="PM"),
                                                          value=POOR),
    "a phenotype of a linked allele of a code": linked("53040-2", observation("57979-7", valueString="Present"),
                                                       value=POOR),
    "a phenotype of a link to a link": [
        genotype("*2/*2"), observation("84413-4", id="mid", derivedFrom=LINK, valueString="?"),
        observation("53040-2", id="x", valueCodeableConcept=POOR, derivedFrom=[{"reference": "Observation/mid"}])],
    "a genotype of a linked variant": linked("84413-4", variant(gene("BRAF"), protein("p.Val600Glu")),
                                             value={"text": "*1/*2"}),
    "a genotype of a linked variant of its gene": linked("84413-4", variant(gene("CYP2C19"), protein("p.Val6Glu")),
                                                         value={"text": "*1/*2"}),
    "a phenotype in words that a link names": linked("53040-2", genotype("*2/*2"), value={"text": "CYP2D6 poor"}),
    "a link in the older form": [genotype("*2/*2"), observation(
        "53040-2", id="x", valueCodeableConcept=POOR,
        related=[{"type": "derived-from", "target": {"reference": "Observation/o1"}}])],
    "a member in the older form": [genotype("*2/*2"), observation(
        "69548-6", gene("CYP2C19"), id="x",
        related=[{"type": "has-member", "target": {"reference": "Observation/o1"}}])],
    "a link to itself": [observation("53040-2", id="x", valueCodeableConcept=POOR,
                                     derivedFrom=[{"reference": "Observation/x"}])],
    "a gene that a linked variation names": linked(
        "53040-2", variant(component("81252-9", concept(text="NM_000769.4(CYP2C19):c.681G>A"))), value=POOR),
    # HLA
    "a typing": typing("HLA-B*57:01+HLA-B*08:01"),
    "a typing of three loci": typing("HLA-A*01:01+HLA-A*02:01^HLA-B*57:01^HLA-DRB1*15:01+HLA-DRB1*15:01"),
    "a typing with an ambiguity": typing("HLA-B*57:01/HLA-B*57:03+HLA-B*08:01"),
    "a typing of one allele in groups": typing("HLA-B*57:01:01/HLA-B*57:01:02+HLA-B*08:01"),
    "an open typing": typing("HLA-B*57:01+HLA-B*08:01|HLA-B*57:03+HLA-B*08:02"),
    "an open typing that is closed elsewhere": typing("HLA-B*57:01/HLA-B*58:01+HLA-B*58:01"),
    "a typing with a release": typing("hla#3.25.0#HLA-B*57:01:01G+HLA-B*08:01P"),
    "a typing with haplotypes": typing("HLA-A*01:01~HLA-B*57:01+HLA-A*02:01~HLA-B*08:01"),
    "a typing with a broken name": typing("HLA-B*57:01+HLA-B*"),
    "a typing with letters": typing("HLA-B*57:XX+HLA-B*08:01"),
    "a typing of one field": typing("HLA-B*57+HLA-B*08:01"),
    "a typing of copies of two loci": typing("HLA-A*01:01+HLA-B*57:01"),
    "a typing of three copies": typing("HLA-B*57:01+HLA-B*08:01+HLA-B*15:02"),
    "a typing in an old name": typing("HLA-B*5701"),
    "a typing that is not expressed": typing("HLA-A*24:09N+HLA-A*01:01"),
    "a typing of another gene": typing("HLA-A*01:01+HLA-A*02:01", gene("HLA-B")),
    "a typing of its gene and another": typing("HLA-A*01:01^HLA-B*57:01", gene("HLA-B")),
    "a typing of the gene of its code": typing("HLA-A*01:01", code="57290-9"),
    "a typing of another gene than its code": typing("HLA-B*57:01", code="57290-9"),
    "a typing without its locus": [result("84414-2", gene("HLA-B"), valueString="*57:01")],
    "a typing without its locus beside two": [result("84414-2", gene("HLA-B"), gene("CYP2C19"), valueString="*57:01")],
    "an allele that is present": presence(loinc("LA9633-4")),
    "an allele that is absent": presence(loinc("LA9634-2")),
    "an allele that is positive in words": presence({"text": "Positive"}),
    "an allele that was not called": presence(loinc("LA18198-4")),
    "an allele that is equivocal": presence({"text": "Equivocal"}),
    "an allele with an unknown answer": presence({"text": "see report"}),
    "an allele with an answer against its words": presence(loinc("LA9634-2", "Detected")),
    "an allele whose value is its name": presence({"text": "HLA-B*15:02"}),
    "an allele whose value is another": presence({"text": "HLA-B*15:01"}),
    "an allele by truth": [observation("57979-7", valueBoolean=False)],
    "an allele by truth against its words": [
        observation("57979-7", valueBoolean=True, valueCodeableConcept=loinc("LA9634-2"))],
    "an allele that is only interpreted": [observation("57979-7", interpretation=[concept(None, None, "Positive")])],
    "an allele whose interpretation is open": presence(loinc("LA9634-2"), interpretation=[concept(text="Equivocal")]),
    "an allele by name": [observation(concept(text="HLA-B*57:01"), valueString="Negative")],
    # Around
    "a laboratory by reference": [LABORATORY, genotype("*1/*2", performer=[
        {"reference": "Practitioner/a"}, {"reference": "Organization/lab"}])],
    "a laboratory by name": [genotype("*1/*2", performer=[
        {"reference": "Practitioner/a", "display": "Dr. A"}, {"reference": "Organization/z", "display": "Lab  Z"}])],
    "a person for a laboratory": [genotype("*1/*2", performer=[{"display": "Dr. A"}])],
    "a sample": [genotype("*1/*2", specimen={"display": "cord blood"})],
    "a patient that nobody names": [genotype("*1/*2", subject=None)],
    "a modifier": [genotype("*1/*2", modifierExtension=[{"url": "http://x.example/not"}])],
    "a modifier of a marker": [observation("40556-3", valueCodeableConcept=loinc("LA6576-8"),
                                           modifierExtension=[{"url": "http://x.example/not"}])],
    "a label": [genotype("*1/*2", meta={"security": [{"code": "R"}]})],
    "a strict label": [genotype("*1/*2", meta={"security": [{"code": "V"}]})],
    "a strict label of a typing": typing("HLA-B*57:01", meta={"security": [{"code": "V"}]}),
    "an invalid status": [genotype("*1/*2", status="entered-in-error")],
    "a result of tomorrow": [genotype("*1/*2", effectiveDateTime="2026-06-02")],
    "a result of a period": [genotype("*1/*2", effectiveDateTime=None, effectivePeriod={"start": "2026-01-01",
                                                                                     "end": "2026-01-03"})],
    "a result without date": [genotype("*1/*2", effectiveDateTime=None)],
    "a result with an issue date only": [genotype("*1/*2", effectiveDateTime=None, issued="2026-01-05T10:00:00Z")],
    "a result without value and with a reason": [
        observation("84413-4", gene("CYP2C19"), dataAbsentReason={"text": "failed"})],
}  # fmt: skip
