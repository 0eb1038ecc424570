"""Refusals in the language of the chat. Errors are written in English where they arise; their translations stand here.

`alerts/locale/refusals/<code>.yaml` maps an English message, with braces where it quotes something, to the same in that
language, as gettext does it. A message without translation is said in English: better than not at all.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from alerts import locale
from alerts.locale import texts
from crawler.errors import QueryError, UsageError

_FOLDER = Path(locale.__file__).parent / "refusals"
# Braces that hold more of our own English, itself translated: "; did you mean ...?", why a watch is refused.
_OURS = frozenset(["hint", "why", "what"])

Pattern = re.Pattern[str]


def refusal(error: UsageError, language: str = "en") -> str:
    """What is wrong and what to write instead, in `language`; of a watch with its column and suggestion."""
    said = translated(str(error), language)
    if not isinstance(error, QueryError):
        return said
    return query_refusal(said, error.column, error.suggestion, language)


def query_refusal(said: str, column: int, suggestion: str, language: str) -> str:
    """The column in front of what is said, the suggestion behind it."""
    text = texts(language)
    return text("at_column", column=column, said=said) + (text("try_instead", watch=suggestion) if suggestion else "")


def translated(message: str, language: str) -> str:
    """`message`, an English one, in `language`; as it is when nobody has translated it."""
    for pattern, translation in _catalogue(language):
        found = pattern.fullmatch(message)
        if found is not None:
            values = found.groupdict()
            for name in _OURS & values.keys():
                values[name] = translated(values[name], language)
            return translation.format(**values)
    return message


@cache
def _catalogue(language: str) -> tuple[tuple[Pattern, str], ...]:
    """The messages with the most fixed letters first: the closest one fits."""
    path = _FOLDER / f"{language}.yaml"
    known: Mapping[str, str] = yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}
    ordered = sorted(known.items(), key=lambda one: -sum(len(fixed) for fixed, *_ in string.Formatter().parse(one[0])))
    return tuple((_pattern(english), translation) for english, translation in ordered)


def _pattern(english: str) -> Pattern:
    pieces = []
    for fixed, name, _, _ in string.Formatter().parse(english):
        pieces.append(re.escape(fixed))
        if name is not None:
            pieces.append(f"(?P<{name}>.*)" if name in _OURS else f"(?P<{name}>.+?)")
    return re.compile("".join(pieces), re.S)
