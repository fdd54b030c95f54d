"""What tumor rules keep beyond their citations (LINT-07 to LINT-14, EV-01 to EV-08, REG-01 to REG-23)."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from pmcds.knowledge import Knowledge
from tests.cards.files import CARDS, cases_of, load, rule_paths, texts
from tests.shared import SHARED, needs_shared

TUMOR = [path for path in rule_paths() if path.is_relative_to(CARDS / "tumor")]
ACTIVE = [path for path in TUMOR if load(path)["status"] == "active"]
WORDS = ("unknown", "indeterminate")


def name(path: Path) -> str:
    return path.relative_to(CARDS).as_posix().removesuffix(".yaml")


def many(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


@lru_cache(maxsize=1)
def drafts() -> dict[str, dict[str, Any]]:
    assert SHARED is not None
    file = SHARED / "data" / "biomarkers" / "rules" / "tumor_rules_draft.jsonl"
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {row["rule_id"]: row for row in rows}


@lru_cache(maxsize=1)
def cancers() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((CARDS / "terms/cancers.yaml").read_text(encoding="utf-8"), yaml.CBaseLoader)[
        "cancers"
    ]
    return found


@needs_shared
def test_lint_08_what_holds_for_one_drug_of_a_rule_is_said_beside_that_drug() -> None:
    """A condition of one drug (line, age, score) stands with it in the text, or the drug has a rule of its own."""
    silent = []
    for path in ACTIVE:
        text = path.read_text(encoding="utf-8")
        rule = load(path)
        if "drug" in rule["ask"] or len(list(cases_of(rule))) == 0:
            continue
        for draft in re.findall(r"^# Draft: ([A-Z0-9-]+)", text, re.MULTILINE):
            conditions = drafts().get(draft, {}).get("therapy_conditions", {})
            offered = {
                o["drug"]
                for _, c in cases_of(rule)
                for a in many(c.get("card", {}).get("advice"))
                for o in a.get("instead", [])
            }
            several = {drug for drug in conditions if drug.split("+")[0] in offered}
            if len({json.dumps(conditions[drug], sort_keys=True) for drug in several}) < 2:
                continue  # one condition for all of them
            if len(offered) > 1 and several and "(" not in " ".join(texts([c.get("card") for _, c in cases_of(rule)])):
                silent.append((name(path), sorted(several)))
    assert silent == [], silent


# Tree roots that a tumor type means as a whole, with everything below.
MEANT_ROOTS = {"lung cancer": "LUNG", "cervical cancer": "CERVIX"}


def test_lint_09_nodes_exist_and_no_tree_root_is_meant_by_accident() -> None:
    nodes = {}
    for line in (CARDS / "terms/oncotree.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, parent = (*line.split("\t"), "", "")[:3]
            nodes[code] = parent
    named = {cancer for path in TUMOR for cancer in many(load(path)["ask"].get("cancer"))}
    for cancer in sorted(named):
        entry = cancers()[cancer]
        for node in many(entry.get("oncotree")):
            if node.startswith("*"):
                continue
            assert node in nodes, (cancer, node)
            root = nodes[node] in ("", "TISSUE")
            assert not root or MEANT_ROOTS.get(cancer) == node, (cancer, node)


@pytest.mark.parametrize("path", ACTIVE, ids=name)
def test_lint_12_every_biomarker_has_a_case_for_not_tested(path: Path) -> None:
    rule = load(path)
    know = rule["ask"].get("know") or {}
    asked = {subject for kind in ("variant", "biomarker") for subject in many(know.get(kind))}
    unknown = {subject for _, case in cases_of(rule) for subject in _named(case.get("if") or {}, "unknown")}
    exempt = {
        subject for _, case in cases_of(rule) if "silent" in case for subject in _named(case.get("if") or {}, "present")
    }
    # A result that only narrows an exception needs no case of its own: without it the exception does not hold.
    assert asked - unknown - exempt - NARROWS.get(name(path), set()) == set()


# What narrows a card to fewer options; without a result the card is that of the other result.
NARROWS = {"tumor/lung/egfr-common": {"EGFR p.Thr790Met"}}


def _named(condition: Any, value: str) -> set[str]:
    found: set[str] = set()
    for kind, stated in condition.items() if isinstance(condition, dict) else ():
        if kind in ("any", "all"):
            for part in stated:
                found |= _named(part, value)
        elif kind in ("variant", "biomarker"):
            found |= {subject for subject, values in stated.items() if value in many(values)}
    return found


@needs_shared
def test_lint_14_each_drug_of_a_rule_has_the_code_that_the_draft_checked() -> None:
    """The ingredient code is that of the draft rows that were confirmed against a second list."""
    terms = Knowledge.bundled().terms
    wanted = {
        drug: codes["rxcui"]
        for row in drafts().values()
        for drug, codes in (row["drug_codes"] or {}).items()
        if codes.get("rxcui_checked") and codes.get("rxcui")
    }
    assert len(wanted) >= 10
    for drug, codes in wanted.items():
        term = terms.drug(drug)
        assert term is not None, drug
        assert {code for _, code, *_ in term.codes} & set(codes), drug


def test_lint_14_each_marker_of_a_rule_is_read_by_a_code_or_by_name_only() -> None:
    terms = Knowledge.bundled().terms
    markers = {m for path in ACTIVE for m in many((load(path)["ask"].get("know") or {}).get("biomarker"))}
    combined = set(terms.markers["markers"])
    without = {m for m in markers - combined if not terms.question_codes("biomarker", m)}
    # Scores of a marker ("PD-L1 TPS") are read under the codes of the marker.
    assert {m for m in without if not terms.question_codes("biomarker", m.rpartition(" ")[0])} == set()


@pytest.mark.parametrize("path", ACTIVE, ids=name)
def test_ev_01_every_card_has_a_label_a_decision_or_publications(path: Path) -> None:
    rule = load(path)
    for _, case in cases_of(rule):
        for cited in case.get("card", {}).get("because", []):
            stated = rule["evidence"][cited]
            numbered = re.search(r"\b(NDA|BLA)\d{6}\b|\b[PH]\d{6}\b", stated.get("title", ""))
            assert numbered or "pmid" in stated or stated["url"].startswith("https://"), cited


def test_ev_05_only_pubmed_numbers_are_pmids() -> None:
    for path in ACTIVE:
        for stated in load(path)["evidence"].values():
            if "pmid" in stated:
                assert stated["url"].endswith(f"/{stated['pmid']}/"), path


def test_ev_06_and_card_47_no_closed_guideline_is_quoted() -> None:
    for path in TUMOR:
        assert not re.search(r"\bNCCN\b|CredibleMeds", path.read_text(encoding="utf-8")), path


def test_ev_08_the_withdrawn_list_names_reason_date_and_page() -> None:
    rows = [line.split("\t") for line in (CARDS / "facts/sources.tsv").read_text(encoding="utf-8").splitlines()]
    withdrawn = {row[0]: row for row in rows if len(row) > 8 and row[1] == "withdrawn"}
    assert {"mobocertinib", "infigratinib", "tazemetostat"} <= set(withdrawn)
    for row in withdrawn.values():
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", row[2])
        assert row[7]
        assert row[8].startswith("https://")


@pytest.mark.parametrize("path", rule_paths(), ids=name)
def test_reg_every_rule_carries_the_regulatory_fields(path: Path) -> None:
    stated = load(path)["regulatory"]
    assert stated["intended_user"] == "clinician"
    assert stated["time_critical"] == stated["directive"] == "false"
    assert stated["input_kind"]


def test_reg_01_and_reg_02_the_examples_are_those_of_the_family() -> None:
    for path in ACTIVE:
        stated = load(path)["regulatory"]
        if "liquid-biopsy" in path.parts:
            assert "non_device_basis" not in stated, "REG-08: a guard claims nothing"
        else:
            assert "A.3a" in stated["non_device_basis"]
            assert stated["device_examples_checked"] == ["C.17"]


def test_reg_10_no_card_speaks_to_patients() -> None:
    for path in TUMOR:
        for _, case in cases_of(load(path)):
            assert not re.search(r"\b(you|your)\b", " ".join(texts(case.get("card", {}))), re.IGNORECASE), path
