"""Conditions and procedures: diseases, tumor types and events, with how sure and how current they are (C1-C11)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pmcds.fhir import decode
from pmcds.fhir.asked import digest, digest_of_bytes
from pmcds.fhir.gates import labels, modified
from pmcds.fhir.observations.genes import genes_named
from pmcds.fhir.site import Opened, ReadContext, ReaderResult, Site
from pmcds.fhir.subjects import subjects
from pmcds.fhir.values import (
    Coding,
    as_list,
    code_of,
    codings,
    date_before,
    date_of,
    extension,
    label_of,
    spelling,
    texts,
)
from pmcds.model.findings import Finding, InputNote, Source

_ACTIVE = frozenset({"active", "recurrence", "relapse"})
_PAST = frozenset({"inactive", "resolved"})
_UNSURE = frozenset({"unconfirmed", "provisional", "differential"})
CLINICAL = _ACTIVE | _PAST | {"remission", "unknown"}
VERIFICATION = _UNSURE | {"confirmed", "refuted", "entered-in-error"}
_FAMILY = re.compile(r"(?:family history|fh)\b(?: of|:)?\s*", re.IGNORECASE)
_HISTORY = re.compile(r"(?:personal )?history of\b|status post\b", re.IGNORECASE)
_PROCEDURE_STATES = {
    "completed": ("present", None),
    "in-progress": ("present", None),
    "stopped": ("present", None),
    "not-done": ("ignored", "not-done"),
    "preparation": ("ignored", "not-current"),
    "on-hold": ("ignored", "not-current"),
    "suspended": ("ignored", "not-current"),
    "aborted": ("ignored", "not-done"),
    "entered-in-error": ("ignored", "void-status"),
}
Verdict = tuple[str, str | None]


def read_conditions(opened: Opened, context: ReadContext) -> ReaderResult:
    """A finding for each disease and tumor type that a Condition or Procedure names, and genomic indicators."""
    findings: list[Finding] = []
    notes: list[InputNote] = []
    diseases = Diseases(context)
    for type_name in ("Condition", "Procedure"):
        for site in opened.by_type(type_name):
            whose = subjects(opened, context).whose(site).reason
            left = diseases.unasked(site) and whose != "other-patient" and opened.leave(site)
            if left and not context.thorough:
                continue
            ignored, found = _read_one(site, opened, context)
            findings.extend(found)
            if ignored is not None:
                notes.append(InputNote(site.pointer, site.key, ignored))
    return ReaderResult(tuple(findings), notes=tuple(notes))


class Diseases:
    """Which diagnoses no rule in question asks for; a code is looked up once for each spelling."""

    __slots__ = ("_context", "_known")

    def __init__(self, context: ReadContext) -> None:
        self._context = context
        self._known: dict[tuple[Any, Any], bool] = {}

    def unasked(self, site: Site) -> bool:
        """True if a Condition or Procedure is of diseases that nobody asks for, and of no tumor."""
        if self._context.asked is None:
            return False
        seen = site.glance()
        data: Mapping[str, Any]
        if seen is None:
            data = site.data or {}
            special = bool(_MORE.intersection(data))
            key: tuple[Any, Any] = (spelling(data.get("code")), spelling(data.get("category")))
        else:
            special, key = seen.special, (seen.code, seen.category)
        if special:
            return False
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._is_unasked(key, data if seen is None else None)
        return known

    def _is_unasked(self, key: tuple[Any, Any], data: Mapping[str, Any] | None) -> bool:
        """What a diagnosis is of is remembered; `data` is None where the key is its code and category as bytes."""

        def stated() -> Mapping[str, Any]:
            members = {"code": key[0], "category": key[1]}
            return {name: decode.decoded(member) for name, member in members.items() if member}

        asked, context = self._context.asked, self._context
        place = digest_of_bytes((b"disease", *key)) if data is None else digest("disease", key)
        of: _Of = context.memory.recall(place, lambda: _of(data if data is not None else stated(), context))
        if asked is None or of.matters or (of.tumor and asked.cancers) or not asked.conditions.isdisjoint(of.names):
            return False
        return label_of((data if data is not None else stated()).get("code")) not in asked.conditions


class _Of(NamedTuple):
    """What a diagnosis is of: names of diseases, whether of a tumor; `matters` if it counts whoever asks."""

    names: tuple[str, ...]
    tumor: bool
    matters: bool


def _of(data: Mapping[str, Any], context: ReadContext) -> _Of:
    found, label = codings(data.get("code")), label_of(data.get("code"))
    if label is None or is_indicator(data, context):
        return _Of((), False, True)
    match = context.terms.conditions(found, texts(data.get("code")))
    # Words about a gene, not a disease: a result that is not read.
    of_gene = match.how is None and not any(code for _, code, _ in found) and bool(genes_named(context.terms, label))
    # It decides whose genome a sample has.
    brings = any(context.terms.brings(name) for name in match.names)
    return _Of(tuple(match.names), bool(match.cancers or match.imprecise), of_gene or brings)


_MORE = frozenset({"extension", "modifierExtension"})


def _read_one(site: Site, opened: Opened, context: ReadContext) -> tuple[str | None, list[Finding]]:
    data = site.data or {}
    whose = subjects(opened, context).whose(site).reason
    if whose == "other-patient":
        return whose, []
    if labels(data) & context.policy.withheld_labels:
        return "withheld", []
    verdict: Verdict
    if modified(site):
        verdict = ("indeterminate", "modifier")
    elif site.type == "Procedure":
        verdict = _procedure_verdict(data)
    else:
        verdict = _verdict(data, context)
    if whose is not None and verdict[0] != "ignored":
        verdict = ("indeterminate", whose)
    found = _indicator(site, data, verdict, context) if is_indicator(data, context) else None
    if found is None:
        found = _diseases(site, data, verdict, context)
    return None, found


def _verdict(data: Mapping[str, Any], context: ReadContext) -> Verdict:
    """Status and reason by the matrix of H47: verification first, then clinical status."""
    verification = status_of(data.get("verificationStatus"), VERIFICATION)
    clinical = status_of(data.get("clinicalStatus"), CLINICAL)
    if verification == "entered-in-error":
        return "ignored", "void-status"
    if verification == "refuted":
        return "ignored", "refuted"
    if clinical in _PAST or (clinical is None and _abated(data, context)):
        return "absent", "resolved"
    if verification in _UNSURE:
        return "indeterminate", "unconfirmed"
    if verification not in (None, "confirmed") and as_list(data.get("verificationStatus")):
        return "indeterminate", "status-unreadable"
    if clinical == "remission":
        return "present", "remission"
    if clinical in _ACTIVE:
        return "present", None
    if clinical is None or clinical == "unknown":
        # Not active by default: it is on the record, but nobody says that it is there now.
        return "indeterminate", "unconfirmed"
    return "indeterminate", "status-unreadable"


def status_of(value: Any, known: frozenset[str]) -> str | None:
    """The code of a closed list that a status holds; codes of other lists beside it do not count.

    Several that contradict each other, or none of the list, give a text that is not of the list; None: none is stated.
    """
    found = {code for _, code, _ in codings(value) if code in known}
    if len(found) == 1:
        return found.pop()
    stated = code_of(value)
    return stated or (" | ".join(sorted({code for _, code, _ in codings(value) if code})) or None)


def _abated(data: Mapping[str, Any], context: ReadContext) -> bool:
    stated = date_of(data, ("abatement",), ())
    return data.get("abatementBoolean") is True or date_before(stated, context.now)


def _procedure_verdict(data: Mapping[str, Any]) -> Verdict:
    status = data.get("status")
    if data.get("notPerformed") is True or data.get("notDone") is True:
        return "ignored", "not-done"
    return _PROCEDURE_STATES.get(status, ("indeterminate", "status-unreadable")) if isinstance(status, str) else (
        "indeterminate", "status-unreadable"
    )  # fmt: skip


def _date(data: Mapping[str, Any]) -> str | None:
    return date_of(
        data,
        ("onset", "performed", "occurrence"),
        ("recordedDate", "assertedDate", "dateRecorded"),
    )


def folded(found: Iterable[Coding], context: ReadContext) -> tuple[str, ...]:
    """Codes as `system:code` with the short names of the systems; unknown systems are left out."""
    names = ((context.terms.fold(system), code) for system, code, _ in found if code)
    return tuple(dict.fromkeys(f"{name}:{code}" for name, code in names if name and "/" not in name))


def _value(
    data: Mapping[str, Any], found: tuple[Coding, ...], role: str | None, context: ReadContext
) -> dict[str, Any]:
    value: dict[str, Any] = {"codes": folded(found, context)}
    for name, member, known in (
        ("clinical", "clinicalStatus", CLINICAL),
        ("verification", "verificationStatus", VERIFICATION),
    ):
        code = status_of(data.get(member), known)
        if code is not None:
            value[name] = code
    if role is not None:
        value["role"] = role
    morphology = extension(data, "mcode-histology-morphology-behavior")
    parts = (("morphology", (morphology or {}).get("valueCodeableConcept")), ("body_site", data.get("bodySite")))
    for name, part in parts:
        codes = folded(codings(part), context) if part else ()
        if codes:
            value[name] = codes
    return value


def _diseases(site: Site, data: Mapping[str, Any], verdict: Verdict, context: ReadContext) -> list[Finding]:
    concept = data.get("code")
    found, label = codings(concept), label_of(concept)
    if not found and label is None:
        return [] if site.type == "Procedure" or verdict[0] == "ignored" else [_of_nothing(site, data)]
    if (label is not None and _FAMILY.match(label)) or any(
        display and _FAMILY.match(display) for _, _, display in found
    ):
        return [_family(site, data, verdict, context)]
    match = context.terms.conditions(found, texts(concept))
    if match.how is None and site.type == "Procedure":
        return []
    if match.how is None and label is not None and not any(code for _, code, _ in found):
        told = _gene_text(site, data, label, verdict, context)
        if told:
            return told
    role = "procedure" if site.type == "Procedure" else "history" if label and _HISTORY.match(label) else None
    role = role or ("cancer" if match.cancers or match.imprecise else None)
    value = _value(data, found, role, context)
    status, reason = verdict
    matched = match.how if match.how == "name" else None if found else "name"
    if matched == "name" and match.how == "name" and not context.policy.match_names:
        status, reason = "indeterminate", "text-only"
    elif status == "present" and _contradict(found, context):
        status, reason = "conflicting", "code-conflict"

    def finding(kind: str, subject: str | None, status: str, reason: str | None) -> Finding:
        if reason == "remission":
            status, reason = ("present", None) if kind == "cancer" else ("absent", "resolved")
        return Finding(
            kind,
            subject,
            value,
            Source(site.key, site.pointer, site.pointer),
            status=status,
            reason=reason,
            date=_date(data),
            matched=matched,
            notes=("remission",) if verdict[1] == "remission" else (),
        )

    result = [finding("condition", name, status, reason) for name in match.names]
    result += [finding("cancer", name, status, reason) for name in match.cancers]
    unsure = ("indeterminate", "tumor-type-imprecise") if status == "present" else (status, reason)
    result += [finding("cancer", name, *unsure) for name in match.imprecise if name not in match.cancers]
    if not match.names:
        result.insert(0, finding("condition", label, status, reason))
    return result


def _of_nothing(site: Site, data: Mapping[str, Any]) -> Finding:
    """A Condition that does not say of what: it may be any disease, so that none is certainly absent."""
    source = Source(site.key, site.pointer, site.pointer)
    return Finding("condition", None, None, source, "indeterminate", "value-unreadable", date=_date(data))


def _gene_text(
    site: Site, data: Mapping[str, Any], label: str, verdict: Verdict, context: ReadContext
) -> list[Finding]:
    """A Condition of nothing but words that name a gene: a result that is not read, not a disease (T54, T65)."""
    status, reason = ("indeterminate", "text-only") if verdict[0] == "present" else verdict
    source = Source(site.key, site.pointer, site.pointer)
    value = {"row": "reported-text", "mentions": ()}
    return [
        Finding("report", gene, value, source, status=status, reason=reason, date=_date(data))
        for gene in genes_named(context.terms, label)
    ]


def _contradict(found: tuple[Coding, ...], context: ReadContext) -> bool:
    """True if two codings of one concept mean different things (C11)."""
    if len(found) < 2:
        return False
    meanings = []
    for coding in found:
        match = context.terms.conditions((coding,), None)
        if match.how == "code":
            meanings.append({*match.names, *match.cancers, *match.imprecise})
    return any(not one & other for place, one in enumerate(meanings) for other in meanings[place + 1 :])


def _family(site: Site, data: Mapping[str, Any], verdict: Verdict, context: ReadContext) -> Finding:
    """A Condition "Family history of ...": a relative's disease, never the patient's (H4, T55)."""
    found = codings(data.get("code"))
    label = label_of(data.get("code")) or next((display for _, _, display in found if display), "")
    status, reason = ("present", None) if verdict[0] not in ("ignored", "absent") else verdict
    value = {"codes": folded(found, context)}
    subject = _FAMILY.sub("", label, count=1) or None
    source = Source(site.key, site.pointer, site.pointer)
    return Finding("family_history", subject, value, source, status=status, reason=reason, date=_date(data))


def is_indicator(data: Mapping[str, Any], context: ReadContext) -> bool:
    """True for a genomic indicator: a Condition that its category marks as a gene result (G26)."""
    category = data.get("category")
    return bool(category) and any(
        code == "genomics" and context.terms.fold(system) == "epic-category" for system, code, _ in codings(category)
    )


def _indicator(site: Site, data: Mapping[str, Any], verdict: Verdict, context: ReadContext) -> list[Finding] | None:
    """The gene result that an indicator's text states if it is on the closed list; else text that is not read."""
    text = label_of(data.get("code"))
    if text is None:
        return None
    status, reason = verdict
    if status == "absent":
        status, reason = "ignored", "resolved"
    source = Source(site.key, site.pointer, site.pointer)
    known = context.terms.indicator(text) if context.policy.match_names else None
    if known is None:
        if status != "ignored":
            status, reason = "indeterminate", "text-only"
        told = {"row": "reported-text", "mentions": ()}
        return [
            Finding("report", gene, told, source, status=status, reason=reason, date=_date(data), matched="name")
            for gene in genes_named(context.terms, text) or (None,)
        ]
    kind, subject, word = known
    value: Any = word
    if kind == "allele":
        status = "absent" if status == "present" and word == "absent" else status
        value = {"allele": subject, "as_stated": text}
        subject = subject.partition("*")[0]
    return [Finding(kind, subject, value, source, status=status, reason=reason, date=_date(data), matched="name")]
