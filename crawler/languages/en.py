"""English words: the possessive comes off in articles; plurals and verb forms are spelled out in queries."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from crawler.languages.folding import Script

NAME = "English"
SCRIPT: Script = "lat"

LONGEST_ACRONYM = 5  # capitals; a longer one is more likely a headline
_VOWELS = frozenset("aeiou")


@cache
def irregular() -> dict[str, frozenset[str]]:
    """Words no rule inflects -> all their forms; en_irregular.txt has one word a line, its forms apart by spaces."""
    table: dict[str, frozenset[str]] = {}
    for row in Path(__file__).with_name("en_irregular.txt").read_text("utf-8").splitlines():
        for word in row.split():
            table[word] = table.get(word, frozenset()).union(row.split())
    return table


def strip(folded: str) -> list[tuple[str, str]]:
    """The word, and the word without its possessive, each with its reason."""
    whole = [(folded, "as it stands")]
    return [*whole, (folded[:-2], "'s comes off")] if folded.endswith("'s") and len(folded) > 2 else whole


def entries(folded: str) -> tuple[str, ...]:
    """First forms of the irregular words an article word belongs to."""
    found = irregular().get(folded.removesuffix("'s"), frozenset())
    return tuple(sorted(found, key=len)[:1])


def forms(folded: str, word: str) -> frozenset[str]:
    """All forms a query word stands for: of an irregular word its family, else its regular plural and verb forms.

    An acronym (two to five capitals) gets only a plural: PMC, PMCs.
    """
    folded = folded.removesuffix("'s")
    if folded in irregular():
        return irregular()[folded]
    if 1 < len(word) <= LONGEST_ACRONYM and word.isupper():
        return frozenset({folded, folded + "s"})
    return frozenset({folded}.union(*(_regular(base) for base in _bases(folded))))


def _bases(word: str) -> set[str]:
    """Words that `word` may be a plural, past or -ing form of, itself too; over-generous, as non-words never occur."""
    bases = {word}
    if len(word) < 4:
        return bases
    for ending in ("s", "es", "ed", "ing"):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 3 or (ending == "s" and stem[-1:] in "us"):
            continue
        if ending == "s" or (ending == "es" and stem.endswith(("s", "x", "z", "ch", "sh", "o"))):
            bases.add(stem)
        if ending in ("ed", "ing") and _VOWELS & set(stem):
            bases |= {stem, stem + "e"} if stem[-1] not in "y" else {stem}
            if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "sl":
                bases.add(stem[:-1])
        if ending in ("es", "ed") and stem.endswith("i"):
            bases.add(stem[:-1] + "y")
    return bases


def _regular(base: str) -> set[str]:
    found = {base}
    if len(base) < 2 or not base.isascii():
        return found
    before, last = base[-2], base[-1]
    if last == "y" and before not in _VOWELS:
        return found | {base[:-1] + "ies", base[:-1] + "ied", base + "ing"}
    found.add(base + ("es" if base.endswith(("s", "x", "z", "ch", "sh")) else "s"))
    if last == "o":
        found.add(base + "es")
    if last == "e":
        return found | {base + "d", base[:-1] + "ing"}
    found |= {base + "ed", base + "ing"}
    # A longer word doubles its last letter only when it is stressed there; those are in the list (kidnapped).
    if len(base) in (3, 4) and before in _VOWELS and base[-3] not in _VOWELS and last not in "aeiouwxy":
        found |= {base + last + "ed", base + last + "ing"}
    return found
