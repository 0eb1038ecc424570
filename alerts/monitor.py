"""The stored-query index: an article meets only the watches that could match it. Pure.

    words of the article -> the watches anchored there    (each under the rarest words it cannot match without)
    the few candidates  -> their closures -> those that hold    -> the explanation, for who asks why

`Monitor.match` finds exactly what asking every watch would find (`every_watch_asked`, the oracle of the tests).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Generic, TypeVar

from alerts.document import Document, Span
from alerts.query import Query, parse
from alerts.terms import Anchors, NameHits, Reading, Test, Why, number
from alerts.terms._listed import ANCHOR as LISTED
from alerts.terms.name import ANCHOR as NAME
from alerts.terms.outlet import ANCHOR as OUTLET
from alerts.terms.prefix import ANCHOR as PREFIX
from alerts.terms.prefix import SHORTEST
from crawler.languages import detect
from crawler.names import NameHit, NameIndex

__all__ = ["Document", "Failure", "Hit", "Monitor", "every_watch_asked", "test_text"]

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, eq=False)
class Hit(Generic[Key]):
    """A watch that holds. Why it does is worked out when first asked for: it costs more than finding that it does."""

    watch: Key
    query: Query = field(repr=False)
    reading: Reading = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hit) and (self.watch, self.explanation) == (other.watch, other.explanation)

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def explanation(self) -> Why:
        """The path through the query that made it true."""
        return self.query.root.explain(self.reading)

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Where it holds: code-point offsets into `document.full`, ascending, not overlapping."""
        joined: list[Span] = []
        for start, end in sorted({span for leaf in self.explanation.leaves() for span in leaf.spans}):
            if joined and start < joined[-1][1]:
                joined[-1] = joined[-1][0], max(end, joined[-1][1])
            else:
                joined.append((start, end))
        return tuple(joined)

    @property
    def score(self) -> float:
        return self.explanation.score

    @property
    def why(self) -> list[str]:
        """One line a leaf of the explanation."""
        return list(dict.fromkeys(leaf.said for leaf in self.explanation.leaves()))


@dataclass(frozen=True, slots=True)
class Failure(Generic[Key]):
    """A watch that could not be asked about a document; the others were."""

    watch: Key
    error: Exception


@dataclass(frozen=True, slots=True, eq=False)
class _Entry(Generic[Key]):
    watch: Key
    query: Query
    test: Test
    anchors: Anchors | None
    order: int


class Monitor(Generic[Key]):
    """Watches by key. Adding or removing one costs microseconds to milliseconds; `match` does not change it."""

    def __init__(self, watches: Iterable[tuple[Key, Query]] = ()) -> None:
        self._entries: dict[Key, _Entry[Key]] = {}
        self._anchored: dict[int | str, set[_Entry[Key]]] = {}  # by the number of a word, or by a key of its own kind
        self._always: set[_Entry[Key]] = set()
        self._names = _Names()
        self._added = 0
        self._special = Counter[str]()  # how many anchors need a question of their own
        for key, query in watches:
            self.add(key, query)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    def add(self, key: Key, query: Query) -> None:
        """Watches `query` under `key`, replacing what the key had."""
        if key in self._entries:
            self.remove(key)
        anchors = query.root.anchors()
        test = query.root.compile() if anchors is None else query.root.compile_behind(anchors)
        entry = _Entry(key, query, test, anchors, self._added)
        self._added += 1
        self._entries[key] = entry
        self._names.add(query)
        if entry.anchors is None:
            self._always.add(entry)
        for anchor in entry.anchors or ():
            self._anchored.setdefault(_place(anchor), set()).add(entry)
            if isinstance(anchor, str):
                self._special[anchor[: anchor.find(":") + 1]] += 1

    def remove(self, key: Key) -> None:
        """Stops watching `key`; KeyError when it is not there."""
        entry = self._entries.pop(key)
        self._names.remove(entry.query)
        self._always.discard(entry)
        for anchor in entry.anchors or ():
            place = _place(anchor)
            self._anchored[place].remove(entry)
            if not self._anchored[place]:
                del self._anchored[place]
            if isinstance(anchor, str):
                self._special[anchor[: anchor.find(":") + 1]] -= 1

    def become(self, watches: Iterable[tuple[Key, Query]]) -> None:
        """Watches exactly these. What stays as it was is not touched, so that one new watch among 100,000 is soon in."""
        wanted = dict(watches)
        for key in [key for key in self._entries if key not in wanted]:
            self.remove(key)
        for key, query in wanted.items():
            there = self._entries.get(key)
            if there is None or there.query is not query:
                self.add(key, query)

    def match(self, document: Document, failures: list[Failure[Key]] | None = None) -> list[Hit[Key]]:
        """The watches that hold, in the order they were added.

        A watch that raises is put into `failures` and the others go on; without it the exception is the caller's.
        """
        reading = Reading(document, self._names.find(document))
        held = []
        for entry in self.candidates(reading):
            try:
                if entry.test(reading):
                    held.append(entry)
            except Exception as error:
                if failures is None:
                    raise
                failures.append(Failure(entry.watch, error))
        return [Hit(entry.watch, entry.query, reading) for entry in sorted(held, key=attrgetter("order"))]

    def candidates(self, reading: Reading) -> set[_Entry[Key]]:
        """The entries of all watches that may hold."""
        document = reading.document
        anchored = self._anchored
        found = self._always.union(*[anchored[word] for word in reading.present if word in anchored])
        for name in reading.names:
            found.update(anchored.get(NAME + name, ()))
        found.update(anchored.get(OUTLET + document.outlet.casefold(), ()))
        if self._special[PREFIX]:
            for beginning in {key[:SHORTEST] for key in document.positions}:
                found.update(anchored.get(PREFIX + beginning, ()))
        if self._special[LISTED]:
            for hit in document.listed:
                found.update(anchored.get(LISTED + hit.id, ()))
        return found


def _place(anchor: str | frozenset[str]) -> int | str:
    """Where the index keeps an anchor."""
    return anchor if isinstance(anchor, str) else number(anchor)


class _Names:
    """The persons of all watches in one index, counted, because two watches may look for the same one."""

    def __init__(self) -> None:
        self.index = NameIndex()
        self.uses: dict[str, int] = {}

    def add(self, query: Query) -> None:
        for name in query.names():
            self.uses[name.key] = self.uses.get(name.key, 0) + 1
            if self.uses[name.key] == 1:
                self.index.add(name.key, name.spellings[0], name.spellings[1:])

    def remove(self, query: Query) -> None:
        for name in query.names():
            self.uses[name.key] -= 1
            if not self.uses[name.key]:
                del self.uses[name.key]
                self.index.remove(name.key)

    def find(self, document: Document) -> NameHits:
        found: dict[str, list[NameHit]] = {}
        if self.uses:
            for hit in self.index.find(document.tokens):
                found.setdefault(hit.key, []).append(hit)
        return found


def every_watch_asked(watches: Sequence[tuple[Key, Query]], document: Document) -> list[Hit[Key]]:
    """What `Monitor(watches).match(document)` must return, by asking every watch. Slow."""
    names = _Names()
    for _, query in watches:
        names.add(query)
    reading = Reading(document, names.find(document))
    return [Hit(key, query, reading) for key, query in watches if query.root.find(reading) is not None]


def test_text(
    watches: str | Query | Mapping[str, Query], text: str, *, outlet: str = "", language: str = ""
) -> list[Hit[str]]:
    """The hits of a query, or of watches by name, in `text`, whose first line is the title.

    Spans are offsets into `text`. A query alone is called by its own text. `language` is detected when it is not given.
    Raises QueryError.
    """
    if isinstance(watches, str):
        watches = {watches: parse(watches)}
    elif isinstance(watches, Query):
        watches = {watches.text or str(watches): watches}
    title, _, body = text.partition("\n")
    document = Document(title, body, outlet=outlet, language=language or detect(text))
    return Monitor(watches.items()).match(document)


test_text.__test__ = False  # type: ignore[attr-defined]  # pytest: a command of the product, not a test
