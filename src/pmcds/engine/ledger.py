"""Write the account: it comes last, since only then it is known which inputs decided anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from pmcds.engine.outcome import Outcome, line_of
from pmcds.model import words
from pmcds.model.findings import GENOMIC_KINDS, Finding, Order, Reading
from pmcds.model.ledger import DecisionLine, InputLine, Ledger

# If a site has several roles, the line shows the first of these.
_ROLES = ("decisive", "modifier", "exclusion", "order", "patient", "context")
_PRECEDENCE = {role: place for place, role in enumerate(_ROLES)}


def made_lines(outcomes: Sequence[Outcome]) -> list[DecisionLine]:
    """A line for each outcome."""
    return [line_of(outcome) for outcome in outcomes]


def account(
    reading: Reading,
    outcomes: Sequence[Outcome],
    *,
    judged: Iterable[Order],
    snapshot: str,
    flags: Sequence[str] = (),
    prefetch: Mapping[str, str] | None = None,
    lines_of: Callable[[Sequence[Outcome]], Sequence[DecisionLine]] = made_lines,
) -> Ledger:
    """The ledger of one evaluation.

    `judged` are the orders that were in question; the others are context. `lines_of` makes the lines of outcomes.
    """
    roles = _roles(reading, outcomes, judged)
    dirty = _reasons(reading.findings) | _of_other_source(reading.findings, outcomes)
    lines = []
    for note in reading.inputs:
        role = roles.get(note.site)
        if note.ignored is not None:
            # The most frequent by far: the same as `InputLine(...)`, without a function of Python between.
            lines.append(tuple.__new__(InputLine, (note.site, note.resource, None, note.ignored)))
        elif role is not None:
            lines.append(InputLine(note.site, note.resource, used=role))
        elif note.role is not None:
            lines.append(InputLine(note.site, note.resource, used=note.role))
        else:
            lines.append(InputLine(note.site, note.resource, ignored=dirty.get(note.site) or "not-relevant"))
    every = dict.fromkeys((*reading.flags, *flags))
    return Ledger(tuple(lines_of(outcomes)), tuple(lines), snapshot, tuple(every), dict(prefetch or {}))


def _roles(reading: Reading, outcomes: Sequence[Outcome], judged: Iterable[Order]) -> dict[str, str]:
    """The most telling role of each site that any line used."""
    roles: dict[str, str] = {}

    def use(site: str, role: str) -> None:
        if site not in roles or _PRECEDENCE[role] < _PRECEDENCE[roles[site]]:
            roles[site] = role

    for outcome in outcomes:
        for source, role in (*outcome.evidence, *outcome.context):
            use(source.site, role)
    for order in judged:
        for site in _sites(order):
            use(site, "order")
    for order in reading.orders:
        for site in _sites(order):
            use(site, "context")
    return roles


def _of_other_source(findings: Sequence[Finding], outcomes: Sequence[Outcome]) -> dict[str, str]:
    """Sites of genomic results with a source class, of genes that only rules about another source ask for (H11)."""
    classed = [
        (finding, _genes(finding.subject or ""))
        for finding in findings
        if finding.source_class is not None and finding.kind in GENOMIC_KINDS
    ]
    asked: dict[str, set[str | None]] = {gene: set() for _, genes in classed for gene in genes}
    if not asked:
        return {}
    for rule in dict.fromkeys([outcome.rule for outcome in outcomes if outcome.rule is not None]):
        for subject in rule.subjects:
            for gene in _genes_of_rule(subject.name):
                if gene in asked:
                    asked[gene].add(rule.origin)
    return {
        finding.source.site: "source-class-mismatch"
        for finding, genes in classed
        if (origins := set().union(*(asked[gene] for gene in genes)))
        and str(finding.source_class).removeprefix("likely ") not in origins
    }


def _genes(name: str) -> list[str]:
    """The genes in the name of a subject: a symbol, an allele, a change of a gene, a fusion of two."""
    return name.split(" ", 1)[0].split("*", 1)[0].split("::")


# Names in rules only: what findings are about never stays in a memory.
_genes_of_rule = lru_cache(maxsize=4096)(_genes)


def _sites(order: Order) -> list[str]:
    return [source.site for source in (order.source, *order.also) if source is not None]


def _reasons(findings: Sequence[Finding]) -> dict[str, str]:
    """Why the findings of a site do not count: the input-line word of their first reason that has one."""
    reasons: dict[str, str] = {}
    for finding in findings:
        bridge = words.BRIDGE.get(finding.reason or "")
        if bridge is not None and bridge.ignored:
            reasons.setdefault(finding.source.site, bridge.ignored)
    return reasons
