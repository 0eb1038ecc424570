"""WordPress by its REST interface: listings, dates, paging, and the ways in which it is switched off."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.outcomes import of_entry_point
from crawler.outlets import EntryPointFact, Outlet
from crawler.schedule import CheckEnd
from crawler.spiders import Days, Reading, wordpress
from crawler.types import Page

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FACT = EntryPointFact(kind="wordpress", url="https://news.example/wp-json/wp/v2/posts")
OUTLET = Outlet(name="News", home="https://news.example/", languages=["ar"], country="SY", entry_points=[FACT])


def post(number: int, title: str = "x", at: str = "2026-11-22T08:15:00") -> dict[str, object]:
    return {
        "date_gmt": at,
        "modified_gmt": "2026-11-22T08:30:00",
        "link": f"https://news.example/archives/{number}",
        "title": {"rendered": title},
    }


def read(
    body: object, *, status: int = 200, asked: str = "", pages: str = "", kind: str = "application/json"
) -> Reading | CheckEnd:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = (("content-type", kind), ("x-wp-totalpages", pages))
    url = asked or wordpress.start(FACT.url)
    return of_entry_point(Page(url, url, status, headers, raw, NOW), FACT, OUTLET, NOW)


def test_posts_are_named_with_dates_and_titles() -> None:
    """date_gmt is UTC without saying so; entities and tags of the rendered title are resolved."""
    found = read([post(1, "الجسر &#8220;مفتوح&#8221; &amp; <em>آمن</em>")])
    assert isinstance(found, Reading) and found.told is None and found.titles_are_exact
    (only,) = found.listings
    assert ("https://news.example/archives/1", "الجسر “مفتوح” & آمن", "2026-11-22T08:30:00") == (
        only.url,
        only.title,
        only.updated,
    )
    assert datetime(2026, 11, 22, 8, 15, tzinfo=UTC) == only.published_at


@pytest.mark.parametrize("at", ["", "0000-00-00T00:00:00", "2027-01-01T00:00:00"])
def test_impossible_date_is_none(at: str) -> None:
    """Drafts carry zeros, scheduled posts the future."""
    found = read([post(1, at=at)])
    assert isinstance(found, Reading)
    assert found.listings[0].published_at is None


def test_what_is_no_post_is_passed_over() -> None:
    """Strange items of a list cost only themselves."""
    found = read([None, 3, {"link": 7}, {"title": None}, {**post(1), "link": "javascript:x"}, post(2)])
    assert isinstance(found, Reading)
    assert ["https://news.example/archives/2"] == [one.url for one in found.listings]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (Days(), {"per_page": ["50"]}),
        (
            Days(datetime(2026, 10, 5, tzinfo=UTC), datetime(2026, 10, 8, tzinfo=UTC)),
            {"per_page": ["100"], "after": ["2026-10-04T00:00:00Z"], "before": ["2026-10-09T00:00:00Z"]},
        ),
    ],
)
def test_days_are_asked_for(days: Days, expected: dict[str, list[str]]) -> None:
    """A back-fill names its days, a day more at both ends; other parameters of the entry point stay."""
    asked = parse_qs(urlsplit(wordpress.start(FACT.url + "?categories=7", days)).query)
    assert {"categories": ["7"], "orderby": ["date"], "_fields": [wordpress.FIELDS], **expected} == asked


@pytest.mark.parametrize(
    ("asked", "pages", "posts", "older"),
    [
        ("", "3", 1, "2"),
        ("https://news.example/wp-json/wp/v2/posts?per_page=2&page=2", "3", 2, "3"),
        ("https://news.example/wp-json/wp/v2/posts?per_page=2&page=3", "3", 2, ""),
        ("https://news.example/wp-json/wp/v2/posts?per_page=2&page=2", "", 2, "3"),
        ("https://news.example/wp-json/wp/v2/posts?per_page=2&page=2", "", 1, ""),
        ("https://news.example/wp-json/wp/v2/posts?per_page=0", "", 0, ""),
    ],
)
def test_way_back_is_the_next_page_while_there_is_one(asked: str, pages: str, posts: int, older: str) -> None:
    """By the count WordPress gives; where a proxy took it away, while pages are full."""
    found = read([post(number) for number in range(posts)], asked=asked, pages=pages)
    assert isinstance(found, Reading)
    assert ([older] if older else []) == parse_qs(urlsplit(found.older).query).get("page", [])


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (401, {"code": "rest_cannot_access", "message": "Only for members"}, "REST disabled"),
        (403, {"code": "rest_disabled"}, "REST disabled"),
        (404, {"code": "rest_no_route"}, "REST disabled"),
        (404, b"<html><body>Not here</body></html>", "REST disabled"),
        (401, b"", "REST disabled"),
        (200, b"<!doctype html><html><body>Welcome</body></html>", "REST disabled"),
        (200, {"code": "disabled"}, "REST disabled"),
        (200, {"posts": []}, "error"),
        (200, b"[{", "error"),
        (200, b"[" * 100_000, "error"),
        (403, b"<html><title>Just a moment...</title></html>", "blocked"),
        (401, b"<html><script src=/__qrator/qauth.js></script></html>", "blocked"),
        (403, b"<html>Forbidden</html>", "blocked"),
        (500, b"oops", "error"),
    ],
)
def test_interface_that_is_off_is_named(status: int, body: object, outcome: str) -> None:
    """Switched off is not the same as blocked, and neither is a surprise."""
    end = read(body, status=status)
    assert isinstance(end, CheckEnd)
    assert (outcome, True) == (end.outcome, bool(end.reason))
