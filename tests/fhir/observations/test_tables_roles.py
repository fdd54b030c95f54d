"""Each question that a code can ask, and what an answer to it becomes; each way to name a place or a change."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.fhir.observations import names
from pmcds.fhir.observations.names import hgvs_of
from tests.fhir.observations.support import (
    HGVS,
    REFSEQ,
    TBD,
    UCUM,
    component,
    concept,
    findings,
    gene,
    genotype,
    ignored,
    loinc,
    observation,
    protein,
    variant,
)

LINK = [{"reference": "Observation/o1"}]
SO = "http://www.sequenceontology.org"


def tbd(code: str) -> Any:
    return concept(TBD, code)


# One observation for each role, and the kind of finding that it becomes.
EACH: dict[str, tuple[dict[str, Any], str]] = {
    "genotype": (genotype("*1/*2", id="x"), "genotype"),
    "haplotype": (observation("84414-2", gene("CYP2C19"), valueCodeableConcept={"text": "*2"}, id="x"), "haplotype"),
    "phenotype": (observation("79714-2", gene("CYP2C19"), valueCodeableConcept=loinc("LA9657-3"), id="x"), "phenotype"),
    "activity score": (observation(tbd("activity-score"), gene("CYP2D6"), valueString="1.0", id="x"), "activity_score"),
    "presence of an allele": (observation("57979-7", valueCodeableConcept=loinc("LA9633-4"), id="x"), "allele"),
    "variant": (variant(gene("BRAF"), protein("p.Val600Glu"), id="x"), "variant"),
    "implication": (
        observation(tbd("therapeutic-implication"), gene("CYP2C19"), valueCodeableConcept=loinc("LA6677-4"), id="x"),
        "implication",
    ),
    "significance": (
        observation("53037-8", gene("BRAF"), valueCodeableConcept=loinc("LA6668-3"), derivedFrom=LINK, id="x"),
        "variant",
    ),
    "consequence": (
        observation(tbd("molecular-consequence"), protein("p.Val600Glu"), derivedFrom=LINK, id="x"), "variant",
    ),
    "marker": (observation("40556-3", valueCodeableConcept=loinc("LA6576-8"), id="x"), "biomarker"),
    "laboratory": (
        observation("2160-0", valueQuantity={"value": 1, "system": UCUM, "code": "mg/dL"}, id="x"), "laboratory",
    ),
    "phase": (observation("82120-7", valueCodeableConcept={"text": "Trans"}, derivedFrom=LINK, id="x"), "phase"),
    "coverage": (observation("53041-0", gene("BRCA1"), id="x"), "coverage"),
    "interpretation": (observation("51968-6", valueCodeableConcept=loinc("LA6576-8"), id="x"), "report"),
}  # fmt: skip


@pytest.mark.parametrize("role", EACH)
def test_each_question_that_a_code_asks_is_read_and_never_passed_over(role: str) -> None:
    asked, kind = EACH[role]
    found = [one for one in findings(variant(gene("BRAF"), protein("p.Val600Glu")), asked)
             if one.source.resource == "Observation/x"]  # fmt: skip
    assert [one.kind for one in found] == [kind]
    assert found[0].status == "present" or role == "phase"


@pytest.mark.parametrize("member", ["extension", "modifierExtension"])
def test_a_foreign_question_with_a_member_that_may_tell_a_gene_is_looked_into(member: str) -> None:
    foreign = observation("8302-2", valueString="x")
    assert ignored(foreign) == ["not-relevant"]
    url = "http://hl7.org/fhir/StructureDefinition/observation-geneticsGene"
    told = {**foreign, "code": concept("http://loinc.org", "8302-2", "CYP2C19 something")}
    assert [one.subject for one in findings(told)] == ["CYP2C19"]
    assert ignored({**foreign, member: [{"url": url, "valueCodeableConcept": {"text": "CYP2C19"}}]}) != []


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("c.1905+1G>A", "c.1905+1G>A"), ("c.12delA", "c.12del"), ("c.12_14delACG", "c.12_14del"),
        ("c.12dupT", "c.12dup"),
        ("c.12_14del3", "c.12_14del"), ("c.12_14dup3", "c.12_14dup"), ("c.12delAinsGT", "c.12delinsGT"),
    ],
)  # fmt: skip
def test_1_3_the_bases_behind_del_and_dup_are_dropped(text: str, read_as: str) -> None:
    change = hgvs_of(text)
    assert change is not None and names.dna(change) == read_as


@pytest.mark.parametrize(
    "accession",
    ["NM_000110.4", "NC_000001.11", "ENST00000370192.8", "chr1", "1", "22", "chrX", "X", "Y", "M", "MT", None],
)
def test_v04_each_kind_of_name_is_read_with_each_kind_of_sequence(accession: str | None) -> None:
    front = f"{accession}:" if accession else ""
    for kind in "cgmnp":
        found = hgvs_of(f"{front}{kind}.12A>G")
        assert found is not None and (found.kind, found.accession, found.body) == (kind, accession, "12A>G")


@pytest.mark.parametrize(
    ("carried", "code", "value"),
    [
        ("variation", "81252-9", "NC_000007.14:140753335:A:T"), ("coding", "48004-6", "NM_004333.6:c.1799T>A"),
        ("genomic", "81290-9", "NC_000007.14:g.140753336A>T"), ("protein", "48005-3", "p.Val600Glu"),
        ("dbsnp", "81255-2", "rs113488022"), ("region", "47999-8", "Exon 15"),
    ],
)  # fmt: skip
def test_v12_an_absence_reaches_as_far_as_what_was_named(carried: str, code: str, value: str) -> None:
    named = component(code, concept(HGVS, value) if carried != "region" else concept(text=value))
    (found,) = findings(variant(gene("BRAF"), named, answer="LA9634-2"))
    assert found.status == "absent"
    assert found.value.get("scope", "variant") == ("region" if carried == "region" else "variant")
    (whole,) = findings(variant(gene("BRAF"), answer="LA9634-2"))
    assert whole.value["scope"] == "gene"


@pytest.mark.parametrize(
    ("base", "start", "spdi"),
    [("LA30100-4", 140753335, "NC_000007.14:140753335:A:T"), ("LA30102-0", 140753336, "NC_000007.14:140753335:A:T"),
     (None, 140753336, None)],
)  # fmt: skip
def test_vr4_a_position_counts_from_where_its_system_says(base: str | None, start: int, spdi: str | None) -> None:
    parts = [
        gene("BRAF"), component("48013-7", concept(REFSEQ, "NC_000007.14")),
        component("81254-5", {"low": {"value": start}}, name="valueRange"),
        component("69547-8", "A", name="valueString"), component("69551-0", "T", name="valueString"),
        *([component("92822-6", loinc(base))] if base else []),
    ]  # fmt: skip
    (found,) = findings(variant(*parts))
    assert found.value.get("spdi") == spdi
    assert ("coordinate-system" in found.missing) == (spdi is None)


@pytest.mark.parametrize(
    ("stated", "fraction"),
    [({"value": "30.25", "unit": "%"}, "0.3025"), ({"value": "30.25", "code": "%"}, "0.3025"),
     ({"value": "0.066", "code": "1"}, "0.066"), ({"value": "30.25"}, "0.3025")],
)  # fmt: skip
def test_t19_a_share_of_the_reads_is_a_fraction_of_one(stated: dict[str, str], fraction: str) -> None:
    more = {"system": "http://unitsofmeasure.org"} if "code" in stated else {}
    part = component("81258-6", {**stated, **more}, name="valueQuantity")
    (found,) = findings(variant(gene("BRAF"), protein("p.Val600Glu"), part))
    assert str(found.value["vaf"]) == fraction


@pytest.mark.parametrize("effect", ["consequence", "change-type"])
def test_f1_f4_the_structural_words_of_a_type_and_of_a_consequence_make_a_fusion(effect: str) -> None:
    code, system = ("48019-4", "http://loinc.org") if effect == "change-type" else ("molecular-consequence", TBD)
    part = component(code, concept(SO, "SO:0001886"), system=system)
    (found,) = findings(variant(gene("ALK"), gene("BRAF"), part))
    assert found.value["row"] == "fusion"


@pytest.mark.parametrize("word", ["*2", "*1/*2", "*1/*2xN", "*2x2", "*4A", "*2xN", "*1xN/*2", "*1x2/*2"])
def test_e3_the_stars_that_a_text_mentions_are_shown_as_they_stand(word: str) -> None:
    (found,) = findings(observation(concept(text="Remark"), valueString=f"CYP2D6 {word} was seen"))
    assert (found.subject, found.value["mentions"], found.reason) == ("CYP2D6", (word,), "text-only")


def test_g12_a_name_that_is_no_star_is_a_haplotype_only_where_one_was_asked_for() -> None:
    for code, kinds in (("84413-4", {"phenotype"}), ("84414-2", {"haplotype"})):
        part = component(code, "BRAF-1", name="valueString")
        found = findings(observation("51969-4", gene("BRAF"), part))
        assert {one.kind for one in found if one.reason != "value-absent"} == kinds
