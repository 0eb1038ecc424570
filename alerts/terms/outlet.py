"""outlet:...: one outlet."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Test, Why
from alerts.terms._about import About

ANCHOR = "outlet:"


@dataclass(frozen=True, slots=True)
class Outlet(About):
    """Articles of one outlet, by its id.

    query | text | matches
    killed AND outlet:example | Two were killed. | yes
    killed AND outlet:another | Two were killed. | no
    outlet:example | Anything. | yes
    """

    word = "outlet"
    id: str

    def find(self, reading: Reading) -> list[Place] | None:
        return [] if reading.document.outlet.casefold() == self.id else None

    def compile(self) -> Test:
        wanted = self.id
        return lambda reading: reading.document.outlet.casefold() == wanted

    def explain(self, reading: Reading) -> Why:
        return Why(f"outlet {reading.document.outlet}")

    def anchors(self) -> Anchors | None:
        return frozenset([ANCHOR + self.id])

    @property
    def reach(self) -> Reach:
        return Reach.SCOPE

    def __str__(self) -> str:
        return f"outlet:{self.id}"

    @classmethod
    def read(cls, value: str) -> Outlet:
        """From what stands behind `outlet:`. ValueError when it cannot be an id."""
        if not value or any(map(str.isspace, value)):
            raise ValueError("an outlet's id, such as outlet:enab-baladi")
        return cls(value.casefold())
