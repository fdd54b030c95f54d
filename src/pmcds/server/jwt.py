"""Who calls: the JWT of a CDS client, checked cheap and local first; every refusal looks the same outside."""

from __future__ import annotations

import base64
import json
import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from joserfc import jws
from joserfc.errors import JoseError

from pmcds.errors import InputError
from pmcds.server.config import Issuer, Jwt
from pmcds.server.keys import ALGORITHMS, IssuerKeys, KeyRefused
from pmcds.server.replay import ReplayStore
from pmcds.server.transport import Transport

MAX_TOKEN = 8192
_MOST_ID = 128
_MOST_KID = 512
_PART = re.compile(r"[A-Za-z0-9_-]+")
_PUBLIC = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class Client:
    """A client that was recognized."""

    issuer: str
    tenant: str | None = None
    profile: str | None = None


class TokenRefused(Exception):
    """A token that is not accepted. `reason` is for the log, `issuer` and `token_id` too where they are known."""

    def __init__(self, reason: str, issuer: str | None = None, token_id: str | None = None) -> None:
        self.reason = reason
        self.issuer = issuer
        self.token_id = token_id
        super().__init__(reason)


class _Claims(NamedTuple):
    issuer: str
    audience: Any
    expires: float
    issued: float
    token_id: str
    not_before: float | None
    tenant: str | None


class Verifier:
    """Checks tokens, what is cheap and local first; nothing is fetched before issuer and jku have passed."""

    def __init__(
        self,
        config: Jwt,
        replay: ReplayStore,
        transport: Transport | None = None,
        *,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        unknown = set(config.algorithms) - ALGORITHMS
        if unknown or not config.algorithms:
            mend = f"name some of {', '.join(sorted(ALGORITHMS))}"
            raise InputError("bad-configuration", "an algorithm of tokens cannot be used", mend=mend)
        self._config = config
        self._replay = replay
        self._clock = clock
        self._transport = transport or Transport(private=config.private)
        self._issuers: dict[str, Issuer] = {issuer.issuer: issuer for issuer in config.issuers}
        self._keys = {name: self._keys_of(issuer, ticks) for name, issuer in self._issuers.items()}

    def _keys_of(self, issuer: Issuer, ticks: Callable[[], float]) -> IssuerKeys:
        try:
            return IssuerKeys(issuer, self._config, self._transport, ticks)
        except KeyRefused:
            raise InputError("bad-configuration", "a key set file holds no key set") from None

    def check(self, authorization: list[str], audience: str) -> Client:
        """The client behind the values of the Authorization header. Raises TokenRefused."""
        token = _token(authorization)
        header, payload = _parts(token)
        algorithm, kid, jku = self._header(header)
        claims = _claims(payload)
        try:
            return self._accept(token, algorithm, kid, jku, claims, audience)
        except (TokenRefused, KeyRefused) as error:
            known = claims.issuer if claims.issuer in self._issuers else None
            shown = claims.token_id if known and _PUBLIC.fullmatch(claims.token_id) else None
            raise TokenRefused(error.reason, known, shown) from None

    def _header(self, header: Mapping[str, Any]) -> tuple[str, str, str | None]:
        algorithm, kid, jku = header.get("alg"), header.get("kid"), header.get("jku")
        if not isinstance(algorithm, str) or algorithm not in self._config.algorithms:
            raise TokenRefused("algorithm-not-allowed")
        # An extension that must be understood is not, and payloads are always base64.
        if header.get("typ") != "JWT" or "crit" in header or "b64" in header:
            raise TokenRefused("malformed")
        if not isinstance(kid, str) or not 0 < len(kid) <= _MOST_KID:
            raise TokenRefused("malformed")
        if jku is not None and not isinstance(jku, str):
            raise TokenRefused("malformed")
        return algorithm, kid, jku

    def _accept(self, token: str, algorithm: str, kid: str, jku: str | None, claims: _Claims, audience: str) -> Client:
        issuer = self._issuers.get(claims.issuer)
        if issuer is None:
            raise TokenRefused("issuer-not-allowed")
        keys = self._keys[claims.issuer]
        if jku is not None and jku not in keys.addresses:
            raise TokenRefused("jku-not-allowed")
        key = keys.find(algorithm, kid, jku)
        registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
        try:
            jws.deserialize_compact(token, key, algorithms=[algorithm], registry=registry)
        except (JoseError, ValueError):
            raise TokenRefused("bad-signature") from None
        _for_us(claims.audience, audience, issuer)
        until = self._in_time(claims, issuer)
        if issuer.tenants and claims.tenant not in issuer.tenants:
            raise TokenRefused("tenant-not-allowed")
        if not self._replay.first_use(claims.issuer, claims.token_id, until, self._clock()):
            raise TokenRefused("replayed")
        return Client(claims.issuer, claims.tenant, issuer.profile)

    def _in_time(self, claims: _Claims, issuer: Issuer) -> float:
        """When the token could no longer be used, if it can be used now."""
        now, leeway = self._clock(), self._config.leeway
        if claims.expires <= claims.issued:
            raise TokenRefused("malformed")
        if now >= claims.expires + leeway:
            raise TokenRefused("expired")
        if claims.issued > now + leeway:
            raise TokenRefused("issued-in-future")
        if claims.not_before is not None and claims.not_before > now + leeway:
            raise TokenRefused("not-yet-valid")
        if claims.expires - claims.issued > issuer.max_lifetime:
            raise TokenRefused("lifetime-too-long")
        return claims.expires + leeway


def _token(authorization: list[str]) -> str:
    if len(authorization) != 1:
        raise TokenRefused("missing")
    scheme, _, token = authorization[0].partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenRefused("missing")
    if len(token) > MAX_TOKEN or not token.isascii():
        raise TokenRefused("malformed")
    return token


def _parts(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    parts = token.split(".")
    if len(parts) != 3:
        raise TokenRefused("malformed")
    header, payload, signature = parts
    decoded = _object(header), _object(payload)
    # "none" and symmetric algorithms are refused for what they are, before their odd signatures are.
    if signature and not _PART.fullmatch(signature):
        raise TokenRefused("malformed")
    return decoded


def _object(part: str) -> Mapping[str, Any]:
    """A part as JSON object; no padding, no other alphabet, no spare bits, no member twice."""
    if not _PART.fullmatch(part):
        raise TokenRefused("malformed")
    try:
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != part:
            raise TokenRefused("malformed")
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise TokenRefused("malformed") from None
    if not isinstance(found, dict):
        raise TokenRefused("malformed")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _constant(_: str) -> Any:
    raise ValueError


def _claims(payload: Mapping[str, Any]) -> _Claims:
    issuer, token_id, tenant = payload.get("iss"), payload.get("jti"), payload.get("tenant")
    if not isinstance(issuer, str) or not issuer or not isinstance(token_id, str):
        raise TokenRefused("malformed")
    if not 0 < len(token_id) <= _MOST_ID or "aud" not in payload or payload["aud"] is None:
        raise TokenRefused("malformed")
    if tenant is not None and not isinstance(tenant, str):
        raise TokenRefused("malformed")
    not_before = _time(payload["nbf"]) if "nbf" in payload else None
    return _Claims(
        issuer, payload["aud"], _time(payload.get("exp")), _time(payload.get("iat")), token_id, not_before, tenant
    )


def _time(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TokenRefused("malformed")
    if not 0 <= value < 1e12 or not math.isfinite(value):
        raise TokenRefused("malformed")
    return float(value)


def _for_us(stated: Any, audience: str, issuer: Issuer) -> None:
    named = stated if isinstance(stated, list) else [stated]
    accepted = {audience, *issuer.audiences}
    if not any(isinstance(name, str) and name in accepted for name in named):
        raise TokenRefused("wrong-audience")
