"""CDS Hooks: requests in, responses out, services, prefetch, feedback, and the dialects of clients.

No pydantic is imported on the way to a response; the typed response (`response.py`) is for tests and tools.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmcds.hooks.actions import Setting
from pmcds.hooks.escape import Markdown, escape, plain, shorten
from pmcds.hooks.feedback import Feedback, FeedbackRecord, parse_feedback
from pmcds.hooks.outcome import outcome, refusal, refused
from pmcds.hooks.prefetch import fill, read_prefetch, supply_of
from pmcds.hooks.profiles import PROFILES, CardOptions, Profile, choose_profile, profile_named
from pmcds.hooks.render import Rendered, extension_of, notice_extension, render, render_noted
from pmcds.hooks.request import HookRequest, parse_request, require, with_states
from pmcds.hooks.sending import request_from
from pmcds.hooks.services import (
    PrefetchRow,
    Service,
    discovery,
    jwt_values,
    prefetch_table,
    service_named,
    services,
    services_of,
)
from pmcds.hooks.table import HOOKS, SERVED_HOOKS

if TYPE_CHECKING:
    from pmcds.hooks.conformance import Violation, check_message, kind_of

__all__ = [
    "HOOKS",
    "PROFILES",
    "SERVED_HOOKS",
    "CardOptions",
    "Feedback",
    "FeedbackRecord",
    "HookRequest",
    "Markdown",
    "PrefetchRow",
    "Profile",
    "Rendered",
    "Service",
    "Setting",
    "Violation",
    "check_message",
    "choose_profile",
    "discovery",
    "escape",
    "extension_of",
    "fill",
    "jwt_values",
    "kind_of",
    "notice_extension",
    "outcome",
    "parse_feedback",
    "parse_request",
    "plain",
    "prefetch_table",
    "profile_named",
    "read_prefetch",
    "refusal",
    "refused",
    "render",
    "render_noted",
    "request_from",
    "require",
    "service_named",
    "services",
    "services_of",
    "shorten",
    "supply_of",
    "with_states",
]


def __getattr__(name: str) -> Any:
    # The checklist is for tools; an evaluation does not pay for its import.
    if name not in ("Violation", "check_message", "kind_of"):
        raise AttributeError(f"module 'pmcds.hooks' has no attribute {name!r}")
    from pmcds.hooks import conformance

    return getattr(conformance, name)
