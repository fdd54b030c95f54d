"""Every example runs, and every bundle shows what its page says."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path

import pytest

import pmcds
from pmcds.model.rules import INDICATORS
from tests.docs.blocks import ROOT

EXAMPLES = ROOT / "examples"
PROGRAMS = sorted(EXAMPLES.glob("*.py"))

# The day after the orders were written.
NOW = datetime(2026, 3, 6, tzinfo=UTC)
# The card of each bundle: its indicator as that rule sets it, and the rule behind it.
EXPECTED = {
    "abacavir-hla-b-5701-present": ("critical", "pharmacogenomics/abacavir/cpic"),
    "carbamazepine-hla-b-1502-present": ("critical", "pharmacogenomics/carbamazepine/cpic"),
    "clopidogrel-cyp2c19-poor": ("critical", "pharmacogenomics/clopidogrel/cpic"),
    "codeine-cyp2d6-ultrarapid": ("critical", "pharmacogenomics/codeine/cpic"),
    "dabrafenib-braf-v600e-melanoma": ("info", "tumor/melanoma/braf-v600e-single-agents"),
    "fluorouracil-dpyd-intermediate": ("warning", "pharmacogenomics/fluorouracil/cpic"),
    "mercaptopurine-tpmt-nudt15-intermediate": ("warning", "pharmacogenomics/mercaptopurine/cpic"),
    "rasburicase-g6pd-deficient": ("critical", "pharmacogenomics/rasburicase/cpic"),
}


@pytest.fixture(scope="module")
def engine() -> pmcds.Engine:
    return pmcds.Engine()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_programs_run(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = importlib.util.spec_from_file_location(f"example_{program.stem}", program)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.main() == 0
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_bundles_show_their_card(engine: pmcds.Engine, name: str) -> None:
    indicator, rule = EXPECTED[name]
    result = engine.evaluate((EXAMPLES / "bundles" / f"{name}.json").read_bytes(), now=NOW)
    card = next(card for card in result.cards if rule in {named for _, named in card.lines})
    # Further sources may speak on the same card, and more urgently.
    assert INDICATORS.index(card.indicator) >= INDICATORS.index(indicator)
    line = next(line for line in result.ledger.orders if line.rule == rule)
    assert line.outcome == "ALERT"


def test_every_bundle_and_program_is_on_the_page() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in (*PROGRAMS, *(EXAMPLES / "bundles").glob("*.json")):
        assert f"`{path.name}`" in page
    assert {path.stem for path in (EXAMPLES / "bundles").glob("*.json")} - set(EXPECTED) == {
        "clopidogrel-result-not-final"
    }


def test_a_preliminary_result_and_an_unknown_drug_are_never_silent(engine: pmcds.Engine) -> None:
    result = engine.evaluate((EXAMPLES / "bundles" / "clopidogrel-result-not-final.json").read_bytes())
    reasons = {(line.order, line.reason) for line in result.ledger.orders if line.outcome == "CANNOT-TELL"}
    assert ("MedicationRequest/clopidogrel", "result-not-final") in reasons
    assert ("MedicationRequest/herbal", "drug-unrecognized") in reasons
    shown = {order for card in result.cards for order, _ in card.lines}
    assert {"MedicationRequest/clopidogrel", "MedicationRequest/herbal"} <= shown
