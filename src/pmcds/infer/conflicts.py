"""Where findings contradict each other, as findings of kind `conflict` (MG2-MG6, T02, T25, T30, T33, T39, T70).

Status `present` means that the parties differ but agree on what rules ask; the difference is shown all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pmcds.infer.claims import FOREIGN, Claim, GeneEvidence, gather
from pmcds.infer.dates import newest
from pmcds.infer.evidence import Index, index, see
from pmcds.infer.positions import disagreement
from pmcds.infer.settle import settle
from pmcds.infer.tables import table_of
from pmcds.infer.typed_alleles import typed
from pmcds.infer.variant_findings import value_of
from pmcds.model.findings import Finding, Reading
from pmcds.model.genes import Gene

# Conflicts are told whatever the time: nothing is later than this.
_ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)
_SIDES = (frozenset({"pathogenic", "likely pathogenic"}), frozenset({"benign", "likely benign"}))
_KNOWN = frozenset({"uncertain significance"}).union(*_SIDES)


def conflicts(reading: Reading, genes: Mapping[str, Gene]) -> tuple[Finding, ...]:
    """Every contradiction between findings, each named after its parties and placed at one of them."""
    seen = index(reading, _ALWAYS)
    subjects = {finding.subject for finding in reading.findings if finding.subject}
    found: list[Finding] = []
    for symbol in sorted(subjects & set(genes)):
        found += _of_gene(gather(table_of(genes[symbol]), seen, _as_stated, None))
    found += _of_typings(seen)
    found += _of_markers(seen)
    found += _of_significance(seen)
    return tuple(found)


def _as_stated(text: str) -> str | None:
    return text if text.endswith((" metabolizer", " function")) else None


def _conflict(at: Finding, subject: str | None, value: Mapping[str, Any], reason: str | None) -> Finding:
    status = "conflicting" if reason else "present"
    return Finding("conflict", subject, value, at.source, status=status, reason=reason, date=at.date)


def _of_gene(evidence: GeneEvidence) -> Iterator[Finding]:
    symbol, table = evidence.table.gene.symbol, evidence.table
    genotypes = [claim for claim in evidence.of("diplotype") if not claim.partial]
    different = disagreement(evidence)
    if different is not None:
        same = set(different.meanings) == set(different.claim.meanings) and len(different.meanings) == 1
        between = (f"reported diplotype {different.claim.text}", f"variants: {different.text}")
        value: dict[str, Any] = {"between": between}
        if same:
            value["phenotype_both"] = different.meanings[0].phenotype
        yield _conflict(different.claim.findings[0], symbol, value, None if same else "value-conflict")
    if len(genotypes) > 1:
        meanings = {claim.meanings for claim in genotypes}
        reason = None if len(meanings) == 1 and () not in meanings else "value-conflict"
        yield _conflict(_last(genotypes), symbol, {"between": tuple(_labelled(claim) for claim in genotypes)}, reason)
    settled = settle(evidence)
    stated = evidence.of("phenotype", "score", FOREIGN)
    if settled is None or not genotypes or not stated:
        return
    for genotype in genotypes:
        other = next((claim for claim in stated if not set(claim.meanings) & set(genotype.meanings)), None)
        if other is not None and genotype.meanings and settled.reason == "genotype-phenotype-mismatch":
            meaning = " or ".join(
                f"activity score {m.score}: {m.phenotype}" if m.score else m.phenotype for m in genotype.meanings
            )
            between = (f"diplotype {genotype.text} ({meaning})", f"reported {_word(other)} {other.text}")
            yield _conflict(genotype.findings[0], table.gene.symbol, {"between": between}, "phenotype-conflict")


def _word(claim: Claim) -> str:
    return "activity score" if claim.kind == "score" else "phenotype"


def _last(claims: Iterable[Claim]) -> Finding:
    findings = [finding for claim in claims for finding in claim.findings]
    date = newest([finding.date for finding in findings])
    return next((finding for finding in findings if finding.date == date), findings[0])


def _labelled(claim: Claim) -> str:
    finding = claim.findings[0]
    beside = ", ".join(part for part in (finding.source.laboratory, finding.date) if part)
    return f"{claim.text} ({beside})" if beside else claim.text


def _of_typings(seen: Index) -> Iterator[Finding]:
    """Results of one locus that do not describe the same two copies (T30)."""
    usable = see(seen.all_of("allele"), "germline", seen.now).usable
    loci: dict[str, dict[str, list[Finding]]] = {}
    for finding in usable:
        value = value_of(finding)
        name = str(value.get("allele") or finding.subject or "")
        if finding.status == "present" and (stated := typed(name.partition("*")[2])) and stated.exact:
            loci.setdefault(name.partition("*")[0], {}).setdefault(finding.source.resource, []).append(finding)
    for locus, by_resource in sorted(loci.items()):
        complete = {r: f for r, f in by_resource.items() if any(value_of(x).get("typing") == "both copies" for x in f)}
        singles = [findings[0] for r, findings in sorted(by_resource.items()) if r not in complete]
        typings = {resource: frozenset(_name(f) for f in findings) for resource, findings in complete.items()}
        pairs = set(typings.values()) | ({frozenset(map(_name, singles))} if len(singles) == 2 else set())
        outside = [one for one in singles if any(_name(one) not in pair for pair in typings.values())]
        if typings and (len(pairs) > 1 or outside):
            at = complete[min(complete)][0]
            told = tuple(" + ".join(sorted(pair)) for pair in sorted(pairs, key=sorted))
            yield _conflict(at, locus, {"between": told}, "value-conflict")


def _name(finding: Finding) -> str:
    return str(value_of(finding).get("allele") or finding.subject)


def _of_markers(seen: Index) -> Iterator[Finding]:
    """Tumor markers that changed with time: the newest counts, older ones are named (MG4, T25)."""
    by_marker: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in see(seen.all_of("biomarker"), None, seen.now).usable:
        if finding.subject and isinstance(value_of(finding).get("result"), str):
            assay = str(value_of(finding).get("assay", ""))
            by_marker.setdefault((finding.subject, finding.specimen or "", assay), []).append(finding)
    for (marker, _, _), findings in sorted(by_marker.items()):
        results = {_result(finding) for finding in findings}
        if len(results) < 2:
            continue
        ordered = sorted(findings, key=lambda finding: (finding.date or "", finding.source.resource))
        last = [finding for finding in ordered if finding.date == ordered[-1].date]
        current = {_result(finding) for finding in last}
        value: dict[str, Any] = {"between": tuple(f"{value_of(f)['result']} ({f.date})" for f in ordered)}
        if len(current) == 1:
            value["current"] = current.pop()
        yield _conflict(ordered[-1], marker, value, None if "current" in value else "value-conflict")


def _result(finding: Finding) -> str:
    result = str(value_of(finding)["result"])
    return "positive" if result == "present" else result


def _of_significance(seen: Index) -> Iterator[Finding]:
    """Several significances of one variant (T39)."""
    variants = {finding.source.resource: finding for finding in seen.all_of("variant") if _is_variant(finding)}
    stated: dict[str, set[str]] = {}
    for finding in seen.all_of("variant"):
        value = value_of(finding)
        word = value.get("significance") or value.get("as_stated")
        if value.get("row") == "significance" and isinstance(word, str):
            for key in value.get("variant", ()):
                stated.setdefault(key, set()).add(word)
    for key, terms in sorted(stated.items()):
        known = terms & _KNOWN
        if len(known) > 1 and key in variants:
            reason = None if any(known <= side for side in _SIDES) else "significance-conflict"
            yield _conflict(variants[key], variants[key].subject, {"between": tuple(sorted(terms))}, reason)


def _is_variant(finding: Finding) -> bool:
    return value_of(finding).get("row", "variant") not in ("significance", "consequence")
