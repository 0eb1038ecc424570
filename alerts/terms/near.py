"""near/8(a, b): close to each other, in any order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Reading
from alerts.terms._stretch import Stretch


@dataclass(frozen=True, slots=True)
class Near(Stretch):
    """All parts in one stretch in which each is at most so many words from the next, in any order. Neighbours are 1 apart.

    Headline and text are not near each other.

    query | text | matches
    near/4(погиб, Сирия) | В Сирии вчера погибли двое. | yes
    near/2(killed, Homs) | Killed was, as they said, nobody at all in Homs. | no
    near/3(killed, soldier, Homs) | In Homs a soldier was killed. | yes
    near/5(killed, Homs) | Two killed // Homs is quiet. | no
    near/1(killed, kill*) | One was killed. | no
    """

    word = "near"

    def windows(self, reading: Reading) -> Iterator[Place]:
        found = [part.find(reading) for part in self.parts]
        if not all(found):
            return
        chain: list[tuple[Place, int]] = []
        places = sorted((place, number) for number, places in enumerate(found) for place in places or ())
        for place, number in [*places, ((1 << 60, 1 << 60), -1)]:
            if chain:
                end = max(end for (_, end), _ in chain)
                if place[0] - end + 1 > self.distance or reading.parts(end - 1, place[0]):
                    if self._complete(chain):
                        yield chain[0][0][0], end
                    chain = []
            chain.append((place, number))

    def _complete(self, chain: Sequence[tuple[Place, int]]) -> bool:
        if len({number for _, number in chain}) < len(self.parts):
            return False
        apart, last = 0, -1  # one token must not stand for two parts
        for (start, end), _ in chain:
            if start >= last:
                apart, last = apart + 1, end
        return apart >= len(self.parts)
