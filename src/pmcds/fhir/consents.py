"""Consent and security labels: what may not be used, decided before anything else is read (K1-K8, H64)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pmcds.fhir.conditions import folded
from pmcds.fhir.gates import labels, modified
from pmcds.fhir.site import Opened, ReadContext, Site
from pmcds.fhir.subjects import subjects
from pmcds.fhir.values import as_dict, as_dicts, as_list, code_of, codings, date_of, reference_of, references, span_of
from pmcds.model.findings import Finding, InputNote, Source

# Label that stands for everything genetic, labeled or not (K1).
GENETIC = "GDIS"
_NOT_BINDING = frozenset({"draft", "proposed", "rejected", "inactive", "not-done"})
_OTHER_SCOPES = frozenset({"research", "adr", "treatment"})
_PURPOSES = frozenset({"TREAT", "PurposeOfUse", "COC", "CAREMGT"})
_OPT_OUT = frozenset({"OPTOUT", "OPTOUTE"})
_LEVELS = {level: place for place, level in enumerate(["U", "L", "M", "N", "R", "V"])}
# What nobody needs to disclose: the request itself, and who it is about.
_NEVER_BY_DEFAULT = frozenset({"Patient", "Consent", "MedicationRequest", "MedicationOrder", "Medication"})
# Members of a provision that limit what it is about; others make it unreadable for a deny.
_KNOWN = frozenset(
    [
        "id",
        "extension",
        "type",
        "period",
        "actor",
        "action",
        "securityLabel",
        "purpose",
        "class",
        "resourceType",
        "documentType",
        "code",
        "data",
        "provision",
        "dataPeriod",
    ]
)


class Provision(NamedTuple):
    """One node of a consent: whether it denies, how specific it is, and what it names."""

    denies: bool
    depth: int
    data: Mapping[str, Any]
    site: Site
    inner: tuple[Provision, ...] = ()

    @property
    def criteria(self) -> int:
        """How many kinds of limits it has; the one with more is the more specific."""
        return sum(
            1
            for name in ("actor", "securityLabel", "class", "resourceType", "code", "data")
            if as_list(self.data.get(name))
        )

    @property
    def names_content(self) -> bool:
        """True if it names what it is about, not only who and when."""
        return any(as_list(self.data.get(name)) for name in ("securityLabel", "class", "resourceType", "code", "data"))


class Rules(NamedTuple):
    """All consents that bind: their provisions, and whether one could not be read."""

    roots: tuple[Provision, ...]
    unreadable: bool = False


def read_consents(opened: Opened, context: ReadContext) -> tuple[Rules, list[Finding], list[InputNote]]:
    """The binding provisions, a finding for each Consent, and notes for those that do not bind."""
    roots: list[Provision] = []
    unreadable = False
    findings: list[Finding] = []
    notes: list[InputNote] = []
    for site in opened.by_type("Consent"):
        data = site.data or {}
        if subjects(opened, context).whose(site).reason == "other-patient":
            notes.append(InputNote(site.pointer, site.key, "other-patient"))
            continue
        reason = _not_binding(data, context)
        root = None if reason else _root(site)
        if root is not None and _run_out(root, context):
            reason = "expired"
        if reason is None:
            unreadable = unreadable or root is None or _unreadable(site)
            roots += [root] if root is not None else []
        findings.append(_finding(site, reason, context))
        if reason is None:
            notes.append(InputNote(site.pointer, site.key, None, "context"))
    return Rules(tuple(roots), unreadable), findings, notes


def _not_binding(data: Mapping[str, Any], context: ReadContext) -> str | None:
    """Why a Consent does not bind here: state, scope or time (K3)."""
    status = data.get("status")
    if status == "entered-in-error":
        return "void-status"
    if isinstance(status, str) and status in _NOT_BINDING:
        return "not-current"
    scopes = {code for _, code, _ in codings(data.get("scope")) if code}
    if scopes and scopes <= _OTHER_SCOPES:
        return "out-of-scope"
    if _over(data, context):
        return "expired"
    return None


def _over(data: Mapping[str, Any], context: ReadContext) -> bool:
    """True if a period is stated that does not hold at `now`."""
    period = as_dict(data.get("period"))
    start, end = span_of(period.get("start")), span_of(period.get("end"))
    return (end is not None and end.end < context.now) or (start is not None and start.start > context.now)


def _run_out(root: Provision, context: ReadContext) -> bool:
    """True if the base permits and every exception to it is over: nothing is left that could deny (K3)."""
    if root.denies:
        return False
    live, over = 0, 0
    stack = [(provision, False) for provision in root.inner]
    while stack:
        provision, ended = stack.pop()
        ended = ended or _over(provision.data, context)
        over += ended
        live += provision.denies and not ended
        stack.extend((inner, ended) for inner in provision.inner)
    return over > 0 and live == 0


def _unreadable(site: Site) -> bool:
    """True if something in the Consent is not understood: it may deny what it does not seem to."""
    data = site.data or {}
    if modified(site) or as_list(data.get("except")) or as_list(data.get("consentingParty")):
        return True
    stack = as_list(data.get("provision"))
    while stack:
        node = stack.pop()
        if not isinstance(node, dict) or node.get("type") not in (None, "permit", "deny"):
            return True
        if any(
            value not in (None, "", [], {}) for name, value in node.items() if name not in _KNOWN and name[0] != "_"
        ):
            return True
        period = as_dict(node.get("period"))
        if any(period.get(end) and not span_of(period[end]) for end in ("start", "end")):
            return True
        stack.extend(as_list(node.get("provision")))
    return False


def _root(site: Site) -> Provision | None:
    """The consent as a tree whose root is its base decision; None if it states neither base nor provision."""
    data = site.data or {}
    decision = code_of(data.get("decision"))
    rules = {code for _, code, _ in codings(data.get("policyRule")) if code}
    provisions = as_dicts(data.get("provision"))
    if decision is None and not rules and not provisions:
        return None
    base = decision == "deny" if decision is not None else bool(rules & _OPT_OUT)
    inner = tuple(_provision(node, base, 1, site) for node in provisions)
    return Provision(base, 0, {}, site, inner)


def _provision(data: Mapping[str, Any], above: bool, depth: int, site: Site) -> Provision:
    stated = data.get("type")
    limits = any(as_list(data.get(name)) for name in data if name not in ("provision", "id", "extension", "type"))
    # Without a type it is the exception to what is above it, unless it only holds others together (K7, K8).
    denies = stated == "deny" if stated in ("permit", "deny") else (not above if limits else above)
    inner = (
        tuple(_provision(node, denies, depth + 1, site) for node in as_dicts(data.get("provision")))
        if depth < 64
        else ()
    )
    return Provision(denies, depth, data, site, inner)


def _finding(site: Site, reason: str | None, context: ReadContext) -> Finding:
    data = site.data or {}
    decision = code_of(data.get("decision"))
    rules = sorted({code for _, code, _ in codings(data.get("policyRule")) if code})
    value: dict[str, Any] = {"base": decision or next(iter(rules), None)}
    status = "ignored" if reason else "present"
    date = date_of(data, (), ("date", "dateTime"))
    return Finding("consent", None, value, Source(site.key, site.pointer, site.pointer), status, reason, date=date)


class Withholding:
    """Decides for each resource whether it may be used."""

    def __init__(self, rules: Rules, opened: Opened, context: ReadContext) -> None:
        self._rules = rules
        self._opened = opened
        self._context = context

    @property
    def by_consent(self) -> bool:
        """True if any consent binds."""
        return bool(self._rules.roots) or self._rules.unreadable

    def reason(self, site: Site, *, genomic: bool) -> str | None:
        """`security-label`, `consent-denied`, or None."""
        if site.data is None or site.type == "Consent" or site.origin == "draft":
            return None
        stated = labels(site.data)
        if self._rules.unreadable and (genomic or GENETIC in stated):
            return "consent-denied"
        if any(self._denied(root, site, stated, genomic) for root in self._rules.roots):
            return "consent-denied"
        return "security-label" if stated & self._context.policy.withheld_labels else None

    def _denied(self, root: Provision, site: Site, stated: frozenset[str], genomic: bool) -> bool:
        """The most specific matching provision decides; deny on a tie."""
        best: tuple[int, int, bool] = (0, 0, root.denies)
        named = False
        stack = list(root.inner)
        while stack:
            provision = stack.pop()
            if self._matches(provision, site, stated, genomic):
                found = (provision.depth, provision.criteria, provision.denies)
                if found >= best:
                    best, named = found, provision.names_content
                stack.extend(provision.inner)
        return best[2] and (named or site.type not in _NEVER_BY_DEFAULT)

    def _matches(self, provision: Provision, site: Site, stated: frozenset[str], genomic: bool) -> bool:
        data = provision.data
        if _over(data, self._context):
            return False
        purposes = {code for _, code, _ in codings(data.get("purpose")) if code}
        if purposes and not purposes & _PURPOSES:
            return False
        actions = {code for _, code, _ in codings(data.get("action")) if code}
        if actions and actions <= {"collect", "correct"}:
            return False
        if as_list(data.get("actor")) and not self._is_caller(provision):
            return False
        types = {
            code
            for name in ("class", "resourceType")
            for system, code, _ in codings(data.get(name))
            if code and (system or "").rstrip("/").endswith(("resource-types", "fhir-types"))
        }
        if (as_list(data.get("class")) or as_list(data.get("resourceType"))) and types and site.type not in types:
            return False
        if not self._label_fits(provision, stated, genomic) or not self._code_fits(data, site):
            return False
        return self._names(data, provision.site, site)

    def _is_caller(self, provision: Provision) -> bool:
        """A deny for somebody binds whoever does not say who they are; a permit counts only for those it names."""
        callers = self._context.policy.callers
        if not callers:
            return provision.denies
        actors = {reference_of(actor.get("reference")) for actor in as_dicts(provision.data.get("actor"))}
        return bool(actors & callers)

    def _label_fits(self, provision: Provision, stated: frozenset[str], genomic: bool) -> bool:
        named = {code for _, code, _ in codings(provision.data.get("securityLabel")) if code}
        if not named:
            return True
        level = max((_LEVELS[label] for label in stated if label in _LEVELS), default=_LEVELS["N"])
        limits = [_LEVELS[label] for label in named if label in _LEVELS]
        if limits and (level >= min(limits) if provision.denies else level <= max(limits)):
            return True
        unlabeled = genomic and self._context.policy.consent_covers_unlabeled
        return bool(named & stated) or (GENETIC in named and unlabeled)

    def _code_fits(self, data: Mapping[str, Any], site: Site) -> bool:
        wanted = as_list(data.get("code"))
        if not wanted:
            return True
        stated = codings((site.data or {}).get("code"))
        both = set(folded(stated, self._context)) & set(folded(codings(wanted), self._context))
        return bool(both)

    def _names(self, data: Mapping[str, Any], consent: Site, site: Site) -> bool:
        wanted = as_dicts(data.get("data"))
        if not wanted:
            return True
        return any(
            self._opened.resolve(found, consent) is site
            for member in wanted
            for found in references(member.get("reference"))
        )


def withheld_findings(site: Site, reason: str, kinds: Iterable[str]) -> list[Finding]:
    """What is left of a withheld resource: that there is something, of which nothing is told (LC-24)."""
    source = Source(site.key, site.pointer, site.pointer)
    return [Finding(kind, None, None, source, status="withheld", reason=reason) for kind in kinds]
