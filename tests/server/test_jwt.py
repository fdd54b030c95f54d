"""Tokens of clients: the published vectors, acceptances, and everything that must be refused."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from pmcds.errors import InputError
from pmcds.server.config import Issuer, Jwt
from pmcds.server.jwt import Client, TokenRefused, Verifier
from pmcds.server.replay import ReplayStore
from tests.server.tokens import (
    AUDIENCE,
    BASE,
    ISSUER,
    JKU,
    NOW,
    Key,
    Keys,
    b64,
    claims,
    head,
    key,
    part,
    symmetric,
    token,
)
from tests.shared import SHARED, needs_shared

EC, RSA, OTHER = key(), key("2048", "r1"), key(number_of=1)


def verifier(
    *keys: Any, transport: Keys | None = None, now: Callable[[], float] = lambda: NOW, **settings: Any
) -> Verifier:
    issuers = settings.pop("issuers", [{"issuer": ISSUER, "jku": [JKU]}])
    config = Jwt.model_validate({"issuers": issuers, **settings})
    found = transport or Keys(*(keys or (EC, RSA)))
    return Verifier(config, ReplayStore(), found, clock=now, ticks=now)  # type: ignore[arg-type]


def check(text: str, audience: str = AUDIENCE, **settings: Any) -> Client:
    return verifier(**settings).check([f"Bearer {text}"], audience)


def reason(text: str, audience: str = AUDIENCE, **settings: Any) -> str:
    with pytest.raises(TokenRefused) as refused:
        check(text, audience, **settings)
    return refused.value.reason


# The published example


def _vectors() -> list[dict[str, Any]]:
    if SHARED is None:
        return []
    found: list[dict[str, Any]] = json.loads((SHARED / "data/cds-hooks/jwt-vectors.json").read_text())["vectors"]
    return found


@needs_shared
@pytest.mark.parametrize("vector", _vectors(), ids=lambda vector: vector["id"])
def test_published_vectors(vector: dict[str, Any]) -> None:
    assert SHARED is not None
    document = json.loads((SHARED / "data/cds-hooks/jwt-vectors.json").read_text())
    given = document["defaults"] | vector["given"]
    keys = [document["keys"][name] for name in given["jwks"]]
    issuers = tuple(
        # The published token lives for years: the cap, which no configuration can lift, is set aside here.
        Issuer.model_construct(
            issuer=name,
            jku=tuple(addresses),
            jwks_file=None,
            audiences=(),
            max_lifetime=given["max_lifetime_s"] or math.inf,
            tenants=tuple(given.get("tenants", ())),
            profile=None,
        )
        for name, addresses in given["allow"].items()
    )
    config = Jwt(algorithms=tuple(given["algorithms"]), leeway=given["leeway_s"]).model_copy(
        update={"issuers": issuers}
    )
    transport = Keys(answers=dict.fromkeys((a for issuer in issuers for a in issuer.jku), keys))
    found = Verifier(
        config,
        ReplayStore(),
        transport,  # type: ignore[arg-type]
        clock=lambda: given["now"],
        ticks=lambda: given["now"],
    )
    values = ["Bearer " + document["tokens"][vector["token"]]["compact"]]
    if "after" in given:
        found.check(values, given["endpoint"])
    if vector["expect"]["accepted"]:
        assert found.check(values, given["endpoint"]).issuer == "https://fhir-ehr.example.com/"
    else:
        with pytest.raises(TokenRefused) as refused:
            found.check(values, given["endpoint"])
        assert refused.value.reason == vector["expect"]["reason"]
        if vector["expect"]["reason"] in ("issuer-not-allowed", "jku-not-allowed"):
            assert transport.asked == []


# Acceptances


def test_JP01_both_algorithms() -> None:
    assert check(token()) == Client(ISSUER)
    assert check(token(head(alg="RS384", kid="r1"), signer=RSA)) == Client(ISSUER)


def test_JP02_audience_in_an_array() -> None:
    assert check(token(payload=claims(aud=["https://elsewhere.example", AUDIENCE])))


def test_JP03_keys_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [EC.public]}))
    issuers = [{"issuer": ISSUER, "jwks_file": str(file)}]
    transport = Keys()
    assert check(token(head(jku=None)), issuers=issuers, transport=transport)
    assert transport.asked == []


def test_JP04_extra_claims_and_a_kid_of_base64_text() -> None:
    signer = Key("2048", "a+b/c=")
    text = token(head(alg="RS384", kid="a+b/c="), claims(nbf=NOW - 310, sub="client", exp=NOW + 890), signer)
    assert check(text, transport=Keys(signer))


def test_JP05_a_new_key_is_found_by_one_refetch() -> None:
    transport = Keys(EC)
    found = verifier(transport=transport)
    found.check(["Bearer " + token()], AUDIENCE)
    new = Key(kid="k2")
    transport.answers[JKU] = (EC, new)
    found.check(["Bearer " + token(head(kid="k2"), signer=new)], AUDIENCE)
    found.check(["Bearer " + token()], AUDIENCE)
    assert len(transport.asked) == 2


def test_JP06_the_same_id_from_two_issuers() -> None:
    other = "https://other.example.org"
    found = verifier(issuers=[{"issuer": ISSUER, "jku": [JKU]}, {"issuer": other, "jku": [JKU]}])
    for issuer in (ISSUER, other):
        assert found.check(["Bearer " + token(payload=claims(iss=issuer, jti="same"))], AUDIENCE)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer"])
def test_JP07_scheme_in_any_case(scheme: str) -> None:
    assert verifier().check([f"{scheme} {token()}"], AUDIENCE)


def test_JP08_fractions_of_seconds() -> None:
    assert check(token(payload=claims(exp=NOW + 290.5)))


def test_JP10_a_further_audience_of_the_site() -> None:
    issuers = [{"issuer": ISSUER, "jku": [JKU], "audiences": ["typed by hand"]}]
    assert check(token(payload=claims(aud="typed by hand")), issuers=issuers)


def test_tenant_and_profile_are_known_of_the_client() -> None:
    issuers = [{"issuer": ISSUER, "jku": [JKU], "tenants": ["t1"], "profile": "epic"}]
    assert check(token(payload=claims(tenant="t1")), issuers=issuers) == Client(ISSUER, "t1", "epic")
    assert reason(token(payload=claims(tenant="t2")), issuers=issuers) == "tenant-not-allowed"
    assert reason(token(), issuers=issuers) == "tenant-not-allowed"


def test_a_clock_second_beyond_300_is_fine() -> None:
    assert check(token(payload=claims(iat=NOW - 1, exp=NOW + 300)))


# Refusals: every vector of the list, with its reason


def _flipped(text: str, place: int) -> str:
    sign = "A" if text[place] != "A" else "B"
    return text[:place] + sign + text[place + 1 :]


def _signed(change: Callable[[bytes], bytes]) -> str:
    data = f"{part(head())}.{part(claims())}"
    return f"{data}.{b64(change(data.encode()))}"


def _swapped() -> str:
    first, second = token().split("."), token(payload=claims(sub="x")).split(".")
    return f"{first[0]}.{second[1]}.{first[2]}"


ALGORITHMS = {
    **{
        f"none as {name}": (token(head(alg=name), signature=b""), "algorithm-not-allowed")
        for name in ("none", "None", "NONE", "nOnE")
    },
    **{
        f"{name} keyed with PEM": (symmetric(name, EC.pem), "algorithm-not-allowed")
        for name in ("HS256", "HS384", "HS512")
    },
    "HS384 keyed with JWK": (symmetric("HS384", json.dumps(EC.public).encode()), "algorithm-not-allowed"),
    "HS384 keyed with DER": (symmetric("HS384", EC.der), "algorithm-not-allowed"),
    "HS256 with empty key": (symmetric("HS256", b""), "algorithm-not-allowed"),
    "RS256": (token(head(alg="RS256", kid="r1"), signer=RSA), "algorithm-not-allowed"),
    "ES256": (token(head(alg="ES256")), "algorithm-not-allowed"),
    "ES384 with RSA key": (token(head(kid="r1"), signer=RSA), "unusable-key"),
    "RS384 with EC key": (token(head(alg="RS384")), "unusable-key"),
    "alg missing": (token(head(alg=None)), "algorithm-not-allowed"),
    "alg a number": (token(head(alg=384)), "algorithm-not-allowed"),
    "alg in lower case": (token(head(alg="es384")), "algorithm-not-allowed"),
    "alg a list": (token(head(alg=["ES384"])), "algorithm-not-allowed"),
}
SIGNATURES = {
    "empty": (token(signature=b""), "bad-signature"),
    "truncated": (_signed(lambda d: EC.sign(d)[:-1]), "bad-signature"),
    "one bit flipped": (_signed(lambda d: bytes([(s := EC.sign(d))[0] ^ 1]) + s[1:]), "bad-signature"),
    "DER": (_signed(EC.der_signature), "bad-signature"),
    "all zero": (token(signature=bytes(96)), "bad-signature"),
    "r and s of the order": (token(signature=b"\xff" * 96), "bad-signature"),
    "other key with the same id": (token(signer=OTHER), "bad-signature"),
    "other digest": (_signed(lambda d: EC.sign(d, hashes.SHA256())), "bad-signature"),
    "payload swapped": (_swapped(), "bad-signature"),
    "payload changed": (_flipped(token(), 160), "malformed bad-signature"),
    "standard alphabet": (token() + "+", "malformed"),
    "padding": (token() + "=", "malformed"),
    "trailing characters": (token() + "AAAA", "bad-signature"),
    "trailing blank": (token() + " ", "malformed"),
    "two parts": (token().rpartition(".")[0], "malformed"),
    "four parts": (token() + ".e30", "malformed"),
    "five parts": (token() + ".e30.e30", "malformed"),
    "blank inside": (token().replace(".", ". ", 1), "malformed"),
    "padding inside": (token().replace(".", "=.", 1), "malformed"),
    "no token at all": ("opaque-access-token-of-fhir", "malformed"),
}
HEADERS = {
    "kid missing": (token(head(kid=None)), "malformed"),
    "kid empty": (token(head(kid="")), "malformed"),
    "kid unknown": (token(head(kid="nobody")), "unknown-key"),
    "kid with a path": (token(head(kid="../../../../dev/null")), "unknown-key"),
    "kid a number": (token(head(kid=1)), "malformed"),
    "typ missing": (token(head(typ=None)), "malformed"),
    "typ at+jwt": (token(head(typ="at+jwt")), "malformed"),
    "typ JWS": (token(head(typ="JWS")), "malformed"),
    "crit unknown": (token(head(crit=["exp"], exp=1)), "malformed"),
    "crit empty": (token(head(crit=[])), "malformed"),
    "own jwk": (token(head(jwk=OTHER.public), signer=OTHER), "bad-signature"),
    "own x5c": (token(head(x5c=["MIIB"]), signer=OTHER), "bad-signature"),
    "own x5u": (token(head(x5u="https://evil.example/x"), signer=OTHER), "bad-signature"),
    "b64 false": (token(head(b64=False)), "malformed"),
    **{
        f"jku {name}": (token(head(jku=address)), "jku-not-allowed")
        for name, address in {
            "of another host": "https://evil.example/jwks.json",
            "with the allowed one as prefix": JKU + ".evil.example",
            "with the allowed host as prefix": "https://ehr.example.org.evil.example/jwks.json",
            "with user information": "https://ehr.example.org@evil.example/jwks.json",
            "over http": "http://ehr.example.org/jwks.json",
            "on another port": "https://ehr.example.org:8443/jwks.json",
            "at another path": "https://ehr.example.org/other.json",
            "in other case": "https://EHR.example.org/jwks.json",
            "of file": "file:///etc/passwd",
            "empty": "",
        }.items()
    },
    "jku a list": (token(head(jku=[JKU])), "malformed"),
    "jku missing and no file": (token(head(jku=None)), "unknown-key"),
    "header no JSON": (token(b"{"), "malformed"),
    "header a list": (token([]), "malformed"),
    "member twice": (token(b'{"alg":"ES384","alg":"ES384","typ":"JWT","kid":"k1"}'), "malformed"),
    "not UTF-8": (token(b'{"alg":"\xff"}'), "malformed"),
}
CLAIMS = {
    **{
        f"{name} missing": (token(payload=claims(**{name: None})), "malformed")
        for name in ("iss", "aud", "exp", "iat", "jti")
    },
    "iss not allowed": (token(payload=claims(iss="https://evil.example")), "issuer-not-allowed"),
    "iss a list": (token(payload=claims(iss=[ISSUER])), "malformed"),
    "iss empty": (token(payload=claims(iss="")), "malformed"),
    "iss a number": (token(payload=claims(iss=1)), "malformed"),
    "iss with a slash at the end": (token(payload=claims(iss=ISSUER + "/")), "issuer-not-allowed"),
    **{
        f"aud {name}": (token(payload=claims(aud=audience)), "wrong-audience")
        for name, audience in {
            "of another service": BASE + "/cds-services/pmcds-order-sign",
            "base only": BASE,
            "of discovery": BASE + "/cds-services",
            "of feedback": AUDIENCE + "/feedback",
            "with a slash at the end": AUDIENCE + "/",
            "as a prefix": AUDIENCE + "x",
            "shorter": AUDIENCE[:-1],
            "list without ours": [BASE, "https://elsewhere.example"],
            "empty list": [],
            "an object": {"aud": AUDIENCE},
            "a list in a list": [[AUDIENCE]],
            "a number": 7,
            "over http": AUDIENCE.replace("https", "http"),
            "in other case": AUDIENCE.replace("cds.example", "CDS.example"),
            "with the port": AUDIENCE.replace(".org", ".org:443"),
            "with a query": AUDIENCE + "?a=b",
            "percent-encoded": AUDIENCE.replace("-", "%2D"),
        }.items()
    },
    "exp past": (token(payload=claims(iat=NOW - 400, exp=NOW - 61)), "expired"),
    "exp at the leeway": (token(payload=claims(iat=NOW - 400, exp=NOW - 60)), "expired"),
    "exp a string": (token(payload=claims(exp=str(NOW + 10))), "malformed"),
    "exp null": (token(payload=json.dumps(claims()).replace(str(NOW + 290), "null").encode()), "malformed"),
    "exp 1e400": (token(payload=json.dumps(claims()).replace(str(NOW + 290), "1e400").encode()), "malformed"),
    "exp of 5,000 digits": (
        token(payload=json.dumps(claims()).replace(str(NOW + 290), "9" * 5000).encode()),
        "malformed",
    ),
    "exp negative": (token(payload=claims(exp=-1)), "malformed"),
    "exp true": (token(payload=claims(exp=True)), "malformed"),
    "exp NaN": (token(payload=json.dumps(claims()).replace(str(NOW + 290), "NaN").encode()), "malformed"),
    "exp beyond the cap": (token(payload=claims(iat=NOW, exp=NOW + 3601)), "lifetime-too-long"),
    "exp of ten years": (token(payload=claims(exp=NOW + 315_360_000)), "lifetime-too-long"),
    "exp before iat": (token(payload=claims(iat=NOW + 20, exp=NOW + 10)), "malformed"),
    "iat future": (token(payload=claims(iat=NOW + 61, exp=NOW + 300)), "issued-in-future"),
    "iat a string": (token(payload=claims(iat=str(NOW))), "malformed"),
    "nbf future": (token(payload=claims(nbf=NOW + 61)), "not-yet-valid"),
    "nbf a string": (token(payload=claims(nbf="now")), "malformed"),
    "jti empty": (token(payload=claims(jti="")), "malformed"),
    "jti a number": (token(payload=claims(jti=5)), "malformed"),
    "jti over 128 characters": (token(payload=claims(jti="x" * 129)), "malformed"),
    "tenant a number": (token(payload=claims(tenant=5)), "malformed"),
    "payload a list": (token(payload=[1]), "malformed"),
    "payload no JSON": (token(payload=b"hello"), "malformed"),
    "payload nested": (token(payload=b"[" * 2000), "malformed"),
    "claim twice": (token(payload=json.dumps(claims()).replace("{", '{"iss": "x", ', 1).encode()), "malformed"),
    "over 8 KiB": (token(payload=claims(sub="x" * 8192)), "malformed"),
}
REFUSED = {
    f"{group}: {name}": vector
    for group, vectors in (("alg", ALGORITHMS), ("signature", SIGNATURES), ("header", HEADERS), ("claims", CLAIMS))
    for name, vector in vectors.items()
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    text, expected = REFUSED[name]
    assert reason(text) in expected.split()


def test_there_are_at_least_77_refusals() -> None:
    assert len(REFUSED) + len(HEADER_VALUES) >= 77


HEADER_VALUES: dict[str, list[str]] = {
    "header missing": [],
    "two headers": [f"Bearer {token()}", f"Bearer {token()}"],
    "basic": ["Basic dXNlcjpwYXNz"],
    "no token": ["Bearer"],
    "empty token": ["Bearer "],
    "token without scheme": [token()],
}


@pytest.mark.parametrize("name", HEADER_VALUES)
def test_refused_for_its_header(name: str) -> None:
    with pytest.raises(TokenRefused) as refused:
        verifier().check(HEADER_VALUES[name], AUDIENCE)
    assert refused.value.reason == "missing"


def test_JN05_a_key_on_another_curve() -> None:
    assert reason(token(), transport=Keys(EC.public | {"crv": "P-256"})) == "unusable-key"
    assert reason(token(), transport=Keys(Key("P-256"))) == "unusable-key"


def test_JN11_unknown_ids_cause_one_refetch_in_a_minute() -> None:
    now = [float(NOW)]
    transport = Keys(EC)
    found = verifier(transport=transport, now=lambda: now[0])
    for number in range(100):
        with pytest.raises(TokenRefused):
            found.check(["Bearer " + token(head(kid=f"unknown-{number}"))], AUDIENCE)
    assert len(transport.asked) == 2
    now[0] += 61
    with pytest.raises(TokenRefused):
        found.check(["Bearer " + token(head(kid="unknown"))], AUDIENCE)
    assert len(transport.asked) == 3


@pytest.mark.parametrize(
    "keys",
    [
        (EC, EC),
        (EC, OTHER),
        (EC.public | {"use": "enc"},),
        (EC.public | {"alg": "RS384"},),
        (EC.public | {"key_ops": ["sign"]},),
        (EC.public | {"x": "AAAA"},),
        ({"kty": "EC", "crv": "P-384", "kid": "k1"},),
        ({"kty": "oct", "k": "c2VjcmV0", "kid": "k1"},),
    ],
)
def test_JN12_keys_that_do_not_fit(keys: tuple[Any, ...]) -> None:
    assert reason(token(), transport=Keys(*keys)) == "unusable-key"


def test_a_short_rsa_key_is_not_used() -> None:
    weak = Key("1024", "weak")
    assert reason(token(head(alg="RS384", kid="weak"), signer=weak), transport=Keys(weak)) == "unusable-key"


def test_JN25_a_second_use_is_refused() -> None:
    found = verifier()
    values = ["Bearer " + token()]
    found.check(values, AUDIENCE)
    with pytest.raises(TokenRefused, match="replayed"):
        found.check(values, AUDIENCE)


def test_J08_a_refused_token_does_not_use_up_its_id() -> None:
    found = verifier()
    payload = claims()
    with pytest.raises(TokenRefused):
        found.check(["Bearer " + token(payload=payload | {"aud": "x"})], AUDIENCE)
    found.check(["Bearer " + token(payload=payload)], AUDIENCE)


@pytest.mark.parametrize(
    "answer",
    [
        302,
        404,
        500,
        b"<html>",
        b"[]",
        b'{"keys": {}}',
        b'{"keys": "x"}',
        b"x" * (256 * 1024 + 1),
        "deadline",
        "unreachable",
    ],
)
def test_JN30_key_sets_that_cannot_be_had(answer: Any) -> None:
    transport = Keys(answers={JKU: answer})
    found = verifier(transport=transport)
    for _ in range(5):
        with pytest.raises(TokenRefused, match="keys-unavailable"):
            found.check(["Bearer " + token()], AUDIENCE)
    assert len(transport.asked) == 1


def test_JN29_the_address_of_another_issuer_is_not_for_this_one() -> None:
    other = "https://other.example.org/jwks.json"
    issuers = [{"issuer": ISSUER, "jku": [JKU]}, {"issuer": "https://other.example.org", "jku": [other]}]
    transport = Keys(answers={JKU: (EC,), other: (EC,)})
    assert reason(token(head(jku=other)), issuers=issuers, transport=transport) == "jku-not-allowed"
    assert transport.asked == []


@pytest.mark.parametrize("name", ["none", "HS256", "HS384", "HS512", "dir", "ES256K"])
def test_J03_symmetric_algorithms_cannot_be_configured(name: str) -> None:
    with pytest.raises(InputError):
        verifier(algorithms=[name])


def test_a_key_set_over_http_cannot_be_configured() -> None:
    with pytest.raises(InputError):
        verifier(issuers=[{"issuer": ISSUER, "jku": ["http://ehr.example.org/jwks.json"]}])


# Replay


def race(store: ReplayStore, pairs: int, threads: int = 2) -> list[int]:
    """How many of the threads that use the same token at the same time succeed, for each of so many tokens."""
    barrier = Barrier(threads)

    def use(_: int) -> list[bool]:
        found = []
        for number in range(pairs):
            barrier.wait()
            found.append(store.first_use(ISSUER, f"id-{number}", NOW + 60, NOW))
        return found

    with ThreadPoolExecutor(threads) as pool:
        return [sum(pair) for pair in zip(*pool.map(use, range(threads)), strict=True)]


def test_J08_of_two_uses_at_the_same_time_exactly_one_succeeds(tmp_path: Path) -> None:
    assert set(race(ReplayStore(), 5000)) == {1}
    assert set(race(ReplayStore(tmp_path / "replay.db"), 500, 4)) == {1}


def test_J08_two_processes_and_a_restart_share_what_was_used(tmp_path: Path) -> None:
    one, two = ReplayStore(tmp_path / "replay.db"), ReplayStore(tmp_path / "replay.db")
    assert one.first_use(ISSUER, "a", NOW + 60, NOW)
    assert not two.first_use(ISSUER, "a", NOW + 60, NOW)
    one.close()
    two.close()
    again = ReplayStore(tmp_path / "replay.db")
    assert not again.first_use(ISSUER, "a", NOW + 60, NOW)


def test_used_tokens_are_forgotten_when_nobody_could_use_them_any_more(tmp_path: Path) -> None:
    store = ReplayStore(tmp_path / "replay.db")
    for number in range(300):
        store.first_use(ISSUER, f"old-{number}", NOW + 60, NOW)
    for number in range(300):
        store.first_use(ISSUER, f"new-{number}", NOW + 600, NOW + 500)
    store.close()
    with sqlite3.connect(tmp_path / "replay.db") as database:
        assert database.execute("SELECT count(*) FROM used").fetchone() == (300,)
    database.close()


def test_nothing_is_kept_of_a_token_but_a_digest(tmp_path: Path) -> None:
    store = ReplayStore(tmp_path / "replay.db")
    store.first_use(ISSUER, "canary-id", NOW + 60, NOW)
    store.close()
    assert all(b"canary" not in file.read_bytes() for file in tmp_path.iterdir())
