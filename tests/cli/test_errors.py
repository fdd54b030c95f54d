"""Every refusal is one clear line, exit status 2, no stack trace, nothing of the patient."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmcds.cli import _missing_module
from tests.cli.conftest import BUNDLES, Run

SECRET = "Zanzibar-1961"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no json",
        "[1, 2",
        f'{{"resourceType": "Bundle", "id": "{SECRET}", "id": "{SECRET}", "entry": []}}',
        f'"{SECRET}"',
        "[" * 100_000,
        '{"resourceType": "Bundle", "entry": NaN}',
    ],
)
def test_input_that_cannot_be_used_is_refused_in_one_line(run: Run, tmp_path: Path, content: str) -> None:
    file = tmp_path / "input.json"
    file.write_text(content)
    refused = run("evaluate", file)
    assert refused.status == 2
    assert refused.out == ""
    assert refused.err.startswith("pmcds: ")
    assert refused.err.count("\n") == 1
    assert "Traceback" not in refused.err
    assert SECRET not in refused.err


def test_a_file_that_is_not_there_is_named(run: Run) -> None:
    refused = run("evaluate", "nowhere.json")
    assert (refused.status, refused.err) == (2, "pmcds: cannot read or write nowhere.json: No such file or directory\n")


@pytest.mark.parametrize(
    "words",
    [
        ("phenotype", "CYP2C19", "*999/*2"),
        ("phenotype", "NOGENE", "*1/*1"),
        ("phenotype", "CYP2C19", "nonsense"),
        ("rules", "no/such/rule"),
        ("genes", "NOGENE"),
        ("drugs", "recognize"),
        ("check", "no-such-folder"),
        ("evaluate", BUNDLES / "clopidogrel-cyp2c19-poor.json", "--cards", "no-such-folder"),
        ("conformance", "check", BUNDLES / "clopidogrel-cyp2c19-poor.json"),
        ("conformance", "check", "http://127.0.0.1:9/"),
    ],
)
def test_bad_usage_is_refused_in_one_line(run: Run, words: tuple[object, ...]) -> None:
    refused = run(*words)
    assert refused.status == 2
    assert refused.err.startswith("pmcds: ")
    assert refused.err.count("\n") == 1


@pytest.mark.parametrize("words", [(), ("nonsense",), ("evaluate",), ("phenotype", "CYP2C19")])
def test_bad_commands_show_the_usage(run: Run, words: tuple[str, ...]) -> None:
    refused = run(*words)
    assert refused.status == 2
    assert refused.err.startswith("usage: pmcds")


def test_a_defect_shows_its_kind_and_not_its_text(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr("pmcds.api.Engine.evaluate", broken)
    refused = run("evaluate", BUNDLES / "clopidogrel-cyp2c19-poor.json")
    assert refused.status == 2
    assert "ValueError" in refused.err
    assert SECRET not in refused.err
    assert "Traceback" not in refused.err


def test_a_missing_extra_is_named() -> None:
    assert "pmcds[author]" in _missing_module(ModuleNotFoundError(name="yaml"))
    assert "pmcds[fhir]" in _missing_module(ModuleNotFoundError(name="fhir.resources"))
    assert _missing_module(ModuleNotFoundError(name="other")) == "the module other is not installed"
