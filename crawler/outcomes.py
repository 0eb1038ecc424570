"""What an answer means, decided without network or database: for an entry point, and for an article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from crawler.extract.refuse import refuse
from crawler.fetch import NotFetched
from crawler.fetch.retry_after import retry_after
from crawler.known import End
from crawler.outlets import EntryPointFact, Outlet
from crawler.schedule import CheckEnd
from crawler.spiders import LATEST, Days, Reading, Unreadable, readers, recognise
from crawler.types import Blocked, Page

# Troubles that another try will not mend.
_FINAL = {"robots.txt", "address refused", "too large"}
SENT_HOME = "redirected to the home page"


@dataclass(frozen=True, slots=True)
class Ended:
    """An article that ended before extraction: how, and why for a person."""

    end: End
    reason: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """The host asked for a pause until then; nothing failed."""

    until: datetime
    reason: str


def of_entry_point(
    got: Page | NotFetched, entry: EntryPointFact, outlet: Outlet, now: datetime, days: Days = LATEST
) -> Reading | CheckEnd:
    """What the entry point named, or how its check ended. An answer of 304 is a CheckEnd "not modified"."""
    if isinstance(got, NotFetched):
        if got.trouble == "rate-limited":
            return CheckEnd("rate-limited", got.reason, not_before=got.until)
        return CheckEnd("blocked" if got.trouble == "robots.txt" else "error", f"{got.trouble}: {got.reason}")
    if got.status == 304:
        return CheckEnd("not modified")
    pause = _pause(got, now)
    if pause is not None:
        return CheckEnd("rate-limited", pause.reason, not_before=pause.until)
    said = recognise(entry.kind, got)
    if isinstance(said, Unreadable):
        return CheckEnd(said.outcome, said.reason)
    refusal = None if said else refuse(got)
    if isinstance(refusal, Blocked):
        return CheckEnd("blocked", refusal.reason)
    if not 200 <= got.status < 300:
        return CheckEnd("error", _status(got))
    found = readers()[entry.kind](got, entry, outlet, now, days)
    if isinstance(found, Unreadable):
        return CheckEnd(found.outcome, found.reason)
    return found


def of_article(got: Page | NotFetched, now: datetime) -> Page | Ended | Postponed:
    """The page when it may hold an article, else how it ended."""
    if isinstance(got, NotFetched):
        if got.trouble == "rate-limited":
            return Postponed(got.until or now, got.reason)
        return Ended("rejected" if got.trouble in _FINAL else "failed", f"{got.trouble}: {got.reason}")
    pause = _pause(got, now)
    if pause is not None:
        return pause
    if got.status in (404, 410) or got.status >= 500 or 300 <= got.status < 400:
        return Ended("failed", _status(got))
    if _sent_home(got):
        return Ended("rejected", SENT_HOME)
    return got


def _pause(page: Page, now: datetime) -> Postponed | None:
    until = retry_after(page.status, page.header("retry-after"), now)
    return Postponed(until, f"HTTP {page.status}, asks for a pause until {until:%H:%M:%SZ}") if until else None


def _status(page: Page) -> str:
    if 300 <= page.status < 400:
        return f"HTTP {page.status}: redirect to {page.header('location')[:200] or 'nowhere'} not followed"
    return f"HTTP {page.status}"


def _sent_home(page: Page) -> bool:
    asked, came = urlsplit(page.requested_url), urlsplit(page.url)
    return came.path in ("", "/") and not came.query and asked.path not in ("", "/")
