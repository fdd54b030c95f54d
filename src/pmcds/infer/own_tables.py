"""A gene by the own table of a source, beside what the usual table says (PG77, PG78)."""

from __future__ import annotations

from pmcds.infer.claims import GeneEvidence
from pmcds.infer.settle import MISMATCH, Settled
from pmcds.model import words


def by_own_table(evidence: GeneEvidence, settled: Settled, usual: Settled | None) -> Settled:
    """The statement by the own table; a report that contradicts itself by the usual one does so here as well.

    A laboratory whose phenotypes follow the own table contradicts nothing, whatever the usual table says.
    """
    if settled.word is not None or not evidence.reported or usual is None:
        return settled
    if usual.word != words.CONFLICTING or usual.reason != MISMATCH:
        return settled
    said = {meaning for claim in evidence.reported for meaning in claim.meanings}
    if said.intersection(settled.meanings):
        return settled
    both = tuple(sorted({*settled.meanings, *said}, key=evidence.table.place))
    claims = (*settled.claims, *evidence.reported)
    return Settled(claims, (), words.CONFLICTING, MISMATCH, both, settled.notes, settled.derived)
