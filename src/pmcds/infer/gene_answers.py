"""Answers about one gene: phenotype, activity score, diplotype, genotype."""

from __future__ import annotations

from collections.abc import Iterable

from pmcds.infer.claims import Claim, GeneEvidence
from pmcds.infer.evidence import (
    GERMLINE_BY_KIND,
    Index,
    State,
    date_of,
    is_withheld,
    nothing_usable,
    ordered_again,
    sources_of,
)
from pmcds.infer.methods import Meaning
from pmcds.infer.settle import MISMATCH, Settled
from pmcds.infer.tables import INDETERMINATE, GeneTable
from pmcds.model import words
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import Finding


def gene_answer(subject: Subject, evidence: GeneEvidence, settled: Settled | None, index: Index) -> Answer:
    """What is known about the phenotype, score, diplotype or genotype of a gene."""
    if settled is None:
        return nothing_usable(subject, index, evidence.others, [evidence.table.gene.symbol])
    if subject.kind == "diplotype" or (subject.kind == "genotype" and evidence.table.gene.key != "genotype"):
        return _diplotype(subject, evidence, index)
    settled = _with_contradictions(evidence, settled)
    table = evidence.table
    keys = _keys(table, subject.kind, settled.meanings)
    answer = _answer(subject, evidence, settled.claims, settled.notes, index, settled.derived)
    if settled.word is not None:
        alternatives = _keys(table, subject.kind, settled.alternatives)
        if len(alternatives) > 1 or settled.reason == MISMATCH or not alternatives:
            return _with(answer, word=settled.word, reason=settled.reason, alternatives=alternatives)
        # Both sides of the contradiction mean the same for this question (MG3).
        keys = alternatives
    if not keys:
        # The gene has no scores, or none for these alleles.
        return _with(answer, word=words.INDETERMINATE, reason="scale-mismatch")
    if keys == ("indeterminate",):
        return _with(answer, word=words.INDETERMINATE, reason="indeterminate")
    return _with(answer, keys=keys, reason=(settled.reason or "indeterminate") if len(keys) > 1 else None)


def _with(
    answer: Answer,
    *,
    keys: tuple[str, ...] = (),
    word: str | None = None,
    reason: str | None = None,
    alternatives: tuple[str, ...] = (),
) -> Answer:
    return Answer(
        answer.subject, keys, word, reason, answer.sources, answer.date, answer.text, answer.table, answer.by_name,
        answer.notes, alternatives,
    )  # fmt: skip


def _answer(
    subject: Subject,
    evidence: GeneEvidence,
    claims: Iterable[Claim],
    notes: Iterable[str],
    index: Index,
    derived: bool,
) -> Answer:
    """The answer without its value: sources, date, text, table, notes."""
    used = tuple(claims)
    findings = [finding for claim in used for finding in claim.findings]
    named = (f"also {state.reason}" for state, finding in evidence.others if _is_named(state, finding))
    withheld = (words.WITHHELD,) if is_withheld(index, subject.kind) else ()
    again = ordered_again(index, evidence.table.gene.symbol)
    return Answer(
        subject,
        sources=sources_of(findings),
        date=date_of(findings),
        text=_text(used),
        table=evidence.table.version if derived else None,
        by_name=all(claim.by_name for claim in used),
        notes=tuple(dict.fromkeys((*notes, *evidence.notes, *sorted(named), *withheld, *again))),
    )


def _is_named(state: State, finding: Finding) -> bool:
    # What is withheld leaves no trace, not even of which gene it was (LC-24).
    return finding.kind in GERMLINE_BY_KIND and state.word != words.WITHHELD


def _text(claims: tuple[Claim, ...]) -> str | None:
    texts = sorted({claim.text for claim in claims if claim.kind == "diplotype"})
    return "; ".join(texts or sorted({claim.text for claim in claims if claim.text})) or None


def _keys(table: GeneTable, kind: str, meanings: Iterable[Meaning]) -> tuple[str, ...]:
    """The keys of one kind, in order, each once; an undecided meaning is the word for it."""
    found: dict[str, None] = {}
    for meaning in meanings:
        if meaning == INDETERMINATE:
            found["indeterminate"] = None
        elif kind == "activity_score":
            if meaning.score is not None:
                found[meaning.score] = None
        else:
            found[meaning.phenotype] = None
    return tuple(found)


def _with_contradictions(evidence: GeneEvidence, settled: Settled) -> Settled:
    """A result of this gene that contradicts itself speaks against the others (T05)."""
    against: list[Finding] = []
    reason = None
    for state, finding in evidence.others:
        if state.word == words.CONFLICTING and finding.kind in GERMLINE_BY_KIND:
            against.append(finding)
            reason = reason or state.reason
    if not against or settled.word == words.CONFLICTING:
        return settled
    more = tuple(Claim("phenotype", "contradicts itself", (), (finding,)) for finding in against)
    meanings = settled.meanings or settled.alternatives
    # One meaning only would read as agreement: the undecided side is kept as well.
    both = (*meanings, INDETERMINATE) if len(meanings) < 2 else meanings
    return Settled((*settled.claims, *more), (), words.CONFLICTING, reason, both, settled.notes, settled.derived)


def _diplotype(subject: Subject, evidence: GeneEvidence, index: Index) -> Answer:
    """The alleles themselves; two different statements are a contradiction even if they mean the same."""
    claims = [claim for claim in evidence.of("diplotype") if not claim.partial and claim.alleles]
    if not claims:
        partial = [finding for claim in evidence.of("diplotype") for finding in claim.findings]
        states = [*evidence.others, *((State(words.INDETERMINATE, "indeterminate"), finding) for finding in partial)]
        answer = nothing_usable(subject, index, states, [evidence.table.gene.symbol])
        if answer.word != words.UNKNOWN or not evidence.claims:
            return answer
        # A phenotype alone says nothing about the alleles.
        return Answer(subject, (), words.UNKNOWN, "no-result")
    answer = _answer(subject, evidence, claims, (note for claim in claims for note in claim.notes), index, False)
    keys = tuple(sorted({"/".join(alleles) for claim in claims for alleles in claim.alleles}))
    if any(claim.unknown for claim in claims):
        return _with(answer, word=words.UNREADABLE, reason="unknown-allele")
    if len(claims) > 1:
        return _with(answer, word=words.CONFLICTING, reason="conflict", alternatives=keys)
    return _with(answer, keys=keys, reason=claims[0].reason if len(keys) > 1 else None)
