"""Canaries (TB-10): a distinct token in every text of an input, and where it may be found afterwards."""

from __future__ import annotations

import io
import json
import logging
import random
import re
import traceback
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pmcds
from tests.evidence.bundles import texts
from tests.evidence.fuzz import donor, mutated
from tests.evidence.goldens import Golden, engine

KEPT = ("resourceType", "reference", "system", "code", "status", "url", "fullUrl", "id", "type", "use", "birthDate")


# A token that was edited (cut, doubled, turned round) is no longer the patient's own text.
_TOKEN = re.compile(r"zq[0-9a-f]{10}")


def marked(source: Any, rng: random.Random) -> tuple[Any, list[str]]:
    """The source with a token in (or in place of) texts that carry no meaning for the rules, and the tokens."""
    tokens: list[str] = []

    def mark(name: str, text: str) -> str:
        if name in KEPT or text[:4].isdigit():
            return text
        tokens.append(f"zq{rng.randrange(16**10):010x}")
        return tokens[-1] if rng.random() < 0.5 else f"{text} {tokens[-1]}"

    return texts(source, mark), tokens


def leaks(golden: Golden, seed: str, *, broken: bool) -> list[str]:
    """Places where a token was found that may not hold one."""
    rng = random.Random(seed)
    source, tokens = marked(golden.fresh(), rng)
    if broken:
        source = mutated(source, [donor(golden)], rng)
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    places: dict[str, str] = {}
    try:
        with redirect_stdout(heard), redirect_stderr(heard):
            result = engine().of(golden, source)
        places["ledger"] = json.dumps(result.ledger.to_dict())
        places["cards but for names of orders and laboratories"] = _without_names(result)
    except (pmcds.InputError, pmcds.HookError) as error:
        places["error"] = "".join(traceback.format_exception(error)) + repr(error) + str(vars(error))
    except Exception as error:
        places["crash"] = "".join(traceback.format_exception(error)) + repr(error)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    places["logs and output"] = heard.getvalue()
    known = frozenset(tokens)
    return [place for place, text in places.items() if place == "crash" or known.intersection(_TOKEN.findall(text))]


def _without_names(result: pmcds.Result) -> str:
    """What the cards say outside the slots for an order's name, a laboratory's name and reported alleles."""
    return json.dumps(
        [[card.indicator, card.source, card.uuid, [link.url for link in card.links]] for card in result.cards]
    )
