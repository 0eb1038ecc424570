"""Learns `data/costs.tsv` from names attested in several scripts. Run by hand: `python -m crawler.names.learn
NAMES.tsv`.

Expectation maximisation over all alignments of two words' sound units, starting from what each letter plainly stands
for. A pair of words that agrees no better than chance is a bad join and teaches nothing. Half of the file is never
read: the rows whose surname has a SHA-1 beginning with 0-7 are kept for measuring.
"""

from __future__ import annotations

import hashlib
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler.names.phonemes import AR, COSTS, CYR, LAT, script_of, units_of

PLAIN_SOUNDS = (
    "a а a ا", "b б b ب", "v в v w ف و ڤ", "g г g غ ج گ gh", "d д d د ض", "e е э e ي ا", "zh ж zh ج ژ", "z з z ز ظ",
    "i и i y ы ee ي ий iy", "j й ь j Y y ي", "k к k c q ك ق", "l л l ل", "m м m م", "n н n ن gn", "o о o و ا", "p п p ب پ",
    "r р r ر", "s с s c ç س ص", "t т t th ت ط ث", "u у u ou و", "f ф f ف", "x х kh h خ ه ح ch", "ts ц ts c تس س",
    "ch ч ch cz تش ش چ", "sh ш sh sz sch ش", "shch щ sch شت ش", "dj џ dj j ج دج", "h h ه ع ء",
)  # fmt: skip
SLAVIC = (
    "ов",
    "ев",
    "ин",
    "ын",
    "ова",
    "ева",
    "ина",
    "ына",
    "ский",
    "ская",
    "цкий",
    "ко",
    "ук",
    "юк",
    "ич",
    "ой",
    "ян",
)
SCRIPT_PAIRS = ((AR, CYR), (AR, LAT), (CYR, LAT))
ROUNDS = 8
GARBAGE = 1.2  # nats for each unit that a right pair has to agree better than chance
MOST = 8.0  # dearer pairs are not listed
BY_WAY_OF = {AR: CYR, CYR: LAT, LAT: CYR}  # units of one script are compared through the letters of another
# Belarusian passports write в as u (Rybakou, Shautsou); too rare in the lists to be learned.
BY_HAND = {("в", "u$"): 1.5, ("в", "u"): 2.5}

Word = tuple[str, ...]
Joint = dict[tuple[str, str], float]
Sample = tuple[Word, Word, float]

_PLAIN: dict[str, set[str]] = {}
for _line in PLAIN_SOUNDS:
    _sound, *_letters = _line.split()
    for _letter in _letters:
        _PLAIN.setdefault(_letter, set()).add(_sound)


def alike(left: str, right: str) -> bool:
    """Whether two units plainly stand for one sound."""
    return not _PLAIN.get(left.strip("^$"), {left}).isdisjoint(_PLAIN.get(right.strip("^$"), {right}))


def is_kept_out(english: str) -> bool:
    """Whether a row is kept for measuring."""
    surname = (english.lower().split() or [""])[-1]
    return hashlib.sha1(surname.encode()).hexdigest()[0] in "01234567"


def _weight(kind: str, russian: str) -> float:
    """How much a row teaches: Slavic names most, they are what is watched for."""
    if kind == "surname_slavic":
        return 4.0
    if kind == "person_full":
        return 2.0
    return 3.0 if russian.endswith(SLAVIC) else 0.5 if kind == "name_part_qid" else 1.0


def samples(path: Path) -> dict[tuple[str, str], list[Sample]]:
    """Word pairs of the development half, for each two scripts."""
    found: dict[tuple[str, str], list[Sample]] = defaultdict(list)
    for line in path.read_text("utf-8").splitlines()[1:]:
        english, russian, arabic, kind, _source = line.split("\t")
        if is_kept_out(english) or kind not in ("name_token", "surname_slavic", "name_part_qid", "person_full"):
            continue
        names = {LAT: english, CYR: russian, AR: arabic}
        for left, right in SCRIPT_PAIRS:
            a, b = names[left].split(), names[right].split()
            if len(a) == len(b) and "|" not in names[left] + names[right]:
                weight = _weight(kind, russian)
                found[left, right] += [
                    (tuple(units_of(x)), tuple(units_of(y)), weight) for x, y in zip(a, b, strict=True)
                ]
    return {pair: [s for s in rows if s[0] and s[1]] for pair, rows in found.items()}


def frequencies(words: Iterable[tuple[Word, float]]) -> dict[str, float]:
    counts: dict[str, float] = defaultdict(float)
    for units, weight in words:
        for unit in units:
            counts[unit] += weight
    total = sum(counts.values())
    return {unit: count / total for unit, count in counts.items()}


def learn(rows: list[Sample]) -> Joint:
    """P(left, right) of aligned units; "" on one side where a unit has no partner."""
    left = frequencies((a, weight) for a, _, weight in rows)
    right = frequencies((b, weight) for _, b, weight in rows)
    joint: Joint = {(u, v): p * q * (30 if alike(u, v) else 0.3) for u, p in left.items() for v, q in right.items()}
    joint |= {(u, ""): p * 0.05 for u, p in left.items()} | {("", v): q * 0.05 for v, q in right.items()}
    for round_ in range(ROUNDS):
        counts: Joint = defaultdict(float)
        for a, b, weight in rows:
            _expect(joint, left, right, a, b, weight, counts, trusting=round_ == 0)
        joint = _maximise(counts, left, right)
    return joint


def _expect(
    joint: Joint, left: dict[str, float], right: dict[str, float], a: Word, b: Word, weight: float, counts: Joint,
    trusting: bool,
) -> None:  # fmt: skip
    """Adds the expected alignments of one pair to `counts`."""
    rows, columns = len(a), len(b)
    ahead = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    back = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    ahead[0][0] = back[rows][columns] = 1.0
    for i in range(rows + 1):
        for j in range(columns + 1):
            if i:
                ahead[i][j] += ahead[i - 1][j] * joint[a[i - 1], ""]
            if j:
                ahead[i][j] += ahead[i][j - 1] * joint["", b[j - 1]]
            if i and j:
                ahead[i][j] += ahead[i - 1][j - 1] * joint[a[i - 1], b[j - 1]]
    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            for step, down, along in _steps(a, b, i, j):
                back[i][j] += joint[step] * back[i + down][j + along]
    whole = ahead[rows][columns]
    chance = math.prod(left[u] for u in a) * math.prod(right[v] for v in b)
    odds = whole / chance
    share = weight if trusting else weight * odds / (odds + math.exp(GARBAGE * min(rows, columns)))
    for i in range(rows + 1):
        for j in range(columns + 1):
            for step, down, along in _steps(a, b, i, j):
                counts[step] += share * ahead[i][j] * joint[step] * back[i + down][j + along] / whole


def _steps(a: Word, b: Word, i: int, j: int) -> Iterator[tuple[tuple[str, str], int, int]]:
    if i < len(a):
        yield (a[i], ""), 1, 0
        if j < len(b):
            yield (a[i], b[j]), 1, 1
    if j < len(b):
        yield ("", b[j]), 0, 1


def _maximise(counts: Joint, left: dict[str, float], right: dict[str, float]) -> Joint:
    """Counts as probabilities, smoothed towards chance, and towards more than chance where letters plainly sound
    alike."""
    total = sum(counts.values()) + 5
    joint = {
        (u, v): (counts.get((u, v), 0.0) + 5 * p * q * (40 if alike(u, v) else 2)) / total
        for u, p in left.items()
        for v, q in right.items()
    }
    joint |= {(u, ""): (counts.get((u, ""), 0.0) + 2 * p) / total for u, p in left.items()}
    return joint | {("", v): (counts.get(("", v), 0.0) + 2 * q) / total for v, q in right.items()}


def table(joints: dict[tuple[str, str], Joint]) -> Iterator[str]:
    """The lines of `costs.tsv`.

    A unit's weight is its best log odds with any unit of the other script; a pair costs what it falls short of both
    weights.
    """
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    drops: dict[str, dict[str, float]] = defaultdict(dict)
    pairs: dict[tuple[str, str], float] = {}
    for (left, right), joint in joints.items():
        p: dict[str, float] = defaultdict(float)
        q: dict[str, float] = defaultdict(float)
        for (u, v), share in joint.items():
            p[u] += share
            q[v] += share
        odds = {(u, v): math.log(share / (p[u] * q[v])) for (u, v), share in joint.items() if u and v}
        for (u, v), value in odds.items():
            weights[u][right] = max(weights[u].get(right, -9.0), value)
            weights[v][left] = max(weights[v].get(left, -9.0), value)
        for (u, v), value in odds.items():
            pairs[u, v] = max(0.0, (weights[u][right] + weights[v][left]) / 2 - value)
        for u in p.keys() - {""}:
            drops[u][right] = weights[u][right] / 2 - math.log(joint[u, ""] / p[u])
        for v in q.keys() - {""}:
            drops[v][left] = weights[v][left] / 2 - math.log(joint["", v] / q[v])
    pairs |= BY_HAND
    for unit in weights:
        own = script_of(unit.strip("^$"))
        weights[unit][own] = sum(weights[unit].values()) / len(weights[unit])
        drops[unit][own] = 1 + min(drops[unit].values())
    yield from _lines(weights, drops, pairs | _within_scripts(pairs, list(weights)))


def _within_scripts(pairs: dict[tuple[str, str], float], units: list[str]) -> dict[tuple[str, str], float]:
    """Costs between units of one script: the cheapest way over a unit of another, and one nat for the detour."""
    across: dict[str, dict[str, float]] = defaultdict(dict)
    for (u, v), cost in pairs.items():
        across[u][v] = across[v][u] = cost
    by_script: dict[str, list[str]] = defaultdict(list)
    for unit in units:
        by_script[script_of(unit.strip("^$"))].append(unit)
    found = {}
    for script, members in by_script.items():
        over = by_script.get(BY_WAY_OF.get(script, ""), [])
        for at, u in enumerate(members):
            for v in members[at + 1 :]:
                found[u, v] = 1 + min((across[u].get(x, 9.0) + across[v].get(x, 9.0) for x in over), default=9.0)
    return found


def _lines(
    weights: dict[str, dict[str, float]], drops: dict[str, dict[str, float]], pairs: dict[tuple[str, str], float]
) -> Iterator[str]:
    yield "# What it costs to take one sound unit for another, in nats. Written by crawler/names/learn.py; a person may edit it."
    yield "# weight UNIT SCRIPT NATS   what the unit is worth as evidence when it agrees with a name in SCRIPT"
    yield "# drop UNIT SCRIPT NATS     the name in SCRIPT has nothing there"
    yield "# pair LEFT RIGHT NATS      the two stand for each other; pairs not listed cost 8"
    for unit in sorted(weights, key=lambda unit: (script_of(unit.strip("^$")), unit.strip("^$"), unit)):
        yield from (f"weight\t{unit}\t{script}\t{value:.2f}" for script, value in sorted(weights[unit].items()))
        yield from (f"drop\t{unit}\t{script}\t{min(value, 9.0):.2f}" for script, value in sorted(drops[unit].items()))
    for (u, v), cost in sorted(pairs.items(), key=lambda pair: (pair[0][0], pair[1], pair[0][1])):
        if cost < MOST:
            yield f"pair\t{u}\t{v}\t{cost:.2f}"


def main() -> None:
    joints = {pair: learn(rows) for pair, rows in samples(Path(sys.argv[1])).items()}
    COSTS.write_text("\n".join(table(joints)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
