"""Whatever a user gets wrong on the command line ends in one message of ours, never in a traceback."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from alerts.cli import app
from crawler.errors import ConfigError, DatabaseError, RasadError, UsageError

Rasad = Callable[..., Result]
TOKEN = "424242:" + "a" * 35
PAGE = b"<html><body><article><h1>A bridge opens</h1>" + b"<p>The bridge over the river opened today.</p>" * 9


@pytest.fixture
def rasad(tmp_path: Path) -> Rasad:
    """The command, with a configuration and an empty database of this test alone."""
    config = tmp_path / "config.yaml"
    config.write_text(
        f"state: {tmp_path}/state\noutlets: {{use: []}}\n"
        "watchlists:\n  deaths:\n    watches:\n      - $no = (отрицает OR опроверг)\n"
        "      - Ананьев NOT $no\n",
        "utf-8",
    )

    def call(*words: str) -> Result:
        return CliRunner().invoke(app, ["--config", str(config), *words])

    assert call("db", "upgrade").exit_code == 0
    return call


@pytest.mark.parametrize(
    "words",
    [
        ("articles", "show", "9" * 30),
        ("articles", "show", "²"),
        ("articles", "search", "x", "--since", "9" * 14 + "d"),
        ("articles", "search", "x", "--until", "0001-01-01T00:00:00+10:00"),
        ("watch", "remove", "9" * 30),
        ("watch", "list", "--watchlist", "nosuch"),
        ("watch", "add", "deaths", "Ананьев"),
        ("deliveries", "list", "--status", "sentt"),
        ("extract", __file__, "--url", "http://[bad"),
        ("crawl", "http://[bad"),
        ("crawl", "ftp://site.example/1"),
    ],
)
def test_a_mistake_is_named(rasad: Rasad, words: tuple[str, ...]) -> None:
    """An impossible number, date, address or name is a UsageError with a text for a person."""
    error = rasad(*words).exception

    assert isinstance(error, UsageError)
    assert str(error)


def test_a_limit_no_database_takes_is_refused(rasad: Rasad) -> None:
    """The option's own bounds refuse it."""
    assert rasad("articles", "search", "x", "--limit", "9" * 20).exit_code == 2


@pytest.mark.parametrize(
    ("written", "line", "said"),
    [
        (f"# {TOKEN}\n", 1, "a bot token stands in this file"),
        (f"telegram:\n  owners: []\n  proxy: {TOKEN}\n", 3, "a bot token stands in this file"),
        ("alerts:\n  max_age: 99999999999d\n", 2, "longer than a hundred years"),
        ("worker:\n  stall: 0s\n", 2, "at least 1s"),
        ("telegram:\n  base_url: api.telegram.org\n", 2, "not an http or https address"),
        (
            "watchlists: {a: {watches: [x]}}\nsubscriptions:\n  - {watchlist: b, to: 'console:'}\n",
            3,
            "unknown watchlist",
        ),
        ("watchlists: {a: {watches: [x]}}\nsubscriptions:\n  - {watchlist: a, to: 'telegrm:1'}\n", 3, "not an address"),
    ],
)
def test_a_mistake_in_config_yaml_has_its_line(tmp_path: Path, written: str, line: int, said: str) -> None:
    """A wrong value is refused with file and line when the file is read."""
    file = tmp_path / "config.yaml"
    file.write_text(written, "utf-8")

    error = CliRunner().invoke(app, ["--config", str(file), "config", "check"]).exception

    assert isinstance(error, ConfigError)
    assert f"{file}:{line}: " in str(error) and said in str(error)


@pytest.mark.parametrize(
    ("written", "line", "said"),
    [
        ("outlets:\n  use:\n  - tass\n  - fontnka\n", 4, "did you mean `fontanka`"),
        ("crawl:\n  proxies:\n    tas: http://127.0.0.1:3128\n", 3, "did you mean `tass`"),
        ("crawl:\n  proxy: socks4://127.0.0.1:1080\n", 2, "socks4 proxies cannot be used"),
        ("watchlists:\n  a:\n    watches:\n    - bridge\n    - (bridge AND\n", 5, "column"),
        ("outlets: {use: []}\ndatabase: mysql://someone@host/name\n", 2, "no database of the kind 'mysql'"),
    ],
)
def test_config_check_finds_what_only_the_whole_shows(tmp_path: Path, written: str, line: int, said: str) -> None:
    """Names nobody has, watches that cannot be read and foreign databases are told with file and line."""
    file = tmp_path / "config.yaml"
    file.write_text(f"{written}state: {tmp_path}/state\n", "utf-8")

    ended = CliRunner().invoke(app, ["--config", str(file), "config", "check"])

    assert ended.exit_code == 3
    assert f"{file}:{line}: " in ended.stderr and said in ended.stderr


@pytest.mark.parametrize("database", ["no address", "/var/lib/rasad.db", "mysql://a:secret@h/x", "foo://a:secret@h/x"])
def test_a_database_that_is_none(tmp_path: Path, database: str) -> None:
    """It is refused with the forms there are, and without the password in it."""
    file = tmp_path / "config.yaml"
    file.write_text(f"database: '{database}'\n", "utf-8")

    error = CliRunner().invoke(app, ["--config", str(file), "db", "upgrade"]).exception

    assert isinstance(error, DatabaseError)
    assert "postgresql://" in str(error) and "secret" not in str(error)


def test_a_server_whose_name_has_no_address(tmp_path: Path) -> None:
    """PostgreSQL's host is named, with the way out."""
    file = tmp_path / "config.yaml"
    file.write_text("database: postgresql://a:secret@nowhere.invalid/x\n", "utf-8")

    error = CliRunner().invoke(app, ["--config", str(file), "db", "status"]).exception

    assert isinstance(error, DatabaseError)
    assert "secret" not in str(error)


def test_one_broken_page_does_not_stop_the_others(rasad: Rasad, tmp_path: Path) -> None:
    """A damaged gzip, a row without an address and a missing file are lines of their own; the good page is read."""
    packed = bytearray(gzip.compress(PAGE * 50))
    packed[20:60] = b"\xff" * 40
    (tmp_path / "damaged.gz").write_bytes(packed)
    (tmp_path / "good.html").write_bytes(PAGE)
    (tmp_path / "pages.tsv").write_text(
        "html\turl\ndamaged.gz\thttp://a.example/1\ngood.html\ngone.html\thttp://a.example/2\n"
        "good.html\thttp://a.example/3\n",
        "utf-8-sig",
    )

    ended = rasad("extract", "--index", str(tmp_path / "pages.tsv"))

    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.exit_code == 1
    assert [bool(line.get("rejected")) for line in lines] == [True, True, True, False]


def test_a_gzip_bomb_is_not_unpacked(rasad: Rasad, tmp_path: Path) -> None:
    """A page that grows beyond all measure is refused instead of filling the memory."""
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(120 * 10**6), 1))

    ended = rasad("extract", str(tmp_path / "bomb.gz"), "--url", "http://a.example/1")

    assert "when unpacked" in json.loads(ended.stdout)["rejected"]


def test_a_list_with_definitions_is_tried_as_the_daemon_reads_it(rasad: Rasad, tmp_path: Path) -> None:
    """`$name = ...` lines hold for the lines behind them, in `config check` and in `watch test --watchlist`."""
    text = tmp_path / "article.txt"
    text.write_text("Ананьев найден\nРодные ищут его.\n", "utf-8")

    assert rasad("config", "check").exit_code == 0
    ended = rasad("watch", "test", "--watchlist", "deaths", str(text), "--format", "jsonl")

    assert [hit["watch"] for hit in json.loads(ended.stdout)["hits"]] == ["Ананьев NOT $no"]


def test_lists_of_config_yaml_are_shown_before_the_daemon_ran(rasad: Rasad) -> None:
    """`watch list` tells what config.yaml watches for, also on the first day."""
    ended = rasad("watch", "list", "--format", "jsonl")

    assert ["deaths", "deaths"] == [json.loads(line)["watchlist"] for line in ended.stdout.splitlines()]


def test_every_error_of_ours_has_an_exit_code() -> None:
    """The root of the tree is what `main` catches."""
    assert {RasadError.exit_code, UsageError.exit_code, ConfigError.exit_code, DatabaseError.exit_code} == {1, 2, 3, 4}


@pytest.mark.parametrize("form", ["table", "jsonl"])
def test_a_terminal_that_is_not_utf_8(tmp_path: Path, form: str) -> None:
    """What it cannot show is replaced in a table and escaped in JSON, which a program reads as the same text."""
    text = tmp_path / "article.txt"
    text.write_text("Ананьев найден\nРодные ищут его.\n", "utf-8")
    words = [sys.executable, "-m", "alerts", "watch", "test", "Ананьев", str(text), "--format", form]

    ended = subprocess.run(words, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}, check=False)

    assert (0, b"") == (ended.returncode, ended.stderr)
    assert form == "table" or json.loads(ended.stdout)["hits"][0]["quote"] == "Ананьев найден"
