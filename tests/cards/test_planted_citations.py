"""Written after a planted fault that no test noticed: a rule cited the paper of another guideline."""

from __future__ import annotations

from collections import defaultdict

from tests.cards.files import load, rule_paths

# The rule about measured activity cites the guideline of 2018, the genotype rules its update.
SEVERAL = {"https://cpicpgx.org/guidelines/guideline-for-thiopurines-and-tpmt/": 2}


def test_rules_of_one_guideline_cite_one_paper() -> None:
    papers: dict[str, set[str]] = defaultdict(set)
    for path in rule_paths():
        for evidence in load(path)["evidence"].values():
            if evidence["source"] == "CPIC" and "pmid" in evidence:
                papers[evidence["url"]].add(evidence["pmid"])
    assert {url: pmids for url, pmids in papers.items() if len(pmids) > SEVERAL.get(url, 1)} == {}
