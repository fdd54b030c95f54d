"""What each result of a gene claims: the meanings that it leaves open, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pmcds.infer.coverage import whole_gene
from pmcds.infer.diplotype import DiplotypeReading, read_diplotype
from pmcds.infer.evidence import GERMLINE_BY_KIND, Index, Seen, State, see
from pmcds.infer.gene_copies import OTHER_COPIES, counts_in, more_than_two, with_copies
from pmcds.infer.methods import Meaning
from pmcds.infer.phenotype import meanings_of
from pmcds.infer.sites import read_site, variant_alleles
from pmcds.infer.stated import WordsOf, read_phenotype, read_score
from pmcds.infer.tables import INDETERMINATE, GeneTable
from pmcds.infer.variant_findings import variants_of
from pmcds.model import words
from pmcds.model.findings import Finding

# Reasons of a finding whose text still says which diplotypes are possible.
_SETS = frozenset({"phase-ambiguous", "copy-number-unknown"})
_KINDS = tuple(sorted(GERMLINE_BY_KIND))
ONE_ALLELE = "one allele stated"
# A phenotype of another gene's vocabulary: it contradicts the alleles, and alone it is not readable (PG67, T33).
FOREIGN = "foreign"


_NOT_OF_GENE = State(words.UNREADABLE, "unknown-code")


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement about a gene.

    `kind` is diplotype, phenotype or score; `meanings` what it leaves open (empty if an allele is unknown);
    `reason` why there are several; `unknown` the alleles that the table lacks.
    """

    kind: str
    text: str
    meanings: tuple[Meaning, ...]
    findings: tuple[Finding, ...]
    reason: str | None = None
    unknown: tuple[str, ...] = ()
    alleles: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    partial: bool = False

    @property
    def by_name(self) -> bool:
        """True if only words matched, not codes: of the results, or of the coverage that they rest on."""
        results = [finding.matched == "name" for finding in self.findings if finding.kind != "coverage"]
        covered = [finding.matched == "name" for finding in self.findings if finding.kind == "coverage"]
        return all(results) or any(covered)


@dataclass(frozen=True, slots=True)
class GeneEvidence:
    """Everything about one gene: claims that can be used, and the state of every other finding.

    `reported` are phenotypes and scores that stand beside alleles, where the table is a source's own: a laboratory
    speaks by the usual table, so that they neither confirm nor contradict what this one gives.
    """

    table: GeneTable
    claims: tuple[Claim, ...]
    others: tuple[tuple[State, Finding], ...]
    notes: tuple[str, ...]
    variants: tuple[Finding, ...]
    reported: tuple[Claim, ...] = ()

    def of(self, *kinds: str) -> tuple[Claim, ...]:
        """The claims of these kinds."""
        return tuple(claim for claim in self.claims if claim.kind in kinds)


def gather(table: GeneTable, index: Index, words_of: WordsOf, sex: str | None) -> GeneEvidence:
    """The claims about a gene: inherited results only, equal statements once (MG1, H11)."""
    symbol = table.gene.symbol
    around = variants_of(index, symbol)
    found = [finding for kind in _KINDS for finding in index.of(kind, symbol)]
    seen = see((_as_set(finding) for finding in found), "germline", index.now)
    if not found and not around and symbol not in index.about:
        return GeneEvidence(table, (), (), (), ())
    variants = see(around, "germline", index.now)
    counts = counts_in(variants)
    read = [_read(table, finding, words_of, sex, counts) for finding in seen.usable]
    stated = [_indeterminate_phenotype(finding) for _, finding in seen.others]
    claims = [one for one in (*read, *stated) if isinstance(one, Claim)]
    unread = [(one, finding) for one, finding in zip(read, seen.usable, strict=True) if isinstance(one, State)]
    haplotypes = [finding for finding in seen.usable if finding.kind == "haplotype"]
    claims += _from_haplotypes(table, haplotypes, claims, sex, counts)
    if not any(claim.kind == "diplotype" for claim in claims):
        claims += _from_variants(table, variants, index)
        claims += _against(claims, _from_variants(table, Seen(tuple(_unlabeled(variants))), index))
    if not any(claim.alleles for claim in claims):
        unread += [(_NOT_OF_GENE, f) for claim in claims if claim.kind == FOREIGN for f in claim.findings]
        claims = [claim for claim in claims if claim.kind != FOREIGN]
    claims, reported = _set_apart(table, claims)
    used = {id(finding) for claim in (*claims, *reported) for finding in claim.findings}
    if any(finding.kind == "genotype" for finding in seen.usable):
        # What they say is in the alleles now, or has left these open.
        used |= {id(finding) for finding in counts}
    rest = [*_of_haplotypes(table, haplotypes, claims), *_of_variants(variants.usable), *seen.others]
    rest += variants.others
    others = [*unread, *((state, finding) for state, finding in rest if id(finding) not in used)]
    return GeneEvidence(
        table, _merged(claims), tuple(others), seen.notes, (*variants.usable, *_unlabeled(variants)), reported
    )


def _unlabeled(variants: Seen) -> Iterator[Finding]:
    """Variants that were found and may be inherited: they prove no allele, and alleles without them are in doubt."""
    for state, finding in variants.others:
        if state.reason == "source-class-unknown" and finding.status == "present":
            yield finding


def _set_apart(table: GeneTable, claims: Sequence[Claim]) -> tuple[list[Claim], tuple[Claim, ...]]:
    """(claims that count, what is reported beside alleles of a source's own table)."""
    if table.gene.table is None or not any(claim.kind == "diplotype" and not claim.partial for claim in claims):
        return list(claims), ()
    alleles = [claim for claim in claims if claim.kind == "diplotype"]
    return alleles, tuple(claim for claim in claims if claim.kind != "diplotype")


def _of_haplotypes(
    table: GeneTable, haplotypes: Iterable[Finding], claims: Sequence[Claim]
) -> Iterator[tuple[State, Finding]]:
    """Single alleles beside a diplotype confirm it or contradict it; alone and unreadable they are no "no result"."""
    stated = {allele for claim in claims for alleles in claim.alleles for allele in alleles}
    for finding in haplotypes:
        name = _allele_name(finding)
        reading = read_diplotype(table, name) if name else None
        names = {allele for alleles in reading.candidates for allele in alleles} if reading else set()
        if not stated or not names:
            yield State(words.UNREADABLE, "value-unreadable"), finding
        elif not names & stated:
            yield State(words.CONFLICTING, "conflict"), finding


def _of_variants(variants: Iterable[Finding]) -> Iterator[tuple[State, Finding]]:
    """Variants from which no allele could be concluded are a result, but not of all that was asked."""
    for finding in variants:
        yield State(words.INDETERMINATE, "position-not-tested"), finding


def _as_set(finding: Finding) -> Finding:
    """A genotype that is open in phase or copy number counts as the set of what it may be (PG70)."""
    if finding.kind == "genotype" and finding.reason in _SETS and isinstance(finding.value, str):
        return Finding(
            finding.kind, finding.subject, finding.value, finding.source, date=finding.date, also=finding.also,
            source_class=finding.source_class, specimen=finding.specimen, matched=finding.matched, notes=finding.notes,
        )  # fmt: skip
    return finding


def _indeterminate_phenotype(finding: Finding) -> Claim | None:
    """A laboratory that says "indeterminate" states a phenotype; it can contradict the diplotype (PG62)."""
    if finding.kind != "phenotype" or finding.reason != "indeterminate" or finding.value != "indeterminate":
        return None
    return Claim("phenotype", "indeterminate", (INDETERMINATE,), (finding,))


def _read(
    table: GeneTable, finding: Finding, words_of: WordsOf, sex: str | None, counts: Sequence[Finding]
) -> Claim | State | None:
    """The claim of one finding, or why it has none; haplotypes are joined later."""
    if finding.kind == "haplotype":
        return None
    text = finding.value if isinstance(finding.value, str) else None
    if text is None:
        return State(words.UNREADABLE, "value-unreadable")
    if finding.kind == "genotype":
        counted = with_copies(table, finding, counts)
        if counted is None:
            return State(words.INDETERMINATE, "copy-number-unknown")
        return _diplotype(table, str(counted.value), (finding,) if counted is finding else (finding, *counts), sex)
    stated = read_phenotype(table, text, words_of) if finding.kind == "phenotype" else read_score(table, text)
    if stated.reason == "term-not-of-gene":
        return Claim(FOREIGN, text, (), (finding,))
    if stated.reason is not None:
        bridge = words.BRIDGE[stated.reason]
        return State(bridge.word, bridge.line)
    kind = "phenotype" if finding.kind == "phenotype" else "score"
    reason = "indeterminate" if len(stated.meanings) > 1 else None
    return Claim(kind, text, stated.meanings, (finding,), reason)


def _diplotype(table: GeneTable, text: str, findings: tuple[Finding, ...], sex: str | None) -> Claim | State:
    site = read_site(table, text)
    if site is not None:
        inferred = bool(table.gene.extra["site"].get("inferred"))
        reading = DiplotypeReading(
            (site,), (), (f"inferred from {table.gene.extra['site']['id']}",) if inferred else ()
        )
        return _claim(table, reading, findings)
    return _read_alleles(table, text, findings, sex)


def _read_alleles(table: GeneTable, text: str, findings: tuple[Finding, ...], sex: str | None) -> Claim | State:
    """The claim of a diplotype or of one allele, by how many copies the person has."""
    reading = read_diplotype(table, text)
    if reading.problem == "not-a-diplotype":
        return State(words.UNREADABLE, "value-unreadable")
    if table.gene.method == "x-copies":
        return _by_sex(table, reading, findings, sex)
    if reading.problem == "one-allele":
        return _one_allele(table, reading, findings)
    return _claim(table, reading, findings)


def _claim(table: GeneTable, reading: DiplotypeReading, findings: tuple[Finding, ...]) -> Claim:
    meanings = () if reading.unknown else meanings_of(table, reading)
    return Claim(
        "diplotype",
        reading.text,
        meanings,
        findings,
        reading.reason,
        reading.unknown,
        reading.candidates,
        reading.notes,
    )


def _one_allele(table: GeneTable, reading: DiplotypeReading, findings: tuple[Finding, ...]) -> Claim:
    """One allele says nothing about the other: every partner is possible (PG16)."""
    if reading.unknown:
        return Claim("diplotype", reading.text, (), findings, None, reading.unknown, partial=True)
    open_to = {meaning for alleles in reading.candidates for meaning in table.with_partner(alleles)}
    meanings = tuple(sorted(open_to, key=table.place))
    reason = "indeterminate" if len(meanings) > 1 else None
    return Claim(
        "diplotype",
        reading.text,
        meanings,
        findings,
        reason,
        (),
        reading.candidates,
        (*reading.notes, ONE_ALLELE),
        True,
    )


def _by_sex(
    table: GeneTable, reading: DiplotypeReading, findings: tuple[Finding, ...], sex: str | None
) -> Claim | State:
    """Alleles of an X-linked gene: one copy in a male, two in a female (PG33, H32)."""
    single = all(len(alleles) == 1 for alleles in reading.candidates)
    if reading.unknown:
        return _claim(table, reading, findings)
    if sex == "male":
        if not single and any(len(set(alleles)) > 1 for alleles in reading.candidates):
            return State(words.CONFLICTING, "conflict")
        copies = tuple((alleles[0],) for alleles in reading.candidates)
        return _claim(table, DiplotypeReading(copies, (), reading.notes, reading.reason), findings)
    if not single:
        return _claim(table, reading, findings)
    if sex == "female":
        return _one_allele(table, reading, findings)
    claim = _one_allele(table, reading, findings)
    alone = {table.meaning(alleles) for alleles in reading.candidates}
    meanings = tuple(sorted({*alone, *claim.meanings}, key=table.place))
    return Claim("diplotype", claim.text, meanings, findings, "sex-unknown", (), claim.alleles, claim.notes, True)


def _from_haplotypes(
    table: GeneTable, found: Sequence[Finding], claims: Sequence[Claim], sex: str | None, counts: Sequence[Finding]
) -> Iterator[Claim]:
    """Two alleles, each from its own result, make a diplotype where no result states one (G10)."""
    if not found or any(claim.kind == "diplotype" for claim in claims):
        return
    by_allele: dict[str, list[Finding]] = {}
    for finding in found:
        name = _allele_name(finding)
        if name:
            by_allele.setdefault(name, []).append(finding)
    names = sorted(by_allele)
    findings = tuple(finding for name in names for finding in by_allele[name])
    if len(names) > 2 or (len(names) == 2 and table.gene.method == "one-copy"):
        open_to = {m for first in names for second in names for m in _pair_meanings(table, first, second)}
        meanings = tuple(sorted(open_to, key=table.place))
        if meanings:
            yield Claim("diplotype", ", ".join(names), meanings, findings, "phase-ambiguous", partial=True)
    elif names:
        text = "/".join(names)
        if len(names) == 2 and counts and table.gene.method not in OTHER_COPIES:
            # Which of them there is more of nobody says.
            findings = (*findings, *counts)
            if more_than_two(counts):
                yield Claim("diplotype", text, (INDETERMINATE,), findings, "copy-number-unknown")
                return
        claim = _read_alleles(table, text, findings, sex)
        if isinstance(claim, Claim):
            yield claim


def _allele_name(finding: Finding) -> str | None:
    value: Any = finding.value
    name = value.get("allele") if isinstance(value, Mapping) else value
    return name if isinstance(name, str) else None


def _pair_meanings(table: GeneTable, first: str, second: str) -> tuple[Meaning, ...]:
    reading = read_diplotype(table, f"{first}/{second}")
    return meanings_of(table, reading) if reading.problem is None else ()


def _from_variants(table: GeneTable, variants: Seen, index: Index) -> Iterator[Claim]:
    """Alleles that are single variants, found as variants; the rest is the reference only if coverage is stated and
    nothing found is left open (PG48, PG49)."""
    read = variant_alleles(table, variants.usable)
    if read is None:
        return
    alleles, findings, notes = read
    covered = whole_gene(index, table.gene.symbol) if _all_told(variants, findings) else []
    if not covered:
        # A harmless variant says nothing about the others of its copy (PG24).
        alleles = tuple(allele for allele in alleles if not table.as_reference(allele))
    if len(alleles) >= 2:
        reading = DiplotypeReading((table.ordered(alleles),), (), (*notes, *_presumed(alleles)))
        yield _claim(table, reading, findings)
    elif covered and findings and table.gene.reference:
        # A statement of coverage without any result of the gene is no result.
        pair = table.ordered((*alleles, *(table.gene.reference,) * (2 - len(alleles))))
        reading = DiplotypeReading((pair,), (), (*notes, "reference where covered and not found"))
        yield _claim(table, reading, (*findings, *covered))
    elif alleles:
        claim = _one_allele(table, DiplotypeReading((alleles,), (), notes), findings)
        yield Claim(
            claim.kind, claim.text, claim.meanings, findings, "position-not-tested" if claim.reason else None,
            (), claim.alleles, claim.notes, True,
        )  # fmt: skip


def _presumed(alleles: Sequence[str]) -> tuple[str, ...]:
    return ("presumed on different copies",) if len(set(alleles)) > 1 else ()


def _all_told(variants: Seen, findings: Sequence[Finding]) -> bool:
    """True if every variant that was found is an allele of the table, and none is without a call or unreadable."""
    known = {id(finding) for finding in findings}
    return not variants.others and all(id(one) in known for one in variants.usable if one.status == "present")


def _against(claims: Sequence[Claim], unlabeled: Iterable[Claim]) -> list[Claim]:
    """Claims of variants that may be inherited, where they contradict everything that was stated."""
    stated = {meaning for claim in claims for meaning in claim.meanings}
    return [claim for claim in unlabeled if stated and claim.meanings and not stated & set(claim.meanings)]


def _merged(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Equal statements as one claim with all their findings (MG1)."""
    merged: dict[tuple[object, ...], Claim] = {}
    for claim in claims:
        same = (
            claim.kind,
            claim.text if claim.kind == "diplotype" else "",
            claim.meanings,
            claim.unknown,
            claim.partial,
        )
        if same in merged:
            first = merged[same]
            claim = Claim(
                first.kind, first.text, first.meanings, (*first.findings, *claim.findings), first.reason, first.unknown,
                first.alleles, tuple(dict.fromkeys((*first.notes, *claim.notes))), first.partial,
            )  # fmt: skip
        merged[same] = claim
    return tuple(merged.values())
