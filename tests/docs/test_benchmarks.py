"""The benchmarks measure what their page says."""

from __future__ import annotations

import importlib.util
import json
from types import ModuleType

import pytest

import pmcds
from tests.docs.blocks import ROOT


@pytest.fixture(scope="module")
def bundles() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bundles", ROOT / "benchmarks" / "bundles.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_same_seed_gives_the_same_bytes(bundles: ModuleType) -> None:
    assert bundles.bundle(100) == bundles.bundle(100)
    assert bundles.bundle(100) != bundles.bundle(100, seed=1)


def test_a_bundle_holds_everyday_resources_gene_results_and_orders(bundles: ModuleType) -> None:
    data = bundles.bundle(100)
    kinds = [entry["resource"]["id"].split("-")[0] for entry in json.loads(data)["entry"]]
    assert (kinds.count("gene"), kinds.count("order"), len(kinds)) == (15, 10, 126)
    assert 1200 < len(data) / len(kinds) < 1600


def test_a_bundle_is_strict_fhir(bundles: ModuleType) -> None:
    models = pytest.importorskip("fhir.resources.R4B.bundle")
    models.Bundle.model_validate_json(bundles.bundle(30))


def test_every_gene_result_is_read_and_some_orders_alert(bundles: ModuleType) -> None:
    result = pmcds.Engine().evaluate(bundles.bundle(10))
    read = {finding.subject for finding in result.findings if finding.kind == "genotype"}
    assert {gene for gene, _, _ in bundles.GENES} <= read
    assert any(line.outcome == "ALERT" for line in result.ledger.orders)
    assert len(result.ledger.inputs) == 36
