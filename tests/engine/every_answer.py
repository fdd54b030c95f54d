"""What the rules of each drug say to each answer that is possible, in short lines.

For each drug one answer at a time is changed, in a patient for whom a card is due and in one for whom none is (every
value, and of the words and open answers one of several, so that it stays fast). What is kept of an outcome is how it
ends and the first signs of a digest over all that is told of it: the card as a client gets it, the line of the ledger,
the rows of the guideline, and why. Write it anew with `scripts/record --rules` and read the difference.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import islice, product
from pathlib import Path

from pmcds import hooks
from pmcds.engine import Blank, Outcome, Ranking, Situation, account, judge_order, judge_patient, questions, rank
from pmcds.engine.match import atoms
from pmcds.engine.recommend import recommendations
from pmcds.hooks.actions import Setting
from pmcds.model import words
from pmcds.model.answers import CLOSED_WORLD, NUMERIC, Answer, Interval, Key, Modifier, Subject
from pmcds.model.findings import DrugMatch, InputNote, Order, Reading, Source, Supply
from pmcds.model.rules import Atom, Case, Rule
from pmcds.result import Result
from tests.evidence.goldens import whole

FILE = Path(__file__).with_name("every_answer.txt")
# So many combinations are tried to find a patient whom a case is about.
MOST = 400
# Of the answers that are no plain value one of so many is tried with a drug.
ONE_OF = 6
GENE_KINDS = ("phenotype", "activity_score", "diplotype", "genotype", "allele", "variant")
LETTERS = {words.ALERT: "A", words.CLEAR: "C", words.CANNOT_TELL: "T", words.NOT_COVERED: "N"}
Answers = dict[tuple[Subject, str | None], Answer]


def source(subject: Subject) -> Source:
    """Where an answer was read: each question has a place and a laboratory of its own."""
    name = f"{subject.kind}-{hashlib.sha256(subject.name.encode()).hexdigest()[:4]}"
    return Source(f"Observation/{name}", f"/entry/{name}/resource", "", f"Laboratory {name[-4:]}")


def known(subject: Subject, *keys: Key, **more: object) -> Answer:
    """A value, or several that are possible, with all that is told about a result."""
    gene = subject.kind in GENE_KINDS
    reason = None if len(keys) == 1 else "not-supplied" if subject.kind in CLOSED_WORLD else "phase-ambiguous"
    absent = subject.kind in ("condition", "cancer", "medication") and keys == ("absent",)
    stated = {
        "reason": reason,
        "sources": () if absent else (source(subject),),
        "date": "2026-03-02" if not absent else None,
        "text": "*1/*2" if gene and subject.kind not in ("allele", "variant") else None,
        "table": "table of 2026-01-05" if gene else None,
    }
    return Answer(subject, keys, **{**stated, **more})  # type: ignore[arg-type]


def word(subject: Subject, one: str, reason: str, **more: object) -> Answer:
    """A word, and why."""
    rests = () if one == words.UNKNOWN else (source(subject),)
    return Answer(subject, (), one, reason, **{"sources": rests, **more})  # type: ignore[arg-type]


def values_of(subject: Subject, rules: Sequence[Rule]) -> tuple[Key, ...]:
    """The values that the rules tell apart, numbers as intervals of one point."""
    own = [atom for rule in rules for atom in _atoms(rule) if atom.subject == subject]
    cuts = sorted({cut for atom in own for cut in (atom.at_least, atom.above, atom.at_most, atom.below) if cut})
    unit = next((atom.unit for atom in own if atom.unit), None)
    numbers = [*(cut - Decimal("0.5") for cut in cuts), *cuts, *(cut + Decimal("0.5") for cut in cuts)]
    named = sorted({value for atom in own for value in atom.values} - words.ANSWER_WORDS)
    if subject.kind in NUMERIC:
        return (*(Interval(one, one, unit) for one in sorted(numbers)), *named)
    if subject.kind in ("variant", "allele", "condition", "cancer", "medication", "ordered_with"):
        return ("present", "absent")
    listed = whole().knowledge.vocabulary.domain(subject) or ()
    return tuple(dict.fromkeys((*named, *listed)))[: len(named) + 2]


def _atoms(rule: Rule) -> Iterator[Atom]:
    for population in rule.populations:
        for condition in (population.condition, *(case.condition for case in population.cases)):
            yield from atoms(condition)


def usual(subject: Subject, rules: Sequence[Rule]) -> Answer:
    """The answer where nothing is asked in particular."""
    if subject.kind in ("condition", "medication", "ordered_with"):
        return known(subject, "absent")
    if subject.kind == "cancer":
        return known(subject, "present")
    if subject.kind == "age":
        return known(subject, Interval(Decimal(40), Decimal(40), "a"))
    if subject.kind == "sex":
        return known(subject, "female")
    if subject.kind == "taken_for":
        return known(subject, Interval(Decimal(1), Decimal(1), "mo"))
    values = values_of(subject, rules)
    return known(subject, values[-1]) if values else word(subject, words.UNKNOWN, "no-result")


def menu(subject: Subject, rules: Sequence[Rule]) -> Iterator[tuple[str, Answer]]:
    """Each answer that the question can get, by a short name."""
    values = values_of(subject, rules)
    yield from ((_shown(value), known(subject, value)) for value in values)
    if len(values) > 1:
        yield "two", known(subject, *values[:2])
        yield "all", known(subject, *values)
        yield "conflict", word(subject, words.CONFLICTING, "conflict", alternatives=values[:2])
    if subject.kind in ("age", "taken_for", "laboratory"):
        yield from _intervals(subject, [value for value in values if isinstance(value, Interval)])
    yield "withheld", word(subject, words.WITHHELD, words.WITHHELD)
    if subject.kind in CLOSED_WORLD:
        return
    yield "none", word(subject, words.UNKNOWN, "no-result")
    yield "pending", word(subject, words.UNKNOWN, "result-pending")
    yield "none-but-near", word(subject, words.UNKNOWN, "no-result", notes=("near miss: another change", "x"))
    yield "outdated", word(subject, words.UNKNOWN, "no-result", notes=("an older value of 2020-01-02",))
    yield "unread", word(subject, words.UNREADABLE, "unread-result")
    yield "new-allele", word(subject, words.UNREADABLE, "unknown-allele", text="*1/*999", table="table of 2026")
    yield "open", word(subject, words.INDETERMINATE, "indeterminate")
    yield "no-call", word(subject, words.INDETERMINATE, "no-call")
    yield "contradiction", word(subject, words.CONFLICTING, "conflict")
    if not values:
        return
    yield "first-by-name", known(subject, values[0], by_name=True)
    yield "last-by-name", known(subject, values[-1], by_name=True)
    yield "beside-unread", known(subject, values[-1], notes=("unread-result", "an older result differs"))
    yield "named", known(subject, values[0], notes=("found NM_000001.1:c.1A>G", "mixed-cells"))
    if subject.kind in ("phenotype", "activity_score"):
        yield from _with_drugs(subject, values)


def _intervals(subject: Subject, values: Sequence[Interval]) -> Iterator[tuple[str, Answer]]:
    for value in values:
        yield f">{value.low}", known(subject, replace(value, high=None, low_open=True))
        yield f">={value.low}", known(subject, replace(value, high=None))
        yield f"<{value.low}", known(subject, replace(value, low=None, high_open=True))
        yield f"<={value.low}", known(subject, replace(value, low=None))


def _with_drugs(subject: Subject, values: Sequence[Key]) -> Iterator[tuple[str, Answer]]:
    """The value beside drugs that change it."""
    place = (Source("MedicationRequest/taken", "/entry/taken/resource"),)
    ruled = Modifier("inhibitorone", "inhibitor", "strong", "label", (str(values[0]),), place)
    weaker = Modifier("inhibitortwo", "inhibitor", "moderate", "label", (str(values[-1]),), place, factor="half")
    bare = Modifier("inhibitorthree", "inhibitor", "moderate", "list", (), place)
    stopped = replace(bare, stopped="2026-05-20T10:00:00Z")
    inducer = Modifier("inducer", "inducer", "strong", "list", (), place, (str(values[0]),), "factor 2")
    last, first = values[-1], values[0]
    yield "last-with-inhibitor", known(subject, last, modifiers=(weaker, ruled))
    yield "first-with-inhibitor", known(subject, first, modifiers=(weaker,))
    yield "last-with-undefined", known(subject, last, modifiers=(bare,))
    yield "first-with-undefined", known(subject, first, modifiers=(bare, inducer))
    yield "last-with-stopped", known(subject, last, modifiers=(stopped,))
    yield "none-with-inhibitor", word(subject, words.UNKNOWN, "no-result", modifiers=(ruled, bare))


def _shown(value: Key) -> str:
    return value if isinstance(value, str) else f"{value.low}"


@dataclass(frozen=True)
class Asked:
    """A drug, or the patient as a whole, with the rules about it."""

    name: str
    rules: tuple[Rule, ...]
    drug: str | None

    @property
    def order(self) -> Order | None:
        """A draft of the request for the drug."""
        if self.drug is None:
            return None
        place = Source("MedicationRequest/1", "/context/draftOrders/entry/0/resource")
        resource = {"resourceType": "MedicationRequest", "id": "1"}
        match = DrugMatch((self.drug,), systemic=True, how="code")
        return Order("MedicationRequest/1", match, source=place, resource=resource, label="As written")

    def base(self, *, alerts: bool) -> Answers:
        """Answers for which the first rule that can shows a card, or is silent."""
        asked = {question: usual(question[0], self.rules) for question in questions(self.rules)}
        for rule in self.rules:
            for case in (case for population in rule.populations for case in population.cases):
                if (case.card is not None) is alerts and case.condition is not None:
                    found = self._met(rule, case)
                    if found is not None:
                        return {**asked, **{(one.subject, rule.origin): one for one in found}}
        return asked

    def _met(self, rule: Rule, case: Case) -> list[Answer] | None:
        """Answers with which the case holds, without a word."""
        slots = sorted(case.named)
        choices = [values_of(rule.subjects[slot], (rule,)) for slot in slots]
        environment: list[str | Decimal | None] = [None] * len(rule.subjects)
        for values in islice(product(*choices), MOST):
            for slot, value in zip(slots, values, strict=True):
                environment[slot] = value if isinstance(value, str) else value.low
            if case.proven(tuple(environment)):
                return [known(rule.subjects[slot], value) for slot, value in zip(slots, values, strict=True)]
        return None


@cache
def every_drug() -> tuple[Asked, ...]:
    """Each set of rules that some drug has, by its first drug, and each rule about the patient."""
    active = whole().active_rules()
    found: dict[tuple[Rule, ...], str] = {}
    for drug in sorted({drug for rule in active for drug in rule.drugs}):
        found.setdefault(tuple(rule for rule in active if drug in rule.drugs), drug)
    of_drugs = [Asked(drug, rules, drug) for rules, drug in found.items()]
    return (*of_drugs, *(Asked(rule.id, (rule,), None) for rule in active if not rule.drugs))


def changes(asked: Asked) -> Iterator[tuple[str, Answers]]:
    """Answers with one changed at a time, each by its question and its short name."""
    first, second = asked.base(alerts=True), asked.base(alerts=False)
    for base, head in ((first, ""), (second, "silent, ")):
        for question in base:
            rest = {one: answer for one, answer in base.items() if one != question}
            if head and rest == {one: answer for one, answer in first.items() if one != question}:
                continue
            values = {_shown(value) for value in values_of(question[0], asked.rules)}
            for name, answer in menu(question[0], asked.rules):
                if not _is_tried(f"{asked.name} {question[0].name} {name}", value=name in values and not head):
                    continue
                yield f"{head}{question[0].kind} {question[0].name}\t{name}", {**rest, question: answer}
    yield "nothing\tknown", {question: _nothing(question[0]) for question in first}


def _is_tried(name: str, *, value: bool) -> bool:
    """Every value is tried with every drug, of the other answers one of several: each of them with many drugs."""
    return value or int(hashlib.sha256(name.encode()).hexdigest()[:4], 16) % ONE_OF == 0


def _nothing(subject: Subject) -> Answer:
    if subject.kind in CLOSED_WORLD:
        return Answer(subject, ("present", "absent"), reason="not-supplied") if subject.kind not in NUMERIC else (
            Answer(subject, (Interval(None, None, "a"),), reason="not-supplied")
        )  # fmt: skip
    return word(subject, words.UNKNOWN, "not-supplied")


def outcomes_of(
    asked: Asked, answers: Answers, *, order: Order | None = None, others: Iterable[Order] = (), **more: object
) -> tuple[Outcome, ...]:
    """What the rules say; `order` in place of the usual draft, `more` are arguments of the situation."""
    order = order if order is not None else asked.order
    orders = [] if order is None else [order, *others]
    given = {"supply": Supply(), "hook": "order-sign", "cancer_known": True, "known": Blank(), **more}
    situation = Situation(answers=answers, orders=orders, **given)  # type: ignore[arg-type]
    return judge_patient(asked.rules, situation) if order is None else judge_order(order, asked.rules, situation)


def digest(
    outcomes: Sequence[Outcome], order: Order | None, profile: str = "generic", sources: Sequence[str] | None = None
) -> str:
    """How it ends, and the first signs of a digest over all that is told."""
    text = json.dumps(told(outcomes, order, profile, sources), sort_keys=True, ensure_ascii=False, default=str)
    ends = "".join(
        LETTERS[outcome.outcome].lower() if outcome.quiet else LETTERS[outcome.outcome] for outcome in outcomes
    )
    return f"{_short(ends)}{hashlib.sha256(text.encode()).hexdigest()[:4]}"


def _short(ends: str) -> str:
    return ends if len(ends) < 5 else "".join(f"{sign}{count}" for sign, count in sorted(Counter(ends).items()))


def told(
    outcomes: Sequence[Outcome], order: Order | None, profile: str = "generic", sources: Sequence[str] | None = None
) -> Mapping[str, object]:
    """The response, the lines, the inputs, the rows and the reasons."""
    engine = whole()
    ranking = Ranking(
        engine.phrasing, engine.terms, sources=engine.settings.sources if sources is None else sources,
        patient="Patient/1", snapshot="abc",
    )  # fmt: skip
    cards = rank(outcomes, ranking)
    orders = {} if order is None else {order.key: order}
    setting = Setting(hooks.profile_named(profile), orders, "Patient/1", None, "order-sign")
    rendered = hooks.render_noted(cards, setting)
    sites = {place.site: place.resource for one in outcomes for place, _ in (*one.evidence, *one.context)}
    notes = tuple(InputNote(site, resource) for site, resource in sorted(sites.items()))
    reading = Reading(orders=tuple(orders.values()), inputs=notes, patient="Patient/1")
    ledger = account(reading, outcomes, judged=orders.values(), snapshot="abc")
    result = Result(cards, ledger, tuple(outcomes), engine.phrasing)
    return {
        "response": rendered.response,
        "notes": rendered.notes,
        "ledger": ledger.to_dict(),
        "rows": [repr(row) for row in recommendations(outcomes, engine.knowledge.genes)],
        "why": [result.why(rule.id) for rule in dict.fromkeys(one.rule for one in outcomes if one.rule is not None)],
    }


def lines() -> Iterator[str]:
    """The record: for each drug and question its answers, each with what follows from it."""
    for asked in every_drug():
        yield asked.name
        # What is remembered from one answer to the next must not change it.
        known = Blank()
        rows: dict[str, list[str]] = {}
        for name, answers in changes(asked):
            question, _, value = name.partition("\t")
            rows.setdefault(question, []).append(
                f"{value} {digest(outcomes_of(asked, answers, known=known), asked.order)}"
            )
        yield from (f"  {question}: {' | '.join(row)}" for question, row in rows.items())


def whole_record() -> str:
    """All lines of the record."""
    return "\n".join(lines()) + "\n"
