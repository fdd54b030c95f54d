"""Whose a resource is: the comparison of subject references with the patient in question."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pmcds.fhir import decode
from pmcds.fhir.site import Opened, ReadContext, Site
from pmcds.fhir.values import reference_of, references

_LISTS = ("result", "hasMember")


class Reference(NamedTuple):
    """A literal reference taken apart; `base` is None for a relative one, `type` None for a URN or a fragment."""

    base: str | None
    type: str | None
    id: str


def parse_reference(reference: str) -> Reference | None:
    """Base, type and id of a relative, absolute or versioned reference, case kept; None if it has no such form."""
    head, _, version = reference.partition("/_history/")
    if version and "/" in version:
        return None
    parts = head.rsplit("/", 2)
    if len(parts) < 2 or not parts[-1] or not parts[-2]:
        return None
    if len(parts) == 2:
        return Reference(None, parts[0], parts[1])
    base = parts[0]
    return Reference(normal_base(base), parts[1], parts[2]) if "://" in base else None


@lru_cache(maxsize=256)
def normal_base(url: str) -> str:
    """A server base for comparison: scheme and host in lower case, no default port, no trailing slash."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return url
    if port and port != {"http": 80, "https": 443}.get(parts.scheme):
        host = f"{host}:{port}"
    return f"{parts.scheme.lower()}://{host}{parts.path.rstrip('/')}"


def base_of(site: Site) -> str | None:
    """The base that relative references of this site belong to: that of its fullUrl, if it is a RESTful one."""
    while site.parent is not None and site.full_url is None:
        site = site.parent
    if site.full_url is None or "://" not in site.full_url:
        return None
    parsed = parse_reference(site.full_url)
    return parsed.base if parsed else None


class Whose(NamedTuple):
    """`reason` is None for the patient's own resource, else other-patient or no-subject."""

    reason: str | None
    notes: tuple[str, ...] = ()


OWN = Whose(None)
_INHERITED = Whose(None, ("subject-inherited",))
_STATED = Whose(None, ("single-patient-policy",))
_OTHER = Whose("other-patient")
_NONE = Whose("no-subject")


class Subjects:
    """Answers for one input and one patient, worked out once for each reference and resource."""

    def __init__(self, opened: Opened, context: ReadContext) -> None:
        self.context = context
        self._opened = opened
        self._known: dict[tuple[str, str | None], bool] = {}
        self._whose: dict[Site, Whose] = {}
        self._glances: dict[tuple[bytes | str, str | None], Whose] = {}
        self._listed: dict[Site, list[Site]] | None = None
        self._reach: dict[Site, set[str | None]] = {}
        self._patient = parse_reference(context.patient) if context.patient else None
        self._bases = self._allowed_bases()

    def _allowed_bases(self) -> frozenset[str | None]:
        """Bases on which the patient's id is the patient; a reference without any base always is (H53)."""
        context = self.context
        stated = {normal_base(base) for base in (*context.policy.bases, context.fhir_server) if base}
        if self._patient is None:
            return frozenset(stated)
        if self._patient.base:
            stated.add(self._patient.base)
        if stated:
            return frozenset({None, *stated})
        at = {base_of(site) for site in self._opened.by_type("Patient") if site.key.endswith("/" + self._patient.id)}
        if at <= {None}:
            # Nobody says which server this is: the one base of the whole input is it, several are told apart.
            every = {base_of(site) for site in self._opened.sites if site.full_url} - {None}
            at = every if len(every) == 1 else set()
        return frozenset({None, *at})

    def is_patient(self, reference: str, site: Site) -> bool:
        """True if a reference that stands in `site` means the patient in question."""
        key = (reference, site.pointer if reference[0] == "#" else base_of(site))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._compare(reference, site)
        return known

    def _compare(self, reference: str, site: Site) -> bool:
        patient = self.context.patient
        if patient is None:
            return False
        parsed = parse_reference(reference)
        if parsed is not None and self._patient is not None:
            base = parsed.base or base_of(site)
            return (parsed.type, parsed.id) == (self._patient.type, self._patient.id) and base in self._bases
        target = self._opened.resolve(reference, site)
        if self._patient is None:  # a Patient without id, known by its content or by its URN
            if target is None:
                return reference == patient
            return target.type == "Patient" and patient in (target.key, target.full_url)
        if target is None or target.type != "Patient" or target.key != f"Patient/{self._patient.id}":
            return False
        return base_of(target) in self._bases

    def whose(self, site: Site) -> Whose:
        """Whether a resource is the patient's, by its subject or inherited where all that list it agree (S2)."""
        found = self._whose.get(site)
        if found is None:
            found = self._whose[site] = self._at_a_glance(site) or self._find(site)
        return found

    def _at_a_glance(self, site: Site) -> Whose | None:
        """The answer for a subject that has been met before, in the same bytes and on the same server."""
        if site.parent is not None:
            return None
        seen = site.glance()
        if seen is not None:
            stated: Any = seen.subject
            subject: Any = None if b"#" in seen.subject else seen.subject
        else:
            stated = site.outline.get("subject")
            subject = stated.get("reference") if isinstance(stated, dict) else None
        if not subject or not isinstance(subject, (bytes, str)):
            return None
        key = (subject, _server(site.full_url))
        found = self._glances.get(key)
        if found is None:
            reference = reference_of(decode.decoded(stated) if isinstance(stated, bytes) else stated)
            if reference is None or reference[0] == "#" or not self._is_reference(reference, site):
                return None
            found = self._glances[key] = OWN if self.is_patient(reference, site) else _OTHER
        return found

    def _find(self, site: Site) -> Whose:
        own = self._own(site)
        if own is not None:
            return own
        reasons = self._inherited(site)
        if len(reasons) == 1:
            return _INHERITED if reasons == {None} else _OTHER
        if reasons:
            return _NONE
        return _STATED if self.context.policy.single_patient else _NONE

    def _own(self, site: Site) -> Whose | None:
        """What the resource says about itself, or None if it names no subject."""
        data = site.outline
        reference = reference_of(data.get("subject")) or reference_of(data.get("patient"))
        if reference is None or not self._is_reference(reference, site):
            return None
        return OWN if self.is_patient(reference, site) else _OTHER

    def _is_reference(self, reference: str, site: Site) -> bool:
        """False for a text that names nobody: it has no form of a reference and leads nowhere (H02)."""
        formed = reference[0] == "#" or "/" in reference or ":" in reference
        return formed or self._opened.resolve(reference, site) is not None

    def _inherited(self, start: Site) -> set[str | None]:
        """The reasons of every resource from which a subject may be inherited, over any number of links.

        Each link is followed once for the whole input: what one resource reaches is kept for all on the way.
        """
        if start not in self._reach:
            asked: dict[Site, list[Site]] = {start: []}
            found: dict[Site, set[str | None]] = {}
            waiting = [start]
            while waiting:
                site = waiting.pop()
                found[site] = set()
                for other in self._neighbors(site):
                    own = self._own(other)
                    if own is not None:
                        found[site].add(own.reason)
                    elif other in self._reach:
                        found[site] |= self._reach[other]
                    else:
                        if other not in asked:
                            asked[other] = []
                            waiting.append(other)
                        asked[other].append(site)
            growing = [site for site, reasons in found.items() if reasons]
            while growing:
                site = growing.pop()
                for asking in asked[site]:
                    if not found[site] <= found[asking]:
                        found[asking] |= found[site]
                        growing.append(asking)
            self._reach.update(found)
        return self._reach[start]

    def _neighbors(self, site: Site) -> list[Site]:
        """Resources from which a missing subject is inherited: what lists it, what contains it, what it is from."""
        data = site.data or {}
        found = list(self._listed_by().get(site, ()))
        if site.parent is not None:
            found.append(site.parent)
        names = ("result",) if site.type == "DiagnosticReport" else ("derivedFrom",)
        for name in names:
            for reference in references(data.get(name)):
                target = self._opened.resolve(reference, site)
                if target is not None and target is not site:
                    found.append(target)
        return found

    def _listed_by(self) -> dict[Site, list[Site]]:
        if self._listed is None:
            self._listed = {}
            for name in ("DiagnosticReport", "Observation"):
                for site in self._opened.by_type(name):
                    for member in _LISTS:
                        for reference in references((site.data or {}).get(member)):
                            target = self._opened.resolve(reference, site)
                            if target is not None and target is not site:
                                self._listed.setdefault(target, []).append(site)
        return self._listed


def _server(full_url: str | None) -> str | None:
    """What of a fullUrl the base of a resource depends on: all but its id, for the usual form of it."""
    if full_url is None or "://" not in full_url:
        return None
    place = full_url.rfind("/")
    return full_url if place == len(full_url) - 1 or "/_history/" in full_url else full_url[:place]


def subjects(opened: Opened, context: ReadContext) -> Subjects:
    """The answers kept with the input for this context."""
    found = opened.memo.get("subjects")
    if not isinstance(found, Subjects) or not _same_person(found.context, context):
        found = opened.memo["subjects"] = Subjects(opened, context)
    return found


def _same_person(one: ReadContext, other: ReadContext) -> bool:
    """True if two contexts cannot differ in whose a resource is."""
    if one is other:
        return True
    return one.policy is other.policy and (one.patient, one.fhir_server) == (other.patient, other.fhir_server)
