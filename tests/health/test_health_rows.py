"""From rows of checks and articles to rows of health: counted once, judged without writing, written when it changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from crawler import check_days, health_rows
from crawler.db import Database
from crawler.health import Change, Health
from crawler.models import CheckDay, HealthChange, KnownUrl
from crawler.outlets import EntryPointFact, Expect
from tests.health.rows import DAY, HOUR, NOW, articles, check, checks, entry_point, healthy, outlet, outlets

KNOWN = outlets(outlet())


def judged(database: Database, known: dict[str, object] | None = None) -> list[Health]:
    with database.read() as session:
        return health_rows.judged(session, KNOWN if known is None else known, NOW)  # type: ignore[arg-type]


def only(found: list[Health]) -> Health:
    assert 1 == len(found)
    return found[0]


def test_a_healthy_outlet_is_ok(database: Database) -> None:
    """A past of three weeks is a baseline, and the last day is like it."""
    with database.begin() as session:
        healthy(session)
    health = only(judged(database))
    assert health.signs is not None
    assert ("ok", 11) == (health.state, health.signs.day)  # the hour that is not over counts as one of the 24
    assert health.signs.usual.a_day == pytest.approx(12, rel=0.1)


def test_nothing_is_known_of_an_empty_database(sqlite_database: Database) -> None:
    """An outlet that was never read is new; nothing is written."""
    assert [] == health_rows.keep(sqlite_database, KNOWN, NOW)
    assert "new" == only(judged(sqlite_database)).state


def test_drying_up_is_written_once(sqlite_database: Database) -> None:
    """A silent outlet is one row, with its beginning, a cause and what to do; judging again adds nothing."""
    with sqlite_database.begin() as session:
        point = healthy(session, until=NOW - 2 * DAY)
        checks(session, point, NOW - 2 * DAY, NOW)
    first = health_rows.keep(sqlite_database, KNOWN, NOW)
    again = health_rows.keep(sqlite_database, KNOWN, NOW + timedelta(minutes=5))
    assert ([("gazette", "new", "silent")], []) == ([(one.outlet, one.was, one.state) for one in first], again)
    assert NOW - 2 * DAY - 3 * HOUR < first[0].since < NOW - 2 * DAY
    assert "nothing new for" in first[0].cause and "rasad outlets check gazette" in first[0].advice


def test_what_broke_is_mended(database: Database) -> None:
    """Blocked, then read again for a while: two changes, the second one mends."""
    with database.begin() as session:
        point = healthy(session, until=NOW - 3 * HOUR)
        checks(session, point, NOW - 3 * HOUR, NOW, "blocked", reason="qrator challenge")
    broke = health_rows.keep(database, KNOWN, NOW)
    with database.begin() as session:
        checks(session, point, NOW, NOW + 3 * HOUR)
        articles(session, point, [NOW + HOUR, NOW + 2 * HOUR])
    mended = health_rows.keep(database, KNOWN, NOW + 3 * HOUR)
    assert [("blocked", "qrator challenge", True)] == [(one.state, one.kind, one.broke) for one in broke]
    assert [("ok", True)] == [(one.state, one.mended) for one in mended]
    with database.read() as session:
        assert mended == health_rows.changes_after(session, broke[0].id)
        assert [*broke, *mended] == health_rows.changes_since(session, NOW)
        assert {"gazette": "ok"} == health_rows.states(session)


def test_two_judges_write_one_row(database: Database) -> None:
    """Two programs that judge the same moment tell the operator once."""
    with database.begin() as session:
        checks(session, entry_point(session), NOW - DAY, NOW, "error", reason="timeout: 30 s")
    found = judged(database)
    with database.begin() as session:
        first = health_rows.note(session, found, NOW)
        # The other judge read the standing before: it goes on from the same number.
        late = HealthChange(outlet="gazette", number=1, was="new", state="dead", since=NOW, cause="", advice="", at=NOW)
    assert 1 == len(first) and first[0].state == "error"
    with pytest.raises(Exception, match=r"(?i)unique"), database.begin() as session:
        session.add(late)
    with database.read() as session:
        assert ["error"] == [row.state for row in session.scalars(select(HealthChange))]


def test_counting_twice_counts_once(database: Database) -> None:
    """A day is the same however often, and at whichever minutes, it was counted."""
    with database.begin() as session:
        point = healthy(session, days=2)
        check(session, point, NOW - timedelta(minutes=20), "error")
    for minutes in (700, 45, 45, 0, 0):
        with database.begin() as session:
            check_days.count(session, NOW - timedelta(minutes=minutes))
    with database.begin() as session:
        stored = check_days.read(session, NOW - 9 * DAY, NOW)
        session.query(CheckDay).delete()
        anew = check_days.read(session, NOW - 9 * DAY, NOW)
        assert (3, anew) == (len(stored[point.id]), stored)
        assert 24 == sum(sum(day.counts.get("articles", ())) for day in stored[point.id].values())


def test_long_downtime_is_passed_over(sqlite_database: Database) -> None:
    """After three weeks off the next check is counted; what is counted at once is two days at most."""
    with sqlite_database.begin() as session:
        point = entry_point(session)
        checks(session, point, NOW - 30 * DAY, NOW - 29 * DAY)
        checks(session, point, NOW - 3 * HOUR, NOW)
    more, rounds = True, 0
    while more and rounds < 10:
        with sqlite_database.begin() as session:
            more, rounds = check_days.count(session, NOW), rounds + 1
    with sqlite_database.read() as session:
        marks = {row.day.isoformat(): row.marks for row in session.scalars(select(CheckDay))}
    assert rounds < 5
    assert " " * 9 + "l..." + " " * 11 == marks["2026-11-20"]
    assert {"2026-10-21", "2026-10-22", "2026-11-20"} == set(marks)


def test_texts_of_a_wrong_table_are_counted(sqlite_database: Database) -> None:
    """Articles whose text is garbled are counted as they are stored, and the outlet's state is `encoding`."""
    with sqlite_database.begin() as session:
        point = healthy(session, until=NOW - 12 * HOUR)
        checks(session, point, NOW - 12 * HOUR, NOW)
        text = ("Колонна вышла из города на рассвете, сообщили жители. " * 20).encode("cp1251").decode("latin-1")
        articles(session, point, [NOW - hours * HOUR for hours in range(1, 12)], text)
    assert "encoding" == only(judged(sqlite_database)).state


def test_pages_that_changed_are_drift(database: Database) -> None:
    """Articles are named and refused: not silence, but extraction drift, with the reason most of them had."""
    with database.begin() as session:
        point = healthy(session, until=NOW - 10 * HOUR)
        for day in range(1, 20):
            check(session, point, NOW - day * DAY + HOUR, saved=12)
        checks(session, point, NOW - 10 * HOUR, NOW, rejected=1)
        for number in range(20):
            key = f"gazette.example/{number}"
            ended = {"outcome": "rejected", "reason": "no text", "seen_at": NOW - HOUR}
            session.add(KnownUrl(url=key, address=key, outlet="gazette", entry_point_id=point.id, **ended))
    health = only(judged(database))
    assert ("extraction drift", True) == (health.state, "no text" in health.cause)


def test_the_main_entry_point_decides(sqlite_database: Database) -> None:
    """The feed that brings all is blocked: the outlet is, though its empty section page answers."""
    facts = [
        EntryPointFact(kind=kind, url=f"https://gazette.example/{path}")
        for kind, path in (("feed", "rss"), ("section", "news"))
    ]
    with sqlite_database.begin() as session:
        feed = healthy(session, until=NOW - 5 * HOUR)
        checks(session, feed, NOW - 5 * HOUR, NOW, "blocked", reason="forbidden (403)")
        checks(session, entry_point(session, kind="section", path="news"), NOW - DAY, NOW)
    known = outlets(outlet(entry_points=facts))
    assert "blocked" == only(judged(sqlite_database, dict(known))).state


def test_an_entry_point_that_never_worked_is_no_trouble(sqlite_database: Database) -> None:
    """An unproven address that answers 404 takes nothing from an outlet whose feed is read."""
    with sqlite_database.begin() as session:
        healthy(session)
        checks(session, entry_point(session, path="feed"), NOW - DAY, NOW, "error", reason="HTTP 404")
    assert "ok" == only(judged(sqlite_database)).state


def test_three_days_without_an_article_are_no_trouble_of_a_sitemap(database: Database) -> None:
    """A sitemap is asked for the last days only: that it names nothing says nothing of its health."""
    with database.begin() as session:
        checks(session, entry_point(session, kind="sitemap"), NOW - 3 * DAY, NOW, "empty")
        checks(session, entry_point(session, "herald"), NOW - 3 * DAY, NOW, "empty")
    known = outlets(outlet(), outlet("herald"))
    assert {"gazette": "learning", "herald": "empty"} == {
        one.outlet: one.state for one in judged(database, dict(known))
    }


def test_our_own_connection_is_named(sqlite_database: Database) -> None:
    """Ten outlets that fail at once are one cause, and it is ours."""
    names = [f"paper{number}" for number in range(10)]
    with sqlite_database.begin() as session:
        for name in names:
            checks(session, entry_point(session, name), NOW - 2 * HOUR, NOW, "error", reason="timeout: 30 s")
    found = judged(sqlite_database, dict(outlets(*map(outlet, names))))
    assert {("error", True)} == {(one.state, "our own connection" in one.cause) for one in found}


def test_expect_of_the_yaml_is_used(sqlite_database: Database) -> None:
    """A new outlet that should bring fifty a day and has brought nothing for three days is silent."""
    with sqlite_database.begin() as session:
        checks(session, entry_point(session), NOW - 3 * DAY, NOW)
    known = outlets(outlet(expect=Expect(articles_a_day=50)))
    assert ("silent", "learning") == (
        only(judged(sqlite_database, dict(known))).state,
        only(judged(sqlite_database)).state,
    )


def test_archive_only_outlets_are_not_judged(sqlite_database: Database) -> None:
    """What is not read on schedule has no health."""
    with sqlite_database.begin() as session:
        healthy(session, "closed", days=3)
    assert [] == judged(sqlite_database, dict(outlets(outlet("closed", archive_only=True))))


def test_a_healed_outlet_is_well(sqlite_database: Database) -> None:
    """The feed that brought all is gone; the one that was found in its place is read, so nothing is lost."""
    with sqlite_database.begin() as session:
        dead = healthy(session, until=NOW - 2 * DAY)
        checks(session, dead, NOW - 2 * DAY, NOW, "error", reason="HTTP 404")
        found = entry_point(session, path="feed")
        found.source, found.instead_of = "found", dead.url
        checks(session, found, NOW - 2 * DAY, NOW)
        articles(session, found, [NOW - hours * 2 * HOUR for hours in range(24)])
    assert "ok" == only(judged(sqlite_database)).state


def test_a_used_up_budget_is_ours(sqlite_database: Database) -> None:
    """One check that our own budget stopped is told at once, as ours and with the key to change."""
    with sqlite_database.begin() as session:
        point = healthy(session, until=NOW - HOUR)
        check(session, point, NOW - HOUR / 2, "over budget", reason="50 MB of today are used up")
    health = only(judged(sqlite_database))
    assert ("rate-limited", True) == (health.state, "bytes_per_day" in health.advice)


def test_a_state_of_another_version_is_new(sqlite_database: Database) -> None:
    """A word that this program does not know (an older or newer one wrote it) stops nothing."""
    with sqlite_database.begin() as session:
        row = {"number": 1, "was": "ok", "state": "bewitched", "since": NOW, "cause": "", "advice": "", "at": NOW}
        session.add(HealthChange(outlet="gazette", **row))
        healthy(session)
    changes: list[Change] = health_rows.keep(sqlite_database, KNOWN, NOW)
    assert [("new", "ok")] == [(one.was, one.state) for one in changes]
