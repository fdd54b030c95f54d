"""check, selftest, validate: findings to act on give exit status 1."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import BUNDLES, ROOT, Run


def test_own_cards_that_are_in_order_pass(run: Run) -> None:
    shown = run("check", ROOT / "examples" / "own_rules")
    assert shown.status == 0, shown.out
    assert "no problems" in shown.out


def test_a_problem_is_shown_with_its_place_and_mend(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "cards" / "hospital" / "clopidogrel"
    folder.mkdir(parents=True)
    own = ROOT / "examples" / "own_rules" / "hospital" / "clopidogrel"
    (folder / "pharmacist.test.yaml").write_text((own / "pharmacist.test.yaml").read_text())
    text = (own / "pharmacist.yaml").read_text()
    (folder / "pharmacist.yaml").write_text(text.replace("drug: clopidogrel,", "drug: clopidogrol,"))
    shown = run("check", tmp_path / "cards")
    assert shown.status == 1
    assert "pharmacist.yaml:" in shown.out
    assert "clopidogrol" in shown.out
    problems = run("check", tmp_path / "cards", "--json").json["problems"]
    assert problems[0]["file"].endswith("pharmacist.yaml")
    assert problems[0]["line"] > 0


def test_the_shipped_rules_fire_on_their_own_tests(run: Run) -> None:
    shown = run("selftest")
    assert shown.status == 0, shown.out


@pytest.mark.parametrize("bundle", sorted(BUNDLES.glob("*.json")), ids=lambda file: file.stem)
def test_the_example_bundles_are_strict_fhir(run: Run, bundle: Path) -> None:
    pytest.importorskip("fhir.resources")
    assert run("validate", bundle).status == 0


def test_what_a_strict_model_refuses_is_named_without_the_value(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("fhir.resources")
    file = tmp_path / "patient.json"
    file.write_text(json.dumps({"resourceType": "Patient", "birthDate": "Zanzibar", "gendre": "Zanzibar"}))
    shown = run("validate", file)
    assert shown.status == 1
    assert "/birthDate" in shown.out
    assert "/gendre: no such element" in shown.out
    assert "Zanzibar" not in shown.out
    assert {problem["where"] for problem in run("validate", file, "--json").json["problems"]} == {
        "/birthDate",
        "/gendre",
    }


def test_a_type_that_fhir_does_not_have_is_a_finding(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("fhir.resources")
    file = tmp_path / "thing.json"
    file.write_text('{"resourceType": "Thing"}')
    assert run("validate", file).status == 1


def test_the_resources_of_a_request_are_validated_each(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("fhir.resources")
    file = tmp_path / "request.json"
    patient = {"resourceType": "Patient", "gendre": "x"}
    file.write_text(
        json.dumps({"hook": "patient-view", "context": {"patientId": "p"}, "prefetch": {"patient": patient}})
    )
    shown = run("validate", file, "--json")
    assert [problem["where"] for problem in shown.json["problems"]] == ["/prefetch/patient/gendre"]
