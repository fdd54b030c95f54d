"""Services and discovery (D), and the prefetch templates that rules need (P1 to P5, K5)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from markdown_it import MarkdownIt

from pmcds.hooks import HOOKS, PROFILES, discovery, jwt_values, prefetch_table, service_named, services, services_of
from pmcds.hooks.check_discovery import check_template
from pmcds.hooks.conformance import check_message
from pmcds.hooks.services import TEMPLATES, Service
from pmcds.model.answers import Subject
from pmcds.model.rules import Rule


def _rule(*subjects: Subject, hooks: tuple[str, ...] = ("order-sign", "patient-view"), **changes: Any) -> Rule:
    members: dict[str, Any] = {
        "id": "a/b/c",
        "title": "t",
        "version": 1,
        "status": "active",
        "source": "cpic",
        "why": "w",
        "hooks": hooks,
        "drugs": ("clopidogrel",),
        "subjects": subjects or (Subject("phenotype", "CYP2C19"),),
        "populations": (),
        "evidence": {},
    }
    return Rule(**(members | changes))


class _Codes:
    """A terminology with `count` codes for each subject, none for subjects called unlisted."""

    def __init__(self, count: int = 2) -> None:
        self.count = count

    def codes_of(self, kind: str, subject: str) -> tuple[tuple[str, str, str], ...]:
        if subject == "unlisted":
            return ()
        return tuple(("http://loinc.org", f"{kind}-{subject}-{number}", "x") for number in range(self.count))


ALL_HOOKS = tuple(HOOKS)


def _offered(*rules: Rule, terms: object = None) -> dict[str, Service]:
    return {service.hook: service for service in services_of(rules, terms)}


def test_hooks_d02_no_rules_give_no_services() -> None:
    assert services(()) == {"services": []}
    assert check_message("discovery", services(())) == []


def test_hooks_d01_to_d12_the_document_passes_the_checklist() -> None:
    document = services([_rule(hooks=ALL_HOOKS)], _Codes())
    assert check_message("discovery", json.dumps(document)) == []
    assert {service["hook"] for service in document["services"]} == set(ALL_HOOKS)


def test_hooks_d11_sb08_ids_differ() -> None:
    ids = [service["id"] for service in services([_rule(hooks=ALL_HOOKS)])["services"]]
    assert len(set(ids)) == len(ids) == len(ALL_HOOKS)
    assert all(service_named(name).id == name for name in ids)


def test_hooks_d05_description_reads_the_same_as_plain_text_and_as_markdown() -> None:
    for service in services([_rule(hooks=ALL_HOOKS)])["services"]:
        for text in (service["description"], service["usageRequirements"]):
            assert MarkdownIt().enable("table").render(text) == f"<p>{text}</p>\n"


def test_hooks_d07_prefetch_is_never_empty() -> None:
    service = Service("x", "order-sign", "t", "d", {})
    assert "prefetch" not in discovery([service])["services"][0]


def test_hooks_d09_d10_k01_k02_versions() -> None:
    offered = services_of([_rule()])
    assert {s["version"] for s in discovery(offered)["services"]} == {"2.0.1"}
    assert "hookVersion" not in discovery(offered)["services"][0]
    assert "version" not in discovery(offered, version=None)["services"][0]
    newest = discovery(offered, version="3.0.0", hook_versions=True)
    assert check_message("discovery", newest) == []
    assert newest["services"][0]["hookVersion"] == "1.0"


def test_hooks_d14_every_template_passes_the_rules_of_its_hook() -> None:
    for service in services_of([_rule(Subject("laboratory", "x"), Subject("cancer", "y"), hooks=ALL_HOOKS)], _Codes()):
        for template in service.prefetch.values():
            assert list(check_template(template, service.hook)) == []
    for hook in HOOKS:
        for template in TEMPLATES.values():
            assert list(check_template(template, hook)) == []


def test_hooks_d15_the_same_rules_give_the_same_bytes_in_any_order() -> None:
    rules = [_rule(Subject("phenotype", name), hooks=ALL_HOOKS) for name in ("B", "A", "C")]
    assert json.dumps(services(rules, _Codes())) == json.dumps(services(rules[::-1], _Codes()))


def test_hooks_s24_only_what_rules_read_is_asked_for() -> None:
    laboratory = _rule(Subject("laboratory", "potassium"), drugs=())
    assert list(_offered(laboratory)["order-sign"].prefetch) == ["patient", "observations"]
    both = _offered(laboratory, _rule())["order-sign"].prefetch
    assert list(both) == list(TEMPLATES)
    condition = _rule(Subject("condition", "stroke"), drugs=())
    assert list(_offered(condition)["order-sign"].prefetch) == ["patient", "conditions"]


def test_hooks_p05_codes_of_the_rules_limit_the_query() -> None:
    query = _offered(_rule(), terms=_Codes())["order-sign"].prefetch["observations"]
    assert query == ("Observation?patient={{context.patientId}}&code=phenotype-CYP2C19-0,phenotype-CYP2C19-1")


def test_hooks_p05_many_codes_make_several_queries_and_too_many_make_one_without() -> None:
    prefetch = _offered(_rule(), terms=_Codes(200))["order-sign"].prefetch
    names = [name for name in prefetch if name.startswith("observations")]
    assert names == ["observations", "observations2", "observations3"]
    assert all(len(prefetch[name]) <= 1800 for name in names)
    asked = [code for name in names for code in prefetch[name].split("&code=")[1].split(",")]
    assert len(set(asked)) == len(asked) == 200
    assert _offered(_rule(), terms=_Codes(2000))["order-sign"].prefetch["observations"] == TEMPLATES["observations"]


def test_hooks_p05_a_subject_without_codes_is_told_to_the_site() -> None:
    rules = (_rule(), _rule(Subject("biomarker", "unlisted")))
    service = _offered(*rules, terms=_Codes())["order-sign"]
    assert service.usage.endswith("No code is known for results on unlisted.")
    assert "codes of your own" in service.usage
    assert "code" not in _offered(*rules)["order-sign"].usage
    alone = _offered(_rule(Subject("biomarker", "unlisted")), terms=_Codes())["order-sign"]
    assert alone.prefetch["observations"] == TEMPLATES["observations"], "what cannot be asked for by code is asked for"


def test_hooks_k05_order_data_are_required_only_if_every_rule_needs_them() -> None:
    assert _offered(_rule())["patient-view"].required == ("medications",)
    assert _offered(_rule(), _rule(drugs=()))["patient-view"].required == ()
    assert _offered(_rule())["order-sign"].required == ()
    assert "medications" in _offered(_rule())["patient-view"].usage
    assert "draftOrders" in _offered(_rule())["order-sign"].usage


def test_hooks_ep02_the_table_for_an_analyst_has_only_hooks_that_the_client_calls() -> None:
    offered = services_of([_rule(hooks=ALL_HOOKS)])
    rows = prefetch_table(offered, PROFILES["epic"])
    assert {row.hook for row in rows} == {"order-select", "order-sign", "patient-view"}
    assert {row.hook for row in prefetch_table(offered)} == set(ALL_HOOKS)
    [patient] = [row for row in rows if row.hook == "order-sign" and row.key == "patient"]
    assert patient == ("pmcds-order-sign", "order-sign", "patient", "Patient/{{context.patientId}}", "Patient", False)


def test_hooks_ep02_j06_audiences_are_exact_addresses() -> None:
    values = jwt_values(services_of([_rule()], hooks=("order-sign",)), "https://cds.example.org/")
    assert values == (
        ("aud", "https://cds.example.org/cds-services"),
        ("aud", "https://cds.example.org/cds-services/pmcds-order-sign"),
        ("aud", "https://cds.example.org/cds-services/pmcds-order-sign/feedback"),
    )


@pytest.mark.parametrize(
    ("template", "rule"),
    [
        ("https://ehr.example.org/Patient/1", "P1"),
        ("/Patient/1", "P1"),
        ("Patient", "P1"),
        ("Observation?code=", "P1"),
        ("Patient/{{patientId}}", "P2"),
        ("Patient/{{context.draftOrders}}", "P2"),
        ("Patient/{{context.patientId}", "P2"),
        ("Patient/{{context.draftOrders.entry}}", "P4"),
        ("Observation?date=ge{{today()}}", "P4"),
        ("Observation?patient={{%patient.id}}", "P4"),
        ("Observation?patient={{context.patientId}}&_include=Observation:subject", "P5"),
        ("Observation?subject.name=x", "P5"),
        ("Observation?sort:desc=date", "P5"),
        ("Observation?code:above=1", "P5"),
    ],
)
def test_hooks_p01_to_p05_templates_that_clients_cannot_use(template: str, rule: str) -> None:
    assert rule in {broken for broken, _, _ in check_template(template, "order-sign")}


@pytest.mark.parametrize(
    "template",
    [
        "Patient/{{context.patientId}}",
        "Practitioner/{{userPractitionerId}}",
        "Observation?patient={{context.patientId}}&code:in=http://x.org/vs&_count=10&_sort=-date&date=ge2020-01-01",
    ],
)
def test_hooks_p01_to_p05_k09_templates_that_every_client_can_use(template: str) -> None:
    assert list(check_template(template, "order-sign")) == []
