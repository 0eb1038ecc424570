"""Words of a text as the rules of `persons` see them, and what those rules give back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from crawler.languages import Token, tokenise
from crawler.languages.letters import INVISIBLE, MARKS
from crawler.names import gazetteer
from crawler.names.persons_lexicon import lexicon

HYPHENS = ("-", "\u2010", "\u2011")
MOST_PARTS = 4
LONGEST_NAME = 40  # letters; longer is a pasted key or noise
_INNER = re.compile(f"[{MARKS}{INVISIBLE}]")

# Endings of Russian surnames in the oblique cases, longest first; what stays is compared.
_CASE_ENDINGS = (
    "ого",
    "ому",
    "ыми",
    "ими",
    "ой",
    "ою",
    "ым",
    "им",
    "ом",
    "ем",
    "ых",
    "их",
    "ей",
    "ый",
    "ий",
    "ая",
    "ую",
    *"ауеыияюьй",
)
SHORTEST_STEM = 3


@dataclass(frozen=True, slots=True)
class PersonMention:
    """A person named in a text: `start`, `end` are half-open code-point offsets, `score` 0..1, `why` for a person to read."""

    start: int
    end: int
    text: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Mention:
    """What a rule found: words `first` to `last` (exclusive), which of them is the surname, and what to cut off.

    `clitics`: letters written before the first word (Arabic). `dotted`: the full stop of a last initial belongs to it.
    """

    first: int
    last: int
    score: float
    why: str
    surname: int | None = None
    clitics: int = 0
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """One word, its hyphenated parts together: аль-Хасан, Faustin-Archange. A possessive 's is off its end and `folded`."""

    start: int
    end: int
    surface: str
    folded: str
    parts: tuple[str, ...]
    script: str
    capital: bool
    sentence: int
    gap: str  # what stands between the word before and this one; "" before the first
    after: str  # the character after it, "" at the end
    possessive: bool
    listed: str  # kind of the listed place or organisation it belongs to; "" when none, or when the word means other things too
    also_place: bool  # the word is a listed place, and an ordinary word or a surname too
    opens: bool  # first word of its sentence

    @property
    def near(self) -> bool:
        """Whether it follows the word before with nothing but one space or no-break space between."""
        return self.gap in (" ", "\u00a0", "  ")


def cut(text: str) -> list[Word]:
    """The words of `text`, in order."""
    tokens = tokenise(text)
    listed, also_place = _listed(tokens)
    words: list[Word] = []
    at = 0
    while at < len(tokens):
        last = at + 1
        while last < len(tokens) and last - at < MOST_PARTS and _hyphenated(text, tokens[last - 1], tokens[last]):
            last += 1
        words.append(_word(text, tokens[at:last], words[-1] if words else None, listed.get(at, ""), at in also_place))
        at = last
    return words


def _listed(tokens: list[Token]) -> tuple[dict[int, str], set[int]]:
    """Kind of the listed name each token belongs to, and the tokens whose word is a listed place among other things."""
    listed: dict[int, str] = {}
    also_place: set[int] = set()
    starts = {token.start: at for at, token in enumerate(tokens)}
    for hit in gazetteer.find(tokens):
        at = starts[hit.start]
        while at < len(tokens) and tokens[at].start < hit.end:
            if not hit.ambiguous:
                listed[at] = hit.kind
            elif hit.is_place:
                also_place.add(at)
            at += 1
    return listed, also_place


def _hyphenated(text: str, left: Token, right: Token) -> bool:
    return text[left.end : right.start] in HYPHENS and left.script == right.script and left.script in ("cyr", "lat")


def _word(text: str, tokens: list[Token], before: Word | None, listed: str, also_place: bool) -> Word:
    first, last = tokens[0], tokens[-1]
    end, parts = last.end, tuple(token.folded for token in tokens)
    possessive = parts[-1].endswith("'s")
    if possessive:
        parts = (*parts[:-1], parts[-1][:-2])
        end -= 2
    return Word(
        first.start,
        end,
        text[first.start : end],
        "-".join(parts),
        parts,
        first.script if end - first.start <= LONGEST_NAME else "other",
        first.capital,
        first.sentence,
        text[before.end + 2 * before.possessive : first.start] if before else "",
        text[end : end + 1],
        possessive,
        listed,
        also_place,
        before is None or before.sentence != first.sentence,
    )


def start_without_clitics(text: str, word: Word, clitics: int) -> int:
    """Offset in `text` after the first `clitics` letters of `word` and the marks written on them."""
    at = word.start
    while at < word.end and (clitics > 0 or _INNER.match(text[at])):
        if not _INNER.match(text[at]):
            clitics -= 1
        at += 1
    return at if at < word.end else word.start


def key_of(word: Word) -> str:
    """What two mentions of one surname have in common: the stem in Russian, the folded word elsewhere."""
    return stem(word.folded) if word.script == "cyr" else word.folded


@lru_cache(maxsize=20_000)
def stem(folded: str) -> str:
    """A Russian surname without its case ending: ананьеву, ананьев -> ананьев."""
    for ending in _CASE_ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= SHORTEST_STEM:
            return folded[: len(folded) - len(ending)]
    return folded


@lru_cache(maxsize=20_000)
def is_known_surname(folded: str) -> bool:
    """Whether a Russian word is a form of a surname of the lexicon."""
    surnames = lexicon().surnames
    if folded in surnames:
        return True
    bare = stem(folded)
    return bare != folded and any(
        bare + ending in surnames for ending in ("", "а", "ий", "ый", "ой", "ая", "я", "ь", "й")
    )


@lru_cache(maxsize=20_000)
def is_city(folded: str) -> bool:
    """Whether a word is a city or country of the world, inflected or not."""
    cities = lexicon().cities
    if folded in cities:
        return True
    stems = {stem(folded), *(folded.removesuffix(ending) for ending in ("ов", "ах", "ам"))} - {folded}
    return any(bare + ending in cities for bare in stems if len(bare) >= SHORTEST_STEM for ending in ("", *"аяьйоеыи"))
