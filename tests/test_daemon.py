"""What the daemon does before it runs."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alerts import daemon, subscriptions
from alerts.config import Config, Settings
from alerts.models import Note
from crawler.db import Database
from crawler.errors import DatabaseError
from crawler.outlets import Outlets


def settings(token: str, folder: Path) -> Settings:
    config = Config.model_validate({"watchlists": {"names": {"watches": ['name:"Кирилл Ананьев"', "broken ("]}}})
    return Settings(config=config, path=None, state=folder, database_url="", token=token)


def addresses(database: Database) -> list[str]:
    with database.read() as session:
        return [row.address for row in subscriptions.listed(session)]


def test_the_console_stands_in_for_telegram(database: Database, tmp_path: Path) -> None:
    """Without a token every list is printed; with one it no longer is. Twice changes nothing."""
    for _ in range(2):
        daemon.prepare(settings("", tmp_path), database, Outlets({}))
    assert ["console:"] == addresses(database)
    daemon.prepare(settings("123456:" + "a" * 35, tmp_path), database, Outlets({}))
    assert [] == addresses(database)


def test_a_broken_watch_is_named_and_stops_no_other(database: Database, tmp_path: Path) -> None:
    """The line that cannot be read is reported with its reason; the list goes on with the others."""
    problems = daemon.prepare(settings("", tmp_path), database, Outlets({}))
    assert 1 == len(problems)
    assert problems[0].startswith("watchlist names, `broken (`: column ")


def test_the_watchdog_is_fed_only_while_everything_moves() -> None:
    """A part whose last progress is older than allowed is overdue; one that never began is not."""
    progress = daemon.Progress(allowed_s=60)
    progress.note("matcher")
    progress.note("worker", at=-1e9)
    assert ["worker"] == progress.overdue()


def test_the_greeting_says_what_to_do_without_a_token(tmp_path: Path) -> None:
    """The first lines name the missing token, how to give it and how to call the program."""
    said = "\n".join(daemon.greeting(settings("", tmp_path)))
    assert "RASAD_TELEGRAM_TOKEN" in said
    assert "--help" in said


def test_matcher_and_sender_go_on_after_the_database_was_away(sqlite_database: Database, tmp_path: Path) -> None:
    """A lost database, or a step that raises anything else, costs a pause: the next time is asked for again."""
    for error in (DatabaseError("connection refused"), RuntimeError("a surprise")):

        async def run(error: Exception = error) -> list[str]:
            running = daemon.Daemon(settings("", tmp_path), sqlite_database, Outlets({}), print, print)
            running.database_pause_s = 0.01
            done: list[str] = []

            async def step() -> None:
                done.append("tried")
                running.to_send.set()
                if len(done) < 3:
                    raise error
                done.append("sent")
                running.stopping.set()

            running.to_send.set()
            await running._repeat("sender", running.to_send, step)
            return done

        assert ["tried", "tried", "tried", "sent"] == asyncio.run(run())


def test_the_minute_notes_that_we_live(sqlite_database: Database, tmp_path: Path) -> None:
    """Before any outlet answered nothing vouches for us; a stuck part is not vouched for at all."""

    async def run(*, stuck: bool) -> bool:
        running = daemon.Daemon(settings("", tmp_path), sqlite_database, Outlets({}), print, print)
        running.progress.note("matcher", at=-1e9 if stuck else None)
        await running._vouch()
        with sqlite_database.read() as session:
            return session.get(Note, "heartbeat") is not None

    assert [False, True] == [asyncio.run(run(stuck=True)), asyncio.run(run(stuck=False))]


def test_two_daemons_may_start_at_the_same_moment(database: Database, tmp_path: Path) -> None:
    """Both bring the same new rows into an empty database; neither dies of the other's."""
    with ThreadPoolExecutor(4) as threads:
        calls = [threads.submit(daemon.prepare, settings("", tmp_path), database, Outlets({})) for _ in range(4)]
    assert [1] * 4 == [len(call.result()) for call in calls]
    assert ["console:"] == addresses(database)
