"""Citations are those of the reference data, and each card cites the source that says what it says."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.cards.knowledge import active, many, offered
from tests.cards.test_labels import script
from tests.shared import SHARED, needs_shared

# The dosing charts of the guideline of 2017 are no rows of the data.
CHARTS = "pharmacogenomics/warfarin/cpic"


@cache
def rows(name: str) -> tuple[dict[str, Any], ...]:
    assert SHARED is not None
    return tuple(json.loads(line) for line in (SHARED / "data/pgx" / name).read_text(encoding="utf-8").splitlines())


def cited(source: str) -> Iterator[tuple[dict[str, Any], str, dict[str, str]]]:
    """(rule, drug, citation) of every active rule that cites the source."""
    for rule in active():
        if rule.family == "pharmacogenomics":
            for citation in rule.document["evidence"].values():
                if citation["source"] == source:
                    yield from ((dict(rule.document), drug, citation) for drug in rule.drugs)


@needs_shared
def test_a_cpic_citation_has_the_date_paper_and_level_of_the_rows_of_its_drug() -> None:
    dates, papers, levels = defaultdict(set), defaultdict(set), defaultdict(set)
    for row in (*rows("recommendations.jsonl"), *rows("thiopurines_2025.jsonl")):
        dates[row["drug"]].add(row["as_of"])
        papers[row["drug"]].add(row.get("pmid"))
        for level in row.get("levels", {}).values():
            levels[row["drug"]].add(level["cpic_level"])
            papers[row["drug"]].update((level["pmids"] or "").split(";"))
    checked = 0
    for rule, drug, citation in cited("CPIC"):
        if rule["rule"] == CHARTS:
            continue
        checked += 1
        assert dates[drug] == {citation["date"]}, rule["rule"]
        known = papers[drug] - {None, ""}
        assert citation.get("pmid") in (known or {None}), rule["rule"]
        assert not levels[drug] or citation["level"] in levels[drug], rule["rule"]
        assert drug in citation["title"] or "volatile anesthetics" in citation["title"], rule["rule"]
    assert checked > 75


def test_a_citation_of_a_guideline_names_the_genes_that_its_rule_asks_for() -> None:
    for source in ("CPIC", "DPWG"):
        for rule, _, _ in cited(source):
            titles = " ".join(one["title"] for one in rule["evidence"].values() if one["source"] == source)
            for subjects in rule["ask"]["know"].values():
                for subject in many(subjects):
                    assert re.split(r"[* ]", subject)[0] in titles, (rule["rule"], subject)


@needs_shared
def test_a_dpwg_citation_is_the_annotation_of_its_drug_and_gene() -> None:
    known = defaultdict(set)
    for row in rows("dpwg.jsonl"):
        known[row["drug"], row["guideline"]].add((row["as_of"], *sorted(row["genes"])))
    for rule, drug, citation in cited("DPWG"):
        found = known[drug, citation["url"].rpartition("/")[2]]
        assert found, (rule["rule"], citation)
        for date, *genes in found:
            assert date == citation["date"], rule["rule"]
            assert all(gene in citation["title"] for gene in genes), rule["rule"]
        assert citation["section"] == "as annotated by ClinPGx, CC BY-SA 4.0, facts only", rule["rule"]


@needs_shared
def test_a_card_for_one_gene_of_several_cites_the_guidance_on_that_gene() -> None:
    genes_of: dict[str, set[str]] = {row["guideline"]: set(row["genes"]) for row in rows("dpwg.jsonl")}
    checked = 0
    for rule in active():
        for population, case in rule.cases():
            gene = (population or "").partition("*")[0]
            for name in many(case.get("card", {}).get("because")):
                citation = rule.document["evidence"][name]
                if citation["source"] == "DPWG" and population is not None:
                    checked += 1
                    assert gene in genes_of[citation["url"].rpartition("/")[2]], (rule.id, case["case"])
    assert checked > 30


@needs_shared
def test_an_fda_citation_has_section_and_date_of_the_table_and_annotations() -> None:
    sections, annotations = defaultdict(set), defaultdict(set)
    for row in rows("fda.jsonl"):
        if row["source"] == "FDA-association":
            sections[row["drug"]].add((f"section {row['section']}", row["as_of"]))
        if row["source"] == "FDA-label":
            annotations[row["drug"]].add((row["annotation_id"], row["as_of"]))
    for rule, drug, citation in cited("FDA"):
        assert (citation["section"], citation["date"]) in sections[drug], rule["rule"]
    for rule, drug, citation in cited("FDA label"):
        number = citation["url"].rpartition("/")[2]
        assert (number, citation["date"]) in annotations[drug], (rule["rule"], citation)
        assert number in citation["title"], rule["rule"]


def test_a_card_cites_the_source_that_its_rule_is_of() -> None:
    """What a rule of one source says never rests on another one."""
    named = {"cpic": "CPIC", "dpwg": "DPWG", "fda": "FDA"}
    for rule in active():
        if rule.family == "pharmacogenomics":
            for _, case in rule.cases():
                because = many(case.get("card", {}).get("because"))
                sources = {rule.document["evidence"][name]["source"] for name in because}
                assert sources <= {named[rule.source]}, (rule.id, case["case"])


def _tumor_cards() -> Iterator[tuple[Any, dict[str, Any], list[dict[str, str]]]]:
    for rule in script().read_rules():
        if rule.active and rule.drafts:
            for case in rule.cases():
                names = many(case.get("card", {}).get("because"))
                if names:
                    yield rule, case, [rule.document["evidence"][name] for name in names]


@cache
def _label_drugs() -> dict[str, set[str]]:
    """By application number: the drugs that the label is of, and that its section 1 names."""
    assert SHARED is not None
    found: dict[str, set[str]] = defaultdict(set)
    for row in script().Facts(SHARED / "data" / "biomarkers").labels:
        found[row["application"]] |= {*script()._ingredients(row), *row["other_drugs_named"]}
    return found


@needs_shared
def test_a_label_is_cited_with_the_date_section_and_address_of_the_facts() -> None:
    assert SHARED is not None
    labels = script().Facts(SHARED / "data" / "biomarkers").labels
    known = {(row["application"], row["label_date"], row["section"], row["url"]) for row in labels}
    counted = 0
    for rule in active():
        for citation in rule.document["evidence"].values():
            number = re.search(r"(?:NDA|BLA)\d{6}", citation["title"])
            if number:
                counted += 1
                stated = (number[0], citation["date"], citation.get("section"), citation["url"])
                assert stated in known, (rule.id, stated)
    assert counted > 220


def test_a_page_that_several_rules_cite_has_one_date_and_one_paper() -> None:
    dates, papers = defaultdict(set), defaultdict(set)
    for rule in active():
        for citation in rule.document["evidence"].values():
            dates[citation["url"]].add(citation["date"])
            papers[citation["url"]].add(citation.get("pmid"))
            number = re.fullmatch(r"https://pubmed\.ncbi\.nlm\.nih\.gov/(\d+)/?", citation["url"])
            assert number is None or number[1] in citation.get("pmid", citation["title"]), (rule.id, citation)
            assert re.search(r"ACMG SF (?!v3\.1\b)", citation["title"]) is None, rule.id
    for url, found in dates.items():
        longest = max(found, key=len)  # "2022-12" and "2022-12-16" are one date
        assert all(longest.startswith(one) for one in found), url
    assert {url for url, found in papers.items() if len(found) > 1} == set()


@needs_shared
def test_each_drug_that_a_tumor_card_offers_is_of_a_label_that_the_card_cites() -> None:
    checked = 0
    for rule, case, citations in _tumor_cards():
        text = " ".join(one.get("title", "") for one in citations)
        of_labels = {drug for number in re.findall(r"(?:NDA|BLA)\d{6}", text) for drug in _label_drugs()[number]}
        for drug in offered(case):
            checked += 1
            assert drug in of_labels, (rule.path, case["case"], drug)
    assert checked > 100


@needs_shared
def test_each_label_that_a_tumor_card_cites_is_of_a_drug_that_the_rule_is_about() -> None:
    for rule, case, citations in _tumor_cards():
        about = {*offered(case), *many(rule.document["ask"].get("drug"))}
        for citation in citations:
            for number in re.findall(r"(?:NDA|BLA)\d{6}", citation.get("title", "")):
                assert not about or about & _label_drugs()[number], (rule.path, case["case"], citation["title"])


# Sections that the record above the rule does not number: contraindications are always section 4 of a US label.
NOT_NUMBERED = {"4", "2.4"}


def test_a_section_of_a_label_is_one_that_was_read() -> None:
    counted = 0
    for rule in active():
        if rule.family in ("germline", "laboratory"):
            head = " ".join(line for line in rule.path.read_text(encoding="utf-8").splitlines() if line.startswith("#"))
            for citation in rule.document["evidence"].values():
                for number in re.findall(r"\d[\d.]*\d|\d", citation.get("section", "")):
                    counted += 1
                    assert number in head or number in NOT_NUMBERED, (rule.id, number)
    assert counted > 10
