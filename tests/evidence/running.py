"""The runs behind the records: those in numbered steps, and those that are one piece."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from functools import partial
from tempfile import TemporaryDirectory

from tests.evidence import steps
from tests.evidence.determinism import determinism_step
from tests.evidence.goldens import ROOT, bundles, requests, whole
from tests.evidence.hazard_log import HAZARDS as HAZARD_LOG
from tests.evidence.hazard_log import THREATS as THREAT_LOG
from tests.evidence.hazard_log import named_tests, rows
from tests.evidence.memory import memory_step
from tests.evidence.mutants import files
from tests.evidence.soak import soak_run
from tests.evidence.stepping import Order, Run, Step, drive
from tests.evidence.worst import DOUBLINGS, Meter, corpus, doubling

STEPS: dict[str, Step] = {
    "TB-01": steps.torture_step,
    "TB-02": steps.relations_step,
    "TB-03": steps.differential_step,
    "TB-04": steps.fuzz_step,
    "TB-09": steps.injection_step,
    "TB-10": steps.canary_step,
    "TB-15": memory_step,
    "TB-17": determinism_step,
    "TB-21": steps.crosstalk_step,
}


def stepwise(step: Step, order: Order) -> Run:
    """A run in numbered steps; whatever is loaded or built on first use is there before it begins."""
    whole().warmup()
    for golden in (*bundles(), *requests()):
        whole().of(golden).report()
    return drive(step, order)


def log_run(_: Order) -> Run:
    """TB-07: every test that a row of the logs names ran and passed."""
    wanted = named_tests()
    nodes = sorted({node.partition("[")[0].removesuffix("::") for tests in wanted.values() for node in tests})
    with TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.xml")
        options = ["-q", "-m", "", "-p", "no:cacheprovider", f"--junit-xml={report}"]
        command = [sys.executable, "-m", "pytest", *options, *nodes]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if not os.path.exists(report):
            return Run(0, [f"the tests did not run: {done.stdout[-200:]} {done.stderr[-200:]}"])
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    return log_result(wanted, cases)


def log_result(wanted: dict[str, list[str]], cases: list[ElementTree.Element]) -> Run:
    """For each row whether every test that it names passed; one that was skipped has not."""
    passed, failed = set[str](), set[str]()
    for case in cases:
        # The file is all of the class name but for classes, of which the tests have none.
        name = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name', '').partition('[')[0]}"
        if case.find("failure") is not None or case.find("error") is not None:
            failed.add(name)
        elif case.find("skipped") is None:
            passed.add(name)
    run = Run(len(cases))
    good = passed - failed
    opened = {number for path in (HAZARD_LOG, THREAT_LOG) for number, row in rows(path).items() if row.get("open")}
    whole_rows = 0
    for number, tests in wanted.items():
        bad = [node for node in tests if not _passed(node.partition("[")[0], good, failed)]
        if bad:
            run.failures.append(f"{number} failed or did not run: {', '.join(bad)}")
        elif not tests:
            run.failures.append(f"{number} names no test") if number not in opened else None
        else:
            whole_rows += 1
    run.figures = {
        "rows": len(wanted),
        "rows with passing tests": whole_rows,
        "of these open in part": len([number for number in opened if wanted[number]]),
        "tests": len(cases),
    }
    return run


def _passed(node: str, good: set[str], failed: set[str]) -> bool:
    """True if the test passed; if a whole file is named, some test of it passed and none failed."""
    if not node.endswith("::"):
        return node in good
    return any(one.startswith(node) for one in good) and not any(one.startswith(node) for one in failed)


def worst_run(_: Order) -> Run:
    """TB-16: the corpus of costly bodies, and doubling."""
    run = Run()
    with Meter() as meter:
        for name, body in corpus():
            run.cases += 1
            wrong = meter.too_much(name, body)
            if wrong:
                run.failures.append(wrong)
    for kind, make in DOUBLINGS.items():
        run.cases += 1
        factor = round(doubling(make, 1000), 2)
        run.figures[f"doubling {kind}"] = factor
        if factor > 2.5:
            run.failures.append(f"doubling {kind}: factor {factor}")
    return run


def mutation_run(order: Order) -> Run:
    """TB-05: mutants in random order until the time is over."""
    with TemporaryDirectory() as folder:
        out = os.path.join(folder, "mutants.json")
        command = [
            sys.executable,
            "scripts/mutate",
            "--minutes",
            str(order.seconds / 60),
            "--seed",
            str(order.seed),
            "--out",
            out,
        ]
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


def coverage_run(_: Order) -> Run:
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


RUNS: dict[str, Callable[[Order], Run]] = {
    **{battery: partial(stepwise, step) for battery, step in STEPS.items()},
    "TB-05": mutation_run,
    "TB-07": log_run,
    "TB-12": soak_run,
    "TB-16": worst_run,
    "TB-19": coverage_run,
}
