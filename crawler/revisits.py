"""Asking for an article again: its edits become revisions, its disappearance a fact.

    plan(article)                        # when it is stored
    for due in due(now):                 # matched ones first; the next age is written down before anything is fetched
        answer = judge(get(url))         # Page | NotThere | Unclear
        Page      -> extract, store      # the same ingest as ever: a new revision, or nothing
        NotThere  -> twice, an hour or more apart, while the outlet's lists are read: articles.gone_at

Four fifths of all edits and deletions of a week fall into its first day (GDELT's second crawl of 88 million pages), so the
ages grow. Texts are compared and never HTML: one page in twenty keeps its HTML from one visit to the next. A challenge,
a redirect to somewhere else, an error of the server or a page that can no longer be read say nothing of the article.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Select, case, delete, func, select, update
from sqlalchemy.orm import Session

from crawler import budget, joining, outcomes, urls
from crawler.fetch import NotFetched
from crawler.known import Wanted, as_wanted, unknown
from crawler.log import get_log
from crawler.models import Article, EntryPoint, Evidence, KnownUrl, Revisit
from crawler.rows import claimed
from crawler.types import Draft, Listing, Page, Saved

if TYPE_CHECKING:
    from crawler.crawl import Crawl
    from crawler.outlets import Outlet

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AGES = (HOUR, 6 * HOUR, DAY, 3 * DAY)
MATCHED_AGES = (HOUR / 4, HOUR, 4 * HOUR, 12 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY)
AGAIN = timedelta(hours=1)  # between two answers that an article is not there
UNCLEAR_AGAIN = timedelta(hours=6)  # after a visit that said nothing
HEALTHY = timedelta(hours=6)  # an outlet whose lists were read within so long is one whose 404 is believed
UNCONDITIONAL_EVERY = 3  # visits; see schedule.UNCONDITIONAL_EVERY

Which = Literal["all", "matched", "none"]
Visit = Literal["same", "edited", "gone", "missing", "unclear", "over budget", "postponed"]


@dataclass(frozen=True, slots=True)
class DueRevisit:
    """An article that is to be asked for again."""

    article_id: int
    outlet: str
    url: str
    host: str
    matched: bool
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class NotThere:
    """The outlet says that it has no such article. `page` is its answer."""

    reason: str
    page: Page


@dataclass(frozen=True, slots=True)
class Unclear:
    """An answer that says nothing of the article; `until` is a pause the host asked for."""

    reason: str
    until: datetime | None = None


# --- deciding --------------------------------------------------------------------------------------------------------


def next_age(born_at: datetime, after: datetime, *, matched: bool) -> datetime | None:
    """The first of an article's ages later than `after`; None when it has had them all."""
    ages = MATCHED_AGES if matched else AGES
    return next((born_at + age for age in ages if born_at + age > after), None)


def judge(got: Page | NotFetched, now: datetime) -> Page | NotThere | Unclear:
    """What an answer says of the article. A 304 is the Page."""
    if isinstance(got, Page) and got.status == 304:
        return got
    if isinstance(got, Page) and got.status in (404, 410):
        return NotThere(f"HTTP {got.status}", got)
    read = outcomes.of_article(got, now)
    if isinstance(read, outcomes.Postponed):
        return Unclear(read.reason, read.until)
    if isinstance(read, outcomes.Ended):
        if isinstance(got, Page) and read.reason == outcomes.SENT_HOME:
            return NotThere(read.reason, got)
        return Unclear(read.reason)
    return read if 200 <= read.status < 300 else Unclear(f"HTTP {read.status}")


def same_address(draft: Draft, page: Page, canonical_url: str) -> bool:
    """Whether what was read is the article that was asked for, not another one it was led to."""
    told = {draft.canonical_url, urls.canonical(page.url)}
    return canonical_url in told or urls.canonical(page.requested_url) in told


# --- rows ------------------------------------------------------------------------------------------------------------


def plan(session: Session, article_id: int, page: Page, now: datetime) -> None:
    """Writes down the first visit of an article that was just stored. Old news of a first crawl has had its ages."""
    article = session.get_one(Article, article_id)
    born_at = article.first_seen_at
    if article.from_first_crawl:
        if article.published_at is None:
            return
        born_at = min(article.published_at, now)
    _write(session, article, born_at, now, matched=False)
    row = session.get(Revisit, article_id)
    if row is not None:
        row.etag, row.last_modified = page.header("etag"), page.header("last-modified")


def favour(session: Session, article_id: int, now: datetime) -> None:
    """A watch fired on the article: it is asked for more often, for a month. May be called twice."""
    row = session.get(Revisit, article_id)
    article = session.get(Article, article_id)
    if article is None or article.url.startswith("https://t.me/") or (row is not None and row.matched):
        return
    _write(session, article, row.born_at if row is not None else article.first_seen_at, now, matched=True)


def _write(session: Session, article: Article, born_at: datetime, now: datetime, *, matched: bool) -> None:
    next_at = next_age(born_at, now, matched=matched)
    if next_at is None:
        return
    row = session.get(Revisit, article.id)
    if row is None:
        row = Revisit(article_id=article.id, outlet=article.outlet, url=article.url, host=urls.host(article.url))
        row.born_at, row.next_at = born_at, next_at
        session.add(row)
    row.matched, row.next_at = matched or bool(row.matched), min(row.next_at, next_at)
    session.flush()


def due(
    session: Session,
    now: datetime,
    limit: int,
    *,
    which: Which = "all",
    busy_hosts: Collection[str] = (),
    outlets: Collection[str] | None = None,
) -> list[DueRevisit]:
    """At most `limit` articles to ask for again, one per host, each claimed for an hour; matched ones first."""
    if which == "none" or limit <= 0:
        return []
    query = _asked_for(now, which)
    if outlets is not None:
        query = query.where(Revisit.outlet.in_(outlets))
    if busy_hosts:
        query = query.where(Revisit.host.not_in(busy_hosts))
    # By host first: a thousand articles of one host must not hide those of the others.
    matched = func.max(case((Revisit.matched.is_(True), 1), else_=0))
    hosts = (
        query.with_only_columns(Revisit.host).group_by(Revisit.host).order_by(matched.desc(), func.min(Revisit.next_at))
    )
    found: list[DueRevisit] = []
    for host in session.scalars(hosts.limit(limit)).all():
        of_host = query.where(Revisit.host == host).order_by(Revisit.matched.desc(), Revisit.next_at)
        row = session.scalars(of_host.limit(1)).first()
        if row is not None and _claim(session, row, now):
            asks = row.asked % UNCONDITIONAL_EVERY != UNCONDITIONAL_EVERY - 1 and row.missing_since is None
            validators = (row.etag, row.last_modified) if asks else ("", "")
            found.append(DueRevisit(row.article_id, row.outlet, row.url, row.host, row.matched, *validators))
    return found


def of_article(session: Session, article_id: int) -> tuple[str, Wanted]:
    """An article's canonical address, and how it is wanted: with the kills it is known for."""
    article = session.get_one(Article, article_id)
    row = session.scalar(select(KnownUrl).where(KnownUrl.article_id == article_id).limit(1))
    wanted = as_wanted(row) if row is not None else unknown(Listing(article.url), article.outlet, first=False)
    return article.canonical_url, wanted


def anything_due(session: Session, now: datetime, which: Which) -> bool:
    """Whether `due` may find something."""
    if which == "none":
        return False
    return session.scalar(_asked_for(now, which).with_only_columns(Revisit.article_id).limit(1)) is not None


def _asked_for(now: datetime, which: Which) -> Select[Revisit]:
    query = select(Revisit).where(Revisit.next_at <= now)
    return query.where(Revisit.matched.is_(True)) if which == "matched" else query


def _claim(session: Session, row: Revisit, now: datetime) -> bool:
    statement = update(Revisit).where(Revisit.article_id == row.article_id, Revisit.next_at == row.next_at)
    return claimed(session, statement.values(next_at=now + AGAIN))


def seen(session: Session, article_id: int, page: Page, now: datetime) -> None:
    """The article is there: the next age, and what was said of its absence is taken back."""
    article = session.get(Article, article_id)
    if article is not None and article.gone_at is not None:
        article.gone_at, article.gone_reason, article.gone_evidence_id = None, "", None
    row = session.get(Revisit, article_id)
    if row is None:
        return
    if page.status != 304:
        row.etag, row.last_modified = page.header("etag"), page.header("last-modified")
    _go_on(session, row, now)


def _go_on(session: Session, row: Revisit, now: datetime) -> None:
    next_at = next_age(row.born_at, now, matched=row.matched)
    if next_at is None:
        session.execute(delete(Revisit).where(Revisit.article_id == row.article_id))
        return
    row.asked, row.missing_since, row.next_at = row.asked + 1, None, next_at


def not_there(session: Session, article_id: int, now: datetime) -> bool:
    """Notes the answer that an article is not there; whether that makes it gone. The caller writes how, see `bury`.

    Gone is what was twice not there, an hour or more apart, at an outlet whose lists are being read.
    """
    row = session.get(Revisit, article_id)
    if row is None:
        return False
    if not _healthy(session, row.outlet, now):
        later(session, article_id, now + AGAIN)
        return False
    if row.missing_since is None:
        row.missing_since, row.next_at = now, now + AGAIN
        return False
    return now - row.missing_since >= AGAIN


def _healthy(session: Session, outlet: str, now: datetime) -> bool:
    query = select(EntryPoint.id).where(
        EntryPoint.outlet == outlet, EntryPoint.last_read_at >= now - HEALTHY, EntryPoint.failures == 0
    )
    return session.scalar(query.limit(1)) is not None


def bury(session: Session, article_id: int, reason: str, evidence: Evidence, now: datetime) -> None:
    """Writes down that an article is gone, and the answer that said so. Its text stays as it was last seen.

    It is asked for at its remaining ages all the same: some come back.
    """
    session.add(evidence)
    session.flush()
    article = session.get_one(Article, article_id)
    if article.gone_at is None:
        article.gone_at, article.gone_reason, article.gone_evidence_id = now, reason, evidence.id
    row = session.get(Revisit, article_id)
    if row is not None:
        _go_on(session, row, now)


def later(session: Session, article_id: int, until: datetime) -> None:
    """The visit said nothing, or was not made: the article is asked for then, or no more a day after its last age."""
    row = session.get(Revisit, article_id)
    if row is None:
        return
    if until > row.born_at + (MATCHED_AGES if row.matched else AGES)[-1] + DAY:
        session.delete(row)
    else:
        row.next_at = until


# --- the flow --------------------------------------------------------------------------------------------------------


async def revisit(crawl: Crawl, one: DueRevisit) -> Visit:
    """One visit, from the fetch to the row. Raises DatabaseError, SQLAlchemyError or OSError."""
    outlet = crawl.outlets[one.outlet]
    visit, reason = await _visit(crawl, one, outlet)
    get_log().info("revisited", outlet=one.outlet, url=one.url, outcome=visit, reason=reason)
    return visit


async def _visit(crawl: Crawl, one: DueRevisit, outlet: Outlet) -> tuple[Visit, str]:
    now, store = crawl.fetcher.clock(), crawl.store
    refused = await crawl.over_budget(outlet, "matched revisit" if one.matched else "revisit")
    if refused:
        await store.revisit_later(one.article_id, budget.next_day(now))
        return "over budget", refused
    ask = replace(crawl.ask(one.url, outlet), etag=one.etag, last_modified=one.last_modified)
    answer = judge(await crawl.get(ask), now)
    if isinstance(answer, Unclear):
        await store.revisit_later(one.article_id, max(answer.until or now, now + UNCLEAR_AGAIN))
        return ("postponed" if answer.until else "unclear"), answer.reason
    if isinstance(answer, NotThere):
        gone = await store.not_there(one.article_id, answer.reason, answer.page, now)
        return ("gone" if gone else "missing"), answer.reason
    if answer.status == 304:
        await store.revisited(one.article_id, answer, now)
        return "same", "not modified"
    return await _compare(crawl, one, outlet, answer)


async def _compare(crawl: Crawl, one: DueRevisit, outlet: Outlet, page: Page) -> tuple[Visit, str]:
    """The article as it reads now beside the one that is stored."""
    now, store = crawl.fetcher.clock(), crawl.store
    canonical_url, wanted = await store.of_article(one.article_id)
    draft = await crawl.extracted(wanted, page, outlet)
    if not isinstance(draft, Draft):
        reason = draft.reason
    elif not same_address(draft, page, canonical_url):
        reason = f"leads to {page.url}"
    elif (whole := await joining.whole(crawl, wanted, draft, outlet)).lacking:
        reason = whole.lacking  # what is missing of it was not taken out by the outlet
    else:
        draft = replace(whole.draft, canonical_url=canonical_url)
        stored = await store.save(wanted, page, draft, now, further=whole.pages)
        await store.revisited(one.article_id, page, now)
        if isinstance(stored, Saved):
            crawl.revised(draft, page, one.outlet, stored)
        return ("edited" if isinstance(stored, Saved) else "same"), ""
    await store.revisit_later(one.article_id, now + UNCLEAR_AGAIN)
    return "unclear", reason
