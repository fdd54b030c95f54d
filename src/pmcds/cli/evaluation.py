"""demo, evaluate, explain, respond: from an input to cards."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmcds.cli import arguments as options
from pmcds.cli.output import Screen, print_json, screen
from pmcds.errors import InputError

if TYPE_CHECKING:
    from pmcds.result import Result

DONE = 0


def add_commands(commands: Any) -> None:
    """Add demo, evaluate, explain and respond."""
    demo = options.command(commands, "demo", run_demo, "a worked patient, from bundle to cards, offline")
    options.add_engine_options(demo)

    evaluate = options.command(commands, "evaluate", run_evaluate, "cards and ledger for a patient's FHIR data")
    evaluate.add_argument("bundle", metavar="BUNDLE.json", help="a Bundle or a resource; - for standard input")
    _add_question(evaluate)
    evaluate.add_argument("--html", metavar="OUT.html", type=Path, help="write the cards as a page, too")
    evaluate.add_argument(
        "--passport", action="store_true", help="each gene, what it means, and the drugs it matters for"
    )

    explain = options.command(commands, "explain", run_explain, "every stage, and why each rule spoke or kept silent")
    explain.add_argument("bundle", metavar="BUNDLE.json", help="a Bundle or a resource; - for standard input")
    _add_question(explain)
    explain.add_argument("--rule", metavar="ID", help="only this rule")
    explain.add_argument("--findings", action="store_true", help="only what was read: places, conflicts, repairs")

    respond = options.command(commands, "respond", run_respond, "a CDS Hooks request from a file, the response printed")
    respond.add_argument("service", metavar="SERVICE", help="id of a service, as the discovery document lists it")
    respond.add_argument("request", metavar="REQUEST.json", help="the request; - for standard input")
    options.add_engine_options(respond)


def _add_question(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--order", metavar="NAME|FILE.json", help="judge this drug or MedicationRequest only")
    parser.add_argument("--patient", metavar="ID", help="the patient in question, where the input holds several")
    options.add_engine_options(parser)


def run_demo(arguments: argparse.Namespace) -> int:
    """Evaluate the worked patient and show every step that matters."""
    from pmcds.cli.demo import worked_patient

    name, data = worked_patient()
    result = options.engine(arguments).evaluate(data, now=arguments.now)
    if arguments.json:
        print_json(result.report())
        return DONE
    shown = screen()
    shown.line(f"A worked patient, read from {name}.")
    _show(shown, result)
    for rule in _rules_that_spoke(result):
        shown.heading(f"Why {rule}")
        shown.write(result.why(rule).rstrip() + "\n")
    return DONE


def run_evaluate(arguments: argparse.Namespace) -> int:
    """Evaluate one input and show cards and ledger, or the passport."""
    if arguments.passport:
        return _run_passport(arguments)
    result = _evaluate(arguments)
    if arguments.html is not None:
        from pmcds.cli.page import page

        arguments.html.write_text(page(result), encoding="utf-8")
    if arguments.json:
        print_json(result.report())
        return DONE
    _show(screen(), result)
    return DONE


def _run_passport(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from pmcds.cli.passports import passport_page, show_passport
    from pmcds.passport import passport

    data = _data(arguments)
    now = arguments.now or datetime.now(UTC)
    made = passport(options.engine(arguments), data, patient=arguments.patient, now=now)
    if arguments.html is not None:
        arguments.html.write_text(passport_page(made), encoding="utf-8")
    if arguments.json:
        print_json(made.to_dict())
    else:
        show_passport(screen(), made)
    return DONE


def run_explain(arguments: argparse.Namespace) -> int:
    """Show the stages of one evaluation."""
    from pmcds.cli.text import closing_line, show_findings, show_ledger

    result = _evaluate(arguments)
    if arguments.findings:
        return _explain_findings(result, arguments)
    rules = [arguments.rule] if arguments.rule else _rules(result)
    why = {rule: result.why(rule) for rule in rules}
    if arguments.json:
        print_json({"why": why, **result.report()})
        return DONE
    shown = screen()
    if not arguments.rule:
        show_findings(shown, result.findings)
        show_ledger(shown, result.ledger)
    for rule, reasons in why.items():
        shown.heading(f"Why {rule}")
        shown.write(reasons.rstrip() + "\n")
    shown.line()
    shown.line(closing_line(result))
    return DONE


def _explain_findings(result: Result, arguments: argparse.Namespace) -> int:
    from pmcds.cli.findings import show_read, to_json

    if arguments.json:
        print_json(to_json(result))
    else:
        show_read(screen(), result, arguments.bundle)
    return DONE


def run_respond(arguments: argparse.Namespace) -> int:
    """Answer one CDS Hooks request; the response is always JSON."""
    request = options.read_bytes(arguments.request)
    print_json(options.engine(arguments).respond(arguments.service, request, now=arguments.now))
    return DONE


def _data(arguments: argparse.Namespace) -> bytes:
    data = options.read_bytes(arguments.bundle)
    if not data.strip():
        raise InputError("empty", "the input is empty", mend="give a FHIR Bundle or resource as JSON")
    return data


def _evaluate(arguments: argparse.Namespace) -> Result:
    data = _data(arguments)
    order = options.order(arguments.order) if arguments.order else None
    return options.engine(arguments).evaluate(data, order, patient=arguments.patient, now=arguments.now)


def _show(shown: Screen, result: Result) -> None:
    from pmcds.cli.text import show_result

    show_result(shown, result)


def _rules(result: Result) -> list[str]:
    return list(dict.fromkeys(line.rule for line in result.ledger.orders if line.rule is not None))


def _rules_that_spoke(result: Result) -> list[str]:
    spoken = {rule for card in result.cards for _, rule in card.lines if rule is not None}
    return [rule for rule in _rules(result) if rule in spoken]
