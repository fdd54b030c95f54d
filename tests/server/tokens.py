"""Keys and tokens for tests: made fresh, signed by hand, so that every part can be wrong on purpose."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pmcds.server.transport import FetchError

NOW = 1_780_000_000
ISSUER = "https://ehr.example.org/fhir"
JKU = "https://ehr.example.org/jwks.json"
BASE = "https://cds.example.org"
AUDIENCE = BASE + "/cds-services/pmcds-order-select"


class Key:
    """A key pair with its id."""

    def __init__(self, kind: str = "P-384", kid: str = "k1", **marks: Any) -> None:
        curves = {"P-384": ec.SECP384R1(), "P-256": ec.SECP256R1()}
        self.private: Any = (
            ec.generate_private_key(curves[kind])
            if kind in curves
            else rsa.generate_private_key(public_exponent=65537, key_size=int(kind))
        )
        self.kid = kid
        self.marks = marks
        self.curve = kind

    @property
    def public(self) -> dict[str, Any]:
        """The public key as JWK."""
        numbers = self.private.public_key().public_numbers()
        if isinstance(self.private, rsa.RSAPrivateKey):
            members = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
        else:
            size = (self.private.curve.key_size + 7) // 8
            members = {"kty": "EC", "crv": self.curve, "x": number(numbers.x, size), "y": number(numbers.y, size)}
        return {"kid": self.kid, "use": "sig", **members, **self.marks}

    @property
    def pem(self) -> bytes:
        """The public key as PEM."""
        found: bytes = self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return found

    @property
    def der(self) -> bytes:
        """The public key as DER."""
        found: bytes = self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return found

    def sign(self, data: bytes, digest: Any = None) -> bytes:
        """The raw signature."""
        digest = digest or hashes.SHA384()
        if isinstance(self.private, rsa.RSAPrivateKey):
            signed: bytes = self.private.sign(data, padding.PKCS1v15(), digest)
            return signed
        size = (self.private.curve.key_size + 7) // 8
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def der_signature(self, data: bytes) -> bytes:
        """The signature in the form that JWS does not use."""
        signed: bytes = self.private.sign(data, ec.ECDSA(hashes.SHA384()))
        return signed


@cache
def key(kind: str = "P-384", kid: str = "k1", number_of: int = 0) -> Key:
    """A key pair that is made once; `number_of` tells apart several with one id."""
    return Key(kind, kid)


def number(value: int, size: int | None = None) -> str:
    """A number as a JWK writes it."""
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def b64(data: bytes) -> str:
    """Base64 of JWTs."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value: Any) -> str:
    """A part of a token: bytes as they are, anything else as JSON."""
    return b64(value if isinstance(value, bytes) else json.dumps(value).encode())


_count = [0]


def claims(**changes: Any) -> dict[str, Any]:
    """Good claims with an id of their own; None leaves one out."""
    _count[0] += 1
    found = {"iss": ISSUER, "aud": AUDIENCE, "iat": NOW - 10, "exp": NOW + 290, "jti": f"id-{_count[0]}"} | changes
    return {name: value for name, value in found.items() if value is not None}


def head(**changes: Any) -> dict[str, Any]:
    """A good header; None leaves a member out."""
    found = {"alg": "ES384", "typ": "JWT", "kid": "k1", "jku": JKU} | changes
    return {name: value for name, value in found.items() if value is not None}


def token(header: Any = None, payload: Any = None, signer: Key | None = None, signature: bytes | None = None) -> str:
    """A token of these parts, signed by the usual key unless a signature is given."""
    signed = f"{part(head() if header is None else header)}.{part(claims() if payload is None else payload)}"
    made = (signer or key()).sign(signed.encode()) if signature is None else signature
    return f"{signed}.{b64(made)}"


def symmetric(algorithm: str, secret: bytes, header: dict[str, Any] | None = None) -> str:
    """A token with an HMAC."""
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[algorithm]
    signed = f"{part(head(alg=algorithm) | (header or {}))}.{part(claims())}"
    return f"{signed}.{b64(hmac.new(secret, signed.encode(), digest).digest())}"


class Keys:
    """A transport that hands out key sets by address, and counts how often it was asked."""

    def __init__(self, *keys: Key | dict[str, Any], answers: dict[str, Any] | None = None) -> None:
        self.answers: dict[str, Any] = answers if answers is not None else {JKU: keys}
        self.asked: list[str] = []

    def get(self, url: str, *, most: Any, **_: Any) -> tuple[int, bytes]:
        """The set as bytes; a number is a status, a text the reason of a failure, bytes are sent as they are."""
        self.asked.append(url)
        found = self.answers[url]
        if isinstance(found, str):
            raise FetchError(found)
        if isinstance(found, int):
            return found, b"{}"
        body = (
            found
            if isinstance(found, bytes)
            else json.dumps({"keys": [k.public if isinstance(k, Key) else k for k in found]}).encode()
        )
        if not most(len(body)):
            raise FetchError("too-large")
        return 200, body

    def close(self) -> None:
        """Nothing to close."""
