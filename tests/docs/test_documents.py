"""Every command, program and link of the documents works."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

import pmcds
from pmcds.cli import main
from tests.docs.blocks import DOCUMENTS, ROOT, Block, blocks, languages

# Run by tests/install in environments of their own; the check of all rules is a step of scripts/test.
ELSEWHERE = ("scripts/demo", "scripts/test", "pmcds check")
LINK = re.compile(r"\]\((?!https?:|#)([^)\s]+)\)")


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert languages() <= {"python", "sh", "yaml"}


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_programs_run(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(block.text, str(block), "exec"), {"__name__": "__main__"})


# Each command once, under the first place where it stands.
PLACES = {line: str(block) for block in reversed(blocks("sh")) for line in block.text.splitlines() if line.strip()}
COMMANDS = [pytest.param(line, id=f"{place}-{line}") for line, place in PLACES.items() if line not in ELSEWHERE]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    program, *words = shlex.split(command)
    assert program == "pmcds"
    assert main(words) == 0, capsys.readouterr()
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    missing = [target for target in LINK.findall(document.read_text(encoding="utf-8")) if not _there(document, target)]
    assert missing == []


def _there(document: Path, target: str) -> bool:
    return (document.parent / target.split("#")[0]).exists()


def test_the_first_screen_of_the_readme_reaches_a_card() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert next(place for place, line in enumerate(lines) if "result.cards" in line) < 40
    assert "scripts/demo" in lines[:12]


def test_the_rule_of_the_rule_page_passes_the_check(tmp_path: Path) -> None:
    from pmcds.check import check

    page = [block for block in blocks("yaml") if block.document.name == "rules.md"]
    rule, test = (block.text for block in page)
    folder = tmp_path / "pharmacogenomics" / "codeine"
    folder.mkdir(parents=True)
    (folder / "our-hospital.yaml").write_text(rule.replace("status: draft", "status: active"), encoding="utf-8")
    (folder / "our-hospital.test.yaml").write_text(test, encoding="utf-8")
    assert [str(problem) for problem in check(tmp_path).problems] == []


def test_the_rule_page_names_every_field() -> None:
    schema = json.loads((ROOT / "schemas" / "rule.schema.json").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    kinds = schema["$defs"]["if"]["properties"]
    actions = schema["$defs"]["advice"]["properties"]["action"]["enum"]
    parameters = schema["$defs"]["advice"]["properties"]
    missing = [word for word in (*kinds, *actions, *parameters, *schema["required"]) if word not in page]
    assert missing == []


def test_every_check_that_the_architecture_names_exists() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for path in re.findall(r"`(tests/[\w./]+)`", page):
        assert (ROOT / path).exists(), path
    rooms = re.findall(r"`src/pmcds/(\w+)/`", page)
    here = {path.parent.name for path in (ROOT / "src" / "pmcds").glob("*/__init__.py")}
    assert set(rooms) == here


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8")))
    assert listed == {path.name for path in folder.glob("[0-9]*.md")}


def test_the_intended_use_is_stated() -> None:
    text = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split()).lower()
    for words in (
        "health care professionals",
        "from reported results",
        "not for time-critical use",
        "reviews the cards",
    ):
        assert words in text


def test_the_changelog_has_two_histories_and_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {pmcds.__version__}" in text
    assert text.count("### Library") == text.count("### Cards")
