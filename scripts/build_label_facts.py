"""Write cards/facts/sources.tsv: what the labels, test decisions and publications that tumor rules cite speak about.

    scripts/build_label_facts.py [DATA]      DATA as for scripts/check_labels.py

`pmcds check` compares every rule with this table (LINT-01 to LINT-05, LINT-07, LINT-10, LINT-13). No text of a source
is in it: numbers, dates, and which drug, gene or marker and tumor type of ours a section names. What was withdrawn
stands in `WITHDRAWN` below, each with the page it was read on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

import check_labels as labels

OUT = labels.CHECKOUT / "cards" / "facts" / "sources.tsv"
COLUMNS = ("number", "kind", "date", "drugs", "about", "tumors", "first", "notes", "where")
HEAD = """\
# What cited sources speak about, for `pmcds check`; written by scripts/build_label_facts.py, never by hand.
# Facts of US drug labels (section 1) and of FDA decisions on companion diagnostics, as read on 2026-11-26; publications
# as listed by CIViC (CC0-1.0, 2019-10). `drugs`, `about` and `tumors` are names of cards/, joined by "; ".
# first: first approval of the use. notes: accelerated = accelerated approval not known to be confirmed; excludes = the
# section says for whom the drug is not; younger = the use is younger than this label; unread = its text was not seen.
# kind withdrawn: drug or use taken back; without tumors: all uses.
"""
_FDA = "https://www.fda.gov/drugs/resources-information-approved-drugs/"
_LISTED = _FDA + "withdrawn-cancer-accelerated-approvals"
# (drug, date, tumor types or none for every use, reason, page)
WITHDRAWN = (
    ("mobocertinib", "2024-07-15", "", "approval withdrawn at the manufacturer's request",
     "https://regulations.justia.com/regulations/fedreg/2024/07/15/2024-15371.html"),
    ("infigratinib", "2024-05-16", "", "approval withdrawn at the manufacturer's request",
     _FDA + "withdrawn-fda-grants-accelerated-approval-infigratinib-metastatic-cholangiocarcinoma"),
    ("tazemetostat", "2026-03-09", "", "taken from the market by the manufacturer",
     "https://www.biospace.com/business/ipsen-pulls-cancer-drug-amid-risk-of-secondary-malignancies"),
    ("pralsetinib", "2023-06-29", "medullary thyroid", "use withdrawn by the manufacturer",
     "https://www.gene.com/media/statements/ps_062923"),
    ("atezolizumab", "2021-10-06", "breast", "accelerated approval of the use withdrawn", _LISTED),
    ("nivolumab", "2021-07-23", "hepatocellular", "accelerated approval of the use alone withdrawn", _LISTED),
)  # fmt: skip


class Names(NamedTuple):
    """Names of ours that the tumor rules use."""

    drugs: frozenset[str]
    markers: frozenset[str]
    cancers: frozenset[str]

    @classmethod
    def of(cls, rules: Iterable[labels.Rule]) -> Names:
        """The names in these rules."""
        every = list(rules)
        return cls(*(frozenset(name for rule in every for name in getattr(rule, part)) for part in cls._fields))


def rows_of(facts: labels.Facts, rules: Sequence[labels.Rule]) -> Iterator[tuple[str, ...]]:
    """Every row, unsorted: sources that a rule cites, and what was withdrawn."""
    names = Names.of(rules)
    cited = [source for rule in rules for source in rule.document["evidence"].values()]
    titles = " ".join(source.get("title", "") for source in cited)
    for row in facts.labels:
        if row["application"] in titles:
            yield _label(row, names)
    for row in facts.decisions:
        number = row["pma"] + (f"/{row['supplement']}" if row["supplement"] else "")
        if number in titles:
            yield _decision(number, row, names)
    pmids = {source["title"].removeprefix("CIViC EID") for source in cited if "pmid" in source}
    for name in sorted(pmids & set(facts.civic)):
        yield _publication(facts.civic[name], names)
    for drug, day, tumor, reason, page in WITHDRAWN:
        tumors = [name for name in facts.cancers if tumor and tumor in name]
        yield drug, "withdrawn", day, drug, "", _joined(tumors), "", reason, page


def _label(row: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    drugs = {*labels._ingredients(row), *row["other_drugs_named"]} & names.drugs
    told = set(row["tumor_terms_named"])
    tumors = [
        name
        for name in names.cancers
        if told & {word for part, said in labels.SITES.items() if part in name for word in said}
    ]
    excludes = (
        row[name] for name in ("excludes_wild_type_stated", "excludes_unknown_status_stated", "limitation_of_use")
    )
    notes = {
        "accelerated": row["accelerated_approval_stated"] and row["id"] not in labels.CONFIRMED_LATER,
        "excludes": any(excludes),
        "younger": any("approved after" in flag for flag in row["flags"]),
    }  # fmt: skip
    said = _joined(name for name, holds in notes.items() if holds)
    return (
        row["application"], "label", row["label_date"], _joined(drugs), _about(row["biomarkers_named"], names),
        _joined(tumors), row["first_approved"] or "", said, row["url"],
    )  # fmt: skip


def _decision(number: str, row: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    about, drugs = _about(row["genes_named"], names), _joined(set(row["drugs_named"]) & names.drugs)
    unread = "" if row["text_available"] else "unread"
    return number, "decision", row["decision_date"], drugs, about, "", "", unread, ""


def _publication(row: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    told = (row.get("drugs") or "").lower()
    supports = "supports" if row["evidence_direction"] == "Supports" else "does not support"
    drugs = _joined(name for name in names.drugs if name in told)
    where = f"https://pubmed.ncbi.nlm.nih.gov/{row['citation_id']}/"
    return row["citation_id"], "publication", "", drugs, _about([row["gene"]], names), "", "", supports, where


def _about(named: Iterable[str], names: Names) -> str:
    """Genes and markers of ours that these words of the source mean."""
    words = set(named)
    return _joined(marker for marker in names.markers if words & {marker, *labels.CALLED.get(marker, ())})


def _joined(names: Iterable[str]) -> str:
    return "; ".join(sorted(names))


def table(facts: labels.Facts, rules: Sequence[labels.Rule]) -> str:
    """The file: head, names of the columns, rows in order."""
    rows = sorted({"\t".join(part or "" for part in row) for row in rows_of(facts, rules)})
    return HEAD + "\n".join(("\t".join(COLUMNS), *rows)) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the table."""
    data = labels.data_directory(arguments[0] if arguments else None)
    if data is None:
        sys.stderr.write("no label facts found\n")
        return 2
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(table(labels.Facts(data), labels.read_rules()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
