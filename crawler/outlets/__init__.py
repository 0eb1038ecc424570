"""Outlets: one YAML of facts per publisher, found by a folder scan. The file's stem is the outlet's id.

for folder in [shipped, *folders]:
    templates |= folder/templates/*.yaml      # facts a family of outlets shares, read first
    for path in folder/*.yaml:
        composed = YAML with line numbers
        facts = merge(composed, its template) # {host} in the template's addresses is the outlet's own
        outlet = validated(facts)             # or one message more in `broken`
"""

from __future__ import annotations

import datetime as dt
import pkgutil
import re
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from crawler.config import Bytes, Composed, Duration, Section, compose, compose_file, did_you_mean
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


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", value):
        raise ValueError(f"{value!r} is not a language code; write it like ar, ru or en")
    return value


def _selector(value: str) -> str:
    if value:
        from cssselect import HTMLTranslator, SelectorError  # 40 ms, and most outlets have no selector

        try:
            HTMLTranslator().css_to_xpath(value)
        except SelectorError as cause:
            raise ValueError(f"not a CSS selector: {cause} in {value!r}") from cause
    return value


def _date_format(value: str) -> str:
    try:
        dt.datetime.strptime("", value)
    except ValueError as cause:
        if "does not match" not in str(cause) or "%" not in value:
            raise ValueError(f"not a strptime format: {value!r}; write it like %d.%m.%Y, %H:%M") from cause
    return value


@cache
def _kinds() -> tuple[str, ...]:
    """The files of crawler/spiders/, without importing them."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules([str(SHIPPED.parent / "spiders")])))


class EntryPointFact(Section):
    """A way to an outlet's newest articles. `kind` is a file of crawler/spiders/; their order is the order of trust."""

    kind: str
    url: str
    confidence: Confidence = "unproven"
    every: Duration | None = None  # how often it is read; None: as often as it publishes, see crawler.rhythm
    links: str = ""  # section pages: a CSS selector for the elements that hold the links; "" means the whole page

    @field_validator("url")
    @classmethod
    def _url(cls, value: str) -> str:
        return _http(value)

    @field_validator("links")
    @classmethod
    def _links(cls, value: str) -> str:
        return _selector(value)


class _Period(Section):
    """Days between which something held, both inclusive; absent means open."""

    since: dt.date | None = None
    until: dt.date | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"since {self.since} is after until {self.until}")
        return self


class Leaning(_Period):
    """Whose voice an outlet is, and from when to when."""

    label: str


class Selectors(_Period):
    """CSS selectors of one template of the site and the days between which it was in use."""

    title: str = ""
    lead: str = ""
    body: str = ""
    author: str = ""
    section: str = ""
    date: str = ""
    remove: list[str] = []

    @field_validator("title", "lead", "body", "author", "section", "date")
    @classmethod
    def _one(cls, value: str) -> str:
        return _selector(value)

    @field_validator("remove")
    @classmethod
    def _all(cls, value: list[str]) -> list[str]:
        return [_selector(selector) for selector in value]


class Reading(Section):
    """How an article of this outlet is read; everything is optional."""

    templates: list[Selectors] = []
    remove: list[str] = []  # CSS selectors of chrome, on every template
    boilerplate: list[str] = []  # phrases: a paragraph that is or starts with one is not part of the article
    date_formats: list[str] = []  # strptime formats of the visible date, tried before everything else
    min_text_length: int = Field(50, ge=1)  # in characters; shorter is rejected

    @field_validator("remove")
    @classmethod
    def _remove(cls, value: list[str]) -> list[str]:
        return [_selector(selector) for selector in value]

    @field_validator("date_formats")
    @classmethod
    def _formats(cls, value: list[str]) -> list[str]:
        return [_date_format(pattern) for pattern in value]


class Expect(Section):
    """What health looks like."""

    articles_a_day: float | None = Field(None, ge=0)
    dated: float = 0.9  # share of articles with a publication date


class Template(Section):
    """Facts a family of outlets shares: a file of templates/, named by its outlets' `template:`.

    `{host}` in an address stands for the host of the outlet's home without www.
    """

    languages: list[str] = []
    country: str = ""  # ISO 3166-1 alpha-2 of where it speaks for, or "XX"
    leaning: list[Leaning] = []
    timezone: str = "UTC"
    archive_only: bool = False  # defunct: known by name, never crawled on schedule
    entry_points: list[EntryPointFact] = []
    archives: list[EntryPointFact] = []  # ways further back than the feeds reach; never read on schedule
    articles: str = ""  # regular expression an article's address matches (search); "" lets a feed's word stand
    priority: float = Field(1.0, gt=0, le=10)  # twice the priority is twice the checks
    delay: Duration | None = None
    bytes_per_day: Bytes | None = None  # None: the configuration's `crawl.bytes_per_day`
    proxy: str = ""
    reading: Reading = Reading()
    expect: Expect = Expect()
    notes: str = ""

    @field_validator("languages")
    @classmethod
    def _languages(cls, value: list[str]) -> list[str]:
        return [_language(code) for code in value]

    @field_validator("country")
    @classmethod
    def _country(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Z]{2}", value):
            raise ValueError(f"{value!r} is not a country code; write it like SY or RU, or XX for none")
        return value

    @field_validator("entry_points", "archives")
    @classmethod
    def _readable(cls, value: list[EntryPointFact]) -> list[EntryPointFact]:
        for fact in value:
            if fact.kind not in _kinds():
                raise ValueError(f"unknown kind `{fact.kind}` of {fact.url}{did_you_mean(fact.kind, _kinds())}")
        return value

    @field_validator("articles")
    @classmethod
    def _articles(cls, value: str) -> str:
        return _regex(value)

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as cause:
            raise ValueError(f"unknown time zone {value!r}; write it like Asia/Damascus") from cause
        return value


class Outlet(Template):
    """A publisher, as its YAML states it."""

    id: str = ""  # the file's stem
    template: str = ""  # stem of a file of templates/; what this outlet states itself comes first
    name: str
    home: str
    mirrors: list[str] = []  # homes of its mirrors and older domains
    languages: list[str] = Field(min_length=1)
    country: str

    @field_validator("home")
    @classmethod
    def _home(cls, value: str) -> str:
        return _http(value)

    @field_validator("mirrors")
    @classmethod
    def _mirrors(cls, value: list[str]) -> list[str]:
        return [_http(address) for address in value]

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


Trust = Literal["proven", "listed", "unproven", "archive only"]


def trust(outlet: Outlet) -> Trust:
    """How sure anybody is that the outlet can be read: seen by us, named in lists of others, or a guess."""
    if not outlet.entry_points:
        return "archive only"
    if any(fact.confidence == "proven" for fact in outlet.entry_points):
        return "proven"
    return "unproven" if all(fact.confidence == "unproven" for fact in outlet.entry_points) else "listed"


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
        """The outlet whose home or mirror has this host, with or without www; of several the first by id."""
        return next((outlet for outlet in self.by_id.values() if _bare(host) in map(_bare, _hosts(outlet))), None)

    def of_url(self, url: str) -> Outlet | None:
        """The outlet an article's address belongs to: of several on one host the one with the longest home."""
        host = _bare(_host(url))
        path = urlsplit(url).path + "/" if host else ""
        found = [
            (len(home.path), outlet)
            for outlet in self.by_id.values()
            for home in map(urlsplit, (outlet.home, *outlet.mirrors))
            if _bare(home.hostname or "") == host and path.startswith(home.path.rstrip("/") + "/")
        ]
        if found:
            return max(found, key=lambda pair: pair[0])[1]
        # Articles stand beside a home such as aljazeera.net/where/syria/, but below one such as bbc.com/russian.
        beside = (outlet for outlet in self.by_id.values() if host in map(_bare, _hosts(outlet)))
        return next((outlet for outlet in beside if not outlet.articles or re.search(outlet.articles, url)), None)


def _hosts(outlet: Outlet) -> list[str]:
    return [_host(address) for address in (outlet.home, *outlet.mirrors)]


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # https://[::1 and the like
        return ""


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.")


@dataclass(frozen=True, slots=True)
class Templates:
    """The facts of every template by name, as they stand in the YAML, and the names of those that are broken."""

    facts: Mapping[str, Mapping[str, Any]]
    broken: Mapping[str, str] = field(default_factory=dict)  # name -> message with file and line

    def of(self, composed: Composed) -> Mapping[str, Any]:
        """The facts under `composed`, an outlet; {} where it names none. Raises ConfigError."""
        name = composed.values.get("template") or ""
        if not isinstance(name, str) or not name:  # what is no word is refused with the outlet's other values
            return {}
        if name in self.broken:
            raise ConfigError(f"{composed.at('template')}: template `{name}` is broken: {self.broken[name]}")
        if name not in self.facts:
            raise ConfigError(f"{composed.at('template')}: unknown template `{name}`{did_you_mean(name, self.facts)}")
        home = composed.values.get("home")
        return _with_host(self.facts[name], _bare(_host(home)) if isinstance(home, str) else "")


def read_templates(folders: Iterable[Path]) -> Templates:
    """The templates of `<folder>/templates/*.yaml`, later folders replacing earlier ones."""
    facts: dict[str, Mapping[str, Any]] = {}
    broken: dict[str, str] = {}
    for path in [path for folder in folders for path in _yamls(folder / "templates")]:
        facts.pop(path.stem, None)
        broken.pop(path.stem, None)
        try:
            composed = compose_file(path)
            composed.validated(Template)
            facts[path.stem] = composed.values
        except ConfigError as error:
            broken[path.stem] = str(error)
    return Templates(facts, broken)


def _with_host(facts: Mapping[str, Any], host: str) -> dict[str, Any]:
    def filled(entry: Any) -> Any:
        return {**entry, "url": entry["url"].replace("{host}", host)}

    lists = {key: [filled(entry) for entry in facts[key]] for key in ("entry_points", "archives") if key in facts}
    return {**facts, **lists}


def merge(own: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """An outlet's mapping over its template's, key by key.

    Lists under `reading` and the `notes` are joined, the outlet's first; anything else the outlet states stands alone.
    """
    merged = _over(own, shared)
    reading, base = own.get("reading"), shared.get("reading")
    if isinstance(reading, Mapping) and isinstance(base, Mapping):
        for key in reading.keys() & base.keys():
            if isinstance(reading[key], list) and isinstance(base[key], list):
                merged["reading"][key] = [*reading[key], *base[key]]
    if isinstance(own.get("notes"), str) and isinstance(shared.get("notes"), str):
        merged["notes"] = f"{own['notes'].rstrip()}\n{shared['notes']}"
    return merged


def _over(own: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(shared)
    for key, value in own.items():
        base = shared.get(key)
        merged[key] = _over(value, base) if isinstance(value, Mapping) and isinstance(base, Mapping) else value
    return merged


def load(folders: Iterable[Path] = (), *, use: Sequence[str] | Literal["all"] = "all", shipped: bool = True) -> Outlets:
    """Outlets of the shipped folder and of `folders`, later ones replacing earlier ones of the same id.

    `use` selects of the shipped ones by id, those of `folders` are always there: somebody wrote them to be read. An id
    nobody has is reported in `broken`, as is every YAML that cannot be read. A folder's templates serve the folders
    after it too.
    """
    scanned = [*([SHIPPED] if shipped else []), *folders]
    templates = read_templates([SHIPPED, *scanned])
    by_id: dict[str, Outlet] = {}
    broken = list(templates.broken.values())
    unread, own = set[str](), set[str]()
    for folder in scanned:
        if not folder.is_dir():
            broken.append(f"{folder}: no such folder of outlets")
            continue
        stems: dict[str, Path] = {}
        for path in _yamls(folder):
            try:
                _refuse_twin_file(path, stems)
                by_id[path.stem] = read_outlet(path, templates)
                own |= {path.stem} if folder != SHIPPED else set()
            except ConfigError as error:
                broken.append(str(error))
                unread.add(path.stem)
    if use != "all":
        unknown = [name for name in use if name not in by_id and name not in unread]
        broken.extend(f"unknown outlet `{name}`{did_you_mean(name, by_id)}" for name in unknown)
        by_id = {name: by_id[name] for name in [*use, *sorted(own.difference(use))] if name in by_id}
    return Outlets(by_id, tuple(broken))


def read_outlet(path: Path, templates: Templates | None = None) -> Outlet:
    """One YAML over its template. Raises ConfigError with file and line.

    Without `templates` those beside the file and the shipped ones are read.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", path.stem):
        raise ConfigError(f"{path}: the name is the outlet's id: lower-case Latin letters, digits, _ and - only")
    return _outlet(compose_file(path), path.stem, templates or read_templates([SHIPPED, path.parent]))


def parse_outlet(text: str, outlet_id: str, templates: Templates | None = None) -> Outlet:
    """As read_outlet, from a string. Raises ConfigError."""
    return _outlet(compose(text, f"{outlet_id}.yaml"), outlet_id, templates or read_templates([SHIPPED]))


def _outlet(composed: Composed, outlet_id: str, templates: Templates) -> Outlet:
    outlet = composed.validated(Outlet, merge(composed.values, templates.of(composed)))
    if outlet.id not in ("", outlet_id):
        raise ConfigError(f"{composed.at('id')}: id `{outlet.id}` differs from the file's name; leave it out")
    return outlet.model_copy(update={"id": outlet_id})


def _yamls(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])


def _refuse_twin_file(path: Path, stems: dict[str, Path]) -> None:
    if stems.setdefault(path.stem, path) != path:
        raise ConfigError(f"{path}: the outlet `{path.stem}` stands in {stems[path.stem].name} too")
