"""Whether the sources that a tumor rule cites speak of its drug, its gene or marker and its tumor type.

The facts stand in cards/facts: numbers, dates and names, no text of a source. Drafts and retired rules may cite what
nobody has compared; an active rule may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from pmcds.errors import Problem
from pmcds.knowledge.compiling import populations_of
from pmcds.knowledge.conditions import as_list
from pmcds.knowledge.heads import ACTIVE
from pmcds.knowledge.yaml import Path, Source
from pmcds.terminology.tables import Table

LABEL, DECISION, PUBLICATION, WITHDRAWN = "label", "decision", "publication", "withdrawn"
# Numbers of drug applications and of device decisions, as titles of evidence give them.
_NUMBERS = ((LABEL, re.compile(r"\b(?:NDA|BLA)\d{6}\b")), (DECISION, re.compile(r"\b[PH]\d{6}(?:/S\d{3})?\b")))
_SYMBOL = re.compile(r"\b[A-Z][A-Z0-9]{2,}(?:-3[AB])?\b")
# Advice that recommends no treatment and speaks against none: what a guard may say without a label.
_NO_TREATMENT = frozenset({"test-first", "confirm-first", "measure-first", "inform", "no-recommendation", "refer"})
_SAYS_NOT = "not-indicated"
_TAKEN_BACK = "avoid"
# Months after which the label of an accelerated approval has to be looked at again (LINT-13).
OLD_LABEL = 36
_MEND = "cite a source that does, add its facts to cards/facts, or leave the rule a draft"


class Fact(NamedTuple):
    """One row: what one section of a source speaks about, in names of the cards."""

    number: str
    kind: str
    date: str
    drugs: frozenset[str]
    about: frozenset[str]
    tumors: frozenset[str]
    first: str
    notes: str


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """All rows by number of the source."""

    rows: Mapping[str, tuple[Fact, ...]]

    @classmethod
    def of(cls, tables: Iterable[str]) -> SourceFacts:
        """The rows of tables with the columns number, kind, date, drugs, about, tumors, first and notes."""
        found: dict[str, tuple[Fact, ...]] = {}
        for document in tables:
            table = Table.of(document)
            for row in table:
                cells = dict(zip(table.columns, row, strict=False))
                fact = Fact(
                    cells["number"], cells["kind"], cells["date"], _names(cells["drugs"]), _names(cells["about"]),
                    _names(cells["tumors"]), cells["first"], cells["notes"],
                )  # fmt: skip
                found[fact.number] = (*found.get(fact.number, ()), fact)
        return cls(found)

    def taken_back(self, drug: str, cancers: Sequence[str]) -> Fact | None:
        """The withdrawal of a drug, as a whole or for one of these tumor types."""
        for fact in self.rows.get(drug, ()):
            if fact.kind == WITHDRAWN and (not fact.tumors or fact.tumors & set(cancers)):
                return fact
        return None


def _names(cell: str) -> frozenset[str]:
    return frozenset(name for name in cell.split("; ") if name)


def citation_problems(source: Source, facts: SourceFacts, today: date) -> Iterator[Problem]:
    """What the cited sources do not say; nothing where no facts are known."""
    document: Mapping[str, Any] = source.value
    if document["status"] != ACTIVE or not facts.rows:
        return
    checked = _Checked(source, facts, today)
    yield from checked.withdrawn()
    if "cancer" in document["ask"]:
        yield from checked.citations()
        yield from checked.support()


class _Checked:
    """One active rule file beside the facts."""

    def __init__(self, source: Source, facts: SourceFacts, today: date) -> None:
        self.source = source
        self.facts = facts
        self.today = today
        self.document: Mapping[str, Any] = source.value
        ask = self.document["ask"]
        know = ask.get("know") or {}
        changes = as_list(know.get("variant") or [])
        genes = [name for text in changes for name in (text.partition(" ")[0], *_SYMBOL.findall(text))]
        self.markers = frozenset((*genes, *as_list(know.get("biomarker") or [])))
        self.cancers = as_list(ask.get("cancer") or [])
        self.advice = tuple(self._advice())
        self.asked = as_list(ask.get("drug") or [])
        self.drugs = frozenset((*self.asked, *(drug for _, _, drug in self._offered())))

    def _advice(self) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        several = "populations" in self.document
        for number, population in enumerate(populations_of(self.document)):
            start: Path = ("populations", number, "cases") if several else ("cases",)
            for place, case in enumerate(population["cases"]):
                stated = case.get("card", {}).get("advice", [])
                here = (*start, place, "card", "advice")
                for turn, one in enumerate(as_list(stated)):
                    yield (*here, turn) if isinstance(stated, list) else here, one

    def _offered(self) -> Iterator[tuple[Path, str, str]]:
        for path, advice in self.advice:
            for place, other in enumerate(advice.get("instead") or ()):
                yield (*path, "instead", place, "drug"), advice["action"], other["drug"]

    def withdrawn(self) -> Iterator[Problem]:
        """No drug and no use that was taken back is offered, or called within its label (LINT-10, CARD-49)."""
        for path, _, drug in self._offered():
            yield from self._taken_back(drug, path)
        if all(advice["action"] != _TAKEN_BACK for _, advice in self.advice):
            for drug in self.asked:
                yield from self._taken_back(drug, ("ask", "drug"))

    def _taken_back(self, drug: str, path: Path) -> Iterator[Problem]:
        fact = self.facts.taken_back(drug, self.cancers)
        if fact is not None:
            message = f"{drug} was taken back on {fact.date}: {fact.notes}"
            yield self.source.problem(path, message, "take it out, or retire the rule")

    def citations(self) -> Iterator[Problem]:
        """Each cited label names gene or marker, drug and tumor together (LINT-01 to LINT-04, LINT-06, LINT-13)."""
        for name, stated in self.document["evidence"].items():
            kind, number = numbered(stated)
            where: Path = ("evidence", name)
            rows = self.facts.rows.get(number, ())
            if kind == PUBLICATION:
                if any(row.notes != "supports" for row in rows):
                    yield self.source.problem(where, f"PMID {number} does not support what it is cited for", _MEND)
            elif kind is not None:
                yield from self._numbered(where, number, [row for row in rows if row.date == stated["date"]], rows)

    def _numbered(self, where: Path, number: str, dated: list[Fact], rows: Sequence[Fact]) -> Iterator[Problem]:
        if not rows:
            yield self.source.problem(where, f"nothing is known of {number}", _MEND)
        elif not dated:
            days = ", ".join(sorted({row.date for row in rows}))
            yield self.source.problem((*where, "date"), f"{number} is known as of {days}", "cite that date")
        elif not self._fitting(dated):
            named = " or ".join(sorted(self.markers)) or "the marker"
            message = f"{number} does not name {named}, a drug of the rule and its tumor type together"
            yield self.source.problem(where, message, _MEND)
        else:
            yield from self._age(where, self._fitting(dated))

    def _fitting(self, rows: Iterable[Fact]) -> list[Fact]:
        return [row for row in rows if self._speaks(row)]

    def _speaks(self, row: Fact) -> bool:
        about = not self.markers or bool(self.markers & row.about)
        if row.kind == DECISION:
            return about or bool(self.drugs & row.drugs) or "unread" in row.notes
        return about and bool(self.drugs & row.drugs) and bool(row.tumors & set(self.cancers))

    def _age(self, where: Path, rows: Sequence[Fact]) -> Iterator[Problem]:
        label = rows[0]
        if any("younger" in row.notes or (row.first and row.first > row.date) for row in rows):
            yield self.source.problem((*where, "date"), "the use is younger than the cited label", "cite a later label")
        day = date.fromisoformat(label.date)
        months = (self.today.year - day.year) * 12 + self.today.month - day.month - (self.today.day < day.day)
        if months > OLD_LABEL and not self.asked and any("accelerated" in row.notes for row in rows):
            message = f"an accelerated approval, and the label is {months} months old"
            yield self.source.problem((*where, "date"), message, "cite the current label")

    def support(self) -> Iterator[Problem]:
        """Every therapy has a label or two publications, and speaks no stronger than they do (EV-02, LINT-05)."""
        told = [numbered(stated) for stated in self.document["evidence"].values()]
        treats = [path for path, advice in self.advice if advice["action"] not in _NO_TREATMENT]
        if treats and all(kind == PUBLICATION for kind, _ in told) and len(set(told)) < 2:
            message = "one publication is not enough for a treatment"
            yield self.source.problem(("evidence",), message, "cite a label section, or a second publication", key=True)
        rows = [row for kind, number in told if kind in (LABEL, DECISION) for row in self.facts.rows.get(number, ())]
        speaking = self._fitting(rows)
        for drug in sorted(self.drugs) if speaking else ():
            if not any(drug in row.drugs for row in speaking):
                message = f"no cited label or decision speaks of {drug} for this use"
                yield self.source.problem(("evidence",), message, _MEND, key=True)
        excluded = any("excludes" in row.notes for row in rows if row.kind == LABEL)
        for path, advice in self.advice:
            if advice["action"] == _SAYS_NOT and not excluded:
                message = "no cited section says for whom the drug is not indicated"
                yield self.source.problem((*path, "action"), message, "action: consider-alternative, or cite it")


def numbered(stated: Mapping[str, Any]) -> tuple[str | None, str]:
    """Kind and number of a piece of evidence; None for a guideline or a page, which has no number."""
    for kind, form in _NUMBERS:
        number = form.search(stated.get("title", ""))
        if number is not None:
            return kind, number[0]
    if "pmid" in stated and "level" not in stated:
        return PUBLICATION, stated["pmid"]
    return None, ""
