"""Watchlists of config.yaml and of people, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts import watchlists
from alerts.config import WatchlistSection
from alerts.models import Watchlist
from crawler.db import Database
from crawler.errors import QueryError, UsageError
from tests.match.rows import NOW

LATER = NOW + timedelta(hours=1)


def section(*watches: str, title: str = "Losses") -> WatchlistSection:
    return WatchlistSection(title=title, alleged=True, watches=list(watches))


def test_sync_follows_the_file(database: Database) -> None:
    """Lines and lists appear, vanish and come back with the file, and the version tells of each change alone."""
    with database.begin() as session:
        synced = watchlists.sync(session, {"losses": section("killed", "Wagner")}, NOW)
        assert (synced.added, synced.removed, synced.broken) == (2, 0, ())
        first = watchlists.load(session)
        assert [str(query) for _, query in first.watches] == ["killed", "Wagner"]
        watchlists.sync(session, {"losses": section("killed", "Wagner", title="Other")}, LATER)
        assert first.version == watchlists.version(session)
        synced = watchlists.sync(session, {"losses": section("Wagner", "Khasham")}, LATER)
        assert (synced.added, synced.removed) == (1, 1)
        assert [str(query) for _, query in watchlists.load(session).watches] == ["Wagner", "Khasham"]
        assert first.version < watchlists.version(session)
        watchlists.sync(session, {}, LATER)
        assert (watchlists.load(session).watches, session.get_one(Watchlist, "losses").removed_at) == ((), LATER)
        watchlists.sync(session, {"losses": section("killed", "Wagner")}, LATER)
        assert first.watches == watchlists.load(session).watches


def test_a_broken_line_is_set_aside(database: Database) -> None:
    """A line that cannot be read is reported with column and suggestion; the others are watched."""
    with database.begin() as session:
        synced = watchlists.sync(session, {"losses": section("killed OR", "Wagner")}, NOW)
        (broken,) = synced.broken
        assert (broken.watchlist, broken.text) == ("losses", "killed OR")
        assert "column 10" in broken.reason and "try: killed" in broken.reason
        assert [str(query) for _, query in watchlists.load(session).watches] == ["Wagner"]
        assert [broken.reason, ""] == [line.broken for line in watchlists.listed(session)]


def test_lists_of_people_survive_a_reload(database: Database) -> None:
    """A sync leaves a person's list alone, even when the file names a list of the same id."""
    with database.begin() as session:
        mine = watchlists.add(session, "Wagner", NOW, watchlist="mine", title="Mine")
        synced = watchlists.sync(session, {"mine": section("killed")}, LATER)
        assert [mine] == watchlists.listed(session)
        assert [broken.watchlist for broken in synced.broken] == ["mine"]


def test_lists_of_the_file_are_read_only_elsewhere(database: Database) -> None:
    """Adding to and removing from a list of config.yaml are refused with the way to do it."""
    with database.begin() as session:
        watchlists.sync(session, {"losses": section("killed")}, NOW)
        (line,) = watchlists.listed(session)
        with pytest.raises(UsageError, match=r"config\.yaml"):
            watchlists.add(session, "Wagner", NOW, watchlist="losses")
        with pytest.raises(UsageError, match=r"config\.yaml"):
            watchlists.remove(session, line.id, NOW)


def test_add_and_remove(database: Database) -> None:
    """A watch added twice is one; removed it is gone, and added again it has its old number."""
    with database.begin() as session:
        one = watchlists.add(session, "Кирилл Ананьев", NOW)
        assert (one.understood, one.watchlist) == ('name:"Кирилл Ананьев"', watchlists.DEFAULT)
        assert one == watchlists.add(session, "Кирилл Ананьев", LATER)
        version = watchlists.version(session)
        assert one == watchlists.remove(session, one.id, LATER)
        assert (watchlists.listed(session), version < watchlists.version(session)) == ([], True)
        assert one.id == watchlists.add(session, "Кирилл Ананьев", LATER).id


@pytest.mark.parametrize("query", ["NOT film", "killed OR", 'name:"Ананьев"', "$nowhere AND killed"])
def test_a_wrong_watch_is_not_saved(database: Database, query: str) -> None:
    """What cannot be read raises with its column, and nothing is left of it."""
    with database.begin() as session:
        with pytest.raises(QueryError):
            watchlists.add(session, query, NOW)
        assert (watchlists.listed(session), watchlists.version(session)) == ([], 0)


def test_definitions_hold_for_the_lines_behind_them(database: Database) -> None:
    """`$region = ...` is no watch itself and is written out where it is named."""
    with database.begin() as session:
        watchlists.sync(session, {"losses": section("$region = (Khasham OR Homs)", "killed AND $region")}, NOW)
        assert [str(query) for _, query in watchlists.load(session).watches] == ["killed AND (Khasham OR Homs)"]
        watchlists.add(session, "$who = (Wagner OR Redut)", NOW, watchlist="mine")
        watchlists.add(session, "killed AND $who", NOW, watchlist="mine")
        understood = [line.understood for line in watchlists.listed(session, "mine")]
        assert understood == ["Wagner OR Redut", "killed AND (Wagner OR Redut)"]


def test_unknown_ids_say_what_there_is(database: Database) -> None:
    """A list or watch nobody has is a usage error, with a guess at what was meant."""
    with database.begin() as session:
        watchlists.add(session, "Wagner", NOW, watchlist="losses")
        with pytest.raises(UsageError, match="did you mean `losses`"):
            watchlists.listed(session, "loses")
        with pytest.raises(UsageError, match="no watch 99"):
            watchlists.remove(session, 99, NOW)
        with pytest.raises(UsageError, match="small letters"):
            watchlists.add(session, "Wagner", NOW, watchlist="Losses!")
