"""From several claims about one gene to one statement: agreement, reclassification, contradiction (MG2-MG6, PG62)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pmcds.infer.claims import FOREIGN, Claim, GeneEvidence
from pmcds.infer.methods import Meaning
from pmcds.infer.phenotype import older_meanings
from pmcds.infer.positions import Disagreement, allowed, disagreement
from pmcds.infer.tables import INDETERMINATE, GeneTable
from pmcds.model import words

LABORATORY = "laboratory-phenotype"
UNKNOWN_ALLELE = "unknown-allele"
VARIANT_CONFLICT = "diplotype-variant-conflict"
MISMATCH = "genotype-phenotype-mismatch"
# The kind of a claim that stands for variants which contradict the others; it has no text of its own.
BY_VARIANTS = "variants"


@dataclass(frozen=True, slots=True)
class Settled:
    """What the claims amount to.

    Either `meanings` holds every possible meaning, or `word` and `reason` are set and `alternatives` holds the
    meanings of both sides of a contradiction. `claims` are those it rests on; `derived` is true if the table was
    used.
    """

    claims: tuple[Claim, ...]
    meanings: tuple[Meaning, ...] = ()
    word: str | None = None
    reason: str | None = None
    alternatives: tuple[Meaning, ...] = ()
    notes: tuple[str, ...] = ()
    derived: bool = False


def settle(evidence: GeneEvidence) -> Settled | None:
    """The one statement that all usable claims make, or None if there is no claim."""
    if not evidence.claims:
        return None
    table = evidence.table
    genotypes, stated = evidence.of("diplotype"), evidence.of("phenotype", "score")
    derived = _derived(table, genotypes)
    reported = _reported(table, stated)
    settled = _with_positions(evidence, _together(table, derived, reported))
    foreign = evidence.of(FOREIGN)
    return _against(settled, foreign) if foreign and settled.word is None else settled


def _against(settled: Settled, foreign: tuple[Claim, ...]) -> Settled:
    """A phenotype that the gene cannot have speaks against its alleles (T33)."""
    claims = (*settled.claims, *foreign)
    return Settled(claims, (), words.CONFLICTING, MISMATCH, settled.meanings, settled.notes, settled.derived)


def _all(table: GeneTable, claims: Iterable[Claim]) -> tuple[Meaning, ...]:
    return tuple(sorted({meaning for claim in claims for meaning in claim.meanings}, key=table.place))


def _common(table: GeneTable, claims: Sequence[Claim]) -> tuple[Meaning, ...]:
    first, *rest = (set(claim.meanings) for claim in claims)
    return tuple(sorted(first.intersection(*rest), key=table.place))


def _notes(claims: Iterable[Claim]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(note for claim in claims for note in claim.notes))


def _derived(table: GeneTable, claims: tuple[Claim, ...]) -> Settled | None:
    """What the alleles give: two diplotypes of one meaning are usable, others contradict (MG2, MG3)."""
    if not claims:
        return None
    known = [claim for claim in claims if not claim.unknown]
    notes = _notes(claims)
    if len(known) < len(claims):
        notes = (*notes, UNKNOWN_ALLELE)
    if not known:
        return Settled(claims, (), words.UNREADABLE, UNKNOWN_ALLELE, (), notes, True)
    if not any(claim.meanings for claim in known):
        # The gene file has no phenotype for these alleles: that contradicts nothing.
        return Settled(claims, (), words.INDETERMINATE, "indeterminate", (), notes, True)
    common = _common(table, known)
    if not common:
        return Settled(claims, (), words.CONFLICTING, "conflict", _all(table, known), notes, True)
    exact = [claim for claim in known if not claim.partial]
    if len(exact) > 1:
        notes = (*notes, "different diplotypes: " + "; ".join(claim.text for claim in exact))
        # Two results that leave different things open do not narrow each other down.
        common = _all(table, exact)
    reason = next((claim.reason for claim in known if claim.reason), None)
    return Settled(claims, common, None, reason if len(common) > 1 else None, (), notes, True)


def _reported(table: GeneTable, claims: tuple[Claim, ...]) -> Settled | None:
    """What phenotypes and scores say by themselves; a phenotype narrows nothing that a score contradicts."""
    if not claims:
        return None
    common = _common(table, claims)
    if not common:
        scores = {claim.kind for claim in claims} == {"phenotype", "score"}
        contradiction = MISMATCH if scores and len(claims) == 2 else "conflict"
        return Settled(claims, (), words.CONFLICTING, contradiction, _all(table, claims), _notes(claims))
    reason = next((claim.reason for claim in claims if claim.reason), None)
    return Settled(claims, common, None, reason if len(common) > 1 else None, (), _notes(claims))


def _together(table: GeneTable, derived: Settled | None, reported: Settled | None) -> Settled:
    if derived is None or reported is None:
        only = derived or reported
        assert only is not None
        return only
    claims = (*derived.claims, *reported.claims)
    if derived.word == words.UNREADABLE:
        # The laboratory may know more than the table: its word counts, but never clears (PG63).
        notes = (*derived.notes, *reported.notes, LABORATORY)
        return Settled(
            claims,
            reported.meanings,
            reported.word,
            reported.reason,
            reported.alternatives,
            tuple(dict.fromkeys(notes)),
        )
    if derived.word is not None:
        both = tuple(sorted({*derived.alternatives, *_possible(reported)}, key=table.place))
        return Settled(claims, (), derived.word, derived.reason, both, derived.notes, True)
    notes = tuple(dict.fromkeys((*derived.notes, *reported.notes)))
    meanings = derived.meanings
    for claim in reported.claims:
        agreed = tuple(meaning for meaning in meanings if meaning in claim.meanings)
        if agreed:
            meanings = agreed
            continue
        before = _reclassified(table, derived, claim)
        if before is None:
            both = tuple(sorted({*derived.meanings, *_possible(reported)}, key=table.place))
            return Settled(claims, (), words.CONFLICTING, MISMATCH, _without_undecided(both), notes, True)
        notes = (*notes, before)
    return Settled(claims, meanings, None, derived.reason if len(meanings) > 1 else None, (), notes, True)


def _possible(settled: Settled) -> tuple[Meaning, ...]:
    return settled.meanings or settled.alternatives


def _without_undecided(meanings: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
    """Of a contradiction with "indeterminate" the other side is what can be acted on (PG63, H10)."""
    decided = tuple(meaning for meaning in meanings if meaning != INDETERMINATE)
    return decided or meanings


def _reclassified(table: GeneTable, derived: Settled, claim: Claim) -> str | None:
    """The note of a result that an older table explains, or None (PG10)."""
    for genotype in derived.claims:
        for alleles in genotype.alleles:
            if any(allele not in table.group for allele in alleles):
                continue
            for date, before in older_meanings(table, alleles):
                if before in claim.meanings:
                    now = " or ".join(table.key(meaning) for meaning in derived.meanings)
                    return f"reclassified {date}: {table.key(before)} is now {now}"
    return None


def _with_positions(evidence: GeneEvidence, settled: Settled) -> Settled:
    """A diplotype that its own variants contradict is usable only if every reading means the same (MG6)."""
    found = disagreement(evidence)
    if found is None:
        return settled if evidence.of("diplotype") or settled.word is not None else _with_found(evidence, settled)
    notes = (*settled.notes, VARIANT_CONFLICT)
    if settled.word is not None:
        return _replaced(settled, found, settled.word, settled.reason, settled.alternatives, notes)
    if set(found.meanings) == set(settled.meanings):
        return _replaced(settled, found, None, settled.reason, (), notes)
    both = tuple(sorted({*settled.meanings, *found.meanings}, key=evidence.table.place))
    return _replaced(settled, found, words.CONFLICTING, "conflict", both, notes)


def _with_found(evidence: GeneEvidence, settled: Settled) -> Settled:
    """A stated phenotype that no pair of alleles with the variants that were found can have is contradicted."""
    possible, findings = allowed(evidence)
    if not possible or set(possible) & set(settled.meanings):
        return settled
    both = tuple(sorted({*settled.meanings, *possible}, key=evidence.table.place))
    claims = (*settled.claims, Claim(BY_VARIANTS, "", (), findings))
    return Settled(claims, (), words.CONFLICTING, MISMATCH, _without_undecided(both), settled.notes)


def _replaced(
    settled: Settled,
    found: Disagreement,
    word: str | None,
    reason: str | None,
    alternatives: tuple[Meaning, ...],
    notes: tuple[str, ...],
) -> Settled:
    meanings = settled.meanings if word is None else ()
    text = f"variants: {found.text}"
    # What contradicts is evidence as much as what is contradicted.
    more = (Claim(BY_VARIANTS, "", (), found.findings),) if word == words.CONFLICTING else ()
    return Settled((*settled.claims, *more), meanings, word, reason, alternatives, (*notes, text), settled.derived)
