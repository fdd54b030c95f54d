"""JSON in two stages: containers one level at a time, resources kept as bytes until they are read.

A node is either raw bytes (`msgspec.Raw`) or a parsed JSON value; the functions take both, so that the walk over
the input is written once. Where msgspec is missing or refuses the body, the plain `json` path parses everything
and gives equal results.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sized
from decimal import Decimal
from typing import Any, NamedTuple

from pmcds.errors import InputError
from pmcds.fhir.limits import MAX_MEMBERS, exact, refuse

try:
    import msgspec

    FAST = True
except ImportError:  # the plain path does the same, slower
    FAST = False

Node = Any
Raw: Any = ()


class Doubled(dict[str, Any]):
    """An object in which a key stood twice; the last one was kept, as JSON readers do."""


def doubled_key(where: str) -> InputError:
    """The error for an object with a key that stands twice."""
    return refuse("duplicate-key", "an object has the same key twice", where=where, mend="send each key once")


if FAST:
    Raw = msgspec.Raw

    class _Key(str):
        """A key that is equal only to itself, so that a dict keeps both of two same keys."""

        __slots__ = ()
        __hash__ = object.__hash__
        __eq__ = object.__eq__
        __ne__ = object.__ne__

    class _Head(msgspec.Struct, gc=False):
        resourceType: str
        id: str | None = None
        contained: msgspec.Raw = msgspec.Raw()

    class _Outline(msgspec.Struct, gc=False):
        code: Any = None
        subject: Any = None
        patient: Any = None
        status: Any = None
        component: Any = None
        extension: msgspec.Raw = msgspec.Raw()
        modifierExtension: msgspec.Raw = msgspec.Raw()

    class _Glance(msgspec.Struct, gc=False):
        code: msgspec.Raw = msgspec.Raw()
        subject: msgspec.Raw = msgspec.Raw()
        category: msgspec.Raw = msgspec.Raw()
        component: msgspec.Raw = msgspec.Raw()
        extension: msgspec.Raw = msgspec.Raw()
        modifierExtension: msgspec.Raw = msgspec.Raw()

    _glance = msgspec.json.Decoder(_Glance).decode
    _outline = msgspec.json.Decoder(_Outline, float_hook=exact).decode
    # `str.__new__(_Key, name)` is what the hook has to do.
    _object = msgspec.json.Decoder(dict[_Key, msgspec.Raw], dec_hook=str.__new__).decode
    _objects = msgspec.json.Decoder(list[dict[_Key, msgspec.Raw]], dec_hook=str.__new__).decode
    _list = msgspec.json.Decoder(list[msgspec.Raw]).decode
    _any = msgspec.json.Decoder(float_hook=exact).decode
    _head = msgspec.json.Decoder(_Head).decode


def parse(body: bytes) -> Node:
    """The outermost value: raw where msgspec accepts the body, else parsed. Raises InputError if it is no JSON."""
    if FAST:
        try:
            return msgspec.json.decode(body, type=Raw)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass
    return plain(body)


def plain(body: bytes | str) -> Any:
    """The whole body as plain values with exact decimals, by the standard library alone."""
    try:
        return json.loads(body, parse_float=exact, parse_constant=_constant, object_pairs_hook=_pairs)
    except RecursionError:
        raise refuse("too-deep", "the input is nested too deeply", mend="send flatter JSON") from None
    except ValueError:
        raise refuse("not-json", "the input is not valid JSON", mend="send one JSON value in UTF-8") from None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Doubled(found)


def _constant(name: str) -> Any:
    raise refuse("not-a-number", "NaN and infinities are no JSON numbers", mend="leave the value out")


def _first(node: Node) -> str:
    """The first character of raw JSON, which tells what kind of value it is."""
    view = memoryview(node)
    return chr(view[0]) if view else ""


def members(node: Node, where: str) -> Mapping[str, Node] | None:
    """The members of an object, one level deep, or None. Raises InputError if a key stands twice."""
    if isinstance(node, Raw):
        if _first(node) != "{":
            return None
        found = _object(node)
        _check_width(found, where)
        plain_keys = {str(name): value for name, value in found.items()}
        if len(plain_keys) != len(found):
            raise doubled_key(where)
        return plain_keys
    if isinstance(node, Doubled):
        raise doubled_key(where)
    if not isinstance(node, dict):
        return None
    _check_width(node, where)
    return node


def _check_width(found: Sized, where: str) -> None:
    """Refuse an object that is wider than any of FHIR is: a map of that size is an attack on the reader's time."""
    if len(found) > MAX_MEMBERS:
        raise refuse(
            "too-many-members", "an object has more members than allowed", where=where, mend="send less in one"
        )


def parts(raw: Any) -> Mapping[str, Any]:
    """The members of a raw resource, each as raw JSON; of two same keys the last."""
    return {str(name): value for name, value in _object(raw).items()}


def items(node: Node) -> list[Node] | None:
    """The members of a list, one level deep, or None."""
    if isinstance(node, Raw):
        return list(_list(node)) if _first(node) == "[" else None
    return list(node) if isinstance(node, (list, tuple)) else None


def entries(node: Node, where: str) -> list[Mapping[str, Node] | None]:
    """The objects of `Bundle.entry`, None for a member that is no object; a single object counts as a list (R2)."""
    if isinstance(node, Raw) and _first(node) == "[":
        try:
            decoded = _objects(node)
        except msgspec.ValidationError:
            decoded = None
        if decoded is not None:
            found: list[Mapping[str, Node] | None] = []
            for place, entry in enumerate(decoded):
                member = {str(name): value for name, value in entry.items()}
                if len(member) != len(entry):
                    raise doubled_key(f"{where}/{place}")
                found.append(member)
            return found
    listed = items(node)
    if listed is None:
        single = members(node, where)
        return [] if single is None else [single]
    if all(type(member) is dict for member in listed):
        return listed
    return [members(member, f"{where}/{place}") for place, member in enumerate(listed)]


def value(node: Node) -> Any:
    """The node as plain values with exact decimals."""
    return _any(node) if isinstance(node, Raw) else node


def decoded(raw: Any) -> Any:
    """The plain value of raw JSON, given as `Raw` or bytes."""
    return _any(raw)


def outline(raw: Any) -> dict[str, Any] | None:
    """The members of `Site.outline` of a raw resource."""
    try:
        found = _outline(raw)
    except msgspec.ValidationError:
        return None
    members = {
        name: stated
        for name, stated in (
            ("code", found.code),
            ("subject", found.subject),
            ("patient", found.patient),
            ("status", found.status),
            ("component", found.component),
        )
        if stated is not None
    }
    for name, stated in (("extension", found.extension), ("modifierExtension", found.modifierExtension)):
        if memoryview(stated).nbytes:
            members[name] = True
    return members


class Glance(NamedTuple):
    """What can be seen of a resource without reading it; bytes are empty where the member is missing.

    `component` and `special` are true if a component stands in it, and an extension or a modifier.
    """

    code: bytes
    subject: bytes
    category: bytes
    component: bool
    special: bool


def glance(raw: Any) -> Glance:
    """A glance at a raw resource; whatever it is, it has these members or not."""
    found = _glance(raw)
    category = found.category
    # The same as `Glance(...)`, without a function of Python between; this is done for each resource.
    seen: Glance = tuple.__new__(
        Glance,
        (
            bytes(found.code),
            bytes(found.subject),
            bytes(category) if category else b"",
            bool(found.component),
            bool(found.extension or found.modifierExtension),
        ),
    )
    return seen


class Head(NamedTuple):
    """What a site needs before its resource is read: type, id, and contained resources (None if there are none)."""

    type: str | None
    id: str | None
    contained: Node = None


def head(node: Node) -> Head | None:
    """The head of a resource, or None if the node is no object."""
    if isinstance(node, Raw):
        try:
            found = _head(node)
        except msgspec.ValidationError:
            node = _any(node)
        else:
            inner = found.contained
            return Head(found.resourceType, found.id, inner if memoryview(inner).nbytes > 2 else None)
    if not isinstance(node, dict):
        return None
    kind, ident = node.get("resourceType"), node.get("id")
    if isinstance(ident, int) and not isinstance(ident, bool):
        ident = str(ident)[:64]
    return Head(
        kind if isinstance(kind, str) else None,
        ident if isinstance(ident, str) else None,
        node.get("contained") or None,
    )


def written_keys(value: Any) -> int | None:
    """How many keys a plain value writes, or None where nothing quick can tell."""
    if not FAST:
        return None
    try:
        written = msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError):
        return None
    return count_keys(written)


def count_keys(body: bytes) -> int:
    """How many keys stand in JSON: without escapes in it, a quote and a colon stand together at their ends only."""
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    return body.count(b'":')


def canonical(value: Any) -> str:
    """JSON with sorted keys and one spelling of each number, equal for equal content of any source."""
    return json.dumps(_canonical(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        _check_width(value, "")
        return {str(name): _canonical(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_canonical(member) for member in value]
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        # 72.50 and 72.5 are one number here: a float has lost the difference already.
        number = value if isinstance(value, Decimal) else Decimal(repr(value))
        return {"number": str(number.normalize() if number.is_finite() and abs(number.adjusted()) < 100 else number)}
    return value
