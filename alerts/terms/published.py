"""published:...: by date of publication."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from alerts.document import Place
from alerts.terms import Reading, Why
from alerts.terms._about import About

_VALUE = re.compile(r"(>=|<=|>|<|=)?(\d{4})-(\d\d?)-(\d\d?)(?:\.\.(\d{4})-(\d\d?)-(\d\d?))?")
_EXPECTED = "a day, such as published:2026-01-31, published:>2026-01-31 or published:2026-01-01..2026-01-31"


@dataclass(frozen=True, slots=True)
class Published(About):
    """Articles published on, before or after a day (in UTC), or between two days, both inclusive. Undated ones never.

    query | text | matches
    killed AND published:>2026-01-01 | Two were killed. | yes
    killed AND published:2026-11-20 | Two were killed. | yes
    killed AND published:2026-11-01..2026-11-20 | Two were killed. | yes
    killed AND published:<2026-11-20 | Two were killed. | no
    """

    word = "published"
    shown: str
    first: date  # inclusive
    last: date  # inclusive

    def find(self, reading: Reading) -> list[Place] | None:
        moment = reading.document.published
        return [] if moment is not None and self.first <= moment.date() <= self.last else None

    def explain(self, reading: Reading) -> Why:
        moment = reading.document.published
        return Why(f"published {moment.date().isoformat() if moment else ''}")

    def __str__(self) -> str:
        return f"published:{self.shown}"

    @classmethod
    def read(cls, value: str) -> Published:
        found = _VALUE.fullmatch(value)
        if found is None or (found[1] and found[5]):
            raise ValueError(_EXPECTED)
        try:
            day = date(int(found[2]), int(found[3]), int(found[4]))
            last = date(int(found[5]), int(found[6]), int(found[7])) if found[5] else day
        except ValueError as cause:
            raise ValueError(_EXPECTED) from cause
        one = date.resolution
        bounds = {
            ">": (day + one if day < date.max else day, date.max),
            ">=": (day, date.max),
            "<": (date.min, day - one if day > date.min else day),
            "<=": (date.min, day),
        }
        return cls(value, *bounds.get(found[1] or "", (day, last)))
