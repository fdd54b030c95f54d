"""Which data answer which question, and what of them leaves it open: kind by kind, state by state."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pmcds.infer import conflicts
from pmcds.infer.coverage import whole_gene
from pmcds.infer.donors import by_donor
from pmcds.infer.evidence import index
from pmcds.model.answers import Answer
from pmcds.model.findings import DrugMatch, Finding, InputNote, Order, Reading, Source, Supply
from tests.infer.support import NOW, ask, finding, genes, terms

# A question of each kind, and the data that it is answered from.
ASKED = {
    "genotype": ("CYP2C19", "genomic"), "diplotype": ("CYP2C19", "genomic"), "phenotype": ("CYP2C19", "genomic"),
    "activity_score": ("CYP2D6", "genomic"), "allele": ("HLA-B*57:01", "genomic"),
    "variant": ("BRAF p.Val600Glu", "genomic"), "biomarker": ("tumor mutational burden", "genomic"),
    "laboratory": ("potassium", "laboratory"), "condition": ("stroke", "condition"), "cancer": ("melanoma", "cancer"),
    "medication": ("warfarin", "medication"), "taken_for": ("warfarin", "medication"),
    "age": ("", "demographic"), "sex": ("", "demographic"),
}  # fmt: skip
GENOMIC = ("genotype", "haplotype", "phenotype", "activity_score", "allele", "variant", "biomarker")
WITHHELD = {**dict.fromkeys(GENOMIC, "genomic"),
            **{kind: kind for kind in ("laboratory", "condition", "cancer", "medication", "demographic")},
            "allergy": "allergy", "family_history": "family_history"}  # fmt: skip


def answer(kind: str, *findings: Finding, **more: Any) -> Answer:
    origin = "somatic" if kind in ("variant", "biomarker") else "germline"
    return ask(kind, ASKED[kind][0], *findings, origin=origin, **more)


@pytest.mark.parametrize("kind", ASKED)
def test_h64_withheld_data_answer_withheld_to_every_question_that_they_could_answer(kind: str) -> None:
    for hidden, data in WITHHELD.items():
        one = finding(hidden, None, None, status="withheld", reason="consent-denied", at="w")
        assert (answer(kind, one).word == "withheld") == (data == ASKED[kind][1]), hidden


SUPPLIED_BY = {
    **dict.fromkeys(("condition", "cancer"), "conditions"), **dict.fromkeys(("medication", "taken_for"), "medications"),
    **dict.fromkeys(("age", "sex"), "demographics"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ASKED)
@pytest.mark.parametrize(
    ("state", "reason"), [("missing", "not-supplied"), ("error", "not-supplied"), ("truncated", "truncated")]
)
def test_h50_h51_what_was_not_supplied_is_never_no_result(kind: str, state: str, reason: str) -> None:
    for data in ("results", "conditions", "medications", "allergies", "demographics"):
        found = answer(kind, supply=Supply(**{data: state}))
        if data == SUPPLIED_BY.get(kind, "results"):
            assert found.reason == reason, data
            assert found.word == ("unreadable" if data == "results" else None)
            assert len(found.keys) != 1 or kind in ("age", "taken_for")
        elif kind == "age":
            assert found.reason == "not-supplied"
        else:
            assert found.reason in (None, "no-result", "sex-unknown"), data


# What a result that nobody could read, about nobody knows what, could have been.
OPEN: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("genotype", "diplotype", "phenotype", "activity_score", "allele"),
        ("genotype", "haplotype", "phenotype", "activity_score", "allele", "report"),
    ),
    "variant": ("variant", "report"), "biomarker": ("biomarker", "report"), "laboratory": ("laboratory", "report"),
}  # fmt: skip


@pytest.mark.parametrize("kind", OPEN)
def test_an_unread_result_about_nobody_knows_what_leaves_open_what_it_could_have_been(kind: str) -> None:
    for unread in (*GENOMIC, "laboratory", "report", "condition", "medication", "allergy", "implication"):
        one = finding(unread, None, None, status="indeterminate", reason="text-only", at="u")
        expected = "unread-result" if unread in OPEN[kind] else "no-result"
        assert answer(kind, one).reason == expected, unread


def test_an_unread_result_about_the_gene_itself_leaves_its_questions_open_whatever_its_kind() -> None:
    for unread in ("genotype", "haplotype", "phenotype", "activity_score", "allele", "variant", "report"):
        one = finding(
            unread, "CYP2C19", None, status="indeterminate", reason="text-only", source_class="germline", at="u"
        )
        assert answer("phenotype", one).reason == "unread-result", unread
    ordered = finding("test_order", "CYP2C19", {"state": "current"}, at="t")
    assert answer("phenotype", ordered).reason == "result-pending"


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("unreadable", "unread-result"), ("no-resource", "unread-result"), ("entry-error", "entry-error"),
        ("not-relevant", "no-result"), ("type-not-read", "no-result"), ("other-patient", "no-result"),
        ("void-status", "no-result"), ("duplicate-of", "no-result"),
    ],
)  # fmt: skip
def test_a_resource_that_nobody_could_read_at_all_could_be_any_result(word: str, reason: str) -> None:
    inputs = (InputNote("/entry/0/resource", "X/1", word),)
    for kind in OPEN:
        assert answer(kind, inputs=inputs).reason == reason, kind


# Closed world: which states of a drug are taking it.
STATES = {
    "current": True, "active": True, "draft": False, "planned": False, "on-hold": False, "past": False,
    "not-taken": False, "prohibited": False, "void": False, "unknown": False, "not-done": False,
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_pg61_a_drug_is_taken_only_while_its_state_says_so(state: str) -> None:
    for kind in ("medication", "order"):
        for name in ("warfarin", "warfarin + x"):
            found = answer("medication", finding(kind, name, {"state": state}, at="m"))
            assert found.keys == (("present",) if STATES[state] else ("absent",)), (kind, name)
    source = Source("MedicationRequest/o", "/entry/0/resource")
    order = Order("o", DrugMatch(("warfarin",)), state, source=source)
    assert answer("medication", orders=(order,)).keys == (("present",) if STATES[state] else ("absent",))


@pytest.mark.parametrize(
    ("stated", "keys"),
    [
        (("male",), ("male",)), (("female",), ("female",)), (("MALE",), ("male",)), (("unknown",), ("male", "female")),
        (("other",), ("male", "female")), (("male", "female"), ("male", "female")), ((), ("male", "female")),
        (("male", "other"), ("male", "female")),
    ],
)  # fmt: skip
def test_sex_is_one_of_two_or_open(stated: tuple[str, ...], keys: tuple[str, ...]) -> None:
    found = answer("sex", *(finding("demographic", "sex", word) for word in stated))
    assert found.keys == keys
    assert found.reason == (None if len(keys) == 1 else "sex-unknown")


@pytest.mark.parametrize(("born", "low"), [("2008-06-01", "18.0"), ("2008-06-02", "17.9166"), ("2007-12-01", "18.5")])
def test_h45_a_year_has_twelve_months(born: str, low: str) -> None:
    (interval,) = answer("age", finding("demographic", "birth_date", born)).keys
    assert str(interval.low).rstrip("0") == low.rstrip("0")  # type: ignore[union-attr]


# H14-H16: what a sample is, when cells were given, and what that leaves of a result.
def weighed(event: str, given: str | None, **members: Any) -> Finding:
    own = {"source_class": "germline", "specimen": "blood", "date": "2026-05-02", "at": "g", **members}
    brought = finding("condition", event, {}, date=given, at="e")
    reading = Reading((finding(own.pop("kind", "genotype"), "CYP2C19", "*1/*1", **own), brought))
    return by_donor(reading, genes(), terms(), NOW).findings[0]


@pytest.mark.parametrize(
    ("members", "counts"),
    [
        ({}, True), ({"specimen": None}, True), ({"specimen": "saliva"}, True), ({"source_class": None}, True),
        ({"status": "absent"}, True), ({"kind": "variant"}, True), ({"kind": "phenotype"}, True),
        ({"specimen": "tissue"}, False), ({"specimen": "plasma"}, False), ({"specimen": "fetal"}, False),
        ({"specimen": "donor"}, False), ({"source_class": "somatic"}, False),
        ({"source_class": "likely somatic"}, False), ({"source_class": "fetal"}, False),
        ({"source_class": "likely fetal"}, False), ({"kind": "biomarker"}, False), ({"kind": "laboratory"}, False),
        ({"status": "indeterminate"}, False),
    ],
)  # fmt: skip
def test_h14_a_transplant_makes_doubtful_every_own_result_and_no_other(members: dict[str, Any], counts: bool) -> None:
    reason = weighed("stem cell transplant", "2026-01-01", **members).reason
    assert (reason == "donor-blood") == counts


@pytest.mark.parametrize(
    ("given", "mixed"),
    [("2026-05-01", True), ("2026-04-18", True), ("2026-02-01", True), ("2026-01-31", False), ("2025-05-01", False),
     ("2026-05-20", False), (None, True)],
)  # fmt: skip
def test_h16_a_transfusion_of_the_last_ninety_days_is_told_and_hides_nothing(given: str | None, mixed: bool) -> None:
    found = weighed("blood transfusion", given)
    assert (found.status, found.reason) == ("present", None)
    assert ("mixed-cells" in found.notes) == mixed


# T39: which significances of one variant contradict each other.
WORDS = ("pathogenic", "likely pathogenic", "uncertain significance", "likely benign", "benign")
SIDES = {"pathogenic": 1, "likely pathogenic": 1, "uncertain significance": 2, "likely benign": 3, "benign": 3}


@pytest.mark.parametrize("one", WORDS)
def test_t39_significances_of_two_sides_always_conflict_and_of_one_side_never(one: str) -> None:
    for two in WORDS:
        variant = finding("variant", "BRCA1", {"row": "variant"}, at="v")
        said = [
            finding("variant", "BRCA1", {"row": "significance", "significance": word, "variant": ("Observation/v",)},
                    at=f"s-{number}")
            for number, word in enumerate((one, two))
        ]  # fmt: skip
        found = conflicts(Reading((variant, *said)), genes())
        expected = [] if one == two else ["conflicting" if SIDES[one] != SIDES[two] else "present"]
        assert [each.status for each in found] == expected, two


@pytest.mark.parametrize(
    ("part", "whole"),
    [(None, True), ("regions", False), ("ranges-examined", False), ("region-description", False),
     ("mutations-tested", False), ("uncallable", False)],
)  # fmt: skip
def test_h18_a_coverage_of_a_part_is_never_one_of_the_whole_gene(part: str | None, whole: bool) -> None:
    value = {"genes": ("BRCA1",), **({part: ("x",)} if part else {})}
    found = index(Reading((finding("coverage", None, value, at="c"),)), NOW)
    assert bool(whole_gene(found, "BRCA1")) == whole


@pytest.mark.parametrize(("seconds", "reason"), [(600, None), (601, "future-dated"), (-300, None)])
def test_h48_a_result_may_lie_ten_minutes_ahead_and_no_more(seconds: int, reason: str | None) -> None:
    when = (NOW + timedelta(seconds=seconds)).isoformat()
    found = answer("phenotype", finding("phenotype", "CYP2C19", "poor metabolizer", date=when))
    assert found.reason == reason


@pytest.mark.parametrize(
    ("value", "keys"),
    [
        ({"quantity": Decimal(40)}, ("positive",)), ({"quantity": Decimal(40), "comparator": ">"}, ("positive",)),
        ({"quantity": Decimal(40), "score": "x"}, ("positive",)), ({"quantity": Decimal(1)}, ("positive",)),
        ({"quantity": Decimal(0)}, ("negative",)), ({"quantity": Decimal(1), "comparator": "<"}, ("negative",)),
    ],
)  # fmt: skip
def test_b16_a_percentage_of_a_receptor_is_the_call_of_its_guideline(
    value: dict[str, Any], keys: tuple[str, ...]
) -> None:
    found = ask("biomarker", "ER", finding("biomarker", "ER", value, unit="%", at="b"), origin="somatic")
    assert found.keys == keys
