"""before/8(a, b): close to each other, in this order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Reading
from alerts.terms._stretch import Stretch


@dataclass(frozen=True, slots=True)
class Before(Stretch):
    """The parts in this order, each at most so many words behind the one in front of it.

    query | text | matches
    before/4(killed, Homs) | Two were killed near Homs. | yes
    before/4(killed, Homs) | In Homs two were killed. | no
    before/3(боец, ЧВК, погиб) | Бойцы одной ЧВК погибли. | yes
    """

    word = "before"

    def windows(self, reading: Reading) -> Iterator[Place]:
        # Ends of what can be reached so far -> where it began, the nearest beginning.
        reached: dict[int, int] | None = None
        for part in self.parts:
            places = part.find(reading)
            if not places:
                return
            if reached is None:
                reached = {end: start for start, end in sorted(places)}
                continue
            further: dict[int, int] = {}
            for start, end in places:
                behind = [
                    first
                    for last, first in reached.items()
                    if last <= start < last + self.distance and not reading.parts(last - 1, start)
                ]
                if behind:
                    further[end] = max(behind)
            reached = further
            if not reached:
                return
        for end, start in sorted((reached or {}).items()):
            yield start, end
