"""Reports, results that no code tells, answers of operations, for the record of readings."""
# ruff: noqa: E501 (one result on one line)

from __future__ import annotations

from typing import Any

from tests.fhir.observations.support import TBD, component, concept, gene, genotype, loinc, observation, variant

Json = dict[str, Any]
SEQUEL = "http://hl7.org/fhir/StructureDefinition/observation-sequelTo"
GENETIC = [concept("http://terminology.hl7.org/CodeSystem/v2-0074", "GE")]
RADIOLOGY = [concept("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")]
LOCAL = "https://lis.example/codes"


def report(code: Any = None, **members: Any) -> Json:
    base = {"resourceType": "DiagnosticReport", "id": "r1", "status": "final", "subject": {"reference": "Patient/p1"},
            "effectiveDateTime": "2026-03-02", "code": code or loinc("51969-4")}  # fmt: skip
    return {name: value for name, value in {**base, **members}.items() if value is not None}


def listed(*names: str) -> list[Json]:
    return [{"reference": f"Observation/{name}"} for name in names]


def answer(*parts: Json, **members: Any) -> list[Json]:
    asked = [{"name": "presence", "valueBoolean": False}, *parts]
    return [{"resourceType": "Parameters", "id": "a", "subject": {"reference": "Patient/p1"},
             "parameter": [{"name": "answer", "part": asked}], **members}]  # fmt: skip


def asked(name: str, text: str) -> Json:
    return {"name": name, "valueString": text}


def local(name: str, **members: Any) -> list[Json]:
    return [observation(concept(LOCAL, "L1", name), **members)]


def later(answer_of: Any, of: Json, **members: Any) -> list[Json]:
    extension = [{"url": SEQUEL, "valueReference": {"reference": "Observation/o1"}}]
    return [
        of,
        observation(concept(text="Validation"), id="x", extension=extension, valueCodeableConcept=answer_of, **members),
    ]


V600E = variant(gene("BRAF"), component("48005-3", concept("http://varnomen.hgvs.org", "p.Val600Glu")))
STRICT = {"security": [{"code": "V"}]}
CASES: dict[str, list[Json]] = {
    # Reports
    "a report whose results are there": [genotype("*1/*2"), report(result=listed("o1"))],
    "a report of which a result is missing": [genotype("*1/*2"), report(result=listed("o1", "o2"))],
    "a report with a conclusion": [report(conclusion="CYP2D6 *4/*4 (poor). CYP2C19*2/*2; HLA-B*57:01 negative")],
    "a report with a conclusion of no gene": [report(conclusion="See below.")],
    "a report with a narrative": [report(text={"div": "<div>CYP2D6 <b>*4/*4</b></div>"})],
    "a report with a narrative and results": [genotype("*1/*2"), report(result=listed("o1"), text={"div": "<div>CYP2D6</div>"})],
    "a report with a narrative and a form": [report(presentedForm=[{"contentType": "application/pdf"}], text={"div": "<div>CYP2D6</div>"})],
    "a report with a form": [report(presentedForm=[{"url": "x"}, {"contentType": "text/html"}])],
    "a report with a form and a conclusion": [report(presentedForm=[{"contentType": "text/html"}], conclusion="Normal.")],
    "a report with a form and results": [genotype("*1/*2"), report(result=listed("o1"), presentedForm=[{"contentType": "text/html"}])],
    "a report with a form and a missing result": [report(result=listed("o1"), presentedForm=[{"contentType": "text/html"}])],
    "a report with a code of conclusion": [report(conclusionCode=[loinc("LA6576-8")])],
    "a report with a negative code of conclusion": [report(conclusionCode=[concept(text="Not detected")])],
    "a report with a code of conclusion nobody knows": [report(conclusionCode=[concept(text="odd")])],
    "a report with a diagnosis of an older release": [report(codedDiagnosis=[loinc("LA6577-6")])],
    "a report on an allele": [report(loinc("57979-7"), conclusionCode=[concept(text="Positive")])],
    "a report on an allele that is absent": [report(loinc("57979-7"), conclusionCode=[concept(text="Negative")], result=listed("o9"))],
    "a report on an allele in an older release": [report(loinc("57979-7"), codedDiagnosis=[concept(text="Positive")])],
    "a report on an allele with an odd answer": [report(loinc("57979-7"), conclusionCode=[concept(text="odd")])],
    "a report on an allele without an answer": [report(loinc("57979-7"), result=listed("o9"))],
    "a report on an allele without anything": [report(loinc("57979-7"))],
    "a report on an allele against its words": [report(loinc("57979-7"), conclusionCode=[loinc("LA9634-2", "Positive")])],
    "a report with a typing": [report(extension=[{
        "url": "http://hl7.org/fhir/StructureDefinition/hla-genotyping-results-glstring",
        "extension": [{"url": "url", "valueString": "odd"}, {"url": "text", "valueString": "HLA-B*57:01+HLA-B*08:01"}]}])],
    "a report with a typing at once": [report(extension=[{
        "url": "http://hl7.org/fhir/StructureDefinition/hla-genotyping-results-glstring", "valueString": "HLA-B*57:01"}])],
    "a report under a strict label": [report(conclusion="CYP2D6 *4/*4", meta=STRICT)],
    "a report that is not final": [report(conclusion="CYP2D6 *4/*4", status="partial")],
    "a report that was appended": [report(conclusion="CYP2D6 *4/*4", status="appended")],
    "a report of another patient": [report(conclusion="CYP2D6 *4/*4", subject={"reference": "Patient/p2"})],
    "a report of a result of another patient": [
        genotype("*1/*2", subject={"reference": "Patient/p2"}), report(result=listed("o1"))],
    "a report of another field": [report(loinc("24627-2"), category=RADIOLOGY, conclusion="CYP2D6 *4/*4")],
    "a genetic report of a code nobody knows": [report(loinc("11502-2"), category=GENETIC, conclusion="CYP2D6 *4/*4")],
    "a report of a local code": [report(concept(LOCAL, "L1", "Report"), conclusion="CYP2D6 *4/*4")],
    "a report of a local code and another field": [report(concept(LOCAL, "L1", "Report"), category=RADIOLOGY, conclusion="CYP2D6")],
    "a report of the laboratory": [report(loinc("2160-0"), conclusion="CYP2D6 *4/*4")],
    "a report of a marker": [report(loinc("40556-3"), conclusion="CYP2D6 *4/*4")],
    "a report of words": [report({"text": "Report"}, conclusion="CYP2D6 *4/*4")],
    "a report on a gene": [report(loinc("21636-6"), conclusion="Negative")],
    # Without a code
    "a remark": [observation(concept(text="Remark"), valueString="CYP2D6 *4/*4 and *1xN seen. CYP2C19 normal")],
    "a remark in a note": [observation(concept(text="Remark"), note=[{"text": "CYP2D6*4 seen"}, {"text": "HLA-B*57:01"}])],
    "a remark of no gene": [observation(concept(text="Remark"), valueString="well")],
    "a remark of another field": [observation(concept(text="Remark"), valueString="CYP2D6 *4/*4", category=[concept(None, "vital-signs")])],
    "a remark of two fields": [observation(concept(text="Remark"), valueString="CYP2D6 *4/*4",
                                           category=[concept(None, "survey"), concept(None, "laboratory")])],
    "a remark of a field in words": [observation(concept(text="Remark"), valueString="CYP2D6", category=[concept(text="genetics")])],
    "a remark under a strict label": [observation(concept(text="Remark"), valueString="CYP2D6 *4/*4", meta=STRICT)],
    "a remark of a marker's word": [observation(concept(text="Remark"), valueString="HER2 positive")],
    "a code of something else": [observation("8302-2", valueString="180 cm")],
    "a code of something else about a gene": [observation(concept("http://loinc.org", "8302-2", "CYP2C19 something"), valueString="x")],
    "a code of something else about two genes": [observation(concept("http://loinc.org", "8302-2", "CYP2C19 and CYP2D6"), valueString="x")],
    "a code of something else about a gene under a strict label": [
        observation(concept("http://loinc.org", "8302-2", "CYP2C19 something"), valueString="x", meta=STRICT)],
    "a code of something else about a gene without a file": [observation(concept("http://loinc.org", "8302-2", "BRAF something"), valueString="x")],
    "a code of something else with a gene result": [observation("8302-2", gene("CYP2C19"), component("84413-4", concept(text="*1/*2")))],
    "a diplotype under a local code": local("CYP2C19", valueString="*2/*2"),
    "an allele under a local code": local("CYP2C19", valueString="*2"),
    "a diplotype of two genes under a local code": local("CYP2C19 CYP2D6", valueString="*2/*2"),
    "a diplotype of no gene under a local code": local("Genotype", valueString="*2/*2"),
    "a number under a local code": local("Creatinine(serum)", valueQuantity={"value": "1.2", "unit": "mg/dL"}),
    "a number without a unit under a local code": local("Creatinine", valueQuantity={"value": "1.2"}),
    "an odd number under a local code": local("Creatinine", valueQuantity={"value": "odd"}),
    "a number under a local code without a name": [observation(concept(LOCAL, "L1"), valueQuantity={"value": "1.2", "unit": "mg/dL"})],
    "a question and its answer": [observation(concept(None, "CYP2D6", "*4/*4"))],
    "a question and a number": [observation(concept(None, "Age", "42"))],
    "a question and words": [observation(concept(None, "Sample", "good"))],
    "a question with parts": [observation(concept(LOCAL, "L1"), component("2160-0", {"value": 1, "unit": "mg/dL"}, name="valueQuantity"))],
    "a question of a group": [observation(concept(TBD, "grouper"))],
    "a note of the guide": [observation(concept(TBD, "genomic-annotation"), valueString="CYP2C19 *2/*2")],
    "a stage": [observation(concept("http://snomed.info/sct", "399537006"), valueString="IV")],
    "an unknown code of the guide": [observation(concept(TBD, "something"), valueString="CYP2C19 *2/*2")],
    "a later negative result": later(loinc("LA9634-2"), V600E),
    "a later negative result in words": later(concept(text="Not detected"), V600E),
    "a later negative result of a genotype": later(loinc("LA6577-6"), genotype("*1/*2")),
    "a later positive result": later(loinc("LA9633-4"), V600E),
    "a later negative result of another": later(loinc("LA9634-2"), {**V600E, "id": "o2"}),
    "a later negative result of an absent one": later(loinc("LA9634-2"), {**V600E, "valueCodeableConcept": loinc("LA9634-2")}),
    "a later negative result that is not final": later(loinc("LA9634-2"), V600E, status="preliminary"),
    # Around
    "an overall result": [observation("51968-6", valueCodeableConcept=loinc("LA6576-8"))],
    "an overall result that is negative": [observation("51968-6", valueCodeableConcept=concept(text="Not detected"))],
    "an overall result that is open": [observation("51968-6", valueCodeableConcept=concept(text="Inconclusive"))],
    "an overall result nobody knows": [observation("51968-6", valueCodeableConcept=concept(text="odd"))],
    "an overall result that is interpreted": [observation("51968-6", interpretation=[concept(text="Positive")])],
    "an overall result without value": [observation("51968-6")],
    "tested genes and regions": [observation(
        "53041-0", gene("BRCA1"), component("36908-2", concept(text="c.68_69del")), component("81293-3", concept(text="Exons 2-24")),
        component("51959-5", concept(text="1-100")), component("uncallable-regions", concept(text="Exon 7"), system=TBD))],
    "tested genes of one concept": [observation("53041-0", component("48018-6", {"coding": [
        {"system": "http://www.genenames.org", "code": "HGNC:1100", "display": "BRCA1"},
        {"system": "http://www.genenames.org", "code": "HGNC:1101", "display": "BRCA2"}]}))],
    "a tested gene in doubt": [observation("53041-0", gene("BRCA1", "HGNC:427"))],
    # Operations
    **{f"nothing found under {name} for {text}": answer(asked(name, text))
       for name in ("variantItem", "variant", "rangeItem", "range", "haplotypeItem", "haplotype", "gene")
       for text in ("NC_000007.14:140753335:A:T", "NM_004333.6:c.1799T>A", "HLA-B*57:01", "p.Val600Glu", "NC_000007.14:1-2")
       if name in ("variantItem", "haplotype") or text in ("NM_004333.6:c.1799T>A", "HLA-B*57:01")},
    "an allele and a variant that were not found": answer(asked("variantItem", "NM_004333.6:c.1799T>A"), asked("haplotype", "HLA-B*57:01")),
    "a variant and a range that were not found": answer(asked("rangeItem", "NC_000007.14:1-2"), asked("variant", "NM_004333.6:c.1799T>A")),
    "something found": [{"resourceType": "Parameters", "id": "a", "subject": {"reference": "Patient/p1"}, "parameter": [
        {"part": [{"name": "presence", "valueBoolean": True}, asked("variant", "NM_004333.6:c.1799T>A")]}]}],
    "nothing found beside a resource": answer(asked("variant", "NM_004333.6:c.1799T>A"), {"name": "v", "resource": V600E}),
    "nothing found for nobody": [{"resourceType": "Parameters", "id": "a", "parameter": answer(
        asked("haplotype", "HLA-B*57:01"))[0]["parameter"]}],
    "nothing found for another": answer(asked("haplotype", "HLA-B*57:01"), subject={"reference": "Patient/p2"}),
    "nothing found under a strict label": answer(asked("haplotype", "HLA-B*57:01"), meta=STRICT),
    "a variant not found under a strict label": answer(asked("variant", "NM_004333.6:c.1799T>A"), meta=STRICT),
    "two answers": [{"resourceType": "Parameters", "id": "a", "subject": {"reference": "Patient/p1"}, "parameter": [
        {"part": [{"name": "presence", "valueBoolean": False}, asked("gene", "BRAF")]},
        {"part": [{"name": "presence", "valueBoolean": False}, asked("range", "NC_000007.14:1-2")]}]}],
}  # fmt: skip
