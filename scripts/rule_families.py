"""The table of rules by family: status, citations, how many of them are verified, and why each draft is one.

    scripts/rule_families.py [--write]      with --write the tables in docs/evidence/biomarkers.md are replaced

A citation is verified if its number and date stand in cards/facts/sources.tsv, or if it is a publication that stands
there as supporting. Other citations (guidelines, pages, labels of other families) were read by those who wrote the
rule and are counted apart.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

CHECKOUT = Path(__file__).resolve().parents[1]
CARDS, PAGE = CHECKOUT / "cards", CHECKOUT / "docs" / "evidence" / "biomarkers.md"
FAMILIES = ("tumor", "germline", "laboratory")
_NUMBER = re.compile(r"\b(?:NDA|BLA)\d{6}\b|\b[PH]\d{6}(?:/S\d{3})?\b")
_REASON = re.compile(r"(?:Why draft|Draft|Retired, never active): (.*)", re.DOTALL)
_DRAFT_IDS = re.compile(r"^Draft: [A-Z0-9-]+(?:, [A-Z0-9-]+)*(?: \([^)]*\))?$")


class Rule(NamedTuple):
    """A rule file: id, status, citations with whether they are verified, and the reason of a draft."""

    id: str
    status: str
    cited: int
    verified: int
    reason: str

    @property
    def group(self) -> str:
        """The folder below the family."""
        return self.id.split("/")[1]


def known() -> set[tuple[str, str]]:
    """(number, date) of every source with facts; publications have no date."""
    rows = (line.split("\t") for line in (CARDS / "facts" / "sources.tsv").read_text(encoding="utf-8").splitlines())
    return {(row[0], row[2]) for row in rows if len(row) > 7 and row[7] != "does not support"}


def rules(family: str) -> list[Rule]:
    """The rules of a family in order of their ids."""
    facts, found = known(), []
    for path in sorted((CARDS / family).rglob("*.yaml")):
        if not path.name.endswith(".test.yaml"):
            text = path.read_text(encoding="utf-8")
            rule = yaml.load(text, Loader=yaml.CBaseLoader)
            verified = sum(_is_verified(stated, facts) for stated in rule["evidence"].values())
            found.append(Rule(rule["rule"], rule["status"], len(rule["evidence"]), verified, _reason(text)))
    return found


def _is_verified(stated: Mapping[str, Any], facts: set[tuple[str, str]]) -> bool:
    number = _NUMBER.search(stated.get("title", ""))
    if number is not None:
        return (number[0], stated["date"]) in facts
    return (stated.get("pmid", ""), "") in facts


def _reason(text: str) -> str:
    """What the comment at the head of the file says about why it is no active rule."""
    lines = [line[1:].strip() for line in text.splitlines()[1:12] if line.startswith("#")]
    told = " ".join(line for line in lines if not _DRAFT_IDS.fullmatch(line))
    found = _REASON.search(told)
    return " ".join(found[1].split()) if found else ""


def table(family: str) -> str:
    """The tables of one family in Markdown."""
    return "\n".join(_lines(family)) + "\n"


def _lines(family: str) -> Iterator[str]:
    every = rules(family)
    groups = list(dict.fromkeys(rule.group for rule in every))
    yield "| family | active | draft | retired | citations | of these verified |"
    yield "|---|---|---|---|---|---|"
    for name in groups:
        yield _row(f"{family}/{name}", [rule for rule in every if rule.group == name])
    yield _row("**all**", every)
    waiting = [rule for rule in every if rule.status != "active"]
    if waiting:
        yield ""
        yield "| not active | state | why |"
        yield "|---|---|---|"
        yield from (f"| `{rule.id}` | {rule.status} | {rule.reason} |" for rule in waiting)


def _row(name: str, group: Sequence[Rule]) -> str:
    states = [sum(rule.status == state for rule in group) for state in ("active", "draft", "retired")]
    cells = [name, *states, sum(rule.cited for rule in group), sum(rule.verified for rule in group)]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def written(page: str, families: Sequence[str] = FAMILIES) -> str:
    """The page with the tables of these families."""
    for family in families:
        start, end = f"<!-- table: {family} -->\n", f"<!-- end: {family} -->"
        head, found, rest = page.partition(start)
        if found:
            page = f"{head}{start}{table(family)}{end}{rest.partition(end)[2]}"
    return page


def main(arguments: Sequence[str]) -> int:
    """Print the tables, or write them into the page."""
    if "--write" in arguments:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        return 0
    sys.stdout.write("\n".join(table(family) for family in FAMILIES))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
