"""How likely a Russian name is to be written a given way in Arabic: P(spelling | name).

Every Cyrillic letter writes nothing, one or two Arabic letters (щ three), and what it writes depends on the letters
beside it: о at the end of a word, е after a vowel, ь before a consonant. `compare` asks whether two spellings are one
name and treats both alike; here the name is known and only the Arabic side is in doubt, so a vowel that is not
written costs what leaving out this vowel in this place costs, and كوبرين is Кобрин as willingly as Куприн.

    P(spelling | name) = sum over all ways to cut the spelling of the product of P(piece | letter, its neighbours)

`data/channel.tsv` holds the counts, learned by expectation maximisation from the development half of the attested
names: `python -m crawler.names.channel NAMES.tsv`.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from crawler.names.given import rows as given_rows
from crawler.names.learn import SLAVIC, alike, is_kept_out
from crawler.names.phonemes import arabic_letters

COUNTS = Path(__file__).parent / "data" / "channel.tsv"
EDGE = "_"
LETTERS = 30  # Arabic letters a slip may put anywhere
SLIP = 2e-3  # share of letters that write what they never do
# Sightings in a narrower context that outweigh the wider one: kinds of both neighbours, the next letter, both letters.
BACKED = (4.0, 8.0, 30.0)
ROUNDS = 7
GARBAGE = 1.0  # nats a letter by which a right pair must beat chance
SEED_GAIN = 200.0  # first guess: a letter that plainly sounds so, against one that does not
FEWEST = 0.05  # expected sightings below this are not written down
VOWELS = frozenset("аеиоуыэюяё")
SILENT = VOWELS | frozenset("ьъй")

Context = tuple[str, str, str]  # previous, letter, next
Table = dict[str, float]  # piece -> count or share
Counts = dict[Context, Table]


def contexts(name: str) -> list[Context]:
    padded = EDGE + name + EDGE
    return [(padded[at - 1], padded[at], padded[at + 1]) for at in range(1, len(padded) - 1)]


def longest(letter: str) -> int:
    """Arabic letters one Cyrillic letter may write."""
    return 3 if letter == "щ" else 2


def _kind(letter: str) -> str:
    return EDGE if letter == EDGE else "ь" if letter in "ьъ" else "а" if letter in VOWELS else "т"


def _kinds(context: Context) -> Context:
    return _kind(context[0]), context[1], _kind(context[2])


def _next(context: Context) -> Context:
    return _kind(context[0]), context[1], context[2]


class Channel:
    """P(piece | letter, its neighbours), backed off from both neighbours to the next one, to what kind of letters
    stand beside it, to none (interpolated)."""

    def __init__(self, counts: Counts) -> None:
        self._both = counts
        self._kinds: dict[Context, Table] = defaultdict(lambda: defaultdict(float))
        self._next: dict[Context, Table] = defaultdict(lambda: defaultdict(float))
        self._alone: dict[str, Table] = defaultdict(lambda: defaultdict(float))
        for context, table in counts.items():
            for piece, count in table.items():
                self._kinds[_kinds(context)][piece] += count
                self._next[_next(context)][piece] += count
                self._alone[context[1]][piece] += count
        self._shares: dict[Context, Table] = {}

    def shares(self, context: Context) -> Table:
        """Share of every piece seen of this letter."""
        known = self._shares.get(context)
        if known is None:
            alone = self._alone.get(context[1], {})
            total = sum(alone.values()) or 1.0
            known = {piece: count / total for piece, count in alone.items()}
            narrower = (
                self._kinds.get(_kinds(context), {}), self._next.get(_next(context), {}), self._both.get(context, {}),
            )  # fmt: skip
            for weight, table in zip(BACKED, narrower, strict=True):
                total = sum(table.values()) + weight
                known = {piece: (table.get(piece, 0.0) + weight * share) / total for piece, share in known.items()}
            self._shares[context] = known
        return known

    def log(self, name: str, spelling: str) -> float:
        """ln P(spelling | name); `spelling` as `arabic_letters` gives it."""
        width = len(spelling)
        slip = SLIP / LETTERS
        row = [1.0] + [0.0] * width
        for context in contexts(name):
            shares = self.shares(context)
            none = shares.get("", 0.0) + SLIP
            grown = [share * none for share in row]
            most = longest(context[1])
            for at, share in enumerate(row):
                if share < 1e-30:
                    continue
                for size in range(1, min(most, width - at) + 1):
                    piece = spelling[at : at + size]
                    grown[at + size] += share * (shares.get(piece, 0.0) + slip**size)
            row = grown
        return math.log(row[width]) if row[width] > 0 else -200.0


@lru_cache(maxsize=1)
def channel() -> Channel:
    """The channel of `data/channel.tsv`, read once (about 20 ms)."""
    counts: Counts = {}
    for line in COUNTS.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            around, piece, count = line.split("\t")
            counts.setdefault((around[0], around[1], around[2]), {})[piece] = float(count)
    return Channel(counts)


# --- learning
Sample = tuple[str, str, float]  # name, spelling, weight


def samples(lines: Iterable[str]) -> Iterator[Sample]:
    """Single words of the development half; Slavic surnames and names of our given-name table teach most."""
    given = {row.name for row in given_rows()}
    for line in lines:
        english, russian, arabic, kind, _source = line.split("\t")
        if is_kept_out(english) or kind not in ("name_token", "surname_slavic", "name_part_qid"):
            continue
        names, spellings = russian.split("|"), arabic.split("|")
        weight = 1 / len(names) / len(spellings)
        for name, spelling in itertools.product(names, spellings):
            letters = arabic_letters(spelling)
            if 2 <= len(name) <= 20 and 2 <= len(letters) <= 24 and all("а" <= letter <= "ё" for letter in name):
                plain = name.replace("ё", "е")
                taught = weight * (4.0 if plain.endswith(SLAVIC) or name in given else 0.4)
                # Lexicons fold ё; given names alone are looked up with it.
                yield from [(form, letters, taught) for form in dict.fromkeys((plain, name))]


_SOFT = {"я": "а", "ю": "у", "ё": "о"}


def _first_guess(letter: str, piece: str) -> float:
    """How willingly a letter is taken to write a piece before anything is learned."""
    if not piece:
        return SEED_GAIN / 2 if letter in SILENT else 5.0
    plain = _SOFT.get(letter, letter)
    if alike(letter, piece):
        return SEED_GAIN if len(piece) == 1 else SEED_GAIN / 4
    fits = all(alike(plain, part) or (part in "اويه" and letter in VOWELS) for part in piece)
    return SEED_GAIN / 4 if fits else 0.3 / LETTERS ** (len(piece) - 1)


def first_guess(rows: Iterable[Sample]) -> Counts:
    """Every piece a letter could write in its samples, weighed by what letters plainly stand for."""
    counts: Counts = {}
    for name, spelling, _ in rows:
        for context in contexts(name):
            table = counts.setdefault(context, {"": _first_guess(context[1], "")})
            for at in range(len(spelling)):
                for size in range(1, longest(context[1]) + 1):
                    piece = spelling[at : at + size]
                    if piece not in table:
                        table[piece] = _first_guess(context[1], piece)
    return counts


def expect(model: Channel, name: str, spelling: str, weight: float, counts: Counts, chance: float) -> None:
    """Adds the expected pieces of one pair to `counts`."""
    around = contexts(name)
    width = len(spelling)
    slip = SLIP / LETTERS
    steps: list[list[tuple[int, int, str, float]]] = []
    ahead = [[1.0] + [0.0] * width]
    for context in around:
        shares, most = model.shares(context), longest(context[1])
        step = []
        row = [0.0] * (width + 1)
        for at, share in enumerate(ahead[-1]):
            if share:
                for size in range(min(most, width - at) + 1):
                    piece = spelling[at : at + size]
                    gain = shares.get(piece, 0.0) + (slip**size if size else SLIP)
                    row[at + size] += share * gain
                    step.append((at, at + size, piece, gain))
        steps.append(step)
        ahead.append(row)
    whole = ahead[-1][width]
    if whole <= 0:
        return
    likely = whole / (whole + chance * math.exp(GARBAGE * width))
    back = [0.0] * width + [1.0]
    for number in range(len(around) - 1, -1, -1):
        table = counts.setdefault(around[number], {})
        before = [0.0] * (width + 1)
        for start, end, piece, gain in steps[number]:
            if back[end]:
                before[start] += gain * back[end]
                table[piece] = table.get(piece, 0.0) + weight * likely * ahead[number][start] * gain * back[end] / whole
        back = before


def learn(rows: list[Sample]) -> Counts:
    """Expected sightings of every piece in every context."""
    seen: Table = defaultdict(float)
    for _, spelling, weight in rows:
        for letter in spelling:
            seen[letter] += weight
    total = sum(seen.values())
    counts = first_guess(rows)
    for round_ in range(ROUNDS):
        model, counts = Channel(counts), {}
        for name, spelling, weight in rows:
            chance = math.prod(seen[letter] / total for letter in spelling) if round_ else 0.0
            expect(model, name, spelling, weight, counts, chance)
    return counts


def main() -> None:
    lines = Path(sys.argv[1]).read_text("utf-8").splitlines()[1:]
    counts = learn(list(samples(lines)))
    heading = (
        "# Previous letter, letter, next letter (_: edge of the word); what is written; how often (expected).\n"
        "# By crawler/names/channel.py."
    )
    rows = [
        f"{''.join(context)}\t{piece}\t{count:.2f}"
        for context, table in sorted(counts.items())
        for piece, count in sorted(table.items())
        if count >= FEWEST
    ]
    COUNTS.write_text("\n".join([heading, *rows]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
