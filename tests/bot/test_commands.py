"""rasad watch quality, rasad alerts retract: what the bot knows, from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from alerts import feedback
from alerts.cli import app
from alerts.cli.shared import state
from alerts.models import Alert, Delivery
from crawler.db import Database
from crawler.errors import UsageError
from tests.bot.conversation import OWNER, told
from tests.delivery.world import NOW
from tests.e2e import world


@pytest.fixture
def config(sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A configuration that points to this test's database, in which an owner got an alert."""
    for variable in ("RASAD_CONFIG", "RASAD_DATABASE", "STATE_DIRECTORY", "RASAD_TELEGRAM_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    told(sqlite_database)
    yield world.configure(tmp_path, proxy="", database=str(sqlite_database.url))
    state.config_path = None


def test_quality_is_told_per_watch(sqlite_database: Database, config: Path) -> None:
    """One line a watch somebody judged."""
    with sqlite_database.begin() as session:
        feedback.judge(session, "k3f9a2", f"telegram:{OWNER}", OWNER, "wrong person", NOW)
    result = CliRunner().invoke(app, ["--config", str(config), "watch", "quality", "--format", "jsonl"])
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {(row["watchlist"], row["right"], row["wrong"], row["precision"]) for row in rows} == {
        ("my-names", 0, 1, 0.0),
        ("plans", 0, 1, 0.0),
    }


def test_an_alert_is_taken_back(sqlite_database: Database, config: Path) -> None:
    """Once; the copy is answered."""
    words = ["--config", str(config), "alerts", "retract", "k3f9a2", "a namesake"]
    first, second = CliRunner().invoke(app, words), CliRunner().invoke(app, words)
    assert first.stdout == "k3f9a2 is taken back; 1 copies answered, 0 not sent\n"
    assert isinstance(second.exception, UsageError)
    with sqlite_database.read() as session:
        assert session.get_one(Alert, "k3f9a2").retracted == "a namesake"
        assert session.scalar(select(Delivery.reply_to).where(Delivery.notice.is_not(None))) is not None
