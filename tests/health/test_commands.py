"""`rasad health`, `rasad coverage` and the health column of `rasad outlets list`, as a person and a script see them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from alerts.cli import app
from alerts.cli.shared import state
from crawler.db import Database
from crawler.errors import UsageError
from migrations import schema
from tests.health import rows
from tests.health.rows import DAY, HOUR, checks, entry_point

OUTLET = "name: {name}\nhome: https://{name}.example/\nlanguages: [{language}]\ncountry: XX\nentry_points:\n  - kind: feed\n    url: https://{name}.example/rss\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Three outlets: one is read, one blocks since five hours, one was never read; and a list that sees two."""
    for variable in ("RASAD_CONFIG", "RASAD_DATABASE", "STATE_DIRECTORY", "RASAD_TELEGRAM_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "mine").mkdir()
    for name, language in (("gazette", "en"), ("herald", "ru"), ("unread", "en")):
        (tmp_path / "mine" / f"{name}.yaml").write_text(OUTLET.format(name=name, language=language))
    path = tmp_path / "config.yaml"
    address = f"sqlite:///{tmp_path / 'rasad.db'}"
    lists = "watchlists:\n  english: {watches: ['killed lang:en']}\n"
    path.write_text(f"database: {address}\noutlets: {{use: [], folders: [mine]}}\n{lists}")
    opened = Database(address)
    schema.upgrade(opened)
    now = datetime.now(UTC)
    with opened.begin() as session:
        point = entry_point(session)
        checks(session, point, now - 8 * DAY, now)
        rows.articles(session, point, [now - number * 2 * HOUR for number in range(96)])
        point = entry_point(session, "herald")
        checks(session, point, now - 8 * DAY, now - 5 * HOUR)
        checks(session, point, now - 5 * HOUR, now, "blocked", reason="qrator challenge")
    opened.close()
    yield path
    state.config_path = None


def rasad(config: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--config", str(config), *words])


def objects(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, (result.output, result.exception)
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_health_tells_the_worst_first(config: Path) -> None:
    """State, cause and what to do; then how many can be relied on."""
    shown = rasad(config, "health").stdout
    places = [
        shown.index(word)
        for word in (
            "herald",
            "it refuses programs (qrator challenge)",
            "→ ",
            "unread",
            "gazette",
            "3 outlets: 1 blocked, 1 new, 1 ok. 1 of them",
        )
    ]
    assert sorted(places) == places


def test_health_in_json(config: Path) -> None:
    """One object an outlet, with what was delivered and what is usual in the time asked about."""
    found = {row["outlet"]: row for row in objects(rasad(config, "health", "--since", "24h", "--json"))}
    assert [("blocked", True), ("ok", False), ("new", False)] == [
        (found[name]["state"], found[name]["lost"]) for name in ("herald", "gazette", "unread")
    ]
    assert 12 == found["gazette"]["delivered"] and 10 < found["gazette"]["usual"] < 14
    assert ["gazette"] == [row["outlet"] for row in objects(rasad(config, "health", "gazette", "--json"))]


def test_an_unknown_outlet_is_named(config: Path) -> None:
    """A typing mistake is answered with what was meant."""
    result = rasad(config, "health", "gazete")
    assert isinstance(result.exception, UsageError) and "did you mean `gazette`" in str(result.exception)


def test_coverage_shows_the_hours(config: Path) -> None:
    """A letter an hour, the trouble first, a legend, and what no alert is worth."""
    shown = rasad(config, "coverage").stdout
    assert "bbbbb  blocked (qrator challenge)" in shown and "b blocked" in shown
    assert "1 of 3 outlets read; blocked: herald; new: unread." in shown
    assert "What no alert is worth: read all 24 hours 1, with gaps 0, not read 2." in shown


def test_coverage_of_a_list_is_what_it_can_see(config: Path) -> None:
    """A list in English is not told of an outlet in Russian."""
    found = objects(rasad(config, "coverage", "english", "--json"))
    assert [("gazette", True, 24), ("unread", False, 0)] == [
        (row["outlet"], row["read"], row["read_hours"]) for row in found
    ]
    assert "`english` sees 2 outlets" in rasad(config, "coverage", "english").stdout


def test_coverage_of_no_list_is_a_mistake(config: Path) -> None:
    """A list nobody has is answered with the one that was meant."""
    result = rasad(config, "coverage", "englisch")
    assert isinstance(result.exception, UsageError) and "english" in str(result.exception)


def test_rows_fit_into_a_terminal(config: Path) -> None:
    """No row is wider than 80 columns, whatever the window."""
    for since in ("1h", "24h", "7d", "90d"):
        lines = rasad(config, "coverage", "--since", since).stdout.partition("\n\n")[0].splitlines()
        assert [] == [line for line in lines if len(line) > 80]
    assert [] == [line for line in rasad(config, "health").stdout.splitlines() if len(line) > 80]


def test_the_list_of_outlets_shows_health(config: Path) -> None:
    """One word an outlet, beside its last article."""
    found = {row["id"]: row for row in objects(rasad(config, "outlets", "list", "--format", "jsonl"))}
    assert ["ok", "blocked", "new"] == [found[name]["health"] for name in ("gazette", "herald", "unread")]
    assert found["gazette"]["last_article"] and found["herald"]["last_article"] is None
