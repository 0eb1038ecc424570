"""What the daemon does before it runs."""

from __future__ import annotations

from pathlib import Path

from alerts import daemon, subscriptions
from alerts.config import Config, Settings
from crawler.db import Database
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
