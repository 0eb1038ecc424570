"""Lists of persons and organisations read from files, as watches; and written back. Pure.

    CSV                a header with `name`, and if you like `aliases` (separated by |), `schema`, `watch`
    JSON lines         entities of FollowTheMoney as OpenSanctions publishes them: {"schema", "properties": {"name": [...]}}
                       or the lines that `rasad watch export` writes

A person becomes `name:"..."`, found by sound in three scripts; an organisation its names as phrases. A line that cannot
become a watch is refused with its number and the reason; the others go on. Weak aliases (`weakAlias`) are not read.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.query import LONGEST, MOST_TERMS, Query, parse
from alerts.terms import forms, frequency, quote
from alerts.terms.name import Name
from crawler.errors import QueryError, UsageError
from crawler.languages import fold, tokenise

PERSON, ORGANISATION = "person", "organisation"

KINDS: Mapping[str, str] = {
    "person": PERSON,
    "organization": ORGANISATION,
    "organisation": ORGANISATION,
    "legalentity": ORGANISATION,
    "company": ORGANISATION,
    "publicbody": ORGANISATION,
}
"""Schema of FollowTheMoney, in small letters -> what it is watched for as."""

COMMON = 20  # of 10,000 articles; an organisation called by one word that so many have would never stop firing
_BETWEEN = ' OR ""'  # signs an organisation's next name takes; a person's takes fewer
SHORTEST = 4  # letters of an organisation's only word
FORMULA = ("=", "+", "-", "@")  # what a spreadsheet takes for the beginning of one
_READ = frozenset(["ar", "cyr", "lat"])  # scripts that are read; names in others are left out


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that became a watch. `left_out` are aliases that would meet strangers, or are in scripts not read here."""

    line: int
    watch: str
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that did not, and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entity that is neither person nor organisation: a vessel, an address, a sanction."""

    line: int
    schema: str


Read = Entry | Refused | Skipped


def read(lines: Iterable[str], *, jsonl: bool) -> Iterator[Read]:
    """One value a line with something in it. Raises UsageError when the file is no such list at all."""
    return _read_json(lines) if jsonl else _read_csv(lines)


def _read_csv(lines: Iterable[str]) -> Iterator[Read]:
    iterator = iter(lines)
    header = next(iterator, "").lstrip("\ufeff")
    delimiter = max(",;\t", key=header.count)
    columns = [column.strip().casefold() for column in next(csv.reader([header], delimiter=delimiter), [])]
    if not {"name", "watch"} & set(columns):
        raise UsageError(
            "line 1: no column `name`; write `name,aliases` there, aliases separated by |, or end the file's name in "
            ".jsonl for JSON lines"
        )
    reader = csv.reader(iterator, delimiter=delimiter, strict=True)
    while True:
        first = reader.line_num + 2  # of the row to come, which may go over several lines
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Refused(first, "", f"no CSV: {error}; is a quotation mark left open?")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        row = dict(zip(columns, map(_unguarded, cells), strict=False))
        aliases = [alias.strip() for alias in row.get("aliases", "").split("|")]
        yield _entry(first, row.get("name", ""), aliases, row.get("schema", ""), row.get("watch", ""))


def _unguarded(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from taking `=Рота` or `@killed` for a formula."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell


def _read_json(lines: Iterable[str]) -> Iterator[Read]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.lstrip("\ufeff"))
        except (ValueError, RecursionError) as error:
            yield Refused(number, line.strip()[:80], f"no JSON: {error}")
            continue
        if not isinstance(row, dict):
            yield Refused(number, line.strip()[:80], "expected an object, {...}")
            continue
        yield _of_object(number, row)


def _of_object(number: int, row: Mapping[str, Any]) -> Read:
    properties = row.get("properties")
    if isinstance(properties, dict):
        names = [*_strings(properties.get("name")), *_strings(properties.get("alias"))]
        caption = row.get("caption")
        first = caption if isinstance(caption, str) and caption in names else next(iter(names), "")
        return _entry(number, first, [name for name in names if name != first], str(row.get("schema", "")))
    name, watch = row.get("name", ""), row.get("watch", "")
    if not isinstance(name, str) or not isinstance(watch, str):
        return Refused(number, str(row)[:80], "`name` and `watch` are texts")
    return _entry(number, name, _strings(row.get("aliases")), str(row.get("schema", "")), watch)


def _strings(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [one.strip() for one in values if isinstance(one, str) and one.strip()]


def _entry(number: int, name: str, aliases: Sequence[str], schema: str = "", watch: str = "") -> Read:
    """A row of either format. `watch` is taken as it is; else the names are put together as the schema wants."""
    kind = KINDS.get(schema.casefold(), "") if schema else PERSON
    if not kind:
        return Skipped(number, schema)
    if not watch and not name:
        return Refused(number, "", "no name")
    wanted = [_plain(one) for one in (name, *aliases) if one]
    left_out = 0
    if not watch:
        good = list({fold(one): one for one in reversed(wanted) if _usable(one, kind)}.values())[::-1]
        if not good:
            return Refused(number, name, _why_unusable(kind))
        watch, kept = _written(good, kind)
        left_out = len({fold(one) for one in wanted}) - kept
    if "$" in watch:
        return Refused(number, watch, "a definition, or a watch that uses one: add it with `rasad watch add`")
    try:
        parse(watch)
    except QueryError as error:
        return Refused(number, name or watch, f"column {error.column}: {error}")
    return Entry(number, watch, left_out)


def _plain(name: str) -> str:
    """Without the signs of the watch language; `Surname, Given` in the order people say it."""
    last, comma, first = name.partition(",")
    turned = f"{first} {last}" if comma and "," not in first else name
    return " ".join(turned.translate({ord('"'): " ", ord("|"): " ", ord("\\"): " "}).split())


def _usable(name: str, kind: str) -> bool:
    words = [token for token in tokenise(name) if token.script in _READ]
    if not words or len(name) > LONGEST // 2:
        return False
    if kind == PERSON:
        return len(words) > 1
    if len(words) > 1:
        return True
    return len(words[0].folded) >= SHORTEST and frequency(forms(name)) < COMMON


def _why_unusable(kind: str) -> str:
    if kind == PERSON:
        return "a surname alone meets strangers, and names are read in Arabic, Cyrillic and Latin: add the given name"
    return "one short or common word would fire all the time: add a longer name"


def _written(names: Sequence[str], kind: str) -> tuple[str, int]:
    """The watch, and how many names found room in it."""
    room = LONGEST - len(_watch(names[:1], kind))
    kept = 1
    for name in names[1:]:
        room -= len(name) + len(_BETWEEN)
        if room < 0 or kept == MOST_TERMS:
            break
        kept += 1
    return _watch(names[:kept], kind), kept


def _watch(names: Sequence[str], kind: str) -> str:
    return f"name:{quote('|'.join(names))}" if kind == PERSON else " OR ".join(map(quote, names))


@dataclass(frozen=True, slots=True)
class Row:
    """A watch as it is written into a file: what `read` turns into the same watch again."""

    name: str
    aliases: tuple[str, ...]
    watch: str


def row(text: str, query: Query) -> Row:
    """`name` and `aliases` are filled when the watch is a person and nothing else."""
    if isinstance(query.root, Name):
        return Row(query.root.spellings[0], query.root.spellings[1:], text)
    return Row("", (), text)
