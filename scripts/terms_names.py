"""What the product names of RxNorm say: ingredients as stated, the ingredient that is meant, the dose form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# Words of a salt, ester or hydrate at the end of a name. They are taken off only if a known name is left.
SALTS = frozenset(
    {
        "acetate", "acetonide", "alafenamide", "anhydrous", "aspartate", "besylate", "bitartrate", "bromide",
        "calcium", "chloride", "cilexetil", "citrate", "d-tartrate", "decanoate", "dihydrate", "dinitrate",
        "diphosphate", "disoproxil", "epolamine", "etabonate", "etzadroxil", "fumarate", "gluconate", "hemihydrate",
        "hexacetonide", "human recombinant", "hydrate", "hydrobromide", "hydrochloride", "lactate", "liposomal",
        "liposome", "macrocrystals", "magnesium", "maleate", "medoxomil", "mesylate", "methylbromide", "modified",
        "monohydrate", "monohydrochloride", "mononitrate", "mucate", "napsylate", "palmitate", "pamoate",
        "phosphate", "polistirex", "potassium", "proxetil", "saccharate", "sodium", "strontium", "succinate",
        "sulfate", "tartrate", "terephthalate", "trihydrate",
    }
)  # fmt: skip

ORGANIC = frozenset(
    {
        "besylate", "bitartrate", "hydrobromide", "hydrochloride", "maleate", "medoxomil", "mesylate", "succinate",
    }
)  # fmt: skip
METALS = frozenset(
    {
        "aluminum", "calcium", "copper", "ferrous", "iron", "lithium", "magnesium", "manganese", "potassium",
        "sodium", "zinc",
    }
)  # fmt: skip

# RxNorm names of drugs that the reference table calls otherwise, and spellings of the FDA's directory.
SAME = {
    "albuterol": "salbutamol",
    "mesalamine": "mesalazine",
    "alendronic acid": "alendronate",
    "divalproex sodium": "valproic acid",
    "divalproex": "valproic acid",
    "glycopyrronium": "glycopyrrolate",
    "pantothenic acid": "pantothenate",
    "calcium pantothenate": "pantothenate",
    "tenofovir alafenamide": "tenofovir",
    "tenofovir disoproxil": "tenofovir",
    "tenofovir disoproxil fumarate": "tenofovir",
    "interferon alfa-2b": "interferon alfa-2b, recombinant",
    "acetyl salicylate": "aspirin",
    "aminosalicylate": "aminosalicylic acid",
    "sacituzumab govitecan": "sacituzumab govitecan-hziy",
    "ascorbic acid": "vitamin c",
    "fluticasone": "fluticasone propionate",
    "benzoic acid": "benzoate",
    "sodium benzoate": "benzoate",
    "chlorpheniramine polistirex": "chlorpheniramine",
    "phenytoin sodium": "phenytoin",
    "warfarin sodium": "warfarin",
    "hydrocortisone acetate": "hydrocortisone",
    "cyclosporin": "cyclosporine",
    "amphetamine sulfate": "amphetamine",
    "homatropine methylbromide": "homatropine",
    "atomoxetine hydrochloride": "atomoxetine",
}

# Ingredients that occur with a salt only, and are not the drug that they resemble.
SEPARATE = {"dextroamphetamine"}

# "Brands" that are no names: they would match ordinary words of an order.
NO_BRANDS = frozenset(
    {
        "adult pain", "adult strength", "analgesic pain reliever", "arthritis pain formula", "minitabs",
        "arthritis pain (pharmacologic preparation)", "effervescent pain & antacid", "night time cold medicine",
        "pain relief (effervescent)", "pain reliever added strength", "zero-order release", "thrive",
        "pain relief with aspirin", "coated aspirin", "child aspirin", "low dose asa",
    }
)  # fmt: skip

UNIT = r"(?:MG|MCG|ML|UNT|IU|MEQ|MMOL|MCI|BAU|CELLS|ACTUAT|HR|%|G|VECTOR-GENOMES|PFU|SQCM|KG|L)"
LEAD = re.compile(
    r"^(?:(?:abuse-deterrent|preservative-free|once-daily|twice-daily|sensor|osmotic|matrix delivery|\d+ dose|3-bead|"
    r"smoking cessation|sprinkle|modified|evening dosing|pmdd|bx rating|\d+/\d+ release|"
    r"\d[\d.,]* ?(?:ml|hr|actuat|mg|unt|applications?|doses?|g))\s+)+",
    re.IGNORECASE,
)
STRENGTH = re.compile(r"\s+<?\d[\d.,]*(?:-\d[\d.,]*)?\s+" + UNIT + r"(?:/|\b)")
BARE_FORM = re.compile(
    r"(?:\s+[A-Z][A-Za-z-]*)*\s+(?:Tablet|Capsule|Injection|Solution|Cream|Suspension|Gel|Ointment|Powder|Syringe)$"
)
FORMS = re.compile(r"^\s*(?:\([^)]*\)\s*)?([A-Z][A-Za-z \-]*)$")


def split_top(text: str, separator: str) -> list[str]:
    """Parts of `text` between separators that stand outside brackets."""
    parts, depth, start, at = [], 0, 0, 0
    while at < len(text):
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(text[at], 0)
        if depth == 0 and text.startswith(separator, at):
            parts.append(text[start:at])
            at += len(separator)
            start = at
            continue
        at += 1
    return [*parts, text[start:]]


def contents(name: str) -> Iterator[str]:
    """The products inside a pack, or the product itself."""
    pack = re.match(r"^\{(.*)\} Pack", name)
    if pack is None:
        yield name
        return
    for item in split_top(pack.group(1).strip(), " / "):
        text = re.sub(r"^\d+\s+", "", item.strip())
        text = re.sub(r"^\([\d.]+ (?:ML|MG|ACTUAT)\)\s*(?=\()", "", text)
        yield text[1 : text.rindex(")")] if text.startswith("(") and ")" in text else text


def without_brand(text: str) -> str:
    return re.sub(r"\s*\[.*$", "", text)


def stated_names(name: str) -> list[str]:
    """Ingredient names, as precise as stated, of a product name of RxNorm."""
    found = []
    for content in contents(name):
        for part in without_brand(content).split(" / "):
            text = LEAD.sub("", part.strip())
            strength = STRENGTH.search(text)
            text = text[: strength.start()] if strength else BARE_FORM.sub("", text)
            text = LEAD.sub("", text.strip())
            found.append(text.strip().lower())
    return found


def dose_form(name: str) -> str:
    """Dose form words of a product name, or nothing if a pack holds several."""
    forms = set()
    for content in contents(name):
        tail = re.split(r"\d[\d.,]*\s+" + UNIT + r"(?:/[A-Z]+)*\s+", without_brand(content))[-1]
        match = FORMS.match(tail)
        forms.add(match.group(1).strip().lower() if match and tail != content else "")
    return forms.pop() if len(forms) == 1 else ""


class Names:
    """Ingredient names of the reference data, and what a precise name means."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = set(known)
        self.precise: dict[str, str] = {}

    def base(self, stated: str) -> str:
        """The ingredient that a stated name means: itself, a listed synonym, or the name without its salt."""
        name = stated.strip().lower()
        if name in SAME:
            return SAME[name]
        if name in self.known:
            return name
        for shorter in self._shorter(name):
            if shorter in SAME:
                return SAME[shorter]
            if shorter in self.known:
                return shorter
        return name

    @staticmethod
    def bare(name: str) -> str:
        """The name without the salt words that never belong to a substance that is called after its salt."""
        words = name.split()
        while len(words) > 1 and words[-1] in ORGANIC and words[0] not in METALS:
            words = words[:-1]
        return " ".join(words)

    @staticmethod
    def _shorter(name: str) -> Iterator[str]:
        if re.fullmatch(r".+-[a-z]{4}", name) and name.split("-")[0].endswith(("mab", "cept")):
            yield name.rsplit("-", 1)[0]
        words = name.replace(",", "").split()
        while len(words) > 1 and words[-1] in SALTS:
            words = words[:-1]
            yield " ".join(words)
        if "," in name:
            yield name.split(",")[0]


def combination_parts(name: str, names: Names) -> list[str]:
    """Ingredients of a combination that the reference data list under one name, or nothing."""
    parts = re.split(r"\s*/\s*|\s+and\s+", name)
    return sorted({names.base(part) for part in parts}) if len(parts) > 1 else []
