"""Outlets: one YAML of facts per publisher, found by a folder scan. The file's stem is the outlet's id."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from crawler.config import Duration, Section, did_you_mean, read_yaml
from crawler.errors import ConfigError

SHIPPED = Path(__file__).parent

Confidence = Literal["proven", "several lists", "one list", "candidate", "unproven"]


def _http(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{value!r} is not an http or https address")
    return value


def _regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as cause:
        raise ValueError(f"not a regular expression: {cause} in {value!r}") from cause
    return value


class EntryPointFact(Section):
    """A way to an outlet's newest articles. `kind` is a file of crawler/spiders/; their order is the order of trust."""

    kind: str
    url: str
    confidence: Confidence = "unproven"
    every: Duration | None = None  # how often it is read; None: the configuration's `crawl.every`
    links: str = ""  # section pages: a CSS selector for the elements that hold the links; "" means the whole page

    @field_validator("url")
    @classmethod
    def _url(cls, value: str) -> str:
        return _http(value)


class Leaning(Section):
    """Whose voice an outlet is, and from when to when (both days inclusive; absent means open)."""

    label: str
    since: dt.date | None = None
    until: dt.date | None = None


class Selectors(Section):
    """CSS selectors of one template of the site and the days between which it was in use."""

    since: dt.date | None = None
    until: dt.date | None = None
    title: str = ""
    lead: str = ""
    body: str = ""
    author: str = ""
    section: str = ""
    date: str = ""
    remove: list[str] = []


class Reading(Section):
    """How an article of this outlet is read; everything is optional."""

    templates: list[Selectors] = []
    remove: list[str] = []  # CSS selectors of chrome, on every template
    boilerplate: list[str] = []  # phrases: a paragraph that is or starts with one is not part of the article
    date_formats: list[str] = []  # strptime formats of the visible date, tried before everything else
    min_text_length: int = Field(50, ge=1)  # in characters; shorter is rejected


class Expect(Section):
    """What health looks like."""

    articles_a_day: float | None = None
    dated: float = 0.9  # share of articles with a publication date


class Outlet(Section):
    """A publisher, as its YAML states it."""

    id: str = ""  # the file's stem
    name: str
    home: str
    languages: list[str] = Field(min_length=1)
    country: str  # ISO 3166-1 alpha-2 of where it speaks for, or "XX"
    leaning: list[Leaning] = []
    timezone: str = "UTC"
    archive_only: bool = False  # defunct: known by name, never crawled on schedule
    entry_points: list[EntryPointFact] = []
    articles: str = ""  # regular expression an article's address matches (search); "" lets a feed's word stand
    delay: Duration | None = None
    proxy: str = ""
    reading: Reading = Reading()
    expect: Expect = Expect()
    notes: str = ""

    @field_validator("home")
    @classmethod
    def _home(cls, value: str) -> str:
        return _http(value)

    @field_validator("articles")
    @classmethod
    def _articles(cls, value: str) -> str:
        return _regex(value)

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as cause:
            raise ValueError(f"unknown time zone {value!r}; write it like Asia/Damascus") from cause
        return value

    @model_validator(mode="after")
    def _reachable(self) -> Outlet:
        if not self.entry_points and not self.archive_only:
            raise ValueError("no entry point; add one, or say `archive_only: true`")
        return self

    def leaning_on(self, day: dt.date) -> str:
        """The label valid on `day`, or ''."""
        for leaning in self.leaning:
            if (leaning.since or dt.date.min) <= day <= (leaning.until or dt.date.max):
                return leaning.label
        return ""


@dataclass(frozen=True, slots=True)
class Outlets:
    """All outlets by id, and the files that could not be read: one broken YAML never stops the others."""

    by_id: Mapping[str, Outlet]
    broken: Sequence[str] = field(default=())  # one message a file: file, line, what is wrong

    def get(self, outlet_id: str) -> Outlet:
        """Raises ConfigError with a "did you mean"."""
        if outlet_id not in self.by_id:
            raise ConfigError(f"unknown outlet `{outlet_id}`{did_you_mean(outlet_id, self.by_id)}")
        return self.by_id[outlet_id]

    def of_host(self, host: str) -> Outlet | None:
        """The outlet whose home has this host, with or without www."""
        bare = host.removeprefix("www.")
        return next(
            (o for o in self.by_id.values() if (urlsplit(o.home).hostname or "").removeprefix("www.") == bare), None
        )


def load(folders: Iterable[Path] = (), *, use: Sequence[str] | Literal["all"] = "all", shipped: bool = True) -> Outlets:
    """Outlets of the shipped folder and of `folders`, later ones replacing earlier ones of the same id.

    `use` selects by id; an id nobody has is reported in `broken`, as is every YAML that cannot be read.
    """
    by_id: dict[str, Outlet] = {}
    broken: list[str] = []
    for folder in [*([SHIPPED] if shipped else []), *folders]:
        if not folder.is_dir():
            broken.append(f"{folder}: no such folder of outlets")
            continue
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            try:
                by_id[path.stem] = read_outlet(path)
            except ConfigError as error:
                broken.append(str(error))
    if use != "all":
        broken.extend(f"unknown outlet `{name}`{did_you_mean(name, by_id)}" for name in use if name not in by_id)
        by_id = {name: by_id[name] for name in use if name in by_id}
    return Outlets(by_id, tuple(broken))


def read_outlet(path: Path) -> Outlet:
    """One YAML. Raises ConfigError with file and line."""
    outlet = read_yaml(path, Outlet)
    if outlet.id not in ("", path.stem):
        raise ConfigError(f"{path}: id `{outlet.id}` differs from the file's name; leave it out")
    return outlet.model_copy(update={"id": path.stem})
