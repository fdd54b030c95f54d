"""Tokens: a key that was withdrawn, a token used twice within the tolerated time, ids used up by a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pmcds.server.config import Jwt
from pmcds.server.jwt import Client, TokenRefused, Verifier
from pmcds.server.replay import ReplayStore
from tests.server.tokens import AUDIENCE, ISSUER, JKU, NOW, Key, Keys, claims, head, key, token

WITHDRAWN, NEW = key(), Key(kid="k2")


def verifier(transport: Keys, now: Callable[[], float], **settings: Any) -> Verifier:
    config = Jwt.model_validate({"issuers": [{"issuer": ISSUER, "jku": [JKU]}], **settings})
    return Verifier(config, ReplayStore(), transport, clock=now, ticks=now)  # type: ignore[arg-type]


def refused(found: Verifier, text: str) -> str:
    with pytest.raises(TokenRefused) as error:
        found.check([f"Bearer {text}"], AUDIENCE)
    return error.value.reason


def at(moment: float) -> dict[str, Any]:
    return claims(iat=moment - 10, exp=moment + 290)


def test_a_key_that_its_owner_withdrew_is_never_trusted_longer_than_keys_are_kept() -> None:
    now = [float(NOW)]
    transport = Keys(WITHDRAWN)
    found = verifier(transport, lambda: now[0], keys_cached=600)
    assert found.check(["Bearer " + token(payload=at(now[0]))], AUDIENCE) == Client(ISSUER)
    transport.answers[JKU] = (NEW,)
    now[0] += 601
    assert refused(found, token(payload=at(now[0]))) == "unknown-key"
    assert found.check(["Bearer " + token(head(kid="k2"), at(now[0]), NEW)], AUDIENCE) == Client(ISSUER)


def test_a_key_set_is_never_fetched_again_while_it_is_kept() -> None:
    now = [float(NOW)]
    transport = Keys(WITHDRAWN)
    found = verifier(transport, lambda: now[0], keys_cached=600)
    for _ in range(3):
        found.check(["Bearer " + token(payload=at(now[0]))], AUDIENCE)
        now[0] += 150
    assert len(transport.asked) == 1


def test_an_address_that_failed_is_asked_again_after_a_rest() -> None:
    now = [float(NOW)]
    transport = Keys(answers={JKU: 500})
    found = verifier(transport, lambda: now[0])
    assert refused(found, token(payload=at(now[0]))) == "keys-unavailable"
    transport.answers[JKU] = (WITHDRAWN,)
    now[0] += 6
    assert found.check(["Bearer " + token(payload=at(now[0]))], AUDIENCE) == Client(ISSUER)


def test_a_used_token_is_never_forgotten_while_the_tolerance_of_clocks_still_lets_it_in() -> None:
    now = [float(NOW)]
    found = verifier(Keys(WITHDRAWN), lambda: now[0], leeway=60)
    used = "Bearer " + token(payload=claims(iat=NOW - 10, exp=NOW + 50))
    found.check([used], AUDIENCE)
    now[0] = NOW + 100.0  # expired, and within the tolerance
    for number in range(300):  # enough for the store to forget what is over
        found._replay.first_use(ISSUER, f"other-{number}", now[0] + 60, now[0])
    assert refused(found, used.removeprefix("Bearer ")) == "replayed"


def test_a_token_of_a_tenant_that_is_not_ours_never_uses_up_its_id() -> None:
    settings = {"issuers": [{"issuer": ISSUER, "jku": [JKU], "tenants": ["hospital-a"]}]}
    found = verifier(Keys(WITHDRAWN), lambda: float(NOW), **settings)
    payload = claims(tenant="hospital-b")
    assert refused(found, token(payload=payload)) == "tenant-not-allowed"
    ours = found.check(["Bearer " + token(payload=payload | {"tenant": "hospital-a"})], AUDIENCE)
    assert ours == Client(ISSUER, "hospital-a")


def test_a_token_without_tenant_is_never_taken_where_tenants_are_listed() -> None:
    settings = {"issuers": [{"issuer": ISSUER, "jku": [JKU], "tenants": ["hospital-a"]}]}
    found = verifier(Keys(WITHDRAWN), lambda: float(NOW), **settings)
    assert refused(found, token()) == "tenant-not-allowed"
