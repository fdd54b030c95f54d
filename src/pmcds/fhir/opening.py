"""Open the input: find every resource in it, wherever it stands, without reading what it says."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from pmcds.fhir import decode
from pmcds.fhir.decode import Node
from pmcds.fhir.envelope import envelope_of, is_envelope
from pmcds.fhir.limits import Limits, check_body, check_ends, refuse
from pmcds.fhir.links import Links
from pmcds.fhir.site import Opened, Site
from pmcds.fhir.supplied import SUBSETTED, Supplied
from pmcds.fhir.usual import sniff, usual_bundle

# Types that some reader or gate looks into; all others are sites of which only type and id are known.
READ_TYPES = frozenset(
    [
        "AllergyIntolerance",
        "CarePlan",
        "ClinicalImpression",
        "Condition",
        "Consent",
        "DetectedIssue",
        "DiagnosticOrder",
        "DiagnosticReport",
        "FamilyMemberHistory",
        "GenomicStudy",
        "Medication",
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationOrder",
        "MedicationRequest",
        "MedicationStatement",
        "MedicationUsage",
        "Observation",
        "Organization",
        "Parameters",
        "Patient",
        "Procedure",
        "ProcedureRequest",
        "RiskAssessment",
        "ServiceRequest",
        "Specimen",
        "Substance",
        "Task",
    ]
)
# Resources in which others stand.
_CONTAINERS = frozenset({"Bundle", "Parameters"})
# Members of a CDS Hooks context that hold orders (R14 and older hooks included).
ORDER_MEMBERS = frozenset({"draftOrders", "medications", "medication", "orders", "order"})


def open_input(source: Any, *, limits: Limits | None = None) -> Opened:
    """Every resource of the input as a site, with the references between them.

    `source` is JSON as bytes or text, a parsed dict or list, or a model with `model_dump_json`: a resource, a Bundle
    of any type, a list of resources, `{fullUrl, resource}`, Parameters, or a CDS Hooks request. Raises InputError
    for what is no such thing, or over a limit.
    """
    limits = limits if limits is not None else Limits()
    try:
        node, body, escapes = _node(source, limits)
        walk = _Walk(limits, body, escapes)
        envelope = walk.open(node)
        server = envelope.get("fhirServer")
        links = Links(walk.sites, server if isinstance(server, str) else None)
        supply, flags = walk.supplied.result()
        return Opened(
            walk.sites,
            supply=supply,
            resolve=links.resolve,
            flags=flags,
            envelope=envelope,
            body=body,
            escapes=walk.escapes,
        )
    except RecursionError:
        raise refuse("too-deep", "the input is nested too deeply", mend="send flatter JSON") from None


def _node(source: Any, limits: Limits) -> tuple[Node, bytes | None, bool]:
    """The outermost value, the bytes of all of it if the input is JSON, and whether characters may be escaped in it."""
    if hasattr(source, "model_dump_json"):
        source = source.model_dump_json()
    if isinstance(source, str):
        try:
            source = source.encode()
        except UnicodeEncodeError:
            raise refuse("lone-surrogate", "a text holds half of a surrogate pair") from None
    if isinstance(source, (bytes, bytearray, memoryview)):
        body = bytes(source)
        return body, body, check_body(body, limits)
    if isinstance(source, Mapping) and not isinstance(source, dict):
        source = dict(source)
    if isinstance(source, tuple):
        source = list(source)
    check_ends(source)
    return source, None, True


# A FHIR type begins with a capital; anything else is no type that this library merely does not read.
_TYPE_NAME = re.compile(r"[A-Z][A-Za-z]{1,63}")


def _names_medication(resource: Any) -> bool:
    return isinstance(resource, dict) and any(str(name).startswith("medication") for name in resource)


class _Walk:
    """One pass over the containers of the input."""

    def __init__(self, limits: Limits, body: bytes | None, escapes: bool) -> None:
        self.limits = limits
        self.sites: list[Site] = []
        self.supplied = Supplied(body is None or SUBSETTED.encode() in body)
        self.escapes = escapes
        self._contained = body is None or b'"contained"' in body
        self._bundle = self._bundles = 0

    def open(self, node: Node) -> dict[str, Any]:
        """Walk the outermost value; the envelope of a CDS Hooks request, or an empty dict."""
        if isinstance(node, bytes):
            if self._usual(node, "", "bundle", None):
                return {}
            node = decode.parse(node)
        found = decode.members(node, "")
        if found is None:
            listed = decode.items(node)
            if listed is None:
                raise refuse(
                    "no-resource", "the input is no JSON object or list", mend="send a FHIR resource, Bundle or request"
                )
            for place, node in enumerate(listed):
                member = decode.members(node, f"/{place}")
                if member is not None and "resourceType" in member:
                    self._object(member, node, f"/{place}", "bundle", None)
                else:
                    self._entry(member, f"/{place}", "bundle", None)
            return {}
        if is_envelope(found):
            return self._request(found)
        self._object(found, node, "", "bundle", None)
        return {}

    def _request(self, found: Mapping[str, Node]) -> dict[str, Any]:
        context = decode.members(found.get("context"), "/context") or {}
        for name, node in context.items():
            origin = "draft" if name in ORDER_MEMBERS else "context"
            self._value(node, f"/context/{_escape(name)}", origin, None)
        prefetch = decode.members(found.get("prefetch"), "/prefetch") or {}
        for name, node in prefetch.items():
            if decode.items(node) is None:
                self._value(node, f"/prefetch/{_escape(name)}", "prefetch", name)
        return envelope_of(found, context, prefetch)

    def _value(self, node: Node, pointer: str, origin: str, prefetch_key: str | None) -> None:
        """A context or prefetch value: a resource, a Bundle, a list of resources, wrapped or not; else nothing."""
        if self._usual(node, pointer, origin, prefetch_key):
            return
        found = decode.members(node, pointer)
        if found is None:
            for place, member in enumerate(decode.items(node) or ()):
                self._value(member, f"{pointer}/{place}", origin, prefetch_key)
        elif (
            "resourceType" in found
            or "entry" in found
            or isinstance(decode.members(found.get("resource"), ""), Mapping)
        ):
            self._object(found, node, pointer, origin, prefetch_key)

    def _object(
        self, found: Mapping[str, Node], node: Node, pointer: str, origin: str, prefetch_key: str | None
    ) -> None:
        """An object where a resource may stand: a Bundle, something like a Bundle entry, or a resource."""
        if "resourceType" not in found and "entry" in found:
            self._entries(found, pointer, origin, prefetch_key)
        elif "resourceType" not in found and ("resource" in found or "fullUrl" in found):
            self._entry(found, pointer, origin, prefetch_key)
        elif decode.value(found.get("resourceType")) == "Bundle":
            self._entries(found, pointer, origin, prefetch_key)
        else:
            self._resource(node, pointer, origin, prefetch_key, None, None)

    def _usual(self, node: Node, pointer: str, origin: str, prefetch_key: str | None) -> bool:
        """Walk a Bundle of the usual form; False if it is not one. The same as `_entries`, but in one quick pass."""
        bundle = usual_bundle(node)
        if bundle is None:
            return False
        outer = self._enter()
        start, number, add = len(self.sites), self._bundle, self.sites.append
        contained, escapes = self._contained, self.escapes
        for place, (full_url, body, _) in enumerate(bundle.entries):
            at = f"{pointer}/entry/{place}/resource"
            head = sniff(body)
            if (
                head is None
                or head[0] in _CONTAINERS
                or (contained and b'"contained"' in body)
                or (escapes and b"\\u" in body)
            ):
                self._entry({"resource": decode.Raw(body), "fullUrl": full_url}, at[:-9], origin, prefetch_key)
                continue
            kind, ident = head
            read = kind in READ_TYPES
            if not read and not _TYPE_NAME.fullmatch(kind):
                self._entry({"resource": decode.Raw(body), "fullUrl": full_url}, at[:-9], origin, prefetch_key)
                continue
            add(
                Site(
                    at,
                    kind,
                    f"{kind}/{ident}",
                    None,
                    full_url or None,
                    prefetch_key,
                    origin,
                    None if read else "type-not-read",
                    None,
                    body if read else None,
                    number,
                )
            )
        self._check_count()
        self.supplied.bundle(bundle.members, bundle.nodes, self.sites[start:])
        self._bundle = outer
        return True

    def _enter(self) -> int:
        """Begin a Bundle; the number of the one around it."""
        outer = self._bundle
        self._bundles += 1
        self._bundle = self._bundles
        return outer

    def _entries(self, bundle: Mapping[str, Node], pointer: str, origin: str, prefetch_key: str | None) -> None:
        outer = self._enter()
        start = len(self.sites)
        listed = bundle.get("entry")
        entries = decode.entries(listed, f"{pointer}/entry")
        if not entries and decode.value(listed) not in (None, []):
            # Something stood where the entries belong and could not be read: nothing is known about any of them.
            self.supplied.unreadable()
        for place, entry in enumerate(entries):
            if entry is None or not self._plain_entry(entry, pointer, place, origin, prefetch_key):
                self._entry(entry, f"{pointer}/entry/{place}", origin, prefetch_key)
        self.supplied.bundle(bundle, lambda: entries, self.sites[start:])
        self._bundle = outer

    def _plain_entry(
        self, entry: Mapping[str, Node], pointer: str, place: int, origin: str, prefetch_key: str | None
    ) -> bool:
        """Add the site of a parsed entry of the usual form; False if it is not one."""
        resource = entry.get("resource")
        if type(resource) is not dict or "contained" in resource or "response" in entry:
            return False
        kind, ident, full_url = resource.get("resourceType"), resource.get("id"), entry.get("fullUrl")
        if type(kind) is not str or type(ident) is not str or not ident or ident.isspace() or kind in _CONTAINERS:
            return False
        read = kind in READ_TYPES
        if not read and not _TYPE_NAME.fullmatch(kind):
            return False
        self.sites.append(
            Site(
                f"{pointer}/entry/{place}/resource",
                kind,
                f"{kind}/{ident}",
                resource if read else None,
                full_url if type(full_url) is str and full_url else None,
                prefetch_key,
                origin,
                None if read else "type-not-read",
                None,
                None,
                self._bundle,
            )
        )
        self._check_count()
        return True

    def _entry(self, entry: Mapping[str, Node] | None, pointer: str, origin: str, prefetch_key: str | None) -> None:
        """A Bundle entry; one that is a resource itself counts as one."""
        if entry is not None and "resourceType" in entry and "resource" not in entry:
            plain = {name: decode.value(inner) for name, inner in entry.items()}
            self._object(plain, plain, pointer, origin, prefetch_key)
            return
        failed = entry is not None and "response" in entry and _failed(entry["response"])
        full_url = decode.value(entry["fullUrl"]) if entry is not None and "fullUrl" in entry else None
        if not isinstance(full_url, str) or not full_url:
            full_url = None
        resource = entry.get("resource") if entry is not None else None
        problem = "entry-error" if failed else None
        if failed:
            self.supplied.failed(full_url, entry or {})
        if resource is None or not self._resource(
            resource, f"{pointer}/resource", origin, prefetch_key, full_url, None, problem
        ):
            key = f"entry:sha256-{_digest({name: decode.value(node) for name, node in (entry or {}).items()})}"
            self._add(Site(pointer, None, key, None, full_url, prefetch_key, origin, problem or "no-resource"))

    def _resource(
        self,
        node: Node,
        pointer: str,
        origin: str,
        prefetch_key: str | None,
        full_url: str | None,
        parent: Site | None,
        problem: str | None = None,
    ) -> bool:
        """Add the site of a resource and of all resources in it; False if the node is no object or an empty one."""
        head = decode.head(node)
        if head is None or (head.type is None and not decode.value(node)):
            return False
        if head.type == "Bundle" and problem is None:
            self._entries(decode.members(node, pointer) or {}, pointer, origin, prefetch_key)
            return True
        raw = isinstance(node, decode.Raw)
        if problem is None and head.type not in READ_TYPES:
            problem = "type-not-read" if head.type and _TYPE_NAME.fullmatch(head.type) else "unreadable"
        ident = head.id if head.id and not head.id.isspace() else None
        kind = head.type or "Resource"
        key = f"{kind}/{ident}" if ident else f"{kind}:sha256-{_digest(decode.value(node))}"
        data = None if raw or problem else node
        site = Site(
            pointer,
            head.type,
            key,
            data,
            full_url,
            prefetch_key,
            origin,
            problem,
            parent,
            node if raw and not problem else None,
            order=problem == "unreadable" and _names_medication(decode.value(node)),
        )
        self._add(site)
        if head.contained is not None:
            self._inner(head.contained, site)
        if head.type == "Parameters":
            self._parameters(decode.value(node).get("parameter"), f"{pointer}/parameter", site)
        return True

    def _inner(self, node: Node, container: Site) -> None:
        pointer = f"{container.pointer}/contained"
        listed = decode.items(node)
        if listed is None:
            self._resource(node, pointer, "contained", container.prefetch_key, None, container)
            return
        for place, member in enumerate(listed):
            self._resource(member, f"{pointer}/{place}", "contained", container.prefetch_key, None, container)

    def _parameters(self, parameters: Any, pointer: str, site: Site) -> None:
        """Resources at any depth of an operation's answer (O9)."""
        listed = parameters if isinstance(parameters, list) else [parameters]
        for place, parameter in enumerate(listed):
            if not isinstance(parameter, dict):
                continue
            at = f"{pointer}/{place}" if isinstance(parameters, list) else pointer
            if parameter.get("resource"):
                self._resource(parameter["resource"], f"{at}/resource", "parameter", site.prefetch_key, None, site)
            if parameter.get("part"):
                self._parameters(parameter["part"], f"{at}/part", site)

    def _check_count(self) -> None:
        if len(self.sites) > self.limits.entries:
            raise refuse("too-many-entries", "the input has more resources than allowed", mend="send fewer resources")

    def _add(self, site: Site) -> None:
        if site.pointer.count("/") > 2 * self.limits.nesting:
            raise refuse("too-deep", "the input is nested too deeply", mend="send flatter JSON")
        site.bundle = self._bundle
        self.sites.append(site)
        self._check_count()


def _failed(node: Node) -> bool:
    response = decode.value(node)
    status = response.get("status") if isinstance(response, dict) else None
    return isinstance(status, (str, int)) and str(status)[:1] in ("4", "5")


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _digest(value: Any) -> str:
    """16 hex digits over canonical JSON."""
    return hashlib.sha256(decode.canonical(value).encode()).hexdigest()[:16]
