"""Matching of stored revisions, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import match, watchlists
from alerts.document import Place
from alerts.match import Matched, match_pending
from alerts.models import Alert, AlertMatch, Chat, Delivery, Match, MatchFailure
from alerts.monitor import Monitor
from alerts.query import Query
from alerts.terms import Reach, Reading, Term, Why
from crawler.db import Database
from crawler.models import Article, Story
from tests.match.rows import CHAT, DAY, NOW, article, edit, subscriber, watch

TEXT = "Two contractors were killed near Khasham."


def run(session: Session, now=NOW, limit: int = 50) -> Matched:  # type: ignore[no-untyped-def]
    return match_pending(session, Monitor(watchlists.load(session).watches), now, max_age=DAY, limit=limit)


@dataclass(frozen=True, slots=True)
class Explodes(Term):
    """A term with a bug that shows on some texts."""

    word = "explodes"
    kind = "field"

    def find(self, reading: Reading) -> list[Place] | None:
        if "bomb" in reading.positions:
            raise RuntimeError("a bug in a term")
        return None

    def explain(self, reading: Reading) -> Why:
        return Why("exploded")

    def anchors(self) -> frozenset[str] | None:
        return None

    @property
    def reach(self) -> Reach:
        return Reach.TOPIC


def test_match_becomes_alert_and_delivery(database: Database) -> None:
    """A hit is stored with spans, reason and quote, and goes to every chat of its watchlist."""
    with database.begin() as session:
        watched = watch(session, "killed AND Khasham")
        subscriber(session, "losses")
        subscriber(session, "losses", "telegram:7")
        stored = article(session, TEXT)
        assert Matched(articles=1, matches=1, alerts=1, deliveries=2) == run(session)
        found = session.scalars(select(Match)).one()
        alert = session.scalars(select(Alert)).one()
        assert (watched, 1, ["killed", "Khasham"], TEXT) == (found.watch_id, found.revision, found.why, found.quote)
        assert [f"Headline\n{TEXT}"[start:end] for start, end in found.spans] == ["killed", "Khasham"]
        assert [TEXT[start:end] for start, end in found.quote_spans] == ["killed", "Khasham"]
        assert (stored.id, stored.story_id, "", False) == (alert.article_id, alert.story_id, alert.held, alert.late)
        assert {CHAT, "telegram:7"} == set(session.scalars(select(Delivery.address)))
        assert list(session.scalars(select(Delivery.watchlists))) == [["losses"], ["losses"]]


def test_alert_ids_can_be_said(database: Database) -> None:
    """An id is a letter and five signs none of which looks like another, and no two are equal."""
    with database.begin() as session:
        watch(session, "killed")
        for _ in range(200):
            article(session, TEXT)
        run(session, limit=500)
        ids = list(session.scalars(select(Alert.id)))
        assert len(set(ids)) == 200
        assert all(len(one) == 6 and one[0].isalpha() and not set(one) & set("01ilo") for one in ids)


def test_twice_changes_nothing(database: Database) -> None:
    """A second run finds nothing to do, and a third over a revision marked unmatched adds no row."""
    with database.begin() as session:
        watch(session, "killed")
        subscriber(session, "losses")
        stored = article(session, TEXT)
        run(session)
        assert Matched() == run(session)
        session.refresh(stored)
        stored.matched_revision = 0
        session.flush()
        assert Matched(articles=1) == run(session)
        assert 1 == len(session.scalars(select(Delivery)).all()) == len(session.scalars(select(Match)).all())


def test_a_watch_fires_once_a_story(database: Database) -> None:
    """The second article of a story is a match but no second alert; a watch new to the story alerts."""
    with database.begin() as session:
        watch(session, "killed")
        watch(session, "Wagner")
        subscriber(session, "losses")
        story = session.get_one(Story, article(session, TEXT).story_id)
        run(session)
        article(session, TEXT, story=story)
        assert Matched(articles=1, matches=1) == run(session)
        article(session, TEXT + " They served in Wagner.", story=story)
        assert Matched(articles=1, matches=2, alerts=1, deliveries=1) == run(session)
        firing = select(AlertMatch.watch_id).where(AlertMatch.story_id == story.id).order_by(AlertMatch.watch_id)
        assert [1, 2] == list(session.scalars(firing))


def test_an_edit_is_matched_anew(database: Database) -> None:
    """A name added by an edit alerts; the watch that had fired for the first text does not again."""
    with database.begin() as session:
        watch(session, "killed")
        watch(session, "Wagner")
        subscriber(session, "losses")
        stored = article(session, TEXT)
        run(session)
        edit(session, stored, TEXT + " They served in Wagner.")
        assert Matched(articles=1, matches=2, alerts=1, deliveries=1) == run(session)


class EditsMeanwhile(Monitor[int]):
    """A monitor during whose work the article is edited."""

    edit: Callable[[], None]

    def match(self, document, failures=None):  # type: ignore[no-untyped-def]
        hits = super().match(document, failures)
        self.edit()
        return hits


def test_an_edit_that_arrives_meanwhile_is_not_swallowed(database: Database) -> None:
    """A revision stored between reading and marking stays unmatched."""
    with database.begin() as session:
        watch(session, "killed")
        stored = article(session, TEXT)
        monitor = EditsMeanwhile(watchlists.load(session).watches)
        monitor.edit = lambda: session.connection().exec_driver_sql("UPDATE articles SET revision = 2") and None
        match_pending(session, monitor, NOW, max_age=DAY)
        session.refresh(stored)
        assert (stored.revision, stored.matched_revision) == (2, 0)
        assert [stored.id] == [row.id for row in match.pending(session, NOW)]


def test_what_raises_is_set_aside(database: Database) -> None:
    """A watch that raises stops neither other watches nor other articles; the revision is tried again later."""
    with database.begin() as session:
        watched = watch(session, "killed")
        broken = watch(session, "Wagner")
        subscriber(session, "losses")
        article(session, "A bomb. " + TEXT)
        article(session, TEXT)
        monitor = Monitor([*watchlists.load(session).watches, (broken, Query(Explodes()))])
        done = match_pending(session, monitor, NOW, max_age=DAY)
        assert Matched(articles=1, matches=2, alerts=2, deliveries=2, failed=1) == done
        (aside,) = match.set_aside(session)
        assert f"watch {broken}: RuntimeError: a bug in a term" == aside.reason
        assert Matched() == match_pending(session, monitor, NOW, max_age=DAY)
        later = NOW + timedelta(minutes=2)
        assert Matched(failed=1) == match_pending(session, monitor, later, max_age=DAY)
        assert session.scalars(select(MatchFailure.attempts)).one() == 2
        mended = Monitor(watchlists.load(session).watches)
        assert Matched(articles=1) == match_pending(session, mended, NOW + DAY, max_age=DAY)
        assert match.set_aside(session) == []
        assert {watched} == set(session.scalars(select(Match.watch_id)))


def test_first_crawl_holds_back_what_is_old(database: Database) -> None:
    """Of the first reading of an entry point only the young alerts; the rest is held and listed."""
    cases = {
        "young": ({"from_first_crawl": True}, ""),
        "old": ({"from_first_crawl": True, "published_at": NOW - 2 * DAY}, match.OLD_AT_FIRST_CRAWL),
        "undated": ({"from_first_crawl": True, "published_at": None, "published_precision": "none"}, ""),
        "today, no hour": (
            {"from_first_crawl": True, "published_at": NOW - timedelta(hours=36), "published_precision": "day"},
            "",
        ),
        "later find": ({"published_at": NOW - 2 * DAY}, ""),
    }
    with database.begin() as session:
        watch(session, "killed")
        subscriber(session, "losses")
        rows = {name: article(session, TEXT, **columns) for name, (columns, _) in cases.items()}
        assert Matched(articles=5, matches=5, alerts=4, held=1, deliveries=4) == run(session)
        alerts = {alert.article_id: alert for alert in session.scalars(select(Alert))}
        assert {name: held for name, (_, held) in cases.items()} == {n: alerts[r.id].held for n, r in rows.items()}
        assert [name for name, row in rows.items() if alerts[row.id].late] == ["later find"]
        assert [rows["old"].url] == [one.url for one in match.held(session)]


def test_an_edit_of_a_held_article_is_no_alert(database: Database) -> None:
    """A held article that is edited stays held; a watch the edit newly meets alerts, marked late."""
    with database.begin() as session:
        watch(session, "killed")
        watch(session, "Wagner")
        stored = article(session, TEXT, from_first_crawl=True, published_at=NOW - 9 * DAY)
        run(session)
        edit(session, stored, TEXT + " Corrected.")
        assert Matched(articles=1, matches=1) == run(session)
        edit(session, stored, TEXT + " They served in Wagner.")
        assert Matched(articles=1, matches=2, alerts=1) == run(session)
        assert list(session.scalars(select(Alert.late).where(Alert.held == ""))) == [True]


def test_a_later_article_takes_over_what_was_held(database: Database) -> None:
    """A held alert has told nobody, so another article of its story alerts and the held one is emptied."""
    with database.begin() as session:
        watch(session, "killed")
        subscriber(session, "losses")
        stored = article(session, TEXT, from_first_crawl=True, published_at=NOW - 9 * DAY)
        run(session)
        article(session, TEXT, story=session.get_one(Story, stored.story_id))
        assert Matched(articles=1, matches=1, alerts=1, deliveries=1) == run(session)
        assert match.held(session) == []
        assert match.release(session, NOW) == 0


def test_release_makes_one_digest_a_chat(database: Database) -> None:
    """Held alerts go out as one digest to each chat subscribed by now; those nobody gets stay held."""
    with database.begin() as session:
        watch(session, "killed")
        watch(session, "Wagner", "wagner")
        watch(session, "Palmyra", "places")
        for text in (TEXT, TEXT + " Wagner.", "Palmyra."):
            article(session, text, from_first_crawl=True, published_at=NOW - 9 * DAY)
        run(session)
        subscriber(session, "losses")
        subscriber(session, "wagner")
        assert (len(match.held(session)), match.release(session, NOW)) == (3, 1)
        digest = session.scalars(select(Delivery)).one()
        assert (digest.alert_id, len(digest.digest), digest.watchlists) == (None, 2, ["losses", "wagner"])
        assert [one.watchlists for one in match.held(session)] == [("places",)]
        assert match.release(session, NOW) == 0


def test_what_changes_between_building_and_matching(database: Database) -> None:
    """A removed watch fires no more; a subscription added meanwhile gets the alert; a chat not allowed does not."""
    with database.begin() as session:
        gone = watch(session, "killed")
        watch(session, "Khasham")
        monitor = Monitor(watchlists.load(session).watches)
        watchlists.remove(session, gone, NOW)
        subscriber(session, "losses")
        subscriber(session, "losses", "telegram:7")
        session.get_one(Chat, "telegram:7").allowed = False
        article(session, TEXT)
        done = match_pending(session, monitor, NOW, max_age=DAY)
        assert Matched(articles=1, matches=1, alerts=1, deliveries=1) == done
        assert session.scalars(select(Delivery.address)).one() == CHAT


def test_the_limit_takes_the_oldest(database: Database) -> None:
    """A batch is as large as asked, in the order of arrival, and the rest follows."""
    with database.begin() as session:
        rows = [article(session, TEXT).id for _ in range(3)]
        assert Matched(articles=2) == run(session, limit=2)
        waiting = select(Article.id).where(Article.matched_revision < Article.revision)
        assert rows[2:] == list(session.scalars(waiting))
        assert Matched(articles=1) == run(session, limit=2)
