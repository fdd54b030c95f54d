"""One Observation taken apart: its question, its gate, its components by what they carry, its links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pmcds.fhir.gates import Gate, absent, gate, source_class, specimen_of
from pmcds.fhir.site import Opened, ReadContext, Site
from pmcds.fhir.subjects import subjects
from pmcds.fhir.values import Coding, as_dict, as_dicts, as_list, clean, codings, reference_of, references, texts
from pmcds.model.findings import Finding, Source
from pmcds.terminology import ObservationTerm

# Status of a finding whose resource does not pass the gate.
_STATUS_OF_GATE = {
    "void-status": "ignored",
    "value-absent": "ignored",
    "security-label": "withheld",
}
_UNREAD = frozenset({"security-label", "modifier"})


class Link(NamedTuple):
    """A reference to another resource: where it leads (None = nowhere) and whether that is another patient's."""

    reference: str
    site: Site | None
    other_patient: bool = False


class Said(NamedTuple):
    """What a reader says to make a finding, before the gate is heard; `stated` is the source class and its notes."""

    kind: str
    subject: str | None
    value: Any
    status: str
    reason: str | None
    unit: str | None
    matched: str | None
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    origin: bool
    stated: tuple[str | None, tuple[str, ...]] = (None, ())


class Record:
    """An Observation with what its code asks; everything else is worked out when it is asked for."""

    __slots__ = (
        "_class",
        "_components",
        "_gate",
        "_links",
        "_said",
        "_source",
        "context",
        "matched",
        "opened",
        "site",
        "term",
    )

    def __init__(
        self, site: Site, opened: Opened, context: ReadContext, term: ObservationTerm | None, matched: str | None
    ) -> None:
        self.site = site
        self.opened = opened
        self.context = context
        self.term = term
        self.matched = matched
        self._gate: Gate | None = None
        self._class: tuple[str | None, tuple[str, ...]] | None = None
        self._said: list[tuple[Finding, Said]] | None = None
        self._source: Source | None = None
        self._components: dict[str, list[dict[str, Any]]] | None = None
        self._links: dict[str, tuple[Link, ...]] = {}

    @property
    def data(self) -> dict[str, Any]:
        """The resource as a plain dict."""
        return self.site.data or {}

    @property
    def gate(self) -> Gate:
        """Why the resource does not count, its date and notes."""
        if self._gate is None:
            self._gate = gate(self.site, self.opened, self.context)
        return self._gate

    @property
    def components(self) -> dict[str, list[dict[str, Any]]]:
        """Components by what their code says they carry; without a known code or without a value they are left out."""
        if self._components is None:
            self._components = {}
            for component in as_dicts(self.data.get("component")):
                if absent(component):
                    continue
                for system, code, _ in codings(component.get("code")):
                    carried = self.context.terms.component(system, code)
                    if carried is not None:
                        self._components.setdefault(carried, []).append(component)
                        break
        return self._components

    def stated(self, carried: str) -> list[Stated]:
        """Codings and text of each component that carries this."""
        return [stated_in(component) for component in self.components.get(carried, ())]

    def words(self, carried: str) -> list[str]:
        """The strings of each component that carries this: codes, else displays and text."""
        return [word for stated in self.stated(carried) for word in stated.strings]

    def links(self, name: str = "derivedFrom") -> tuple[Link, ...]:
        """Where the references of a member lead; the STU3 form `related` is read as the same (W6)."""
        if name not in self._links:
            found = references(self.data.get(name))
            wanted = {"derivedFrom": "derived-from", "hasMember": "has-member"}.get(name)
            for related in as_dicts(self.data.get("related")):
                if related.get("type") == wanted and (target := reference_of(related.get("target"))):
                    found.append(target)
            self._links[name] = tuple(self._link(reference) for reference in found)
        return self._links[name]

    def _link(self, reference: str) -> Link:
        target = self.opened.resolve(reference, self.site)
        if target is None or target is self.site:
            return Link(reference, None)
        whose = subjects(self.opened, self.context)
        return Link(reference, target, whose.whose(target).reason == "other-patient")

    def question(self) -> tuple[str, ...]:
        """Text and displays of the code, cleaned."""
        code = self.data.get("code")
        found = [texts(code), *(clean(display) for _, _, display in codings(code))]
        return tuple(dict.fromkeys(text for text in found if text))

    def source(self) -> Source:
        """Where this resource stands, and the laboratory that it names."""
        if self._source is None:
            laboratory = laboratory_of(self.data.get("performer"), self.site, self.opened)
            self._source = Source(self.site.key, self.site.pointer, self.site.pointer, laboratory)
        return self._source

    def finding(
        self,
        kind: str,
        subject: str | None,
        value: Any,
        *,
        status: str = "present",
        reason: str | None = None,
        unit: str | None = None,
        matched: str | None = None,
        missing: tuple[str, ...] = (),
        notes: tuple[str, ...] = (),
        origin: bool = False,
    ) -> Finding:
        """A finding of this resource, with the verdict of the gate put over its own (S1-S10).

        With `origin` the source class belongs to it, and its absence is named in `missing`.
        """
        said = Said(kind, subject, value, status, reason, unit, matched, missing, notes, origin)
        found = self._finding(said)
        if self._said is not None:
            self._said.append((found, said))
        return found

    def _finding(self, said: Said) -> Finding:
        kind, subject, value, status, reason, unit, matched, missing, notes, origin, _ = said
        verdict = self.gate
        if verdict.reason is not None:
            status, reason = _STATUS_OF_GATE.get(verdict.reason, "indeterminate"), verdict.reason
            if verdict.reason in _UNREAD:
                value, unit, notes, missing = None, None, (), ()
        stated_class: str | None = None
        class_notes: tuple[str, ...] = ()
        if verdict.reason not in _UNREAD:
            if self._class is None:
                self._class = source_class(self.data, self.context)
            stated_class, class_notes = self._class
            if origin and stated_class is None:
                missing = (*missing, "source-class")
            if verdict.reason == "no-subject" or "single-patient-policy" in verdict.notes:
                missing = (*missing, "patient")
        return Finding(
            kind=kind,
            subject=subject,
            value=value,
            source=self.source(),
            status=status,
            reason=reason,
            unit=unit,
            date=verdict.date,
            source_class=stated_class,
            specimen=specimen_of(self.site, self.opened, self.context),
            matched=matched or self.matched,
            missing=missing,
            notes=(*verdict.notes, *class_notes, *notes),
        )

    def rehearse(self, gate: Gate) -> None:
        """Begin to note what is said, as if this were the verdict of the gate."""
        self._gate, self._said = gate, []

    def rehearsed(self, findings: Sequence[Finding]) -> tuple[Said, ...]:
        """What was said to make these findings; from now on the gate counts again."""
        said = self._said or []
        self._gate, self._said = None, None
        stated = source_class(self.data, self.context)
        return tuple(
            one._replace(stated=stated, matched=one.matched or self.matched)
            for found, one in said
            if any(found is kept for kept in findings)
        )

    def say(self, said: Sequence[Said]) -> list[Finding]:
        """The findings of statements that were noted before, of a resource that states the same."""
        self._class = said[0].stated
        return [self._finding(one) for one in said]


def laboratory_of(performers: Any, site: Site, opened: Opened) -> str | None:
    """The laboratory that a result names as its performer, or None."""
    for performer in as_list(performers):
        reference = reference_of(performer)
        target = opened.resolve(reference, site) if reference else None
        if target is not None and target.type == "Organization" and target.data:
            return clean(target.data.get("name")) if isinstance(target.data.get("name"), str) else None
        display = as_dict(performer).get("display")
        if isinstance(display, str) and reference and "Organization/" in reference:
            return clean(display)
    return None


def question_of(site: Site, context: ReadContext) -> tuple[ObservationTerm | None, str | None]:
    """What an Observation asks, by its code, else by a name on the closed list (E1), and how that was found."""
    terms = context.terms
    code = (site.data or {}).get("code")
    members = codings(code)
    for system, value, _ in members:
        term = terms.observation(system, value)
        if term is not None:
            return term, None
    if members or not context.policy.match_names:
        return None, None
    term = terms.question(texts(code) or "")
    return (term, "name") if term is not None else (None, None)


def record_of(site: Site, opened: Opened, context: ReadContext) -> Record:
    """The record of a site, worked out once for each input and context."""
    known = opened.memo.get("observations")
    if not isinstance(known, dict) or known.get("context") is not context:
        known = opened.memo["observations"] = {"context": context}
    found = known.get(site.pointer)
    if not isinstance(found, Record):
        term, matched = question_of(site, context)
        found = known[site.pointer] = Record(site, opened, context, term, matched)
    return found


class Stated(NamedTuple):
    """Codings and text of one value."""

    codings: tuple[Coding, ...] = ()
    text: str | None = None

    @property
    def strings(self) -> tuple[str, ...]:
        """Each code, or its display where there is no code, and the text, once each."""
        found = [code or display for _, code, display in self.codings]
        return tuple(dict.fromkeys(text for text in (*found, self.text) if text))

    @property
    def shown(self) -> str | None:
        """The words a reader would see: a display, else the text, else a code."""
        display = next((clean(display) for _, _, display in self.codings if display), None)
        return display or self.text or next((code for _, code, _ in self.codings if code), None)


def stated_in(element: Mapping[str, Any]) -> Stated:
    """The concept or string value of a component or resource."""
    for name in ("valueCodeableConcept", "valueString", "valueCodeableReference"):
        value = element.get(name)
        if value not in (None, "", {}, []):
            return Stated(codings(value), texts(value))
    return Stated()
