"""/name, /export, [More], [Why], the menu: what is asked about alerts and names."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

from alerts import exports, subscriptions, watchlists
from alerts.models import Alert, Match
from crawler.db import Database
from crawler.models import Article, Evidence
from tests.bot.conversation import GROUP, OWNER, READER, Talk, button, pressed, said, told
from tests.delivery.world import NOW, SENTENCE, alert


def test_a_name_is_read_in_other_scripts(sqlite_database: Database, tmp_path: Path) -> None:
    """Readings with their share and what they rest on, spellings looked for; [Watch] makes a draft of it."""
    api = Talk(sqlite_database, tmp_path).after(
        said(OWNER, "/name كيريل أنانيف", answers=1),
        pressed(OWNER, button("Watch"), answers=2),
        said(OWNER, "/name كيريل أنانيف = Кирилл Ананьев", answers=1),
        said(OWNER, "/name Иван Петров = Mary Smith", answers=1),
        said(OWNER, "/name"),
    )
    readings, _, table, same, other, how = api.texts()
    assert "ru · \u2068Кирилл Ананьев\u2069" in readings
    assert "looked for (en):" in readings
    assert 'name:"كيريل أنانيف"' in table
    assert "The same name." in same
    assert "Different names." in other
    assert how.startswith("Write a name")


def test_names_are_found_in_a_sentence(sqlite_database: Database, tmp_path: Path) -> None:
    """And a text without any says so."""
    api = Talk(sqlite_database, tmp_path).after(
        said(OWNER, f"/name {SENTENCE}", GROUP, answers=1),
        said(OWNER, "/name хлеб подорожал в городе вчера", answers=1),
    )
    found, none = api.texts()
    assert "Кирилл Ананьев" in found
    assert api.accepted[0]["buttons"] == []
    assert none == "No person is named there."


def test_more_tells_other_outlets_evidence_and_quotes(database: Database, tmp_path: Path) -> None:
    """Of the lists of this chat; the other outlets of the story once each."""
    told(database)
    with database.begin() as session:
        row = session.get_one(Alert, "k3f9a2")
        evidence = Evidence(
            url="https://nahr.example/k3f9a2", captured_at=NOW, warc_file="a.warc.gz", warc_offset=0, record_id="x",
            sha256="ab" * 32, tls_verified=True,
        )  # fmt: skip
        session.add(evidence)
        session.flush()
        session.get_one(Article, row.article_id).evidence_id = evidence.id
        from crawler.models import Story

        alert(session, "b1", [], story=session.get_one(Story, row.story_id))
        other = session.query(Article).filter(Article.url.endswith("b1")).one()
        other.outlet, other.first_seen_at = "sana_ar", NOW + timedelta(hours=1)
    api = Talk(database, tmp_path).after(
        pressed(OWNER, "more:k3f9a2"), pressed(OWNER, "more:nosuch"), pressed(READER, "more:k3f9a2")
    )
    (text,) = api.texts()
    assert text.splitlines()[:3] == ["More on k3f9a2:", f"❝ \u2068{SENTENCE}\u2069 ❞", "Also told by 1 other outlets:"]
    assert "https://nahr.example/b1" in text
    assert f"SHA-256 {'ab' * 32}" in text


def test_why_is_the_tree_in_private_and_what_was_found_elsewhere(database: Database, tmp_path: Path) -> None:
    """The path through the query shows the query."""
    told(database, f"telegram:{GROUP}")
    with database.begin() as session:
        for row in session.query(Match):
            row.tree = ["in one sentence", "  كيريل أنانيف = Кирилл Ананьев", "  secret = @killed"]
    (text,) = Talk(database, tmp_path).after(pressed(OWNER, "why:k3f9a2", GROUP)).texts(GROUP)
    assert "secret" not in text


def test_ones_own_matches_come_as_a_file(database: Database, tmp_path: Path) -> None:
    """CSV or JSON lines, of lists one owns or names; others' are not there, and nothing is said to be nothing."""
    with database.begin() as session:
        subscriptions.add_user(session, READER, "reader", NOW)
        mine = watchlists.add(session, "=cmd", NOW, watchlist=f"user-{READER}", owner=READER).id
        theirs = watchlists.add(session, "secret", NOW, watchlist="user-1", owner=1).id
        alert(session, "k3f9a2", [mine, theirs])
    api = Talk(database, tmp_path).after(
        said(READER, "/export"),
        lambda api: lambda: len(api.papers) == 1,
        said(READER, "/export jsonl"),
        lambda api: lambda: len(api.papers) == 2,
        said(READER, "/export user-1"),
        said(OWNER, "/export"),
    )
    (_, name, table), (_, lines_name, lines) = api.papers
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert (name, lines_name) == ("matches.csv", "matches.jsonl")
    assert [(row["alert"], row["watch"], row["quote"]) for row in rows] == [("k3f9a2", "'=cmd", SENTENCE)]
    assert json.loads(lines)["watchlist"] == f"user-{READER}"
    assert api.texts(READER)[2:] == ["no watchlist `user-1`"]
    assert api.texts(OWNER) == ["There is nothing to export yet: none of your lists has matched."]


def test_an_export_of_nothing_is_empty(sqlite_database: Database) -> None:
    """A header alone; no line of JSON."""
    with sqlite_database.read() as session:
        assert exports.matches(session, ["none"], "jsonl") == (b"", 0)
        assert exports.matches(session, ["none"], "csv")[1] == 0


def test_telegram_gets_a_menu_in_every_language(sqlite_database: Database, tmp_path: Path) -> None:
    """And one for who speaks none of ours; a refusal costs nothing else."""
    talk = Talk(sqlite_database, tmp_path)
    talk.after(lambda api: lambda: len(api.menus) == 4)
    assert [menu.get("language_code", "") for menu in talk.api.menus] == ["ar", "", "en", "ru"]
    assert {"command": "watch", "description": "следить за именем или своим запросом"} in json.loads(
        talk.api.menus[-1]["commands"]
    )
    refused = Talk(sqlite_database, tmp_path / "refused")
    refused.api.fault("400", method="setMyCommands", times=-1)
    assert refused.after(said(OWNER, "/help")).texts() != []
