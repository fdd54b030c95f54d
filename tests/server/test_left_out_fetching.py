"""Fetching never asks a stranger, never believes one, and never makes an answer that is partly missing look whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from pmcds.server import fetch
from pmcds.server.fetch import _Budget, _next, _Work
from pmcds.server.transport import Deadline, FetchError

SERVER = "https://fhir.example/r4/"
Answers = Callable[[str], tuple[int, Any]]


def _work(answers: Answers, *, pages: int = 10, most: int = 1_000_000, token: str | None = "t") -> tuple[_Work, Any]:
    """Work on a server that answers by its address, and what it was asked with which headers."""
    asked: list[tuple[str, Any]] = []

    def get(url: str, *, headers: Any, most: Callable[[int], bool], **_: Any) -> tuple[int, bytes]:
        asked.append((url, headers))
        status, value = answers(url)
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        if not most(len(body)):
            raise FetchError("too-large")
        return status, body

    transport: Any = SimpleNamespace(get=get)
    return _Work(transport, SERVER, token, Deadline.after(5), _Budget(most), pages), asked


def _page(*idents: str, **members: Any) -> dict[str, Any]:
    entries = [{"resource": {"resourceType": "Observation", "id": ident}} for ident in idents]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries} | members


def _to(url: str) -> dict[str, Any]:
    return {"link": [{"relation": "self", "url": SERVER}, {"relation": "next", "url": url}]}


def _ids(got: Any) -> list[str]:
    return [json.loads(bytes(entry))["resource"]["id"] for entry in got.entries]


# One answer


@pytest.mark.parametrize("status", [201, 202, 203, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404])
@pytest.mark.parametrize("query", ["Observation?patient=p1", "Patient/p1"])
def test_a09_only_an_answer_that_says_all_is_well_is_read(status: int, query: str) -> None:
    whole = {"resourceType": "Patient", "id": "p1"} if "?" not in query else _page("a")
    work, asked = _work(lambda url: (status, whole))
    got = work.one(query, None)
    reason = "redirect" if 300 <= status < 400 else f"status-{status}"
    assert (got.state, got.reason, got.resource, got.entries) == ("fetch-failed", reason, None, ())
    assert len(asked) == 1, "no redirect is followed"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"resourceType": "Patient", "id": "p2"}, "other-resource"),
        ({"resourceType": "Patient", "id": "P1"}, "other-resource"),
        ({"resourceType": "Patient", "id": "xp1"}, "other-resource"),
        ({"resourceType": "Patient", "id": "p11"}, "other-resource"),
        ({"resourceType": "Patient"}, "other-resource"),
        ({"resourceType": "Person", "id": "p1"}, "other-resource"),
        ({"resourceType": "OperationOutcome", "id": "p1"}, "operation-outcome"),
        ({"id": "p1"}, "no-fhir"),
        ([], "no-fhir"),
        (b"", "no-fhir"),
        (b"null", "no-fhir"),
        (b'{"resourceType": "Patient", "id": "p1"', "no-fhir"),
        (b'{"resourceType": "Patient", "id": "p1"}{}', "no-fhir"),
        (b"\xff\xfe", "no-fhir"),
    ],
)
def test_p08_a_record_that_is_not_the_patients_own_is_never_believed(answer: Any, reason: str) -> None:
    work, _ = _work(lambda url: (200, answer))
    got = work.one("Patient/p1", None)
    assert (got.state, got.reason, got.resource) == ("fetch-failed", reason, None)


def test_p08_a_record_with_signs_in_its_id_is_compared_as_it_was_meant() -> None:
    work, asked = _work(lambda url: (200, {"resourceType": "Patient", "id": "a b"}))
    assert work.one("Patient/a%20b", None).state == "fetched"
    assert asked[0][0] == SERVER + "Patient/a%20b"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"resourceType": "OperationOutcome"}, "operation-outcome"),
        ({"resourceType": "Observation", "id": "a"}, "no-bundle"),
        (b"<html>", "no-fhir"),
        (b'{"resourceType": "Bundle", "entry": [', "no-fhir"),
        ({"resourceType": "Bundle", "entry": {"resource": 1}}, "no-fhir"),
    ],
)
def test_p15_an_answer_to_a_search_that_is_no_page_is_never_an_empty_one(answer: Any, reason: str) -> None:
    work, _ = _work(lambda url: (200, answer))
    got = work.one("Observation?patient=p1", None)
    assert (got.state, got.reason) == ("fetch-failed", reason)


@pytest.mark.parametrize("token", ["secret", None])
def test_a07_every_page_is_asked_for_with_the_token_of_the_call_or_with_none(token: str | None) -> None:
    pages = {SERVER + "O?x=1": _page("a", **_to("?x=2")), SERVER + "?x=2": _page("b"), SERVER + "O?x=2": _page("b")}
    work, asked = _work(lambda url: (200, pages[url]), token=token)
    assert _ids(work.one("O?x=1", None)) == ["a", "b"]
    assert [headers for _, headers in asked] == [{"Authorization": f"Bearer {token}"} if token else {}] * 2


# Pages


@pytest.mark.parametrize("follows", [False, True], ids=["from the first page", "after the page that was sent"])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_p11_every_entry_of_every_page_is_kept_in_order(follows: bool, count: int) -> None:
    def answers(url: str) -> tuple[int, Any]:
        number = int(url.rpartition("=")[2])
        more = _to(f"{SERVER}O?page={number + 1}") if number < count else {}
        return 200, _page(f"{number}a", f"{number}b", total=2 * count, **more)

    work, asked = _work(answers)
    first = "O?page=1"
    got = work.one(None, SERVER + first) if follows else work.one(first, None)
    assert _ids(got) == [f"{number}{letter}" for number in range(1, count + 1) for letter in "ab"]
    assert (got.state, got.next, got.reason, got.total, got.follows) == ("fetched", None, None, 2 * count, follows)
    assert len(asked) == count


@pytest.mark.parametrize("broken", [1, 2, 3])
@pytest.mark.parametrize(
    "answer", [(500, {}), (302, {}), (200, {"resourceType": "OperationOutcome"}), (200, b"<html>")]
)
@pytest.mark.parametrize("follows", [False, True])
def test_p11_a_page_that_is_missing_never_makes_the_others_whole(
    broken: int, answer: tuple[int, Any], follows: bool
) -> None:
    def answers(url: str) -> tuple[int, Any]:
        number = int(url.rpartition("=")[2])
        return answer if number == broken else (200, _page(str(number), **_to(f"{SERVER}O?page={number + 1}")))

    work, _ = _work(answers)
    got = work.one(None, SERVER + "O?page=1") if follows else work.one("O?page=1", None)
    assert got.state == ("fetch-failed" if broken == 1 and not follows else "incomplete")
    assert _ids(got) == [str(number) for number in range(1, broken)]
    assert got.reason is not None
    if got.state == "incomplete":
        assert got.next == f"{SERVER}O?page={broken}"


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_p11_pages_beyond_the_limit_leave_it_incomplete(pages: int) -> None:
    def answers(url: str) -> tuple[int, Any]:
        number = int(url.rpartition("=")[2])
        return 200, _page(str(number), **({} if number == 3 else _to(f"{SERVER}O?page={number + 1}")))

    work, asked = _work(answers, pages=pages)
    got = work.one("O?page=1", None)
    assert (got.state, got.reason) == (("fetched", None) if pages == 3 else ("incomplete", "page-limit"))
    assert len(asked) == pages


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://fhir.example.evil.org/r4/O?page=2",
        "https://evil@fhir.example/r4/O?page=2",
        "http://fhir.example/r4/O?page=2",
        "https://fhir.example:8443/r4/O?page=2",
        "//evil.example/r4/O?page=2",
        "file:///etc/passwd",
        "javascript:x",
    ],
)
def test_p11_a_next_page_elsewhere_is_never_asked_for_and_leaves_it_incomplete(elsewhere: str) -> None:
    work, asked = _work(lambda url: (200, _page("a", **_to(elsewhere))))
    got = work.one("O?page=1", None)
    assert (got.state, got.reason, _ids(got)) == ("incomplete", "other-origin", ["a"])
    assert [url for url, _ in asked] == [SERVER + "O?page=1"]


@pytest.mark.parametrize(
    "url", ["?page=2", "O?page=2", "/r4/O?page=2", SERVER + "O?page=2", "HTTPS://FHIR.EXAMPLE:443/r4/O?page=2"]
)
def test_p11_a_next_page_is_found_however_its_address_is_written(url: str) -> None:
    work, asked = _work(lambda asked: (200, _page("b") if "page=2" in asked else _page("a", **_to(url))))
    got = work.one("O?page=1", None)
    assert (got.state, _ids(got)) == ("fetched", ["a", "b"])
    assert asked[1][0].lower().replace(":443", "") == SERVER + "o?page=2"


@pytest.mark.parametrize(
    ("links", "following"),
    [
        ([{"relation": "next", "url": "x"}], "x"),
        (
            [{"relation": "self", "url": "s"}, {"relation": "previous", "url": "p"}, {"relation": "next", "url": "x"}],
            "x",
        ),
        ([None, "next", {"relation": "next"}, {"relation": "next", "url": 5}, {"relation": "next", "url": "x"}], "x"),
        ([{"relation": "self", "url": "s"}], None),
        ([{"relation": "last", "url": "l"}, {"url": "u"}], None),
        ([{"relation": "next", "url": None}], None),
        ({"relation": "next", "url": "x"}, None),
        ("next", None),
        (None, None),
        ([], None),
    ],
)
def test_p11_only_a_link_to_the_next_page_with_an_address_leads_on(links: Any, following: str | None) -> None:
    assert _next(links) == following


def test_p11_bytes_of_all_pages_count_together() -> None:
    one = len(json.dumps(_page("1", **_to(f"{SERVER}O?page=2"))))
    work, asked = _work(lambda url: (200, _page(url[-1], **_to(f"{SERVER}O?page={len(asked) + 1}"))), most=3 * one + 5)
    got = work.one("O?page=1", None)
    assert (got.state, got.reason, len(got.entries)) == ("incomplete", "too-large", 3)


def test_a_defect_while_fetching_never_costs_the_call_its_cards() -> None:
    def broken(url: str) -> tuple[int, Any]:
        raise RuntimeError("canary")

    for query, follow in (("O?x=1", None), ("Patient/p1", None), (None, SERVER + "O?x=2")):
        got = _work(broken)[0].one(query, follow)
        assert (got.state, got.reason, got.follows) == ("fetch-failed", "RuntimeError", follow is not None)


# What was fetched, put into the request


def _put(got: dict[str, Any], prefetch: str = "{}", **envelope: str) -> tuple[str, dict[str, str], dict[str, Any]]:
    members = "".join(f'"{name}": {value}, ' for name, value in envelope.items())
    merged = fetch._merged(f'{{{members}"prefetch": {prefetch}}}'.encode(), got, fetch._Breaker())
    return merged.body.decode(), dict(merged.states), json.loads(merged.body)


def _entries(*idents: str) -> tuple[msgspec.Raw, ...]:
    return tuple(msgspec.Raw(json.dumps({"resource": {"id": ident}}).encode()) for ident in idents)


def test_p08_what_the_client_sent_stays_as_it_came_digit_by_digit() -> None:
    text, states, whole = _put(
        {"new": fetch._Got("fetched", b'{"value": 1.10}')}, '{"own": {"value": 2.50, "none": null}}', hook='"x"'
    )
    assert '{"value": 2.50, "none": null}' in text and '{"value": 1.10}' in text
    assert states == {"new": "fetched"} and set(whole["prefetch"]) == {"own", "new"} and whole["hook"] == "x"


def test_p08_a_key_that_was_not_had_is_never_put_in_as_an_empty_one() -> None:
    failed = fetch._Got("fetch-failed", reason="status-500")
    for prefetch in ('{"own": 1}', "null", "[]", '"x"'):
        _, states, whole = _put({"a": failed}, prefetch)
        assert states == {"a": "fetch-failed"} and "a" not in whole["prefetch"]
    assert whole["prefetch"] == {}


@pytest.mark.parametrize("state", ["fetched", "incomplete"])
@pytest.mark.parametrize("follows", [False, True])
def test_p11_pages_are_put_together_with_their_total_and_with_what_is_still_missing(state: str, follows: bool) -> None:
    following = SERVER + "O?page=3" if state == "incomplete" else None
    got = fetch._Got(state, None, _entries("b", "c"), None if follows else 5, following, follows)
    page = {"resourceType": "Bundle", "id": "own", "total": 5, **_to(SERVER + "O?page=2")}
    page["entry"] = [json.loads(bytes(one)) for one in _entries("a")]
    _, states, whole = _put({"o": got}, json.dumps({"o": page} if follows else {}))
    made = whole["prefetch"]["o"]
    assert states == {"o": state} and made["resourceType"] == "Bundle" and made["total"] == 5
    assert [one["resource"]["id"] for one in made["entry"]] == (["a"] if follows else []) + ["b", "c"]
    assert made.get("link") == ([{"relation": "next", "url": following}] if following else None)


def test_p11_the_page_that_was_sent_is_kept_with_its_link_where_the_rest_cannot_be_had() -> None:
    page = {"resourceType": "Bundle", **_page("a", **_to(SERVER + "O?page=2"))}
    got = fetch._Got("fetch-failed", reason="status-500", follows=True)
    _, states, whole = _put({"o": got}, json.dumps({"o": page}))
    assert states == {"o": "incomplete"} and whole["prefetch"]["o"] == page


def test_the_reasons_of_all_keys_are_told_once_each() -> None:
    got = {str(place): fetch._Got("fetch-failed", reason=why) for place, why in enumerate(("b", "a", "b"))}
    merged = fetch._merged(b"{}", {**got, "x": fetch._Got("fetched", b"{}")}, fetch._Breaker())
    assert merged.reasons == ("a", "b")
