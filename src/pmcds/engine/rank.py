"""Cards: one for each drug of an order, the most cautious source in front, most urgent card first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha1

from pmcds.engine import modifiers
from pmcds.engine.beside import of_other_sources, reasons, told
from pmcds.engine.compose import Facts, Statement, compose, excluded_alternatives, is_open
from pmcds.engine.modifiers import UNDEFINED
from pmcds.engine.outcome import PATIENT, Outcome
from pmcds.engine.phrasing import Phrasing, cut, fits
from pmcds.engine.standing import Standing, others_heading, standing_of
from pmcds.model import words
from pmcds.model.cards import Block, Card, Coding, OrderTest, Remove, Replace, Suggestion
from pmcds.model.findings import Order
from pmcds.model.rules import INDICATORS
from pmcds.terminology import Terms

# A fixed namespace, so that the same facts give the same card id in every process.
_NAMESPACE = bytes.fromhex("6f3c1d5e3c1b5b0e9f430f6d5e0b7a11")
# Reasons that say nothing about a single check, and how many checks with one of them are still told one by one.
_SAME_FOR_MANY = frozenset({"not-supplied", "truncated", "entry-error", "deadline"})
_MOST_ALIKE = 6
# Outcomes that may have a card.
_TOLD = frozenset({words.ALERT, words.CANNOT_TELL})
# Advice that offers, about kinds that are results: such cards about one result are one card.
_OFFER = "indicated"
_RESULTS = frozenset({"variant", "biomarker", "allele", "laboratory"})
_UNKNOWN_ALLELE = "unknown-allele"
# The order or the patient, and the drug or the results that a card is about.
_Key = tuple[str, str | None]
_REMOVING = ("avoid", "not-indicated", "resistant")


class Ranking:
    """What cards need besides the outcomes: phrases, terms, the order of sources, the patient, the snapshot."""

    __slots__ = ("patient", "phrasing", "snapshot", "sources", "terms")

    def __init__(
        self, phrasing: Phrasing, terms: Terms, *, sources: Sequence[str], patient: str | None, snapshot: str
    ) -> None:
        self.phrasing = phrasing
        self.terms = terms
        self.sources = tuple(sources)
        self.patient = patient
        self.snapshot = snapshot


def rank(outcomes: Sequence[Outcome], ranking: Ranking) -> tuple[Card, ...]:
    """All cards, critical first, then in the order of orders and drugs."""
    facts = Facts(ranking.phrasing)
    groups: dict[_Key, list[Statement]] = {}
    unchecked: dict[str, list[Outcome]] = {}
    places: dict[str, int] = {}
    of_orders: dict[str, list[Outcome]] = {}
    key = None
    for outcome in outcomes:
        if outcome.key is not key:
            key = outcome.key
            places.setdefault(key, len(places))
            of_order = of_orders.setdefault(key, [])
        if outcome.order is not None:
            of_order.append(outcome)
        if outcome.outcome not in _TOLD or outcome.quiet:
            continue
        statement = compose(outcome, ranking.phrasing, facts)
        if statement is not None:
            about = outcome.drug if outcome.order is not None else _result_of(statement)
            groups.setdefault((key, about), []).append(statement)
        else:
            # An alert has a case with a card; whatever has none could not be told.
            unchecked.setdefault(key, []).append(outcome)
    cards = []
    for (order, _), group in groups.items():
        beside = _beside(group, of_orders[order], unchecked, ranking)
        cards.append(_card(_in_order(group, ranking), beside, ranking))
    cards += [_notice(group, ranking) for group in unchecked.values() if group]
    cards.sort(key=lambda card: (-INDICATORS.index(card.indicator), places[card.order], card.notice, card.drug or ""))
    return tuple(cards)


def _result_of(statement: Statement) -> str:
    """What a card about the patient is about: the results that speak for it, else the rule alone (CARD-20).

    Only offers join: a guard or a risk about the same result keeps its own card.
    """
    outcome = statement.outcome
    rule = statement.advised.rule.id
    if outcome.outcome != words.ALERT:
        return rule
    for row in statement.advised.rows:
        if not row.advice or row.advice[0].action != _OFFER:
            return rule
    shown = [a for a in outcome.answers if a.word is None and a.keys != ("absent",) and a.subject.kind in _RESULTS]
    return "\x1f".join(sorted({source.resource for answer in shown for source in answer.sources})) or rule


def _beside(
    group: Sequence[Statement], of_order: Sequence[Outcome], unchecked: dict[str, list[Outcome]], ranking: Ranking
) -> tuple[Outcome, ...]:
    """What other sources make of the same order and drug; what could not be told is taken from the notices."""
    order, drug = group[0].outcome.key, group[0].outcome.drug
    same = [outcome for outcome in of_order if outcome.drug == drug and outcome.rule is not None]
    if len(same) == len(group):
        return ()
    others = of_other_sources(same, [statement.advised.rule.source for statement in group], ranking.sources)
    if not others:
        return ()
    waiting = unchecked.get(order, [])
    open_lines = [one for one in others if any(one is each for each in waiting)]
    if open_lines:
        unchecked[order] = [one for one in waiting if not any(one is each for each in open_lines)]
    alerts = any(statement.outcome.outcome == words.ALERT for statement in group)
    opposed = [one for one in others if one.outcome == words.CLEAR] if alerts else []
    return (*opposed, *open_lines)


def _in_order(group: Sequence[Statement], ranking: Ranking) -> Sequence[Statement]:
    """The most cautious source in front.

    About the patient, the rule with most options leads; CARD-21: its options keep the order of names.
    """
    if len(group) == 1:
        return group
    most = {id(s): -len(s.lead.offered) if s.outcome.order is None else 0 for s in group}
    return sorted(group, key=lambda s: (s.lead.caution, _source_place(s, ranking), most[id(s)], s.rule.id))


def _card(statements: Sequence[Statement], beside: Sequence[Outcome], ranking: Ranking) -> Card:
    phrasing = ranking.phrasing
    statement = statements[0]
    outcome, lead = statement.outcome, statement.advised.rows[0]
    order = outcome.key
    standing = standing_of(statements, beside, phrasing, ranking.snapshot)
    evidence = tuple(dict.fromkeys([s.resource for one in statements for s, _ in one.outcome.evidence]))
    facts = phrasing.joined(statement.facts, last="list")
    detail = _detail(facts, statements, beside, standing, phrasing)
    return Card(
        # The last block names the snapshot: another snapshot with the same facts keeps the id.
        uuid=_uuid(ranking, order, standing.versions, evidence, detail[:-1]),
        order=order,
        drug=outcome.drug,
        summary=_summary(facts, statement, phrasing),
        indicator=lead.indicator,
        detail=detail,
        source=standing.source[0],
        source_url=standing.source[1],
        topic=standing.topic,
        lines=tuple([(order, rule) for rule in standing.rules]),
        evidence=evidence,
        suggestions=_suggestions(statement, standing.tests, ranking),
        override_reasons=standing.override_reasons,
        links=standing.links,
        language=phrasing.language,
        action=lead.advice[0].action if lead.advice else None,
    )


def _source_place(statement: Statement, ranking: Ranking) -> int:
    source = statement.rule.source
    return ranking.sources.index(source) if source in ranking.sources else len(ranking.sources)


def _uuid(
    ranking: Ranking, order: str, rules: Sequence[str], evidence: Sequence[str], detail: Sequence[Block] = ()
) -> str:
    """A function of rules and their versions, patient, order, evidence and what is said about it."""
    said = [line for block in detail for line in block.lines]
    name = "\x1f".join([*rules, ranking.patient or "", order, *sorted(evidence), *said])
    # The same as `uuid5`, without an object for it.
    digest = sha1(_NAMESPACE + name.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def _summary(facts: str, statement: Statement, phrasing: Phrasing) -> str:
    """The longest wording that fits; an allele or a negation is never cut, whole parts are left out instead."""
    texts = statement.advised.rows[0].summaries
    if "cancer" in statement.outcome.open_facts:
        # What is not sure is said where it is read first.
        doubt = f" ({phrasing.label('cancer_open')})"
        texts = tuple(f"{text.rstrip('.')}{doubt}" for text in texts)
    for known in (facts, *statement.facts[:1]):
        for text in texts if known else ():
            told = _sentence(f"{known}: {text}")
            if fits(told):
                return told
    candidates = (*texts, statement.outcome.drug or statement.rule.title)
    fitting = next((text for text in candidates if fits(_sentence(text))), None)
    return _sentence(fitting if fitting is not None else cut(candidates[-1], 130))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "…")) else ".")


def _detail(
    facts: str, statements: Sequence[Statement], beside: Sequence[Outcome], standing: Standing, phrasing: Phrasing
) -> tuple[Block, ...]:
    outcome = statements[0].outcome
    order = outcome.order
    blocks = []
    if order is not None and order.source is not None and order.label and order.drug.how == "name":
        blocks.append(Block((phrasing.label("order_named", name=cut(order.label)),)))
    first = f"{facts}: {standing.advice}" if facts else standing.advice
    blocks += [Block((_sentence(first.strip()),)), standing.why]
    notices, used, missing = _together(statements)
    for notice in notices:
        blocks.append(Block((notice,)))
    if standing.rows is not None:
        blocks.append(standing.rows)
    excluded = [line for s in statements if s.outcome.exceptions for line in excluded_alternatives(s, phrasing)]
    if excluded:
        blocks.append(Block(tuple(excluded), phrasing.label("alternatives"), points=True))
    others = standing.others
    if beside:
        lines = (*(others.lines if others is not None else ()), *[told(one, phrasing) for one in beside])
        others = Block(lines, others_heading(phrasing, about_order=order is not None), points=True)
    if others is not None:
        blocks.append(others)
    if used:
        blocks.append(Block(used, phrasing.label("used"), points=True))
    if missing:
        blocks.append(Block(missing, phrasing.label("missing"), points=True))
    return (*blocks, *standing.limits, standing.sources)


def _together(statements: Sequence[Statement]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Notices, what was used and what was missing of all statements, each line once."""
    notices: dict[str, None] = {}
    used: dict[str, None] = {}
    missing: dict[str, None] = {}
    for statement in statements:
        for known, lines in ((notices, statement.notices), (used, statement.used), (missing, statement.missing)):
            for line in lines:
                known[line] = None
    return tuple(notices), tuple(used), tuple(missing)


def _suggestions(statement: Statement, tests: tuple[OrderTest, ...], ranking: Ranking) -> tuple[Suggestion, ...]:
    """Replace or remove the draft that caused the card, or order the missing test; none is pre-selected."""
    lead = statement
    order = lead.outcome.order
    if order is None or not _replaceable(order):
        return tests
    phrasing = ranking.phrasing
    found: dict[str, Suggestion] = {item.test: item for item in tests}
    drug = lead.outcome.drug or ""
    settled = lead.outcome.outcome == words.ALERT and len(lead.rows) == 1
    if settled:
        for other in lead.lead.offered:
            term = ranking.terms.drug(other.drug)
            if term is not None and term.codes and not is_open(other, lead.outcome):
                label = phrasing.label("replace", alternative=other.drug, drug=drug)
                found.setdefault(
                    label, Replace(order.key, other.drug, tuple(Coding(*code) for code in term.codes), label)
                )
    if settled and lead.lead.advice and lead.lead.advice[0].action in _REMOVING:
        label = phrasing.label("remove", drug=drug)
        found.setdefault(label, Remove(order.key, label))
    return tuple(found.values())


def _replaceable(order: Order) -> bool:
    """Only a draft of the request's own context, with its single drug, may be removed or replaced."""
    source = order.source
    # An order whose key was told apart from another's of the same id cannot be named to the client.
    in_context = source is not None and source.site.startswith("/context/") and order.key == source.resource
    return in_context and order.resource is not None and len(order.drug.ingredients) == 1


def _notice(group: Sequence[Outcome], ranking: Ranking) -> Card:
    """The one "could not be checked" card of an order: what could not be told, and why."""
    phrasing = ranking.phrasing
    first = group[0]
    order = first.order
    name = first.drug or (cut(order.label) if order is not None and order.label else None)
    if first.key == PATIENT or name is None:
        summary = phrasing.notice("unchecked_patient")
    else:
        summary = phrasing.notice("unchecked_summary", drug=name)
    blocks = [Block((phrasing.notice("unchecked"),)), Block(_unchecked_lines(group, phrasing), points=True)]
    if order is not None and order.label and order.drug.how != "code":
        blocks.insert(0, Block((phrasing.label("order_named", name=cut(order.label)),)))
    label, url = ("pmcds", None)
    rules = [outcome.rule.id if outcome.rule is not None else "-" for outcome in group]
    lines_of = tuple((outcome.key, outcome.rule.id if outcome.rule is not None else None) for outcome in group)
    return Card(
        uuid=_uuid(ranking, first.key, ["notice", *rules], (), blocks),
        order=first.key,
        drug=first.drug,
        summary=_sentence(summary) if fits(_sentence(summary)) else _sentence(phrasing.notice("unchecked_patient")),
        indicator="info",
        detail=tuple(blocks),
        source=label,
        source_url=url,
        topic=Coding(phrasing.system("topic"), "couldnotbechecked", phrasing.notice("unchecked_patient")),
        lines=tuple(dict.fromkeys(lines_of)),
        language=phrasing.language,
        notice=True,
    )


def _unchecked_lines(group: Sequence[Outcome], phrasing: Phrasing) -> tuple[str, ...]:
    """One line for each check; what is the same for many, since their data were not sent, is said once."""
    many = Counter(outcome.reason or "" for outcome in group if outcome.reason in _SAME_FOR_MANY)
    lines: dict[str, None] = {}
    for outcome in group:
        count = many[outcome.reason or ""]
        said = phrasing.notice("unchecked_many", count=str(count), reason=reasons(outcome, phrasing))
        lines[_unchecked(outcome, phrasing) if count <= _MOST_ALIKE else said] = None
    return tuple(lines)


def _unchecked(outcome: Outcome, phrasing: Phrasing) -> str:
    reason = reasons(outcome, phrasing)
    if outcome.rule is None or outcome.reason == words.WITHHELD:
        # Not even the name of the gene is told about withheld data.
        return _sentence(reason)
    interactions = modifiers.told(outcome, phrasing) if UNDEFINED in (outcome.reason, *outcome.also) else ()
    unknown = [answer for answer in outcome.answers if answer.reason == _UNKNOWN_ALLELE and answer.text]
    named = dict.fromkeys(phrasing.not_in_table(answer) for answer in unknown)
    return " ".join([_sentence(f"{outcome.rule.title}: {reason}"), *named, *interactions])
