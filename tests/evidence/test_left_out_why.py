"""What a result tells of itself is whole: every order, value, source and note, and nothing of another rule or order."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

import pmcds
from pmcds.hooks.render import Rendered
from pmcds.model.answers import Answer, Interval, Subject
from pmcds.model.findings import Finding, Source
from pmcds.model.ledger import Ledger
from pmcds.model.results import Recommendation
from pmcds.result import Result, _answer, _key, _of_cards, _recommendation, finding_to_dict, plain
from tests.evidence.goldens import NOW, engine
from tests.evidence.whole import CLOPIDOGREL, CODEINE, drug, normal, poor, typed
from tests.fhir.material import PATIENT, bundle, creatinine
from tests.hooks.examples import request

POOR, SLOW = typed("CYP2C19", "*2/*2"), typed("CYP2D6", "*4/*4", id="g6")
DPWG = "pharmacogenomics/clopidogrel/dpwg"


def _result(*resources: Any, **options: Any) -> Result:
    return engine().evaluate(bundle(PATIENT, *resources), now=NOW, **options)


def _two() -> Result:
    return _result(POOR, drug("clopidogrel", id="a"), drug("clopidogrel", id="b", doNotPerform="x"), drug("zz", id="c"))


def test_why_tells_of_each_order_or_of_the_one_that_was_asked_for() -> None:
    result = _two()
    first = f"{CLOPIDOGREL} for MedicationRequest/a: ALERT\n"
    second = f"{CLOPIDOGREL} for MedicationRequest/b: CANNOT-TELL (order-modifier)"
    both = result.why(CLOPIDOGREL)
    assert both.startswith(first) and both.split("\n\n")[1].startswith(second)
    assert DPWG not in both
    assert result.why(CLOPIDOGREL, "MedicationRequest/a") == both.split("\n\n")[0]
    assert result.why(CLOPIDOGREL, "MedicationRequest/b") == both.split("\n\n")[1]
    for order in ("MedicationRequest/c", "MedicationRequest/aa", "a", ""):
        assert result.why(CLOPIDOGREL, order).startswith(f"{CLOPIDOGREL}: no order or question of this input")
    for rule in (CODEINE, "", "pharmacogenomics/clopidogrel"):
        assert result.why(rule).startswith(f"{rule}: no order or question of this input concerns this rule")


def test_why_says_outcome_case_silence_values_and_where_each_was_read() -> None:
    lines = engine().evaluate(normal(), now=NOW).why(CLOPIDOGREL).split("\n")
    assert lines[0].endswith(": CLEAR (normal-or-increased)")
    assert lines[1].startswith("  population CVI ACS PCI: CLEAR, case normal-or-increased, silent: ")
    assert lines[2].startswith("  phenotype CYP2C19: normal metabolizer, from *1/*1 by CPIC diplotype table")
    assert lines[3] == "    read at /entry/1/resource of Observation/observation-1"
    assert lines[4] == "    note: source-class-default"
    assert "  condition percutaneous coronary intervention: absent" in lines
    alert = engine().evaluate(poor(), now=NOW).why(CLOPIDOGREL).split("\n")
    assert alert[0].endswith("MedicationRequest/medicationrequest-1: ALERT")
    assert alert[1] == "  population CVI ACS PCI: ALERT, case poor"


def test_why_without_a_population_names_none_and_says_each_note() -> None:
    text = _result(drug("codeine"), typed("CYP2D6", "(*1/*4)xN")).why(CODEINE)
    assert "\n  CANNOT-TELL, case " in text and "population" not in text
    assert "1.0 or 2.0 or ≥3.0 (copy-number-unknown), from *1x2/*4 or " in text
    for note in ("copy number of *1xN not stated", "copy number of *4xN not stated", "source-class-default"):
        assert f"\n    note: {note}" in text


def test_why_names_every_source_of_a_conflict_and_what_it_is_between() -> None:
    text = _result(drug("clopidogrel"), POOR, typed("CYP2C19", "*1/*1", id="g2")).why(CLOPIDOGREL)
    assert "conflicting (conflict), between normal metabolizer and poor metabolizer, from *1/*1; *2/*2" in text
    for place, ident in ((2, "g"), (3, "g2")):
        assert f"\n    read at /entry/{place}/resource of Observation/{ident}" in text


def test_why_says_that_a_line_is_quiet() -> None:
    result = _result(POOR)
    quiet = next(line for line in result.ledger.orders if line.quiet)
    loud = next(line for line in _result(drug("clopidogrel")).ledger.orders if not line.quiet and line.rule)
    assert result.why(str(quiet.rule)).split("\n")[0].endswith(", quiet")
    assert ", quiet" not in _result(drug("clopidogrel")).why(str(loud.rule))


def test_why_says_every_reason_of_a_line() -> None:
    pending = {
        "resourceType": "ServiceRequest", "id": "s", "status": "active", "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "50956-2"}]},
    }  # fmt: skip
    result = _result(pending, drug("abacavir"))
    for line in result.ledger.orders:
        if line.rule and line.order != "@patient":
            expected = f" ({', '.join((str(line.reason), *line.also))})"
            assert expected in result.why(line.rule, line.order).split("\n")[0]


SUBJECT = Subject("phenotype", "CYP2C19")
PLACE = Source("Observation/g", "/entry/2/resource")


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Answer(SUBJECT, keys=("a",)), "phenotype CYP2C19: a"),
        (Answer(SUBJECT, keys=("a", "b")), "phenotype CYP2C19: a or b"),
        (Answer(SUBJECT, keys=("a", "b"), reason="conflict"), "phenotype CYP2C19: a or b (conflict)"),
        (Answer(SUBJECT, keys=("a",), reason="conflict"), "phenotype CYP2C19: a"),
        (Answer(SUBJECT, word="unknown", reason="no-result"), "phenotype CYP2C19: unknown (no-result)"),
        (
            Answer(SUBJECT, word="conflicting", reason="conflict", alternatives=("a", "b")),
            "phenotype CYP2C19: conflicting (conflict), between a and b",
        ),
        (Answer(Subject("cancer", ""), keys=("a",)), "cancer: a"),
        (Answer(SUBJECT, keys=("a",), text="t", table="T"), "phenotype CYP2C19: a, from t by T"),
        (
            Answer(SUBJECT, keys=("a",), notes=("one", "two")),
            "phenotype CYP2C19: a\n    note: one\n    note: two",
        ),
        (
            Answer(SUBJECT, keys=("a",), sources=(PLACE, Source("Observation/h", "/s", "/path", "Lab"))),
            "\n    read at ".join(
                ("phenotype CYP2C19: a", "/entry/2/resource of Observation/g", "/path of Observation/h, laboratory Lab")
            ),
        ),
    ],
)
def test_an_answer_is_told_with_all_its_parts(answer: Answer, text: str) -> None:
    assert _answer(answer, None) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        ("5", "5", None, "5"), ("5", "5", "mg", "5 mg"), ("5", "7", "mg", "5 to 7 mg"), (None, "7", "mg", "? to 7 mg"),
        ("5", None, "mg", "5 to ? mg"), (None, None, "mg", "? to ? mg"), (None, None, None, "? to ?"),
        ("0", "0", "mg", "0 mg"), ("0", "7", None, "0 to 7"), ("0.50", "0.50", None, "0.50"),
        ("1E+2", "1E+2", None, "100"),
    ],
)  # fmt: skip
def test_a_range_is_told_by_its_edges(low: str | None, high: str | None, unit: str | None, text: str) -> None:
    edges = [None if edge is None else Decimal(edge) for edge in (low, high)]
    assert _key(Interval(edges[0], edges[1], unit=unit)) == text
    assert _key("a") == "a"


def test_the_orders_of_a_result_are_all_that_were_sent_as_they_were_sent() -> None:
    sent = [
        drug(name, id=ident) for ident, name in (("a", "clopidogrel"), ("b", "codeine"), ("c", "zz"), ("d", "abacavir"))
    ]
    result = _result(POOR, *sent)
    assert result.orders == {f"MedicationRequest/{one['id']}": one for one in sent}
    named = engine().evaluate(bundle(PATIENT, POOR), order=["clopidogrel", sent[1], sent[2]], now=NOW)
    assert named.orders == {f"MedicationRequest/{one['id']}": one for one in sent[1:3]}


def test_a_result_without_a_response_has_no_cards_whatever_was_shown_before() -> None:
    bare = Result((), Ledger((), (), "x"))
    for shown in ((), {"6b1c7a0e-0d5c-5f0e-9b7e-2f0c3d0a1b11"}):
        assert bare.to_dict(shown_before=shown) == {"cards": []}
    assert (bare.orders, bare.findings, bare.notes, bare.recommendations) == ({}, (), (), ())


def test_what_was_shown_before_changes_this_answer_and_no_later_one() -> None:
    result = _result(typed("TPMT", "*1/*3A"), drug("azathioprine"))
    whole = json.dumps(result.to_dict())
    shown = {card.uuid for card in result.cards if card.indicator != "critical"}
    assert shown and json.dumps(result.to_dict(shown_before=shown)) != whole
    assert json.dumps(result.to_dict()) == whole == json.dumps(result.to_dict(shown_before={"x"}))


def test_every_note_of_every_card_is_kept_under_its_card() -> None:
    rendered = Rendered({"cards": []}, ("card a: one", "card b: two: three", "card a: four"))
    assert list(_of_cards(rendered)) == [
        {"site": "card a", "repairs": ["one", "four"]},
        {"site": "card b", "repairs": ["two: three"]},
    ]
    assert list(_of_cards(None)) == []


def test_notes_of_the_request_the_resources_and_the_cards_stand_side_by_side() -> None:
    drafts = {"draftOrders": bundle(drug("codeine", status="draft"))}
    repaired = typed("CYP2D6", "*4/*4", id="g6", effectiveDateTime="2026-3-2")
    asked = request(context=drafts, prefetch={"x": bundle(PATIENT, repaired)})
    asked["extension"] = []
    result = engine().answer("pmcds-order-sign", asked, now=NOW)
    notes = {note["site"]: note["repairs"] for note in result.notes}
    assert notes[""] == ["extension was ignored: it is no object"]
    assert notes["/prefetch/x/entry/1/resource"]
    old = {**asked, "extension": {"com.epic.cdshooks.request.fhir-version": "STU3"}}
    moved = engine().answer("pmcds-order-sign", old, now=NOW)
    assert {note["site"] for note in moved.notes} >= {f"card {card.uuid}" for card in moved.cards}
    assert moved.report()["notes"] == [dict(note) for note in moved.notes]


def test_the_report_has_every_fact_recommendation_and_line() -> None:
    result = _result(
        POOR, SLOW, creatinine(value=Decimal("0.90")), drug("clopidogrel", id="a"), drug("codeine", id="b")
    )
    report = result.report()
    assert set(report) == {"cards", "recommendations", "ledger", "findings", "complete", "snapshot"}
    assert report["cards"] == result.to_dict()["cards"] and len(report["cards"]) >= 2
    assert report["findings"] == [finding_to_dict(finding) for finding in result.findings]
    told = {(row["kind"], row["subject"]) for row in report["findings"]}
    assert {("genotype", "CYP2C19"), ("genotype", "CYP2D6"), ("order", "clopidogrel"), ("order", "codeine")} <= told
    assert any(row["kind"] == "laboratory" and row["value"]["quantity"] == "0.90" for row in report["findings"])
    assert {row["drug"] for row in report["recommendations"]} == {"clopidogrel", "codeine"}
    assert report["ledger"] == result.ledger.to_dict()
    assert (report["complete"], report["snapshot"]) == (result.complete, engine().knowledge.snapshot)


def test_a_recommendation_and_a_finding_are_written_with_every_member() -> None:
    row = _result(POOR, drug("clopidogrel")).recommendations[0]
    assert isinstance(row, Recommendation)
    written = _recommendation(row)
    assert written == {name: getattr(row, name) if name != "lookup" else dict(row.lookup) for name in written}
    assert set(written) == {
        "source", "drug", "lookup", "population", "strength", "dosing_information", "alternate_drug",
        "other_guidance", "rule", "case",
    }  # fmt: skip
    source = Source("Observation/g", "/s", "/p", "Lab")
    usual = {
        "kind": "k", "subject": "s", "value": "1.50", "status": "absent", "reason": "r", "date": "d",
        "source_class": "c", "source": {"resource": "Observation/g", "path": "/p"}, "notes": ["n", "m"],
        "laboratory": "Lab",
    }  # fmt: skip
    finding = Finding("k", "s", Decimal("1.50"), source, "absent", "r", date="d", source_class="c", notes=("n", "m"))
    assert finding_to_dict(finding) == usual
    more: dict[str, Any] = {"unit": "u", "matched": "name", "missing": ("a", "b"), "also": (source, PLACE)}
    bare = Finding("k", "s", None, PLACE, **more)
    found = finding_to_dict(bare)
    assert (found["unit"], found["matched"], found["missing"]) == ("u", "name", ["a", "b"])
    assert found["also"] == [usual["source"], {"resource": "Observation/g", "path": "/entry/2/resource"}]
    assert "laboratory" not in found


def test_values_are_written_exactly_at_any_depth() -> None:
    value = {"a": Decimal("1E+2"), "b": [Decimal("0.10"), ("x", {"c": Decimal(0)})], 3: None, "t": "text", "f": True}
    assert plain(value) == {"a": "100", "b": ["0.10", ["x", {"c": "0"}]], "3": None, "t": "text", "f": True}


def test_the_whole_of_a_result_is_there_after_an_answer_to_a_hook() -> None:
    drafts = {"draftOrders": bundle(drug("clopidogrel", status="draft"))}
    result = engine().answer(
        "pmcds-order-sign", request(context=drafts, prefetch={"x": bundle(PATIENT, POOR)}), now=NOW
    )
    assert isinstance(result, pmcds.Result)
    assert {finding.subject for finding in result.findings} >= {"CYP2C19", "clopidogrel"}
    assert {row.rule for row in result.recommendations} == {CLOPIDOGREL, DPWG}
    assert {row.lookup["CYP2C19"] for row in result.recommendations} == {"Poor Metabolizer"}
    assert "read at /prefetch/x/entry/1/resource" in result.why(CLOPIDOGREL)
    assert result.to_dict()["cards"] and result.notes == ()
