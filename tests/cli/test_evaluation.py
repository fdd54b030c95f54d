"""demo, evaluate, explain, respond."""

from __future__ import annotations

import copy
import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import BUNDLES, REQUESTS, Run

CLOPIDOGREL = BUNDLES / "clopidogrel-cyp2c19-poor.json"
RULE = "pharmacogenomics/clopidogrel/cpic"


def test_demo_shows_a_card_with_its_reasons(run: Run) -> None:
    shown = run("demo")
    assert shown.status == 0
    assert "CRITICAL" in shown.out
    assert f"Why {RULE}" in shown.out
    assert "*2/*2" in shown.out


def test_demo_needs_no_network(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("network")

    monkeypatch.setattr("socket.socket.connect", refuse)
    assert run("demo").status == 0


def test_evaluate_shows_cards_and_both_halves_of_the_ledger(run: Run) -> None:
    shown = run("evaluate", CLOPIDOGREL)
    assert shown.status == 0
    for text in ("CRITICAL", "What was decided", RULE, "What was read", "Observation/cyp2c19-genotype", "Knowledge"):
        assert text in shown.out


def test_evaluate_prints_the_whole_report_as_json(run: Run) -> None:
    report = run("evaluate", CLOPIDOGREL, "--json").json
    assert {"cards", "recommendations", "ledger", "findings", "complete", "snapshot"} <= set(report)
    assert {"orders", "inputs"} <= set(report["ledger"])
    assert len(report["ledger"]["inputs"]) == len(json.loads(CLOPIDOGREL.read_text())["entry"])


def test_what_could_not_be_told_is_said(run: Run) -> None:
    shown = run("evaluate", BUNDLES / "clopidogrel-result-not-final.json")
    assert "CANNOT-TELL" in shown.out
    assert "drug-unrecognized" in shown.out
    assert "Not complete" in shown.out


def test_an_order_can_be_a_name_or_a_file(run: Run, tmp_path: Path) -> None:
    entries = json.loads(CLOPIDOGREL.read_text())["entry"]
    order = next(e["resource"] for e in entries if e["resource"]["resourceType"] == "MedicationRequest")
    file = tmp_path / "order.json"
    file.write_text(json.dumps(order))
    by_name = run("evaluate", CLOPIDOGREL, "--order", "codeine", "--json").json
    by_file = run("evaluate", CLOPIDOGREL, "--order", file, "--json").json
    assert {line["drug"] for line in by_name["ledger"]["orders"]} == {"codeine"}
    assert {line["drug"] for line in by_file["ledger"]["orders"]} == {"clopidogrel"}


def test_input_can_come_from_a_pipe(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CLOPIDOGREL.read_bytes())))
    assert "CRITICAL" in run("evaluate", "-").out


def test_the_time_of_the_evaluation_can_be_given(run: Run) -> None:
    once = run("evaluate", CLOPIDOGREL, "--now", "2026-06-01T00:00:00Z", "--json")
    again = run("evaluate", CLOPIDOGREL, "--now", "2026-06-01", "--json")
    assert once.status == 0
    assert once.out == again.out
    assert run("evaluate", CLOPIDOGREL, "--now", "yesterday").status == 2


def test_own_cards_are_added(run: Run) -> None:
    shown = run("evaluate", CLOPIDOGREL, "--cards", BUNDLES.parent / "own_rules")
    assert "hospital/clopidogrel/pharmacist" in shown.out
    assert RULE in shown.out


def test_explain_shows_findings_ledger_and_why(run: Run) -> None:
    shown = run("explain", CLOPIDOGREL)
    for text in ("Findings", "What was decided", f"Why {RULE}", "read at"):
        assert text in shown.out


def test_explain_can_be_limited(run: Run) -> None:
    findings = run("explain", CLOPIDOGREL, "--findings")
    assert "Findings" in findings.out
    assert "Why" not in findings.out
    rule = run("explain", CLOPIDOGREL, "--rule", RULE)
    assert "Findings" not in rule.out
    assert f"Why {RULE}" in rule.out
    assert set(run("explain", CLOPIDOGREL, "--json").json) >= {"why", "findings", "ledger"}
    assert set(run("explain", CLOPIDOGREL, "--findings", "--json").json) == {"findings", "notes", "inputs"}


def test_explain_findings_shows_places_conflicts_repairs_and_what_was_left(run: Run, tmp_path: Path) -> None:
    bundle = json.loads(CLOPIDOGREL.read_text(encoding="utf-8"))
    result = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Observation")
    other = copy.deepcopy(result) | {"id": "second", "category": "laboratory", "issued": "no date"}
    other["valueCodeableConcept"] = {"text": "*1/*1"}
    bundle["entry"] += [{"resource": other}, {"resource": {"resourceType": "Basic", "id": "b"}}]
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle), encoding="utf-8")
    shown = run("explain", file, "--findings").out
    for text in ("read at /entry/", "Conflicts: 1", "text where a coded value belongs (R3)", "Basic/b: type-not-read"):
        assert text in shown, shown


@pytest.mark.parametrize(
    ("service", "request_file"),
    [
        ("pmcds-order-select", "order-select-clopidogrel.json"),
        ("pmcds-order-sign", "order-sign-clopidogrel.json"),
        ("pmcds-patient-view", "patient-view.json"),
    ],
)
def test_respond_prints_a_conformant_response(run: Run, tmp_path: Path, service: str, request_file: str) -> None:
    answered = run("respond", service, REQUESTS / request_file)
    assert answered.status == 0
    assert isinstance(answered.json["cards"], list)
    saved = tmp_path / "response.json"
    saved.write_text(answered.out)
    assert run("conformance", "check", saved).status == 0


def test_respond_names_the_status_of_a_refusal(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "request.json"
    broken.write_text('{"hook": "order-sign"}')
    refused = run("respond", "pmcds-order-sign", broken)
    assert (refused.status, refused.out) == (2, "")
    assert "status 400" in refused.err
    assert "status 404" in run("respond", "no-such-service", REQUESTS / "patient-view.json").err
