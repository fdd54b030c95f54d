"""Answers about variants: present, absent within the scope of what was tested, or not known (6.1, ST-01 to ST-08)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from pmcds.infer.coverage import whole_gene
from pmcds.infer.dates import later
from pmcds.infer.evidence import Index, Seen, State, date_of, is_withheld, nothing_usable, see, sources_of
from pmcds.infer.variant_classes import Described, Fits, fits
from pmcds.infer.variant_consistency import consistent, near_miss, other_at_residue
from pmcds.infer.variant_findings import described, value_of, variants_of
from pmcds.infer.variant_names import described_of, parse
from pmcds.infer.variant_predicates import PREDICATES
from pmcds.model import words
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import Finding
from pmcds.model.genes import Gene

WILD_TYPE = "wild type"
_PRESENT = ("present",)
_ABSENT = ("absent",)
# Changes that a test for small variants does not see, and the rows of tests that see nothing else.
_STRUCTURAL = ("fusion", "fused_with", "amplification", "copies", "loss")
_STRUCTURAL_ROWS = {"fusion": ("fusion", "fused_with"), "copy-number": ("amplification", "copies", "loss")}
# What is not found in cell-free DNA may be there all the same (ST-04, ST-05).
_PLASMA = "plasma"
# A residue or an exon in the name of a category.
_NUMBER = re.compile(r"\d{2,}")
# How notes begin that say what was found; the phrases of a card know them.
FOUND, SPECIMEN, SHARE = "found ", "specimen ", "share of the reads "


class Wanted(NamedTuple):
    """What a question asks about a gene: a name or category of its file, or a variant by name."""

    gene: str
    name: str
    spec: Mapping[str, Any]


def variant_answer(subject: Subject, origin: str | None, genes: Mapping[str, Gene], index: Index) -> Answer:
    """Whether a variant of this name or category is there."""
    symbol, _, name = subject.name.partition(" ")
    gene = genes.get(symbol)
    wanted = Wanted(symbol, name.strip(), (gene.variants.get(name.strip()) if gene else None) or _spec_of(name, symbol))
    if "either" in wanted.spec:
        parts = [variant_answer(Subject(subject.kind, part), origin, genes, index) for part in wanted.spec["either"]]
        return _either(subject, parts)
    if "unless_known" in wanted.spec:
        names = (wanted.spec["of"], wanted.spec["unless_known"])
        own, other = (variant_answer(Subject(subject.kind, f"{symbol} {n}"), origin, genes, index) for n in names)
        return _unless_known(subject, own, other)
    origin = wanted.spec.get("origin", origin)
    seen = see(variants_of(index, symbol, genes), origin, index.now)
    if wanted.name.lower() == WILD_TYPE:
        return _wild_type(subject, seen, index)
    if "plasma" in wanted.spec:
        return _plasma_only(subject, seen, index)
    judged = [(finding, _fits(wanted, finding, genes)) for finding in seen.usable]
    present = [finding for finding, fit in judged if fit and finding.status == "present"]
    absent = [
        f for f, fit in judged if (f.status == "absent" and _reaches(wanted, f, genes)) or _reported(wanted, f, fit)
    ]
    others = [finding for finding, fit in judged if finding.status == "present" and fit is False]
    notes = () if present else _near_misses(wanted, others, genes)
    if not present and origin != "germline":
        excluding = [finding for finding in others if _excludes(wanted, finding, genes)]
        if excluding and not absent:
            return _answer(subject, _Told(_ABSENT, excluding, notes=notes), index)
    unproven = [finding for finding in absent if finding.specimen == _PLASMA and "specimen" not in wanted.spec]
    absent = [finding for finding in absent if finding not in unproven]
    if present or absent:
        told = _by_time(present, absent, origin)
        return _answer(subject, told._replace(notes=(*told.notes, *notes)), index)
    open_states = [*_open(wanted, judged, seen.others, genes)]
    if open_states:
        return _noted(nothing_usable(subject, index, open_states, [symbol]), notes)
    covering = _covering(wanted, index)
    if covering and not unproven:
        notes = ("absent within the coverage stated", *notes)
        return _answer(subject, _Told(_ABSENT, [*covering, *others], notes=notes), index)
    if seen.usable:
        near = [(State(words.INDETERMINATE, "position-not-tested"), finding) for finding in seen.usable]
        plasma = ("not found in plasma, which proves no absence",) if unproven else ()
        return _noted(nothing_usable(subject, index, near, [symbol]), (*plasma, *notes))
    return nothing_usable(subject, index, seen.others, [symbol])


def _reported(wanted: Wanted, finding: Finding, fit: Fits) -> bool:
    """True if the question is about what is reported of one specimen, and this result is something else."""
    if "specimen" not in wanted.spec:
        return False
    return fit is False or finding.status == "absent" or finding.specimen not in (None, wanted.spec["specimen"])


def _plasma_only(subject: Subject, seen: Seen, index: Index) -> Answer:
    """Present where all that is known of the gene is that nothing was found in plasma (CT-NEG)."""
    negative = [f for f in seen.usable if f.status == "absent" and f.specimen == _PLASMA]
    settled = [f for f in seen.usable if f.status == "present" or f.specimen != _PLASMA]
    if settled:
        return _answer(subject, _Told(_ABSENT, settled), index)
    if negative:
        return _answer(subject, _Told(_PRESENT, negative), index)
    return nothing_usable(subject, index, seen.others, [subject.name.partition(" ")[0]])


def _either(subject: Subject, parts: Sequence[Answer]) -> Answer:
    """Present if one part is, absent if all are; else the part that is open for the weightiest reason."""
    present = [part for part in parts if part.keys == _PRESENT]
    open_parts = sorted((part for part in parts if not part.definite), key=_weight)
    shown = present or open_parts or list(parts)
    return replace(
        shown[0],
        subject=subject,
        sources=tuple(dict.fromkeys(source for part in shown for source in part.sources)),
        by_name=all(part.by_name for part in shown),
        notes=tuple(dict.fromkeys(note for part in shown for note in part.notes)),
    )


def _unless_known(subject: Subject, own: Answer, other: Answer) -> Answer:
    """The answer to the one question while nothing is known of the other; absent once that one is answered.

    A result of the other kind that decides nothing, or is on its way, leaves a finding open; what only cannot be told
    to be of the other kind does not stand for a result of it.
    """
    if other.definite:
        return replace(other, subject=subject, keys=_ABSENT, notes=())
    if own.reason == "source-class-mismatch":
        return Answer(subject, (), words.UNKNOWN, "no-result")
    if own.keys != _PRESENT:
        return replace(own, subject=subject)
    nothing = (other.word == words.UNKNOWN and other.reason == "no-result") or other.word == words.UNREADABLE
    return replace(own if nothing else other, subject=subject)


def _weight(answer: Answer) -> tuple[int, int]:
    """A contradiction weighs most, then what could not be read, what is not decisive, what is on its way, and last
    what is not there: nobody orders again what is pending (PG94)."""
    order = (words.WITHHELD, words.CONFLICTING, words.UNREADABLE, words.INDETERMINATE, words.UNKNOWN)
    place = order.index(answer.word) if answer.word in order else len(order)
    if answer.reason == "result-pending":
        return place, -1
    return place, words.REASON_ORDER.get(answer.reason or "", len(words.REASON_ORDER))


def _noted(answer: Answer, notes: tuple[str, ...]) -> Answer:
    return replace(answer, notes=(*answer.notes, *notes)) if notes else answer


def _near_misses(wanted: Wanted, others: Iterable[Finding], genes: Mapping[str, Gene]) -> tuple[str, ...]:
    """Why each other variant of the gene is not what is asked for (FX-04)."""
    reasons = (near_miss(wanted.name, described(finding, wanted.gene, genes)) for finding in others)
    return tuple(sorted({f"{words.NEAR_MISS}: {reason}" for reason in reasons}))


def _excludes(wanted: Wanted, finding: Finding, genes: Mapping[str, Gene]) -> bool:
    """True if another exchange of the same residue was found in the tumor itself."""
    if finding.specimen == _PLASMA:
        return False
    names = tuple(wanted.spec.get("any_of", ()))
    alone = not set(wanted.spec) - {"same", "any_of", "texts", "names"}
    return alone and other_at_residue(wanted.name, names, described(finding, wanted.gene, genes))


def _spec_of(name: str, symbol: str) -> Mapping[str, Any]:
    """A variant that no gene file names is compared by its own name."""
    parsed = parse(name, None, symbol)
    if parsed is None:
        return {}
    if parsed.phrase == "fusion" or parsed.phrase == "rearrangement":
        return {"fusion": "yes"}
    if parsed.phrase == "amplification":
        return {"amplification": "yes"}
    if parsed.phrase is not None:
        return {"texts": [parsed.phrase]}
    return {"any_of": list(described_of(parsed).names)}


def _fits(wanted: Wanted, finding: Finding, genes: Mapping[str, Gene]) -> Fits:
    variant = described(finding, wanted.gene, genes)
    if not variant.names and variant.phrase is None and not variant.fusion and variant.copies is None:
        return None
    if not consistent(variant):
        return _by_both(wanted, variant)
    return fits(wanted.name, wanted.spec, variant)


def _by_both(wanted: Wanted, variant: Described) -> Fits:
    """The protein and the coding name contradict each other: what both say, else not told (VE-08)."""
    by_protein = fits(wanted.name, wanted.spec, variant._replace(nucleotide=None, names=_only(variant, "p.")))
    by_coding = fits(wanted.name, wanted.spec, variant._replace(protein=None, names=_only(variant, "c.")))
    return by_protein if by_protein == by_coding else None


def _only(variant: Described, sign: str) -> tuple[str, ...]:
    return tuple(name for name in variant.names if name.rpartition(":")[2].startswith(sign))


def _reaches(wanted: Wanted, finding: Finding, genes: Mapping[str, Gene]) -> bool:
    """True if an absence covers what is asked: the same variant, its category, its exon, or the whole gene (VR7)."""
    value = value_of(finding)
    scope = value.get("scope", "variant")
    variant = described(finding, wanted.gene, genes)
    seen_by_row = _STRUCTURAL_ROWS.get(str(value.get("row")))
    if seen_by_row is not None and scope == "gene":
        return _structural_reach(wanted, variant, seen_by_row)
    if scope == "gene":
        return not any(word in wanted.spec for word in _STRUCTURAL)
    if scope == "region":
        region = " ".join(str(name) for name in value.get("dna_region", ())).lower()
        return bool(region) and len(_ways(wanted.spec)) <= 1 and any(
            re.search(rf"(?<!\w){re.escape(region)}(?!\w)", text) for text in _said(wanted.name, wanted.spec)
        )  # fmt: skip
    if scope != "region" and variant.phrase is not None and variant.protein is None:
        return _category_covers(wanted, variant.phrase, genes)
    # The absence of one member says nothing about a category; the absence of the same single variant does.
    single = "any_of" in wanted.spec and len(wanted.spec["any_of"]) == 1
    return (single or "same" in wanted.spec or not wanted.spec) and fits(wanted.name, wanted.spec, variant) is True


def _structural_reach(wanted: Wanted, variant: Described, words_seen: Sequence[str]) -> bool:
    """A test for fusions or copies says nothing about small variants, and one for a partner nothing about others."""
    asked = [word for word in words_seen if word in wanted.spec]
    if not asked or not variant.partners:
        return bool(asked)
    return "fused_with" in asked and set(wanted.spec["fused_with"]) <= set(variant.partners)


def _category_covers(wanted: Wanted, phrase: str, genes: Mapping[str, Gene]) -> bool:
    if _is_whole(wanted.name, wanted.spec, phrase.lower()):
        return True
    gene = genes.get(wanted.gene)
    parsed = parse(wanted.name, genes, wanted.gene)
    if gene is None or parsed is None:
        return False
    variant = described_of(parsed)
    return any(
        _is_whole(name, spec, phrase.lower()) and fits(name, spec, variant) for name, spec in gene.variants.items()
    )


def _is_whole(name: str, spec: Mapping[str, Any], phrase: str) -> bool:
    """True if the phrase names all of the category: the absence of one way to belong to it excludes no other."""
    if phrase == name.lower():
        return True
    told = set(_NUMBER.findall(phrase))
    alike = "same" in spec or (set(_NUMBER.findall(name)) <= told and (not told or told >= set(spec.get("codons", ()))))
    return alike and len(_ways(spec)) <= 1 and phrase in _said(name, spec)


def _ways(spec: Mapping[str, Any]) -> list[str]:
    """The ways in which a variant can belong to a category."""
    return [word for word in PREDICATES if word in spec and not word.startswith("perhaps")]


def _said(name: str, spec: Mapping[str, Any]) -> set[str]:
    return {text.lower() for text in (name, *spec.get("texts", ()), *spec.get("names", ()))}


class _Told(NamedTuple):
    keys: tuple[str, ...]
    findings: Sequence[Finding]
    conflict: bool = False
    notes: tuple[str, ...] = ()


def _by_time(present: list[Finding], absent: list[Finding], origin: str | None) -> _Told:
    """Acquired variants change: the newest of each specimen class counts; inherited ones do not (MG2, MG4, ST-07)."""
    if not present or not absent:
        return _Told(_PRESENT, present) if present else _Told(_ABSENT, absent)
    if origin != "somatic":
        return _Told((), [*present, *absent], True)
    classes: dict[str, list[Finding]] = {}
    for finding in (*present, *absent):
        classes.setdefault(finding.specimen or "", []).append(finding)
    outcomes = [_newest(findings) for _, findings in sorted(classes.items())]
    current = [finding for findings, _ in outcomes for finding in findings]
    notes = ("an older result differs",) if len(current) < len(present) + len(absent) else ()
    if any(conflict for _, conflict in outcomes):
        return _Told((), current, True)
    if any(finding.status == "present" for finding in current):
        return _Told(_PRESENT, [finding for finding in current if finding.status == "present"], notes=notes)
    return _Told(_ABSENT, current, notes=notes)


def _newest(findings: Sequence[Finding]) -> tuple[list[Finding], bool]:
    """The findings that no later one replaces, and whether they contradict each other (ST-08)."""
    current = [one for one in findings if not any(later(other.date, one.date) for other in findings)]
    return current, len({finding.status for finding in current}) > 1


def _open(
    wanted: Wanted,
    judged: Iterable[tuple[Finding, Fits]],
    others: Iterable[tuple[State, Finding]],
    genes: Mapping[str, Gene],
) -> Iterator[tuple[State, Finding]]:
    """Findings that may be what is asked for: not fully named, or named but not usable."""
    for finding, fit in judged:
        if fit is None and finding.status == "present":
            value = value_of(finding)
            reason = "transcript-unknown" if any(form in value for form in ("c", "g", "spdi")) else "indeterminate"
            yield State(words.INDETERMINATE, reason), finding
    for state, finding in others:
        if finding.value is None or _fits(wanted, finding, genes) is not False or finding.status == "absent":
            yield state, finding


def _covering(wanted: Wanted, index: Index) -> list[Finding]:
    """Coverage statements that prove the absence of a small variant: the gene as a whole was tested (ST-04)."""
    if any(word in wanted.spec for word in (*_STRUCTURAL, "skips")):
        return []
    return whole_gene(index, wanted.gene)


def _wild_type(subject: Subject, seen: Seen, index: Index) -> Answer:
    """Wild type is an absence of the whole gene; any change of it is the opposite."""
    changed = [finding for finding in seen.usable if finding.status == "present"]
    whole = [
        finding for finding in seen.usable if finding.status == "absent" and value_of(finding).get("scope") == "gene"
    ]
    if changed and whole:
        return _answer(subject, _Told((), [*changed, *whole], True), index)
    if changed or whole:
        return _answer(subject, _Told(_ABSENT, changed) if changed else _Told(_PRESENT, whole), index)
    return nothing_usable(subject, index, seen.others, [subject.name.partition(" ")[0]])


def _told_of(subject: Subject, told: _Told, text: str | None) -> Iterator[str]:
    """What a card says of a variant that was found: its own name, the specimen, the share of the reads (CARD-02)."""
    if told.keys != _PRESENT:
        return
    symbol = subject.name.partition(" ")[0]
    name = f"{symbol} {text.rpartition(':')[2]}" if text is not None else _named(told.findings, symbol)
    if name is not None:
        yield f"{FOUND}{name}"
    specimens = sorted({finding.specimen for finding in told.findings if finding.specimen})
    if specimens:
        yield f"{SPECIMEN}{' and '.join(specimens)}"
    shares = [value_of(finding).get("vaf") for finding in told.findings]
    shown = dict.fromkeys(f"{float(share) * 100:.3g}" for share in shares if isinstance(share, Decimal))
    if shown:
        yield f"{SHARE}{', '.join(shown)} percent"


def _named(findings: Sequence[Finding], symbol: str) -> str | None:
    """The protein change or the fusion that the words of a report name, with its gene."""
    text = value_of(findings[0]).get("text") if findings else None
    parsed = parse(text, None, symbol) if isinstance(text, str) else None
    if parsed is not None and parsed.partner:
        return str(text).removeprefix(f"{symbol} ")
    return f"{symbol} {parsed.protein.name}" if parsed is not None and parsed.protein is not None else None


def _answer(subject: Subject, told: _Told, index: Index) -> Answer:
    findings = told.findings
    withheld = (words.WITHHELD,) if is_withheld(index, subject.kind) else ()
    value = value_of(findings[0]) if findings else {}
    text = next((str(value[form]) for form in ("p", "c", "g") if value.get(form)), None)
    return Answer(
        subject,
        told.keys,
        words.CONFLICTING if told.conflict else None,
        "conflict" if told.conflict else None,
        sources_of(findings),
        date_of(findings),
        text,
        None,
        bool(findings) and all(finding.matched == "name" for finding in findings),
        (*_told_of(subject, told, text), *told.notes, *withheld),
        (*_PRESENT, *_ABSENT) if told.conflict else (),
    )
