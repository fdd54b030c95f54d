"""Suggestions of a card as actions that one client can carry out; what it cannot is told in words instead."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pmcds.hooks.escape import plain
from pmcds.hooks.profiles import PREFERENCE_LIST, Profile
from pmcds.hooks.table import HOOKS
from pmcds.model.cards import Card, Coding, OrderTest, Remove, Replace, Suggestion
from pmcds.model.findings import Order

_RESOURCE_ID = re.compile(r"[A-Za-z0-9]+/[A-Za-z0-9.\-]+")
_CATEGORIES = frozenset({"inpatient", "outpatient", "community", "discharge"})
_CATEGORY_SYSTEM = "http://terminology.hl7.org/CodeSystem/medicationrequest-category"
# FHIR versions whose resources look like those that are written here (K8).
R4_LIKE = frozenset({"R4", "R4B"})
_BEFORE_R4 = frozenset({"MedicationOrder", "ProcedureRequest"})

# English words of actions. `{drug}` is the drug offered, `{ordered}` the drug of the order, `{test}` the test.
WORDS: Mapping[str, str] = {
    "order_instead": "Order {drug} instead of {ordered}",
    "order_instead_too": "Order {drug} instead of {ordered} (also remove {ordered})",
    "remove": "Remove the order of {ordered}",
    "remove_too": "Remove {ordered} (also order the alternative)",
    "about_order": "This is about the order of {ordered}.",
    "the_order": "the order",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What actions need besides the card: the orders and the patient of the call, and the client's dialect."""

    profile: Profile
    orders: Mapping[str, Order] = field(default_factory=dict)
    patient: str | None = None
    encounter: str | None = None
    hook: str | None = None
    fhir_version: str = "R4"
    words: Mapping[str, str] = field(default_factory=dict)

    def say(self, name: str, **slots: str) -> str:
        """Words of an action; values are put in as they are, never read as a template."""
        text = self.words.get(name) or WORDS[name]
        parts = re.split(r"(\{[a-z]+\})", text)
        return plain("".join(slots.get(part[1:-1], part) if part.startswith("{") else part for part in parts))

    @property
    def writable(self) -> bool:
        """True if resources can be written in the FHIR version of the call (S15)."""
        old = any((order.resource or {}).get("resourceType") in _BEFORE_R4 for order in self.orders.values())
        return self.fhir_version in R4_LIKE and not old


@dataclass(frozen=True, slots=True)
class Plan:
    """A suggestion to be sent: what is in `key` makes its id."""

    key: str
    label: str
    recommended: bool
    actions: tuple[Mapping[str, Any], ...]

    def uuid(self, card: str) -> str:
        """The id of the suggestion, a function of the card and of what is suggested (S2)."""
        return str(uuid.uuid5(uuid.UUID(card), self.key))


@dataclass(frozen=True, slots=True)
class Planned:
    """The suggestions of a card, the labels of those that had to become text, and why."""

    plans: tuple[Plan, ...]
    told: tuple[str, ...]
    notes: tuple[str, ...]
    behavior: str | None


def plan(card: Card, setting: Setting) -> Planned:
    """Suggestions of the card for this client, in their order."""
    plans: dict[str, Plan] = {}
    told: list[str] = []
    notes: list[str] = []
    for suggestion in card.suggestions:
        made, reason = _plans(suggestion, card, setting)
        if reason is not None:
            told.append(suggestion.label)
            notes.append(f"card {card.uuid}: a suggestion became text, {reason}")
        for item in made:
            kept = plans.get(item.key)
            if kept is None or item.recommended:
                plans[item.key] = item
    # Deletes last: a client that acts on the first suggestion must not lose the new order.
    ordered = sorted(plans.values(), key=lambda item: item.actions[0]["type"] == "delete")
    behavior = _behavior(card, ordered, setting)
    if behavior == "at-most-one" and sum(item.recommended for item in ordered) > 1:
        # Where more than one is advised, none is to be pre-selected (FR-14).
        ordered = [replace(item, recommended=False) for item in ordered]
    return Planned(tuple(ordered), tuple(told), tuple(notes), behavior)


def _behavior(card: Card, plans: Sequence[Plan], setting: Setting) -> str | None:
    if not plans:
        return None
    changes = [item for item in card.suggestions if not isinstance(item, OrderTest)]
    tests = len(card.suggestions) - len(changes)
    free = (not changes and tests > 1) or (len(changes) == 1 and tests > 0)
    wanted = "any" if free else "at-most-one"
    behaviors = setting.profile.selection_behaviors
    return wanted if wanted in behaviors else behaviors[0]


def _plans(suggestion: Suggestion, card: Card, setting: Setting) -> tuple[tuple[Plan, ...], str | None]:
    """The plans of one suggestion, or none and the reason why it is told in words."""
    if not setting.writable:
        return (), "resources of this FHIR version are not written"
    if isinstance(suggestion, OrderTest):
        return _order_test(suggestion, setting)
    order = setting.orders.get(suggestion.order)
    target = removable(order, setting)
    if target is None:
        return (), "the order is no draft of this call that can be named"
    if ("delete", target.partition("/")[0]) not in setting.profile.action_types:
        return (), "the client does not delete orders"
    if isinstance(suggestion, Remove):
        return _remove(suggestion, card, target, setting)
    return _replace(suggestion, card, target, order, setting)


def removable(order: Order | None, setting: Setting) -> str | None:
    """`Type/id` of a draft in the context of the call, as the client sent it; None if it may not be deleted (S16)."""
    if order is None or order.resource is None or order.source is None:
        return None
    if not order.source.site.startswith("/context/"):
        return None
    known = HOOKS.get(setting.hook) if setting.hook else None
    if not (known.drafts if known else order.state == "draft"):
        return None
    target = f"{order.resource.get('resourceType')}/{order.resource.get('id')}"
    return target if _RESOURCE_ID.fullmatch(target) and target == order.key else None


def _remove(suggestion: Remove, card: Card, target: str, setting: Setting) -> tuple[tuple[Plan, ...], str | None]:
    if setting.profile.delete_needs_create:
        return (), "the client takes no delete without a create"
    text = plain(suggestion.label) if setting.profile.label_is_description else _say_remove(card, setting)
    label = plain(suggestion.label)
    return (Plan(f"delete|{target}", label, suggestion.recommended, (_delete(target, text),)),), None


def _replace(
    suggestion: Replace, card: Card, target: str, order: Order | None, setting: Setting
) -> tuple[tuple[Plan, ...], str | None]:
    resource = _medication_request(suggestion, order, setting)
    if resource is None:
        return (), "the client takes no code of the drug, or the patient is not known"
    profile = setting.profile
    ordered = card.drug or setting.say("the_order")
    key = f"create|{target}|{suggestion.drug}"
    if profile.max_actions_per_suggestion == 1:
        texts = [
            setting.say(name, drug=suggestion.drug, ordered=ordered) for name in ("order_instead_too", "remove_too")
        ]
        halves = (_create(resource, texts[0]), _delete(target, texts[1]))
        keys = (key, f"delete|{target}")
        return tuple(
            Plan(its, text, suggestion.recommended, (half,))
            for its, text, half in zip(keys, texts, halves, strict=True)
        ), None
    text = setting.say("order_instead", drug=suggestion.drug, ordered=ordered)
    actions = (_create(resource, text), _delete(target, _say_remove(card, setting)))
    label = text if profile.label_is_description else plain(suggestion.label)
    return (Plan(f"replace|{key}", label, suggestion.recommended, actions),), None


def _order_test(suggestion: OrderTest, setting: Setting) -> tuple[tuple[Plan, ...], str | None]:
    codings = _codings("ServiceRequest", suggestion.test, suggestion.codes, setting.profile)
    allowed = ("create", "ServiceRequest") in setting.profile.action_types
    if not allowed or codings is None or setting.patient is None:
        return (), "the client does not take the order of a test, or the patient is not known"
    resource: dict[str, Any] = {"resourceType": "ServiceRequest", "status": "draft", "intent": "proposal"}
    resource["code"] = {**({"coding": codings} if codings else {}), "text": plain(suggestion.test)}
    resource |= _whose(setting)
    label = plain(suggestion.label)
    return (Plan(f"test|{suggestion.test}", label, suggestion.recommended, (_create(resource, label),)),), None


def _medication_request(suggestion: Replace, order: Order | None, setting: Setting) -> dict[str, Any] | None:
    codings = _codings("MedicationRequest", suggestion.drug, suggestion.codes, setting.profile)
    allowed = ("create", "MedicationRequest") in setting.profile.action_types
    if not allowed or not codings or setting.patient is None:
        return None
    resource: dict[str, Any] = {"resourceType": "MedicationRequest", "status": "draft", "intent": "proposal"}
    if setting.profile.category is not None:
        code = _category(order) or setting.profile.category
        resource["category"] = [{"coding": [{"system": _CATEGORY_SYSTEM, "code": code}]}]
    resource["medicationCodeableConcept"] = {"coding": codings, "text": plain(suggestion.drug)}
    return resource | _whose(setting)


def _whose(setting: Setting) -> dict[str, Any]:
    whose: dict[str, Any] = {"subject": {"reference": setting.patient}}
    if setting.encounter is not None:
        whose["encounter"] = {"reference": setting.encounter}
    return whose


def _codings(kind: str, name: str, codes: Sequence[Coding], profile: Profile) -> list[dict[str, str]] | None:
    """The codes in the client's systems; None if it takes none of them. A site's own list comes before all."""
    if name in profile.preference_list:
        return [{"system": PREFERENCE_LIST, "code": profile.preference_list[name], "display": plain(name)}]
    systems = profile.create_code_systems.get(kind)
    if systems is None:
        return [_coding(code, code.system, name) for code in codes]
    return [_coding(code, systems[code.system], name) for code in codes if code.system in systems] or None


def _coding(code: Coding, system: str, name: str) -> dict[str, str]:
    return {"system": system, "code": code.code, "display": plain(code.display) or plain(name)}


def _category(order: Order | None) -> str | None:
    """The category code of the replaced order, if it is one of the four that FHIR lists."""
    category = (order.resource or {}).get("category") if order is not None else None
    for concept in category if isinstance(category, list) else [category]:
        for coding in concept.get("coding") or () if isinstance(concept, Mapping) else ():
            if isinstance(coding, Mapping) and coding.get("code") in _CATEGORIES:
                return str(coding["code"])
    return None


def _say_remove(card: Card, setting: Setting) -> str:
    return setting.say("remove", ordered=card.drug or setting.say("the_order"))


def _create(resource: Mapping[str, Any], description: str) -> dict[str, Any]:
    return {"type": "create", "description": description, "resource": dict(resource)}


def _delete(target: str, description: str) -> dict[str, Any]:
    return {"type": "delete", "description": description, "resource_id": target}
