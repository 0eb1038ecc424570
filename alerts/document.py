"""An article as the watches see it: its text cut into tokens once, for all of them. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.languages import Token, keys, tokenise

if TYPE_CHECKING:
    from crawler.names.gazetteer import GazetteerHit

Span = tuple[int, int]
"""Half-open code-point offsets into `Document.full`."""

Place = tuple[int, int]
"""Half-open token indexes into `Document.tokens`."""


@dataclass(frozen=True)
class Document:
    """One revision of an article. What is worked out from it is worked out at most once, when first asked for.

    `country` and `leaning` are the outlet's on the day of publication; '' when nobody knows.
    """

    title: str
    text: str
    outlet: str = ""
    language: str = ""
    section: str = ""
    country: str = ""
    leaning: str = ""
    published: datetime | None = None

    @cached_property
    def full(self) -> str:
        """Title and text; every span of a hit is an offset into this."""
        return f"{self.title}\n{self.text}"

    @cached_property
    def tokens(self) -> list[Token]:
        return tokenise(self.full, self.language)

    @cached_property
    def body(self) -> int:
        """Index of the first token behind the title."""
        return bisect_right(self.starts, len(self.title))

    @cached_property
    def starts(self) -> list[int]:
        return [token.start for token in self.tokens]

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """Match key -> indexes of the tokens that offer it, ascending."""
        return self.positions_of((0, len(self.tokens)))

    @cached_property
    def offered(self) -> set[str]:
        """The match keys there are. `forms & offered` walks the smaller of the two sets; a dict it walks whole."""
        return set(self.positions)

    def positions_of(self, place: Place) -> dict[str, list[int]]:
        """As `positions`, of the tokens of `place` alone."""
        found: dict[str, list[int]] = {}
        for index in range(*place):
            for key in keys(self.tokens[index]):
                if key in found:
                    found[key].append(index)
                else:
                    found[key] = [index]
        return found

    @cached_property
    def sentences(self) -> list[Place]:
        """The sentences that hold tokens, in order. The title is a sentence of its own."""
        cuts = [
            index
            for index in range(1, len(self.tokens))
            if index == self.body or self.tokens[index].sentence != self.tokens[index - 1].sentence
        ]
        edges = [0, *cuts, len(self.tokens)]
        return [(first, last) for first, last in pairwise(edges) if first < last]

    def sentence_at(self, index: int) -> int:
        """Which of `sentences` the token stands in."""
        return bisect_right(self._sentence_starts, index) - 1

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [first for first, _ in self.sentences]

    @cached_property
    def listed(self) -> list[GazetteerHit]:
        """Places and organisations of the gazetteer in this text."""
        from crawler.names import gazetteer  # its table costs memory; few processes have a place: watch

        return gazetteer.find(self.tokens)

    @cached_property
    def lexicons(self) -> dict[str, list[Place]]:
        """Where lexicons stand in this text, by their names; filled in by the first watch that asks for one."""
        return {}

    def place(self, start: int, end: int) -> Place:
        """The tokens that `start:end` of the full text touches."""
        first = bisect_right(self.starts, start)
        if first and self.tokens[first - 1].end > start:
            first -= 1
        return first, max(first, bisect_left(self.starts, end))

    def span(self, place: Place) -> Span:
        """Where a place with at least one token stands in the full text."""
        return self.tokens[place[0]].start, self.tokens[place[1] - 1].end

    def quoted(self, place: Place) -> str:
        """The words of a place as the article writes them."""
        start, end = self.span(place)
        return " ".join(self.full[start:end].split())
