"""From findings to answers: one answer for each question that rules ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from pmcds.infer.blank import OF_WORDS, Blank, all_aside, is_blank, of_situation, remember, words_of
from pmcds.infer.carriers import either, split_subject, star_answer, typed_answer, variant_named
from pmcds.infer.claims import GeneEvidence, gather
from pmcds.infer.closed_world import OPEN, age, named_answer, sex, taken_for
from pmcds.infer.donors import by_donor
from pmcds.infer.evidence import Index, index, nothing_usable
from pmcds.infer.gene_answers import gene_answer
from pmcds.infer.lone import Lone, keep, lone_result, recalled
from pmcds.infer.measurements import biomarker, laboratory
from pmcds.infer.modulation import with_modifiers
from pmcds.infer.own_tables import by_own_table
from pmcds.infer.settle import Settled, settle
from pmcds.infer.tables import table_of
from pmcds.infer.variant_answers import variant_answer
from pmcds.model import words
from pmcds.model.answers import CLOSED_WORLD, Answer, Subject
from pmcds.model.findings import Reading
from pmcds.model.genes import Gene
from pmcds.terminology import Terms

Question = tuple[Subject, str | None]

_ON_A_LIST = CLOSED_WORLD - {"age", "sex", "taken_for"}
_GENE_KINDS = frozenset({"phenotype", "activity_score", "diplotype", "genotype"})


def infer(
    reading: Reading,
    questions: Iterable[Question],
    *,
    genes: Mapping[str, Gene],
    terms: Terms,
    now: datetime,
    blank: Blank | None = None,
) -> dict[Question, Answer]:
    """The answer to each question (subject, origin); origin is germline, somatic or None (any).

    Equal readings give equal answers, whatever the order of the input. Raises nothing that depends on the patient.
    `blank` keeps the answers that rest on nothing from one reading to the next, of the same genes and terms.
    """
    person = Person(reading, genes, terms, now, {} if blank is None else blank)
    return person.told(questions)


class Person:
    """One reading with what has been worked out from it so far; a gene is settled once for all its questions."""

    __slots__ = ("_aside", "_blank", "_genes", "_index", "_lone", "_orders", "_settled", "_sex", "_terms")

    def __init__(self, reading: Reading, genes: Mapping[str, Gene], terms: Terms, now: datetime, blank: Blank) -> None:
        self._genes = genes
        self._terms = terms
        self._orders = reading.orders
        self._index: Index = index(by_donor(reading, genes, terms, now), now)
        self._blank = of_situation(blank, self._index)
        self._aside = all_aside(self._index)
        self._settled: dict[str, tuple[GeneEvidence, Settled | None]] = {}
        self._lone: dict[str, Lone | None] = {}
        stated = sex(Subject("sex", ""), self._index)
        self._sex = str(stated.keys[0]) if stated.definite else None

    def told(self, questions: Iterable[Question]) -> dict[Question, Answer]:
        """The answers, which are known already where nothing was read about the subject."""
        known, index, aside = self._blank, self._index, self._aside
        nowhere = index.about.keys().isdisjoint
        answers = {}
        for question in questions:
            subject, origin = question
            kind, name = subject
            try:
                if (aside and nowhere(words_of(name))) if kind in OF_WORDS else is_blank(kind, name, index):
                    found = known.get(question)
                    if found is None:
                        found = self.answer(subject, origin)
                        remember(known, question, found)
                else:
                    found = self.answer(subject, origin)
            except Exception:  # a defect in one question never reaches the others (H58)
                # What is on a list or not may be either: a rule that asks for its absence must not take it for that.
                found = (
                    Answer(subject, OPEN, None, "internal-error")
                    if kind in _ON_A_LIST
                    else Answer(subject, (), words.UNREADABLE, "internal-error")
                )
            answers[question] = found
        return answers

    def answer(self, subject: Subject, origin: str | None) -> Answer:
        """What is known about one subject."""
        kind = subject.kind
        if kind in _GENE_KINDS:
            return self._of_gene(subject)
        if kind == "allele":
            return self._of_allele(subject)
        if kind == "variant":
            return variant_answer(subject, origin, self._genes, self._index)
        if kind == "laboratory":
            return laboratory(subject, self._index, self._terms)
        if kind == "biomarker":
            # A marker is measured in the tumor, whatever the rule asks besides it.
            return biomarker(subject, self._index, self._terms)
        if kind == "taken_for":
            return taken_for(subject, self._index, self._orders)
        if kind == "age":
            return age(subject, self._index)
        if kind == "sex":
            return sex(subject, self._index)
        return named_answer(subject, self._index, self._orders if kind == "medication" else ())

    def evidence(self, symbol: str) -> tuple[GeneEvidence, Settled | None]:
        """The claims about a gene of the gene files, and what they amount to."""
        if symbol not in self._settled:
            words_of = self._terms.phenotype_word
            gathered = gather(table_of(self._genes[symbol]), self._index, words_of, self._sex)
            self._settled[symbol] = gathered, settle(gathered)
        return self._settled[symbol]

    def _of_gene(self, subject: Subject) -> Answer:
        gene = self._genes.get(subject.name)
        if gene is None:
            return nothing_usable(subject, self._index, (), [subject.name])
        table = table_of(gene)
        symbol = table.gene.symbol
        if symbol not in self._lone:
            self._lone[symbol] = lone_result(self._index, symbol, self._sex)
        lone = self._lone[symbol]
        answer = recalled(self._blank, subject, lone) if lone is not None else None
        if answer is None:
            answer, stated = self._worked_out(subject, symbol)
            if lone is not None and stated:
                keep(self._blank, subject, lone, answer)
        if subject.kind not in ("phenotype", "activity_score"):
            return answer
        return with_modifiers(answer, table, self._index, self._orders)

    def _worked_out(self, subject: Subject, symbol: str) -> tuple[Answer, bool]:
        """The answer, and whether any result of the gene states something that can be used."""
        evidence, settled = self.evidence(subject.name)
        if settled is not None and symbol != subject.name and symbol in self._genes:
            settled = by_own_table(evidence, settled, self.evidence(symbol)[1])
        return gene_answer(subject, evidence, settled, self._index), settled is not None

    def _of_allele(self, subject: Subject) -> Answer:
        gene, allele = split_subject(subject.name, self._genes)
        if gene is None:
            return nothing_usable(subject, self._index, (), [subject.name])
        if gene.method == "listed-alleles":
            return typed_answer(subject, gene, allele, self._index)
        evidence, _ = self.evidence(gene.symbol)
        carried = star_answer(subject, evidence, allele, self._index)
        named = variant_named(gene, allele)
        if named is None:
            return carried
        change = variant_answer(Subject("variant", f"{gene.symbol} {named}"), "germline", self._genes, self._index)
        return either(carried, replace(change, subject=subject))
