"""Feedback of every client becomes flat records (F, EP-10)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmcds.errors import HookError
from pmcds.hooks import Feedback, parse_feedback
from pmcds.hooks.feedback import COLUMNS, Known

CARD = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
ACCEPTED: dict[str, Any] = {
    "card": CARD,
    "outcome": "accepted",
    "acceptedSuggestions": [{"id": "e56e1945-20b3-4393-8503-a1a20fd73152"}],
    "outcomeTimestamp": "2026-01-11T10:05:31Z",
}
OVERRIDDEN: dict[str, Any] = {"card": CARD, "outcome": "overridden", "outcomeTimestamp": "2026-01-11T10:05:31Z"}


def _parsed(*entries: Any, **options: Any) -> Feedback:
    return parse_feedback({"feedback": list(entries)}, service="pmcds-order-sign", received="now", **options)


def test_hooks_f01_f13_no_array_or_nothing_usable_is_400() -> None:
    for body in ({}, [], None, {"feedback": {}}, {"feedback": []}, {"feedback": [{}]}, {"feedback": [None, 3]}):
        with pytest.raises(HookError) as caught:
            parse_feedback(body, service="s", received="now")
        assert caught.value.status == 400


def test_hooks_f02_to_f06_an_accepted_entry() -> None:
    [record] = _parsed(ACCEPTED, client="https://ehr", tenant="t").records
    assert record.suggestion == "e56e1945-20b3-4393-8503-a1a20fd73152"
    assert (record.outcome, record.client, record.tenant, record.service) == (
        "accepted",
        "https://ehr",
        "t",
        "pmcds-order-sign",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"card": None},
        {"card": ""},
        {"outcome": "ignored"},
        {"outcome": None},
        {"acceptedSuggestions": None},
        {"acceptedSuggestions": []},
        {"acceptedSuggestions": [{}]},
        {"outcomeTimestamp": None},
        {"outcomeTimestamp": "yesterday"},
        {"outcomeTimestamp": "2026-13-41T10:05:31Z"},
        {"outcomeTimestamp": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_hooks_f13_one_bad_entry_does_not_lose_the_others(changes: dict[str, Any]) -> None:
    found = _parsed(ACCEPTED | changes, OVERRIDDEN)
    assert [record.outcome for record in found.records] == ["overridden"]
    assert len(found.problems) == 1
    assert found.problems[0].startswith("/feedback/0")


def test_hooks_f05_f08_reason_comment_both_or_neither() -> None:
    reason = {"system": "urn:x", "code": "tolerated", "display": "Tolerated"}
    both = _parsed(OVERRIDDEN | {"overrideReason": {"reason": reason, "userComment": "why"}}).records[0]
    assert (both.reason_system, both.reason_code, both.reason_display, both.comment) == (
        "urn:x",
        "tolerated",
        "Tolerated",
        "why",
    )
    comment = _parsed(OVERRIDDEN | {"overrideReason": {"userComment": "why"}}).records[0]
    assert (comment.reason_code, comment.comment) == (None, "why")
    assert _parsed(OVERRIDDEN).records[0].reason_code is None


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2026-01-11T10:05:31Z", "2026-01-11T10:05:31Z"),
        ("2026-01-11t10:05:31z", "2026-01-11T10:05:31Z"),
        ("2026-01-11T11:05:31+01:00", "2026-01-11T10:05:31Z"),
        ("2026-01-11T10:05:31", "2026-01-11T10:05:31Z"),
        ("2026-01-11T10:05:31.250Z", "2026-01-11T10:05:31.250000Z"),
    ],
)
def test_hooks_f06_f07_the_same_time_is_the_same_text(sent: str, stored: str) -> None:
    assert _parsed(OVERRIDDEN | {"outcomeTimestamp": sent}).records[0].outcome_time == stored


def test_hooks_f07_repeats_have_the_same_identity() -> None:
    first, second = _parsed(ACCEPTED, ACCEPTED | {"outcomeTimestamp": "2026-01-11T12:05:31+02:00"}).records
    assert first.identity == second.identity


def test_hooks_f07_feedback_sent_again_is_the_same_whenever_it_arrives_and_another_decision_is_not() -> None:
    def identity(received: str, **more: Any) -> object:
        body = {"feedback": [ACCEPTED | more]}
        (one,) = parse_feedback(body, service="pmcds-order-sign", received=received).records
        return one.identity

    first = identity("2026-01-11T10:05:32Z")
    assert identity("2026-01-12T08:30:00Z") == first
    assert identity("2026-01-11T10:05:32Z", outcomeTimestamp="2026-01-11T11:05:31Z") != first
    assert identity("2026-01-11T10:05:32Z", acceptedSuggestions=[{"id": "another"}]) != first


def test_hooks_f07_each_accepted_suggestion_is_a_record() -> None:
    records = _parsed(ACCEPTED | {"acceptedSuggestions": [{"id": "a"}, {"id": "b"}, {"id": "a"}]}).records
    assert [record.suggestion for record in records] == ["a", "b"]


def test_hooks_f09_an_unknown_card_is_kept_and_flagged() -> None:
    known = {CARD: Known("topic", "a/b/c", "2")}.get
    mine, other = _parsed(OVERRIDDEN, OVERRIDDEN | {"card": "other"}, known=known).records
    assert (mine.known_card, mine.topic, mine.rule, mine.rule_version) == (True, "topic", "a/b/c", "2")
    assert (other.known_card, other.rule) == (False, None)


def test_hooks_f10_ep10_one_object_under_another_name() -> None:
    given_ = {"reason": {"code": "12", "system": "urn:oid: 1.2.840"}, "userComment": "c"}
    record = _parsed({**OVERRIDDEN, "card": "no-uuid", "overrideReasons": given_}).records[0]
    assert (record.card, record.reason_code, record.reason_system, record.reason_display) == (
        "no-uuid",
        "12",
        "urn:oid:1.2.840",
        None,
    )


def test_hooks_f10_ep10_a_reason_only_in_the_extension() -> None:
    prefix = "com.epic.cdshooks.feedback.overrideReason."
    extension = {f"{prefix}reasonCategory": "1", f"{prefix}reasonDisplay": "Benefit", f"{prefix}reasonTitle": "BENEFIT"}
    record = _parsed(OVERRIDDEN | {"overrideReasons": {"extension": extension}}).records[0]
    assert (record.reason_code, record.reason_display) == ("BENEFIT", "Benefit")


def test_hooks_f12_comments_and_values_are_in_no_text() -> None:
    found = _parsed(OVERRIDDEN | {"overrideReason": {"userComment": "CANARY"}}, ACCEPTED | {"outcome": "CANARY"})
    assert "CANARY" not in repr(found.records) + "".join(found.problems)
    with pytest.raises(HookError) as caught:
        _parsed(ACCEPTED | {"outcome": "CANARY"})
    assert "CANARY" not in str(caught.value)


def test_hooks_f12_long_comments_are_cut() -> None:
    record = _parsed(OVERRIDDEN | {"overrideReason": {"userComment": "x" * 1_000_000}}).records[0]
    assert record.comment is not None
    assert len(record.comment) == 20_000


def test_hooks_5_1_names_of_the_columns_are_stable() -> None:
    assert COLUMNS == (
        "received", "service", "client", "tenant", "card", "outcome", "suggestion", "reason_system", "reason_code",
        "reason_display", "comment", "outcome_time", "topic", "rule", "rule_version", "known_card",
    )  # fmt: skip


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=4)
    | st.sampled_from([CARD, "accepted", "2026-01-11T10:05:31Z"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*ACCEPTED, "overrideReason", "reason", "id"]), inner)
    ),
    max_leaves=12,
)


@given(_VALUES)
def test_hooks_f10_any_json_gives_records_or_400(entry: Any) -> None:
    assert _status(entry) in (200, 400)


def _status(entry: Any) -> int:
    try:
        return 200 if _parsed(entry).records else 0
    except HookError as error:
        return error.status
