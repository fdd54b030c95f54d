"""Fusions, copy numbers, karyotypes, repeats: variant observations that are no small variant (F, N, V24)."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import Any

from pmcds.fhir.observations.answers import answer_of
from pmcds.fhir.observations.gene_results import answer_words
from pmcds.fhir.observations.genes import Named
from pmcds.fhir.observations.numbers import number_in, plain
from pmcds.fhir.observations.record import Record, stated_in
from pmcds.fhir.observations.variant import Change
from pmcds.fhir.values import as_dicts, codings, decimal_of, texts

_NORMAL_KARYOTYPE = re.compile(r"46,X[XY](?:\[\d+\])?", re.ASCII)
_FUSION_TEXT = re.compile(r"\b(?:fusion|rearrangement|translocation)s?\b|::", re.IGNORECASE)
_FUSION_NAME = re.compile(r"([A-Z0-9:-]+?)::([A-Z0-9:-]+)", re.ASCII)
_REPEAT_NAME = re.compile(r"([ACGTN]+)\[(\d{1,5})\]", re.ASCII)
_MOTIF_ORDER = "repeat-motif-order"
FUSION, COMPLEX = "fusion", "complex rearrangement"
_COPY_STATES = {"gain": "gain", "loss": "loss", "amplification": "amplification"}


def kind_of(record: Record, change: Change, genes: tuple[Named, ...]) -> str:
    """The row kind of a variant observation: variant, fusion, copy-number, karyotype, repeat or container."""
    if record.components.get("iscn"):
        return "karyotype"
    if record.components.get("repeat-motif"):
        return "repeat"
    if record.links("hasMember") and not change.named:
        return "container"
    types = set(types_of(record))
    if _is_fusion(record, change, genes, types):
        return "fusion"
    if not change.small and ("copies" in change.parts or state_of(record) or "copy number variation" in types):
        return "copy-number"
    return "variant"


def types_of(record: Record) -> list[str]:
    """Structural words of change type, consequence and interpretation."""
    found = [
        word
        for carried in ("change-type", "consequence", "functional-effect")
        for word in answer_words(record, carried)
    ]
    interpreted = record.data.get("interpretation")
    word = answer_of(record.context.terms, codings(interpreted), texts(interpreted)).word
    return [*found, word] if word in _COPY_STATES else found


def _is_fusion(record: Record, change: Change, genes: tuple[Named, ...], types: set[str]) -> bool:
    if record.components.get("fusion"):
        return True
    asked = record.term.kind if record.term else None
    if asked in ("rearrangement", "fusion"):
        return True
    if change.small:
        return False
    if FUSION in types or (COMPLEX in types and len(genes) > 1):
        return True
    return bool(_FUSION_TEXT.search(change.parts.get("text", "")))


def fusion_of(record: Record, change: Change, genes: tuple[Named, ...]) -> tuple[str | None, dict[str, Any]]:
    """Subject and value of a fusion: both partners in the order stated, or the one that is known (F1-F3, F8)."""
    terms = record.context.terms
    partners = [gene.symbol for gene in genes]
    for text in (*record.words("fusion"), change.parts.get("text", "")):
        named = _FUSION_NAME.search(text)
        if named:
            partners = [terms.gene_named(_bare(part)) or _by_id(record, part) or part for part in named.groups()]
    value: dict[str, Any] = {"row": "fusion"}
    value |= {name: part for name, part in change.parts.items() if name in ("text", "type", "vaf", "confidence")}
    value["genes"] = tuple(partners)
    return "::".join(partners) or None, value


def _bare(part: str) -> str:
    return part.rsplit("#", 1)[-1]


def _by_id(record: Record, part: str) -> str | None:
    return record.context.terms.gene("http://www.genenames.org", part if part.startswith("HGNC:") else f"HGNC:{part}")


def state_of(record: Record) -> str | None:
    """gain, loss or amplification as the change type or consequence says (N2, N6); a gain is no amplification."""
    found = {_COPY_STATES[word] for word in types_of(record) if word in _COPY_STATES}
    return found.pop() if len(found) == 1 else None


def copy_number_of(record: Record, change: Change) -> tuple[dict[str, Any], str | None]:
    """Value of a copy number, and type-copies where type and number contradict each other (N1-N7)."""
    types = set(types_of(record))
    copies = change.parts.get("copies")
    state = state_of(record)
    number = copies if isinstance(copies, Decimal) else None
    if state is None and number is not None:
        if "deletion" in types:
            state = "loss"
        elif "duplication" in types:
            state = "gain"
    value = {"row": "copy-number", **{name: part for name, part in change.parts.items() if name != "dna_region"}}
    if state is not None:
        value["state"] = state
    conflict = number is not None and (
        (state == "loss" and number > 2) or (state in ("gain", "amplification") and number < 2)
    )
    return value, "type-copies" if conflict else None


def karyotype_of(record: Record) -> tuple[dict[str, Any], bool]:
    """The ISCN text, and whether it is a normal karyotype; no gene fusion is ever derived from it (T28)."""
    text = next(iter(record.words("iscn")), None)
    return {"row": "karyotype", "iscn": text}, bool(text and _NORMAL_KARYOTYPE.fullmatch(text))


def repeats_of(record: Record, change: Change) -> tuple[dict[str, Any], str | None]:
    """Motifs with their counts in the stated order, and value-conflict if the coding change counts otherwise (T60)."""
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for carried in ("repeat-motif", "repeat-number"):
        for place, component in enumerate(record.components.get(carried, ()), start=1):
            order = next(
                (
                    decimal_of(value)
                    for extension in as_dicts(component.get("extension"))
                    if str(extension.get("url", "")).endswith(_MOTIF_ORDER)
                    for name, value in extension.items()
                    if name.startswith("value")
                ),
                None,
            )
            key = int(order) if order is not None and 0 < order < 1000 else place
            number = number_in(component, record.context.terms)
            if carried == "repeat-motif":
                found[key]["motif"] = stated_in(component).shown
            elif number is not None and number.quantity is not None:
                found[key]["count"] = number.quantity
    repeats = tuple((found[key].get("motif"), found[key].get("count")) for key in sorted(found))
    kept = {
        name: part
        for name, part in change.parts.items()
        if name in ("c", "g", "ids", "clinvar_name", "zygosity", "vaf")
    }
    written = _REPEAT_NAME.findall(change.parts.get("c", "")) or _REPEAT_NAME.findall(
        change.parts.get("clinvar_name", "")
    )
    counted = [(motif, plain(count)) for motif, count in repeats if isinstance(count, Decimal)]
    conflict = bool(written) and bool(counted) and written != counted
    return {"row": "repeat", **kept, "repeats": repeats}, "value-conflict" if conflict else None
