"""Which orders are in question: those of a hook, those given by the caller, or every live order of the record."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pmcds.errors import InputError
from pmcds.fhir.subjects import parse_reference
from pmcds.fhir.values import reference_of
from pmcds.model.findings import DrugMatch, Order, Reading, Supply

if TYPE_CHECKING:
    from pmcds.hooks import CardOptions

# Hooks that are about the patient, not about drafts: the live orders of the record are judged.
_WITHOUT_DRAFTS = frozenset(
    {
        "patient-view",
        "encounter-start",
        "encounter-discharge",
        "appointment-book",
        "problem-list-item-create",
        "allergyintolerance-create",
    }
)
_LIVE = frozenset({"draft", "current", "on-hold", "planned", "unknown"})
# Types of orders end in one of these, whatever is ordered.
_ORDERABLE = ("Request", "Order", "Prescription", "Task")
# Kinds of names that must lead to an order: drug orders, and what names nothing that could be looked for.
_DRUG_ORDERS = frozenset({"MedicationRequest", "MedicationOrder", "dispatchedOrders"})


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked: the hook, the orders named by the caller, or the drafts of a request.

    `named` are orders given by the caller (None: not given); `selections` the keys that order-select names
    (`every_order`: it named none that can be found, so all drafts are in question). An `anonymous` patient has no id
    that an order could name.
    The rest comes from the request; `options` (a `hooks.CardOptions`) are handed to `hooks.render` as they are.
    """

    hook: str | None = None
    named: tuple[Order, ...] | None = None
    anonymous: bool = False
    context: tuple[str, ...] = ()
    selections: tuple[str, ...] | None = None
    every_order: bool = False
    prefetch: Mapping[str, str] = field(default_factory=dict)
    supply: Supply | None = None
    encounter: str | None = None
    profile: str | None = None
    fhir_version: str = "R4"
    options: CardOptions | None = None
    notes: tuple[str, ...] = ()

    def supplied(self, reading: Reading) -> Reading:
        """The reading with the worse of what the request and what opening say about each kind of data."""
        if self.supply is None:
            return reading
        return replace(reading, supply=_worse(reading.supply, self.supply))


def _worse(one: Supply, other: Supply) -> Supply:
    order = ("supplied", "truncated", "missing", "error")

    def worst(left: str, right: str) -> str:
        return max(left, right, key=order.index)

    return Supply(
        worst(one.results, other.results),
        worst(one.conditions, other.conditions),
        worst(one.medications, other.medications),
        worst(one.allergies, other.allergies),
        worst(one.demographics, other.demographics),
    )


def judged_orders(reading: Reading, selection: Selection) -> tuple[Order, ...]:
    """The orders that get decision lines, each under a key of its own."""
    return _distinct(_judged(reading, selection))


def _distinct(orders: Sequence[Order]) -> tuple[Order, ...]:
    """Two different orders sent under one id keep their own lines: the keys are told apart by their content."""
    counts = Counter(order.key for order in orders)
    if len(counts) == len(orders):
        return tuple(orders)
    return tuple(replace(o, key=f"{o.key}#{_digest(o)}") if counts[o.key] > 1 else o for o in orders)


def _digest(order: Order) -> str:
    content = json.dumps(order.resource, sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def _judged(reading: Reading, selection: Selection) -> tuple[Order, ...]:
    if selection.named is not None:
        if not selection.anonymous:
            _check_subjects(selection.named, reading.patient)
        return selection.named
    # By key, so that the order of entries in the input changes nothing.
    orders = sorted(reading.orders, key=lambda order: order.key)
    if selection.hook is None or selection.hook in _WITHOUT_DRAFTS:
        return _once([order for order in orders if order.state in _LIVE])
    if selection.hook == "order-dispatch":
        return _dispatched(reading, orders, selection.selections or ())
    drafts = [order for order in orders if _in_context(order)]
    if selection.every_order or selection.selections is None:
        return tuple(drafts)
    # A selection is written "Type/id", as a URL that ends so, or as a bare id, which may be of any type.
    wanted = {"/".join(named.rsplit("/", 2)[-2:]) for named in selection.selections}
    return tuple(order for order in drafts if order.key in wanted or _tail(order.key) in wanted)


def _check_subjects(orders: Sequence[Order], patient: str | None) -> None:
    """Refuse an order that the caller gives and that names another patient than that of the record (R16)."""
    record = parse_reference(patient) if patient is not None else None
    for order in orders if record is not None and record.type == "Patient" else ():
        for name in ("subject", "patient"):
            named = parse_reference(reference_of((order.resource or {}).get(name)) or "")
            if named is not None and named.type == "Patient" and record is not None and named.id != record.id:
                text = "an order that was given is for another patient than the input is about"
                mend = "pass orders of this patient, or check `patient=`"
                raise InputError("order-of-another-patient", text, mend=mend)


def _dispatched(reading: Reading, orders: Sequence[Order], named: Sequence[str]) -> tuple[Order, ...]:
    """The orders that are sent out, wherever they stand; a drug order that nobody supplied is told, not passed over."""
    found = [order for order in orders if order.key in named or _tail(order.key) in named]
    sent = {note.resource for note in reading.inputs} | {order.key for order in found}
    # A bare id is a drug order's until an order of another type has it; a result or a person is never sent out.
    known = sent | {_tail(key) for key in sent if key.partition("/")[0].endswith(_ORDERABLE)}
    lost = {name for name in named if name not in known and ("/" not in name or name.split("/")[0] in _DRUG_ORDERS)}
    return (*found, *(Order(name, DrugMatch(), state="unknown", problem="drug-unresolved") for name in sorted(lost)))


def _in_context(order: Order) -> bool:
    return order.source is not None and order.source.site.startswith("/context/")


def _tail(reference: str) -> str:
    """The id at the end of a reference."""
    return reference.rsplit("/", 1)[-1]


def _once(orders: Sequence[Order]) -> tuple[Order, ...]:
    """The same drug once, with all its sources; an order with a problem stands for itself."""
    kept: dict[object, Order] = {}
    for order in orders:
        known = order.problem is None and order.drug.ingredients and not order.drug.unmapped
        key: object = (tuple(sorted(order.drug.ingredients)), order.drug.systemic)
        if not known:
            # Two orders of which nobody knows what they are stay two, also under one id.
            key = (order.key, _digest(order))
        if key in kept:
            first = kept[key]
            also = tuple(source for source in (order.source, *order.also) if source is not None)
            kept[key] = replace(first, also=(*first.also, *also))
        else:
            kept[key] = order
    return tuple(kept.values())


def named_orders(
    several: Sequence[Any], by_name: Callable[[str], Order], from_resource: Callable[[Any], tuple[Order, ...]]
) -> tuple[Order, ...]:
    """Orders given by the caller, by name or as resources; none of them has an input line."""
    orders: dict[tuple[str, str], Order] = {}
    for given in several:
        if isinstance(given, str):
            found: tuple[Order, ...] = (by_name(given),)
        else:
            found = tuple(replace(order, source=None, also=()) for order in from_resource(given))
        if not found:
            mend = "pass a name or a MedicationRequest"
            raise InputError("order-unreadable", "an order that was given is no medication order", mend=mend)
        for order in found:
            orders.setdefault((order.key, _digest(order)), order)
    return tuple(orders.values())
