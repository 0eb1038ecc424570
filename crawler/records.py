"""Recorded pages: what an outlet's page looked like, and what was read of it when a person agreed. Replayed, a pair shows
what an edit of the YAML or of the extraction changes.

    <folder of outlets>/recorded/<outlet>/<name>.html.gz      the page, byte for byte
    <folder of outlets>/recorded/<outlet>/<name>.json         its address, its headers, and what is expected of it
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from crawler import urls
from crawler.errors import ConfigError
from crawler.extract import extract
from crawler.outlets import Outlet
from crawler.reading import rules_of
from crawler.types import Blocked, Draft, Page, Rejected

FOLDER = "recorded"
HEADERS = ("content-type", "content-language", "cf-mitigated", "x-datadome")  # what extraction looks at
MOST_BYTES = 100 * 10**6  # of a page when unpacked

Expected = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One pair. `expected` has the keys of `read_of`."""

    outlet: str
    file: Path  # the JSON
    page: Page
    expected: Expected


@dataclass(frozen=True, slots=True)
class Difference:
    """A key of a record that reads otherwise now. Of a text only its changed lines, marked - and +."""

    key: str
    expected: str
    found: str


def read_of(end: Draft | Rejected | Blocked) -> dict[str, Any]:
    """What a person can check of an extraction: an article's fields, its text as lines; or why there is none."""
    if not isinstance(end, Draft):
        return {type(end).__name__.lower(): end.reason}
    return {
        "title": end.title,
        "published_at": _iso(end.published.at),
        "published_precision": end.published.precision,
        "updated_at": _iso(end.updated_at),
        "authors": list(end.authors),
        "section": end.section,
        "language": end.language,
        "lead": end.lead,
        "text": end.text.split("\n"),
    }


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def read_page(page: Page, outlet: Outlet) -> Draft | Rejected | Blocked:
    """The extraction as it was or would have been at the time of the fetch."""
    return extract(page, rules_of(outlet), page.fetched_at)


def place(folder: Path, outlet_id: str, url: str) -> Path:
    """The JSON file of a page in a folder of outlets; its name is for people, its end for uniqueness."""
    slug = re.sub(r"[^\w]+", "-", unquote(urlsplit(url).path).strip("/"))[-40:].strip("-").lower()
    digest = hashlib.sha256(urls.canonical(url).encode()).hexdigest()[:6]
    return folder / FOLDER / outlet_id / f"{slug or 'page'}-{digest}.json"


def write(file: Path, page: Page, expected: Expected) -> None:
    """Writes the pair. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    said = {
        "url": page.url,
        "fetched_at": _iso(page.fetched_at),
        "status": page.status,
        "headers": {name: page.header(name) for name in HEADERS if page.header(name)},
        "expected": expected,
    }
    # Without its time of day, the same page gives the same bytes.
    _page_file(file).write_bytes(gzip.compress(page.body, mtime=0))
    file.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")


def records(folder: Path, outlet_id: str = "") -> Iterator[Record]:
    """The pairs below a folder of outlets, of one outlet or of all. Raises ConfigError naming a file that is broken."""
    for file in sorted((folder / FOLDER).glob(f"{outlet_id or '*'}/*.json")):
        yield _read(file)


def _read(file: Path) -> Record:
    try:
        said = json.loads(file.read_text("utf-8"))
        with gzip.open(_page_file(file)) as packed:
            body = packed.read(MOST_BYTES)
        page = Page(
            url=said["url"],
            requested_url=said["url"],
            status=int(said["status"]),
            headers=tuple((str(name), str(value)) for name, value in said["headers"].items()),
            body=body,
            fetched_at=datetime.fromisoformat(said["fetched_at"]).astimezone(UTC),
        )
        return Record(file.parent.name, file, page, dict(said["expected"]))
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, zlib.error) as cause:
        raise ConfigError(f"{file}: no recorded page: {type(cause).__name__}: {cause}") from cause


def _page_file(file: Path) -> Path:
    return file.with_suffix(".html.gz")


def differences(record: Record, outlet: Outlet) -> list[Difference]:
    """What reads otherwise now than a person agreed to; [] when all is as it was."""
    found = read_of(read_page(record.page, outlet))
    return [
        Difference(key, *_contrast(record.expected.get(key), found.get(key)))
        for key in dict.fromkeys((*record.expected, *found))
        if record.expected.get(key) != found.get(key)
    ]


def _contrast(expected: Any, found: Any) -> tuple[str, str]:
    if not (isinstance(expected, list) and isinstance(found, list)):
        return _words(expected), _words(found)
    lost = [f"- {line}" for line in expected if line not in found]
    new = [f"+ {line}" for line in found if line not in expected]
    if not lost and not new:
        return f"{len(expected)} lines", f"{len(found)} lines, in another order or number"
    return "\n".join(lost), "\n".join(new)


def _words(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    return f"{len(value)} lines" if isinstance(value, list) else str(value)
