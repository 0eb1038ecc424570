"""One outlet read once, dry: `rasad outlets check`. Every step says what it found and why; nothing is stored.

for entry_point in the outlet's, and what healing found:
    robots.txt: the line that decides      answer: status, size, redirects, certificate, validators
    items: how many, dated, what span      left out: how many, why
    one article: each step of the extraction, each witness of its date
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from crawler import outcomes, portrait, reasoning, spiders, urls
from crawler.config import CrawlSection
from crawler.crawl import Crawl
from crawler.extract import extract
from crawler.fetch import NotFetched
from crawler.fetch.robots import NAME
from crawler.fetch.robots_rule import ruling
from crawler.fetch.turns import Leases, NoLeases
from crawler.outlets import EntryPointFact, Outlet
from crawler.reading import rules_of
from crawler.schedule import CheckEnd
from crawler.spiders import Reading, readable
from crawler.store import NotStored
from crawler.types import Draft, Listing, Page

if TYPE_CHECKING:
    from crawler.healing import Move

Clock = Callable[[], datetime]
Say = Callable[[str], None]

STALE = timedelta(days=7)  # a newest item older than this is pointed out
WIDTH = 12  # of the column of steps


def check_outlet(
    outlet: Outlet,
    crawl: CrawlSection,
    clock: Clock,
    say: Say,
    found: Sequence[Move] = (),
    leases: Leases | None = None,
) -> bool:
    """Reads an outlet once, dry, and says each step's reasoning as a line; whether an article could be read.

    `found` is what healing took up and the YAML does not name; `leases` keep turns with other processes.
    """
    from crawler.fetch.loop import run

    async def main() -> bool:
        from crawler.fetch.fetcher import Fetcher

        async with Fetcher(crawl, leases or NoLeases(), clock) as fetcher:
            one = _Check(Crawl(fetcher, NotStored(), {outlet.id: outlet}, crawl), outlet, crawl, say)
            facts = [(fact, str(fact.confidence)) for fact in readable(outlet)]
            facts += [
                (EntryPointFact(kind=move.kind, url=move.url), f"found by Rasad; write into the YAML: {move.yaml}")
                for move in found
                if move.url not in [fact.url for fact, _ in facts]
            ]
            return await one.all(facts)

    return run(main())


async def fetch_page(crawl: Crawl, outlet: Outlet, url: str) -> Page | str:
    """An article's page, or the reason why there is none."""
    got = outcomes.of_article(await crawl.fetcher.get(crawl.ask(url, outlet)), crawl.fetcher.clock())
    return got if isinstance(got, Page) else got.reason


def fetch_one(outlet: Outlet, url: str, crawl: CrawlSection, clock: Clock, leases: Leases | None = None) -> Page | str:
    """As `fetch_page`, with a network of its own."""
    from crawler.fetch.loop import run

    async def main() -> Page | str:
        from crawler.fetch.fetcher import Fetcher

        async with Fetcher(crawl, leases or NoLeases(), clock) as fetcher:
            return await fetch_page(Crawl(fetcher, NotStored(), {outlet.id: outlet}, crawl), outlet, url)

    return run(main())


class _Check:
    """One dry check: where it reads and whom it tells."""

    def __init__(self, crawl: Crawl, outlet: Outlet, settings: CrawlSection, say: Say) -> None:
        self.crawl = crawl
        self.outlet = outlet
        self.settings = settings
        self.say = say

    async def all(self, facts: Sequence[tuple[EntryPointFact, str]]) -> bool:
        outlet = self.outlet
        leaning = outlet.leaning_on(self.crawl.fetcher.clock().date())
        self.say(f"{outlet.id}: {outlet.name}, {outlet.home}")
        self._step(
            "known as", f"{', '.join(outlet.languages)} · {outlet.country} · {outlet.timezone} · {leaning or '?'}"
        )
        if not facts:
            self._step("entry points", "none to read: archive only" if outlet.archive_only else "none")
        read = [await self._entry_point(fact, trust, n, len(facts)) for n, (fact, trust) in enumerate(facts, 1)]
        self.say("nothing was stored")
        return any(read)

    def _step(self, name: str, said: str, depth: int = 1) -> None:
        self.say(f"{'  ' * depth}{name:{WIDTH}} {said}")

    async def _entry_point(self, fact: EntryPointFact, trust: str, number: int, of: int) -> bool:
        self.say(f"entry point {number} of {of}: {fact.kind} {fact.url} ({trust})")
        address = spiders.start(fact.kind, fact.url)
        began = self.crawl.fetcher.clock()
        got = await self.crawl.fetcher.get(self.crawl.ask(address, self.outlet))
        self._robots(address)
        if isinstance(got, Page):
            self._answer(got, self.crawl.fetcher.clock() - began)
        found = outcomes.of_entry_point(got, fact, self.outlet, self.crawl.fetcher.clock())
        if isinstance(found, CheckEnd):
            self._step("ended", f"{found.outcome}: {found.reason}")
            self._advise(got, found)
            return False
        found = await self._children(found, fact)
        self._items(found, fact)
        if found.told is not None:
            for told in list(found.told.values())[:1]:
                self._step("article", told.draft.url)
                self._draft(told.draft)
            return bool(found.told)
        return bool(found.listings) and await self._article(found.listings[0])

    def _robots(self, address: str) -> None:
        """The line that decides, or why there is none, and the pause between two requests."""
        parts = urlsplit(address)
        rules = self.crawl.fetcher.robots.get(f"{parts.scheme}://{parts.netloc}")
        delay_s = self.crawl.fetcher.turns.crawl_delay_s.get(urls.host(address))
        own = self.outlet.delay if self.outlet.delay is not None else self.settings.delay
        pause = f"Crawl-delay {delay_s:g} s" if delay_s else "no Crawl-delay"
        if not self.settings.obey_robots:
            said = "not asked: crawl.obey_robots is off"
        elif rules is None or rules.parsed is None:
            said = f"none ({rules.why if rules else 'not reached'}), so nothing is forbidden"
        elif not rules.text:
            said = "allowed" if rules.parsed.can_fetch(address, NAME) else "forbidden"
        else:
            line = ruling(rules.text, address, NAME)
            why = f"line {line.line} `{line.text}` for {line.group}" if line.line else "no line speaks of it"
            said = f"{'allowed' if line.allowed else 'forbidden'}: {why}"
        self._step("robots.txt", f"{said}; {pause}, we pause {max(own.total_seconds(), delay_s or 0.0):g} s")

    def _answer(self, page: Page, took: timedelta) -> None:
        kind = page.header("content-type") or "no content type"
        ms = int(took.total_seconds() * 1000)
        self._step("answer", f"HTTP {page.status}, {len(page.body)} bytes, {kind}, {ms} ms with robots.txt and pauses")
        if page.url != page.requested_url:
            lasting = "for good: write this address into the YAML" if page.moved else "for now"
            self._step("redirect", f"{lasting}: {page.url}")
        self._step("certificate", "verified" if page.tls_verified else "none, plain http")
        validators = [name for name in ("etag", "last-modified") if page.header(name)]
        asks = f"{' and '.join(validators)}: the next check asks for changes only" if validators else "no validators"
        self._step("conditional", asks)

    def _advise(self, got: Page | NotFetched, end: CheckEnd) -> None:
        gone = isinstance(got, Page) and got.status in (404, 410)
        if gone or end.outcome in ("not a feed", "REST disabled"):
            self._step("what to do", f"rasad outlets add {self.outlet.home} --print --force looks for another way")
        elif end.outcome == "blocked":
            self._step("what to do", f"give it a proxy: crawl.proxies in config.yaml, {self.outlet.id}: http://...")

    async def _children(self, found: Reading, fact: EntryPointFact) -> Reading:
        """Of a sitemap index the first of the sitemaps a check would read."""
        if found.listings or not found.more:
            return found
        self._step("index", f"{len(found.more)} sitemaps would be read; here the first: {found.more[0]}")
        got = await self.crawl.fetcher.get(self.crawl.ask(found.more[0], self.outlet))
        further = outcomes.of_entry_point(got, fact, self.outlet, self.crawl.fetcher.clock())
        return further if isinstance(further, Reading) else found

    def _items(self, found: Reading, fact: EntryPointFact) -> None:
        now = self.crawl.fetcher.clock()
        dates = sorted(listing.published_at for listing in found.listings if listing.published_at)
        count = len(found.listings)
        self._step("items", f"names {count} article{'s' * (count != 1)}, {len(dates)} dated")
        if len(dates) > 1:
            self._step(
                "span", f"{dates[0]:%Y-%m-%d %H:%MZ} to {dates[-1]:%Y-%m-%d %H:%MZ} ({_span(dates[-1] - dates[0])})"
            )
        if dates:
            age = now - dates[-1]
            note = f"; stale: the newest is older than {STALE.days} days" if age > STALE else ""
            self._step("newest", f"{_span(age)} old{note}")
        for reason, count in found.dropped.items():
            self._step("left out", f"{count} {reason}")
        if fact.kind == "section":
            self._step(
                "links", f"by {self.outlet.articles}" if self.outlet.articles else "by their looks: no `articles:`"
            )
        if found.older:
            self._step("further back", found.older)

    async def _article(self, listing: Listing) -> bool:
        self._step("article", unquote(listing.url))
        ask = replace(self.crawl.ask(listing.url, self.outlet), listing=listing)
        got = outcomes.of_article(await self.crawl.fetcher.get(ask), self.crawl.fetcher.clock())
        if not isinstance(got, Page):
            self._step("not read", got.reason, 2)
            return False
        self._step("answer", f"HTTP {got.status}, {len(got.body)} bytes", 2)
        rules = rules_of(self.outlet)
        end = extract(got, rules, self.crawl.fetcher.clock())
        if not isinstance(end, Draft):
            self._step(type(end).__name__.lower(), end.reason, 2)
            return False
        for step, said in reasoning.of_extraction(got, rules, end):
            self._step(step, said, 2)
        self._draft(end, got)
        return True

    def _draft(self, draft: Draft, page: Page | None = None) -> None:
        published = draft.published
        self._step("title", draft.title, 2)
        self._step("language", f"{draft.language}, {len(draft.text)} characters", 2)
        self._step("begins", portrait.first_sentence(draft.text), 2)
        self._step("authors", ", ".join(draft.authors) or "none named", 2)
        self._step("section", draft.section or "none named", 2)
        self._step(
            "lead", portrait.first_sentence(draft.lead, most=100) if draft.lead else "none apart from the text", 2
        )
        if published.at is not None:
            moment = f"{published.at.astimezone(UTC):%Y-%m-%d %H:%MZ}"
            self._step("published", f"{moment} to the {published.precision}, witness: {published.witness}", 2)
        else:
            self._step("published", "no date found", 2)
        for evidence in reasoning.of_dates(page) if page is not None else ():
            self._step("evidence", evidence, 2)
        for conflict in published.conflicts:
            self._step("conflict", conflict, 2)
        if page is None:
            for note in draft.notes:
                self._step("text", note, 2)


def _span(span: timedelta) -> str:
    if span >= timedelta(days=2):
        return f"{span.days} days"
    if span >= timedelta(hours=1):
        return f"{span // timedelta(hours=1)} h"
    return f"{span // timedelta(minutes=1)} min"
