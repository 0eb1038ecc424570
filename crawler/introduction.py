"""Getting to know an outlet from its address: what `rasad outlets add` fetches, finds and writes down.

home page                                   # or why there is none, and what to do
places = discovery.entry_points(...)        # declared feeds, WordPress's REST, lists of feeds, sitemaps, common paths
each place, the likeliest first             # proven or not; the first feed that lists articles is enough
three articles of the best of them          # fetched and extracted: the proof
portrait                                    # name, languages, country, zone, family, pattern, each with its evidence
the YAML                                    # validated as any other before anybody sees it

About a dozen requests, one at a time, with the pauses and the obedience of any crawl. Nothing is stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from crawler import discovery, markup, outcomes, portrait, urls
from crawler.config import CrawlSection
from crawler.crawl import Crawl
from crawler.errors import FetchError, UsageError
from crawler.extract import extract
from crawler.extract.refuse import refuse
from crawler.fetch import NotFetched, Trouble
from crawler.fetch.turns import Leases, NoLeases
from crawler.markup import Declared
from crawler.outlets import SHIPPED, EntryPointFact, Outlet, Outlets, parse_outlet, read_templates
from crawler.portrait import Guess
from crawler.proving import Disproof, Proof, prove
from crawler.reading import rules_of
from crawler.spiders import Reading, feed, section, telegram
from crawler.store import NotStored
from crawler.types import Blocked, Draft, Listing, Page

ARTICLES = 3  # fetched and shown
DECLARED_TRIED, LISTED_TRIED, COMMON_TRIED, SITEMAPS_TRIED = 4, 3, 6, 2  # requests of each sort, at most

Say = Callable[[str], None]

_ADVICE: dict[Trouble, str] = {
    "unknown host": "no host has this name; check the spelling",
    "TLS": "Rasad reads nothing over a connection it cannot trust; if the site is plain http, write http://",
    "robots.txt": "Rasad obeys; ask the outlet, or set `crawl.obey_robots: false` and answer for it yourself",
    "connection refused": "the site is down, or blocks this network; `crawl.proxies` gives it a proxy",
    "timeout": "the site is down or slow, or blocks this network; `crawl.proxies` gives it a proxy",
    "connection cut": "the site breaks connections from this network; `crawl.proxies` gives it a proxy",
    "address refused": "Rasad asks no private addresses unless `crawl.allow_private` names them",
    "proxy": "check `crawl.proxy` and `crawl.proxies`",
    "redirects": "the address leads in a circle; try the one your browser ends at",
    "rate-limited": "try again later",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """A place that was asked and what came of it, for a person."""

    fact: EntryPointFact
    said: str
    works: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """An article of the proof: its draft, or why there is none."""

    url: str
    draft: Draft | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Introduction:
    """What was found. `unsure` has a sentence for each fact a person should look at."""

    outlet: Outlet
    yaml: str
    tried: tuple[Tried, ...]
    shown: tuple[Shown, ...]
    portrait: dict[str, Guess]
    unsure: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    """What is known so far."""

    home: Page
    html: str
    declared: Declared
    entry: Proof | None = None
    archives: list[EntryPointFact] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)
    pattern: str = ""


def refuse_known(address: str, known: Outlets) -> None:
    """UsageError naming the outlet the address belongs to already."""
    found = known.of_url(address)
    if found is not None:
        raise UsageError(
            f"{address} belongs to `{found.id}` ({found.name}): try `rasad outlets check {found.id}`; "
            "if this is another edition on the same host, say --force"
        )


def introduce(
    address: str,
    crawl: CrawlSection,
    clock: Callable[[], datetime],
    known: Outlets,
    say: Say,
    *,
    outlet_id: str = "",
    force: bool = False,
    leases: Leases | None = None,
) -> Introduction:
    """Finds out what is worth writing about the outlet at `address`, and says each step.

    `force` takes up what `known` has already; `leases` keep turns with other processes. Raises UsageError for an address of a known outlet, FetchError with what
    to do when the site cannot be read or lists nothing.
    """
    from crawler.fetch.loop import run

    if not force:
        refuse_known(address, known)

    async def main() -> Introduction:
        from crawler.fetch.fetcher import Fetcher

        async with Fetcher(crawl, leases or NoLeases(), clock) as fetcher:
            stranger = _stranger(address)
            one = Crawl(fetcher, NotStored(), {stranger.id: stranger}, crawl)
            return await _Acquaintance(one, stranger, known, say, force).make(address, outlet_id)

    return run(main())


def _stranger(home: str, **facts: Any) -> Outlet:
    """An outlet of which nothing but the address is known."""
    host = urls.host(home)
    return Outlet(id=host, name=host, home=home, languages=["und"], country="XX", archive_only=True, **facts)


class _Acquaintance:
    """One introduction: the crawl it uses and whom it tells."""

    def __init__(self, crawl: Crawl, stranger: Outlet, known: Outlets, say: Say, force: bool) -> None:
        self.crawl = crawl
        self.stranger = stranger
        self.known = known
        self.say = say
        self.force = force

    async def make(self, address: str, outlet_id: str) -> Introduction:
        channel = urls.host(address) in ("t.me", "telegram.me")
        page = await self._page(telegram.start(address) if channel else address)
        if telegram.is_preview(page):
            found = self._channel(page)
        else:
            found = await self._site(page)
        assert found.entry is not None
        pages = await self._articles(found.entry)
        return self._written(found, pages, outlet_id)

    # --- the way to the articles

    async def _page(self, address: str) -> Page:
        """The page, or FetchError with what to do."""
        self.say(f"asking {address}")
        got = await self.crawl.fetcher.get(self.crawl.ask(address, self.stranger))
        if isinstance(got, NotFetched):
            advice = _ADVICE.get(got.trouble, "")
            raise FetchError(f"{address}: {got.trouble}: {got.reason}{f'. {advice}' if advice else ''}")
        refusal = None if telegram.is_preview(got) or _is_feed(got, self.stranger) else refuse(got)
        if isinstance(refusal, Blocked):
            raise FetchError(
                f"{address}: blocked: {refusal.reason}. The outlet keeps this network out; try from another one, or "
                "give it a proxy in `crawl.proxies`"
            )
        if not self.force:
            refuse_known(got.url, self.known)
        self.say(f"  HTTP {got.status}, {len(got.body)} bytes{f', at {got.url}' if got.url != address else ''}")
        return got

    def _channel(self, page: Page) -> _Found:
        fact = EntryPointFact(kind="telegram", url=page.url)
        reading = outcomes.of_entry_point(page, fact, self.stranger, self.crawl.fetcher.clock())
        if not isinstance(reading, Reading) or not reading.listings:
            raise FetchError(f"{page.url}: the channel shows no posts to the public")
        found = self._of_home(page)
        self._took(found, Proof(fact, page, reading))
        return found

    def _of_home(self, page: Page) -> _Found:
        """What the page says; of one that is none (404, no HTML) nothing, and the usual places are still tried."""
        html = markup.decode(page.body, page.header("content-type")) if page.status == 200 else ""
        tree = markup.parse(html)
        if tree is None:
            self.say("  no page of a site; trying the usual places")
            html = ""
            tree = markup.parse("<html></html>")
        return _Found(page, html, Declared(tree))

    async def _site(self, page: Page) -> _Found:
        """The best way to a site's articles; FetchError when there is none."""
        given = page if _is_feed(page, self.stranger) else None
        if given is not None:
            page = await self._page(_home_of_feed(given))
        found = self._of_home(page)
        self.stranger = _stranger(page.url)
        if given is not None:
            await self._first(found, [EntryPointFact(kind="feed", url=given.url)])
        site = f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}"
        robots = self.crawl.fetcher.robots.get(site)
        sitemaps = list(robots.parsed.sitemaps) if robots is not None and robots.parsed is not None else []
        places = discovery.entry_points(found.html, page.url, "\n".join(f"Sitemap: {one}" for one in sitemaps))
        await self._feeds(found, places)
        await self._interface(found)
        await self._sitemaps(found, places)
        if found.entry is None:
            self._page_of_links(found)
        return found

    async def _feeds(self, found: _Found, places: Sequence[EntryPointFact]) -> None:
        feeds = [place for place in places if place.kind == "feed"]
        likely = [place for place in feeds if place.confidence != "unproven"]
        await self._first(found, likely[:DECLARED_TRIED])
        for address in discovery.feed_lists(found.html, found.home.url)[:1]:
            if found.entry is None:
                await self._first(found, await self._listed_feeds(address))
        if found.entry is None:
            await self._first(found, [place for place in feeds if place.confidence == "unproven"][:COMMON_TRIED])

    async def _listed_feeds(self, address: str) -> list[EntryPointFact]:
        """The feeds of a page that lists them, such as /rssfeeds."""
        self.say(f"list of feeds {address}")
        got = await self.crawl.fetcher.get(self.crawl.ask(address, self.stranger))
        if isinstance(got, NotFetched) or got.status != 200:
            self.say(f"  not read: {got.reason if isinstance(got, NotFetched) else f'HTTP {got.status}'}")
            return []
        html = markup.decode(got.body, got.header("content-type"))
        listed = discovery.entry_points(html, got.url)
        return [place for place in listed if place.kind == "feed" and place.confidence != "unproven"][:LISTED_TRIED]

    async def _interface(self, found: _Found) -> None:
        """WordPress's REST: a way far back beside a feed, an entry point without one."""
        if portrait.family([found.html], urls.host(found.home.url), "").value != "wordpress":
            return
        address = urljoin(found.home.url, "/wp-json/wp/v2/posts")
        proof = await self._try(EntryPointFact(kind="wordpress", url=address), found.tried)
        if proof is not None and found.entry is None:
            self._took(found, proof)
        elif proof is not None:
            found.archives.append(proof.fact.model_copy(update={"confidence": "proven"}))

    async def _sitemaps(self, found: _Found, places: Sequence[EntryPointFact]) -> None:
        declared = [place for place in places if place.kind == "sitemap" and place.confidence != "unproven"]
        guessed = [place for place in places if place.kind == "sitemap" and place.confidence == "unproven"]
        for place in (declared or ([] if found.entry else guessed))[:SITEMAPS_TRIED]:
            proof = await self._try(place, found.tried, found)
            if proof is not None and found.entry is None:
                self._took(found, proof)
            elif proof is not None:
                found.archives.append(proof.fact.model_copy(update={"confidence": "proven"}))

    def _page_of_links(self, found: _Found) -> None:
        """The home page itself, with the pattern of addresses that most of its links share."""
        home = found.home
        fact = EntryPointFact(kind="section", url=home.url)
        self.say(f"no feed: page of links {home.url}")
        first = section.read(home, fact, self.stranger, home.fetched_at)
        named = [one.url for one in first.listings] if isinstance(first, Reading) else []
        common = portrait.commonest_shape(named)
        found.pattern = portrait.article_pattern(common, _sections(found))
        learnt = self.stranger.model_copy(update={"articles": found.pattern})
        reading = section.read(home, fact, learnt, home.fetched_at)
        if not isinstance(reading, Reading) or not reading.listings:
            raise FetchError(
                f"{home.url}: HTTP {home.status}, no feed, no sitemap, and no links that look like articles. Give the "
                "address of a page that lists its newest articles, or write the file by hand (docs/guide/outlet.md)"
            )
        self.say(f"  {len(reading.listings)} links, pattern {found.pattern or 'none found'}")
        self._took(found, Proof(fact, home, reading))
        found.tried.append(Tried(fact, f"{len(reading.listings)} links", works=True))

    async def _first(self, found: _Found, places: Iterable[EntryPointFact]) -> None:
        """Takes the first of the places that lists articles."""
        for place in places:
            if found.entry is not None:
                return
            proof = await self._try(place, found.tried)
            if proof is not None:
                self._took(found, proof)

    async def _try(self, fact: EntryPointFact, tried: list[Tried], found: _Found | None = None) -> Proof | None:
        self.say(f"{fact.kind} {fact.url}")
        ended = await prove(self.crawl, self.stranger, fact)
        if isinstance(ended, Disproof):
            self.say(f"  no: {ended.reason}")
            tried.append(Tried(fact, ended.reason, works=False))
            if found is not None and ended.readable:  # an archive that names nothing of these days is one all the same
                found.archives.append(fact.model_copy(update={"confidence": "candidate"}))
            return None
        said = f"names {len(ended.reading.listings)}, {ended.dated} dated"
        said += f", newest {ended.newest:%Y-%m-%d %H:%MZ}" if ended.newest else ""
        self.say(f"  {said}")
        tried.append(Tried(ended.fact, said, works=True))
        return ended

    def _took(self, found: _Found, proof: Proof) -> None:
        """UsageError when another outlet reads it already."""
        for outlet in self.known.by_id.values():
            if not self.force and any(
                urls.same_article(entry.url, proof.fact.url) and entry.kind == proof.fact.kind
                for entry in outlet.entry_points
            ):
                raise UsageError(
                    f"{proof.fact.url} is read for `{outlet.id}` ({outlet.name}) already: try "
                    f"`rasad outlets check {outlet.id}`, or say --force"
                )
        found.entry = proof

    # --- the proof

    async def _articles(self, entry: Proof) -> list[tuple[Listing, Page | str]]:
        """The newest articles as pages, or the reason why there is none."""
        if entry.reading.told is not None:
            return [(one, entry.page) for one in entry.reading.listings[:ARTICLES]]
        newest = sorted(entry.reading.listings, key=lambda one: one.published_at or entry.page.fetched_at, reverse=True)
        pages: list[tuple[Listing, Page | str]] = []
        for listing in newest[:ARTICLES]:
            self.say(f"article {unquote(listing.url)}")
            ask = replace(self.crawl.ask(listing.url, self.stranger), listing=listing)
            got = outcomes.of_article(await self.crawl.fetcher.get(ask), self.crawl.fetcher.clock())
            pages.append((listing, got if isinstance(got, Page) else got.reason))
        return pages

    def _shown(self, found: _Found, pages: Sequence[tuple[Listing, Page | str]], outlet: Outlet) -> list[Shown]:
        assert found.entry is not None
        told = found.entry.reading.told
        if told is not None:
            return [Shown(told_one.draft.url, told_one.draft) for told_one in list(told.values())[:ARTICLES]]
        return [self._extracted(listing, page, outlet) for listing, page in pages]

    def _extracted(self, listing: Listing, page: Page | str, outlet: Outlet) -> Shown:
        if isinstance(page, str):
            return Shown(listing.url, None, page)
        end = extract(page, rules_of(outlet), self.crawl.fetcher.clock())
        if isinstance(end, Draft):
            return Shown(end.url, end)
        return Shown(listing.url, None, f"{type(end).__name__.lower()}: {end.reason}")

    # --- the file

    def _written(self, found: _Found, pages: Sequence[tuple[Listing, Page | str]], outlet_id: str) -> Introduction:
        """The portrait, the YAML made of it, and the proof read by that YAML."""
        entry = found.entry
        assert entry is not None
        first = self._shown(found, pages, self.stranger)
        guesses, spoken = self._portrait(found, pages, first)
        shared = read_templates([SHIPPED]).facts.get(guesses["template"].value, {})
        if not found.pattern and entry.reading.told is None and "articles" not in shared:
            listed = [one.url for one in entry.reading.listings]
            found.pattern = portrait.article_pattern(listed, _sections(found))
        chosen = outlet_id or portrait.outlet_id(*_where(found.home), self.known.by_id)
        read = sum(one.draft is not None for one in first)
        confidence = "proven" if read * 2 > len(first) else "candidate"
        facts = _facts(found, guesses, spoken, entry.fact.model_copy(update={"confidence": confidence}))
        text = compose_yaml(facts, guesses, _example(entry) if found.pattern else "", self.crawl.fetcher.clock())
        outlet = parse_outlet(text, chosen)
        return Introduction(
            outlet=outlet,
            yaml=text,
            tried=tuple(found.tried),
            shown=tuple(self._shown(found, pages, outlet)),
            portrait=guesses,
            unsure=tuple(_unsure(guesses, entry, first, found)),
        )

    def _name(self, found: _Found, pages: Sequence[Declared], feed_title: str) -> Guess:
        title = found.declared.first("og:title") if telegram.is_preview(found.home) else ""
        if title:
            return Guess(title, "the channel's title")
        return portrait.name(pages, feed_title, urls.host(found.home.url))

    def _portrait(
        self, found: _Found, pages: Sequence[tuple[Listing, Page | str]], shown: Sequence[Shown]
    ) -> tuple[dict[str, Guess], list[str]]:
        """The guesses by key, and the languages, the main one first."""
        assert found.entry is not None
        host = urls.host(found.home.url)
        spoken = portrait.languages([one.draft.language for one in shown if one.draft], found.declared)
        main = spoken[0].value if spoken else "und"
        is_feed = found.entry.fact.kind == "feed"
        body = markup.decode(found.entry.page.body, found.entry.page.header("content-type")) if is_feed else ""
        sources = [found.html, *(markup.decode(one.body, one.header("content-type")) for one in _read(pages))]
        trees = [markup.parse(source) for source in sources[1:]]
        declared = [found.declared, *(Declared(tree) for tree in trees if tree is not None)]
        dates = [*portrait.feed_dates(body), *(date for one in declared[1:] for date in portrait.page_dates(one))]
        country = portrait.country(declared, host, main)
        guesses = {
            "name": self._name(found, declared, _feed_title(body)),
            "template": portrait.family(sources, host, main),
            "languages": Guess(
                ", ".join(guess.value for guess in spoken) or "und",
                "; ".join(f"{guess.value}: {guess.evidence}" for guess in spoken) or "no article was read",
                sure=bool(spoken) and all(guess.sure for guess in spoken),
            ),
            "country": country,
            "timezone": portrait.timezone(portrait.stamps(dates), country.value, main),
        }
        return guesses, [guess.value for guess in spoken] or ["und"]


def _read(pages: Iterable[tuple[Listing, Page | str]]) -> Iterator[Page]:
    """The articles that came, without the reasons of those that did not."""
    for _, page in pages:
        if isinstance(page, Page):
            yield page


def _is_feed(page: Page, outlet: Outlet) -> bool:
    entry = EntryPointFact(kind="feed", url=page.url)
    return isinstance(feed.read(page, entry, outlet, page.fetched_at), Reading)


def _home_of_feed(page: Page) -> str:
    """The address the feed gives as its site's, if it is of the same site, else the root of its host."""
    said = re.search(rb"<link>\s*(?:<!\[CDATA\[)?\s*(https?://[^<\s\]]+)", page.body[:20_000].partition(b"<item")[0])
    home = said[1].decode("utf-8", "replace") if said else ""
    return home if home and urls.site(home) == urls.site(page.url) else urljoin(page.url, "/")


def _feed_title(feed_text: str) -> str:
    said = re.search(r"(?s)<title[^>]*>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</title>", feed_text[:20_000])
    return said[1] if said else ""


def _sections(found: _Found) -> list[str]:
    """Links of the home page that lead to sections of the site."""
    base = found.home.url
    absolute = [
        urljoin(base, link) for link in portrait.links(found.declared.tree) if not link.startswith(("#", "java"))
    ]
    return portrait.section_links([link for link in absolute if urls.site(link) == urls.site(base)])


def _where(home: Page) -> tuple[str, str]:
    """Host and path that a file name is made of; of a channel its name."""
    parts = urlsplit(home.url)
    if telegram.is_preview(home):
        return parts.path.strip("/").removeprefix("s/").partition("/")[0], ""
    return parts.hostname or "", parts.path


def _example(entry: Proof) -> str:
    return entry.reading.listings[0].url


def _facts(found: _Found, guesses: dict[str, Guess], languages: list[str], entry: EntryPointFact) -> dict[str, Any]:
    """The YAML's keys in its order."""
    home = found.home.url if urlsplit(found.home.url).path else f"{found.home.url}/"
    facts: dict[str, Any] = {"name": guesses["name"].value, "home": home}
    if guesses["template"].value:
        facts["template"] = guesses["template"].value
    facts |= {"languages": languages, "country": guesses["country"].value, "timezone": guesses["timezone"].value}
    facts["entry_points"] = [entry]
    if found.archives:
        facts["archives"] = found.archives
    if found.pattern:
        facts["articles"] = found.pattern
    return facts


def compose_yaml(facts: dict[str, Any], guesses: dict[str, Guess], example: str, now: datetime) -> str:
    """The outlet's file: what is not sure has a comment that says so."""
    lines = list[str]()
    for key, value in facts.items():
        guess = guesses.get(key)
        doubt = f"  # not sure: {' '.join(guess.evidence.split())}" if guess is not None and not guess.sure else ""
        if key in ("entry_points", "archives"):
            lines.append(f"{key}:")
            for fact in value:
                lines += [
                    f"  - kind: {fact.kind}",
                    f"    url: {_scalar(fact.url)}",
                    f"    confidence: {fact.confidence}",
                ]
        elif isinstance(value, list):
            lines.append(f"{key}: [{', '.join(_scalar(part) for part in value)}]{doubt}")
        else:
            lines += [f"# {example}"] if key == "articles" and example else []
            lines.append(f"{key}: {_scalar(value)}{doubt}")
        if key == "timezone":
            lines += [
                "# leaning:        # whose voice it is, and from when to when; alerts and `leaning:` watches use it"
            ]
            lines += ["#   - label: independent"]
    lines.append(f"notes: Found by `rasad outlets add` on {now:%Y-%m-%d}.")
    return "\n".join(lines) + "\n"


def _scalar(value: str) -> str:
    """One line of YAML, quoted where it must be."""
    import yaml

    return str(yaml.safe_dump(value, allow_unicode=True, width=10_000).removesuffix("\n...\n").removesuffix("\n"))


def _unsure(guesses: dict[str, Guess], entry: Proof, shown: Sequence[Shown], found: _Found) -> Iterator[str]:
    for key, guess in guesses.items():
        if not guess.sure:
            yield f"{key}: {guess.value} ({guess.evidence})"
    unread = [one for one in shown if one.draft is None]
    if unread:
        yield f"{len(unread)} of {len(shown)} articles could not be read: {unread[0].reason}"
    if entry.fact.kind == "section":
        yield "no feed or sitemap was found; the page of links is read instead, which is slower and sees less"
        if not found.pattern:
            yield "no pattern of article addresses could be learnt; write `articles:` yourself"
    elif entry.reading.told is None and entry.dated < len(entry.reading.listings) / 2:
        yield f"only {entry.dated} of {len(entry.reading.listings)} items of the {entry.fact.kind} carry a date"
    undated = [one for one in shown if one.draft is not None and one.draft.published.at is None]
    if undated:
        yield f"{len(undated)} of {len(shown)} articles show no date that could be read"
