"""Every check of `conformance check`: its id in the checklist, what it looks at, and what it says."""

from __future__ import annotations

from typing import NamedTuple

DISCOVERY, REQUEST, RESPONSE, FEEDBACK, SERVICE = "discovery", "request", "response", "feedback", "service"


class Check(NamedTuple):
    """A check. `needs` names what a message must hold for it to have anything to look at; empty: always."""

    rule: str
    looks_at: str
    says: str
    needs: str = ""


def _rows(looks_at: str, **rows: str) -> tuple[Check, ...]:
    """Checks from `ID="what it says"` or `ID="needs | what it says"`."""
    found = []
    for rule, row in rows.items():
        needs, bar, says = row.partition(" | ")
        found.append(Check(rule.replace("_", "-"), looks_at, says if bar else row, needs if bar else ""))
    return tuple(found)


def _feedback_rule(number: int) -> str:
    # Put together, since some ids of this part of the checklist are also symbols of genes.
    return f"F{number}"


_JSON = {
    "X1": "no null",
    "X2": "nothing empty",
    "X5": "UTF-8 JSON without a byte order mark",
    "X6": "extensions are objects with keys in reverse-domain style",
    "X8": "no NaN, no infinity, no member twice",
}
_OF_DISCOVERY = _rows(
    DISCOVERY,
    D1="an object with an array of services",
    D3="each service has a hook",
    D4="each service has an id that a URL need not escape",
    D5="each service has a description",
    D6="each service has a title",
    D7="prefetch is an object of texts",
    D8="usageRequirements is a text",
    D9="version is a semantic version",
    D10="hookVersion is that of the hook's page",
    D11="an id and a hook stand there once",
    D13="a template that uses another key comes after it",
    P1="templates are relative reads or searches",
    P2="tokens are members of the hook's context or stand for the user",
    P4="tokens that only the newest specification knows are not used",
    P5="queries use what all clients can send",
    **_JSON,
)
_OF_RESPONSES = _rows(
    RESPONSE,
    H2="cards are an array, always",
    C1="card | a summary of fewer than 140 characters",
    C2="card | the indicator is info, warning or critical",
    C3="card | a source",
    C4="card | the source has a label",
    C5="source.url | the address of the source is absolute",
    C6="source.icon | the address of the icon is absolute",
    C7="source.topic | the topic is a Coding with an alphanumeric code",
    C8="card | a uuid",
    C9="detail | the detail is a text",
    C10="suggestion | selectionBehavior is there",
    C11="selectionBehavior | is at-most-one or any",
    C12="overrideReason | code, system and display",
    C13="link | links are an array",
    C15="card | uuids are used once",
    C16="card | the most urgent come first",
    C18="card | plain texts hold no Markdown escapes and no line breaks",
    MD_9="detail | no HTML",
    S1="suggestion | a label",
    S2="suggestion | a uuid",
    S3="suggestion | isRecommended is a boolean, true at most once with at-most-one",
    S4="suggestion | actions are there or left out, never empty",
    S5="actionSelectionBehavior | all, any or at-most-one",
    S6="action | create, update or delete",
    S7="action | a description",
    S8="create | a resource",
    S9="update | the client's own resource, whole",
    S10="delete | resourceId names the target",
    S11="action | creates and updates stand before deletes",
    S14="create | a created drug order is a draft for the patient, with code and words",
    L1="link | a label",
    L2="link | an absolute https address",
    L3="link | absolute or smart",
    L4="appContext | a text, with smart links only",
    L5="autolaunchable | a boolean, spelled so; not used",
    Y1="systemActions | an array of actions",
    Y2="systemActions | a description",
    Y3="systemActions | left out if empty",
    Y5="systemActions | cards beside them",
    X4="resource | resources are FHIR JSON objects",
    **_JSON,
)
_OF_REQUESTS = _rows(
    REQUEST,
    R2="a hook",
    R4="hookInstance is a UUID",
    R5="a context",
    R6="fhirServer is an https address, and there where a token is",
    R7="prefetch is an object",
    R9="a JSON object",
    R10="one FHIR version",
    R12="the members that the hook requires",
    R14="members are named as on the hook's page, without envelopes",
    R15="ids without, users with their type",
    R16="one patient",
    R17="Bundles have a type",
    A1="a token",
    A2="token_type is Bearer",
    A3="expires_in is a whole number",
    A4="a scope",
    A5="a subject",
    A6="the token's patient is that of the context",
    P9="no error in place of data",
    P11="no incomplete Bundle",
    P17="no envelopes around prefetched resources",
    P18="a resource or null under each key",
    X4="resources are FHIR JSON objects",
    **{name: says for name, says in _JSON.items() if name != "X2"},
)
_OF_FEEDBACK = _rows(
    FEEDBACK,
    **{
        _feedback_rule(1): "an array of entries",
        _feedback_rule(2): "each names its card",
        _feedback_rule(3): "accepted or overridden",
        _feedback_rule(4): "what was accepted",
        _feedback_rule(5): "reason, comment or both",
        _feedback_rule(6): "a time in UTC",
        _feedback_rule(10): "named as the specification names it",
    },
    X5=_JSON["X5"],
    X6=_JSON["X6"],
    X8=_JSON["X8"],
)
_OF_SERVICES = _rows(
    SERVICE,
    D1="discovery answers 200 with JSON, without a redirect, with and without a slash at the end",
    D4="no listed service answers 404",
    D15="discovery gives the same bytes twice",
    H1="success is 200",
    H4="every refusal carries an OperationOutcome",
    H5="no answer is open to any origin",
    H8="no refusal repeats a value of the patient",
    H9="answers about patients are not to be stored",
    R1="other methods get 405 with Allow; JSON by its other names is read",
    R2="no hook: 400",
    R3="the hook of another service: 400",
    R4="no hookInstance: 400; one that is no UUID is accepted",
    R5="no context: 400",
    R6="a token without fhirServer does not end the call",
    R7="prefetch that is no object counts as absent",
    R8="an unknown service: 404",
    R9="no JSON, or no object: 400",
    R12="no patientId: 400; no orders: 412",
    R13="too deep: 400 or 413, never a defect",
    R14="a resource in an envelope is read",
    R15="an id with its type is read",
    R16="another patient's data: 400",
    R17="a Bundle without type is read",
    A7="a token is repeated nowhere",
    A10="an authorization with faults does not end the call",
    P7="null means no such data",
    P9="an OperationOutcome in place of data is no data and no failure",
    P10="an empty search is read",
    P11="a first page is read",
    P12="keys may be named otherwise",
    P17="an envelope around a prefetched resource is opened",
    P18="a text in place of a resource does not end the call",
    C8="the same facts give the same uuid",
    C17="no text of a card names the patient",
    S16="no order is changed or deleted where the hook has no drafts",
    X6="an extension that is an array is ignored",
    X7="unknown members are ignored",
    X8="NaN or a member twice: 400",
    J1="a refusal for want of a token is bare",
    **{
        _feedback_rule(1): "feedback is taken; without an array: 400",
        _feedback_rule(7): "several entries, and the same again",
        _feedback_rule(8): "an override without reason",
        _feedback_rule(9): "a card that nobody knows",
        _feedback_rule(10): "the older spelling",
        _feedback_rule(13): "one bad entry does not lose the others",
    },
)
CHECKS: tuple[Check, ...] = (*_OF_DISCOVERY, *_OF_REQUESTS, *_OF_RESPONSES, *_OF_FEEDBACK, *_OF_SERVICES)


def checks_of(looks_at: str) -> tuple[Check, ...]:
    """The checks of one kind of message, or of a service."""
    return tuple(check for check in CHECKS if check.looks_at == looks_at)
