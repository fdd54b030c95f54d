"""Opening: every resource is one site, wherever it stands; nothing over a limit gets through."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import pytest

from pmcds.errors import InputError
from pmcds.fhir import Limits, Opened, decode, open_input, strict_check
from tests.fhir.material import PATIENT, bundle, condition, creatinine, order, reading


def pointers(opened: Opened) -> list[str]:
    return [site.pointer for site in opened.sites]


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_fhir_o01_a_single_resource_is_one_site() -> None:
    opened = open_input(creatinine())
    assert pointers(opened) == [""]
    assert opened.sites[0].key == "Observation/creat"


@pytest.mark.parametrize("kind", ["collection", "searchset", "document", "batch-response", "history", None])
def test_fhir_o02_entries_of_any_bundle_are_sites(kind: str | None) -> None:
    source = bundle(PATIENT, creatinine())
    source["type"] = kind
    if kind is None:
        del source["type"]
    assert pointers(open_input(source)) == ["/entry/0/resource", "/entry/1/resource"]


def test_fhir_o02_an_entry_without_resource_is_a_site_too() -> None:
    source = {
        "resourceType": "Bundle",
        "entry": [{"fullUrl": "urn:uuid:1"}, None, 5, {"resource": {}}, {"resource": 3}],
    }
    opened = open_input(source)
    assert pointers(opened) == [f"/entry/{place}" for place in range(5)]
    assert {site.problem for site in opened.sites} == {"no-resource"}
    assert pointers(open_input(body(source))) == pointers(opened)


def test_fhir_o03_bundles_are_never_sites() -> None:
    inner = bundle(creatinine("a"), bundle(creatinine("b")))
    assert pointers(open_input(bundle(PATIENT, inner))) == [
        "/entry/0/resource",
        "/entry/1/resource/entry/0/resource",
        "/entry/1/resource/entry/1/resource/entry/0/resource",
    ]


@pytest.mark.parametrize("ident", ["m", "#m"])
@pytest.mark.parametrize("reference", ["#m", "m"])
def test_fhir_o04_contained_resources_are_found_with_and_without_sign(ident: str, reference: str) -> None:
    inner = {"resourceType": "Medication", "id": ident, "code": {"text": "x"}}
    opened = open_input(bundle(order("a", contained=[inner]), order("b", contained=[{**inner, "code": {"text": "y"}}])))
    for site in opened.by_type("MedicationRequest"):
        found = opened.resolve(reference, site)
        assert found is not None
        assert found.parent is site
        assert opened.resolve(reference, found) is found


def test_fhir_o05_urn_references_resolve_by_full_url() -> None:
    source = {
        "resourceType": "Bundle",
        "entry": [{"fullUrl": "urn:uuid:abc", "resource": PATIENT}, {"resource": creatinine()}],
    }
    opened = open_input(source)
    found = opened.resolve("urn:uuid:abc", opened.sites[1])
    assert found is opened.sites[0]
    assert opened.resolve("urn:uuid:ABC", opened.sites[1]) is None


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("Patient/p1", True),
        ("Patient/p1/_history/3", True),
        ("https://server.example/fhir/Patient/p1", True),
        ("https://SERVER.example/fhir/Patient/p1", True),
        ("https://server.example:443/fhir/Patient/p1", True),
        ("https://other.example/fhir/Patient/p1", False),
        ("https://server.example/Patient/p1", False),
        ("patient/p1", False),
        ("Patient/P1", False),
        ("Patient/p1/", False),
        ("Patient/p", False),
        ("Patient/p11", False),
    ],
)
def test_h53_references_follow_fhir_and_letter_case(reference: str, found: bool) -> None:
    base = "https://server.example/fhir"
    source = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": f"{base}/Patient/p1", "resource": PATIENT},
            {"fullUrl": f"{base}/Observation/o", "resource": creatinine("o")},
        ],
    }
    opened = open_input(source)
    assert (opened.resolve(reference, opened.sites[1]) is not None) is found


def test_h53_absolute_references_of_the_request_server_reach_prefetch() -> None:
    request = {
        "hook": "order-sign",
        "fhirServer": "https://server.example/fhir",
        "context": {"patientId": "p1", "draftOrders": bundle(order(medicationCodeableConcept=None))},
        "prefetch": {"m": {"resourceType": "Medication", "id": "m1"}},
    }
    opened = open_input(request)
    draft = opened.by_type("MedicationRequest")[0]
    assert opened.resolve("https://server.example/fhir/Medication/m1", draft) is not None
    assert opened.resolve("https://other.example/fhir/Medication/m1", draft) is None


def test_fhir_o07_next_links_totals_and_summaries_are_truncated() -> None:
    searched = bundle(creatinine(), kind="searchset")
    self_link = {"relation": "self", "url": "https://server.example/Observation?patient=p1"}
    assert open_input({**searched, "total": 1}).supply.results == "supplied"
    assert open_input({**searched, "total": 2}).supply.results == "truncated"
    paged = {**searched, "link": [self_link, {"relation": "next", "url": "x"}]}
    assert open_input(paged).supply.results == "truncated"
    assert open_input(paged).supply.conditions == "supplied"
    assert open_input(paged).flags == ("truncated",)
    tag = {"tag": [{"code": "SUBSETTED"}]}
    for source in ({**searched, "meta": tag}, bundle(creatinine(meta=tag))):
        assert open_input(source).supply.results == "truncated"
        assert open_input(body(source)).supply.results == "truncated"


def test_fhir_o07_an_outcome_entry_counts_as_no_match_and_its_severity_decides() -> None:
    def searched(severity: str) -> dict[str, Any]:
        outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": severity}]}
        entries = [
            {"resource": creatinine(), "search": {"mode": "match"}},
            {"resource": outcome, "search": {"mode": "outcome"}},
        ]
        return {"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": entries}

    assert open_input(searched("information")).supply.results == "supplied"
    assert open_input(searched("error")).supply.results == "error"


def test_fhir_o08_failed_entries_are_entry_errors_and_mark_the_supply() -> None:
    entries = [
        {"resource": creatinine(), "response": {"status": "200 OK"}},
        {"response": {"status": "404 Not Found"}},
        {"resource": condition(), "response": {"status": "500"}},
    ]
    opened = open_input({"resourceType": "Bundle", "type": "batch-response", "entry": entries})
    assert [site.problem for site in opened.sites] == [None, "entry-error", "entry-error"]
    assert opened.supply.results == "error"
    assert "entry-error" in opened.flags


def test_fhir_o09_resources_in_parameters_are_sites_beside_it() -> None:
    inner = {"name": "x", "part": [{"name": "y", "part": [{"name": "z", "resource": creatinine()}]}]}
    opened = open_input({"resourceType": "Parameters", "parameter": [{"name": "a"}, inner]})
    assert pointers(opened) == ["", "/parameter/1/part/0/part/0/resource"]


def test_fhir_o10_lists_and_wrapped_resources_are_opened() -> None:
    wrapped = {"fullUrl": "urn:uuid:1", "resource": creatinine()}
    assert pointers(open_input(wrapped)) == ["/resource"]
    assert pointers(open_input([PATIENT, wrapped, bundle(creatinine()), None])) == [
        "/0",
        "/1/resource",
        "/2/entry/0/resource",
        "/3",
    ]


def test_fhir_o11_blank_ids_are_no_ids_and_cycles_do_no_harm() -> None:
    opened = open_input(bundle(creatinine("", hasMember=[{"reference": "Observation/"}]), creatinine(" ")))
    assert all(site.key.startswith("Observation:sha256-") for site in opened.sites)
    first, second = creatinine("a", hasMember=[{"reference": "Observation/b"}]), creatinine("b")
    second["derivedFrom"] = [{"reference": "Observation/a"}, {"reference": "Observation/b"}]
    opened = open_input(bundle(first, second))
    assert opened.resolve("Observation/b", opened.sites[0]) is opened.sites[1]


def test_fhir_o11_the_first_resource_of_an_id_is_linked() -> None:
    opened = open_input(bundle(creatinine("a"), creatinine("a", value="2"), order()))
    assert opened.resolve("Observation/a", opened.sites[2]) is opened.sites[0]


def test_fhir_o12_context_and_prefetch_of_a_request_are_opened() -> None:
    drafts = {"entry": [{"resource": order()}]}  # without resourceType and type
    request = {
        "hook": "order-select",
        "hookInstance": "x",
        "context": {"patientId": "p1", "selections": ["MedicationRequest/order-1"], "draftOrders": drafts},
        "prefetch": {
            "patient": PATIENT,
            "results": bundle(creatinine(), kind="searchset"),
            "none": None,
            "page": "<html>",
            "list": [PATIENT],
            "wrapped": {"response": {"status": "200"}, "resource": condition()},
            "a/b": {"resourceType": "OperationOutcome"},
        },
    }
    opened = open_input(request)
    assert pointers(opened) == [
        "/context/draftOrders/entry/0/resource",
        "/prefetch/patient",
        "/prefetch/results/entry/0/resource",
        "/prefetch/wrapped/resource",
        "/prefetch/a~1b",
    ]
    assert [site.origin for site in opened.sites[:2]] == ["draft", "prefetch"]
    assert opened.sites[2].prefetch_key == "results"
    assert opened.patient == "Patient/p1"
    assert opened.envelope["context"]["selections"] == ["MedicationRequest/order-1"]
    assert opened.envelope["prefetch"]["none"] is None
    assert opened.envelope["prefetch"]["page"] == "<html>"
    assert opened.envelope == open_input(body(request)).envelope
    assert pointers(opened) == pointers(open_input(body(request)))


def test_fhir_r13_unknown_types_are_sites_that_are_not_read() -> None:
    opened = open_input(bundle({"resourceType": "Foo", "id": "1"}, {"id": "2"}, {"resourceType": 5}))
    assert [site.problem for site in opened.sites] == ["type-not-read", "unreadable", "unreadable"]


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (" , ", " : ")])
@pytest.mark.parametrize("turned", [False, True])
def test_bundles_open_alike_however_they_are_written(separators: tuple[str, str], turned: bool) -> None:
    entries: list[dict[str, Any]] = [
        {"fullUrl": "https://server.example/Patient/p1", "resource": PATIENT, "search": {"mode": "match"}},
        {"fullUrl": "urn:uuid:é", "resource": creatinine("o", note=[{"text": "é\u2028"}])},
        {"resource": order(contained=[{"resourceType": "Medication", "id": "m"}])},
        {"resource": creatinine(""), "request": {"method": "PUT", "url": "Observation/o"}},
        {"resource": {"id": "late", "resourceType": "Observation"}, "fullUrl": "x"},
        {"resource": bundle(creatinine("inner"))},
        {"resource": {"resourceType": "Claim", "id": "1"}},
    ]
    source: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": entries}
    if turned:
        source = dict(reversed(source.items()))
    for ascii_only in (False, True):
        text = json.dumps(source, separators=separators, ensure_ascii=ascii_only).encode()
        opened, expected = open_input(text), open_input(source)
        assert [(one.pointer, one.key, one.full_url, one.problem, one.bundle) for one in opened.sites] == [
            (one.pointer, one.key, one.full_url, one.problem, one.bundle) for one in expected.sites
        ]
        assert [one.data for one in opened.sites] == [one.data for one in expected.sites]
        assert opened.supply == expected.supply


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"type":"searchset"', b'"type":"searchset","type":"searchset"'),
        (b'"fullUrl":"a"', b'"fullUrl":"a","fullUrl":"a"'),
        (b'"resource":{"', b'"resource":{},"resource":{"'),
        (b'"entry":[', b'"entry":[],"entry":['),
    ],
)
def test_a_key_twice_is_seen_in_bundles_of_the_usual_form(before: bytes, after: bytes) -> None:
    source = {"resourceType": "Bundle", "type": "searchset", "entry": [{"fullUrl": "a", "resource": PATIENT}]}
    text = json.dumps(source, separators=(",", ":")).encode()
    assert len(open_input(text).sites) == 1
    with pytest.raises(InputError) as refused:
        open_input(text.replace(before, after, 1))
    assert refused.value.code == "duplicate-key"


def test_the_outline_of_a_resource_agrees_with_its_data() -> None:
    source = creatinine(extension=[{"url": "x"}], component=[{"code": {"text": "y"}}])
    raw, parsed = open_input(body(source)).sites[0], open_input(source).sites[0]
    outline = dict(raw.outline)
    assert set(outline) == {"code", "component", "subject", "status", "extension"}
    for name in ("code", "component", "subject", "status"):
        assert outline[name] == source[name]
    assert parsed.outline is source
    assert raw.data == parsed.data
    assert raw.outline == raw.data


def test_evidence_keys_do_not_depend_on_the_form_of_the_input() -> None:
    source = bundle(creatinine("", value=72.5))
    keys = {
        open_input(form).sites[0].key
        for form in (source, body(source), json.dumps(source), bundle(creatinine("", value=Decimal("72.50"))))
    }
    assert len(keys) == 1


# Limits and refusals


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"\xef\xbb\xbf{}", "byte-order-mark"),
        (b'{"resourceType": "\xff"}', "not-utf-8"),
        ('{"a": "é"}'.encode("utf-16"), "not-utf-8"),
        (b"", "not-json"),
        (b"nonsense", "not-json"),
        (b'{"a": 1} x', "not-json"),
        (b'{"a": "\x01"}', "not-json"),
        (b'{"resourceType": "Observation", "valueInteger": NaN}', "not-a-number"),
        (b'{"resourceType": "Observation", "valueInteger": -Infinity}', "not-a-number"),
        (b'{"resourceType": "Observation", "valueString": "\\ud800"}', "lone-surrogate"),
        (b'{"resourceType": "Observation", "valueString": "\\\\\\udc00"}', "lone-surrogate"),
        ('{"a": "\ud800"}', "lone-surrogate"),
        (b"[" * 100_000, "too-deep"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "too-deep"),
        (b'{"resourceType": "Observation", "valueInteger": ' + b"1" * 41 + b"}", "number-too-long"),
        (b'{"resourceType": "Observation", "valueInteger": ' + b"1" * 5000 + b"}", "number-too-long"),
        (b'{"resourceType": "Observation", "valueString": "' + b"x" * (1024 * 1024 + 1) + b'"}', "string-too-long"),
        (b" " * (8 * 1024 * 1024 + 1), "too-large"),
        (b"3", "no-resource"),
        (b'"x"', "no-resource"),
        (b"null", "no-resource"),
        (3, "no-resource"),
        (None, "no-resource"),
    ],
)
def test_lc19_input_over_a_limit_is_refused_as_a_whole(source: Any, code: str) -> None:
    with pytest.raises(InputError) as refused:
        open_input(source)
    assert refused.value.code == code


def test_lc19_brackets_and_digits_in_texts_are_no_nesting_and_no_numbers() -> None:
    text = "[" * 200 + "1" * 200 + " , 1111111111" + "2" * 50 + '\\" {'
    opened = open_input(b'{"resourceType": "Observation", "id": "a", "valueString": "' + text.encode() + b'"}')
    assert len(opened.sites) == 1


def test_lc19_escaped_pairs_are_whole_characters() -> None:
    assert open_input(b'{"resourceType": "Observation", "valueString": "\\ud83d\\ude00 \\\\ud800"}').sites


def test_lc19_nesting_of_64_is_read() -> None:
    deep = b'{"resourceType":"Observation","x":' + b"[" * 63 + b"]" * 63 + b"}"
    assert open_input(deep).sites
    with pytest.raises(InputError, match="nested"):
        open_input(deep.replace(b"[", b"[[", 1).replace(b"]", b"]]", 1))


def test_lc19_more_entries_than_allowed_are_refused() -> None:
    source = bundle(*[PATIENT] * 11)
    assert len(open_input(source, limits=Limits(entries=11)).sites) == 11
    for form in (source, body(source)):
        with pytest.raises(InputError) as refused:
            open_input(form, limits=Limits(entries=10))
        assert refused.value.code == "too-many-entries"


@pytest.mark.parametrize(
    "source",
    [
        b'{"resourceType": "Bundle", "entry": [], "entry": []}',
        b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}, "resource": null}]}',
        b'{"hook": "x", "hook": "y", "context": {}}',
        b'{"hook": "x", "prefetch": {"a": null, "a": null}}',
        b'{"hook": "x", "context": {"patientId": "1", "patientId": "2"}}',
        b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Bundle", "type": "a", "type": "b"}}]}',
    ],
)
@pytest.mark.parametrize("fast", [True, False])
def test_duplicate_keys_in_the_envelope_are_refused(source: bytes, fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "FAST", fast and decode.FAST)
    with pytest.raises(InputError) as refused:
        open_input(source)
    assert refused.value.code == "duplicate-key"


@pytest.mark.parametrize("fast", [True, False])
def test_duplicate_keys_in_a_resource_are_found_by_the_strict_check(
    fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "FAST", fast and decode.FAST)
    twice = b'{"resourceType": "Observation", "id": "a", "valueQuantity": {"value": 1, "value": 2}}'
    opened = open_input(
        b'{"resourceType": "Bundle", "entry": [{"resource": '
        + twice
        + b'}, {"resource": {"resourceType": "Patient"}}]}'
    )
    strict_check(opened, ["/entry/1/resource"])
    with pytest.raises(InputError) as refused:
        strict_check(opened, ["/entry/0/resource"])
    assert refused.value.code == "duplicate-key"
    assert refused.value.where == "/entry/0/resource"


@pytest.mark.parametrize("blank", [b" ", b"\n  ", b"\t", b"\r\n"])
def test_a_blank_before_a_colon_never_hides_a_key_that_stands_twice(blank: bytes) -> None:
    resource = b'{"resourceType":"MedicationRequest","id":"m","status"%s:"active","status":"cancelled"}' % blank
    opened = open_input(b'{"resourceType":"Bundle","entry":[{"resource":%s}]}' % resource)
    with pytest.raises(InputError) as refused:
        strict_check(opened, ["/entry/0/resource"])
    assert refused.value.code == "duplicate-key"


@pytest.mark.parametrize("blank", [b" ", b"\n  "])
def test_a_blank_before_a_colon_is_no_fault_of_its_own(blank: bytes) -> None:
    resource = b'{"resourceType":"MedicationRequest","id":"m","status"%s:"active","note":[{"text":"a\\" : b"}]}' % blank
    opened = open_input(b'{"resourceType":"Bundle","entry":[{"resource":%s}]}' % resource)
    strict_check(opened, ["/entry/0/resource"])


def test_strict_check_refuses_nan_and_depth_in_parsed_input() -> None:
    deep: Any = []
    for _ in range(100):
        deep = [deep]
    for value in (float("nan"), float("inf"), 1e300, 10**50, deep, "\ud800"):
        opened = open_input(creatinine(note=value))
        with pytest.raises(InputError):
            strict_check(opened, [""])


@pytest.mark.parametrize("number", [b"1e31", b"-1e400", b"1E-31", b"1.5e1000000"])
def test_lc19_a_number_with_a_huge_exponent_in_a_value_is_refused(number: bytes) -> None:
    source = body(bundle(PATIENT, creatinine(value=17))).replace(b'"value": 17', b'"value": ' + number)
    with pytest.raises(InputError) as refused:
        reading(source)
    assert refused.value.code == "exponent-too-large"
    assert refused.value.where == "/entry/1/resource"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, 10**50])
def test_lc19_numbers_over_the_limits_in_a_parsed_value_are_refused(value: Any) -> None:
    with pytest.raises(InputError):
        reading(bundle(PATIENT, creatinine(value=value)))


def test_a_huge_exponent_is_no_number_and_costs_nothing() -> None:
    started = time.process_time()
    opened = open_input(b'{"resourceType": "Observation", "valueQuantity": {"value": 1e1000000}}')
    data = opened.sites[0].data
    assert data is not None
    assert not isinstance(data["valueQuantity"]["value"], Decimal)
    assert time.process_time() - started < 1


def test_numbers_from_bytes_are_exact() -> None:
    data = open_input(b'{"resourceType": "Observation", "valueQuantity": {"value": 72.50}}').sites[0].data
    assert data is not None
    assert str(data["valueQuantity"]["value"]) == "72.50"


@pytest.mark.parametrize(
    "source",
    [b'{"secret": NaN}', b'{"secret', b'{"a": "secret\\ud800"}', {"resourceType": "Bundle", "entry": ["secret"] * 3}],
)
def test_no_value_of_the_input_stands_in_a_message(source: Any) -> None:
    with pytest.raises(InputError) as refused:
        open_input(source, limits=Limits(entries=2))
    assert "secret" not in str(refused.value)


def test_very_deep_parsed_input_is_refused_not_crashed() -> None:
    deep: Any = {"resourceType": "Patient"}
    for _ in range(5000):
        deep = {"resourceType": "Bundle", "entry": [{"resource": deep}]}
    with pytest.raises(InputError) as refused:
        open_input(deep)
    assert refused.value.code == "too-deep"


def test_models_are_opened_like_their_json() -> None:
    model = pytest.importorskip("fhir.resources.R4B.bundle")
    source = bundle(PATIENT, creatinine(value=0.9))
    opened = open_input(model.Bundle.model_validate(source))
    assert pointers(opened) == ["/entry/0/resource", "/entry/1/resource"]
    assert opened.sites[1].data == open_input(body(source)).sites[1].data
