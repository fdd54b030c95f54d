"""Client profiles as data: what a client of CDS Hooks shows, accepts and insists on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pmcds.errors import InputError

_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_NDC = "http://hl7.org/fhir/sid/ndc"
EPIC_PREFIX = "com.epic.cdshooks."
PREFERENCE_LIST = "urn:com.epic.cdshooks.action.code.system.preference-list-item"
CRD_TOPICS = "http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp"
CRD_CONFIGURATION = "davinci-crd.configuration"


@dataclass(frozen=True, slots=True)
class Profile:
    """The dialect of one kind of client; it is applied at the very end, to finished cards.

    hooks                       hooks the client calls, None for any
    selection_behaviors         values it accepts, the preferred one first
    max_actions_per_suggestion  None for no limit
    action_types                (action, resource type) pairs it carries out
    delete_needs_create         a delete alone is refused
    topic                       "static" or "crd"
    system_actions_key          hooks whose response must have `systemActions`, even empty
    detail_format               "markdown" or "plain"
    create_code_systems         for a created resource type the systems it takes, as written by us: as it wants them
    preference_list             drug or test: key of the site's own order list
    category                    category of a created medication order, where the client expects one
    links_allow_list            beginnings of URLs it shows, None for any
    label_is_description        the description is what a clinician reads, so both are the same text
    action_selection_behavior   it knows `actionSelectionBehavior`
    name_orders                 with several orders the detail says which one a card is about
    max_cards                   None for no limit
    """

    name: str
    hooks: tuple[str, ...] | None = None
    selection_behaviors: tuple[str, ...] = ("at-most-one", "any")
    max_actions_per_suggestion: int | None = None
    action_types: frozenset[tuple[str, str]] = frozenset(
        {
            ("create", "MedicationRequest"),
            ("create", "ServiceRequest"),
            ("update", "MedicationRequest"),
            ("delete", "MedicationRequest"),
        }
    )
    delete_needs_create: bool = False
    topic: str = "static"
    system_actions_key: frozenset[str] = frozenset()
    detail_format: str = "markdown"
    create_code_systems: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    preference_list: Mapping[str, str] = field(default_factory=dict)
    category: str | None = None
    links_allow_list: tuple[str, ...] | None = None
    label_is_description: bool = False
    action_selection_behavior: bool = False
    name_orders: bool = False
    max_cards: int | None = None


GENERIC = Profile("generic")
_CREATE_DELETE = frozenset(
    (action, kind) for action in ("create", "delete") for kind in ("MedicationRequest", "ServiceRequest")
)
EPIC = Profile(
    "epic",
    hooks=("patient-view", "order-select", "order-sign"),
    selection_behaviors=("any",),
    max_actions_per_suggestion=1,
    action_types=_CREATE_DELETE,
    create_code_systems={
        "MedicationRequest": {
            _RXNORM: "urn:oid:2.16.840.1.113883.6.88",
            _NDC: "urn:oid:2.16.840.1.113883.6.69",
        },
        "ServiceRequest": {},
    },
    category="outpatient",
    label_is_description=True,
)
CRD = Profile(
    "crd",
    hooks=(
        "order-select",
        "order-sign",
        "order-dispatch",
        "appointment-book",
        "encounter-start",
        "encounter-discharge",
    ),
    delete_needs_create=True,
    topic="crd",
    system_actions_key=frozenset({"appointment-book", "order-sign", "order-dispatch"}),
    name_orders=True,
)
SANDBOX = Profile(
    "sandbox",
    hooks=("patient-view", "order-select", "order-sign"),
    action_types=frozenset({("create", "MedicationRequest"), ("delete", "MedicationRequest")}),
)
PROFILES: Mapping[str, Profile] = MappingProxyType({p.name: p for p in (GENERIC, EPIC, CRD, SANDBOX)})


def profile_named(profile: str | Profile | None, profiles: Mapping[str, Profile] = PROFILES) -> Profile:
    """The profile of a name; an integrator's own profile is taken as it is. Raises InputError for unknown names."""
    if isinstance(profile, Profile):
        return profile
    found = profiles.get(profile or GENERIC.name)
    if found is None:
        raise InputError("unknown-profile", "there is no such client profile", mend=f"one of {', '.join(profiles)}")
    return found


def choose_profile(
    setting: str | Profile | None,
    *,
    issuer: str | None = None,
    issuers: Mapping[str, str] | None = None,
    hint: str | None = None,
    profiles: Mapping[str, Profile] = PROFILES,
) -> Profile:
    """The profile of a call: the setting, else the map of verified issuers, else what the request gives away."""
    return profile_named(setting or (issuers or {}).get(issuer or "") or hint, profiles)


def hinted_profile(extension: Mapping[str, Any]) -> str | None:
    """The profile that a request's extension gives away; only one client does."""
    return EPIC.name if any(str(key).startswith(EPIC_PREFIX) for key in extension) else None


@dataclass(frozen=True, slots=True)
class CardOptions:
    """What the client asked for in this call: at most so many cards, and card types it does not want (CR-9)."""

    max_cards: int | None = None
    without: frozenset[str] = frozenset()


def card_options(extension: Mapping[str, Any]) -> CardOptions:
    """The options in a request's extension; unknown ones are ignored, and none makes the call fail."""
    stated = extension.get(CRD_CONFIGURATION)
    if not isinstance(stated, Mapping):
        return CardOptions()
    most = stated.get("max-cards")
    counts = isinstance(most, int) and not isinstance(most, bool) and most >= 0
    without = frozenset(kind for kind in ("contraindication", "guideline") if stated.get(kind) is False)
    return CardOptions(most if counts else None, without)
