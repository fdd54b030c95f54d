"""The 13 source attributes of a rule: who stands behind it, and what about the person it uses.

Those about the person are worked out from what the compiled rule asks for, never typed by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pmcds import engine
from pmcds.fhir.readset import OF_THE_PERSON, elements
from pmcds.knowledge import Knowledge
from pmcds.model.answers import Subject
from pmcds.model.rules import Rule

NOT_USED = "not used"
_GENE_KINDS = frozenset({"phenotype", "activity_score", "diplotype", "genotype", "allele"})
# Genes that a person has one or two copies of, by sex.
_BY_SEX = "x-copies"


@dataclass(frozen=True, slots=True)
class SourceAttribute:
    """One attribute: its name, its text, and for use of data the questions of the rule that use it."""

    name: str
    text: str
    because: tuple[str, ...] = ()


def read_set(rule: Rule, knowledge: Knowledge) -> dict[Subject, tuple[str, ...]]:
    """Every question that the rule asks, also through its genes, tumor types and drugs, with the elements read."""
    asked = dict.fromkeys((*rule.subjects, *engine.read_set(rule)))
    asked |= dict.fromkeys(Subject("ordered_with", name) for name in rule.drugs)
    for subject in tuple(asked):
        asked |= dict.fromkeys(_through_gene(subject, knowledge))
    return {subject: elements(subject.kind) for subject in asked}


def _through_gene(subject: Subject, knowledge: Knowledge) -> Iterator[Subject]:
    gene = knowledge.genes.get(subject.name) or knowledge.genes.get(subject.shown)
    if subject.kind not in _GENE_KINDS or gene is None:
        return
    if gene.method == _BY_SEX:
        yield Subject("sex", "")
    if subject.kind in ("phenotype", "activity_score"):
        yield from (Subject("medication", row["drug"]) for row in gene.extra.get("modulators", ()))


def source_attributes(rule: Rule, knowledge: Knowledge) -> tuple[SourceAttribute, ...]:
    """All 13, in the order of the certification criterion."""
    pack = knowledge.pack
    cited = "; ".join(f"{item.source}, {item.date} <{item.url}>" for item in rule.evidence.values())
    reviewed = f"reviewed {rule.reviewed.get('on', 'never')}, again {rule.reviewed.get('again', 'not planned')}"
    dates = f"released {pack.get('released')}, revised {pack.get('revised')}, {reviewed}"
    stated = (
        SourceAttribute("bibliographic_citation", cited),
        SourceAttribute("developer", str(pack.get("developer", ""))),
        SourceAttribute("funding", str(pack.get("funding", ""))),
        SourceAttribute("release_and_revision_dates", dates),
    )
    return (*stated, *_of_the_person(rule, knowledge))


def _of_the_person(rule: Rule, knowledge: Knowledge) -> Iterator[SourceAttribute]:
    read = read_set(rule, knowledge)
    listed = knowledge.pack.get("person", {})
    for name, marks in OF_THE_PERSON.items():
        named = frozenset(listed.get(name, ()))
        users = [s for s, paths in read.items() if set(paths) & set(marks) or s.shown in named]
        because = tuple(dict.fromkeys(f"{s.kind} {s.shown}".strip() for s in users))
        yield SourceAttribute(name, f"used: {', '.join(because)}" if because else NOT_USED, because)
