"""Words of the watch language: one file per word, found by a folder scan.

A file holds one subclass of `Term` whose docstring ends with a table of examples (query | text | yes or no); one test
runs the tables of all files. A term answers four questions:

    find(reading)     where in the text it holds, or None
    explain(reading)  the same as a small tree for a person
    anchors()         words of which a text must offer one, or it cannot hold; None when there are none
    reach             how much of the world it lets through: a query that matches nearly everything is refused
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, ClassVar, Literal

from alerts.document import Document, Place, Span
from crawler import languages
from crawler.registry import kinds

if TYPE_CHECKING:
    from crawler.names import NameHit

NameHits = Mapping[str, Sequence["NameHit"]]
"""Key of a name (`Name.key`) -> where the text has it."""

Test = Callable[["Reading"], bool]

Anchors = frozenset[str | frozenset[str]]
"""Words, each as all its folded forms, and keys of another kind, such as `outlet:sana`."""


class Reach(IntEnum):
    """What a part of a query asks of a text, from nothing to something a person would call a topic."""

    EVERYTHING = 0  # a stop word, a negation, `lang:ar`
    SCOPE = 1  # one outlet or one section: enough alone
    SURNAME = 2  # a surname alone: meets strangers, so something else must be required beside it
    TOPIC = 3


@dataclass(frozen=True, slots=True)
class Why:
    """Why a query holds: what was found, where, and the parts it rests on."""

    said: str
    spans: tuple[Span, ...] = ()
    parts: tuple[Why, ...] = ()
    details: tuple[str, ...] = ()  # further reasons of a leaf, for those who ask
    score: float = 1.0  # how sure a likeness is, or what a score>=... added up to

    def leaves(self) -> Iterator[Why]:
        """The parts that rest on nothing further, in the order of the query."""
        if self.parts:
            for part in self.parts:
                yield from part.leaves()
        else:
            yield self

    def __str__(self) -> str:
        lines = [self.said, *(f"    {detail}" for detail in self.details)]
        for part in self.parts:
            lines += [f"  {line}" for line in str(part).splitlines()]
        return "\n".join(lines)


class Reading:
    """A document, or a stretch of it, with the names that stand in it.

    `bound`: words count as near each other in one sentence only, as lexicons mean it.
    """

    def __init__(self, document: Document, names: NameHits, window: Place | None = None, bound: bool = False) -> None:
        self.document = document
        self.names = names
        self.window = window
        self.bound = bound

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        if self.window is None:
            return self.document.positions
        return self.document.positions_of(self.window)

    @cached_property
    def present(self) -> set[int]:
        """Numbers of the compiled words (see `number`) that stand here in some form."""
        numbers = _numbers_of
        return {word for key in self.positions if key in numbers for word in numbers[key]}

    def narrow(self, window: Place) -> Reading:
        """The same text with everything outside of `window` taken away."""
        return Reading(self.document, self.names, window, self.bound)

    @cached_property
    def sentences(self) -> list[Reading]:
        """One reading a sentence of this one."""
        return [self.narrow(window) for window in self.document.sentences if self.covers(window)]

    def parts(self, last: int, first: int) -> bool:
        """Whether something between these two tokens keeps them from being near: the headline's end, or a sentence's."""
        document = self.document
        if last < document.body <= first:
            return True
        return self.bound and document.sentence_at(last) != document.sentence_at(first)

    def covers(self, place: Place) -> bool:
        return self.window is None or (self.window[0] <= place[0] and place[1] <= self.window[1])

    def within(self, places: Iterable[Place]) -> list[Place]:
        """Those of `places` that lie in this reading."""
        return [place for place in places if place[0] < place[1] and self.covers(place)]

    def where(self, forms: frozenset[str]) -> list[int]:
        """Indexes of the tokens that offer one of `forms`, ascending."""
        positions = self.document.positions
        found = [positions[form] for form in forms & self.document.offered]
        if not found:
            return []
        indexes = found[0] if len(found) == 1 else sorted({index for some in found for index in some})
        if self.window is None:
            return indexes
        first, last = self.window
        return indexes[bisect_left(indexes, first) : bisect_left(indexes, last)]


class Term(ABC):
    """A node of a query. Subclasses are frozen dataclasses; str() is the term as a person would write it."""

    word: ClassVar[str]  # what is written: `near`, `outlet`, `AND`
    kind: ClassVar[Literal["word", "field", "function", "operator"]]
    joint: ClassVar[bool] = False  # all its children are required together
    steady: ClassVar[bool] = True  # what it holds for in a stretch of a text it holds for in the whole text

    @classmethod
    def read(cls, value: str) -> Term:
        """Fields and signs: the term for what stands behind it. ValueError says what is expected instead."""
        raise NotImplementedError

    @classmethod
    def build(cls, number: int | None, parts: Sequence[tuple[Term, int | None]]) -> Term:
        """Functions: the term for its number and its parts with their weights. ValueError as in `read`."""
        raise NotImplementedError

    @abstractmethod
    def find(self, reading: Reading) -> list[Place] | None:
        """The places it holds at; [] when it holds at none of them (`outlet:`, NOT); None when it does not."""

    @abstractmethod
    def explain(self, reading: Reading) -> Why:
        """Why it holds; called only when `find` found."""

    @abstractmethod
    def anchors(self) -> Anchors | None:
        """Words one of which every text it holds for offers; None when it may hold for any text."""

    @property
    @abstractmethod
    def reach(self) -> Reach: ...

    def compile(self) -> Test:
        """A closure that answers fast whether it holds."""
        return lambda reading: self.find(reading) is not None

    def compile_behind(self, anchors: Anchors) -> Test:
        """As `compile`, for a whole text of which it is known already that it offers one of `anchors`."""
        return self.compile()

    def sets(self) -> frozenset[frozenset[str]] | None:
        """Words one of which is all it takes; None when it takes more."""
        return None

    @property
    def children(self) -> tuple[Term, ...]:
        return ()

    def with_children(self, children: tuple[Term, ...]) -> Term:
        """The same term over other children."""
        return self

    @property
    def placed(self) -> bool:
        """Whether it has a place in the text, so that `near` can measure from it."""
        return True

    def supported(self) -> Term:
        """The term as it stands when something else is required beside it."""
        return self.with_children(tuple(child.supported() for child in self.children))


def leaf(term: Term, reading: Reading, says: Callable[[str], str], limit: int = 3) -> Why:
    """The explanation of a term without children: each distinct wording found, `says` of it, and all its spans."""
    places = term.find(reading) or []
    quotes = list(dict.fromkeys(reading.document.quoted(place) for place in places[:20]))
    more = f" and {len(quotes) - limit} more" if len(quotes) > limit else ""
    said = "; ".join(says(quote) for quote in quotes[:limit]) + more
    return Why(said, tuple(reading.document.span(place) for place in places))


@lru_cache(maxsize=100_000)
def forms(word: str) -> frozenset[str]:
    """Folded forms of a query word (one token)."""
    return languages.forms(word)


_numbers: dict[frozenset[str], int] = {}
_numbers_of: dict[str, tuple[int, ...]] = {}  # form -> the words it is a form of


def number(wanted: frozenset[str]) -> int:
    """The number of a word that is compiled into a test, by its forms.

    Every article meets thousands of words, and a number is looked up in `Reading.present` ten times as fast as a set of
    forms is in the text. Words stay numbered when their watch goes: some bytes a form, and another watch may want them.
    """
    known = _numbers.get(wanted)
    if known is None:
        known = _numbers[wanted] = len(_numbers)
        for form in wanted:
            _numbers_of[form] = (*_numbers_of.get(form, ()), known)
    return known


def all_of(tests: Sequence[Test]) -> Test:
    """One test that holds when all do, asked in this order; without the cost of a generator where there are few."""
    if not tests:
        return lambda reading: True
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda reading: first(reading) and second(reading)
    if len(tests) == 3:
        one, two, three = tests
        return lambda reading: one(reading) and two(reading) and three(reading)
    return lambda reading: all(test(reading) for test in tests)


def any_of(tests: Sequence[Test]) -> Test:
    """One test that holds when one does."""
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda reading: first(reading) or second(reading)
    return lambda reading: any(test(reading) for test in tests)


def frequency(anchors: Anchors | frozenset[str]) -> float:
    """How many of 10,000 articles offer one of these words or forms, roughly; for choosing the rarest."""
    from alerts.terms import _frequent

    return _frequent.articles(anchors)


def quote(text: str) -> str:
    """`text` in the quotation marks of the watch language."""
    return '"' + text.replace('"', "'") + '"'


def rarest(parts: Iterable[Term]) -> Anchors | None:
    """The anchors of parts that must all hold: those of the rarest."""
    sets = [anchors for part in parts if (anchors := part.anchors()) is not None]
    return min(sets, key=frequency, default=None)


def together(parts: Sequence[Term]) -> Reach:
    """The reach of parts that must all hold."""
    reaches = [part.reach for part in parts]
    # Two surnames stand beside each other: each is what the other needs.
    return Reach.TOPIC if reaches.count(Reach.SURNAME) > 1 else max(reaches)


def monotone(term: Term) -> bool:
    """Whether what holds for a stretch of a text holds for the whole text too."""
    return term.steady and all(monotone(child) for child in term.children)


def all_hold(parts: Iterable[Term], test: Test) -> Test:
    """`test`, asked only where all `parts` hold for the text as a whole, which is cheaper to see; the rarest first."""
    cheap = [part.compile() for part in sorted(filter(monotone, parts), key=commonness)]
    return all_of([*cheap, test])


def commonness(term: Term) -> float:
    """In how many of 10,000 articles a term may hold, roughly; infinite when nobody can say."""
    anchors = term.anchors()
    return float("inf") if anchors is None else frequency(anchors)


def placed_only(parts: Sequence[tuple[Term, int | None]], example: str) -> tuple[Term, ...]:
    """The parts of a function that measures distances. ValueError when one of them has no place in the text."""
    if len(parts) < 2:
        raise ValueError(f"two or more parts: {example}")
    for part, _ in parts:
        if not part.placed or part.word == "AND":
            raise ValueError(f"words, phrases or names as parts, not `{part}`: {example}")
    return tuple(part for part, _ in parts)


@cache
def known() -> Mapping[str, type[Term]]:
    """Every word of the language by how it is written (`near`, `outlet`, `AND`)."""
    found: dict[str, type[Term]] = {}
    for name, module in kinds(__name__):
        terms = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Term) and value.__module__ == module.__name__
        ]
        if len(terms) != 1:
            raise TypeError(f"alerts/terms/{name}.py: expected one subclass of Term, found {len(terms)}")
        found[terms[0].word] = terms[0]
    return found
