"""Dates read from strings and from pages of our own, beside dateparser and htmldate.

Right is: the same day, and the same minute where the sample has one. A third (SHA-1 of the string or the page's name
begins with 0-4) is kept out of tuning. `false_january` counts answers of 1 January that are wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from crawler.dates import parse_date, published
from crawler.markup import Declared, parse
from crawler.types import Dating, Listing
from tests.quality._date_pages import NOW, PAGES, DatePage
from tests.quality.figure import Figure, Skipped

STRINGS = Path(__file__).with_name("date_strings.tsv")
FORMS = {"day": "%Y-%m-%d", "month": "%Y-%m", "minute": "%Y-%m-%dT%H:%MZ"}


def kept_out(name: str) -> bool:
    return hashlib.sha1(name.encode()).hexdigest()[0] in "01234"


def written(dating: Dating) -> str:
    """The dating in the form of the samples."""
    return "-" if dating.at is None else dating.at.strftime(FORMS[dating.precision])


def strings() -> list[tuple[str, str, str, str]]:
    """(language, zone, text, expected)."""
    return [tuple(line.split("\t")) for line in STRINGS.read_text("utf-8").splitlines()]  # type: ignore[misc]


def of_page(page: DatePage) -> Dating:
    tree = parse(page.html)
    assert tree is not None
    at = datetime.fromisoformat(page.feed).replace(tzinfo=UTC) if page.feed else None
    listing = Listing(page.url, published_at=at) if at else None
    return published(Declared(tree), page.url, listing, page.language, page.zone, NOW)


def _dateparser(language: str, zone: str, text: str) -> str:
    import dateparser

    settings = {"RELATIVE_BASE": NOW.replace(tzinfo=None), "TIMEZONE": zone, "RETURN_AS_TIMEZONE_AWARE": True}
    found = dateparser.parse(text, languages=[language], settings=settings)
    return found.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ") if found and found.tzinfo else "-"


def _htmldate(page: DatePage) -> str:
    from htmldate import find_date

    return find_date(page.html, url=page.url, original_date=True, max_date=NOW.strftime("%Y-%m-%d")) or "-"


def _same_day(found: str, expected: str) -> bool:
    """The measure for tools that know no precision: the calendar day alone (a month: the month alone)."""
    return found[: min(10, len(expected))] == expected[:10] if expected != "-" else found == "-"


def measure(data: Path | None) -> Iterator[Figure | Skipped]:
    """Strings and pages, both halves."""
    for half, out in (("kept-out", True), ("dev", False)):
        suffix = "" if out else ".dev"
        rows = [row for row in strings() if kept_out(row[2]) is out]
        ours = [(written(parse_date(text, language, zone, NOW)), expected) for language, zone, text, expected in rows]
        theirs = fmean(
            _same_day(_dateparser(language, zone, text), expected) for language, zone, text, expected in rows
        )
        yield _figure(f"dates.strings{suffix}", ours, {"dateparser, day only": theirs}, half)
        pages = [page for page in PAGES if kept_out(page.name) is out]
        found = [(written(of_page(page)), page.expected) for page in pages]
        theirs = fmean(_same_day(_htmldate(page), page.expected) for page in pages)
        yield _figure(f"dates.pages{suffix}", found, {"htmldate, day only": theirs}, half)
        yield _figure(f"dates.right{suffix}", ours + found, {}, half)
        false = sum(answer[5:10] == "01-01" and answer != expected for answer, expected in ours + found)
        note = f"htmldate on the same pages {sum(map(_false_january, pages))}"
        yield Figure(f"dates.false_january{suffix}", false, 0, lower_is_better=True, half=half, note=note)


def _false_january(page: DatePage) -> bool:
    answer = _htmldate(page)
    return answer[5:10] == "01-01" and answer != page.expected[:10]


def _figure(name: str, answers: list[tuple[str, str]], beside: dict[str, float], half: str) -> Figure:
    share = fmean(answer == expected for answer, expected in answers)
    return Figure(name, share, 0.97, baselines=beside, half=half, note=f"{len(answers)} samples, day and minute")
