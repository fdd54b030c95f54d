"""The public keys of one issuer: from a file, or from its allow-listed addresses, cached."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from pmcds.errors import InputError
from pmcds.server.config import Issuer, Jwt
from pmcds.server.origins import is_loopback, origin_of
from pmcds.server.transport import Deadline, FetchError, Transport

Key = ECKey | RSAKey
# How each algorithm signs: key type, and the curve where there is one.
_SHAPES: Mapping[str, tuple[str, str | None]] = {
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "RS256": ("RSA", None),
    "RS384": ("RSA", None),
    "RS512": ("RSA", None),
    "PS256": ("RSA", None),
    "PS384": ("RSA", None),
    "PS512": ("RSA", None),
}
ALGORITHMS = frozenset(_SHAPES)
_LEAST_RSA_BITS, _MOST_RSA_BITS = 2048, 8192
# After a failed fetch the address is left alone for so many seconds.
_REST_SECONDS = 5.0


class KeyRefused(Exception):
    """There is no key for a token; `reason` is unknown-key, unusable-key or keys-unavailable."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass
class _Cached:
    """The key set of one address, and when it was asked for."""

    keys: tuple[Mapping[str, Any], ...] = ()
    loaded: float | None = None
    failed: float | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class IssuerKeys:
    """Finds the key of a token. Safe for threads; one fetch at a time for each address."""

    def __init__(self, issuer: Issuer, config: Jwt, transport: Transport, clock: Callable[[], float] = time.monotonic):
        self._config = config
        self._transport = transport
        self._clock = clock
        for address in issuer.jku:
            origin = origin_of(address)
            if origin.scheme != "https" and not (config.private and is_loopback(origin.host)):
                raise InputError("bad-configuration", "a key set is named with http", mend="use https")
        self.addresses = frozenset(issuer.jku)
        self._fetched = {address: _Cached() for address in issuer.jku}
        self._file = _key_set(issuer.jwks_file.read_bytes()) if issuer.jwks_file is not None else None
        # One refetch for unknown keys in a while, for the issuer as a whole.
        self._refetched: float | None = None

    def find(self, algorithm: str, kid: str, jku: str | None) -> Key:
        """The key with this id. Raises KeyRefused. `jku` must have been checked against `addresses`."""
        if jku is None:
            if self._file is None:
                raise KeyRefused("unknown-key")
            return _usable(_named(self._file, kid), algorithm)
        cached = self._fetched[jku]
        with cached.lock:
            now = self._clock()
            if cached.loaded is None or now - cached.loaded > self._config.keys_cached:
                self._load(jku, cached, now)
            elif not _named(cached.keys, kid) and self._may_refetch(now):
                self._refetched = now
                self._load(jku, cached, now)
            return _usable(_named(cached.keys, kid), algorithm)

    def _may_refetch(self, now: float) -> bool:
        return self._refetched is None or now - self._refetched >= self._config.refetch_after

    def _load(self, address: str, cached: _Cached, now: float) -> None:
        if cached.failed is not None and now - cached.failed < _REST_SECONDS:
            raise KeyRefused("keys-unavailable")
        deadline = Deadline.after(self._config.keys_seconds)
        watch = threading.Timer(self._config.keys_seconds, deadline.stop)
        watch.daemon = True
        watch.start()
        left = [self._config.keys_bytes]

        def most(count: int) -> bool:
            left[0] -= count
            return left[0] >= 0

        try:
            status, body = self._transport.get(address, deadline=deadline, most=most)
            if status != 200:
                raise KeyRefused("keys-unavailable")
            cached.keys, cached.loaded, cached.failed = _key_set(body), now, None
        except (FetchError, KeyRefused):
            cached.failed = now
            raise KeyRefused("keys-unavailable") from None
        finally:
            watch.cancel()


def _key_set(body: bytes) -> tuple[Mapping[str, Any], ...]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise KeyRefused("keys-unavailable") from None
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list):
        raise KeyRefused("keys-unavailable")
    return tuple(key for key in keys if isinstance(key, dict))


def _named(keys: Iterable[Mapping[str, Any]], kid: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(key for key in keys if key.get("kid") == kid)


def _usable(found: tuple[Mapping[str, Any], ...], algorithm: str) -> Key:
    """The one key, if its type, curve, size and marks fit the algorithm (J18)."""
    if not found:
        raise KeyRefused("unknown-key")
    kind, curve = _SHAPES[algorithm]
    key = found[0]
    operations = key.get("key_ops")
    fits = (
        len(found) == 1
        and key.get("kty") == kind
        and (curve is None or key.get("crv") == curve)
        and key.get("use") in (None, "sig")
        and key.get("alg") in (None, algorithm)
        and (operations is None or (isinstance(operations, list) and "verify" in operations))
    )
    if not fits:
        raise KeyRefused("unusable-key")
    # Only the public part is taken, whatever the set holds.
    public = {name: key[name] for name in ("kty", "crv", "x", "y", "n", "e") if isinstance(key.get(name), str)}
    try:
        if kind == "EC":
            return ECKey.import_key(public)
        # The modulus in base64, six bits a character; joserfc only warns of a short one.
        if not _LEAST_RSA_BITS <= len(public["n"].strip("=")) * 6 <= _MOST_RSA_BITS + 6:
            raise KeyRefused("unusable-key")
        return RSAKey.import_key(public)
    except (JoseError, ValueError, KeyError, TypeError):
        raise KeyRefused("unusable-key") from None
