"""The passport on the screen and as a page: every gene with its meaning and drugs, and no markup from the input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pmcds.cli.output import screen
from pmcds.cli.passports import passport_page, show_passport
from pmcds.passport import Entry, Matter, Passport
from tests.cli.conftest import BUNDLES, Run
from tests.cli.test_page import HOSTILE, Tags

POOR = BUNDLES / "clopidogrel-cyp2c19-poor.json"
NOW = "2026-06-01T00:00:00Z"


def tags_of(page: str) -> Tags:
    read = Tags()
    read.feed(page)
    return read


def test_a_passport_shows_each_gene_with_its_alleles_meaning_and_drugs(run: Run) -> None:
    ran = run("evaluate", POOR, "--passport", "--now", NOW)
    assert ran.status == 0
    told = run("evaluate", POOR, "--passport", "--now", NOW, "--json").json
    (gene,) = told["genes"]
    for word in (gene["gene"], gene["alleles"], gene["phenotype"], told["snapshot"]):
        assert word in ran.out
    assert "clopidogrel: " in ran.out
    assert {matter["drug"] for matter in gene["drugs"]} >= {"clopidogrel"}


def test_a_passport_without_a_result_says_so(run: Run, tmp_path: Path) -> None:
    empty, page = tmp_path / "p.json", tmp_path / "p.html"
    empty.write_text(json.dumps({"resourceType": "Patient", "id": "p1"}), encoding="utf-8")
    ran = run("evaluate", empty, "--passport", "--html", page)
    assert ran.status == 0
    assert "No result of a gene that guidelines ask for." in ran.out
    assert "<p>No result of a gene.</p>" in page.read_text(encoding="utf-8")


def test_the_page_of_a_passport_tells_the_same_and_whom_it_is_for(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "p.html"
    assert run("evaluate", POOR, "--passport", "--now", NOW, "--html", page).status == 0
    text = page.read_text(encoding="utf-8")
    (gene,) = run("evaluate", POOR, "--passport", "--now", NOW, "--json").json["genes"]
    for word in (
        f"<h2>{gene['gene']}</h2>",
        gene["alleles"],
        gene["phenotype"],
        "<b>clopidogrel</b>",
        gene["date"][:10],
    ):
        assert word in text
    assert "does not replace clinical judgment" in text


def test_a_meaning_that_is_open_is_said_and_drugs_without_a_change_are_named() -> None:
    entries = (
        Entry("GENE1", {}, "*1/*999", "unknown-allele", resources=("Observation/1",)),
        Entry("GENE2", {"phenotype": "poor"}, silent=("drugtwo", "drugthree")),
    )
    text = passport_page(Passport(entries, "abc", NOW))
    assert "open: unknown allele" in text
    assert "No change: drugtwo, drugthree" in text
    assert "Observation/1" in text


def test_nothing_that_a_passport_was_told_becomes_markup_or_controls_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hostile = Entry(
        HOSTILE, {"phenotype": HOSTILE}, HOSTILE, table=HOSTILE, date=HOSTILE, laboratory=HOSTILE,
        resources=(HOSTILE,), drugs=(Matter(HOSTILE, HOSTILE, HOSTILE),), silent=(HOSTILE,),
    )  # fmt: skip
    made = Passport((hostile,), HOSTILE, HOSTILE)
    read = tags_of(passport_page(made))
    plain = Entry("G", {"phenotype": "x"}, "a", table="t", drugs=(Matter("d", "i", "s"),))
    calm = tags_of(passport_page(Passport((plain,), "", "")))
    assert read.tags == calm.tags
    assert "onload" not in read.attributes
    show_passport(screen(), made)
    assert "\x1b[31m" not in capsys.readouterr().out
