"""The numbered steps of the long runs: each names its inputs from seed and number, tries them, and tells what failed.

Nineteen steps of twenty ask the rules in question only, as a site may; the others ask every rule.
"""

from __future__ import annotations

import json
import random
from functools import cache
from typing import Any

import pmcds
from tests.evidence import relations_change, relations_loss, relations_more, relations_requests  # noqa: F401
from tests.evidence.bundles import Json
from tests.evidence.canaries import leaks
from tests.evidence.crosstalk import mixed_up
from tests.evidence.fuzz import Donor, donor, fuzz
from tests.evidence.goldens import (
    NOW,
    WHOLE,
    Golden,
    Watched,
    bundles,
    engine,
    judged_by,
    narrowed,
    of_all_rules,
    of_some_rules,
    requests,
    whole,
)
from tests.evidence.injection import CHROMIUM, in_browser, live, sample, told
from tests.evidence.relations import REGISTRY
from tests.evidence.stepping import Run
from tests.evidence.torture import EDITS, Tally, before, nodes, one_case
from tests.laws import check_laws
from tests.reference.differential import differences
from tests.reference.documents import listed, rules
from tests.reference.scenarios import as_fhir, random_facts

# Every node of every input has been edited when so many rounds over all inputs are done.
ROUNDS = 16


@cache
def inputs() -> tuple[Golden, ...]:
    """Every sample bundle, every sample request, and every test of every rule."""
    return (*bundles(), *requests(), *of_all_rules())


@cache
def _order(seed: int, length: int) -> tuple[int, ...]:
    """The order in which a run goes through its inputs: the samples first."""
    samples = len(bundles()) + len(requests())
    rest = list(range(samples, length))
    random.Random(seed).shuffle(rest)
    return (*range(samples), *rest)


def torture_step(seed: int, number: int) -> Run | None:
    """TB-01: a sixteenth of the nodes of one input, each in seven ways; sixteen rounds are every node of all inputs."""
    several = inputs()
    round_number, place = divmod(number, len(several))
    if round_number >= ROUNDS:
        return None
    golden = several[_order(seed, len(several))[place]]
    rng = random.Random(f"TB-01:{seed}:{golden.name}")
    places = nodes(golden.fresh())
    rng.shuffle(places)
    judge = of_some_rules(golden, random.Random(f"TB-01:{seed}:{number}"))
    tally = Tally()
    mine = places[round_number::ROUNDS]
    if mine:
        calm = before(judge.of(golden))
        for path in mine:
            for edit in EDITS:
                one_case(judge, golden, calm, path, edit, tally)
    figures: Json = {"inputs": 1 if round_number == 0 else 0, "by every rule": tally.cases if judge is whole() else 0}
    figures |= {
        f"refused {name.removeprefix('refused ')}": n for name, n in tally.verdicts.items() if "refused" in name
    }
    figures |= {name: n for name, n in tally.verdicts.items() if "refused" not in name}
    return Run(tally.cases, [f"TB-01:{seed}:{number} {' '.join(failure)}" for failure in tally.failures], figures)


class Door:
    """An evaluation in which every law holds. What the undisturbed input gives is worked out once for each engine."""

    def __init__(self, bundle: Any) -> None:
        self.bundle = bundle
        self.known: dict[tuple[int, frozenset[str]], pmcds.Result] = {}

    def __call__(self, source: Any, **options: Any) -> pmcds.Result:
        calm = source is self.bundle and not options
        key = (id(engine().settings), engine()._left_out)
        if calm and key in self.known:
            return self.known[key]
        result = engine().evaluate(source, **{"now": NOW, **options})
        check_laws(engine(), result)
        if calm:
            self.known[key] = result
        return result


def relation_input(rng: random.Random, golden: Golden | None = None) -> tuple[Json, Watched]:
    """An input, stated or random: a sample bundle, a rule's test, most often a random patient; and who judges it."""
    kind = rng.random()
    if golden is None and kind >= 0.7:
        golden = rng.choice(bundles() if kind < 0.75 else _without_hook())
    if golden is not None:
        return golden.fresh(), of_some_rules(golden, rng)
    facts = random_facts(rng)
    judge = narrowed(_rules_about(facts.orders, rng)) if rng.random() >= WHOLE else whole()
    return as_fhir(facts, whole().terms), judge


def relations_step(seed: int, number: int) -> Run:
    """TB-02: every relation on one input, a sample bundle, a rule's test or a random patient."""
    key = f"TB-02:{seed}:{number}"
    rng = random.Random(key)
    bundle, judge = relation_input(rng)
    run = Run()
    text = json.dumps(bundle)
    with judged_by(judge):
        door = Door(bundle)
        for relation in REGISTRY.values():
            try:
                applied = relation.check(door, bundle, random.Random(f"{key}:{relation.id}"))
            except (AssertionError, pmcds.InputError, pmcds.HookError, StopIteration) as error:
                run.failures.append(f"{relation.id} {key} {type(error).__name__} {str(error)[:160]}")
                applied = True
            run.cases += applied
            run.figures[relation.id] = int(applied)
    if json.dumps(bundle) != text:
        run.failures.append(f"{key}: a relation changed the input of the others")
    return run


@cache
def _without_hook() -> tuple[Golden, ...]:
    return tuple(golden for golden in of_all_rules() if golden.asked_by is None and golden.now == NOW)


@cache
def _about_drug() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, document in rules().items():
        for drug in listed(document["ask"].get("drug", [])):
            found.setdefault(drug, set()).add(name)
    return {drug: frozenset(names) for drug, names in found.items()}


@cache
def _about_patient() -> tuple[str, ...]:
    return tuple(name for name, document in rules().items() if "drug" not in document["ask"])


def _rules_about(drugs: Any, rng: random.Random) -> frozenset[str]:
    """The rules of these drugs, and some of those about the patient."""
    own = [_about_drug().get(drug, frozenset()) for drug in drugs]
    return frozenset(rng.sample(_about_patient(), min(4, len(_about_patient())))).union(*own)


def differential_step(seed: int, number: int) -> Run:
    """TB-03: two evaluators, one random patient."""
    key = f"TB-03:{seed}:{number}"
    facts = random_facts(random.Random(key))
    rng = random.Random(f"{key}:rules")
    if rng.random() < WHOLE:
        return Run(1, [f"{key} {what[:200]}" for what in differences(whole(), facts)], {"by every rule": 1})
    only = _rules_about((*facts.orders, *facts.taken), rng)
    return Run(1, [f"{key} {what[:200]}" for what in differences(narrowed(only), facts, only)], {"by every rule": 0})


@cache
def _donors() -> tuple[Donor, ...]:
    return tuple(donor(golden) for golden in (*bundles(), *random.Random("donors").sample(of_all_rules(), 200)))


def fuzz_step(seed: int, number: int) -> Run:
    """TB-04: forty edited copies of one input."""
    rng = random.Random(f"TB-04:{seed}:{number}")
    samples = (*bundles(), *requests())
    golden = rng.choice(samples if rng.random() < 0.05 else of_all_rules())
    judge = of_some_rules(golden, rng)
    run = Run(figures={"by every rule": 0})
    for case in range(40):
        key = f"TB-04:{seed}:{number}:{case}"
        wrong = fuzz(judge, golden, _donors(), key)
        run.cases += 1
        if wrong is not None:
            run.failures.append(f"{key} {golden.name} {wrong}")
    if judge is whole():
        run.figures["by every rule"] = run.cases
    return run


def injection_step(seed: int, number: int) -> Run:
    """TB-09: hostile texts in one string at a time of twenty inputs; what came out goes through a browser."""
    rng = random.Random(f"TB-09:{seed}:{number}")
    run = Run()
    details: set[str] = set()
    for _ in range(20):
        golden = rng.choice((*bundles(), *requests()) if rng.random() < 0.3 else of_all_rules())
        with judged_by(of_some_rules(golden, rng)):
            for _ in range(10):
                _, path, text = sample([golden], rng)
                response = told(golden, path, text)
                run.cases += 1
                run.failures += [
                    f"TB-09:{seed}:{number} {golden.name} {path} {text[:30]!r}: {x}" for x in live(response)
                ]
                details |= {card["detail"] for card in response["cards"] if "detail" in card}
    if CHROMIUM is not None:
        run.failures += [f"TB-09:{seed}:{number} browser: {what}" for what in in_browser(sorted(details))]
    run.figures = {"details in a browser": len(details) if CHROMIUM is not None else 0, "details": len(details)}
    return run


def canary_step(seed: int, number: int) -> Run:
    """TB-10: tokens in every text of one input, ten times; each second one is broken besides."""
    rng = random.Random(f"TB-10:{seed}:{number}")
    golden = rng.choice((*bundles(), *requests()) if rng.random() < 0.3 else of_all_rules())
    run = Run()
    with judged_by(of_some_rules(golden, rng)):
        for case in range(10):
            key = f"TB-10:{seed}:{number}:{case}"
            run.cases += 1
            run.failures += [f"{key} {golden.name}: {place}" for place in leaks(golden, key, broken=case % 2 == 1)]
    return run


def crosstalk_step(seed: int, number: int) -> Run:
    """TB-21: 200 calls by eight threads about two patients; each tenth pair is two of the sample bundles."""
    rng = random.Random(f"TB-21:{seed}:{number}")
    one, other = rng.sample(bundles() if number % 10 == 0 else _without_hook(), 2)
    with judged_by(of_some_rules(one, rng)):
        wrong = mixed_up(threads=8, calls=200, pair=(one, other))
    return Run(200, [f"TB-21:{seed}:{number} {one.name} {other.name}: {what}" for what in wrong[:5]])
