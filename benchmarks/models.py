"""A fhir.resources model as input (P14): the whole line against dumping the same model to JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from bundles import bundle
from knowledge import knowledge
from measure import machine, median, ratio, rounds

import pmcds

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def main() -> None:
    """Print medians in ms and the ratio for each size."""
    from fhir.resources.R4B.bundle import Bundle

    engine = pmcds.Engine(knowledge())
    engine.warmup()
    print(machine("fhir.resources", "pydantic", "msgspec"))
    for resources in (10, 100, 1000):
        model = Bundle.model_validate_json(bundle(resources))
        times = rounds(
            {
                "dump": lambda model=model: model.model_dump_json(),
                "pmcds": lambda model=model: json.dumps(engine.evaluate(model, now=NOW).to_dict()),
            },
            seconds=6,
        )
        dump, whole = median(times["dump"]), median(times["pmcds"])
        factor = ratio(times["pmcds"], times["dump"])
        print(f"{resources:>5} resources: dumping {dump:.2f} ms, evaluating {whole:.2f} ms, x {factor:.2f}")


if __name__ == "__main__":
    main()
