"""Cards, orders and requests that the tests of this room share."""

from __future__ import annotations

from typing import Any

from pmcds.hooks import HookRequest, Profile, parse_request, profile_named, render, render_noted
from pmcds.hooks.actions import Setting
from pmcds.hooks.render import Rendered
from pmcds.model.cards import Block, Card, Coding, Link, OrderTest, Remove, Replace
from pmcds.model.findings import DrugMatch, Order, Source

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ORDER = "MedicationRequest/103"
CODES = (Coding(RXNORM, "1116632", "ticagrelor"),)
REPLACE = Replace(ORDER, "ticagrelor", CODES, "Replace clopidogrel by ticagrelor")
SECOND = Replace(ORDER, "prasugrel", (Coding(RXNORM, "613391", "prasugrel"),), "Replace clopidogrel by prasugrel")
REMOVE = Remove(ORDER, "Remove clopidogrel")
TEST = OrderTest("CYP2C19 genotype", (), "Order CYP2C19 genotype")


def card(**changes: Any) -> Card:
    """A critical card about clopidogrel; `changes` replace its members."""
    members: dict[str, Any] = {
        "uuid": "6b1c7a0e-0d5c-5f0e-9b7e-2f0c3d0a1b11",
        "order": ORDER,
        "drug": "clopidogrel",
        "summary": "CYP2C19 poor metabolizer: avoid clopidogrel; options: ticagrelor.",
        "indicator": "critical",
        "detail": (
            Block(("CYP2C19 *2/*2: little active metabolite is formed.",)),
            Block(("HLA-B*57:01 absent", "TMB < 10 mut/Mb"), "Used", points=True),
        ),
        "source": "CPIC",
        "source_url": "https://cpicpgx.org",
        "topic": Coding("urn:pmcds:card-topic", "clopidogrelcpic", "Clopidogrel and CYP2C19"),
        "lines": ((ORDER, "pharmacogenomics/clopidogrel/cpic"),),
        "override_reasons": (Coding("urn:pmcds:override-reason", "tolerated", "Tolerated before"),),
        "links": (Link("Guideline", "https://cpicpgx.org/guidelines"),),
        "action": "avoid",
    }
    return Card(**(members | changes))


def order(**changes: Any) -> Order:
    """A draft of clopidogrel in the context of the call."""
    members: dict[str, Any] = {
        "key": ORDER,
        "drug": DrugMatch(("clopidogrel",), how="code"),
        "state": "draft",
        "source": Source(ORDER, "/context/draftOrders/entry/0/resource"),
        "resource": {"resourceType": "MedicationRequest", "id": "103", "status": "draft"},
    }
    return Order(**(members | changes))


def setting(profile: str | Profile = "generic", *orders: Order, **changes: Any) -> Setting:
    """Where a card is rendered: order-sign with one draft."""
    drafts = orders or (order(),)
    members: dict[str, Any] = {"patient": "Patient/p1", "hook": "order-sign"}
    return Setting(profile_named(profile), {draft.key: draft for draft in drafts}, **(members | changes))


def rendered(*cards: Card, profile: str | Profile = "generic", **changes: Any) -> Rendered:
    """The response and the notes."""
    return render_noted(cards, setting(profile, **changes))


def only_card(one: Card, profile: str | Profile = "generic", **changes: Any) -> dict[str, Any]:
    """The one card of the response."""
    orders = changes.pop("orders", {ORDER: order()})
    members: dict[str, Any] = {"patient": "Patient/p1", "hook": "order-sign"} | changes
    response = render([one], orders=orders, profile=profile_named(profile), **members)
    shown: dict[str, Any] = response["cards"][0]
    return shown


def draft(**changes: Any) -> dict[str, Any]:
    """A draft order as a client sends it."""
    return {
        "resourceType": "MedicationRequest",
        "id": "103",
        "status": "draft",
        "subject": {"reference": "Patient/p1"},
    } | changes


def bundle(*resources: Any, **changes: Any) -> dict[str, Any]:
    """A Bundle of these resources."""
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]} | changes


def request(hook: str = "order-sign", context: Any = None, **changes: Any) -> dict[str, Any]:
    """A request of a hook with one draft for patient p1."""
    drafts = {"draftOrders": bundle(draft())} if hook in ("order-sign", "order-select") else {}
    usual = {"userId": "Practitioner/u1", "patientId": "p1", **drafts}
    envelope = {"hook": hook, "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"}
    return envelope | {"context": usual | (context or {})} | changes


def parsed(hook: str = "order-sign", context: Any = None, **changes: Any) -> HookRequest:
    """The same, parsed."""
    return parse_request(request(hook, context, **changes))
