"""What is known of a rule before it is compiled: enough to find it by drug, hook and source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pmcds.errors import KnowledgeError, Problem

ACTIVE = "active"
DRAFT = "draft"


class Head(NamedTuple):
    """Id, status, source, drugs (none: about the patient), hooks and audience (none: everybody) of a rule."""

    id: str
    status: str
    source: str
    drugs: tuple[str, ...]
    hooks: tuple[str, ...]
    audience: str | None = None


def head_of(identity: str, document: Mapping[str, Any], path: str) -> Head:
    """The head of a rule document; KnowledgeError if it does not follow the schema of rules."""
    try:
        ask = document["ask"]
        drug = ask.get("drug", [])
        drugs = (drug,) if isinstance(drug, str) else tuple(drug)
        source, hooks = source_of(document, identity), tuple(ask["hooks"])
        return Head(identity, document["status"], source, drugs, hooks, document.get("audience"))
    except (KeyError, TypeError, AttributeError):
        problem = Problem(path, 0, 0, "does not follow the schema of rules", "run pmcds check")
        raise KnowledgeError([problem]) from None


def source_of(document: Mapping[str, Any], identity: str) -> str:
    """Whose guidance a rule is: as stated, else the last part of its id."""
    return str(document.get("source") or identity.rsplit("/", 1)[-1])
