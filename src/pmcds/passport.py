"""The passport: each gene with a result, what it means by which table, and the drugs it matters for.

passport = pmcds.passport.passport(engine, bundle)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pmcds import fhir, infer
from pmcds.api import Engine
from pmcds.model import words
from pmcds.model.answers import Answer, Interval, Subject
from pmcds.model.cards import Card
from pmcds.model.genes import Gene
from pmcds.model.patient import Patient
from pmcds.result import Result

_KINDS = {"activity_score": ("activity_score", "phenotype"), "genotype": ("genotype",)}


@dataclass(frozen=True, slots=True)
class Matter:
    """One drug for which a gene of the passport matters, with the summary of its card."""

    drug: str
    indicator: str
    summary: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One gene (for typed alleles: one allele) of the passport.

    `alleles` is the diplotype in the table's words, `values` the phenotype and score; `problem` says why there is no
    value. `table` names the table and its date; `date` and `laboratory` are those of the result. `drugs` are those
    with a card for this result, `silent` those whose rules see no need for a change.
    """

    gene: str
    values: Mapping[str, str]
    alleles: str | None = None
    problem: str | None = None
    table: str | None = None
    date: str | None = None
    laboratory: str | None = None
    resources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    drugs: tuple[Matter, ...] = ()
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passport:
    """Every gene with a result, in order; `snapshot` is the knowledge it was made with."""

    entries: tuple[Entry, ...]
    snapshot: str
    made: str

    def to_dict(self) -> dict[str, Any]:
        """The passport as JSON values; members without a value are left out."""
        return {"made": self.made, "snapshot": self.snapshot, "genes": [_plain(entry) for entry in self.entries]}


def _plain(entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {"gene": entry.gene, **entry.values}
    for name in ("alleles", "problem", "table", "date", "laboratory"):
        if getattr(entry, name) is not None:
            row[name] = getattr(entry, name)
    row["resources"] = list(entry.resources)
    if entry.notes:
        row["notes"] = list(entry.notes)
    row["drugs"] = [{"drug": m.drug, "indicator": m.indicator, "summary": m.summary} for m in entry.drugs]
    row["no_change"] = list(entry.silent)
    return row


def passport(engine: Engine, source: Any, *, patient: str | None = None, now: datetime) -> Passport:
    """The passport of one patient's data; raises InputError as `Engine.evaluate` does."""
    if isinstance(source, Patient):
        source = fhir.bundle_of(source, now=now, terms=engine.terms)
    result = engine.evaluate(source, order=_drugs(engine), patient=patient, now=now)
    opened = fhir.open_input(source, limits=engine.settings.limits)
    context = fhir.ReadContext(
        terms=engine.terms,
        genes=engine.knowledge.genes,
        patient=patient or opened.patient,
        now=now,
        fhir_server=opened.fhir_server,
        policy=engine.settings.policy,
    )
    reading = fhir.read(opened, context, engine.readers)
    subjects = dict(_subjects(engine))
    asked = [(subject, "germline") for group in subjects.values() for subject in group]
    answers = infer.infer(reading, asked, genes=engine.knowledge.genes, terms=engine.terms, now=now)
    told = {name: [answers[(subject, "germline")] for subject in group] for name, group in subjects.items()}
    matters = _matters(engine, result)
    entries = (_entry(name, group, matters.get(name, {})) for name, group in told.items() if _is_told(group))
    return Passport(tuple(entries), result.snapshot, now.date().isoformat())


def _drugs(engine: Engine) -> list[str]:
    """Every drug with a rule that asks for a gene of the gene files."""
    named = {drug for rule in engine.active_rules() if _genes(engine, rule.subjects) for drug in rule.drugs}
    return sorted(named)


def _subjects(engine: Engine) -> Iterator[tuple[str, tuple[Subject, ...]]]:
    """(name of the entry, its questions) for each gene that guidelines ask for, by the usual table."""
    asked = {name for rule in engine.active_rules() for name in _genes(engine, rule.subjects)}
    for symbol, gene in engine.knowledge.genes.items():
        if gene.table is not None or symbol not in asked:
            continue
        if gene.key == "allele":
            for allele in gene.listed_alleles:
                name = f"{symbol}{allele}" if allele.startswith("*") else f"{symbol} {allele}"
                yield name, (Subject("allele", name),)
        else:
            kinds = (*_KINDS.get(gene.key, ("phenotype",)), "diplotype")
            yield symbol, tuple(Subject(kind, symbol) for kind in kinds if _can(gene, kind))


def _can(gene: Gene, kind: str) -> bool:
    return kind != "diplotype" or bool(gene.functions or gene.activity)


def _genes(engine: Engine, subjects: tuple[Subject, ...]) -> set[str]:
    found = set()
    for subject in subjects:
        head = subject.shown if subject.kind != "allele" else subject.shown.partition("*")[0].partition(" ")[0]
        if subject.kind in ("phenotype", "activity_score", "diplotype", "genotype", "allele"):
            found.add(head)
    return found & set(engine.knowledge.genes)


def _is_told(group: list[Answer]) -> bool:
    """A gene without any result, or one that may not be told, has no entry."""
    return any(answer.word not in (words.UNKNOWN, words.WITHHELD) and _is_there(answer) for answer in group)


def _is_there(answer: Answer) -> bool:
    return bool(answer.sources) or bool(answer.keys)


def _matters(engine: Engine, result: Result) -> dict[str, dict[str, Card | None]]:
    """For each entry its drugs: with the card that a rule about it gave, or None where its rules are silent."""
    rules = {rule.id: rule for rule in engine.active_rules()}
    cards = {line: card for card in result.cards if not card.notice for line in card.lines}
    found: dict[str, dict[str, Card | None]] = {}
    for line in result.ledger.orders:
        rule = rules.get(line.rule or "")
        if rule is None or line.drug is None or line.outcome not in (words.ALERT, words.CLEAR):
            continue
        card = cards.get((line.order, line.rule)) if line.outcome == words.ALERT else None
        for subject in rule.subjects:
            if subject.kind in ("phenotype", "activity_score", "diplotype", "genotype", "allele"):
                drugs = found.setdefault(subject.shown, {})
                drugs[line.drug] = drugs.get(line.drug) or card
    return found


def _entry(name: str, group: list[Answer], matters: Mapping[str, Card | None]) -> Entry:
    first = group[0]
    values = {a.subject.kind: _value(a) for a in group if a.subject.kind != "diplotype" and a.keys}
    diplotype = next((a for a in group if a.subject.kind == "diplotype" and a.keys), None)
    known = next((a for a in group if a.keys), first)
    laboratories = [source.laboratory for source in known.sources if source.laboratory]
    cards = {drug: card for drug, card in matters.items() if card is not None}
    return Entry(
        name,
        values,
        _value(diplotype) if diplotype is not None else None,
        first.reason if first.word is not None or len(first.keys) > 1 else None,
        next((a.table for a in group if a.table), None),
        known.date,
        laboratories[0] if laboratories else None,
        tuple(dict.fromkeys(source.resource for answer in group for source in answer.sources)),
        tuple(dict.fromkeys(note for answer in group for note in answer.notes)),
        tuple(Matter(drug, card.indicator, card.summary) for drug, card in sorted(cards.items())),
        tuple(sorted(drug for drug, card in matters.items() if card is None)),
    )


def _value(answer: Answer) -> str:
    words_of = {"present": "positive", "absent": "negative"} if answer.subject.kind == "allele" else {}
    keys = [key for key in answer.keys if not isinstance(key, Interval)]
    return " or ".join(words_of.get(key, key) for key in keys)
