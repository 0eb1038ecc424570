"""The commands as a script sees them: output, errors on stderr, exit codes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from alerts.cli import app
from alerts.cli.shared import state
from crawler.db import Database
from crawler.errors import ConfigError, DatabaseError, QueryError, SchemaError, UsageError
from tests.e2e import world

NAME = 'name:"Кирилл Ананьев"'


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A configuration in a folder of its own, with an up-to-date database."""
    for variable in ("RASAD_CONFIG", "RASAD_DATABASE", "STATE_DIRECTORY", "RASAD_TELEGRAM_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    path = world.configure(tmp_path, proxy="", database=f"sqlite:///{tmp_path / 'rasad.db'}")
    assert 0 == rasad(path, "db", "upgrade").exit_code
    yield path
    state.config_path = None


def rasad(config: Path, *words: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(app, ["--config", str(config), *words], input=stdin)


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, (result.output, result.exception)
    return [json.loads(line) for line in result.stdout.splitlines()]


def text(tmp_path: Path, name: str, written: str) -> str:
    path = tmp_path / name
    path.write_bytes(written.encode())
    return str(path)


def test_offsets_of_watch_test_are_those_of_the_file(config: Path, tmp_path: Path) -> None:
    """start:end of the decoded file are the words that fired, whatever its line ends; one line a file."""
    written = "مقتل روسيين\r\nقال أحدهم إن القتيل يدعى كيريل أنانيف.\r\n"
    files = [text(tmp_path, "a.txt", written), text(tmp_path, "b.txt", "Bread\nNothing here.\n")]
    first, second = lines(rasad(config, "watch", "test", NAME, *files, "--format", "jsonl"))
    hit = first["hits"][0]
    assert "كيريل أنانيف" == written[hit["start"] : hit["end"]]
    assert {"watch", "start", "end", "quote", "why"} == set(hit)
    assert (True, False, files) == (first["matched"], second["matched"], [first["file"], second["file"]])


def test_an_unreadable_file_stops_no_other(config: Path, tmp_path: Path) -> None:
    """The good files are answered, the bad one is named on stderr, and the exit code says that something was wrong."""
    good = text(tmp_path, "a.txt", "Новости\nПогиб Кирилл Ананьев.")
    result = rasad(config, "watch", "test", NAME, "/nonexistent.txt", good, "--format", "jsonl")
    assert [good] == [json.loads(line)["file"] for line in result.stdout.splitlines()]
    assert "/nonexistent.txt: cannot be read" in result.stderr
    assert isinstance(result.exception, UsageError)


def test_a_title_alone_can_match(config: Path) -> None:
    """The first line is the title and counts; stdin is a file called -."""
    found = lines(rasad(config, "watch", "test", NAME, "-", "--format", "jsonl", stdin="Кирилл Ананьев погиб".encode()))
    assert [("-", 0, 14)] == [(row["file"], hit["start"], hit["end"]) for row in found for hit in row["hits"]]


def test_no_match_is_exit_one(config: Path, tmp_path: Path) -> None:
    """A script can ask whether anything matched."""
    assert 1 == rasad(config, "watch", "test", NAME, text(tmp_path, "a.txt", "Bread\nNothing.")).exit_code


def test_a_list_is_tested_by_its_id(config: Path, tmp_path: Path) -> None:
    """--watchlist takes the watches of config.yaml; an unknown one is wrong usage."""
    file = text(tmp_path, "a.txt", "Новости\nПогиб Кирилл Ананьев.")
    assert lines(rasad(config, "watch", "test", "--watchlist", "my-names", file, "--format", "jsonl"))[0]["matched"]
    assert isinstance(rasad(config, "watch", "test", "--watchlist", "my-name", file).exception, UsageError)


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (["watch", "test", "Кирилл AND (", "-"], QueryError, "expected"),
        (["watch", "test", NAME], UsageError, "give FILES"),
        (["watch", "test", NAME, "/nonexistent.txt"], UsageError, "could not be read"),
        (["outlets", "show", "furat-dayly"], UsageError, "did you mean `furat-daily`"),
        (["crawl"], UsageError, "nothing to crawl"),
        (["crawl", "furat-dayly"], UsageError, "did you mean `furat-daily`"),
        (["crawl", "furat-daily", "--since", "yesterday"], UsageError, "--since"),
        (["extract", "page.html"], UsageError, "--url"),
        (["articles", "show", "17"], UsageError, "no stored article"),
        (["articles", "search", "?!"], UsageError, "at least one word"),
        (["alerts", "list", "--since", "soon"], UsageError, "span of time"),
        (["subscriptions", "add", "my-name", "console:"], UsageError, "did you mean `my-names`"),
        (["subscriptions", "remove", "my-names", "telegram:1"], UsageError, "not subscribed"),
    ],
)
def test_wrong_usage_says_what_to_do(config: Path, words: list[str], error: type[Exception], said: str) -> None:
    """Exit 2 with one message that names the mistake."""
    found = rasad(config, *words).exception
    assert isinstance(found, error), found
    assert said in str(found)


def test_extract_reads_bytes_gzip_and_stdin(config: Path, tmp_path: Path) -> None:
    """One JSON line per page in input order, with the keys of an article; a file that is none does not stop the others."""
    title, paragraphs = world.OWN_TITLE, world.OWN_PARAGRAPHS
    page = world.page("/archives/2", title, paragraphs, "2018-02-13T17:20:00+02:00").encode()
    plain, packed = tmp_path / "plain.html", tmp_path / "packed.html.gz"
    plain.write_bytes(page)
    packed.write_bytes(gzip.compress(page))
    url = f"http://{world.HOST}/archives/2"
    result = rasad(config, "extract", str(plain), "/nonexistent.html", str(packed), "-", "--url", url, stdin=page)
    assert 1 == result.exit_code
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [str(plain), "/nonexistent.html", str(packed), "-"] == [row["file"] for row in rows]
    assert "cannot be read" in rows.pop(1)["rejected"]
    keys = {"url", "canonical_url", "outlet", "title", "authors", "published_at", "published_precision", "language",
            "section", "text", "first_seen_at", "matches"}  # fmt: skip
    for row in rows:
        assert keys <= set(row)
        assert ("furat-daily", title, "ar", "2018-02-13T15:20:00Z", "minute") == (
            row["outlet"], row["title"], row["language"], row["published_at"], row["published_precision"],
        )  # fmt: skip
        assert "\n".join(paragraphs) == row["text"]


def test_extract_by_index(config: Path, tmp_path: Path) -> None:
    """A TSV names many pages; paths are relative to it."""
    (tmp_path / "one.html").write_text(world.page("/archives/2", world.OWN_TITLE, world.OWN_PARAGRAPHS, "2018-02-13"))
    index = tmp_path / "pages.tsv"
    index.write_text(f"html\turl\none.html\thttp://{world.HOST}/archives/2\n")
    assert [world.OWN_TITLE] == [row["title"] for row in lines(rasad(config, "extract", "--index", str(index)))]
    index.write_text("file\turl\none.html\thttp://x.example/\n")
    assert "no column html" in str(rasad(config, "extract", "--index", str(index)).exception)


def test_watches_of_ones_own(config: Path) -> None:
    """A watch is added, listed, and removed by its number; those of config.yaml are read-only."""
    added = rasad(config, "watch", "add", "mine", NAME, "--title", "Mine", "--alleged")
    assert 0 == added.exit_code
    row, fixed = lines(rasad(config, "watch", "list", "--format", "jsonl"))
    assert ("my-names", "config") == (fixed["watchlist"], fixed["source"])
    assert isinstance(rasad(config, "watch", "remove", str(fixed["id"])).exception, UsageError)
    assert ("mine", "Mine", NAME, "user") == (row["watchlist"], row["title"], row["watch"], row["source"])
    assert 0 == rasad(config, "watch", "remove", str(row["id"])).exit_code
    assert [fixed] == lines(rasad(config, "watch", "list", "--format", "jsonl"))


def test_mistakes_in_the_configuration_are_named(config: Path) -> None:
    """`config check` names every broken outlet and watch at once; the good ones are counted."""
    assert 0 == rasad(config, "config", "check").exit_code
    (config.parent / "outlets" / "broken.yaml").write_text("name: Broken\nhome: nowhere\n")
    config.write_text(
        config.read_text("utf-8").replace("'name:", "'broken (', 'name:").replace("[furat-daily]", "all"), "utf-8"
    )
    result = rasad(config, "config", "check")
    assert 3 == result.exit_code
    assert "broken.yaml:2" in result.stderr
    assert "`broken (`: column" in result.stderr
    config.write_text("crwal: {}\n")
    assert "config.yaml:1: unknown key `crwal`; did you mean `crawl`?" in str(
        rasad(config, "config", "check").exception
    )


def test_a_token_in_the_yaml_is_refused(config: Path) -> None:
    """With the reason and the three places where it belongs, and without repeating it."""
    token = "123456789:" + "A" * 35
    config.write_text(f"telegram: {{proxy: '{token}'}}\n")
    error = rasad(config, "config", "check").exception
    assert isinstance(error, ConfigError)
    assert "RASAD_TELEGRAM_TOKEN" in str(error)
    assert token not in str(error)


def test_a_database_of_another_schema_is_refused(config: Path) -> None:
    """An empty database is offered the command; a newer one is left alone; what is no database is named."""
    file = config.parent / "rasad.db"
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    empty = rasad(config, "articles", "search", "x").exception
    assert isinstance(empty, SchemaError)
    assert "rasad db upgrade" in str(empty)
    assert 0 == rasad(config, "db", "upgrade").exit_code
    database = Database(f"sqlite:///{file}")
    with database.begin() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = 'from-the-future'")
    database.close()
    for words in (["db", "upgrade"], ["run"], ["articles", "search", "x"]):
        assert "newer than this program" in str(rasad(config, *words).exception)
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    file.write_text("this is not a database, it is a long enough text to look like none at all" * 20)
    assert isinstance(rasad(config, "articles", "search", "x").exception, DatabaseError)


def test_lists_are_empty_without_fuss(config: Path) -> None:
    """Right after `db upgrade` every list prints nothing to stdout and succeeds."""
    for words in (["alerts", "list"], ["alerts", "list", "--held"], ["deliveries", "list"], ["subscriptions", "list"]):
        result = rasad(config, *words, "--format", "jsonl")
        assert (0, "") == (result.exit_code, result.stdout)
    row = lines(rasad(config, "db", "status", "--format", "jsonl"))[0]
    assert (row["schema"], 0) == (row["program"], row["articles"])
