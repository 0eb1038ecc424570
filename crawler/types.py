"""The values that pass between the stages of the crawler. All frozen; all datetimes aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Precision = Literal["minute", "day", "month", "none"]


@dataclass(frozen=True, slots=True)
class Listing:
    """What an entry point said about one article before it was fetched (a feed item, a link on a section page)."""

    url: str
    title: str = ""
    published_at: datetime | None = None
    updated: str = ""  # the item's own update mark, verbatim; a change of it means: fetch again


@dataclass(frozen=True, slots=True)
class Page:
    """One fetched page as it came over the wire, after redirects and content decoding.

    `url` is the final address, `requested_url` the one asked for; header names are lower case.
    """

    url: str
    requested_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime
    listing: Listing | None = None
    tls_verified: bool = True
    moved: bool = False  # every redirect from `requested_url` to `url` said that it is for good

    def header(self, name: str) -> str:
        """The first header of that name, or ''."""
        return next((value for key, value in self.headers if key == name.lower()), "")


@dataclass(frozen=True, slots=True)
class Dating:
    """A publication date with its precision. Day precision is the calendar date at 00:00Z, never shifted by a zone.

    `witness` names the evidence it rests on ("json-ld", "meta", "url", "text", "feed"), `conflicts` what disagreed.
    """

    at: datetime | None
    precision: Precision
    witness: str = ""
    conflicts: tuple[str, ...] = ()


UNDATED = Dating(None, "none")


@dataclass(frozen=True, slots=True)
class Draft:
    """What was extracted from one page: an article before it is stored.

    `text` is paragraphs separated by one newline, without title and without the site's chrome.
    `language` is a lower-case code of `crawler.languages` or "und".
    """

    url: str
    canonical_url: str
    title: str
    text: str
    language: str
    published: Dating = UNDATED
    authors: tuple[str, ...] = ()
    section: str = ""
    lead: str = ""
    updated_at: datetime | None = None
    image: str = ""
    tags: tuple[str, ...] = ()
    further: tuple[str, ...] = ()  # addresses of its pages 2, 3, ...; `text` is of the pages read so far
    notes: tuple[str, ...] = field(default=())  # how it was read: one short sentence per decision, for a person


@dataclass(frozen=True, slots=True)
class Rejected:
    """An expected end: this page is not an article, and why (`too short`, `no text`, `not HTML`, ...)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """An expected end: the outlet answered with a challenge, a login wall or a geo-block instead of the page."""

    reason: str


@dataclass(frozen=True, slots=True)
class Saved:
    """A new article or a new revision of one."""

    article_id: int
    revision: int
    new: bool


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The page tells what is already stored."""

    article_id: int
    reason: str = "same text"


Ingested = Saved | Unchanged | Rejected | Blocked
