"""Facts and advice in words: complete, guarded, and with nothing that the input could have put there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pmcds.engine.phrasing import NOT_READABLE, Phrasing, cut, fits
from pmcds.model.answers import Answer, Interval, Subject
from pmcds.model.findings import Source
from pmcds.model.rules import Advice, Alternative

from .build import GENE, PHRASES, answer

PHRASING = Phrasing(PHRASES)
LAB = Subject("laboratory", "potassium")
VARIANT = Subject("variant", "GENE1 pathogenic variant")


@pytest.mark.parametrize(
    ("interval", "told"),
    [
        (Interval(Decimal("4.5"), Decimal("4.5"), "mmol/L"), "4.5 mmol/L"),
        (Interval(None, Decimal(5), "mmol/L"), "5 mmol/L or less"),
        (Interval(None, Decimal(5), "mmol/L", high_open=True), "below 5 mmol/L"),
        (Interval(Decimal(5), None, "mmol/L"), "5 mmol/L or more"),
        (Interval(Decimal(5), None, "mmol/L", low_open=True), "above 5 mmol/L"),
        (Interval(Decimal(4), Decimal(5), "mmol/L"), "4 to 5 mmol/L"),
        (Interval(None, None, "mmol/L"), f"{NOT_READABLE} mmol/L"),
        (Interval(Decimal(4), Decimal(4)), "4"),
        (Interval(Decimal("1E+2"), Decimal("1E+2"), "mmol/L"), "100 mmol/L"),
        (Interval(Decimal("17.99"), Decimal("17.99"), "a"), "17 years"),
        (Interval(Decimal("6.5"), Decimal("6.5"), "mo"), "6.5 months"),
        (Interval(Decimal("44.9"), Decimal("44.9"), "mL/min/{1.73_m2}"), "44.9 mL/min/1.73 m²"),
    ],
)
def test_a_number_keeps_its_limit_and_its_unit_and_an_age_is_never_rounded_up(interval: Interval, told: str) -> None:
    assert PHRASING.value(LAB, interval) == told


def test_an_age_and_a_laboratory_value_are_facts_with_their_names() -> None:
    assert PHRASING.fact(answer(Subject("age", ""), Interval(Decimal(17), Decimal(17), "a"))) == "age 17 years"  # type: ignore[arg-type]
    assert PHRASING.fact(answer(LAB, Interval(Decimal(3), Decimal(3), "mmol/L"))) == "potassium 3 mmol/L"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "key", "told"),
    [
        ("allele", "present", "positive"),
        ("variant", "absent", "not detected"),
        ("phenotype", "poor metabolizer", "poor metabolizer"),
        ("phenotype", "<script>", NOT_READABLE),
    ],
)
def test_a_value_is_told_in_our_words_or_not_at_all(kind: str, key: str, told: str) -> None:
    assert PHRASING.value(Subject(kind, "GENE1"), key) == told


def test_a_category_is_told_by_its_longer_name_with_its_gene() -> None:
    assert PHRASING.name(VARIANT) == "GENE1 (likely) pathogenic variant"
    assert PHRASING.name(Subject("variant", "GENE1 c.1A>G")) == "GENE1 c.1A>G"
    assert PHRASING.name(Subject("variant", "NTRK fusion of an NTRK gene")) == "NTRK fusion"
    assert PHRASING.name(Subject("variant", "GENE1")) == "GENE1"
    assert PHRASING.name(GENE) == "GENE1"


def test_the_variant_behind_a_category_is_told_in_its_place_and_the_category_as_what_it_matched() -> None:
    found = answer(VARIANT, "present", notes=("found GENE1 c.68_69del",))
    assert PHRASING.fact(found) == "GENE1 c.68_69del detected"
    told = PHRASING.provenance(found)
    assert told == "GENE1 c.68_69del detected (matched as GENE1 (likely) pathogenic variant; date not given)"


def test_text_of_a_report_that_is_no_variant_is_never_shown_as_one() -> None:
    assert PHRASING.fact(answer(VARIANT, "present", notes=("found [x](http://e.org) <b>",))).startswith(NOT_READABLE)


def test_a_category_that_is_no_variant_has_a_sentence_of_its_own_only_where_it_is_present() -> None:
    plasma = Subject("variant", "GENE1 negative in plasma only")
    assert PHRASING.fact(answer(plasma, "present")) == "no GENE1 change found in plasma"
    assert PHRASING.fact(answer(plasma, "absent")) == "GENE1 negative in plasma only not detected"
    unclear = Answer(plasma, (), "conflicting", "conflict", alternatives=("present", "absent"))
    assert PHRASING.fact(unclear) == "GENE1 negative in plasma only detected or not detected"


def test_a_marker_is_told_with_its_value_in_words() -> None:
    marker = Subject("biomarker", "HER2 status")
    assert PHRASING.fact(answer(marker, "low")) == "HER2-low"
    assert PHRASING.fact(answer(marker, "low", "zero")) == "HER2 status low or zero"
    assert PHRASING.fact(answer(Subject("biomarker", "marker"), "present")) == "marker positive"


def test_provenance_names_genotype_date_laboratory_table_and_doubt() -> None:
    found = answer(
        GENE,
        "poor metabolizer",
        text="*2/*2",
        date="2025-03-02T10:00:00Z",
        table="table of 2026",
        by_name=True,
        notes=("laboratory-phenotype", "reclassified by 2026", "only for integrators"),
    )
    source = Source("Observation/1", "/entry/1/resource", laboratory="Lab  of\nthe town")
    told = PHRASING.provenance(Answer(**{**_fields(found), "sources": (source, source)}))
    assert told == (
        "GENE1 poor metabolizer (*2/*2; result of 2025-03-02; laboratory Lab of the town; by table of 2026; "
        "matched by name; as the laboratory states it, not recomputed; reclassified by 2026)"
    )


def _fields(found: Answer) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Answer.__slots__}


@pytest.mark.parametrize("text", ["*2/*2", "poor", None])
def test_the_text_of_a_value_is_told_once(text: str | None) -> None:
    told = PHRASING.provenance(answer(GENE, "poor", text=text))
    assert told == ("GENE1 poor (*2/*2; date not given)" if text == "*2/*2" else "GENE1 poor (date not given)")


def test_a_date_that_is_no_date_is_told_as_not_given() -> None:
    assert "date not given" in PHRASING.provenance(answer(GENE, "poor", date="yesterday"))


def test_a_remark_that_has_no_words_is_left_out_and_its_rest_is_guarded() -> None:
    assert PHRASING.note("something else") is None
    assert PHRASING.note("laboratory-phenotype") == "as the laboratory states it, not recomputed"
    assert PHRASING.note("variants: *2/*3") == "its variants say *2/*3"
    assert PHRASING.note("variants: <img src=x>") == f"its variants say {NOT_READABLE}"


def test_a_result_that_the_table_lacks_is_told_as_stated_with_the_table() -> None:
    found = Answer(GENE, (), "unreadable", "unknown-allele", text="*1/*999", table="table of 2026")
    assert PHRASING.not_in_table(found) == "Reported: GENE1 *1/*999; looked up in table of 2026."
    assert PHRASING.not_in_table(Answer(GENE, text="<b>")) == f"Reported: GENE1 {NOT_READABLE}; looked up in ."


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"from": "25", "to": "50"}, "25 to 50"),
        ({"en": "ten", "de": "zehn"}, "ten"),
        ({"de": "zehn", "en": ""}, ""),
        (["a", "b", "c"], "a, b and c"),
        ("5 mg", "5 mg"),
    ],
)
def test_a_parameter_of_advice_is_told_whole(value: Any, told: str) -> None:
    shown = PHRASING.sentences(Advice("avoid", (), {"note": value}), {"drug": "drugone", "source": "SRC"})
    assert shown == ("SRC advises against drugone for this result.", told)


def test_a_parameter_in_the_language_of_the_phrases_is_preferred() -> None:
    german = Phrasing({**PHRASES, "language": "de"})
    advice = Advice("avoid", (), {"note": {"de": "zehn", "en": "ten"}})
    assert german.sentences(advice, {"drug": "x", "source": "S"})[1] == "zehn"


def test_the_wording_that_uses_most_of_the_advice_comes_first_and_no_parameter_is_lost() -> None:
    advice = Advice("reduce-dose", (), {"by_percent": {"from": "25", "to": "50"}, "monitor": ["a", "b"]})
    slots = {"drug": "drugone", "source": "SRC", "instead": ""}
    assert PHRASING.summary(advice, slots) == "consider reducing the drugone dose by 25 to 50 %"
    assert PHRASING.sentences(advice, slots) == (
        "SRC advises to reduce the dose of drugone by 25 to 50 %.",
        "Monitor: a and b.",
    )


def test_a_value_that_looks_like_a_slot_is_never_filled() -> None:
    advice = Advice("avoid", (), {"note": "{drug}"})
    assert PHRASING.sentences(advice, {"drug": "drugone", "source": "S"})[1] == "{drug}"


def test_an_alternative_is_told_with_every_condition_that_forbids_it() -> None:
    stroke, bleeding = Subject("condition", "stroke"), Subject("condition", "bleeding")
    assert PHRASING.alternative(Alternative("drugtwo")) == "drugtwo"
    assert PHRASING.alternative(Alternative("drugtwo", (stroke, bleeding))) == "drugtwo (not with stroke or bleeding)"


def test_names_of_sources_populations_reasons_and_facts_fall_back_to_plain_words() -> None:
    assert PHRASING.source("cpic")[0] == PHRASES["sources"]["cpic"]["label"]
    assert PHRASING.source("cpic")[1] == PHRASES["sources"]["cpic"].get("url")
    assert PHRASING.source("xyz") == ("XYZ", None)
    assert PHRASING.population("Adults") == "Adults"
    assert PHRASING.population(None) == ""
    assert PHRASING.reason("no-such-reason") == "no such reason"
    assert PHRASING.fact_name("no such kind") == PHRASES["facts"]["population"]
    assert PHRASING.joined([]) == ""
    assert PHRASING.joined(["a"]) == "a"


def test_a_slot_without_a_value_stays_as_it_is_written_and_a_percent_sign_is_a_sign() -> None:
    words = {**PHRASES, "labels": {**PHRASES["labels"], "odd": "{here} of 5 % and {gone}"}}
    assert Phrasing(words).label("odd", here="50 %") == "50 % of 5 % and {gone}"
    assert Phrasing(words).label("odd", here="{gone}", gone="{here}") == "{gone} of 5 % and {here}"


def test_a_text_that_is_cut_is_no_longer_than_its_length_and_says_so() -> None:
    assert cut("x" * 80) == "x" * 80
    assert cut("x" * 81) == "x" * 79 + "…"
    assert cut("word " * 40, 10) == "word word…"
    assert len(cut("y" * 500, 130)) == 130


def test_a_summary_of_exactly_the_most_characters_does_not_fit() -> None:
    assert fits("x" * 139) and not fits("x" * 140)
    assert fits("é" * 139) and not fits("é" * 140)
    assert fits("\U0001f600" * 69) and not fits("\U0001f600" * 70)
