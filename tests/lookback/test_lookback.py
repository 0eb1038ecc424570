"""Looking back, editing and replaying, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import lookback, match, watchlists
from alerts.match import Matched, match_pending
from alerts.models import Alert, AlertMatch, Delivery, Match
from alerts.monitor import Monitor
from alerts.query import parse
from crawler.db import Database
from crawler.errors import QueryError, UsageError
from crawler.models import Article, Story
from tests.match.rows import DAY, NOW, article, edit, subscriber, watch

KILLED = "Two contractors were killed near Khasham."
OTHER = "Bread was cheap in Homs."


def run(session: Session) -> Matched:
    loaded = watchlists.load(session)
    return match_pending(session, Monitor(loaded.watches), NOW, max_age=DAY, version=loaded.version)


def look(session: Session, *queries: str, window: timedelta = lookback.WINDOW) -> lookback.Seen:
    return lookback.look(session, {number: parse(text) for number, text in enumerate(queries)}, NOW, window=window)


def test_look_counts_stories_and_quotes(database: Database) -> None:
    """A watch would have fired once a story; samples say title, outlet, date and quote, the newest first."""
    with database.begin() as session:
        first = article(session, KILLED, published_at=NOW - timedelta(days=2))
        article(session, KILLED + " Again.", story=_story(session, first))
        article(session, "A soldier was killed in Homs.", published_at=NOW - timedelta(days=1))
        article(session, OTHER)
        seen = look(session, "killed")
        assert (2, 3) == (seen.fired(0), len(seen.of(0)))
        newest, older = seen.samples(0)
        told = newest.title, newest.outlet, newest.quote, newest.at
        assert ("Headline", "example", KILLED, NOW - timedelta(hours=1)) == told
        assert (NOW - timedelta(days=1), "A soldier was killed in Homs.") == (older.at, older.quote)


def _story(session: Session, row: Article) -> Story:
    return session.get_one(Story, row.story_id)


def test_only_the_window_is_looked_at(database: Database) -> None:
    """What was first seen before the window does not count."""
    with database.begin() as session:
        article(session, KILLED, first_seen_at=NOW - timedelta(days=3))
        assert (0, 1) == (look(session, "killed", window=DAY).fired(0), look(session, "killed").fired(0))


def test_thin_store_says_so(database: Database) -> None:
    """Three hours from two outlets are not a month; nothing at all is thin too; a full window is not."""
    with database.begin() as session:
        assert lookback.covered(session, NOW).thin
        article(session, KILLED, outlet="a", first_seen_at=NOW - timedelta(hours=3))
        article(session, OTHER, outlet="b")
        store = lookback.covered(session, NOW)
        assert (True, timedelta(hours=3), 2, 2) == (store.thin, store.reach, store.articles, store.outlets)
        article(session, OTHER, outlet="c", first_seen_at=NOW - timedelta(days=40))
        store = lookback.covered(session, NOW)
        assert (False, timedelta(days=30), 2, 2) == (store.thin, store.reach, store.articles, store.outlets)


def test_stored_while_deciding_is_in_the_look(database: Database) -> None:
    """An article that comes between the look and the saving is looked at when the watch is saved, and so is an edit."""
    with database.begin() as session:
        stored = article(session, OTHER)
    with database.read() as session:
        seen = look(session, "killed")
    with database.begin() as session:
        article(session, KILLED)
        edit(session, session.get_one(Article, stored.id), "A baker was killed.")
        run(session)  # by the monitor of before: neither fires
    with database.begin() as session:
        lookback.save(session, seen, "killed", NOW, watchlist="losses")
    assert {KILLED, "A baker was killed."} == {hit.quote for hit in seen.hits}


def test_a_monitor_of_before_matches_nothing_afterwards(database: Database) -> None:
    """An article stored after the saving meets the new watch, though the matcher had read its watches in front of it."""
    with database.begin() as session:
        watch(session, "Khasham")
        subscriber(session, "losses")
        loaded = watchlists.load(session)
    monitor = Monitor(loaded.watches)
    with database.begin() as session:
        lookback.save(session, None, "killed", NOW, watchlist="losses")
        article(session, KILLED)
    with database.begin() as session:
        stale = match_pending(session, monitor, NOW, max_age=DAY, version=loaded.version)
        assert (Matched(stale=True), []) == (stale, list(session.scalars(select(Match))))
        loaded = watchlists.load(session)
        monitor.become(loaded.watches)
        assert 2 == match_pending(session, monitor, NOW, max_age=DAY, version=loaded.version).matches


def test_matches_note_the_version_and_the_tree(database: Database) -> None:
    """A match says which watchlists found it, and keeps the path through the query."""
    with database.begin() as session:
        watch(session, "killed AND (Khasham OR Homs)")
        article(session, KILLED)
        run(session)
        found = session.scalars(select(Match)).one()
        assert watchlists.version(session) == found.watchlists_version > 0
        assert ["all of", "  killed", "  Khasham"] == found.tree


@pytest.mark.parametrize("mark", [True, False])
def test_replay_marks_or_sends_once(database: Database, mark: bool) -> None:
    """Marked stories are told to nobody; sending twice makes one digest; either way a follow-up stays quiet."""
    with database.begin() as session:
        stored = article(session, KILLED)
        run(session)
        number = watch(session, "killed AND Khasham")
        subscriber(session, "losses")
        monitor = Monitor([(number, parse("killed AND Khasham"))])
        ids = lookback.replay(session, [stored.id], monitor, NOW, mark=mark)
        assert (1, 0 if mark else 1) == (len(ids), 0 if mark else match.release(session, NOW, set(ids)))
        assert [] == lookback.replay(session, [stored.id], monitor, NOW, mark=not mark)
        assert [] == match.held(session)
        article(session, KILLED + " More.", story=_story(session, stored))
        assert 0 == run(session).alerts
        assert ([] if mark else [ids]) == list(session.scalars(select(Delivery.digest)))


def test_replay_leaves_the_waiting_to_the_matcher(database: Database) -> None:
    """A revision not matched yet becomes an ordinary alert, not a digest."""
    with database.begin() as session:
        number = watch(session, "killed")
        stored = article(session, KILLED)
        assert [] == lookback.replay(session, [stored.id], Monitor([(number, parse("killed"))]), NOW, mark=False)
        assert 1 == run(session).alerts


def test_release_of_some_leaves_the_others(database: Database) -> None:
    """Sending past hits does not send what a first crawl held back."""
    with database.begin() as session:
        number = watch(session, "killed")
        subscriber(session, "losses")
        old = {"published_at": NOW - timedelta(days=9), "from_first_crawl": True}
        article(session, KILLED, **old)
        run(session)
        stored = article(session, "A pilot was killed.", matched_revision=1)
        made = lookback.replay(session, [stored.id], Monitor([(number, parse("killed"))]), NOW, mark=False)
        match.release(session, NOW, set(made))
        assert [match.OLD_AT_FIRST_CRAWL] == [one.reason for one in match.held(session)]


def test_difference_of_an_edit(database: Database) -> None:
    """Newly caught, no longer caught, still caught."""
    with database.begin() as session:
        both, old, new = (article(session, text) for text in (KILLED, "Killed in Homs.", "Wounded near Khasham."))
        change = lookback.difference(look(session, "killed", "Khasham"), 0, 1)
        told = [[hit.article_id for hit in hits] for hits in (change.newly, change.no_longer, change.still)]
        assert [[new.id], [old.id], [both.id]] == told


def test_edit_takes_the_place_and_keeps_stories_told(database: Database) -> None:
    """The new wording stands where the old one stood; a follow-up of a told story does not fire it again."""
    with database.begin() as session:
        number = watch(session, "killed")
        last = watch(session, "Wounded")
        subscriber(session, "losses")
        stored = article(session, KILLED)
        run(session)
        written = lookback.replace(session, look(session), number, "killed AND Khasham", NOW)
        assert [written.id, last] == [one.id for one in watchlists.listed(session, "losses")]
        alert = session.scalars(select(Alert)).one()
        told = session.scalars(select(AlertMatch.watch_id).where(AlertMatch.alert_id == alert.id))
        assert {number, written.id} == set(told)
        article(session, KILLED + " More.", story=_story(session, stored))
        assert (1, 0) == (run(session).matches, len(session.scalars(select(Alert)).all()) - 1)


def test_edit_of_a_definition_changes_those_behind_it(database: Database) -> None:
    """The difference of a definition is that of the watches that use it; breaking one of them is refused."""
    with database.begin() as session:
        definition = watch(session, "$who = (Wagner OR Redut)")
        user = watch(session, "killed AND $who")
        watch(session, "Homs")
        assert [user] == [one.id for one in watchlists.edits(session, definition, "$who = Rusich")]
        with pytest.raises(UsageError, match="could not be read any more"):
            watchlists.edits(session, definition, "$whom = Rusich")


@pytest.mark.parametrize(
    ("text", "error"), [("killed AND (", QueryError), ("Homs", UsageError), ("NOT killed", QueryError)]
)
def test_a_wrong_edit_changes_nothing(database: Database, text: str, error: type[Exception]) -> None:
    """A watch that cannot be read, or stands there already, is refused."""
    with database.begin() as session:
        number = watch(session, "killed")
        watch(session, "Homs")
        before = watchlists.version(session)
        with pytest.raises(error):
            lookback.replace(session, look(session), number, text, NOW)
        assert before == watchlists.version(session)


def test_a_watch_of_config_is_not_edited(database: Database) -> None:
    """Those of config.yaml are changed there."""
    from alerts.config import WatchlistSection

    with database.begin() as session:
        watchlists.sync(session, {"fixed": WatchlistSection(watches=["killed"])}, NOW)
        number = watchlists.listed(session, "fixed")[0].id
        with pytest.raises(UsageError, match=r"config\.yaml"):
            watchlists.edits(session, number, "Homs")


def test_many_watches_are_saved_at_once(database: Database) -> None:
    """Those there already stay one, removed ones come back with their number, and the version grows once."""
    with database.begin() as session:
        kept = watch(session, "Homs")
        gone = watch(session, "Hama")
        watchlists.remove(session, gone, NOW)
        before = watchlists.version(session)
        assert 2 == watchlists.add_all(session, ["Homs", "Hama", "Palmyra", "Palmyra"], NOW, watchlist="losses")
        assert [kept, gone] == [one.id for one in watchlists.listed(session)][:2]
        assert (3, before + 1) == (len(watchlists.load(session).watches), watchlists.version(session))
        assert 0 == watchlists.add_all(session, ["Homs"], NOW, watchlist="losses")


def test_a_monitor_becomes_another() -> None:
    """What is wanted no more goes, what is new comes, what stays is the very same entry."""
    stays, goes, comes = parse("killed"), parse("wounded"), parse("Homs")
    monitor = Monitor([(1, stays), (2, goes)])
    entry = monitor._entries[1]
    monitor.become([(1, stays), (3, comes)])
    assert ({1, 3}, entry) == (set(monitor._entries), monitor._entries[1])
