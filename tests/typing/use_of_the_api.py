"""What a typed program of an integrator looks like; checked by mypy, never run."""

from __future__ import annotations

from typing import Any, assert_type

import pmcds


def use(bundle: dict[str, Any]) -> None:
    """Every public door once."""
    knowledge = pmcds.Knowledge.bundled() + pmcds.Knowledge.from_path("our-cards")
    engine = pmcds.Engine(knowledge, settings=pmcds.Settings(sources=["cpic"], language="en", profile="generic"))
    result = engine.evaluate(bundle, order=["clopidogrel", {"resourceType": "MedicationRequest"}])
    assert_type(result, pmcds.Result)
    assert_type(result.cards, tuple[pmcds.Card, ...])
    assert_type(result.cards[0].indicator, str)
    assert_type(result.ledger, pmcds.Ledger)
    assert_type(result.ledger.orders, tuple[pmcds.DecisionLine, ...])
    assert_type(result.ledger.inputs, tuple[pmcds.InputLine, ...])
    assert_type(result.findings, tuple[pmcds.Finding, ...])
    assert_type(result.recommendations, tuple[pmcds.Recommendation, ...])
    assert_type(result.complete, bool)
    assert_type(result.snapshot, str)
    assert_type(result.why("a/b"), str)
    assert_type(result.to_dict(), dict[str, Any])
    assert_type(result.report(), dict[str, Any])
    assert_type(engine.respond("pmcds-order-sign", b"{}"), dict[str, Any])
    assert_type(engine.services(), dict[str, Any])
    assert_type(pmcds.phenotype("CYP2C19", "*1/*2"), pmcds.GeneResult)
    assert_type(pmcds.parse_variant("BRAF V600E"), pmcds.Variant | None)
    assert_type(pmcds.recognize_drug("codeine"), pmcds.DrugMatch)
    assert_type(pmcds.__version__, str)
    patient = pmcds.Patient(diplotype={"CYP2C19": "*2/*2"}, age=61, sex="female")
    engine.evaluate(patient, order="clopidogrel")
    engine.evaluate(bundle, order=7)  # type: ignore[arg-type]
    pmcds.Engine(settings="epic")  # type: ignore[arg-type]
    result.cards = ()  # type: ignore[misc]
