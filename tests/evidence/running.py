"""The long forms: each runs until its time is over, and tells how many cases it tried and what failed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any

import pmcds
from tests.evidence import relations_change, relations_loss, relations_more, relations_requests  # noqa: F401
from tests.evidence.canaries import leaks
from tests.evidence.crosstalk import mixed_up
from tests.evidence.determinism import digest, environments
from tests.evidence.fuzz import fuzz
from tests.evidence.goldens import NOW, ROOT, Golden, bundles, engine, of_rules, requests
from tests.evidence.hazard_log import HAZARDS as HAZARD_LOG
from tests.evidence.hazard_log import THREATS as THREAT_LOG
from tests.evidence.hazard_log import named_tests, rows
from tests.evidence.injection import CHROMIUM, in_browser, live, sample, told
from tests.evidence.mutants import files
from tests.evidence.relations import REGISTRY
from tests.evidence.torture import Tally, torture
from tests.evidence.worst import DOUBLINGS, corpus, doubling, too_much
from tests.laws import check_laws
from tests.reference.differential import run as differential
from tests.reference.scenarios import as_fhir, random_facts


@dataclass
class Run:
    """What one run found; `figures` are further numbers worth keeping."""

    cases: int = 0
    failures: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


def _until(seconds: float) -> Iterator[int]:
    """Numbers until the time is over, at least one."""
    end = time.monotonic() + seconds
    number = 0
    while number == 0 or time.monotonic() < end:
        yield number
        number += 1


def torture_run(seconds: float, seed: int) -> Run:
    """TB-01: all sample inputs, then rule tests in random order."""
    tally = Tally()
    order = list(of_rules())
    random.Random(seed).shuffle(order)
    several: list[Golden] = [*bundles(), *requests(), *order]
    for number in _until(seconds):
        if number == len(several):
            break
        torture(engine(), several[number], tally)
    failures = [" ".join(failure) for failure in tally.failures]
    return Run(tally.cases, failures, {"inputs": min(number, len(several)), "verdicts": dict(tally.verdicts)})


def _door(source: Any, **options: Any) -> pmcds.Result:
    result = engine().evaluate(source, **{"now": NOW, **options})
    check_laws(engine(), result)
    return result


def relation_input(key: str) -> Any:
    """The input of one round of relations: a sample bundle, or a random patient."""
    rng = random.Random(key)
    return rng.choice(bundles()).fresh() if rng.random() < 0.2 else as_fhir(random_facts(rng), engine().terms)


def relations_run(seconds: float, seed: int) -> Run:
    """TB-02: every relation in turn, on sample bundles and random patients."""
    run = Run(figures=dict.fromkeys(REGISTRY, 0))
    for number in _until(seconds):
        key = f"TB-02:{seed}:{number}"
        bundle = relation_input(key)
        for relation in REGISTRY.values():
            if relation.id == "M59" and number % 25:
                continue  # compiles a rule pack of its own
            try:
                applied = relation.check(_door, bundle, random.Random(f"{key}:{relation.id}"))
            except (AssertionError, pmcds.InputError, pmcds.HookError) as error:
                run.failures.append(f"{relation.id} {key} {str(error)[:160]}")
                applied = True
            run.cases += applied
            run.figures[relation.id] += applied
    return run


def differential_run(seconds: float, seed: int) -> Run:
    """TB-03: two evaluators."""
    run = Run()
    numbers = _until(seconds)
    next(numbers)
    for index, _, wrong in differential(engine(), seed):
        run.cases += 1
        run.failures += [f"TB-03:{seed}:{index} {what[:200]}" for what in wrong]
        if next(numbers, None) is None:
            break
    return run


def fuzz_run(seconds: float, seed: int) -> Run:
    """TB-04: structure-aware fuzz."""
    run = Run()
    several = [*bundles(), *requests(), *random.Random(seed).sample(list(of_rules()), 60)]
    donors = [golden.fresh() for golden in bundles()]
    for number in _until(seconds):
        golden = several[number % len(several)]
        key = f"TB-04:{seed}:{golden.name}:{number}"
        wrong = fuzz(engine(), golden, donors, key)
        run.cases += 1
        if wrong is not None:
            run.failures.append(f"{key} {wrong}")
    return run


def log_run(seconds: float, seed: int) -> Run:
    """TB-07: every test that the logs name passes."""
    wanted = named_tests()
    nodes = sorted({node.partition("[")[0].removesuffix("::") for tests in wanted.values() for node in tests})
    with TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.xml")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            "",
            "-p",
            "no:cacheprovider",
            f"--junit-xml={report}",
            *nodes,
        ]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        cases = list(ElementTree.parse(report).getroot().iter("testcase")) if os.path.exists(report) else []
    passed, failed = set[str](), set[str]()
    for case in cases:
        name = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name', '').partition('[')[0]}"
        if case.find("failure") is not None or case.find("error") is not None:
            failed.add(name)
        elif case.find("skipped") is None:
            passed.add(name)
    run = Run(len(cases))
    whole = passed - failed
    opened = {number for path in (HAZARD_LOG, THREAT_LOG) for number, row in rows(path).items() if row.get("open")}
    for number, tests in wanted.items():
        names = {node.partition("[")[0] for node in tests}
        files = {name.partition("::")[0] for name in names if name.endswith("::")}
        bad = sorted(names & failed)
        good = names & whole or any(one.startswith(file) for one in whole for file in files)
        if bad:
            run.failures.append(f"{number} {', '.join(bad)}")
        elif not good and number not in opened:
            run.failures.append(f"{number} no test ran")
    run.figures = {"rows": len(wanted), "open": sorted(opened)}
    return run


def canary_run(seconds: float, seed: int) -> Run:
    """TB-10: tokens in every text."""
    run = Run()
    several = [*bundles(), *requests()]
    for number in _until(seconds):
        golden = several[number % len(several)]
        key = f"TB-10:{seed}:{number}"
        run.cases += 1
        run.failures += [f"{key} {golden.name}: {place}" for place in leaks(golden, key, broken=number % 2 == 1)]
    return run


def worst_run(seconds: float, seed: int) -> Run:
    """TB-16: the corpus of costly bodies, and doubling."""
    run = Run()
    for name, body in corpus():
        run.cases += 1
        wrong = too_much(name, body)
        if wrong:
            run.failures.append(wrong)
    for kind, make in DOUBLINGS.items():
        run.cases += 1
        factor = round(doubling(make, 1000), 2)
        run.figures[f"doubling {kind}"] = factor
        if factor > 2.5:
            run.failures.append(f"doubling {kind}: factor {factor}")
    return run


def determinism_run(seconds: float, seed: int) -> Run:
    """TB-17: environments in random order until the time is over, by every interpreter that PMCDS_PYTHONS names."""
    run = Run()
    pythons = [sys.executable, *filter(None, os.environ.get("PMCDS_PYTHONS", "").split(os.pathsep))]
    several = list(environments(seeds=20, zones=4, locales=3))
    random.Random(seed).shuffle(several)
    digests: dict[str, str] = {}
    for number in _until(seconds):
        if number == len(several):
            break
        python = pythons[number % len(pythons)]
        digests.setdefault(digest(several[number], python), f"{several[number]} {python}")
        run.cases += 1
    run.figures = {"environments": len(several), "interpreters": len(pythons)}
    if len(digests) > 1:
        run.failures = [f"{found[:12]} in {where}" for found, where in digests.items()]
    return run


def crosstalk_run(seconds: float, seed: int) -> Run:
    """TB-21: batches of calls by eight threads."""
    run = Run()
    for _ in _until(seconds):
        run.failures += mixed_up(threads=8, calls=400)
        run.cases += 400
    return run


def injection_run(seconds: float, seed: int) -> Run:
    """TB-09: one hostile text in one string at a time; what came out goes through a browser at the end."""
    run = Run()
    several = [*bundles(), *requests()]
    details: set[str] = set()
    for number in _until(seconds):
        golden, path, text = sample(several, random.Random(f"TB-09:{seed}:{number}"))
        response = told(golden, path, text)
        run.cases += 1
        run.failures += [f"TB-09:{seed}:{number} {golden.name} {path}: {what}" for what in live(response)]
        details |= {card["detail"] for card in response["cards"] if "detail" in card}
    if CHROMIUM is not None:
        run.failures += [f"browser: {what}" for what in in_browser(sorted(details))]
    run.figures = {"details": len(details), "browser": CHROMIUM is not None}
    return run


def mutation_run(seconds: float, seed: int) -> Run:
    """TB-05: mutants in random order until the time is over."""
    with TemporaryDirectory() as folder:
        out = os.path.join(folder, "mutants.json")
        command = [sys.executable, "scripts/mutate", "--minutes", str(seconds / 60), "--seed", str(seed), "--out", out]
        subprocess.run([*command, "--reach", out + ".reach"], cwd=ROOT, capture_output=True, check=False)
        return mutation_result(out)


def mutation_result(path: str) -> Run:
    """What a run of scripts/mutate found; a survivor without an explanation is a failure."""
    with open(path, encoding="utf-8") as file:
        found = json.load(file)
    rows = found["rows"]
    explained = json.loads((ROOT / "docs" / "evidence" / "survivors.json").read_text(encoding="utf-8"))
    lives = [row for row in rows if row["said"].startswith(("survived", "no "))]
    killed = len(rows) - len(lives)
    share = round(100 * killed / len(rows), 1) if rows else 0
    failures = [f"{row['said']}: {row['key']}" for row in lives if row["key"] not in explained]
    figures = {"mutants": found["all"], "killed": killed, "percent": share, "tests": found["tests"]}
    return Run(len(rows), failures, figures | {"explained": len(lives) - len(failures)})


def coverage_run(seconds: float, seed: int) -> Run:
    """TB-19: branch coverage of the decision core by the tests that mutation testing uses."""
    with TemporaryDirectory() as folder:
        out = os.path.join(folder, "none.json")
        command = [sys.executable, "scripts/mutate", "--minutes", "0", "--out", out, "--reach", out + ".reach"]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        return coverage_result(out + ".reach.coverage")


def coverage_result(data: str) -> Run:
    """Branch coverage of each file of the core; a file below 100 % is a failure."""
    import coverage

    measured = coverage.Coverage(data_file=data, branch=True)
    measured.load()
    with TemporaryDirectory() as folder:
        out = os.path.join(folder, "coverage.json")
        measured.json_report(outfile=out, include=[str(path) for path in files()])
        with open(out, encoding="utf-8") as file:
            report = json.load(file)
    total = report["totals"]
    below = {name: one["summary"] for name, one in report["files"].items() if one["summary"]["percent_covered"] < 100}
    failures = [f"{name}: {round(one['percent_covered'], 1)} %" for name, one in below.items()]
    figures = {
        "files": len(report["files"]),
        "percent": round(total["percent_covered"], 1),
        "branches": total["num_branches"],
        "branches missed": total["missing_branches"],
        "lines missed": total["missing_lines"],
    }
    return Run(total["num_branches"], failures, figures)


RUNS: dict[str, Callable[[float, int], Run]] = {
    "TB-01": torture_run,
    "TB-02": relations_run,
    "TB-03": differential_run,
    "TB-04": fuzz_run,
    "TB-05": mutation_run,
    "TB-07": log_run,
    "TB-09": injection_run,
    "TB-10": canary_run,
    "TB-16": worst_run,
    "TB-17": determinism_run,
    "TB-19": coverage_run,
    "TB-21": crosstalk_run,
}
