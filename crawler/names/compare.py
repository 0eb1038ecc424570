"""Whether two names are one name, in any two scripts, with a score and the reasons.

    parts of each name -> agreement of every two parts -> the best assignment of part to part -> one figure -> score

An agreement is log odds: what the sounds two words share are worth as evidence, less what their differences cost (see
`phonemes`). The score is the logistic of the sum, so one threshold means about the same rate of false matches for a
short name and a long one. For persons both the given name and the surname have to agree: however well one agrees, it
counts only up to `ENOUGH`, and cannot buy off a disagreement of the other.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from crawler.languages import tokenise
from crawler.languages.ru import paradigm
from crawler.names.given import names_of
from crawler.names.phonemes import AR, CYR, FAR, LAT, Reading, align, distance, evidence, read

# All in hundredths of a nat. Chosen on the development half of the attested names.
ENOUGH = 600  # agreement of one part beyond this counts one fifth
FLOOR = -800  # nobody measures further: what is worse than this
WEAK_PART = 420  # the most for a person whose worst part neither agrees nor disagrees
WORST = -1000  # is as bad as this
SAME_GIVEN = 600  # two spellings of one given name in the table
SHORT_GIVEN = 200  # a short form and its name
OTHER_GIVEN = -400  # two different given names of the table
INITIAL = 100  # К. and Кирилл
OTHER_INITIAL = -700
INFLECTED = 60  # taken off when one is a case form of the other
PATRONYMIC = 250  # the most a patronymic adds
OTHER_PATRONYMIC = -300  # patronymics this unlike are those of two men
TWO_MEN = 600  # taken off then
# Within one script names are copied, not heard: a difference says more, most in Russian, where spelling is settled.
SAME_SCRIPT = {CYR: 3, LAT: 2, AR: 1}
UNMATCHED = 100  # taken off for each part without a partner, patronymics and particles aside
ARTICLE = 150  # taken off when only one side has the Arabic article
LATIN_ENDING = 150  # taken off for -us
OUT_OF_ORDER = 50
BY_INITIAL = 420  # the most when only an initial stands for the given name
SURNAME_ALONE = 150  # the most when one side is a single word and the other a whole person
JOINED = 100  # taken off when the parts agree only run together
EVEN_PERSON, EVEN_WORD, SLOPE = 41.0, 141.0, 187.0  # score .5 at EVEN; .80 is 259 further on

PARTICLES = frozenset(
    [
        "al",
        "el",
        "аль",
        "эль",
        "ибн",
        "бин",
        "bin",
        "ibn",
        "ben",
        "ال",
        "بن",
        "ابن",
        "de",
        "da",
        "di",
        "du",
        "van",
        "von",
        "der",
        "le",
        "la",
        "ад",
        "эд",
        "эн",
        "ас",
        "эс",
        "аш",
        "эш",
    ]
)
_PATRONYMIC = re.compile(
    r"(?:[её]вич|[оа]вич|ьич|нич|[ое]вна|ична|инична|[оеуі]вна|"
    r"[oaei]+vi(?:[ct]h|ts|tch|cz)|[oea]v[iy]ch|owicz|[oei]+[vuw]na|ic?hna|yich|"
    r"وفيتش|ييفيتش|يفيتش|وفيتس|وفنا|يفنا)$"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a name as compared."""

    word: str  # folded
    reading: Reading
    others: tuple[tuple[Reading, int], ...]  # other readings against another script, and what each loses
    initial: bool
    patronymic: bool
    particle: bool
    names: frozenset[str]  # given names it is a spelling of
    shorts: frozenset[str]  # given names it is a short form of

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


@dataclass(frozen=True, slots=True)
class Piece:
    """Two aligned words, the rule that joins them and their sounds side by side."""

    left: str
    right: str
    rule: str
    sounds: tuple[tuple[str, str, int], ...]

    def __str__(self) -> str:
        unlike = [f"{a or '∅'}~{b or '∅'}" for a, b, cost in self.sounds if cost > 15]
        reasons = "; ".join(dict.fromkeys([*([self.rule] if self.rule != "by sound" else []), *unlike]))
        return f"{self.left or '∅'} = {self.right or '∅'}" + (f": {reasons}" if reasons else "")


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike two names are: `score` from 0 to 1, the words aligned with the rule of each, the rule of the whole."""

    score: float
    alignment: tuple[Piece, ...]
    rule: str

    def __str__(self) -> str:
        return " · ".join([*map(str, self.alignment), f"{self.rule}, {self.score:.2f}"])


_FATHERS = ("", "и", "й", "ий", "а", "о", "i", "y", "iy", "o", "a", "ii")


def fathers_of(patronymic: str) -> frozenset[str]:
    """The given names of the table a patronymic can be made of: Mikalaeuna and Николаевна are both of николай."""
    stem = _PATRONYMIC.sub("", patronymic)
    if stem == patronymic or len(stem) < 3:
        return frozenset()
    return frozenset().union(*(names_of(base + end)[0] for base in (stem, stem.rstrip("ьiy")) for end in _FATHERS))


def _other_readings(folded: str) -> tuple[tuple[Reading, int], ...]:
    """An Arabic word without its article, and without the ending of the Latin or Greek form (ماركوس: Марк)."""
    others = []
    if folded.startswith("ال") and len(folded) >= 5:
        others.append((read(folded[2:]), ARTICLE))
    if folded.endswith("وس") and len(folded) >= 6:
        others.append((read(folded[:-3] if folded.endswith("يوس") else folded[:-2]), LATIN_ENDING))
    return tuple(others)


@lru_cache(maxsize=1 << 16)
def part_of(word: str, folded: str) -> Part:
    """A word (as written, and folded) ready for comparison."""
    reading = read(word.lower() if not word.isascii() and folded.isascii() else folded)
    names, shorts = names_of(folded)
    patronymic = len(folded) > 6 and bool(_PATRONYMIC.search(folded))
    return Part(
        folded, reading, _other_readings(folded), len(folded) == 1, patronymic, folded in PARTICLES, names, shorts,
    )  # fmt: skip


MOST_PARTS = 8


@lru_cache(maxsize=1 << 16)
def parts_of(name: str) -> tuple[Part, ...]:
    """The words of a name; particles (аль, bin, von) are left out unless there is nothing else."""
    tokens = tokenise(name[:400])
    parts = [part_of(name[token.start : token.end], token.folded) for token in tokens[:MOST_PARTS]]
    parts = [part for part in parts if not part.particle] or parts
    if len(parts) >= 3:
        return tuple([replace(part, patronymic=at == _patronymic_at(parts)) for at, part in enumerate(parts)])
    return tuple([replace(part, patronymic=False) if part.patronymic else part for part in parts])


def _patronymic_at(parts: list[Part]) -> int:
    """Where the patronymic stands: after the given name, which is first or follows the surname; -1 where there is none.

    Only the place tells it from a surname: Андрей Иванович Тарасевич.
    """
    if parts[1].patronymic:
        return 1
    return 2 if parts[2].patronymic and not parts[0].names else -1


@lru_cache(maxsize=1 << 18)
def agreement(a: Part, b: Part) -> int:
    """Log odds, in hundredths of a nat, that two words are one name; not below WORST. Symmetric."""
    if a.word == b.word:
        return max(SAME_GIVEN, a.reading.weight // 2)
    if a.initial or b.initial:
        return _initial(a, b)
    sounds = by_sound(a.reading, b.reading)
    if a.reading.script != b.reading.script:
        for other, loss in a.others:
            sounds = max(sounds, by_sound(other, b.reading) - loss)
        for other, loss in b.others:
            sounds = max(sounds, by_sound(a.reading, other) - loss)
    if a.names or a.shorts:
        if not a.names.isdisjoint(b.names):
            return max(sounds, SAME_GIVEN)
        if not (a.names.isdisjoint(b.shorts) and a.shorts.isdisjoint(b.names) and a.shorts.isdisjoint(b.shorts)):
            return max(sounds, SHORT_GIVEN)
        if b.names and a.names:
            return min(sounds, OTHER_GIVEN)
    if a.patronymic and b.patronymic and not fathers_of(a.word).isdisjoint(fathers_of(b.word)):
        return max(sounds, PATRONYMIC)
    if a.reading.script == CYR == b.reading.script and _inflected(a.word, b.word):
        return max(sounds, min(a.reading.weight, b.reading.weight) // 2 - INFLECTED)
    return sounds


def by_sound(a: Reading, b: Reading, floor: int = FLOOR) -> int:
    """Log odds of two words by sound alone; WORST as soon as it must be below `floor`."""
    # Words of unlike consonants need no measuring: of attested pairs 0.3 % have five unshared classes, and those are
    # bad joins.
    if (a.classes ^ b.classes).bit_count() >= 5:
        return WORST
    script = b.script
    worth = (a.weights[script] + b.weights[a.script]) // 4
    if a.script == script:
        sure = SAME_SCRIPT.get(script, 2)
        apart = distance(a, b, (worth - floor) // sure) * sure
    else:
        apart = distance(a, b, worth - floor)
    return WORST if apart >= FAR else worth - apart


def heard_as(a: Part, b: Part, floor: int) -> int:
    """`agreement` of a word of a text with a word of a list, without what the list already spells out."""
    if _too_far(a.reading, b.reading):
        return WORST
    if a.names and b.names and a.names.isdisjoint(b.names):
        return WORST
    figure = by_sound(a.reading, b.reading, floor)
    if a.reading.script != b.reading.script:
        for other, loss in a.others:
            figure = max(figure, by_sound(other, b.reading, floor) - loss)
    return figure


def _too_far(a: Reading, b: Reading) -> bool:
    """Whether two words need no measuring: of 4,559 pairs of words that agreed when the 1,465 composed persons of the
    development half were looked up, this passes over 18."""
    return (a.classes ^ b.classes).bit_count() >= 4 or not -2 < len(a.skeleton) - len(b.skeleton) < 2


def _initial(a: Part, b: Part) -> int:
    if not a.reading.numbers or not b.reading.numbers:
        return WORST
    first, second = _first(a), _first(b)
    return INITIAL if first == second or distance(read(first), read(second)) <= 250 else OTHER_INITIAL


def _first(part: Part) -> str:
    """The first sound of a word, as letters; an initial written as a digraph (Ю., Sh.) is one sound too."""
    return part.reading.units[0].strip("^$")


def _inflected(a: str, b: str) -> bool:
    if a[:3] != b[:3] or abs(len(a) - len(b)) > 3:
        return False
    return a in paradigm(b) or b in paradigm(a)


Assigned = tuple[tuple[int, int, int], ...]  # (index in a, index in b, agreement)


def _assign(table: list[list[int]], columns: int) -> tuple[int, Assigned]:
    """The best one-to-one assignment of rows to columns (every row gets one; there are no more rows than columns)."""
    rows = len(table)
    if rows == 1:
        best = max(table[0])
        return best, ((0, table[0].index(best), best),)
    if rows == 2 and columns == 2:
        (p, q), (r, s) = table
        if p + s >= q + r - OUT_OF_ORDER:
            return p + s, ((0, 0, p), (1, 1, s))
        return q + r - OUT_OF_ORDER, ((0, 1, q), (1, 0, r))
    if rows > 4 or columns > 5:
        return _assign_greedily(table)

    def extend(row: int, used: int, last: int) -> tuple[int, Assigned]:
        if row == rows:
            return 0, ()
        best = -1_000_000
        chosen: Assigned = ()
        for column in range(columns):
            if not used >> column & 1:
                figure = table[row][column]
                rest, others = extend(row + 1, used | 1 << column, column)
                total = figure + rest - (OUT_OF_ORDER if column < last else 0)
                if total > best:
                    best, chosen = total, ((row, column, figure), *others)
        return best, chosen

    return extend(0, 0, -1)


def _assign_greedily(table: list[list[int]]) -> tuple[int, Assigned]:
    cells = sorted(((figure, i, j) for i, row in enumerate(table) for j, figure in enumerate(row)), reverse=True)
    rows: set[int] = set()
    columns: set[int] = set()
    chosen = []
    for figure, i, j in cells:
        if i not in rows and j not in columns:
            rows.add(i)
            columns.add(j)
            chosen.append((i, j, figure))
    return sum(figure for _, _, figure in chosen), tuple(sorted(chosen))


def capped(figure: int) -> int:
    """An agreement as it counts in a person: in full up to ENOUGH, one fifth beyond."""
    return figure if figure <= ENOUGH else ENOUGH + (figure - ENOUGH) // 5


def balanced(total: int, worst: int, best: int) -> int:
    """The sum of the parts, held back by the worst of them: Владимир cannot make لاغونوف a Логинов."""
    return min(total, WEAK_PART + (2 * worst if worst > 0 else worst) + max(0, best - ENOUGH))


def _in_order(a: tuple[Part, ...], b: tuple[Part, ...]) -> tuple[int, Assigned] | None:
    """The words taken in order, when there are two against two and both agree: no other way can be better by much."""
    if len(a) != 2 or len(b) != 2:
        return None
    first = capped(agreement(a[0], b[0]))
    second = capped(agreement(a[1], b[1])) if first > 0 else 0
    return (first + second, ((0, 0, first), (1, 1, second))) if first > 0 and second > 0 else None


def _person(a: tuple[Part, ...], b: tuple[Part, ...]) -> tuple[int, Assigned]:
    """Log odds of two names of several words, and which word went with which; `a` has no more words than `b`."""
    total, chosen = _in_order(a, b) or _assign([[capped(agreement(x, y)) for y in b] for x in a], len(b))
    whole = initials = 0
    worst = best = ENOUGH
    for i, j, figure in chosen:
        left, right = a[i], b[j]
        if left.initial or right.initial:
            initials += 1
        elif left.patronymic or right.patronymic:
            total -= max(0, figure - PATRONYMIC)
            if figure < OTHER_PATRONYMIC:
                total -= TWO_MEN
        else:
            whole += 1
            worst = min(worst, figure)
            best = max(best, figure)
    matched = {j for _, j, _ in chosen}
    spare = [part for j, part in enumerate(b) if j not in matched and not (part.patronymic or part.initial)]
    total = balanced(total, worst, best) - UNMATCHED * len(spare)
    if whole + initials < 2:
        total = min(total, SURNAME_ALONE)
    elif whole < 2:
        total = min(total, BY_INITIAL)
    return total, chosen


def score_of_person(figure: float) -> float:
    """The score of log odds summed over the parts of a person's name (hundredths of a nat)."""
    return _logistic(figure - EVEN_PERSON)


def _logistic(figure: float) -> float:
    return 1.0 / (1.0 + math.exp(-figure / SLOPE)) if figure > -4000 else 0.0


@lru_cache(maxsize=1 << 12)
def _joined(parts: tuple[Part, ...]) -> Reading:
    return read("".join([part.word for part in parts])[:80])


def _run_together(a: Reading, b: Reading) -> int:
    """Agreement of two names written without spaces; a difference counts twice, for so long a word has much to agree
    in."""
    worth = evidence(a, b) // 2
    apart = distance(a, b, worth)
    return WORST if apart == FAR else worth - 2 * apart - JOINED


def _measure(a: str, b: str) -> tuple[float, str, tuple[Part, ...], tuple[Part, ...], Assigned]:
    """Score, rule, and what was compared with what; `a` and `b` as given."""
    left, right = parts_of(a), parts_of(b)
    if a == b or [part.word for part in left] == [part.word for part in right] != []:
        return 1.0, "same", left, right, tuple((i, i, ENOUGH) for i in range(len(left)))
    if not left or not right:
        return 0.0, "nothing to compare", left, right, ()
    if len(left) == len(right) == 1:
        figure = agreement(left[0], right[0])
        return _logistic(figure - EVEN_WORD), "by sound", left, right, ((0, 0, figure),)
    if len(left) <= len(right):
        figure, chosen = _person(left, right)
    else:
        figure, turned = _person(right, left)
        chosen = tuple(sorted((j, i, value) for i, j, value in turned))
    rule = "by words"
    if len(left) != len(right):
        together = _run_together(_joined(left), _joined(right))
        if together > figure:
            figure, rule, chosen = together, "run together", ()
    return _logistic(figure - EVEN_PERSON), rule, left, right, chosen


def similarity(a: str, b: str) -> float:
    """How alike two names are, 0 to 1, in any scripts and of any number of words; the score of `compare` alone.

    .80 is where a watched name fires. Symmetric; 1.0 for a name and itself.
    """
    return _measure(a, b)[0]


def compare(a: str, b: str) -> Comparison:
    """How alike two names are and why: each word with its partner, the rule that joins them, the sounds that differ."""
    score, rule, left, right, chosen = _measure(a, b)
    if rule == "run together":
        first, second = _joined(left), _joined(right)
        words = ("+".join(part.word for part in parts) for parts in (left, right))
        pieces = [Piece(next(words), next(words), "run together", align(first, second))]
        return Comparison(score, tuple(pieces), rule)
    pieces = [explain(left[i], right[j]) for i, j, _ in chosen]
    pieces += [Piece(part.word, "", "no partner", ()) for i, part in enumerate(left) if i not in {c[0] for c in chosen}]
    pieces += [
        Piece("", part.word, "no partner", ()) for j, part in enumerate(right) if j not in {c[1] for c in chosen}
    ]
    return Comparison(score, tuple(pieces), _rule_of_whole(pieces, rule))


def _rule_of_whole(pieces: list[Piece], rule: str) -> str:
    if rule in ("same", "nothing to compare"):
        return rule
    kinds = {piece.rule for piece in pieces}
    for kind in ("initial", "short form", "case form"):
        if kind in kinds:
            return kind
    return (
        "surname alone"
        if len([piece for piece in pieces if piece.left and piece.right]) == 1 < len(pieces)
        else "by sound"
    )


def explain(a: Part, b: Part) -> Piece:
    """Why two words were taken for one name (or not): the rule, and the sounds side by side."""
    if a.word == b.word:
        rule = "same"
    elif a.initial or b.initial:
        rule = "initial"
    elif not a.names.isdisjoint(b.names):
        rule = "one given name"
    elif not (a.names.isdisjoint(b.shorts) and a.shorts.isdisjoint(b.names) and a.shorts.isdisjoint(b.shorts)):
        rule = "short form"
    elif a.reading.script == CYR == b.reading.script and _inflected(a.word, b.word):
        rule = "case form"
    elif a.names and b.names:
        rule = "different given names"
    else:
        rule = "by sound"
    sounds = () if rule in ("same", "initial") else align(a.reading, b.reading)
    return Piece(a.word, b.word, rule, sounds)
