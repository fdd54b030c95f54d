"""The line: from a patient's data to cards and their account. Start reading here.

bytes | dict | model  -> open -> read -> infer -> match -> compose and rank -> account -> Result
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pmcds import fhir, infer
from pmcds.engine import (
    EVERY_GROUP,
    Blank,
    Phrasing,
    Ranking,
    Situation,
    account,
    judge_order,
    judge_patient,
    muted,
    questions,
    rank,
)
from pmcds.errors import HookError, InputError
from pmcds.knowledge import Knowledge
from pmcds.model.cards import Card
from pmcds.model.findings import Finding, Order, Reading
from pmcds.model.patient import Patient
from pmcds.model.places import speaks
from pmcds.model.rules import Rule
from pmcds.result import Read, Result
from pmcds.selection import Selection, judged_orders, named_orders
from pmcds.settings import Settings
from pmcds.terminology import Terminology

# The room of CDS Hooks is imported by the calls that need it: an evaluation whose cards nobody renders does not pay.
if TYPE_CHECKING:
    from pmcds import hooks


class Engine:
    """Rules, tables and phrases, compiled once; evaluations are pure and may run in parallel threads.

    knowledge     rules and tables; the bundled ones if not given
    settings      what a site decides
    terminology   replaces or extends how drugs and conditions are recognized
    readers       replaces the readers of FHIR resources (`pmcds.READERS` plus your own)
    """

    # For tests: what no rule asks for is read all the same, nothing is remembered, and all this must change nothing.
    _thorough = False

    def __init__(
        self,
        knowledge: Knowledge | None = None,
        settings: Settings | None = None,
        *,
        terminology: Terminology | None = None,
        readers: Sequence[fhir.Reader] | None = None,
    ) -> None:
        self.knowledge = knowledge if knowledge is not None else Knowledge.bundled()
        self.settings = settings if settings is not None else Settings()
        self.terms = self.knowledge.terms if terminology is None else self.knowledge.terms.replaced(terminology)
        self.readers = tuple(readers if readers is not None else fhir.READERS)
        phrases = self.knowledge.phrases
        self.phrasing = Phrasing(phrases.get(self.settings.language) or phrases["en"], remember=not self._thorough)
        # An integrator's terminology may change its mind: what it said is not remembered.
        self._memory = fhir.Memory() if terminology is None else None
        self._blank = Blank()
        self._answers: dict[Any, Any] | None = None if self._thorough or terminology is not None else {}
        self._questions = fhir.Memory(2048)
        self._left_out = self.settings.left_out(self.knowledge)

    def evaluate(
        self,
        source: Any,
        order: str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]] | None = None,
        *,
        patient: str | None = None,
        hook: str | None = None,
        now: datetime | None = None,
        deadline: float | None = None,
        clock: Callable[[], float] | None = None,
    ) -> Result:
        """Evaluate a patient's data: all live orders and the patient as a whole, or only the orders given.

        `source` is a FHIR Bundle or other resource as bytes, text, dict or `fhir.resources` model, a CDS Hooks
        request, or a `pmcds.Patient`. `order` is a drug by name or a FHIR MedicationRequest, or several. `now`
        is the time of the evaluation (aware; read once if not given); `deadline` are seconds, measured with
        `clock`. Raises InputError for input that cannot be evaluated at all.
        """
        moment = _moment(now)
        anonymous = isinstance(source, Patient)
        if isinstance(source, Patient):
            source = fhir.bundle_of(source, now=moment, terms=self.terms)
        opened = fhir.open_input(source, limits=self.settings.limits)
        if patient is not None:
            _check_patient(opened, patient)
        patient = patient or opened.patient
        selection = Selection(hook=hook, named=self._named(order, moment), anonymous=anonymous)
        return self._run(opened, selection, patient, moment, _late(deadline, clock))

    def respond(
        self,
        service: str,
        request: bytes | str | Mapping[str, Any],
        *,
        now: datetime | None = None,
        deadline: float | None = None,
        clock: Callable[[], float] | None = None,
    ) -> dict[str, Any]:
        """Answer a CDS Hooks request of one service. Raises HookError for every status but 200."""
        return self.answer(service, request, now=now, deadline=deadline, clock=clock).to_dict()

    def answer(
        self,
        service: str | hooks.Service,
        request: bytes | str | Mapping[str, Any],
        *,
        fetched: Mapping[str, str] | None = None,
        profile: str | None = None,
        now: datetime | None = None,
        deadline: float | None = None,
        clock: Callable[[], float] | None = None,
    ) -> Result:
        """The result behind the response to a CDS Hooks request. Raises HookError for every status but 200.

        `fetched` says what became of prefetch keys that the caller filled in for the client: fetched, incomplete or
        fetch-failed. `profile` is the caller's choice of client profile, over what the request gives away.
        """
        from pmcds import hooks

        late = _late(deadline, clock)
        served = service if isinstance(service, hooks.Service) else hooks.service_named(service)
        try:
            opened = fhir.open_input(request, limits=self.settings.limits)
            parsed = hooks.parse_request(opened.envelope, hook=served.hook, templates=served.prefetch or None)
            if fetched:
                parsed = hooks.with_states(parsed, fetched, served.prefetch)
            hooks.require(parsed, served)
            selection = Selection(
                hook=parsed.hook,
                context=parsed.order_members,
                selections=parsed.selections if parsed.hook in ("order-select", "order-dispatch") else None,
                every_order=parsed.every_order,
                prefetch=parsed.prefetch_states,
                supply=parsed.supply,
                encounter=parsed.encounter,
                profile=profile or parsed.profile,
                fhir_version=parsed.fhir_version,
                options=parsed.options,
                notes=parsed.notes,
            )
            return self._run(opened, selection, parsed.patient, _moment(now), late)
        except InputError as error:
            raise HookError(*hooks.refusal(error)) from None

    def services(self) -> dict[str, Any]:
        """The CDS Hooks discovery document."""
        from pmcds import hooks

        return hooks.services(self.active_rules(), terms=self.terms)

    def warmup(self, *, freeze: bool = False) -> None:
        """Build everything that is built on first use; with `freeze` the collector leaves it alone (servers)."""
        nobody = {"resourceType": "Bundle", "type": "collection", "entry": []}
        self.evaluate(nobody).to_dict()  # no order, so that the rules about a patient are asked, and its own modules
        if freeze:
            import gc

            gc.collect()
            gc.freeze()

    def active_rules(self) -> tuple[Rule, ...]:
        """Rules that get ledger lines with these settings."""
        return tuple(rule for rule in self.knowledge.rules if rule.id not in self._left_out)

    def _run(
        self,
        opened: fhir.Opened,
        selection: Selection,
        patient: str | None,
        now: datetime,
        late: Callable[[], bool] | None,
    ) -> Result:
        context = self._context(opened, patient, now)
        reading = selection.supplied(fhir.read(opened, context, self.readers, asked=self._asked(selection)))
        orders = judged_orders(reading, selection)
        rules = {order.key: self._rules_of(order, selection) for order in orders}
        about_patient = self._patient_rules(selection)
        asked = self._asks(tuple(dict.fromkeys(rule for group in (about_patient, *rules.values()) for rule in group)))
        every = replace(reading, orders=_with_others(orders, reading.orders))
        situation = Situation(
            answers=infer.infer(every, asked, genes=context.genes, terms=context.terms, now=now, blank=self._answers),
            orders=every.orders,
            supply=reading.supply,
            hook=selection.hook,
            cancer_known=any(_is_coded_cancer(finding) for finding in reading.findings),
            late=late,
            ignored=frozenset(note.site for note in reading.inputs if note.ignored),
            known=None if self._thorough else self._blank,
        )
        outcomes = [outcome for order in orders for outcome in judge_order(order, rules[order.key], situation)]
        outcomes += judge_patient(about_patient, situation)
        shown = self.settings.pretest
        if not EVERY_GROUP.issubset(shown):
            outcomes = [muted(outcome, shown) for outcome in outcomes]
        ranking = Ranking(
            self.phrasing,
            self.terms,
            sources=self.settings.sources,
            patient=reading.patient,
            snapshot=self.knowledge.snapshot,
        )
        cards = rank(outcomes, ranking)
        flags = ("deadline-hit",) if "deadline" in [outcome.reason for outcome in outcomes] else ()
        ledger = account(
            reading,
            outcomes,
            judged=orders,
            snapshot=self.knowledge.snapshot,
            flags=flags,
            prefetch=selection.prefetch,
            lines_of=situation.known.lines,
        )
        fhir.look_again(opened, ledger.inputs)
        return Result(
            cards,
            ledger,
            _outcomes=tuple(outcomes),
            _phrasing=self.phrasing,
            _render=self._renderer(reading, orders, selection),
            _request_notes=selection.notes,
            _read=lambda: self._findings(opened, replace(context, asked=None)),
            _genes=self.knowledge.genes,
        )

    def _context(self, opened: fhir.Opened, patient: str | None, now: datetime) -> fhir.ReadContext:
        """What readers need besides the input."""
        return fhir.ReadContext(
            terms=self.terms,
            genes=self.knowledge.genes,
            patient=patient,
            now=now,
            fhir_server=opened.fhir_server,
            policy=self.settings.policy,
            limits=self.settings.limits,
            thorough=self._thorough,
            memory=self._memory if self._memory is not None and not self._thorough else fhir.Memory(),
        )

    def _findings(self, opened: fhir.Opened, context: fhir.ReadContext) -> Read:
        """Everything that was read, what contradicts it, and the repairs, whether rules ask for it or not."""
        reading = fhir.read(opened.again(), context, self.readers, check=False)
        return (*reading.findings, *infer.conflicts(reading, self.knowledge.genes)), _notes(reading)

    def _asked(self, selection: Selection) -> Callable[[Sequence[Order]], fhir.Asked] | None:
        """What the rules of the orders, or of those the caller named, ask for; None if other readers may use all."""
        if self.readers != fhir.READERS:
            return None

        def asked(orders: Sequence[Order]) -> fhir.Asked:
            judged = orders if selection.named is None else selection.named
            rules = dict.fromkeys(self._patient_rules(selection))
            rules |= dict.fromkeys(rule for order in judged for rule in self._rules_of(order, selection))
            key = tuple(rules)
            found: fhir.Asked = self._questions.recall(
                ("asked", key), lambda: fhir.Asked.of(subject for subject, _ in self._asks(key))
            )
            return found

        return asked

    def _asks(self, rules: tuple[Rule, ...]) -> tuple[infer.Question, ...]:
        """Every question that these rules ask, each once."""
        found: tuple[infer.Question, ...] = self._questions.recall(rules, lambda: questions(rules))
        return found

    def _renderer(
        self, reading: Reading, orders: Sequence[Order], selection: Selection
    ) -> Callable[[Result, Collection[str]], hooks.Rendered]:
        named = selection.profile or self.settings.profile
        if named != Settings().profile:
            from pmcds import hooks

            hooks.profile_named(named)  # an unknown one is refused now, not when somebody wants the response

        def render(result: Result, shown_before: Collection[str]) -> hooks.Rendered:
            from pmcds import hooks

            apart = self.settings.notices == "extension"
            setting = hooks.Setting(
                profile=hooks.profile_named(named),
                orders={order.key: order for order in orders},
                patient=reading.patient,
                encounter=selection.encounter,
                hook=selection.hook,
                fhir_version=selection.fhir_version,
            )
            shown: list[Card] = []
            hidden: list[Card] = []
            again: list[Card] = []
            for card in result.cards:
                if card.uuid in shown_before and card.indicator != "critical":
                    again.append(card)
                else:
                    (hidden if card.notice and apart else shown).append(card)
            return hooks.render_noted(
                shown,
                setting,
                extension=hooks.extension_of(hidden, again),
                options=selection.options,
            )

        return render

    def _rules_of(self, order: Order, selection: Selection) -> tuple[Rule, ...]:
        return self._rules(order.drug.ingredients, None if selection.named else selection.hook)

    def _patient_rules(self, selection: Selection) -> tuple[Rule, ...]:
        return () if selection.named is not None else self._rules(None, selection.hook)

    def _rules(self, drugs: tuple[str, ...] | None, hook: str | None) -> tuple[Rule, ...]:
        """Rules that name one of the drugs (None: those about the patient), each once; with a hook those it asks."""

        def work() -> tuple[Rule, ...]:
            named = (rule for drug in drugs or () for rule in self.knowledge.rules_for(drug))
            rules = self.knowledge.patient_rules if drugs is None else dict.fromkeys(named)
            return tuple(r for r in rules if r.id not in self._left_out and (hook is None or speaks(r, hook)))

        found: tuple[Rule, ...] = self._questions.recall((self._left_out, drugs, hook), work)
        return found

    def _named(
        self, order: str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]] | None, now: datetime
    ) -> tuple[Order, ...] | None:
        if order is None:
            return None
        several = [order] if isinstance(order, (str, Mapping)) or hasattr(order, "model_dump") else list(order)
        return named_orders(several, self._order_by_name, self._order_from_resource(now))

    def _order_by_name(self, name: str) -> Order:
        return Order(f"order:{name}", self.terms.recognize((), name), label=name)

    def _order_from_resource(self, now: datetime) -> Callable[[Any], tuple[Order, ...]]:
        def read(resource: Any) -> tuple[Order, ...]:
            opened = fhir.open_input(resource, limits=self.settings.limits)
            return fhir.read_orders(opened, fhir.ReadContext(self.terms, self.knowledge.genes, None, now)).orders

        return read


def _with_others(judged: Sequence[Order], read: Sequence[Order]) -> tuple[Order, ...]:
    """The orders in question, and after them those of the record that are not among them.

    What the caller hands over is among them: it may change what a gene does to the other drugs.
    """
    places = {order.source.site for order in judged if order.source is not None}
    return (*judged, *(order for order in read if order.source is None or order.source.site not in places))


def _check_patient(opened: fhir.Opened, patient: str) -> None:
    """Refuse a stated patient whom none of the Patients of the input is: everything would be somebody else's."""
    present = [site.key.rsplit("/", 1)[-1] for site in opened.by_type("Patient")]
    if present and patient.rsplit("/", 1)[-1] not in present:
        raise InputError("patient-unknown", "the input holds no such Patient", mend="check `patient=`")


def _moment(now: datetime | None) -> datetime:
    """The time of the evaluation; the only place of the library that reads a clock, and only if none was given."""
    if now is None:
        return datetime.now(UTC)
    if now.tzinfo is None:
        raise InputError("now-without-offset", "`now` has no time zone", mend="pass an aware datetime")
    return now


def _late(deadline: float | None, clock: Callable[[], float] | None) -> Callable[[], bool] | None:
    if deadline is None:
        return None
    tick = clock if clock is not None else time.monotonic
    end = tick() + deadline
    return lambda: tick() >= end


def _is_coded_cancer(finding: Finding) -> bool:
    """A tumor type that a code names: words alone never put the patient outside a rule's tumor types."""
    known = finding.kind == "cancer" and finding.status == "present" and finding.subject is not None
    return known and finding.matched is None


def _notes(reading: Reading) -> tuple[Mapping[str, Any], ...]:
    return tuple({"site": note.site, "repairs": list(note.repairs)} for note in reading.inputs if note.repairs)
