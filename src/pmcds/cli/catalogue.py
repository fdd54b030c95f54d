"""phenotype, rules, drugs, genes, coverage, prefetch: what is known, from which source, in which version."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmcds.cli import arguments as options
from pmcds.cli.attributes import show_attributes
from pmcds.cli.output import print_json, screen
from pmcds.errors import InputError

if TYPE_CHECKING:
    from pmcds.knowledge import Knowledge
    from pmcds.model.rules import Rule

DONE = 0


def add_commands(commands: Any) -> None:
    """Add phenotype, rules, drugs, genes, coverage and prefetch."""
    phenotype = options.command(commands, "phenotype", run_phenotype, "what a diplotype means")
    phenotype.add_argument("gene", metavar="GENE")
    phenotype.add_argument("diplotype", metavar="DIPLOTYPE", help="for example '*1/*4x2'")

    rules = options.command(commands, "rules", run_rules, "the rules, with source, version and state; or one in full")
    rules.add_argument("rule", metavar="RULE", nargs="?", help="id of a rule")
    rules.add_argument("--attributes", action="store_true", help="the source attributes of the rule, or of all rules")
    rules.add_argument("--cards", metavar="DIR", type=Path, help="add the cards of this folder to the bundled ones")

    drugs = options.command(commands, "drugs", run_drugs, "the drugs that rules name; or what a code or text means")
    drugs.add_argument("action", choices=("list", "recognize"), nargs="?", default="list")
    drugs.add_argument("drug", metavar="CODE|TEXT|FILE", nargs="?", help="rxnorm|309362, a name, a FHIR file, or lines")

    genes = options.command(commands, "genes", run_genes, "the genes, with method and version of their tables")
    genes.add_argument("gene", metavar="GENE", nargs="?", help="one gene in full")

    coverage = options.command(commands, "coverage", run_coverage, "matrix of drugs, genes and sources")
    coverage.add_argument("--html", metavar="OUT.html", type=Path, help="write the matrix as a page, too")

    prefetch = options.command(commands, "prefetch", run_prefetch, "the prefetch table to hand to a site")
    prefetch.add_argument("--profile", metavar="NAME", default="generic", help="client profile (default: generic)")
    prefetch.add_argument("--base-url", metavar="URL", help="public address of the service: prints the audiences too")
    prefetch.add_argument("--all-observations", action="store_true", help="ask for Observations of all codes")
    prefetch.add_argument("--newest", action="store_true", help="with tokens that only CDS Hooks 3.0 knows")


def run_phenotype(arguments: argparse.Namespace) -> int:
    """Show phenotype, activity score and lookup key of a diplotype."""
    import pmcds

    result = pmcds.phenotype(arguments.gene, arguments.diplotype)
    if arguments.json:
        print_json(result)
        return DONE
    shown = screen()
    score = f", activity score {result.activity_score}" if result.activity_score else ""
    shown.line(f"{result.gene} {result.diplotype}: {result.phenotype}{score}")
    shown.line(f"By {result.version}. Guidelines look up: {result.lookup_key}")
    for note in result.notes:
        shown.line(note)
    return DONE


def knowledge_of(folder: Path | None) -> Knowledge:
    """The bundled knowledge, with a folder of cards added."""
    import pmcds

    bundled = pmcds.Knowledge.bundled()
    return bundled if folder is None else bundled + pmcds.Knowledge.from_path(folder)


def run_rules(arguments: argparse.Namespace) -> int:
    """List the rules, active first, or show one."""
    knowledge = knowledge_of(arguments.cards)
    every = sorted((*knowledge.rules, *knowledge.inactive), key=lambda rule: (rule.status != "active", rule.id))
    if arguments.rule:
        found = next((rule for rule in every if rule.id == arguments.rule), None)
        if found is None:
            raise InputError("unknown-rule", f"there is no rule {arguments.rule}", mend="`pmcds rules` lists them")
        if arguments.attributes:
            show_attributes([found], knowledge, as_json=arguments.json)
        else:
            _show_rule(found, as_json=arguments.json)
    elif arguments.attributes:
        show_attributes(every, knowledge, as_json=arguments.json)
    elif arguments.json:
        print_json({"snapshot": knowledge.snapshot, "rules": [rule_row(rule) for rule in every]})
    else:
        rows = [(rule.id, rule.status, str(rule.version), rule.source, rule.title) for rule in every]
        shown = screen()
        shown.table(("rule", "state", "version", "source", "title"), rows)
        shown.line()
        shown.line(f"{len(knowledge.rules)} active of {len(every)}. Knowledge {knowledge.snapshot}.")
    return DONE


def rule_row(rule: Rule) -> dict[str, Any]:
    """What `pmcds rules --json` says about a rule."""
    return {
        "rule": rule.id,
        "title": rule.title,
        "status": rule.status,
        "version": rule.version,
        "source": rule.source,
        "drugs": list(rule.drugs),
        "asks": [f"{kind} {name}".strip() for kind, name in rule.subjects],
        "hooks": list(rule.hooks),
        "reviewed": dict(rule.reviewed),
        "evidence": [
            {"id": item.id, "source": item.source, "date": item.date, "url": item.url}
            for item in rule.evidence.values()
        ],
    }


def _show_rule(rule: Rule, *, as_json: bool) -> None:
    cases = [
        (population.name or "", case.id, _shows(case)) for population in rule.populations for case in population.cases
    ]
    if as_json:
        rows = [{"population": population or None, "case": case, "shows": shows} for population, case, shows in cases]
        told = {"why": rule.why, "limits": rule.limits, "regulatory": dict(rule.regulatory)}
        print_json({**rule_row(rule), **told, "cases": rows})
        return
    shown = screen()
    shown.line(f"{rule.id} (version {rule.version}, {rule.status})")
    shown.line(rule.title)
    shown.line(str(rule.why))
    if rule.limits:
        shown.line(f"Limits: {rule.limits}")
    reviewed = rule.reviewed
    shown.line(f"Reviewed {reviewed.get('on', '?')} by {reviewed.get('by', '?')}; again {reviewed.get('again', '?')}")
    shown.line("Asks for: " + ", ".join(f"{kind} {name}".strip() for kind, name in rule.subjects))
    if rule.audience:
        shown.line(f"Only where the site asked for it: {rule.audience} findings")
    if rule.regulatory:
        shown.line("Regulatory: " + ", ".join(f"{name} {_plainly(value)}" for name, value in rule.regulatory.items()))
    shown.heading("Cases")
    shown.table(("population", "case", "shows"), cases)
    shown.heading("Evidence")
    for item in rule.evidence.values():
        shown.point(f"{item.source}, {item.date} <{item.url}>")


def _plainly(value: Any) -> str:
    return " ".join(value) if isinstance(value, (list, tuple)) else str(value).lower()


def _shows(case: Any) -> str:
    if case.card is None:
        return f"silent: {case.silent}"
    return f"{case.card.indicator}: " + ", ".join(advice.action for advice in case.card.advice)


def run_drugs(arguments: argparse.Namespace) -> int:
    """List the drugs that rules name, or recognize one."""
    import pmcds

    if arguments.action == "recognize":
        from pmcds.cli.recognition import run_recognize

        return run_recognize(arguments)
    rules = pmcds.Knowledge.bundled().rules
    rows = [(drug, sorted({r.source for r in named}), len(named)) for drug, named in _by_drug(rules).items()]
    if arguments.json:
        print_json([{"drug": drug, "sources": sources, "rules": count} for drug, sources, count in rows])
    else:
        screen().table(("drug", "rules", "sources"), [(d, str(n), ", ".join(sources)) for d, sources, n in rows])
    return DONE


def _by_drug(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    named: dict[str, list[Rule]] = {}
    for rule in rules:
        for drug in rule.drugs:
            named.setdefault(drug, []).append(rule)
    return dict(sorted(named.items()))


def run_genes(arguments: argparse.Namespace) -> int:
    """List the genes, or show one."""
    import pmcds

    genes = pmcds.Knowledge.bundled().genes
    if arguments.gene:
        gene = genes.get(arguments.gene)
        if gene is None:
            raise InputError("unknown-gene", "the gene is not covered", mend=f"one of {', '.join(sorted(genes))}")
        if arguments.json:
            print_json(gene)
            return DONE
        shown = screen()
        shown.line(f"{gene.symbol} ({gene.hgnc or 'no id'}): {gene.method}, guidelines look up {gene.key}")
        for name, version in sorted(gene.versions.items()):
            shown.line(f"{name}: {version}")
        alleles = sorted({*gene.functions, *gene.activity, *gene.listed_alleles})
        shown.line(f"{len(alleles)} alleles: {', '.join(alleles)}")
        return DONE
    rows = [(name, g.hgnc or "", g.key, g.method, _version(g.versions)) for name, g in sorted(genes.items())]
    if arguments.json:
        names = ("gene", "hgnc", "key", "method", "version")
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        screen().table(("gene", "id", "key", "method", "tables"), rows)
    return DONE


def _version(versions: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {version}" for name, version in sorted(versions.items()))


def run_coverage(arguments: argparse.Namespace) -> int:
    """Show which source has a rule for which drug, what it asks for, in which version and of which date."""
    import pmcds
    from pmcds.cli import coverage

    knowledge = pmcds.Knowledge.bundled()
    by_drug = {
        drug: sorted(rules, key=lambda rule: rule.id)
        for drug, rules in _by_drug((*knowledge.rules, *knowledge.inactive)).items()
    }
    rows = [coverage.row(drug, rule) for drug, rules in by_drug.items() for rule in rules]
    if arguments.html is not None:
        arguments.html.write_text(coverage.coverage_page(by_drug, knowledge.snapshot), encoding="utf-8")
    if arguments.json:
        print_json({"snapshot": knowledge.snapshot, "coverage": rows})
        return DONE
    head = ("drug", "source", "asks", "status", "version", "evidence", "rule")
    shown = screen()
    shown.table(head, [tuple(row[name] for name in head) for row in rows])
    shown.line()
    shown.line(f"{len(by_drug)} drugs, {len({row['rule'] for row in rows})} rules. Knowledge {knowledge.snapshot}.")
    return DONE


def run_prefetch(arguments: argparse.Namespace) -> int:
    """Show each service that the client calls, with what it asks a site to send along."""
    import pmcds
    from pmcds import hooks

    engine = pmcds.Engine(settings=pmcds.Settings(profile=arguments.profile))
    profile = hooks.profile_named(arguments.profile)
    terms = None if arguments.all_observations else engine.terms
    offered = [
        service
        for service in hooks.services_of(engine.active_rules(), terms, newest=arguments.newest)
        if profile.hooks is None or service.hook in profile.hooks
    ]
    values = hooks.jwt_values(offered, arguments.base_url) if arguments.base_url else ()
    if arguments.json:
        table: dict[str, Any] = {service.id: dict(service.prefetch) for service in offered}
        print_json(table | ({"audiences": [address for _, address in values]} if values else {}))
        return DONE
    shown = screen()
    for service in offered:
        shown.heading(service.id)
        for row in hooks.prefetch_table([service]):
            shown.write(f"{row.key}{' (required)' if row.required else ''}\n  {row.query}\n")
        shown.write(f"{service.usage}\n")
    for name, address in values:
        shown.write(f"{name}  {address}\n")
    return DONE
