"""WordPress by its REST interface: https://site/wp-json/wp/v2/posts, dates and all, further back than any feed.

Many sites switch it off: with 401, with 404, or by answering with their home page. That is an end of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.extract.refuse import STATUS, refuse
from crawler.markup import plain
from crawler.outlets import EntryPointFact, Outlet
from crawler.spiders import LATEST, Days, Reading, Unreadable, reading
from crawler.types import Blocked, Listing, Page

A_PAGE = 50
A_PAGE_BACK = 100  # the most WordPress allows
FIELDS = "date_gmt,modified_gmt,link,title"  # without the texts: they are read from the articles, as they were shown
# WordPress before 5.3 reads `after` and `before` in the site's own zone, whatever the value says.
ZONES = timedelta(days=1)


def start(url: str, days: Days = LATEST) -> str:
    """The newest posts; in a back-fill those of the days asked for, a day more at both ends."""
    asked = {"per_page": str(A_PAGE_BACK if days.since else A_PAGE), "_fields": FIELDS, "orderby": "date"}
    if days.since:
        asked["after"] = f"{days.since.astimezone(UTC) - ZONES:%Y-%m-%dT%H:%M:%S}Z"
    if days.until:
        asked["before"] = f"{days.until.astimezone(UTC) + ZONES:%Y-%m-%dT%H:%M:%S}Z"
    return _with(url, **asked)


def recognise(page: Page) -> Unreadable | bool:
    """Whether this is a list, and if not, whether it says that the interface is switched off, and in which words."""
    if not 400 <= page.status < 500 or page.status == 429:
        return page.status == 200 and page.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"["
    code = _object(page.body).get("code")
    if isinstance(code, str) and code:
        return Unreadable(f"HTTP {page.status}: {code[:80]}", "REST disabled")
    refusal = refuse(page)
    challenged = isinstance(refusal, Blocked) and refusal.reason not in STATUS.values()
    if page.status in (401, 404, 410) and not challenged:
        return Unreadable(f"HTTP {page.status}", "REST disabled")
    return False


def read(page: Page, entry: EntryPointFact, outlet: Outlet, now: datetime, days: Days = LATEST) -> Reading | Unreadable:
    """The posts of the page, newest first."""
    if page.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return Unreadable("HTML instead of JSON", "REST disabled")
    try:
        posts = json.loads(page.body)
    except (ValueError, RecursionError):
        return Unreadable("JSON that cannot be read")
    if not isinstance(posts, list):
        code = posts.get("code") if isinstance(posts, dict) else None
        return Unreadable(
            f"no list of posts: {code}" if code else "no list of posts", "REST disabled" if code else "error"
        )
    found = list(_listings(posts, now))
    return reading(found, page.url, outlet, titles_are_exact=True, older=_older(page, len(posts)))


def _listings(posts: list[Any], now: datetime) -> Iterator[Listing]:
    for post in posts:
        if isinstance(post, dict):
            link, title = post.get("link"), post.get("title")
            rendered = title.get("rendered") if isinstance(title, dict) else title
            yield Listing(
                link if isinstance(link, str) else "",
                plain(rendered) if isinstance(rendered, str) else "",
                _moment(post.get("date_gmt"), now),
                str(post.get("modified_gmt") or ""),
            )


def _moment(value: object, now: datetime) -> datetime | None:
    """A date of the interface, which is UTC without saying so; None where it is missing, 0000-00-00 or to come."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    at = (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC)
    return at if at <= now else None


def _older(page: Page, posts: int) -> str:
    """The next page as long as there is one: WordPress counts its pages, and answers 400 behind the last."""
    asked = dict(parse_qsl(urlsplit(page.requested_url).query))
    number = int(asked["page"]) if asked.get("page", "").isdigit() else 1
    pages, per_page = page.header("x-wp-totalpages"), asked.get("per_page", "")
    if pages.isdigit():
        more = number < int(pages)
    else:
        more = posts > 0 and posts >= (int(per_page) if per_page.isdigit() else 10)
    return _with(page.requested_url, page=str(number + 1)) if more else ""


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _with(url: str, **asked: str) -> str:
    """The address with these parameters beside or in place of its own."""
    parts = urlsplit(url)
    return urlunsplit(
        parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), **asked}, safe=":,"), fragment="")
    )
