"""What a quality or speed measurement returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number beside its target and what other tools reach in the same run.

    `name` is stable (floors.json refers to it): `<topic>.<what>`, e.g. `names.person_full_en_ru.recall_at_1e-4`.
    `half` says which part of the data it is from: "dev", "kept-out" or "" where there is no split.
    """

    name: str
    value: float
    target: float | None = None
    lower_is_better: bool = False
    baselines: Mapping[str, float] = field(default_factory=dict)
    half: str = ""
    note: str = ""

    def misses(self, limit: float | None) -> bool:
        """Whether the value is on the wrong side of `limit`."""
        if limit is None:
            return False
        return self.value > limit if self.lower_is_better else self.value < limit


@dataclass(frozen=True, slots=True)
class Skipped:
    """A topic that could not be measured here, and what is missing."""

    topic: str
    missing: str
