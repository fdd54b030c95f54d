"""One outcome for each order and rule, whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pmcds.engine.blank import Answers, Blank, questions
from pmcds.engine.match import atoms, combine, judge, slot_values, speaking
from pmcds.engine.modifiers import as_answers, of_others, spared, weighed, with_rule
from pmcds.engine.outcome import PATIENT, ByGenotype, Outcome, Verdict
from pmcds.model import words
from pmcds.model.answers import CLOSED_WORLD, Answer, Interval, Subject
from pmcds.model.findings import Order, Source, Supply
from pmcds.model.rules import Rule


class Situation:
    """What all rules of one evaluation share: answers, orders, supply, and when to stop.

    `cancer_known` is true if any tumor type of the patient is on record. `late` says whether the deadline has
    passed; it is asked before each rule. `ignored` are the sites that do not count (copies, older versions, what
    could not be understood): they are no evidence. `known` are outcomes about patients of whom nothing is known.
    """

    __slots__ = ("answers", "cancer_known", "hook", "ignored", "known", "late", "orders", "supply")

    def __init__(
        self,
        *,
        answers: Answers,
        orders: Sequence[Order],
        supply: Supply,
        hook: str | None = None,
        cancer_known: bool = False,
        late: Callable[[], bool] | None = None,
        ignored: frozenset[str] = frozenset(),
        known: Blank | None = None,
    ) -> None:
        self.answers = answers
        self.orders = tuple(orders)
        self.supply = supply
        self.hook = hook
        self.cancer_known = cancer_known
        self.late = late
        self.ignored = ignored
        self.known = known if known is not None else Blank()

    def answer(self, subject: Subject, rule: Rule, order: Order | None) -> Answer:
        """The answer to a rule's question; what is ordered beside this order is told here."""
        if subject.kind == "ordered_with":
            return self._ordered_with(subject, order)
        return self.answers[(subject, rule.origin)]

    def _ordered_with(self, subject: Subject, order: Order | None) -> Answer:
        others = [
            other
            for other in self.orders
            if (order is None or other.key != order.key) and subject.name in other.drug.ingredients
        ]
        if others:
            sources = tuple(other.source for other in others if other.source is not None)
            return Answer(subject, ("present",), sources=sources)
        if self.supply.medications != "supplied":
            reason = "truncated" if self.supply.medications == "truncated" else "not-supplied"
            return Answer(subject, ("present", "absent"), reason=reason)
        return Answer(subject, ("absent",))


def judge_patient(rules: Sequence[Rule], situation: Situation) -> tuple[Outcome, ...]:
    """One outcome for each rule that needs no order; those of patients of whom nothing is known are worked out once."""
    if situation.late is not None and situation.late():
        return tuple([_guarded(PATIENT, None, None, rule, situation) for rule in rules])
    batch = situation.known.batch(tuple(rules), situation.cancer_known, situation.supply)
    told = batch.answers(situation.answers)
    known = batch.outcomes(told)
    return tuple(
        [
            outcome if outcome is not None else batch.keep(place, told, _of_patient(rules[place], situation))
            for place, outcome in enumerate(known)
        ]
    )


def _of_patient(rule: Rule, situation: Situation) -> Outcome:
    """The outcome of a rule that needs no order."""
    if situation.late is not None and situation.late():
        return _guarded(PATIENT, None, None, rule, situation)
    known, cancer = situation.known, situation.cancer_known
    answers = known.answers(rule, situation.answers)
    found = known.get(rule, cancer, answers) if answers is not None else None
    if found is None:
        found = _guarded(PATIENT, None, None, rule, situation)
        if answers is not None and found.reason not in ("deadline", "internal-error"):
            known.keep(rule, cancer, answers, found)
    return found


def judge_order(order: Order, rules: Sequence[Rule], situation: Situation) -> tuple[Outcome, ...]:
    """All outcomes of one order: one for each rule of its drugs, one for each part that could not be mapped.

    `rules` are those of the order's ingredients that ask for the hook.
    """
    drug = " + ".join(order.drug.ingredients) or None
    problem = order.problem
    if problem == "drug-missing" and situation.hook == "order-select":
        return (Outcome(order.key, order, None, None, words.NOT_COVERED, "drug-not-chosen-yet"),)
    if not order.drug.ingredients:
        if order.drug.outside_tables:
            return (Outcome(order.key, order, None, None, words.NOT_COVERED, "not-in-tables"),)
        reason = problem if problem in words.ORDER_REASONS else "drug-unrecognized"
        return (Outcome(order.key, order, None, None, words.CANNOT_TELL, reason),)
    outcomes = [_guarded(order.key, order, _drug_of(rule, order), rule, situation) for rule in rules]
    outcomes += [
        Outcome(order.key, order, drug, None, words.CANNOT_TELL, "drug-partly-recognized")
        for _ in range(order.drug.unmapped)
    ]
    if not outcomes:
        if problem is not None:
            return (Outcome(order.key, order, drug, None, words.CANNOT_TELL, problem),)
        return (Outcome(order.key, order, drug, None, words.NOT_COVERED, "no-rule"),)
    return tuple(outcomes)


def _drug_of(rule: Rule, order: Order) -> str:
    return next(name for name in order.drug.ingredients if name in rule.drugs)


def _guarded(key: str, order: Order | None, drug: str | None, rule: Rule, situation: Situation) -> Outcome:
    """The rule's outcome; a defect in one rule never reaches another."""
    if situation.late is not None and situation.late():
        return Outcome(key, order, drug, rule, words.CANNOT_TELL, "deadline")
    if order is not None and order.problem is not None:
        return Outcome(key, order, drug, rule, words.CANNOT_TELL, order.problem)
    try:
        return _judge(key, order, drug, rule, situation)
    except Exception as error:  # whatever a rule does, its line is written and the others go on
        return Outcome(key, order, drug, rule, words.CANNOT_TELL, "internal-error", error=type(error).__name__)


def _judge(key: str, order: Order | None, drug: str | None, rule: Rule, situation: Situation) -> Outcome:
    if order is not None and rule.route == "systemic" and order.drug.systemic is False:
        return Outcome(key, order, drug, rule, words.NOT_COVERED, "route-out-of-scope")
    scope, scope_answers = _cancer_scope(rule, order, situation)
    if scope == "outside":
        return Outcome(key, order, drug, rule, words.NOT_COVERED, "indication-out-of-scope")
    answers = tuple(of_others(situation.answer(subject, rule, order), order) for subject in rule.subjects)
    answers, verdicts, proven, by_genotype = _decide(rule, answers, situation.known)
    verdicts = _grounded(verdicts, answers, order)
    outcome, reason, also, quiet = combine(verdicts)
    if scope == "imprecise" and outcome in (words.ALERT, words.CLEAR):
        outcome, reason = words.CANNOT_TELL, "tumor-type-imprecise"
    elif scope == "imprecise":
        also = (*also, "tumor-type-imprecise")
    if outcome == words.CLEAR and order is not None and order.drug.conflicting:
        outcome, reason = words.CANNOT_TELL, "conflict"
    used = [answers[slot] for slot in sorted({slot for verdict in verdicts for slot in verdict.population.used})]
    outcome, reason, also = weighed(outcome, reason, also, used)
    exceptions = tuple(
        situation.answer(subject, rule, order)
        for subject in dict.fromkeys(subject for verdict in verdicts for subject in _exceptions(verdict))
    )
    closed = (*scope_answers, *exceptions, *as_answers(used))
    evidence, context = _sources(outcome, verdicts, answers, closed, situation.ignored)
    return Outcome(
        key,
        order,
        drug,
        rule,
        outcome,
        reason,
        also,
        quiet and outcome == words.CANNOT_TELL,
        verdicts,
        answers,
        evidence or _fallback(outcome, order),
        context,
        _open_facts(rule, proven, order, scope),
        exceptions,
        by_genotype=by_genotype,
        scope=scope_answers if scope == "inside" else (),
    )


def _grounded(verdicts: tuple[Verdict, ...], answers: tuple[Answer, ...], order: Order | None) -> tuple[Verdict, ...]:
    """About the patient as a whole a case that is merely possible is shown only if something on file bears on it."""
    if order is not None or any(answer.sources for answer in answers):
        return verdicts
    return tuple(replace(verdict, case=None, possible=()) if verdict.cautious else verdict for verdict in verdicts)


def _decide(
    rule: Rule, answers: tuple[Answer, ...], known: Blank
) -> tuple[tuple[Answer, ...], tuple[Verdict, ...], bool, ByGenotype | None]:
    """Answers, verdicts, whether the population is proven, and what the genotype alone says where drugs change it.

    Values hold as they are with the drugs taken now, unless the alert of the genotype would be lost (H46).
    """
    if not [answer for answer in answers if answer.modifiers]:
        return answers, *known.verdicts(rule, answers, _verdicts), None
    changed = tuple(with_rule(answer) for answer in answers)
    verdicts, proven = _verdicts(rule, changed)
    if changed == answers:
        return answers, verdicts, proven, None
    by_genotype, proven_so = _verdicts(rule, answers)
    if combine(by_genotype)[0] == words.ALERT and combine(verdicts)[0] != words.ALERT:
        return tuple(spared(answer) for answer in answers), by_genotype, proven_so, None
    drugs = dict.fromkeys(modifier.drug for answer in answers for modifier in answer.modifiers if modifier.keys)
    told = ByGenotype(answers, by_genotype, combine(by_genotype)[0], tuple(drugs))
    return changed, verdicts, proven, told


def _verdicts(rule: Rule, answers: tuple[Answer, ...]) -> tuple[tuple[Verdict, ...], bool]:
    values = slot_values(rule, answers)
    populations, proven = speaking(rule, values)
    return tuple(judge(population, answers, values) for population in populations), proven


def _fallback(outcome: str, order: Order | None) -> tuple[tuple[Source, str], ...]:
    """A line that rests on the order alone (no finding was needed) names the order as its evidence."""
    if outcome in (words.ALERT, words.CLEAR) and order is not None and order.source is not None:
        return ((order.source, "order"),)
    return ()


def _cancer_scope(rule: Rule, order: Order | None, situation: Situation) -> tuple[str, tuple[Answer, ...]]:
    """Whether the patient's tumor is one of the rule's: inside, outside, or imprecise; with the answers."""
    if not rule.cancers:
        return "inside", ()
    answers = tuple(situation.answer(Subject("cancer", name), rule, order) for name in rule.cancers)
    if any(answer.keys == ("present",) for answer in answers):
        return "inside", tuple(answer for answer in answers if answer.keys == ("present",))
    if any("present" in answer.keys or answer.word is not None for answer in answers):
        return "imprecise", answers
    return ("outside" if situation.cancer_known else "imprecise"), answers


def _open_facts(rule: Rule, proven: bool, order: Order | None, scope: str) -> tuple[str, ...]:
    facts = []
    if not proven:
        facts.append("population")
    if order is not None and rule.route == "systemic" and order.drug.systemic is None:
        facts.append("route")
    if scope == "imprecise":
        facts.append("cancer")
    return tuple(facts)


def _role(subject: Subject) -> str:
    if subject.kind in ("age", "sex"):
        return "patient"
    return "modifier" if subject.kind in CLOSED_WORLD else "decisive"


def _sources(
    outcome: str,
    verdicts: Sequence[Verdict],
    answers: Sequence[Answer],
    closed: Sequence[Answer],
    ignored: frozenset[str],
) -> tuple[tuple[tuple[Source, str], ...], tuple[tuple[Source, str], ...]]:
    """(evidence, context): what the line rests on, and what was seen but did not decide."""
    evidence: dict[tuple[Source, str], None] = {}
    context: dict[tuple[Source, str], None] = {}
    roles = [(answers[slot], _role(answers[slot].subject)) for slot in _slots(outcome, verdicts)]
    roles += [(answer, _closed_role(answer, verdicts)) for answer in closed]
    for answer, role in roles:
        weighs = _contributes(answer)
        for source in answer.sources:
            if source.site not in ignored:
                (evidence if weighs else context)[(source, role if weighs else "context")] = None
    return tuple(evidence), tuple(context)


def _closed_role(answer: Answer, verdicts: Sequence[Verdict]) -> str:
    """Facts that exclude an alternative are exclusions; tumor types that limit the rule are modifiers."""
    excluded = any(answer.subject in _exceptions(verdict) for verdict in verdicts)
    return "exclusion" if excluded else "modifier"


def _contributes(answer: Answer) -> bool:
    """A result with a value or in conflict is evidence; of conditions and drugs only what is certainly there."""
    if answer.subject.kind not in CLOSED_WORLD:
        return answer.word in (None, words.CONFLICTING)
    return answer.definite and (isinstance(answer.keys[0], Interval) or answer.keys[0] != "absent")


def _slots(outcome: str, verdicts: Sequence[Verdict]) -> list[int]:
    slots: set[int] = set()
    for verdict in verdicts:
        if verdict.outcome != outcome and outcome in (words.ALERT, words.CLEAR):
            continue
        cases = verdict.possible or ((verdict.case,) if verdict.case is not None else ())
        if not cases or outcome == words.CANNOT_TELL:
            slots.update(verdict.population.used)
        for case in cases:
            slots.update(case.named if case.condition is not None else verdict.population.used)
        if outcome == words.CLEAR:
            slots.update(verdict.population.needs)
        slots.update(verdict.population.decides)
    return sorted(slots)


def _exceptions(verdict: Verdict) -> tuple[Subject, ...]:
    case = verdict.case
    if case is None or case.card is None:
        return ()
    return tuple(subject for advice in case.card.advice for other in advice.instead for subject in other.unless)


def read_set(rule: Rule) -> tuple[Subject, ...]:
    """Every subject that the rule may read: its questions, tumor types and exceptions."""
    subjects = dict.fromkeys(subject for subject, _ in questions((rule,)))
    for population in rule.populations:
        for condition in (population.condition, *(case.condition for case in population.cases)):
            subjects.update(dict.fromkeys(atom.subject for atom in atoms(condition)))
    return tuple(subjects)
