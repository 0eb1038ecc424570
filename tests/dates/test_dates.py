"""Dates from strings and from a page's evidence. The wide tables are tests/quality/date_strings.tsv and _date_pages.py."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dates import dateline, parse_date, published, updated, url_date
from crawler.markup import Declared, parse
from crawler.types import Dating, Listing
from tests.quality._date_pages import NOW, PAGES, DatePage
from tests.quality.dates import kept_out, of_page, strings, written


@pytest.mark.parametrize(("language", "zone", "text", "expected"), [row for row in strings() if not kept_out(row[2])])
def test_a_string_names_its_moment(language: str, zone: str, text: str, expected: str) -> None:
    """Three languages, four calendars of months, relative words, zones."""
    assert written(parse_date(text, language, zone, NOW)) == expected


@pytest.mark.parametrize("page", [page for page in PAGES if not kept_out(page.name)], ids=lambda page: page.name)
def test_a_page_gives_its_date(page: DatePage) -> None:
    """Evidence is ranked; what cannot be believed is refused."""
    assert written(of_page(page)) == page.expected


def evidence(head: str, body: str = "", url: str = "https://a.example/1", feed: datetime | None = None) -> Dating:
    tree = parse(f"<html><head>{head}</head><body>{body}</body></html>")
    assert tree is not None
    return published(Declared(tree), url, Listing(url, published_at=feed) if feed else None, "ru", "Europe/Moscow", NOW)


def test_a_conflict_is_recorded() -> None:
    """The weaker witness is named with its day."""
    found = evidence(
        '<meta property="article:published_time" content="2024-05-01T10:00:00Z">', url="https://a.example/2023/04/05/x"
    )
    assert found.at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert found.conflicts == ("url 2023-04-05",)


def test_a_refusal_is_recorded() -> None:
    """An undated page says what was not believed."""
    found = evidence('<meta property="article:published_time" content="2018-01-01">')
    assert (found.at, found.precision) == (None, "none")
    assert found.conflicts == ("meta 2018-01-01 refused without a second witness",)


def test_day_precision_is_never_shifted() -> None:
    """13 February in Kamchatka is 13 February, at 00:00Z."""
    assert parse_date("13 февраля 2018", "ru", "Asia/Kamchatka", NOW) == Dating(
        datetime(2018, 2, 13, tzinfo=UTC), "day", "text"
    )


def test_updated_is_read_apart() -> None:
    """The change of an article is not its publication."""
    tree = parse(
        '<html><head><meta property="article:modified_time" content="2024-05-02T10:00:00+03:00"></head><body/></html>'
    )
    assert tree is not None
    assert updated(Declared(tree), "https://a.example/1", "", NOW) == datetime(2024, 5, 2, 7, tzinfo=UTC)


def test_the_day_a_text_calls_today() -> None:
    """The last resort: the weekday tells the year."""
    found = dateline(
        ["قال ناشطون اليوم، الثلاثاء 13 شباط، إن الطريق مغلق."], "Asia/Damascus", datetime(2019, 1, 5, tzinfo=UTC)
    )
    assert found == Dating(datetime(2018, 2, 13, tzinfo=UTC), "day", "dateline")


def test_an_id_in_the_url_is_no_date() -> None:
    """Eight digits that are no calendar day."""
    assert url_date("https://a.example/doc/20201399") is None


def test_outlet_formats_come_first() -> None:
    """05/02/2024 is what the outlet says it is."""
    assert parse_date("05/02/2024", "en", "UTC", NOW, ("%m/%d/%Y",)).at == datetime(2024, 5, 2, tzinfo=UTC)


@given(st.integers(800_000_000, 1_715_000_000))
def test_iso_survives(seconds: int) -> None:
    """What isoformat writes is read to the second's minute."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert parse_date(at.isoformat(), "en", "UTC", NOW).at == at


@given(st.text(max_size=80), st.sampled_from(["ar", "ru", "en"]))
def test_any_text_is_survived(text: str, language: str) -> None:
    """No exception, and never a date in the future."""
    found = parse_date(text, language, "Asia/Damascus", NOW)
    assert found.at is None or found.at <= NOW + timedelta(hours=26)
