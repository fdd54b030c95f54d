"""What each hook carries in its context, as its page of the CDS Hooks library says, and what real requests print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

PRACTITIONERS = ("Practitioner", "PractitionerRole")
ANYONE = (*PRACTITIONERS, "Patient", "RelatedPerson")


class Member(NamedTuple):
    """A member of a hook's context.

    `shape` is user, id, reference, references, bundle, resource or resources; `also` are other names seen in
    requests; `types` the resource types that stand in it.
    """

    name: str
    shape: str
    required: bool = True
    token: bool = False
    also: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook: its context, which member holds the orders, and whether these are drafts that may be deleted."""

    name: str
    version: str
    members: tuple[Member, ...]
    orders: str | None = None
    drafts: bool = False
    deprecated: bool = False

    @property
    def order_member(self) -> Member | None:
        """The member that holds the orders in question."""
        return next((member for member in self.members if member.name == self.orders), None)

    @property
    def tokens(self) -> frozenset[str]:
        """Context members that a prefetch template may use."""
        return frozenset(member.name for member in self.members if member.token)


def _user(*types: str, required: bool = True) -> Member:
    return Member("userId", "user", required, True, types=types or PRACTITIONERS)


_PATIENT = Member("patientId", "id", True, True)
_ENCOUNTER = Member("encounterId", "id", False, True)
_USUAL = (_user(), _PATIENT, _ENCOUNTER)
_DRAFTS = Member("draftOrders", "bundle")
_ORDERS = ("MedicationRequest", "MedicationOrder")

_HOOKS = (
    Hook("patient-view", "1.0", (_user(*ANYONE), _PATIENT, _ENCOUNTER)),
    Hook("order-select", "1.0", (*_USUAL, Member("selections", "references"), _DRAFTS), "draftOrders", True),
    Hook("order-sign", "1.0", (*_USUAL, _DRAFTS), "draftOrders", True),
    Hook(
        "medication-refill",
        "0.1.0",
        (_user(required=False), _PATIENT, _ENCOUNTER, Member("medications", "bundle", types=_ORDERS)),
        "medications",
        True,
    ),
    # The order is active there, it is no draft.
    Hook(
        "medication-verify",
        "0.1.0",
        (*_USUAL, Member("medication", "resource", also=("order",), types=_ORDERS)),
        "medication",
    ),
    Hook(
        "allergyintolerance-create",
        "0.1.0",
        (*_USUAL, Member("allergyIntolerance", "resource", also=("allergyIntolerances",))),
    ),
    Hook("problem-list-item-create", "0.1.0", (*_USUAL, Member("conditions", "bundle"))),
    Hook("encounter-start", "1.0", (_user(), _PATIENT, _ENCOUNTER._replace(required=True))),
    Hook("encounter-discharge", "1.0", (_user(), _PATIENT, _ENCOUNTER._replace(required=True))),
    Hook("appointment-book", "1.0", (_user(*ANYONE), _PATIENT, _ENCOUNTER, Member("appointments", "bundle"))),
    Hook(
        "order-dispatch",
        "1.1",
        (
            _PATIENT,
            Member("dispatchedOrders", "references", True, True, also=("order",)),
            Member("performer", "reference", True, True),
            Member("fulfillmentTasks", "resources", False, also=("fulfillment-tasks", "task")),
        ),
        "dispatchedOrders",
    ),
    Hook("medication-prescribe", "1.0", (*_USUAL, Member("medications", "bundle")), "medications", True, True),
    Hook("order-review", "1.0", (*_USUAL, Member("orders", "bundle")), "orders", True, True),
)
HOOKS: Mapping[str, Hook] = MappingProxyType({hook.name: hook for hook in _HOOKS})

# Hooks for which a service is offered when a rule speaks in them.
SERVED_HOOKS = (
    "order-select",
    "order-sign",
    "order-dispatch",
    "medication-refill",
    "medication-verify",
    "medication-prescribe",
    "order-review",
    "patient-view",
    "encounter-start",
    "encounter-discharge",
    "appointment-book",
    "problem-list-item-create",
    "allergyintolerance-create",
)

# Tokens of prefetch templates that stand for the user, where the user is of that type.
USER_TOKENS: Mapping[str, str] = MappingProxyType(
    {
        "userPractitionerId": "Practitioner",
        "userPractitionerRoleId": "PractitionerRole",
        "userPatientId": "Patient",
        "userRelatedPersonId": "RelatedPerson",
    }
)
# Resource types that are orders, in any FHIR version.
ORDER_TYPES = frozenset(
    {
        "MedicationRequest",
        "MedicationOrder",
        "ServiceRequest",
        "ProcedureRequest",
        "NutritionOrder",
        "DeviceRequest",
        "VisionPrescription",
        "CommunicationRequest",
        "SupplyRequest",
        "Task",
    }
)
