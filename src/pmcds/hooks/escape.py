"""The one door from plain values to Markdown: every value that reaches `detail` passes `escape`."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from typing import NewType

# Text that is safe in `detail`. Only this module makes it, so that unescaped text there is a type error.
Markdown = NewType("Markdown", str)

# What has no width or changes the direction of its neighbors: controls, soft hyphen, joiners, bidirectional marks,
# fillers, variation selectors, tags, surrogates, noncharacters. White space is left to `str.split`.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# The backslash first, or it would escape the others' escapes. One replacement a sign is far faster than `translate`.
_SIGNS = ("\\", *(sign for sign in string.punctuation if sign != "\\"))
_ESCAPES = tuple((sign, f"\\{sign}") for sign in _SIGNS)
_WWW = re.compile(r"(www)(?=\.)", re.IGNORECASE)
JOINER = "\u2060"

# Words whose loss turns a sentence into its opposite.
NEGATIONS = frozenset({"no", "not", "never", "without", "avoid", "unless", "except", "nor", "neither", "cannot"})
SUMMARY_LIMIT = 139


def plain(text: str) -> str:
    """The text on one line, without control, bidirectional and zero-width characters (MD-2)."""
    # Most texts are clean already.
    if "  " not in text and text[:1] != " " and text[-1:] != " " and _is_visible(text):
        return text
    return " ".join(_INVISIBLE.sub(" ", text).split())


def _is_visible(text: str) -> bool:
    """True for text without what `plain` takes out; of white space only the blank is printable."""
    return text.isprintable() and (text.isascii() or not _INVISIBLE.search(text))


def escape(text: str) -> Markdown:
    """Plain text as GitHub-flavored Markdown that shows exactly these characters, with no link and no element."""
    return _escaped(plain(text))


def escape_each(texts: Sequence[str]) -> list[Markdown]:
    """Every text escaped. All in one go costs a fraction of one after the other; what is plain has no line break."""
    if not texts:
        return []
    joined = "\n".join(texts)
    alone = joined.replace("\n", "")
    if (
        len(joined) - len(alone) != len(texts) - 1
        or "  " in joined
        or " \n" in joined
        or "\n " in joined
        or joined[:1] == " "
        or joined[-1:] == " "
        or not _is_visible(alone)
    ):
        joined = "\n".join([plain(text) for text in texts])
    return [Markdown(text) for text in _escaped(joined).split("\n")]


def _escaped(text: str) -> Markdown:
    """The joiner comes before the backslashes, or it would split an escape (MD-2 to MD-4)."""
    if "://" in text:
        text = text.replace("://", f":{JOINER}//")
    if "@" in text:
        text = text.replace("@", f"@{JOINER}")
    # Text of other alphabets is slow to put into lower case.
    if ("w." in text or "W." in text) and "www." in text.lower():
        text = _WWW.sub(rf"\1{JOINER}", text)
    for sign, escaped in _ESCAPES:
        if sign in text:
            text = text.replace(sign, escaped)
    return Markdown(text)


def strong(text: Markdown) -> Markdown:
    """A short bold paragraph, which stands for a heading."""
    return Markdown(f"**{text}**")


def points(lines: Iterable[Markdown]) -> Markdown:
    """A list of points."""
    return Markdown("\n".join([f"- {line}" for line in lines]))


def paragraphs(parts: Iterable[Markdown]) -> Markdown:
    """Paragraphs, one after the other."""
    return Markdown("\n\n".join([part for part in parts if part]))


def length(text: str) -> int:
    """The longer of the two counts that clients use: code points or UTF-16 units."""
    if text.isascii() or max(text) <= "\uffff":
        return len(text)
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def shorten(text: str, limit: int = SUMMARY_LIMIT, negations: frozenset[str] = NEGATIONS) -> str:
    """The text cut at blanks to `limit` characters, never inside an allele name; a negation of the rest is kept."""
    text = plain(text)
    if length(text) <= limit:
        return text
    words = text.split(" ")
    head = _fitting(words, limit - 1)
    lost = next((n for n in range(len(head), len(words)) if _bare(words[n]) in negations), None)
    if lost is None:
        return " ".join(head).rstrip(" ,;:.") + "…" if head else _cut(text, limit)
    kept = " ".join(words[lost : lost + 4])
    room = limit - length(kept) - 3
    if room <= 0:
        return _cut(kept, limit)
    return " ".join(_fitting(words[:lost], room)).rstrip(" ,;:.") + f"… {kept}" + ("…" if lost + 4 < len(words) else "")


def _fitting(words: list[str], limit: int) -> list[str]:
    """As many words from the start as fit; an allele stays with the gene before it."""
    count, used = 0, -1
    while count < len(words) and used + 1 + length(words[count]) <= limit:
        used += 1 + length(words[count])
        count += 1
    while 0 < count < len(words) and words[count].startswith("*"):
        count -= 1
    return words[:count]


def _bare(word: str) -> str:
    return word.strip(string.punctuation).casefold()


def _cut(text: str, limit: int) -> str:
    text = text[: limit - 1]
    while length(text) >= limit:
        text = text[:-1]
    return text + "…"
