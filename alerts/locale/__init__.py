"""Everything Rasad says to people, one YAML per language, found by a folder scan. `en` has every key.

A text is a string with names in braces, or, where it depends on `count`, one string for each plural form the language
has (CLDR: one, few, many, two, zero, other).
"""

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
    by_key: Mapping[str, str | Mapping[str, str]]

    def __call__(self, key: str, **values: Any) -> str:
        text = self.by_key[key]
        if not isinstance(text, str):
            text = text[plural(self.language, values["count"])]
        return text.format(**values)


def plural(language: str, count: int) -> str:
    """The plural form of a number in a language, as CLDR names it."""
    from babel import Locale

    form: str = Locale(language).plural_form(count)
    return form


@cache
def texts(language: str = "en") -> Texts:
    """Texts of `language`; English where there is no such file."""
    chosen = language if language in languages() else "en"
    return Texts(chosen, yaml.safe_load((_FOLDER / f"{chosen}.yaml").read_text("utf-8")))


@cache
def languages() -> tuple[str, ...]:
    """The languages there are, by code."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))
