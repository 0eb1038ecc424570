"""What the alerts' side asks of the schedule, and what the command line tells of it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from alerts import watchlists
from alerts.cli import app
from alerts.match import match_pending
from alerts.monitor import Monitor
from crawler.db import Database
from crawler.models import Evidence, Revisit
from tests.match.rows import DAY, NOW, article, watch


def test_article_a_watch_fired_on_is_asked_for_more_often(sqlite_database: Database) -> None:
    """The match is made five minutes after the article was stored; the first visit is ten minutes later."""
    with sqlite_database.begin() as session:
        watch(session, "killed AND Khasham")
        fired = article(session, "Two contractors were killed near Khasham.")
        article(session, "Bread is cheaper.")
        match_pending(session, Monitor(watchlists.load(session).watches), NOW, max_age=DAY)
    with sqlite_database.read() as session:
        (row,) = session.scalars(select(Revisit)).all()
    assert (fired.id, True, NOW + timedelta(minutes=10)) == (row.article_id, row.matched, row.next_at)


def test_article_that_is_gone_says_so(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`rasad articles show` tells since when, by which answer, and where that answer lies; the text is still shown."""
    with sqlite_database.begin() as session:
        copy = Evidence(
            url="https://news.example/1",
            captured_at=NOW,
            warc_file="2026/gone.warc.gz",
            warc_offset=7,
            record_id="<urn:uuid:1>",
            sha256="ab" * 32,
            tls_verified=True,
        )
        session.add(copy)
        session.flush()
        article(
            session,
            "Two were killed.",
            gone_at=NOW,
            gone_reason="HTTP 410",
            gone_evidence_id=copy.id,
            matched_revision=1,
        )
    monkeypatch.setenv("RASAD_DATABASE", f"sqlite:///{tmp_path / 'rasad.db'}")
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    shown = CliRunner().invoke(app, ["articles", "show", "1"], env={"COLUMNS": "200"}).stdout
    assert "gone: not there any more since 2026-11-20 12:00 UTC (HTTP 410)" in shown
    assert "answer kept: 2026/gone.warc.gz at 7" in shown and "Two were killed." in shown
    told = json.loads(CliRunner().invoke(app, ["articles", "show", "1", "--format", "jsonl"]).stdout)
    assert ("HTTP 410", "2026/gone.warc.gz") == (told["gone_reason"], told["gone_evidence"]["file"])
