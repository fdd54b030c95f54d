"""Variants, fusions, copies, significance and consequences, for the record of readings."""
# ruff: noqa: E501 (one result on one line)

from __future__ import annotations

from typing import Any

from tests.fhir.observations.reading_genes import GENETICS, LINK, POOR, linked, tbd
from tests.fhir.observations.support import (
    ABSENT,
    HGVS,
    LOINC,
    REFSEQ,
    SNOMED,
    SO,
    TBD,
    UCUM,
    component,
    concept,
    gene,
    loinc,
    observation,
    protein,
    somatic,
    variant,
)

Json = dict[str, Any]
CLINVAR = "http://www.ncbi.nlm.nih.gov/clinvar"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
V600E, BRAF = protein("p.Val600Glu"), gene("BRAF")


def named(text: str) -> Json:
    return component("81252-9", concept(text=text))


def coding(text: str) -> Json:
    return component("48004-6", concept(HGVS, text))


def type_of(code: str, carried: str = "48019-4") -> Json:
    return component(carried, concept(SO, code))


def share(value: Any, **more: Any) -> Json:
    return component("81258-6", {"value": value, **more}, name="valueQuantity")


def copies(value: Any, **more: Any) -> Json:
    return component("82155-3", {"value": value, **more}, name="valueQuantity")


def span(code: str, low: Any = None, high: Any = None) -> Json:
    ends = {name: {"value": end} for name, end in (("low", low), ("high", high)) if end is not None}
    return component(code, ends, name="valueRange")


def at(*more: Json, sequence: str = "NC_000007.14", ref: str = "A", alt: str = "T") -> list[Json]:
    return [component("48013-7", concept(REFSEQ, sequence)), component("69547-8", ref, name="valueString"),
            component("69551-0", alt, name="valueString"), *more]  # fmt: skip


ONE, ZERO = component("92822-6", loinc("LA30102-0")), component("92822-6", loinc("LA30100-4"))
START = span("81254-5", 140753336, 140753336)


def told(text: str, code: str = "21636-6", *components: Json) -> list[Json]:
    return [observation(code, *components, valueCodeableConcept={"text": text})]


def motif(text: str, order: Any = None, code: str = "repeat-motif", name: str = "valueString") -> Json:
    found = tbd(code, text, name)
    return (
        {**found, "extension": [{"url": "http://x.example/repeat-motif-order", "valueInteger": order}]}
        if order
        else found
    )


def judged(*components: Json, value: Any = None, code: Any = None, **members: Any) -> list[Json]:
    of = variant(gene("BRCA1"), protein("p.Cys61Gly"))
    stated = {"valueCodeableConcept": value} if value else {}
    return [of, observation(code or concept(TBD, "diagnostic-implication"), *components, id="x", **stated,
                            **{"derivedFrom": LINK, **members})]  # fmt: skip


def meaning(code: str, display: str | None = None) -> Json:
    return component("53037-8", loinc(code, display))


def implied(*components: Json, **members: Any) -> list[Json]:
    return [variant(BRAF, V600E), observation(concept(TBD, "therapeutic-implication"), *components, id="x",
                                              derivedFrom=LINK, **members)]  # fmt: skip


CASES: dict[str, list[Json]] = {
    "a protein change": [variant(BRAF, V600E, somatic())],
    "a protein change of one letter": [variant(BRAF, protein("NP_004324.2:p.V600E"))],
    "a change in every form": [variant(
        gene("EGFR"), protein("p.Leu858Arg"), coding("c.2573T>G"), component("51958-7", concept(REFSEQ, "NM_005228.5")),
        component("81290-9", concept(HGVS, "NC_000007.14:g.55191822T>G")), component("81255-2", concept(text="RS121434568")),
        component("81252-9", concept(CLINVAR, "16609", "NM_005228.5(EGFR):c.2573T>G (p.Leu858Arg)")), somatic())],
    "a change of another transcript": [variant(gene("EGFR"), coding("NM_201282.2:c.2573T>G"),
                                               component("51958-7", concept(REFSEQ, "NM_005228.5")))],
    "a coding change in a genomic place": [variant(gene("EGFR"), component("81290-9", concept(HGVS, "NM_005228.5:c.2573T>G")))],
    "a genomic change without a build": [variant(BRAF, component("81290-9", concept(HGVS, "chr7:g.140753336A>T")))],
    "a change of another gene": [variant(BRAF, coding("NM_005228.5(EGFR):c.2573T>G"))],
    "a change that names its gene": [variant(coding("NM_005228.5(EGFR):c.2573T>G"))],
    "a change that names an alias": [variant(gene("EGFR"), coding("NM_005228.5(ERBB1):c.2573T>G"))],
    "two changes in one text": [variant(BRAF, component("48004-6", concept(text="BRAF:c.1799T>A p.(Val600Glu)")))],
    "a change that is denied in its text": [variant(BRAF, component("48004-6", concept(text="no c.1799T>A p.(Val600Glu)")))],
    "a number of ClinVar": [variant(BRAF, component("81252-9", concept(CLINVAR, "13961")))],
    "a word of ClinVar": [variant(BRAF, component("81252-9", concept(CLINVAR, "VCV13961")))],
    "a place in letters": [variant(BRAF, component("81252-9", concept(text="NC_000007.14:140753335:A:T")))],
    "a place in letters that changes nothing": [variant(BRAF, component("81252-9", concept(text="NC_000007.14:140753335:A:A")))],
    "a text": [variant(gene("EGFR"), named("EGFR exon 19 deletion"))],
    "a short name": [variant(BRAF, named("BRAF V600E"))],
    "two texts": [variant(BRAF, named("first"), named("second"))],
    "an unchanged sequence": [variant(gene("CYP2C19"), coding("NM_000769.4:c.681="))],
    "a change and an unchanged protein": [variant(BRAF, coding("NM_004333.6:c.1798G>C"), protein("p.="))],
    "a change in the older form": [variant(BRAF, extension=[
        {"url": f"{GENETICS}Variant", "valueCodeableConcept": concept(CLINVAR, "c.1799T>A")},
        {"url": f"{GENETICS}AminoAcidChange", "extension": [{"url": "Name", "valueCodeableConcept": concept(HGVS, "p.Val600Glu")}]},
        {"url": f"{GENETICS}DNARegionName", "valueString": "Exon 15"},
        {"url": f"{GENETICS}GenomicSourceClass", "valueCodeableConcept": loinc("LA6683-2")}])],
    "no gene": [variant(V600E)],
    "two genes": [variant(BRAF, gene("EGFR"), V600E)],
    "a gene in doubt": [variant(gene("BRAF", "HGNC:3236"), V600E)],
    "a gene in doubt and absent": [variant(gene("BRAF", "HGNC:3236"), answer=ABSENT)],
    "a gene alone": [variant(gene("EGFR"))],
    # Places
    "a place": [variant(BRAF, *at(START, ONE))],
    "a place from zero": [variant(BRAF, *at(START, ZERO))],
    "a place at zero from one": [variant(BRAF, *at(span("81254-5", 0, 1), ONE))],
    "a place at zero from zero": [variant(BRAF, *at(span("81254-5", 0, 1), ZERO))],
    "a place of unknown counting": [variant(BRAF, *at(START))],
    "a place of two countings": [variant(BRAF, *at(START, ONE, ZERO))],
    "a place on a transcript": [variant(BRAF, *at(span("81254-5", 1799), ONE, sequence="NM_004333.6"))],
    "a place on no sequence": [variant(BRAF, *at(START, ONE)[1:], component("51958-7", concept(REFSEQ, "NM_004333.6")))],
    "a place of the reference": [variant(BRAF, *at(START, ONE, alt="A"))],
    "a place without the reference": [variant(BRAF, *at(START, ONE, ref="x"))],
    "a place with two references": [variant(BRAF, *at(START, ONE), component("69547-8", "G", name="valueString"))],
    "a place with bases as concept": [variant(BRAF, *at(START, ONE)[:1], component("69547-8", concept(text="A")),
                                              component("69551-0", concept(text="T")), START, ONE)],
    "a place as number": [variant(BRAF, *at(ONE, component("81254-5", 140753336, name="valueInteger")))],
    "a place as quantity": [variant(BRAF, *at(ONE, component("81254-5", {"value": "140753336"}, name="valueQuantity")))],
    "a place between": [variant(BRAF, *at(ONE, span("81254-5", "140753336.5")))],
    "a place and another in letters": [variant(BRAF, *at(START, ONE), named("NC_000007.14:1:A:T"))],
    "a place and a protein": [variant(BRAF, *at(START), V600E)],
    "a region": [variant(BRAF, *at(span("81254-5", 100, 200))[:1], span("81254-5", 100, 200))],
    "an inner region": [variant(BRAF, *at()[:1], span("81302-2", 110, 190), span("81301-4", 100, 200), copies(5))],
    "an outer region": [variant(BRAF, *at()[:1], span("81301-4", 100, 200), type_of("SO:0001742"))],
    "a region without an end": [variant(BRAF, *at()[:1], span("81301-4", 100), type_of("SO:0001742"))],
    "an older build": [variant(BRAF, *at(START, ONE), component("62374-4", loinc("LA14029-5")))],
    "its own build": [variant(BRAF, *at(START, ONE), component("62374-4", loinc("LA26806-2")))],
    "two builds of one place": [variant(BRAF, *at(START, ONE), component("81290-9", concept(HGVS, "NC_000007.13:g.1A>T")))],
    "an exon and a deletion": [variant(gene("EGFR"), component("47999-8", "Exon 19", name="valueString"), type_of("SO:0000159"))],
    "an exon alone": [variant(gene("EGFR"), component("47999-8", "Exon 19", name="valueString"))],
    # How much
    "a share": [variant(BRAF, V600E, share("12.5", system=UCUM, code="%"))],
    "a share as text": [variant(BRAF, V600E, share("12.5", unit="%"))],
    "a share over one without a unit": [variant(BRAF, V600E, share("12.5"))],
    "a share below one without a unit": [variant(BRAF, V600E, share("0.125"))],
    "a share with a sign": [variant(BRAF, V600E, share("12.5", unit="%", comparator="<"))],
    "a share of nothing": [variant(BRAF, V600E, share("0", unit="%"))],
    "a share over a hundred": [variant(BRAF, V600E, share("101", unit="%"))],
    "a share of one": [variant(BRAF, V600E, share("1", code="1", system=UCUM))],
    "low confidence": [variant(BRAF, V600E, tbd("variant-confidence-status", concept(
        "http://terminology.hl7.org/CodeSystem/variant-confidence-status-cs", "low")))],
    "intermediate confidence": [variant(BRAF, V600E, tbd("variant-confidence-status", concept(text="Intermediate")))],
    "low confidence of an older build": [variant(
        BRAF, *at(START, ONE), component("62374-4", loinc("LA14029-5")), tbd("variant-confidence-status", concept(text="Low")))],
    "zygosity": [variant(BRAF, V600E, component("53034-5", loinc("LA6706-1")))],
    "two zygosities": [variant(BRAF, V600E, component("53034-5", loinc("LA6706-1")), component("53034-5", loinc("LA6705-3")))],
    "likely germline": [variant(BRAF, V600E, component("48002-0", loinc("LA18194-3")))],
    "two sources": [variant(BRAF, V600E, somatic(), component("48002-0", loinc("LA6683-2")))],
    # Absent
    "an absent change": [variant(BRAF, V600E, answer=ABSENT)],
    "an absent id": [variant(BRAF, component("81255-2", concept(text="rs113488022")), answer=ABSENT)],
    "an absent text": [variant(gene("EGFR"), named("EGFR exon 19 deletion"), answer=ABSENT)],
    "an absent short name": [variant(BRAF, named("V600E"), answer=ABSENT)],
    "an absent gene": [variant(BRAF, answer=ABSENT)],
    "absent genes": [variant(BRAF, gene("EGFR"), answer=ABSENT)],
    "an absent region": [variant(BRAF, component("47999-8", "Exon 15", name="valueString"), answer=ABSENT)],
    "an absent change that is unreadable": [variant(BRAF, protein("?"), answer=ABSENT)],
    "an absent id that is unreadable": [variant(BRAF, component("81255-2", concept(text="?")), answer=ABSENT)],
    "an absence with a part in a local component": [variant(BRAF, component("x1", "codon 600", system="https://l.example", name="valueString"), answer=ABSENT)],
    "an absence with a change in a local component": [variant(BRAF, component("x1", "p.Val600Glu", system="https://l.example", name="valueString"), answer=ABSENT)],
    "an absence with a remark in a local component": [variant(BRAF, component("x1", "good sample", system="https://l.example", name="valueString"), answer=ABSENT)],
    "an absence with a component without code": [variant(BRAF, {"valueString": "x"}, answer=ABSENT)],
    "an absent change of another gene": [variant(BRAF, coding("NM_005228.5(EGFR):c.2573T>G"), answer=ABSENT)],
    "an absent copy number": [variant(gene("EGFR"), type_of("SO:0001742"), answer=ABSENT)],
    "an absent fusion": [variant(gene("ALK"), type_of("SO:0001565"), answer=ABSENT)],
    "no answer": [variant(BRAF, V600E, answer=None)],
    "no answer and no change": [variant(BRAF, answer=None)],
    "only interpreted": [variant(BRAF, V600E, answer=None, interpretation=[concept(text="Detected")])],
    "an unknown answer": [variant(BRAF, V600E, answer="LA99999-9")],
    "no call": [variant(BRAF, V600E, answer="LA18198-4")],
    # Codes of genes
    "a change under a code of its gene": told("BRCA1 c.68_69del p.(Glu23fs)"),
    "a protein change under a code of its gene": told("p.Glu23Valfs"),
    "a change of another gene under a code of a gene": told("NM_000059.4(BRCA2):c.68A>G"),
    "a doubtful change under a code of its gene": told("Equivocal: p.Glu23Val"),
    "a change below a limit under a code of its gene": told("p.Glu23Val below the limit of detection"),
    "a probably damaging change": told("probably damaging p.Glu23Val"),
    "a probable change": told("probably p.Glu23Val"),
    "a possible change": told("possible p.Glu23Val"),
    "a questioned change": told("p.Glu23Val?"),
    "a predicted change": told("p.?"),
    "a suspected change": told("suspected p.Glu23Val"),
    "a change that was ruled out": told("p.Glu23Val ruled out"),
    "a short change under a code of its gene": told("KRAS G12D", "21702-6"),
    "a positive code of a gene": told("Positive"),
    "a negative code of a gene": told("Negative"),
    "a code of a gene without value": [observation("21636-6")],
    "a code of a gene with its interpretation": [observation("21636-6", interpretation=[concept(text="Negative")])],
    "tested genes": told("Negative", "59041-4", gene("BRCA1"), gene("BRAF")),
    "a tested gene": told("Detected", "59041-4", gene("BRCA1")),
    "one change that a code names": told("Detected", "58415-1"),
    "the absence of the change that a code names": told("Not detected", "58415-1"),
    "a category that a code names": told("Detected", "79210-1"),
    "a panel with a star": told("*2", "55233-1", gene("CYP2C19")),
    "a panel with a significance": [observation("55233-1", BRAF, meaning("LA6668-3"))],
    "a panel with a change": [observation("55233-1", BRAF, V600E, valueCodeableConcept=loinc("LA9633-4"))],
    # Structures
    "a fusion": [variant(gene("ALK"), component("95123-6", concept(text="EML4::ALK")))],
    "a fusion by ids": [variant(component("95123-6", concept(text="HGNC:1316::HGNC:427")))],
    "a fusion by two genes": [variant(BRAF, gene("ALK"), type_of("SO:0001565"))],
    "a fusion of one gene": [variant(gene("ALK"), named("ALK rearrangement"), share("3", unit="%"))],
    "a fusion by its effect": [variant(gene("ALK"), type_of("SO:0001886", "x"), tbd("functional-effect", concept(SO, "SO:0001886")))],
    "a fusion of a code": told("Detected", "79206-9"),
    "a rearrangement of a code": told("Not detected", "78205-2"),
    "a complex rearrangement of two genes": [variant(BRAF, gene("ALK"), type_of("SO:0002062"))],
    "a complex rearrangement of one gene": [variant(BRAF, type_of("SO:0002062"))],
    "a gain": [variant(gene("EGFR"), type_of("SO:0001742"))],
    "a loss": [variant(gene("EGFR"), type_of("SO:0001743"))],
    "a gain and a loss": [variant(gene("EGFR"), type_of("SO:0001742"), tbd("molecular-consequence", concept(SO, "SO:0001743")))],
    "an amplification": [variant(gene("EGFR"), interpretation=[concept(SNOMED, "12645001")])],
    "an amplification of one copy": [variant(gene("EGFR"), copies(1), interpretation=[concept(SNOMED, "12645001")])],
    "an amplification of two copies": [variant(gene("EGFR"), copies(2), interpretation=[concept(SNOMED, "12645001")])],
    "copies": [variant(gene("EGFR"), copies(12))],
    "copies with a sign": [variant(gene("EGFR"), copies(12, comparator=">="))],
    "one copy of a gain": [variant(gene("EGFR"), type_of("SO:0001742"), copies(1))],
    "three copies of a loss": [variant(gene("EGFR"), type_of("SO:0001743"), copies(3))],
    "two copies of a loss": [variant(gene("EGFR"), type_of("SO:0001743"), copies(2))],
    "no copies of a deletion": [variant(gene("EGFR"), type_of("SO:0000159"), copies(0))],
    "three copies of a duplication": [variant(gene("EGFR"), type_of("SO:1000035"), copies(3))],
    "copies of a variation": [variant(gene("EGFR"), type_of("SO:0001019"))],
    "copies of a named change": [variant(BRAF, V600E, copies(3))],
    "a karyotype": [variant(component("81291-7", concept(text="46,XX,del(5)(q13q33)")))],
    "a normal karyotype": [variant(component("81291-7", concept(text="46,XY[20]")))],
    "a karyotype that is absent": [variant(component("81291-7", concept(text="46,XY")), answer=ABSENT)],
    "repeats": [variant(BRAF, coding("NM_1.1:c.1CAG[12]CCG[7]"), motif("CCG", 2), motif("CAG", 1),
                        motif({"value": 7}, 2, "repeat-number", "valueQuantity"), motif({"value": 12}, 1, "repeat-number", "valueQuantity"))],
    "repeats without an order": [variant(BRAF, motif("CAG"), motif({"value": 12}, None, "repeat-number", "valueQuantity"))],
    "repeats that are counted otherwise": [variant(BRAF, coding("NM_1.1:c.1CAG[13]"), motif("CAG"),
                                                   motif({"value": 12}, None, "repeat-number", "valueQuantity"))],
    "a container": [variant(BRAF, V600E), variant(component("81263-6", concept(text="Compound heterozygous")), id="x", hasMember=LINK)],
    "a container with a change": [variant(BRAF, V600E), variant(BRAF, protein("p.Val600Lys"), id="x", hasMember=LINK)],
    # What it means
    "a significance": judged(meaning("LA6668-3")),
    "a significance on the value": judged(value=loinc("LA26332-9"), code="53037-8"),
    "a significance in other words": judged(value=concept(text="VUS"), code="53037-8"),
    "a significance against its words": judged(meaning("LA6668-3", "Benign")),
    "two significances": judged(meaning("LA6668-3"), meaning("LA6675-8")),
    "one significance twice": judged(meaning("LA6668-3"), meaning("LA6668-3")),
    "an unknown significance": judged(component("53037-8", concept(text="not provided"))),
    "no significance": judged(),
    "a significance of a condition": judged(meaning("LA6668-3"), component("81259-4", concept(text="Lynch syndrome")),
                                            tbd("functional-effect", concept(text="loss_of_function"))),
    "a significance of nothing": judged(meaning("LA6668-3"), derivedFrom=None),
    "a significance of something that is not sent": judged(meaning("LA6668-3"), derivedFrom=[{"reference": "Observation/no"}]),
    "a significance against its words of nothing": judged(meaning("LA6668-3", "Benign"), derivedFrom=None),
    "a significance of a gene": judged(meaning("LA6668-3"), gene("BRAF")),
    "a significance of a gene in doubt": [variant(gene("BRCA1", "HGNC:427"), V600E), judged(meaning("LA6668-3"))[1]],
    "a significance of a score": judged(meaning("LA6668-3"), extension=[{"url": "http://x.example/genomics-risk-assessment"}]),
    "a significance of an old score": judged(meaning("LA6668-3"), extension=[{"url": "http://x.example/genomic-risk-assessment"}]),
    "a variant with its significance": [variant(gene("BRCA1"), protein("p.Cys61Gly"), meaning("LA6668-3"))],
    "an absent variant with its significance": [variant(gene("BRCA1"), protein("p.Cys61Gly"), meaning("LA6668-3"), answer=ABSENT)],
    "a variant of a link with its significance": linked("69548-6", variant(BRAF, V600E), value=loinc("LA9633-4"),
                                                        component=[gene("BRCA1"), protein("p.Cys61Gly"), meaning("LA6668-3")]),
    "a consequence": judged(protein("p.Cys61Gly"), coding("c.181T>G"), component("51958-7", concept(REFSEQ, "NM_007294.4")),
                            tbd("feature-consequence", concept(SO, "SO:0001583", "missense variant")),
                            tbd("functional-effect", concept(text="loss of function")), code=concept(TBD, "molecular-consequence")),
    "a consequence with two effects": judged(tbd("functional-effect", concept(text="loss of function")), meaning("LA6668-3"),
                                             tbd("functional-effect", concept(text="other")), code=concept(TBD, "molecular-consequences")),
    "a consequence that is a fusion": judged(tbd("feature-consequence", concept(SO, "SO:0001565")), code=concept(TBD, "molecular-consequence")),
    "a consequence of nothing": judged(protein("p.Cys61Gly"), code=concept(TBD, "molecular-consequence"), derivedFrom=None),
    "an implication": implied(tbd("therapeutic-implication", loinc("LA6676-6")), component("51963-7", concept(RXNORM, "1", "drug a")),
                              tbd("medication-assessed", concept(text="drug b"))),
    "an implication in words": implied(tbd("predicted-therapeutic-implication", concept(text="Reduced response")),
                                       tbd("associated-cancer", concept(text="Melanoma"))),
    "a phenotype for a drug": implied(tbd("therapeutic-implication", POOR), component("51963-7", concept(text="drug a"))),
    "a phenotype and an effect": implied(tbd("therapeutic-implication", POOR), tbd("therapeutic-implication", concept(text="Avoid"))),
    "a phenotype against its words": implied(tbd("therapeutic-implication", loinc("LA9657-3", "Normal metabolizer"))),
    "a range for a drug": implied(tbd("therapeutic-implication", concept(text="Intermediate to poor metabolizer"))),
    "an implication with a significance": implied(tbd("therapeutic-implication", concept(text="Avoid")), meaning("LA6668-3")),
    "an implication without anything": implied(),
    "a metabolism that nobody can read": [observation("53040-2", gene("CYP2C19"), valueCodeableConcept={"text": "odd"})],
    "an efficacy": [observation("51961-1", gene("CYP2C19"), valueCodeableConcept=loinc("LA6677-4"))],
    "a risk": [observation("83009-1", gene("HLA-B"), valueCodeableConcept=loinc("LA19541-4"))],
    "a drug by reference": implied(tbd("therapeutic-implication", concept(text="Avoid")), contained=[
        {"resourceType": "Medication", "id": "m", "code": concept(RXNORM, "1", "drug c")}], extension=[
        {"url": "http://x.example/medication-assessed", "valueReference": {"reference": "#m"}}]),
    "a phase": linked("82120-7", variant(BRAF, V600E), variant(BRAF, protein("p.Lys601Glu"), id="o2"), value=concept(text="Cis")),
    "a phase by code": linked("82120-7", variant(BRAF, V600E), value=concept(
        "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/seq-phase-relationship", "Trans")),
    "an open phase": linked("82120-7", variant(BRAF, V600E), value=concept(text="Indeterminate")),
    "an unknown phase": linked("82120-7", variant(BRAF, V600E), value=concept(LOINC, "x")),
}  # fmt: skip
