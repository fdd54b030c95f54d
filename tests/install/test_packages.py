"""Wheel and source distribution hold what they must, and work in clean environments."""

from __future__ import annotations

import json
import re
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.install.environments import OWN, ROOT, Environment, new_environment

pytestmark = pytest.mark.slow

MOST_DISTRIBUTIONS = 12
COPYLEFT = re.compile(r"\b(A|L)?GPL|GNU (Affero|Lesser|General)", re.IGNORECASE)

EVALUATE = """
import json, sys
import pmcds
result = pmcds.Engine().evaluate(pmcds.Patient(diplotype={"CYP2C19": "*2/*2"}), order="clopidogrel")
print(json.dumps([[card.indicator for card in result.cards], result.snapshot, sorted(sys.modules), pmcds.__file__]))
"""

DISTRIBUTIONS = """
import json
from importlib.metadata import distributions
print(json.dumps({
    d.metadata["Name"]: [d.metadata.get("License-Expression") or "", d.metadata.get("License") or "",
                         *[c for c in d.metadata.get_all("Classifier") or [] if c.startswith("License")]]
    for d in distributions()
}))
"""


def licenses(environment: Environment) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(environment.run("-c", DISTRIBUTIONS).stdout)
    return {name: words for name, words in found.items() if name.lower() not in OWN}


def test_the_wheel_holds_code_cards_schemas_and_license(packages: tuple[Path, Path]) -> None:
    names = set(zipfile.ZipFile(packages[0]).namelist())
    for name in ("cards.json", "demo.json", "py.typed", "api.py", "cards/pack.yaml", "schemas/rule.schema.json"):
        assert f"pmcds/{name}" in names
    cards = {path.relative_to(ROOT / "cards") for path in (ROOT / "cards").rglob("*") if path.is_file()}
    assert {f"pmcds/cards/{path.as_posix()}" for path in cards} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith(("tests/", "examples/", "benchmarks/")) for name in names)


def test_the_source_distribution_holds_all_that_a_build_and_a_test_need(packages: tuple[Path, Path]) -> None:
    with tarfile.open(packages[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for name in (
        "pyproject.toml",
        "hatch_build.py",
        "constraints.txt",
        "LICENSE",
        "README.md",
        "cards/pack.yaml",
        "schemas/rule.schema.json",
        "tests/laws.py",
        "examples/embed.py",
        "docs/rules.md",
        "scripts/test",
        "src/pmcds/api.py",
    ):
        assert name in names
    assert not any(".venv" in name or "__pycache__" in name for name in names)


def test_a_core_install_is_small_and_free(core: Environment) -> None:
    found = licenses(core)
    assert len(found) <= MOST_DISTRIBUTIONS, sorted(found)
    assert {name: words for name, words in found.items() if COPYLEFT.search(" ".join(words))} == {}


def test_every_extra_is_free(packages: tuple[Path, Path], tmp_path: Path) -> None:
    environment = new_environment(tmp_path / "extras")
    environment.install(f"{packages[0]}[fhir,server,sql,author,cli]")
    found = licenses(environment)
    assert {name: words for name, words in found.items() if COPYLEFT.search(" ".join(words))} == {}


def test_a_core_install_evaluates_without_a_yaml_parser(core: Environment) -> None:
    indicators, snapshot, modules, _ = json.loads(core.run("-c", EVALUATE).stdout)
    assert "critical" in indicators
    assert snapshot
    assert "yaml" not in modules
    assert "fhir" not in modules


def test_wheel_source_and_checkout_hold_the_same_knowledge(core: Environment, from_source: Environment) -> None:
    import pmcds

    wheel = json.loads(core.run("-c", EVALUATE).stdout)
    source = json.loads(from_source.run("-c", EVALUATE).stdout)
    assert wheel[:2] == source[:2]
    assert wheel[1] == pmcds.Engine().knowledge.snapshot
    assert str(ROOT) not in wheel[3] + source[3]


def test_the_command_line_works_after_a_core_install(core: Environment) -> None:
    assert "CRITICAL" in core.command("demo").stdout
    assert "poor metabolizer" in core.command("phenotype", "CYP2C19", "*2/*2").stdout
    assert "pharmacogenomics/clopidogrel/cpic" in core.command("rules").stdout
    bundle = ROOT / "examples" / "bundles" / "fluorouracil-dpyd-intermediate.json"
    assert json.loads(core.command("evaluate", bundle, "--json").stdout)["cards"]


def test_the_rules_fire_on_their_own_tests_after_a_core_install(core: Environment) -> None:
    assert "no problems" in core.command("selftest").stdout


def test_the_library_works_from_a_zip(core: Environment, packages: tuple[Path, Path], tmp_path: Path) -> None:
    program = f"import sys\nsys.path.insert(0, {str(packages[0])!r})\n{EVALUATE}"
    indicators, _, _, place = json.loads(core.run("-c", program).stdout)
    assert "critical" in indicators
    assert ".whl" in place
