"""The commands around looking back, as a script sees them, on SQLite and on PostgreSQL."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from alerts import watchlists
from alerts.cli import app
from alerts.cli.shared import state
from alerts.match import match_pending
from alerts.models import Alert
from alerts.monitor import Monitor
from crawler.db import Database
from crawler.errors import QueryError, UsageError
from tests.e2e import world
from tests.match.rows import DAY, article, subscriber

KILLED = "Two contractors were killed near Khasham."


@pytest.fixture
def config(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A configuration that points to this test's database."""
    for variable in ("RASAD_CONFIG", "RASAD_DATABASE", "STATE_DIRECTORY", "RASAD_TELEGRAM_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    yield world.configure(tmp_path, proxy="", database=database.url.render_as_string(hide_password=False))
    state.config_path = None


def rasad(config: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--config", str(config), *words])


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, (result.output, result.exception)
    return [json.loads(line) for line in result.stdout.splitlines()]


def stored(database: Database, *texts: str, **columns: Any) -> None:
    with database.begin() as session:
        for text in texts:
            moment = datetime.now(UTC) - timedelta(hours=3)
            article(session, text, **({"first_seen_at": moment, "published_at": moment} | columns))


def matched(database: Database) -> None:
    with database.begin() as session:
        loaded = watchlists.load(session)
        match_pending(session, Monitor(loaded.watches), datetime.now(UTC), max_age=DAY)


def test_add_tells_what_it_would_have_caught(config: Path, database: Database) -> None:
    """The answer comes with samples and says when the store is thin; the watch is saved."""
    stored(database, KILLED, "Bread.")
    told = rasad(config, "watch", "add", "mine", "killed").stdout
    assert "in the last 30 days this would have fired once" in told
    assert KILLED in told
    assert "the store holds 3 h from 1 outlet, not 30 days: no hits prove nothing" in told
    (row,) = lines(rasad(config, "watch", "add", "mine", "Khasham", "--since", "2h", "--format", "jsonl"))
    assert (0, [], True, 2.0) == (row["fired"], row["samples"], row["saved"], row["store"]["asked_hours"])
    assert 2 == len(lines(rasad(config, "watch", "export", "mine", "--format", "jsonl")))


def test_an_empty_store_proves_nothing(config: Path) -> None:
    """With nothing stored the answer says that it means nothing."""
    assert "the store is empty" in rasad(config, "watch", "add", "mine", "killed", "--yes").stdout


def test_edit_shows_the_difference(config: Path, database: Database) -> None:
    """Newly caught and no longer caught, by article; the list has the new wording alone."""
    stored(database, KILLED, "Killed in Homs.", "Wounded near Khasham.")
    (added,) = lines(rasad(config, "watch", "add", "mine", "killed", "--format", "jsonl"))
    (row,) = lines(rasad(config, "watch", "edit", str(added["id"]), "Khasham", "--format", "jsonl"))
    assert ["Wounded near Khasham."] == [hit["quote"] for hit in row["newly"]]
    assert (["Killed in Homs."], 1) == ([hit["quote"] for hit in row["no_longer"]], row["still"])
    mine = lines(rasad(config, "watch", "list", "--watchlist", "mine", "--format", "jsonl"))
    assert [(row["id"], "Khasham")] == [(one["id"], one["watch"]) for one in mine]
    assert (
        "newly caught in the last 30 days: 1 article" in rasad(config, "watch", "edit", str(row["id"]), "Homs").stdout
    )


def test_replay_lists_then_sends_once(config: Path, database: Database) -> None:
    """Listing writes nothing; --send makes one digest; the list then names the alert."""
    stored(database, KILLED)
    matched(database)
    rasad(config, "watch", "add", "mine", "killed")
    with database.begin() as session:
        subscriber(session, "mine")
    (row,) = lines(rasad(config, "watch", "replay", "mine", "--format", "jsonl"))
    assert ("", KILLED, "killed") == (row["alert"], row["quote"], row["watch"])
    assert "1 alert put into 1 digest" in rasad(config, "watch", "replay", "mine", "--send").stdout
    assert "0 alerts put into 0 digests" in rasad(config, "watch", "replay", "mine", "--send").stdout
    (row,) = lines(rasad(config, "watch", "replay", "mine", "--format", "jsonl"))
    (alert,) = lines(rasad(config, "alerts", "list", "--format", "jsonl"))
    assert (alert["id"], "released in a digest") == (row["alert"], alert["state"])


def test_replay_marks(config: Path, database: Database) -> None:
    """--mark writes the past down as told; the alert says so."""
    stored(database, KILLED)
    matched(database)
    rasad(config, "watch", "add", "mine", "killed")
    assert "1 alert marked as told" in rasad(config, "watch", "replay", "mine", "--mark").stdout
    assert ["marked as told"] == [row["state"] for row in lines(rasad(config, "alerts", "list", "--format", "jsonl"))]


def test_why_prints_the_tree(config: Path, database: Database) -> None:
    """The path through the watch, for people and for scripts."""
    rasad(config, "watch", "add", "mine", "killed AND (Khasham OR Homs)")
    stored(database, KILLED, published_at=datetime.now(UTC))
    matched(database)
    with database.read() as session:
        alert = session.query(Alert).one().id
    (row,) = lines(rasad(config, "alerts", "why", alert, "--format", "jsonl"))
    assert ["all of", "  killed", "  Khasham"] == row["tree"]
    assert row["watchlists_version"] > 0
    assert "      Khasham\n" in rasad(config, "alerts", "why", alert).stdout


def test_matches_are_exported(config: Path, database: Database) -> None:
    """CSV for a spreadsheet, which takes no text for a formula; JSON lines with offsets and the tree."""
    rasad(config, "watch", "add", "mine", "killed")
    stored(database, KILLED, title="=cmd()")
    matched(database)
    (row,) = csv.DictReader(io.StringIO(rasad(config, "alerts", "export").stdout))
    assert ("mine", "killed", "'=cmd()", KILLED) == (row["watchlist"], row["watch"], row["title"], row["quote"])
    (same,) = lines(rasad(config, "alerts", "export", "--format", "jsonl"))
    start, end = same["spans"][0]
    assert ("killed", same["alert"]) == (f"=cmd()\n{KILLED}"[start:end], row["alert"])
    assert [] == lines(rasad(config, "alerts", "export", "--watchlist", "other", "--format", "jsonl"))


def test_import_and_export(config: Path, tmp_path: Path) -> None:
    """Good lines are saved, bad ones named with their number, exit 1; what is exported imports as nothing new."""
    file = tmp_path / "people.csv"
    file.write_text("name,aliases\nИван Петров,Ivan Petrov\nПетров,\n", "utf-8")
    result = rasad(config, "watch", "import", "people", str(file))
    assert (1, True) == (result.exit_code, f"{file}:3: Петров: a surname alone" in result.stderr)
    assert "people: 1 read, 1 of them new, 1 refused" in result.stdout
    back = tmp_path / "back.csv"
    back.write_text(rasad(config, "watch", "export", "people").stdout, "utf-8")
    assert 'name,aliases,watch\nИван Петров,Ivan Petrov,"name:""Иван Петров|Ivan Petrov"""\n' == back.read_text("utf-8")
    (counts,) = lines(rasad(config, "watch", "import", "people", str(back), "--format", "jsonl"))
    assert (1, 0, 0) == (counts["imported"], counts["new"], counts["refused"])


def test_import_of_entities(config: Path, tmp_path: Path) -> None:
    """JSON lines by the file's name; refusals are printed as rows in front of the counts."""
    person = {"schema": "Person", "properties": {"name": ["Ivan Petrov"], "weakAlias": ["Vanya"]}}
    file = tmp_path / "entities.ftm.json"
    file.write_text(json.dumps(person) + "\n{\n" + json.dumps({"schema": "Vessel", "properties": {"name": ["S"]}}))
    result = rasad(config, "watch", "import", "people", str(file), "--format", "jsonl")
    refused, counts = (json.loads(line) for line in result.stdout.splitlines())
    assert (1, 2) == (result.exit_code, refused["line"])
    assert (1, {"Vessel": 1}) == (counts["imported"], counts["skipped"])


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (["add", "mine", "killed AND ("], QueryError, "expected"),
        (["add", "my-names", "killed"], UsageError, "stands in config.yaml"),
        (["add", "mine", "killed", "--since", "soon"], UsageError, "span of time"),
        (["edit", "999", "killed"], UsageError, "no watch 999"),
        (["replay", "my-name"], UsageError, "did you mean `my-names`"),
        (["replay", "my-names", "--mark", "--send"], UsageError, "choose one"),
        (["export", "my-name"], UsageError, "did you mean `my-names`"),
        (["import", "my-names", "people.csv"], UsageError, "stands in config.yaml"),
        (["import", "mine", "/nonexistent.csv"], UsageError, "cannot be read"),
    ],
)
def test_wrong_usage_says_what_to_do(config: Path, words: list[str], error: type[Exception], said: str) -> None:
    """Exit 2 with one message that names the mistake; nothing is saved."""
    found = rasad(config, "watch", *words).exception
    assert isinstance(found, error), found
    assert said in str(found)


def test_no_such_alert(config: Path) -> None:
    """An unknown id names the command that lists them."""
    assert "rasad alerts list" in str(rasad(config, "alerts", "why", "zzzzzz").exception)
