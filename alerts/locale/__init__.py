"""Everything Rasad says to people, one YAML per language, found by a folder scan. `en` has every key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language: `texts("key", count=3)` fills the braces of the text with that key."""

    language: str
    by_key: Mapping[str, str]

    def __call__(self, key: str, **values: Any) -> str:
        return self.by_key[key].format(**values)


@cache
def texts(language: str = "en") -> Texts:
    """Texts of `language`; English where there is no such file."""
    chosen = language if language in languages() else "en"
    return Texts(chosen, yaml.safe_load((_FOLDER / f"{chosen}.yaml").read_text("utf-8")))


@cache
def languages() -> tuple[str, ...]:
    """The languages there are, by code."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))
