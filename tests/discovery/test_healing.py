"""Feeds that die, move or were never known: what is looked for, what is believed, and what is said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler import healing
from crawler.db import Database
from crawler.healing import Move
from crawler.models import Article, Check, EntryPoint, Healing
from crawler.outlets import EntryPointFact, Outlet, Outlets
from crawler.run import Order, Summary, crawl_once
from crawler.schedule import CheckEnd
from tests.crawl.fakes import Answer, Site
from tests.outlets.sites import crawl, furat, home, page, rss

HOST = "www.furat-daily.example"
BASE = f"http://{HOST}"
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def outlet(path: str = "/feed/", kind: str = "feed", confidence: str = "proven", **facts: object) -> Outlet:
    entry = EntryPointFact.model_validate({"kind": kind, "url": BASE + path, "confidence": confidence})
    return Outlet.model_validate(
        {
            "id": "furat",
            "name": "Furat",
            "home": f"{BASE}/",
            "languages": ["ar"],
            "country": "SY",
            "entry_points": [entry],
        }
        | facts
    )


class Reader:
    """Checks of one outlet by a clock of the test's own."""

    def __init__(self, site: Site, database: Database, folder: Path, *several: Outlet) -> None:
        self.now = START
        self.site = site
        self.database = database
        self.outlets = Outlets({one.id: one for one in several or (outlet(),)})
        self._folder = folder

    def check(self, *, later: timedelta = timedelta(hours=1)) -> Summary:
        """One check of every entry point that is known."""
        self.now += later
        return crawl_once(
            Order(list(self.outlets.by_id), self.outlets),
            crawl(self.site),
            lambda: self.now,
            database=self.database,
            evidence=self._folder / "evidence",
        )

    def moves(self) -> list[Move]:
        with self.database.read() as session:
            return [move for moves in healing.moves(session).values() for move in moves]

    def looks(self) -> list[tuple[str, str]]:
        with self.database.read() as session:
            return [(one.why, one.outcome) for one in session.scalars(select(Healing).order_by(Healing.id))]

    def reasons(self) -> list[str]:
        with self.database.read() as session:
            return [one.reason for one in session.scalars(select(Check).order_by(Check.id))]

    def articles(self) -> int:
        with self.database.read() as session:
            return len(session.scalars(select(Article.id)).all())


def feed_moves(site: Site, to: str = "/rss/new.xml", *, declared: bool = True) -> None:
    """The old feed is gone; the home page names the new one, which has an article more."""
    del site.answers[BASE + "/feed/"]
    head = f'<link rel="alternate" type="application/rss+xml" href="{to}">' if declared else ""
    paths = [f"/archives/{207420 + n}" for n in (9, 0, 1, 2)]
    site.answers[BASE + "/"] = home(*paths, head=head)
    site.answers[BASE + to] = rss(HOST, paths)
    site.answers[BASE + "/archives/207429"] = page("جسر جديد في المدينة", date="2026-11-22T09:10:00+03:00")


def test_a_dead_feed_is_replaced_and_it_is_said(site: Site, database: Database, tmp_path: Path) -> None:
    """The second bad answer leads to the home page; the new feed is read from then on, with the line for the YAML."""
    furat(site)
    reader = Reader(site, database, tmp_path)
    reader.check()
    feed_moves(site)
    reader.check()
    assert [] == reader.looks()  # one bad answer is chance
    reader.check()

    assert [("dead", "healed")] == reader.looks()
    (move,) = reader.moves()
    assert (BASE + "/rss/new.xml", BASE + "/feed/") == (move.url, move.instead_of)
    assert "- {kind: feed, url: http://www.furat-daily.example/rss/new.xml, confidence: proven}" == move.yaml
    assert f"HTTP 404; healed: feed {BASE}/rss/new.xml is read instead" == reader.reasons()[-1]
    before = reader.articles()
    reader.check()
    assert before + 1 == reader.articles()


def test_a_feed_that_turned_into_a_web_page_is_dead(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """HTML in its place is as good as a 404, at the very first check at once; a guess at a usual place may heal it."""
    furat(site)
    feed_moves(site, "/rss.xml", declared=False)
    site.answers[BASE + "/feed/"] = Answer(b"<html><body>Welcome</body></html>")
    reader = Reader(site, sqlite_database, tmp_path)
    reader.check()
    assert [BASE + "/rss.xml"] == [move.url for move in reader.moves()]


def test_an_outlet_with_nothing_proven_is_looked_at_at_first(site: Site, database: Database, tmp_path: Path) -> None:
    """The home page's feed is read beside the page of links."""
    furat(site)
    reader = Reader(site, database, tmp_path, outlet("/", "section", "unproven"))
    reader.check()
    assert [("unproven", "healed")] == reader.looks()
    assert [(BASE + "/feed/", "")] == [(move.url, move.instead_of) for move in reader.moves()]
    reader.check(later=2 * DAY)
    assert [("unproven", "healed")] == reader.looks()


def test_feeds_listed_on_a_page_of_their_own_are_found(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """The RFE/RL family: the home page is all the YAML knows, /rssfeeds names feeds under tokens."""
    paths = furat(site)
    site.answers[BASE + "/"] = home(*paths, menu=("/rssfeeds",))
    site.answers[BASE + "/rssfeeds"] = Answer(b'<a href="/api/zabcde">All</a>')
    site.answers[BASE + "/api/zabcde"] = site.answers[BASE + "/feed/"]
    del site.answers[BASE + "/feed/"]
    reader = Reader(site, sqlite_database, tmp_path, outlet("/", "section", "unproven", template="rferl"))
    reader.check()
    assert [BASE + "/api/zabcde"] == [move.url for move in reader.moves()]


def test_a_feed_that_moved_to_another_host_takes_its_turns_there(
    site: Site, sqlite_database: Database, tmp_path: Path
) -> None:
    """What is due is told apart by the host that is asked."""
    furat(site)
    site.answers["http://feeds.furat-daily.example/all"] = site.answers[BASE + "/feed/"]
    site.answers[BASE + "/feed/"] = Answer(b"", 308, (("Location", "http://feeds.furat-daily.example/all"),))
    reader = Reader(site, sqlite_database, tmp_path)
    reader.check()
    reader.check()
    with sqlite_database.read() as session:
        assert ["feeds.furat-daily.example"] == list(session.scalars(select(EntryPoint.host)))


def test_looks_in_vain_become_rare(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """Never twice a day, then after two days, four, eight; each a handful of requests."""
    site.answers[BASE + "/"] = home("/archives/207420", "/archives/207421")
    reader = Reader(site, sqlite_database, tmp_path, outlet("/", "section", "unproven"))
    reader.check()
    assert len([one for one in site.log if "/archives/" not in one.path]) <= 2 + 8
    for _ in range(13):
        reader.check(later=DAY / 2)
    assert 3 == len(reader.looks())  # days 0, 1, 3; the next at 7
    assert {("unproven", "nothing found")} == set(reader.looks())


def test_a_stale_feed_gives_way_to_a_newer_one(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """A feed that lists the same for more than a week, while the home page's own feed goes on."""
    paths = [f"/archives/{100 + n}" for n in range(4)]
    for number, path in enumerate(paths):
        site.answers[BASE + path] = page(f"خبر قديم رقم {number}", date=f"2026-11-08T0{number}:10:00+03:00")
    site.answers[BASE + "/feed/"] = rss(HOST, paths, day=8)
    reader = Reader(site, sqlite_database, tmp_path)
    reader.check()
    assert [] == reader.looks()  # what it brought just now is news to us
    head = '<link rel="alternate" type="application/rss+xml" href="/feed/2/">'
    site.answers[BASE + "/"] = home(*paths, head=head)
    site.answers[BASE + "/feed/2/"] = rss(HOST, paths, day=8)
    reader.check()
    assert [("stale", "nothing found")] == reader.looks()
    site.answers[BASE + "/feed/2/"] = rss(HOST, ["/archives/200", *paths], day=22)
    reader.check(later=DAY)
    assert [BASE + "/feed/2/"] == [move.url for move in reader.moves()]


LISTED = [f"/archives/{n}" for n in range(300, 304)]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (rss(HOST, LISTED[:1]), "too little to believe"),
        (rss(HOST, LISTED, day=1), "not newer than what we have"),
        (rss("other.example", LISTED), "lists articles of others"),
        (Answer(rss(HOST, LISTED).body.replace(b"pubDate", b"when"), kind="text/xml"), "0 dated"),
        (
            Answer(
                rss(HOST, LISTED).body.replace("عنوان الخبر رقم".encode(), b"The bridge over the river is open for")
            ),
            "written in",
        ),
    ],
)
def test_what_does_not_prove_itself_is_not_taken_up(
    site: Site, sqlite_database: Database, tmp_path: Path, found: Answer, said: str
) -> None:
    """One article, old ones, another outlet's, undated ones and another language leave the outlet as it was."""
    furat(site)
    reader = Reader(site, sqlite_database, tmp_path)
    reader.check()
    feed_moves(site)
    site.answers[BASE + "/rss/new.xml"] = found
    reader.check()
    reader.check()
    assert ([("dead", "nothing found")], []) == (reader.looks(), reader.moves())
    with sqlite_database.read() as session:
        assert said in session.scalars(select(Healing.reason)).one()


def test_a_feed_of_another_outlet_is_not_taken(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """Editions on one host keep their own feeds."""
    furat(site)
    sister = outlet("/rss/new.xml", id="sister", home=f"{BASE}/en/")
    reader = Reader(site, sqlite_database, tmp_path, outlet(), sister)
    reader.check()
    feed_moves(site)
    reader.check()
    reader.check()
    assert [] == reader.moves()


def test_the_old_feed_comes_back(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """What stood in for it is retired, and not looked for again."""
    furat(site)
    reader = Reader(site, sqlite_database, tmp_path)
    old = site.answers[BASE + "/feed/"]
    reader.check()
    feed_moves(site)
    reader.check()
    reader.check()
    assert 1 == len(reader.moves())
    site.answers[BASE + "/feed/"] = old
    reader.check()
    assert [] == reader.moves()


def test_what_the_yaml_names_at_last_is_its_own(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """When a person has written the line there is nothing left to say."""
    furat(site)
    reader = Reader(site, sqlite_database, tmp_path)
    reader.check()
    feed_moves(site)
    reader.check()
    reader.check()
    reader.outlets = Outlets({"furat": outlet("/rss/new.xml")})
    reader.check()
    assert [] == reader.moves()


def test_redirects_for_good_are_believed_the_second_time(site: Site, database: Database, tmp_path: Path) -> None:
    """From then on the new address is asked directly; when it fails the old one is asked again."""
    furat(site)
    old, new = BASE + "/feed/", BASE + "/rss/"
    site.answers[new] = site.answers[old]
    site.answers[old] = Answer(b"", 301, (("Location", "/rss/"),))
    reader = Reader(site, database, tmp_path)
    reader.check()
    assert [] == reader.moves()
    reader.check()
    assert [(new, old)] == [(move.url, move.instead_of) for move in reader.moves()]
    assert [f"moved for good to {new}"] * 2 == reader.reasons()
    assert [("moved", "moved")] == reader.looks()
    site.log.clear()
    reader.check()
    assert [new] == [one.path for one in site.log if not one.path.endswith("robots.txt")]
    del site.answers[new]
    site.answers[old] = rss(HOST, ["/archives/207420"])
    reader.check()
    site.log.clear()
    reader.check()
    assert old in site.paths()


def test_a_redirect_for_now_is_followed_and_forgotten(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """302 and 307 say nothing about tomorrow, nor does a single one of them behind a 301."""
    furat(site)
    site.answers[BASE + "/rss/"] = site.answers[BASE + "/feed/"]
    site.answers[BASE + "/feed/"] = Answer(b"", 301, (("Location", "/hop/"),))
    site.answers[BASE + "/hop/"] = Answer(b"", 302, (("Location", "/rss/"),))
    reader = Reader(site, sqlite_database, tmp_path)
    for _ in range(3):
        reader.check()
    assert [] == reader.moves()


@pytest.mark.parametrize(
    ("end", "dead"),
    [
        (CheckEnd("error", "HTTP 404"), True),
        (CheckEnd("error", "HTTP 410"), True),
        (CheckEnd("not a feed", "HTML instead of a feed"), True),
        (CheckEnd("REST disabled", "HTTP 401"), True),
        (CheckEnd("error", "unknown host: the name has no address"), True),
        (CheckEnd("error", "HTTP 500"), False),
        (CheckEnd("error", "timeout: no complete answer within 30 s"), False),
        (CheckEnd("error", "nothing could be stored: HTTP 404"), False),
        (CheckEnd("blocked", "forbidden (403)"), False),
        (CheckEnd("rate-limited", ""), False),
        (CheckEnd("ok"), False),
    ],
)
def test_what_counts_as_dead(end: CheckEnd, dead: bool) -> None:
    """Only what says that nothing is listed there; a host that is ill or hostile is left in peace."""
    assert dead == healing.is_dead(end)


def test_a_hostile_site_is_not_searched(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """Who blocks us is asked for nothing else."""
    furat(site)
    site.answers[BASE + "/feed/"] = Answer(b"no", 403)
    reader = Reader(site, sqlite_database, tmp_path)
    for _ in range(3):
        reader.check()
    assert [] == reader.looks()


def test_an_outlet_no_longer_configured_takes_what_was_found_with_it(
    site: Site, sqlite_database: Database, tmp_path: Path
) -> None:
    """What healing found is read only as long as its outlet is watched."""
    from crawler import schedule

    furat(site)
    reader = Reader(site, sqlite_database, tmp_path, outlet("/", "section", "unproven"))
    reader.check()
    with sqlite_database.begin() as session:
        schedule.sync(session, [outlet("/", "section", "unproven")], crawl(site), reader.now)
    assert 1 == len(reader.moves())
    with sqlite_database.begin() as session:
        schedule.sync(session, [], crawl(site), reader.now)
        assert all(row.retired_at for row in session.scalars(select(EntryPoint)))


def patience(looks: Sequence[int]) -> list[int]:
    return [healing.patience(number).days for number in looks]


def test_patience_doubles_to_its_limit() -> None:
    """One day, two, four, eight, sixteen, and never longer."""
    assert [1, 2, 4, 8, 16, 16] == patience(range(6))
