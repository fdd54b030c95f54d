"""Places of the input, and what a reader may know besides them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pmcds.fhir import decode
from pmcds.fhir.asked import Asked, Memory
from pmcds.fhir.limits import Limits
from pmcds.model.findings import Finding, InputNote, Order, Supply

if TYPE_CHECKING:
    from pmcds.model.genes import Gene
    from pmcds.terminology import Terms


class Site:
    """One resource of the input, where it stands, and what is wrong with it.

    `pointer` is a JSON pointer ("/entry/3/resource"); `key` the evidence key (`Type/id` as sent, or
    `Type:sha256-...` over canonical JSON if there is no id); `data` the resource as a plain dict, or None where
    the type is not read or `problem` is set; `origin` one of bundle, draft, prefetch, contained, context,
    parameter; `problem` one of no-resource, unreadable, entry-error, type-not-read, withheld, or None. `raw` are
    the bytes it was decoded from, where the input was bytes; `data` is decoded from them when it is first asked
    for. `parent` is the resource that contains it, `bundle` the number of the Bundle it is an entry of. `order` is
    true for a resource that names a medication but whose type cannot be read: it may be an order.
    """

    __slots__ = (
        "_data",
        "_glance",
        "_outline",
        "_raw",
        "bundle",
        "full_url",
        "key",
        "order",
        "origin",
        "parent",
        "pointer",
        "prefetch_key",
        "problem",
        "type",
    )

    def __init__(
        self,
        pointer: str,
        type: str | None,
        key: str,
        data: dict[str, Any] | None,
        full_url: str | None = None,
        prefetch_key: str | None = None,
        origin: str = "bundle",
        problem: str | None = None,
        parent: Site | None = None,
        raw: Any = None,
        bundle: int = 0,
        order: bool = False,
    ) -> None:
        self.pointer = pointer
        self.type = type
        self.key = key
        self.full_url = full_url
        self.prefetch_key = prefetch_key
        self.origin = origin
        self.problem = problem
        self.parent = parent
        self.bundle = bundle
        self.order = order
        self._data = data
        self._raw = raw
        self._outline: Mapping[str, Any] | None = None
        self._glance: decode.Glance | None = None

    @property
    def data(self) -> dict[str, Any] | None:
        """The resource as a plain dict with exact decimals, or None where it is not read."""
        if self._data is None and self._raw is not None and self.problem is None:
            decoded = decode.decoded(self._raw)
            self._data = decoded if isinstance(decoded, dict) else {}
        return self._data if self.problem is None else None

    @property
    def outline(self) -> Mapping[str, Any]:
        """The members that tell what a resource asks and whose it is, cheaper than `data` while that is not decoded.

        They are code, component, subject, patient, status, extension, modifierExtension; of the two last only
        whether they are there. Of a decoded resource it is `data`.
        """
        if self.problem is not None:
            return {}
        if self._data is not None or self._raw is None:
            return self._data or {}
        if self._outline is None:
            self._outline = decode.outline(self._raw)
            if self._outline is None:
                return self.data or {}
        return self._outline

    def glance(self) -> decode.Glance | None:
        """What can be seen of a resource that came as bytes and is not decoded yet; None of any other."""
        if self._glance is None and self._raw is not None and self._data is None and self.problem is None:
            self._glance = decode.glance(self._raw)
        return self._glance

    @property
    def raw(self) -> bytes | None:
        """The bytes of the resource, where the input was bytes."""
        return None if self._raw is None else bytes(self._raw)

    def may_hold(self, name: str) -> bool:
        """False if no member of this name can stand in the resource or its `meta`; cheap, without decoding."""
        if self.problem is not None:
            return False
        if self._data is None:
            raw = bytes(self._raw or b"")
            return f'"{name}"'.encode() in raw or b"\\u" in raw
        meta = self._data.get("meta")
        return name in self._data or (isinstance(meta, dict) and name in meta) or isinstance(meta, list)

    def hidden(self) -> Site:
        """The same place without its resource, which is withheld."""
        return Site(
            self.pointer,
            self.type,
            self.key,
            None,
            self.full_url,
            self.prefetch_key,
            self.origin,
            "withheld",
            self.parent,
        )

    def __repr__(self) -> str:
        return f"Site({self.pointer!r}, {self.key!r}, origin={self.origin!r}, problem={self.problem!r})"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a site decides about reading: withheld labels, allowed base URLs, whether names count.

    `withheld_labels` are codes of `meta.security` whose resources are not used. `bases` are further base URLs
    that mean the same server. `single_patient` states that the input holds one patient only, so that a result
    without subject counts. `match_names` allows drugs and results that are known by name only. `germline_classes`
    are the stated source classes that count as germline ("likely germline", "de novo"). `callers` are the references
    by which consents may name whoever asks ("Organization/f001"). `consent_covers_unlabeled` is false where a consent
    about genetic data withholds labeled resources only.
    """

    withheld_labels: frozenset[str] = frozenset({"GDIS", "V", "TBOO"})
    bases: tuple[str, ...] = ()
    single_patient: bool = False
    match_names: bool = True
    germline_classes: frozenset[str] = frozenset({"germline"})
    callers: frozenset[str] = frozenset()
    consent_covers_unlabeled: bool = True


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What readers know besides the resources: terms, genes, the patient, the time, and the site's policy.

    `patient` is `Patient/<id>` of the patient in question, or None if no Patient could be told. `asked` is what rules
    in question ask for (None: anything); with `thorough`, what nobody asks for is read all the same. `memory` keeps
    what codes mean from one input to the next. `limits` are those of what is read in full.
    """

    terms: Terms
    genes: Mapping[str, Gene]
    patient: str | None
    now: datetime
    fhir_server: str | None = None
    policy: Policy = field(default_factory=Policy)
    asked: Asked | None = None
    thorough: bool = False
    memory: Memory = field(default_factory=Memory)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class ReaderResult:
    """What one reader made of the resources; `failed` if one of them stopped it."""

    findings: tuple[Finding, ...] = ()
    orders: tuple[Order, ...] = ()
    notes: tuple[InputNote, ...] = ()
    failed: bool = False


class Opened:
    """The opened input: every site in input order, with the references between them.

    `supply` says what was truncated or failed while opening; `flags` the same in words (truncated, entry-error).
    `envelope` holds a CDS Hooks request in which each prefetched resource is a stub of type and id, or is empty.
    `memo` keeps what gates and readers work out once for all resources.
    """

    __slots__ = ("_body", "_by_type", "_left", "_resolve", "_several", "envelope", "flags", "memo", "sites", "supply")

    def __init__(
        self,
        sites: Sequence[Site],
        *,
        supply: Supply,
        resolve: Callable[[str, Site], Site | None],
        flags: Sequence[str] = (),
        envelope: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        escapes: bool = True,
    ) -> None:
        self.sites = tuple(sites)
        self.supply = supply
        self.flags = tuple(flags)
        self.envelope = dict(envelope or {})
        self.memo: dict[Any, Any] = {}
        self._left: set[str] = set()
        # Keys that several resources have.
        self._several: frozenset[str] | None = None
        # The bytes of the whole input, if no name in them can be written with escapes.
        self._body = None if escapes else body
        self._resolve = resolve
        by_type: dict[str, list[Site]] = {}
        for site in self.sites:
            if site.type is not None and site.problem is None:
                by_type.setdefault(site.type, []).append(site)
        self._by_type = {name: tuple(found) for name, found in by_type.items()}

    def lacks(self, name: str) -> bool:
        """True if no member of this name stands anywhere in the input, as far as its bytes tell at once."""
        return self._body is not None and f'"{name}"'.encode() not in self._body

    def leave(self, site: Site) -> bool:
        """Leave a resource unread that nobody asks for; False if it may be another version of one that is asked for."""
        if self._several is None:
            counts = Counter([one.key for one in self.sites])
            self._several = frozenset([key for key, count in counts.items() if count > 1])
        if site.key in self._several:
            return False
        self._left.add(site.pointer)
        return True

    @property
    def left(self) -> frozenset[str]:
        """Pointers of the resources that nobody asks for."""
        return frozenset(self._left)

    @property
    def patient(self) -> str | None:
        """`Patient/<id>` that a CDS Hooks request names, or None."""
        context = self.envelope.get("context")
        ident = context.get("patientId") if isinstance(context, dict) else None
        if not isinstance(ident, str) or not ident.strip():
            return None
        return ident if "/" in ident or ident.startswith("urn:") else f"Patient/{ident}"

    @property
    def fhir_server(self) -> str | None:
        """The FHIR server that a CDS Hooks request names, or None."""
        server = self.envelope.get("fhirServer")
        return server if isinstance(server, str) and server else None

    def by_type(self, name: str) -> tuple[Site, ...]:
        """Sites of one resource type whose data can be read, in input order."""
        return self._by_type.get(name, ())

    def resolve(self, reference: str, origin: Site) -> Site | None:
        """The site that a reference inside `origin` leads to, or None (contained, urn:uuid, relative, absolute)."""
        return self._resolve(reference, origin)

    def again(self) -> Opened:
        """The same input with nothing worked out yet."""
        return self.without(frozenset())

    def without(self, hidden: frozenset[Site]) -> Opened:
        """The same input in which the data of these sites cannot be read and no reference leads to them."""

        def resolve(reference: str, origin: Site) -> Site | None:
            found = self._resolve(reference, origin)
            return None if found in hidden else found

        sites = [site.hidden() if site in hidden else site for site in self.sites]
        return Opened(
            sites,
            supply=self.supply,
            resolve=resolve,
            flags=self.flags,
            envelope=self.envelope,
            body=self._body,
            escapes=False,
        )


Reader = Callable[[Opened, ReadContext], ReaderResult]
