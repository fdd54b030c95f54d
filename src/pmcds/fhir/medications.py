"""Medication orders, statements, administrations and dispenses: the drug, its state, and what can be judged (M)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pmcds.errors import InputError
from pmcds.fhir.drugs import Drug, drug_of
from pmcds.fhir.gates import labels, modified
from pmcds.fhir.limits import check_count
from pmcds.fhir.site import Opened, ReadContext, ReaderResult, Site
from pmcds.fhir.subjects import subjects
from pmcds.fhir.values import as_dict, as_dicts, as_list, code_of, date_before, date_of, decimal_of, span_of
from pmcds.model.findings import DrugMatch, Finding, InputNote, Order, Source

ORDER_TYPES = ("MedicationRequest", "MedicationOrder")
STATEMENT_TYPES = ("MedicationStatement", "MedicationUsage")
LIVE = frozenset({"draft", "current", "on-hold", "planned", "unknown"})
# What is judged, by role. A drug that may be taken for all we know is never passed over (H39).
_JUDGED = {"order": LIVE, "statement": frozenset({"current", "unknown"})}

_ROLES = {
    **dict.fromkeys(ORDER_TYPES, "order"),
    **dict.fromkeys(STATEMENT_TYPES, "statement"),
    "MedicationAdministration": "administration",
    "MedicationDispense": "dispense",
}
_PLANS = frozenset({"proposal", "plan", "option"})
_ORDER_STATES = {
    "draft": "draft",
    "active": "current",
    "on-hold": "on-hold",
    "completed": "past",
    "stopped": "past",
    "ended": "past",
    "cancelled": "void",
    "entered-in-error": "void",
}
_STATEMENT_STATES = {
    "active": "current",
    "intended": "current",
    "completed": "past",
    "stopped": "past",
    "on-hold": "on-hold",
    "not-taken": "not-taken",
    "entered-in-error": "void",
}
# R5 states only that something was recorded; adherence says whether the drug is taken.
_ADHERENCE = {
    "taking": "current",
    "taking-as-directed": "current",
    "taking-not-as-directed": "current",
    "on-hold": "on-hold",
    "on-hold-as-directed": "on-hold",
    "on-hold-not-as-directed": "on-hold",
    "not-taking": "not-taken",
    "not-taken": "not-taken",
    "stopped": "past",
    "stopped-as-directed": "past",
    "stopped-not-as-directed": "past",
    "stopped-or-completed": "past",
    "completed": "past",
}
_UNREADABLE = "order-status-unreadable"
# Reason and status of the finding where the state alone decides; cancelled and void differ on the input line (H39).
_IGNORED_BY_STATE = {
    "void": ("void-status", "ignored"),
    "prohibited": ("do-not-perform", "ignored"),
    "not-taken": ("not-taken", "absent"),
    "not-done": ("not-done", "ignored"),
    "unknown": ("status-unreadable", "indeterminate"),
}


class _State(NamedTuple):
    """State of `fhir-inputs.md` 11, the ignored word of the input line, a problem of the order, the intent."""

    state: str
    ignored: str | None = None
    problem: str | None = None
    intent: str | None = None


def read_medications(opened: Opened, context: ReadContext) -> ReaderResult:
    """Orders that can be judged, and a finding for each medication resource."""
    findings: list[Finding] = []
    orders: list[Order] = []
    notes: list[InputNote] = []
    limits, failed = context.limits, False
    check_count(sum(len(opened.by_type(name)) for name in _ROLES), limits.medications, "medications")
    for type_name in _ROLES:
        for site in opened.by_type(type_name):
            try:
                _read_one(site, opened, context, findings, orders, notes)
            except (InputError, RecursionError):
                raise
            except Exception:
                # One that this reader cannot bear never takes the orders beside it away.
                failed = True
                _unreadable_drug(site, findings, orders, notes)
    orders += [_unreadable(site) for site in opened.sites if _may_be_order(site)]
    check_count(len(orders), limits.orders, "orders")
    return ReaderResult(tuple(findings), tuple(orders), tuple(notes), failed)


def _may_be_order(site: Site) -> bool:
    """A draft, or something that names a medication, whose type cannot be read."""
    return site.problem == "unreadable" and (site.order or site.origin == "draft")


def _unreadable_drug(site: Site, findings: list[Finding], orders: list[Order], notes: list[InputNote]) -> None:
    """An order that cannot be judged, or a drug of which nobody knows whether it is taken."""
    role = _ROLES[site.type or ""]
    if role in _JUDGED:
        orders.append(_unreadable(site))
        notes.append(InputNote(site.pointer, site.key, None, "order"))
        return
    source = Source(site.key, site.pointer, site.pointer)
    value = {"role": role, "state": "unknown", "codes": ()}
    findings.append(
        Finding("medication", None, value, source, status="indeterminate", reason="value-unreadable", missing=("drug",))
    )
    notes.append(InputNote(site.pointer, site.key, "unreadable"))


def _unreadable(site: Site) -> Order:
    source = Source(site.key, site.pointer, site.pointer)
    return Order(key=site.key, drug=DrugMatch(), state="unknown", problem="order-unreadable", source=source)


def read_orders(opened: Opened, context: ReadContext) -> ReaderResult:
    """The orders alone; without a patient in the context each order counts, whoever its subject is."""
    return ReaderResult(orders=read_medications(opened, context).orders)


def _read_one(
    site: Site,
    opened: Opened,
    context: ReadContext,
    findings: list[Finding],
    orders: list[Order],
    notes: list[InputNote],
) -> None:
    data = site.data or {}
    whose = subjects(opened, context).whose(site).reason if context.patient is not None else None
    if whose == "other-patient":
        notes.append(InputNote(site.pointer, site.key, "other-patient"))
        return
    if site.origin != "draft" and labels(data) & context.policy.withheld_labels:
        notes.append(InputNote(site.pointer, site.key, "withheld"))
        return
    role = _ROLES[site.type or ""]
    state = _STATES[role](data, site, context.now)
    changed = modified(site) or _unreadable_flag(data)
    drug = drug_of(site, opened, context)
    live = state.state in _JUDGED.get(role, ())
    source = Source(site.key, site.pointer, site.pointer)
    problem = "order-modifier" if changed else state.problem or drug.problem
    if live and whose == "no-subject" and site.origin != "draft":
        problem = problem or "order-unreadable"
    findings.extend(
        _findings(role, state.state, drug, data, source, modified=changed, no_subject=whose == "no-subject")
    )
    if live:
        orders.append(
            Order(
                key=site.key,
                drug=drug.match,
                state=state.state,
                problem=problem,
                label=drug.label,
                intent=state.intent,
                source=source,
                also=tuple(Source(other.key, other.pointer, other.pointer) for other in drug.sites),
                resource=data,
                notes=drug.match.notes,
            )
        )
    notes.append(InputNote(site.pointer, site.key, None if live else _ignored(role, state), "order" if live else None))
    notes.extend(InputNote(other.pointer, other.key, None, "context") for other in drug.sites)


def _ignored(role: str, state: _State) -> str | None:
    if state.ignored is not None:
        return state.ignored
    if state.state in ("past", "not-taken", "not-done"):
        return "not-current"
    return "status-unreadable" if state.state == "unknown" else None


def _unreadable_flag(data: dict[str, Any]) -> bool:
    """True if `doNotPerform` is there and neither true nor false: the order may mean its opposite."""
    flag = data.get("doNotPerform")
    return flag is not None and not isinstance(flag, bool) and bool(as_list(flag))


def _order_state(data: dict[str, Any], site: Site, now: datetime) -> _State:
    status, intent = data.get("status"), data.get("intent")
    intent = intent if isinstance(intent, str) and intent else None
    if data.get("doNotPerform") is True:
        return _State("prohibited", "do-not-perform", intent=intent)
    if status in (None, "") and site.origin == "draft" and "_status" not in data:
        return _State("draft", intent=intent)
    state = _ORDER_STATES.get(status) if isinstance(status, str) else None
    if state is None:
        return _State("unknown", problem=_UNREADABLE, intent=intent)
    if state == "current" and intent in _PLANS:
        state = "planned"
    if status == "cancelled":
        return _State("void", "not-current", intent=intent)
    return _State(state, "void-status" if state == "void" else None, intent=intent)


def _statement_state(data: dict[str, Any], site: Site, now: datetime) -> _State:
    status = data.get("status")
    if status == "entered-in-error":
        return _State("void", "void-status")
    # STU3 `taken` and DSTU2 `wasNotTaken` say more than the status beside them.
    if data.get("taken") == "n" or data.get("wasNotTaken") is True:
        return _State("not-taken")
    if status in ("recorded", "draft"):
        state = _ADHERENCE.get(code_of(as_dict(data.get("adherence")).get("code")) or "")
    else:
        state = _STATEMENT_STATES.get(status) if isinstance(status, str) else None
    if state is None:
        return _State("unknown", problem=_UNREADABLE)
    return _State("past" if state == "current" and _over(data, now) else state)


def _over(data: dict[str, Any], now: datetime) -> bool:
    return date_before(as_dict(data.get("effectivePeriod")).get("end"), now)


def _administration_state(data: dict[str, Any], site: Site, now: datetime) -> _State:
    status = data.get("status")
    if status == "entered-in-error":
        return _State("void", "void-status")
    if status == "not-done" or data.get("notGiven") is True or data.get("wasNotGiven") is True:
        return _State("not-done")
    if status in ("in-progress", "completed"):
        period = next((as_dict(data[name]) for name in _PERIODS if name in data), {})
        running = not date_before(period.get("end"), now) if period.get("end") else status == "in-progress"
        return _State("current" if running else "past")
    return _State({"on-hold": "on-hold", "stopped": "past"}.get(str(status), "unknown"))


_PERIODS = ("effectivePeriod", "occurencePeriod", "occurrencePeriod", "effectiveTimePeriod")


def _dispense_state(data: dict[str, Any], site: Site, now: datetime) -> _State:
    status = data.get("status")
    if status == "entered-in-error":
        return _State("void", "void-status")
    if status == "cancelled":
        return _State("void", "not-current")
    if status in ("declined", "stopped"):
        return _State("past")
    if status in ("preparation", "on-hold"):
        return _State("on-hold")
    if status not in ("in-progress", "completed"):
        return _State("unknown")
    days = decimal_of(as_dict(data.get("daysSupply")).get("value"))
    handed = span_of(data.get("whenHandedOver"))
    if handed is None:
        return _State("current" if status == "in-progress" else "past")
    if days is None:
        return _State("past")
    # The days are taken off now: a date near the end of the calendar has none to add to.
    lasting = timedelta(days=max(0, min(int(days), 3650)))
    return _State("past" if handed.end < now - lasting else "current")


_STATES: dict[str, Callable[[dict[str, Any], Site, datetime], _State]] = {
    "order": _order_state,
    "statement": _statement_state,
    "administration": _administration_state,
    "dispense": _dispense_state,
}


def _since(role: str, data: dict[str, Any], date: str | None) -> str | None:
    """When the drug was begun, as stated; `date` is that of the resource."""
    if role == "order":
        for dosage in as_dicts(data.get("dosageInstruction")):
            if "timing" in dosage:
                bounds = as_dict(as_dict(as_dict(dosage["timing"]).get("repeat")).get("boundsPeriod"))
                if span_of(bounds.get("start")):
                    return str(bounds["start"])
        return date
    if role == "dispense":
        return date_of(data, (), ("whenHandedOver", "whenPrepared"))
    return date_of(data, ("effective", "occurence", "occurrence"), ("effectiveDateTime",))


def _date(role: str, data: dict[str, Any]) -> str | None:
    if role == "order":
        return date_of(data, (), ("authoredOn", "dateWritten"))
    if role == "dispense":
        return date_of(data, (), ("whenHandedOver",))
    return date_of(data, ("effective", "occurence", "occurrence"), ())


def _findings(
    role: str, state: str, drug: Drug, data: dict[str, Any], source: Source, *, modified: bool, no_subject: bool
) -> list[Finding]:
    """One finding for the resource, and for a combination one for each ingredient beside it."""
    match = drug.match
    reason, status = _IGNORED_BY_STATE.get(state, (None, "present"))
    if modified:
        reason, status = "modifier", "indeterminate"
    elif no_subject and status == "present" and role != "order":
        reason, status = "no-subject", "indeterminate"
    elif status == "present" and drug.problem is not None:
        reason, status = drug.problem, "indeterminate"
    elif status == "present" and match.conflicting:
        several = sum(1 for code in match.codes) > 1
        reason, status = "code-conflict" if several else "code-display", "conflicting"
    value: dict[str, Any] = {"role": role, "state": state, "codes": match.codes}
    if drug.route:
        value["route"] = drug.route
    date = _date(role, data)
    since = _since(role, data, date)
    if since:
        value["since"] = since
    if state == "past" and role == "statement" and (until := as_dict(data.get("effectivePeriod")).get("end")):
        # A drug that was stopped lately may still act (PG88).
        value["until"] = until
    names = match.ingredients
    kind = "order" if role == "order" else "medication"

    def finding(kind: str, subject: str | None) -> Finding:
        return Finding(
            kind,
            subject,
            value,
            source,
            status=status,
            reason=reason,
            date=date,
            matched="name" if match.how == "name" else None,
            missing=() if match.ingredients or drug.problem == "drug-missing" else ("drug",),
            notes=match.notes,
        )

    found = [finding(kind, " + ".join(names) or None)]
    if len(names) > 1:
        found += [finding(kind, name) for name in names]
    # An order that is being carried out is a current drug too, of whatever role (H46).
    if role == "order" and state == "current":
        found += [finding("medication", name) for name in names]
    return found
