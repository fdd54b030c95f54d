"""A variant that was found doubts alleles and words without it, also where nobody says that it is inherited.

Many results state no source class. Such a variant proves no allele; but a normal result is not clear beside it.
"""

from __future__ import annotations

import pytest

from tests.evidence.whole import CLOPIDOGREL, Json, component, drug, evaluated, line, typed
from tests.fhir.material import PATIENT, bundle
from tests.together.genes import ABSENT, HETEROZYGOUS, HOMOZYGOUS, PRESENT
from tests.together.scenes import condition, dbsnp, phenotype

CAPECITABINE = "pharmacogenomics/capecitabine/cpic"
GERMLINE, SOMATIC = "LA6683-2", "LA6684-0"
MAY_BE_INHERITED = [None, GERMLINE]


def _variant(gene: str, rs: str, answer: str, zygosity: str | None, source: str | None) -> Json:
    found: Json = dbsnp(gene, rs, answer, zygosity)[0]["resource"]
    found["component"] += [component("48002-0", source)] if source else []
    return found


def _word(gene: str, text: str) -> Json:
    stated: Json = phenotype(gene, text)[0]["resource"]
    return stated


def _told(order: str, rule: str, *results: Json) -> tuple[str, str | None]:
    record = (PATIENT, drug(order), condition("acs", "394659003"))
    told = {line(evaluated(bundle(*record, *some)), rule) for some in (results, results[::-1])}
    assert len({(one.outcome, one.reason) for one in told}) == 1, "the order of entries decides nothing"
    return next((one.outcome, one.reason) for one in told)


@pytest.mark.parametrize("source", MAY_BE_INHERITED)
@pytest.mark.parametrize("zygosity", [None, HETEROZYGOUS, HOMOZYGOUS])
@pytest.mark.parametrize("rs", ["rs3918290", "rs67376798", "rs56038477", "rs75017182", "rs55886062"])
def test_mg6_two_normal_alleles_beside_a_harmful_variant_are_not_clear(
    rs: str, zygosity: str | None, source: str | None
) -> None:
    normal, found = typed("DPYD", "*1/*1"), _variant("DPYD", rs, PRESENT, zygosity, source)
    assert _told("capecitabine", CAPECITABINE, normal, found) == ("CANNOT-TELL", "conflict")


@pytest.mark.parametrize("source", MAY_BE_INHERITED)
@pytest.mark.parametrize("zygosity", [HETEROZYGOUS, HOMOZYGOUS])
def test_t33_a_normal_metabolizer_beside_a_variant_without_function_is_not_clear(
    zygosity: str, source: str | None
) -> None:
    found = _variant("CYP2C19", "rs4244285", PRESENT, zygosity, source)
    told = _told("clopidogrel", CLOPIDOGREL, _word("CYP2C19", "Normal metabolizer"), found)
    assert told == ("CANNOT-TELL", "genotype-phenotype-mismatch")
    found = _variant("DPYD", "rs3918290", PRESENT, zygosity, source)
    told = _told("capecitabine", CAPECITABINE, _word("DPYD", "Normal metabolizer"), found)
    assert told == ("CANNOT-TELL", "genotype-phenotype-mismatch")


@pytest.mark.parametrize("source", MAY_BE_INHERITED)
def test_the_variant_that_contradicts_is_named_as_evidence(source: str | None) -> None:
    for gene, rs, order, rule in (
        ("DPYD", "rs3918290", "capecitabine", CAPECITABINE), ("CYP2C19", "rs4244285", "clopidogrel", CLOPIDOGREL),
    ):  # fmt: skip
        for normal in (typed(gene, "*1/*1"), _word(gene, "Normal metabolizer")):
            record = (PATIENT, drug(order), condition("acs", "394659003"), normal)
            result = evaluated(bundle(*record, _variant(gene, rs, PRESENT, HETEROZYGOUS, source)))
            assert {f"Observation/{normal['id']}", "Observation/rs"} <= set(line(result, rule).evidence)


def test_a_doubt_keeps_the_card_of_the_worse_case() -> None:
    found = _variant("DPYD", "rs3918290", PRESENT, HETEROZYGOUS, None)
    cards = evaluated(bundle(PATIENT, drug("capecitabine"), typed("DPYD", "*1/*1"), found)).cards
    assert [card.indicator for card in cards] == ["critical"]


@pytest.mark.parametrize("source", [None, GERMLINE, SOMATIC])
def test_a_variant_that_fits_the_word_changes_nothing(source: str | None) -> None:
    poor = _word("CYP2C19", "Poor metabolizer")
    for zygosity in (HETEROZYGOUS, HOMOZYGOUS):
        found = _variant("CYP2C19", "rs4244285", PRESENT, zygosity, source)
        assert _told("clopidogrel", CLOPIDOGREL, poor, found) == ("ALERT", None)
    for answer in (ABSENT, PRESENT):
        other = _variant("CYP2C19", "rs12248560", answer, None, source)
        told = _told("clopidogrel", CLOPIDOGREL, _word("CYP2C19", "Rapid metabolizer"), other)
        assert told[0] == "CLEAR" or answer == ABSENT


def test_a_variant_of_a_tumor_and_one_that_is_absent_doubt_no_normal_result() -> None:
    for gene, rs, order, rule in (
        ("DPYD", "rs3918290", "capecitabine", CAPECITABINE), ("CYP2C19", "rs4244285", "clopidogrel", CLOPIDOGREL),
    ):  # fmt: skip
        for normal in (typed(gene, "*1/*1"), _word(gene, "Normal metabolizer")):
            for answer, source in ((PRESENT, SOMATIC), (ABSENT, None), (ABSENT, GERMLINE)):
                assert _told(order, rule, normal, _variant(gene, rs, answer, None, source))[0] == "CLEAR"


def test_a_variant_without_source_class_proves_no_allele() -> None:
    found = _variant("DPYD", "rs3918290", PRESENT, HETEROZYGOUS, None)
    assert _told("capecitabine", CAPECITABINE, found) == ("CANNOT-TELL", "source-class-unknown")
    word = _word("DPYD", "Intermediate metabolizer")
    assert _told("capecitabine", CAPECITABINE, word, found) == _told("capecitabine", CAPECITABINE, word)
