"""Arabic words: clitics come off in articles; plurals, persons and pronouns are spelled out in queries."""

from __future__ import annotations

NAME = "Arabic"
SCRIPT = "ar"


def keys(folded: str) -> tuple[str, ...]:
    """The word, then the word without its clitics, outermost first; never less than three letters, two after ال."""
    found = [folded]
    rest = folded
    if rest[0] in "وف" and len(rest) >= 4:
        rest = rest[1:]
        found.append(rest)
    if rest.startswith("لل") and len(rest) >= 5:
        found += ["ال" + rest[2:], rest[2:]]
        return tuple(found)
    if rest[0] in "بلك" and len(rest) >= 5:
        rest = rest[1:]
        found.append(rest)
    if rest.startswith("ال") and len(rest) >= 5:
        found.append(rest[2:])
    return tuple(dict.fromkeys(found))


def forms(folded: str, word: str) -> frozenset[str]:
    """All forms a query word stands for."""
    bare = folded[2:] if folded.startswith("ال") and len(folded) >= 6 else folded
    return frozenset({folded, bare} | {bare + ending for ending in ("ون", "ين", "ات", "ان", "ية", "ي")})
