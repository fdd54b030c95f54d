"""Cards: one for each drug of an order, the most cautious source in front, most urgent card first."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence

from pmcds.engine import modifiers
from pmcds.engine.beside import essence, evidence_of, of_other_sources, reasons, told
from pmcds.engine.compose import MENTION, Row, Statement, compose, excluded_alternatives, is_open
from pmcds.engine.modifiers import UNDEFINED
from pmcds.engine.outcome import PATIENT, Outcome
from pmcds.engine.phrasing import Phrasing, cut, fits
from pmcds.model import words
from pmcds.model.cards import Block, Card, Coding, Link, OrderTest, Remove, Replace, Suggestion
from pmcds.model.findings import Order
from pmcds.model.rules import INDICATORS, Evidence
from pmcds.terminology import Terms

# A fixed namespace, so that the same facts give the same card id in every process.
_NAMESPACE = uuid.UUID("6f3c1d5e-3c1b-5b0e-9f43-0f6d5e0b7a11")
# Reasons that say nothing about a single check, and how many checks with one of them are still told one by one.
_SAME_FOR_MANY = frozenset({"not-supplied", "truncated", "entry-error", "deadline"})
_MOST_ALIKE = 6
# Outcomes that may have a card.
_TOLD = frozenset({words.ALERT, words.CANNOT_TELL})
# Advice that offers, about kinds that are results: such cards about one result are one card.
_OFFER = "indicated"
_RESULTS = frozenset({"variant", "biomarker", "allele", "laboratory"})
_TESTING = ("test-first", "measure-first", "confirm-first")
_UNKNOWN_ALLELE = "unknown-allele"
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
    groups: dict[tuple[str, str | None], list[Statement]] = {}
    unchecked: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.outcome not in _TOLD or outcome.quiet:
            continue
        statement = compose(outcome, ranking.phrasing)
        if statement is not None:
            key = outcome.drug if outcome.order is not None else _result_of(statement)
            groups.setdefault((outcome.key, key), []).append(statement)
        elif outcome.outcome == words.CANNOT_TELL:
            unchecked.setdefault(outcome.key, []).append(outcome)
    cards = [_card(group, _beside(key, group, outcomes, unchecked, ranking), ranking) for key, group in groups.items()]
    cards += [_notice(group, ranking) for group in unchecked.values() if group]
    places = {key: place for place, key in enumerate(dict.fromkeys(outcome.key for outcome in outcomes))}
    cards.sort(key=lambda card: (-INDICATORS.index(card.indicator), places[card.order], card.notice, card.drug or ""))
    return tuple(cards)


def _result_of(statement: Statement) -> str:
    """What a card about the patient is about: the results that speak for it, else the rule alone (CARD-20).

    Only offers join: a guard or a risk about the same result keeps its own card.
    """
    offers = all(row.advice and row.advice[0].action == _OFFER for row in statement.rows)
    outcome = statement.outcome
    shown = [a for a in outcome.answers if a.word is None and a.keys != ("absent",) and a.subject.kind in _RESULTS]
    resources = sorted({source.resource for answer in shown for source in answer.sources})
    alert = outcome.outcome == words.ALERT
    return "\x1f".join(resources) if offers and alert and resources else statement.rule.id


def _beside(
    key: tuple[str, str | None],
    group: Sequence[Statement],
    outcomes: Sequence[Outcome],
    unchecked: dict[str, list[Outcome]],
    ranking: Ranking,
) -> tuple[Outcome, ...]:
    """What other sources make of the same order and drug; what could not be told is taken from the notices."""
    same = [outcome for outcome in outcomes if (outcome.key, outcome.drug) == key and outcome.rule is not None]
    waiting = unchecked.get(key[0], [])
    others = of_other_sources(same, [statement.rule.source for statement in group], ranking.sources)
    open_lines = [one for one in others if any(one is each for each in waiting)]
    if open_lines:
        unchecked[key[0]] = [one for one in waiting if not any(one is each for each in open_lines)]
    alerts = any(statement.outcome.outcome == words.ALERT for statement in group)
    opposed = [one for one in others if one.outcome == words.CLEAR] if alerts else []
    return (*opposed, *open_lines)


def _card(group: Sequence[Statement], beside: Sequence[Outcome], ranking: Ranking) -> Card:
    phrasing = ranking.phrasing
    # About the patient, the rule with most options leads; CARD-21: its options keep the order of names.
    most = {id(s): -len(s.lead.offered) if s.outcome.order is None else 0 for s in group}
    statements = sorted(group, key=lambda s: (s.lead.caution, _source_place(s, ranking), most[id(s)], s.rule.id))
    lead = statements[0]
    outcome = lead.outcome
    label, url = phrasing.source(lead.rule.source)
    evidence = tuple(dict.fromkeys(s.resource for st in statements for s, _ in st.outcome.evidence))
    lines = tuple((st.outcome.key, st.rule.id) for st in statements)
    lines += tuple((o.key, o.rule.id) for o in beside if o.rule is not None and o.outcome != words.CLEAR)
    identity = [f"{st.rule.id}@{st.rule.version}" for st in statements]
    detail = _detail(statements, beside, ranking)
    return Card(
        # The last block names the snapshot: another snapshot with the same facts keeps the id.
        uuid=_uuid(ranking, outcome.key, identity, evidence, detail[:-1]),
        order=outcome.key,
        drug=outcome.drug,
        summary=_summary(lead, phrasing),
        indicator=lead.lead.indicator,
        detail=detail,
        source=label,
        source_url=url,
        topic=Coding(phrasing.system("topic"), lead.rule.topic, lead.rule.title) if lead.rule.topic else None,
        lines=lines,
        evidence=evidence,
        suggestions=_suggestions(statements, ranking),
        override_reasons=_override_reasons(phrasing),
        links=_links(statements, phrasing),
        language=phrasing.language,
        action=lead.lead.advice[0].action if lead.lead.advice else None,
    )


def _source_place(statement: Statement, ranking: Ranking) -> int:
    source = statement.rule.source
    return ranking.sources.index(source) if source in ranking.sources else len(ranking.sources)


def _uuid(
    ranking: Ranking, order: str, rules: Sequence[str], evidence: Sequence[str], detail: Sequence[Block] = ()
) -> str:
    """A function of rules and their versions, patient, order, evidence and what is said about it."""
    said = [line for block in detail for line in block.lines]
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join([*rules, ranking.patient or "", order, *sorted(evidence), *said])))


def _summary(statement: Statement, phrasing: Phrasing) -> str:
    """The longest wording that fits; an allele or a negation is never cut, whole parts are left out instead."""
    row = statement.lead
    facts = phrasing.joined(statement.facts, last="list")
    # What is not sure is said where it is read first.
    doubt = f" ({phrasing.label('cancer_open')})" if "cancer" in statement.outcome.open_facts else ""
    texts = [f"{text.rstrip('.')}{doubt}" if doubt else text for text in row.summaries]
    candidates = [f"{facts}: {text}" for text in texts if facts]
    candidates += [f"{statement.facts[0]}: {text}" for text in texts if statement.facts]
    candidates += texts
    candidates.append(statement.outcome.drug or statement.rule.title)
    fitting = next((text for text in candidates if fits(_sentence(text))), None)
    return _sentence(fitting if fitting is not None else cut(candidates[-1], 130))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "…")) else ".")


def _detail(statements: Sequence[Statement], beside: Sequence[Outcome], ranking: Ranking) -> tuple[Block, ...]:
    phrasing = ranking.phrasing
    lead = statements[0]
    outcome = lead.outcome
    facts = phrasing.joined(lead.facts, last="list")
    first = " ".join([f"{facts}:" if facts else "", *lead.lead.sentences]).strip()
    blocks = []
    order = outcome.order
    if order is not None and order.source is not None and order.label and order.drug.how == "name":
        blocks.append(Block((phrasing.label("order_named", name=cut(order.label)),)))
    blocks += [Block((_sentence(first),)), Block((lead.rule.why,))]
    notices = tuple(dict.fromkeys(n for s in statements for n in s.notices))
    blocks += [Block((notice,)) for notice in notices]
    if not lead.alike:
        rows = tuple(
            phrasing.label(
                "population", population=phrasing.population(row.population), advice=_with_strength(row, phrasing)
            )
            for row in lead.rows
        )
        blocks.append(Block(rows, phrasing.label("rows"), points=True))
    excluded = tuple(line for s in statements for line in excluded_alternatives(s, phrasing))
    if excluded:
        blocks.append(Block(excluded, phrasing.label("alternatives"), points=True))
    others = tuple(_other(lead, other, phrasing) for other in statements[1:])
    others += tuple(told(outcome, phrasing) for outcome in beside)
    if others:
        heading = "others" if outcome.order is not None else "same_result"
        blocks.append(Block(others, phrasing.label(heading), points=True))
    used = tuple(dict.fromkeys(line for s in statements for line in s.used))
    if used:
        blocks.append(Block(used, phrasing.label("used"), points=True))
    missing = tuple(dict.fromkeys(line for s in statements for line in s.missing))
    if missing:
        blocks.append(Block(missing, phrasing.label("missing"), points=True))
    limits = [s.rule.limits for s in (statements if outcome.order is None else [lead]) if s.rule.limits]
    blocks += [Block((limit,)) for limit in dict.fromkeys(limits)]
    blocks.append(Block(_sources(statements, beside, ranking)))
    return tuple(blocks)


def _with_strength(row: Row, phrasing: Phrasing) -> str:
    text = " ".join(row.sentences)
    return f"{text} ({phrasing.label('strength', value=str(row.strength))})" if _stated(row.strength) else text


def _stated(strength: str | None) -> bool:
    """False where a source grades nothing."""
    return bool(strength) and strength != "N/A"


def _other(lead: Statement, other: Statement, phrasing: Phrasing) -> str:
    label, _ = phrasing.source(other.rule.source)
    date = next((evidence.date for evidence in other.evidence), "")
    name = f"{label} {date}".strip()
    if other.outcome.order is None:
        return " ".join(sentence for row in other.rows for sentence in row.sentences)
    if len(other.rows) == 1 and essence(lead.lead.advice) == essence(other.lead.advice):
        return phrasing.notice("agreed", source=name)
    said = [
        phrasing.label(
            "population", population=phrasing.population(row.population), advice=_with_strength(row, phrasing)
        )
        if row.population and len(other.rows) > 1
        else _with_strength(row, phrasing)
        for row in other.rows
    ]
    return phrasing.notice("differs", source=name, advice=" ".join(said))


def _sources(statements: Sequence[Statement], beside: Sequence[Outcome], ranking: Ranking) -> tuple[str, ...]:
    phrasing = ranking.phrasing
    lines = []
    for statement in statements:
        for evidence in statement.evidence:
            parts = _cited(evidence, phrasing)
            if _stated(statement.lead.strength) and evidence.level != MENTION:
                parts.append(phrasing.label("strength", value=str(statement.lead.strength)))
            lines.append("; ".join(parts) + ".")
        rule = statement.rule
        lines.append(
            phrasing.label("rule", rule=rule.id, version=str(rule.version), snapshot=ranking.snapshot[:12]) + "."
        )
    lines += ["; ".join(_cited(evidence, phrasing)) + "." for evidence in evidence_of(beside)]
    lines.append(phrasing.label("interpretation"))
    return tuple(dict.fromkeys(lines))


def _cited(evidence: Evidence, phrasing: Phrasing) -> list[str]:
    """Source, date, title, section with its licence, publication."""
    parts = [phrasing.label("evidence", source=evidence.source, date=evidence.date)]
    parts += [part for part in (evidence.title, evidence.section) if part]
    return [*parts, phrasing.label("pmid", pmid=evidence.pmid)] if evidence.pmid else parts


def _links(statements: Sequence[Statement], phrasing: Phrasing) -> tuple[Link, ...]:
    links: dict[str, Link] = {}
    for statement in statements:
        for evidence in statement.evidence:
            label = phrasing.label("evidence", source=evidence.source, date=evidence.date)
            links.setdefault(evidence.url, Link(evidence.title or label, evidence.url))
    return tuple(links.values())


def _override_reasons(phrasing: Phrasing) -> tuple[Coding, ...]:
    system = phrasing.system("override_reason")
    return tuple(Coding(system, reason["code"], reason["display"]) for reason in phrasing.override_reasons())


def _suggestions(statements: Sequence[Statement], ranking: Ranking) -> tuple[Suggestion, ...]:
    """Replace or remove the draft that caused the card, or order the missing test; none is pre-selected."""
    phrasing = ranking.phrasing
    lead = statements[0]
    order = lead.outcome.order
    found: dict[str, Suggestion] = {}
    for statement in statements:
        # Where several situations stand side by side, nothing is offered that one of them advises against.
        for advice in statement.lead.advice:
            test = advice.parameters.get("test")
            conditional = "only_if" in advice.parameters
            if advice.action in _TESTING and isinstance(test, str) and not conditional:
                found.setdefault(test, OrderTest(test, (), phrasing.label("order_test", test=test)))
    if order is None or not _replaceable(order):
        return tuple(found.values())
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
