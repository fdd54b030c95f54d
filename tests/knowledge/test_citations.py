"""`pmcds check` compares what active tumor rules cite with the facts that ship with the cards."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from pmcds.check import check
from pmcds.errors import Problem
from pmcds.knowledge import Knowledge
from pmcds.knowledge.citations import SourceFacts, citation_problems
from pmcds.knowledge.files import Files, _Typings, collect
from pmcds.knowledge.yaml import read_yaml
from tests.cards.files import CARDS, CHECKOUT
from tests.knowledge.cards import checked, with_rule
from tests.shared import SHARED, needs_shared

TODAY = date(2026, 11, 26)
RET = "tumor/lung/ret-fusion"
Change = tuple[str, str]


@lru_cache(maxsize=1)
def facts() -> SourceFacts:
    return SourceFacts.of(path.read_text(encoding="utf-8") for path in sorted((CARDS / "facts").glob("*.tsv")))


@lru_cache(maxsize=1)
def files() -> Files:
    return collect(CARDS, tests=False, shown="cards")


def problems(rule: str, *changes: Change, today: date = TODAY) -> list[str]:
    """What is said of a rule file with texts replaced; each must be there."""
    text = (CARDS / f"{rule}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    source, wrong = read_yaml(text.encode(), f"{rule}.yaml", f"{rule}.yaml")
    assert source is not None, wrong
    return [str(problem) for problem in citation_problems(_Typings().typed(source), facts(), today)]


def test_every_active_rule_is_borne_out_by_the_facts_that_ship() -> None:
    found: list[Problem] = []
    for source in files().of_kind("rule"):
        found += citation_problems(source, facts(), TODAY)
    assert [str(problem) for problem in found] == []


def test_the_facts_are_of_sources_with_number_and_date() -> None:
    rows = [row for group in facts().rows.values() for row in group]
    assert len(rows) > 300
    for row in rows:
        assert row.number
        assert row.kind in ("label", "decision", "publication", "withdrawn")
        assert row.kind == "publication" or date.fromisoformat(row.date)


LUNG = "[non-small cell lung cancer]"
FAULTS: dict[str, tuple[Change, str]] = {
    "lint_01_another_gene": (("[RET fusion]", "[ALK fusion]"), "does not name ALK"),
    "lint_02_another_drug": (("{drug: pralsetinib}", "{drug: sunvozertinib}"), "speaks of sunvozertinib"),
    "lint_03_another_tumor": ((LUNG, "[breast cancer]"), "tumor type together"),
    "lint_04_another_date": (('"2024-09-27"', '"2018-01-01"'), "NDA213246 is known as of 2024-09-27"),
    "lint_04_another_number": (("NDA213246", "NDA999999"), "nothing is known of NDA999999"),
    "lint_05_stronger_than_the_label": (("{action: indicated,", "{action: not-indicated,"), "is not indicated"),
    "lint_10_withdrawn": (("{drug: pralsetinib}", "{drug: mobocertinib}"), "mobocertinib was taken back"),
}
# Errors that stood in public tables (biomarkers.md 6.3).
ITD = "[FLT3 internal tandem duplication or kinase domain mutation]"
PUBLIC: dict[str, tuple[str, Change]] = {
    "midostaurin by CDK12": ("tumor/leukemia/flt3-midostaurin", (ITD, "[CDK12 pathogenic variant]")),
    "imatinib in GIST by a fusion": ("tumor/gist/cd117", ("biomarker: [CD117]", "variant: [PDGFRA fusion]")),
    "datopotamab in breast cancer": ("tumor/lung/egfr-datopotamab", (LUNG, "[breast cancer]")),
    "the ingredient of another brand": (
        "tumor/lung/erbb2-kinase-domain",
        ("{drug: zongertinib}", "{drug: sunvozertinib}"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_noticed(fault: str) -> None:
    change, said = FAULTS[fault]
    assert problems(RET) == []
    assert any(said in problem for problem in problems(RET, change)), problems(RET, change)


@pytest.mark.parametrize("fault", PUBLIC)
def test_section_6_3_an_error_of_a_public_table_would_be_noticed(fault: str) -> None:
    rule, change = PUBLIC[fault]
    assert problems(rule) == []
    assert problems(rule, change)


def test_lint_10_a_withdrawn_use_is_offered_for_no_tumor_type_of_it() -> None:
    rule = "tumor/thyroid/ret-mutation"
    added = ("{drug: selpercatinib}", "{drug: selpercatinib}, {drug: pralsetinib}")
    assert problems(rule) == []
    assert any("pralsetinib was taken back on 2023-06-29" in problem for problem in problems(rule, added))
    assert not any("taken back" in problem for problem in problems(RET)), "for lung cancer it was not"


def test_lint_10_holds_for_rules_of_every_family() -> None:
    named = ("[obinutuzumab, rituximab]", "[obinutuzumab, infigratinib]")
    assert any("taken back" in one for one in problems("laboratory/hepatitis-b/anti-cd20", named))


def test_card_49_a_rule_may_say_that_an_ordered_drug_was_taken_back() -> None:
    order = "tumor/lung/order-ret-inhibitors"
    named = ("[selpercatinib, pralsetinib]", "[selpercatinib, mobocertinib]")
    assert any("taken back" in one for one in problems(order, named))
    warned = ("{action: consider-alternative}", "{action: avoid}")
    assert not any("taken back" in one for one in problems(order, named, warned))


def test_ev_02_one_publication_is_not_enough_for_a_treatment() -> None:
    one = """\
rule: tumor/lung/one
title: One publication
status: active
version: 1
reviewed: {on: "2026-01-01", again: "2027-01-01", by: pending clinical review}
why: For the test.
evidence:
  paper: {source: A journal, pmid: "1", date: "2013", url: "https://pubmed.ncbi.nlm.nih.gov/1/"}
ask: {hooks: [patient-view], cancer: non-small cell lung cancer, origin: somatic, know: {variant: EGFR p.Thr790Met}}
cases:
  - case: present
    if: {variant: {EGFR p.Thr790Met: present}}
    card: {indicator: info, advice: {action: resistant}, because: [paper]}
  - case: rest
    silent: nothing
"""
    source, _ = read_yaml(one.encode(), "tumor/lung/one.yaml", "tumor/lung/one.yaml")
    assert source is not None
    said = [str(problem) for problem in citation_problems(_Typings().typed(source), facts(), TODAY)]
    assert any("one publication is not enough" in problem for problem in said)


def test_lint_13_an_accelerated_approval_ages() -> None:
    accelerated = [
        name
        for name in (
            "tumor/lung/ret-fusion",
            "tumor/any/ret-fusion",
            "tumor/any/her2-ihc-3",
            "tumor/biliary/her2-ihc-3",
        )
        if any("accelerated approval" in one for one in problems(name, today=date(2029, 11, 26)))
    ]
    assert accelerated


def test_a_draft_may_cite_what_nobody_has_compared() -> None:
    assert problems(RET, ("status: active", "status: draft"), ("NDA213246", "NDA999999")) == []


def test_pmcds_check_runs_it_with_line_and_mend(tmp_path: Path) -> None:
    """The whole check of a folder, with facts of its own beside it."""
    columns = "number kind date drugs about tumors first notes where".replace(" ", "\t")
    table = f"{columns}\ndrugtwo\twithdrawn\t2026-01-01\tdrugtwo\t\t\t\ttaken off\t-\n"
    report = checked(tmp_path, {**with_rule(), "facts/sources.tsv": table})
    found = [problem for problem in report.problems if "taken back" in problem.message]
    assert len(found) == 1
    assert found[0].line > 0
    assert found[0].mend
    assert report.counts["tables of sources"] == 1


def test_facts_are_for_the_check_and_decide_nothing() -> None:
    documents = {"facts/sources.tsv": "number\tkind\n"}
    assert Knowledge.from_docs(documents).snapshot == Knowledge.from_docs({"facts/sources.tsv": "number\n"}).snapshot


def _script() -> Callable[[], str]:
    name = "build_label_facts"
    spec = importlib.util.spec_from_file_location(name, CHECKOUT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert SHARED is not None
    labels = module.labels
    return lambda: str(module.table(labels.Facts(SHARED / "data" / "biomarkers"), labels.read_rules()))


@needs_shared
def test_the_table_is_what_the_script_writes_from_the_data() -> None:
    assert (CARDS / "facts" / "sources.tsv").read_text(encoding="utf-8") == _script()()


def test_the_bundled_cards_are_checked_with_these_facts() -> None:
    assert check.__module__ == "pmcds.check.checking"
    assert Knowledge.bundled().facts.rows.keys() == facts().rows.keys()
