"""Prefetch templates are as wide as the loaded rules read, and no narrower (S24, FR-34)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

import pmcds
from pmcds.hooks import Service, services_of
from pmcds.hooks.check_discovery import check_template
from pmcds.model.places import speaks
from pmcds.terminology.values import ObservationTerm

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
# Every rule has tests; one in so many is enough to see a code that is missing.
_STEP = 12


@pytest.fixture(scope="module")
def engine() -> pmcds.Engine:
    return pmcds.Engine()


@pytest.fixture(scope="module")
def view(engine: pmcds.Engine) -> Service:
    return next(s for s in services_of(engine.active_rules(), engine.terms) if s.hook == "patient-view")


def _codes(service: Service) -> set[str]:
    """The codes that the templates ask for; an Observation template without codes is a failure here."""
    templates = [template for key, template in service.prefetch.items() if key.startswith("observations")]
    assert templates and all("&code=" in template for template in templates)
    return {code for template in templates for code in template.split("&code=")[1].split(",")}


def _asked_for(resource: Mapping[str, Any], codes: set[str]) -> bool:
    if resource["resourceType"] != "Observation":
        return True
    codings = resource.get("code", {}).get("coding", ())
    # What stands under words alone is found by no query with codes, as the service's usage says.
    return not codings or any(c.get("code") in codes for c in codings)


def _records() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted((ROOT / "examples" / "bundles").glob("*.json")):
        yield file.stem, json.loads(file.read_bytes())


def _patients() -> Iterator[tuple[str, dict[str, Any]]]:
    files = sorted((ROOT / "cards").glob("*/**/*.test.yaml"))
    tests = [(file, test) for file in files for test in yaml.safe_load(file.read_text("utf-8"))["tests"]]
    for file, test in tests[::_STEP]:
        yield f"{file.stem}: {test['name']}", test["patient"]


def _same_lines(engine: pmcds.Engine, bundle: dict[str, Any], codes: set[str]) -> bool:
    entries = [entry for entry in bundle["entry"] if _asked_for(entry["resource"], codes)]
    whole, asked = (
        engine.evaluate(json.dumps(one, default=str).encode(), now=NOW) for one in (bundle, bundle | {"entry": entries})
    )
    return whole.ledger.orders == asked.ledger.orders


def test_hooks_s24_what_the_templates_ask_for_decides_every_line_of_the_example_records(
    engine: pmcds.Engine, view: Service
) -> None:
    codes = _codes(view)
    assert [name for name, bundle in _records() if not _same_lines(engine, bundle, codes)] == []


def test_hooks_s24_what_the_templates_ask_for_decides_the_tests_of_the_rules(
    engine: pmcds.Engine, view: Service
) -> None:
    from pmcds.check.trial import _patient
    from pmcds.fhir import bundle_of

    codes = _codes(view)
    lost = []
    for name, stated in _patients():
        if any(name.split(":")[-1] in view.usage for name in stated.get("biomarker") or ()):
            continue
        patient, orders = _patient(stated)
        if not _same_lines(engine, bundle_of(patient, now=NOW, terms=engine.terms, orders=orders), codes):
            lost.append(name)
    assert lost == []


def _terms_of(engine: pmcds.Engine, codes: set[str]) -> dict[str, ObservationTerm]:
    """What each code asks, in the system that the terms name it in."""
    known = {code: term for key, term in engine.terms._observations._questions.items() for code in (key.split(":")[1],)}
    return {code: known[code] for code in codes}


def test_hooks_s24_no_template_asks_for_codes_that_no_loaded_rule_reads(engine: pmcds.Engine) -> None:
    for service in services_of(engine.active_rules(), engine.terms):
        rules = [rule for rule in engine.active_rules() if speaks(rule, service.hook)]
        subjects = {subject for rule in rules for subject in rule.subjects}
        diseases = any(s.kind in ("condition", "cancer") for s in subjects) or any(rule.cancers for rule in rules)
        asked = {code for s in subjects for _, code, _ in engine.terms.codes_of(s.kind, s.name)}
        for code, term in _terms_of(engine, _codes(service)).items():
            if term.role in ("staging", "morphology", "history"):
                assert diseases
            elif term.role == "laboratory":
                assert any(s.kind == "laboratory" and s.name == term.subject for s in subjects), (service.id, code)
            else:
                assert code in asked, (service.id, code)


def test_hooks_s24_one_rule_narrows_the_templates_to_its_own_subject(engine: pmcds.Engine) -> None:
    rules = [rule for rule in engine.active_rules() if {s.kind for s in rule.subjects} == {"laboratory"}]
    assert rules, "no shipped rule reads measurements alone"
    for rule in rules:
        service = services_of([rule], engine.terms)[0]
        named = {term.subject for term in _terms_of(engine, _codes(service)).values()}
        assert named == {subject.name for subject in rule.subjects}
        assert "reports" not in service.prefetch


def test_hooks_d14_every_shipped_template_is_one_that_clients_can_use(engine: pmcds.Engine) -> None:
    for service in services_of(engine.active_rules(), engine.terms):
        for template in service.prefetch.values():
            assert list(check_template(template, service.hook)) == []
            assert len(template) <= 1800
