"""The result of an evaluation: cards, the account of everything that was looked at, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pmcds.engine import Outcome, recommendations
from pmcds.engine.phrasing import Phrasing
from pmcds.model.answers import Answer, Interval
from pmcds.model.cards import Card
from pmcds.model.findings import Finding, Source
from pmcds.model.genes import Gene
from pmcds.model.ledger import Ledger
from pmcds.model.results import Recommendation

if TYPE_CHECKING:
    from pmcds import hooks

Read = tuple[tuple[Finding, ...], tuple[Mapping[str, Any], ...]]


@dataclass(frozen=True)
class Result:
    """What one evaluation gave.

    cards            cards as plain values, most urgent first
    ledger           one line for each order and rule, one for each resource of the input
    findings         every fact of the input, in input order
    recommendations  every guideline row that applies
    notes            repairs of the input and of the request, by site, and what the client's profile moved or dropped

    The last three are worked out when they are first asked for: an answer needs none of them.
    """

    cards: tuple[Card, ...]
    ledger: Ledger
    _outcomes: tuple[Outcome, ...] = field(default=(), repr=False)
    _phrasing: Phrasing | None = field(default=None, repr=False)
    _render: Callable[[Result, Collection[str]], hooks.Rendered] | None = field(default=None, repr=False)
    _request_notes: tuple[str, ...] = field(default=(), repr=False)
    _read: Callable[[], Read] | None = field(default=None, repr=False)
    _genes: Mapping[str, Gene] = field(default_factory=dict, repr=False)

    @cached_property
    def _everything(self) -> Read:
        return self._read() if self._read is not None else ((), ())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every fact of the input, also what no rule in question asks for, and what contradicts each other."""
        return self._everything[0]

    @property
    def notes(self) -> tuple[Mapping[str, Any], ...]:
        """Repairs by site; what the client's profile moved or dropped stands under its card."""
        of_request = ({"site": "", "repairs": list(self._request_notes)},) if self._request_notes else ()
        return (*self._everything[1], *of_request, *_of_cards(self._rendered))

    @property
    def orders(self) -> dict[str, Mapping[str, Any]]:
        """The orders in question as they were sent, by key; those given by name are not among them."""
        found = {outcome.key: outcome.order for outcome in self._outcomes if outcome.order is not None}
        return {key: order.resource for key, order in found.items() if order.resource is not None}

    @cached_property
    def recommendations(self) -> tuple[Recommendation, ...]:
        """Every guideline row that applies."""
        return recommendations(self._outcomes, self._genes)

    @property
    def complete(self) -> bool:
        """False while anything could not be told."""
        return self.ledger.complete

    @property
    def snapshot(self) -> str:
        """The digest of the knowledge that was used, rules and tables together."""
        return self.ledger.snapshot

    @cached_property
    def _rendered(self) -> hooks.Rendered | None:
        return self._render(self, ()) if self._render is not None else None

    @property
    def _response(self) -> dict[str, Any]:
        return self._rendered.response if self._rendered is not None else {"cards": []}

    def to_dict(self, *, shown_before: Collection[str] = ()) -> dict[str, Any]:
        """The CDS Hooks response.

        Cards of these ids are held back and named in its extension (N3), but for critical ones: `cards` and the
        ledger have them all the same.
        """
        if not shown_before or self._render is None:
            return self._response
        return self._render(self, shown_before).response

    def report(self) -> dict[str, Any]:
        """Everything, as `pmcds evaluate --json` prints it."""
        report = {
            "cards": self._response["cards"],
            "recommendations": [_recommendation(row) for row in self.recommendations],
            "ledger": self.ledger.to_dict(),
            "findings": [finding_to_dict(finding) for finding in self.findings],
            "complete": self.complete,
            "snapshot": self.snapshot,
        }
        if self.notes:
            report["notes"] = [dict(note) for note in self.notes]
        return report

    def why(self, rule: str, order: str | None = None) -> str:
        """Why a rule spoke or kept silent: its outcome, case, the values it saw and where each was read.

        Says so if the rule did not run. Meant for people; programs read `ledger`.
        """
        found = [o for o in self._outcomes if o.rule is not None and o.rule.id == rule and order in (None, o.key)]
        if not found:
            return f"{rule}: no order or question of this input concerns this rule, or it is not active."
        return "\n\n".join(_explain(outcome, self._phrasing) for outcome in found)


def _of_cards(rendered: hooks.Rendered | None) -> Iterator[Mapping[str, Any]]:
    """What rendering noted, by card."""
    noted: dict[str, list[str]] = {}
    for note in rendered.notes if rendered is not None else ():
        card, _, text = note.partition(": ")
        noted.setdefault(card, []).append(text)
    yield from ({"site": card, "repairs": texts} for card, texts in noted.items())


def _explain(outcome: Outcome, phrasing: Phrasing | None) -> str:
    assert outcome.rule is not None
    head = f"{outcome.rule.id} for {outcome.key}: {outcome.outcome}"
    if outcome.reason:
        head += f" ({', '.join((outcome.reason, *outcome.also))})"
    lines = [head + (", quiet" if outcome.quiet else "")]
    for verdict in outcome.verdicts:
        place = f"population {verdict.population.name}: " if verdict.population.name else ""
        case = verdict.case.id if verdict.case is not None else "no case fits"
        silent = f", silent: {verdict.case.silent}" if verdict.case is not None and verdict.case.silent else ""
        lines.append(f"  {place}{verdict.outcome}, case {case}{silent}")
    for answer in (*outcome.answers, *outcome.exceptions):
        lines.append("  " + _answer(answer, phrasing))
    return "\n".join(lines)


def _answer(answer: Answer, phrasing: Phrasing | None) -> str:
    name = " ".join(part for part in answer.subject if part)
    if answer.word is not None:
        text = f"{name}: {answer.word} ({answer.reason})"
        if answer.alternatives:
            text += f", between {' and '.join(_key(key) for key in answer.alternatives)}"
    else:
        text = f"{name}: {' or '.join(_key(key) for key in answer.keys)}"
        if answer.reason and len(answer.keys) > 1:
            text += f" ({answer.reason})"
    if answer.text:
        text += f", from {answer.text}"
    if answer.table:
        text += f" by {answer.table}"
    for source in answer.sources:
        text += f"\n    read at {source.path or source.site} of {source.resource}"
        text += f", laboratory {source.laboratory}" if source.laboratory else ""
    for note in answer.notes:
        text += f"\n    note: {note}"
    return text


def _key(key: str | Interval) -> str:
    if isinstance(key, str):
        return key
    low, high = (None if edge is None else format(edge, "f") for edge in (key.low, key.high))
    unit = f" {key.unit}" if key.unit else ""
    return f"{low}{unit}" if low == high and low is not None else f"{low or '?'} to {high or '?'}{unit}"


def _recommendation(row: Recommendation) -> dict[str, Any]:
    return {
        "source": row.source,
        "drug": row.drug,
        "lookup": dict(row.lookup),
        "population": row.population,
        "strength": row.strength,
        "dosing_information": row.dosing_information,
        "alternate_drug": row.alternate_drug,
        "other_guidance": row.other_guidance,
        "rule": row.rule,
        "case": row.case,
    }


def finding_to_dict(finding: Finding) -> dict[str, Any]:
    """A finding as JSON values; decimals become numbers that print the same."""
    row: dict[str, Any] = {
        "kind": finding.kind,
        "subject": finding.subject,
        "value": plain(finding.value),
        "status": finding.status,
        "reason": finding.reason,
        "date": finding.date,
        "source_class": finding.source_class,
        "source": _source(finding.source),
        "notes": list(finding.notes),
    }
    optional = {"unit": finding.unit, "matched": finding.matched, "missing": list(finding.missing)}
    row.update({name: value for name, value in optional.items() if value})
    if finding.source.laboratory:
        row["laboratory"] = finding.source.laboratory
    if finding.also:
        row["also"] = [_source(source) for source in finding.also]
    return row


def _source(source: Source) -> dict[str, str]:
    return {"resource": source.resource, "path": source.path or source.site}


def plain(value: Any) -> Any:
    """JSON values of a finding's value; a decimal is written as text, exactly as it was read."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value
