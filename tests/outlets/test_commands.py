"""`rasad outlets ...` as a person or a script sees it: files, output, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from alerts.cli import app
from alerts.cli.shared import state
from crawler.db import Database
from crawler.errors import ConfigError, UsageError
from crawler.models import HostLease
from crawler.outlets import load
from tests.crawl.fakes import Answer, Site
from tests.outlets.sites import furat

Rasad = Callable[..., Result]
FURAT = "http://www.furat-daily.example/"


@pytest.fixture
def rasad(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rasad]:
    """The command, with a folder of outlets of its own and a crawl that meets the invented sites only."""
    for variable in ("RASAD_CONFIG", "RASAD_DATABASE", "STATE_DIRECTORY"):
        monkeypatch.delenv(variable, raising=False)
    config = tmp_path / "config.yaml"
    (tmp_path / "mine").mkdir()
    config.write_text(
        f"state: {tmp_path}/state\noutlets: {{use: [], folders: [mine]}}\n"
        f"crawl: {{delay: 0s, timeout: 2s, proxy: '{site.url('')}'}}\n",
        "utf-8",
    )
    yield lambda *words: CliRunner().invoke(app, ["--config", str(config), *words])
    state.config_path = None


def test_add_shows_three_articles_and_writes_the_file(rasad: Rasad, site: Site, tmp_path: Path) -> None:
    """Titles, dates with precision, language, size and first sentence on stderr; the file loads."""
    furat(site)
    ended = rasad("outlets", "add", FURAT, "--yes")

    assert 0 == ended.exit_code, ended.output
    assert ["furat_daily"] == list(load([tmp_path / "mine"], shipped=False).by_id)
    assert 3 == ended.stderr.count("(to the minute) · ar · ")
    assert "❝ عادت الأفران" in ended.stderr
    assert f"wrote {tmp_path}/mine/furat_daily.yaml" in ended.stdout


def test_add_can_only_print(rasad: Rasad, site: Site, tmp_path: Path) -> None:
    """stdout is the YAML and nothing else; no file appears."""
    furat(site)
    ended = rasad("outlets", "add", FURAT, "--print")
    assert ended.stdout.startswith("name: ") and ended.stdout.endswith(".\n")
    assert [] == list((tmp_path / "mine").iterdir())


def test_add_never_overwrites_by_itself(rasad: Rasad, site: Site, tmp_path: Path) -> None:
    """What is known is refused by its id; --force writes over it."""
    furat(site)
    assert 0 == rasad("outlets", "add", FURAT, "--yes").exit_code
    file = tmp_path / "mine" / "furat_daily.yaml"
    file.write_text(file.read_text("utf-8").replace("XX", "SY"), "utf-8")

    assert "belongs to `furat_daily`" in str(rasad("outlets", "add", FURAT, "--yes").exception)
    assert "country: SY" in file.read_text("utf-8")
    assert 0 == rasad("outlets", "add", FURAT, "--yes", "--force", "--id", "furat_daily").exit_code
    assert "country: XX" in file.read_text("utf-8")


def test_add_wants_a_folder_before_it_asks_anybody(rasad: Rasad, site: Site, tmp_path: Path) -> None:
    """Without `outlets.folders` the way out is told at once, and --folder is one."""
    furat(site)
    config = tmp_path / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("folders: [mine]", "folders: []"), "utf-8")

    error = rasad("outlets", "add", FURAT, "--yes").exception
    assert isinstance(error, ConfigError) and "folders: [my-outlets]" in str(error)
    assert [] == site.log
    ended = rasad("outlets", "add", FURAT, "--yes", "--folder", str(tmp_path / "new"))
    assert (tmp_path / "new" / "furat_daily.yaml").is_file()
    assert "nothing reads it yet" in ended.stderr


def test_add_refuses_what_is_no_address(rasad: Rasad) -> None:
    """A host without a scheme, or a file."""
    for word in ("furat-daily.example", "file:///etc/passwd", "http://[bad"):
        assert isinstance(rasad("outlets", "add", word).exception, UsageError)


def outlet_file(tmp_path: Path, more: str = "") -> Path:
    file = tmp_path / "mine" / "furat.yaml"
    file.write_text(
        f"name: Furat\nhome: {FURAT}\nlanguages: [ar]\ncountry: SY\n"
        f"entry_points:\n  - {{kind: feed, url: {FURAT}feed/}}\n{more}",
        "utf-8",
    )
    return file


def test_a_page_is_recorded_and_read_again(rasad: Rasad, site: Site, tmp_path: Path) -> None:
    """What was read is shown; the pair replays without network and is as agreed."""
    (address, *_) = furat(site)
    outlet_file(tmp_path)
    ended = rasad("outlets", "record", "furat", address, "--yes")
    assert 0 == ended.exit_code, ended.output
    assert "title: أفران المدينة" in ended.stderr and "text: 3 paragraphs" in ended.stderr
    site.log.clear()
    again = rasad("outlets", "check", "--recorded")
    assert (0, "1 recorded, all as agreed") == (again.exit_code, again.stdout.splitlines()[-1])
    assert [] == site.log


def test_an_edit_of_the_yaml_that_changes_the_text_is_shown(rasad: Rasad, site: Site, tmp_path: Path) -> None:
    """The lost line is named, and the exit code says that something drifted."""
    (address, *_) = furat(site)
    outlet_file(tmp_path)
    assert 0 == rasad("outlets", "record", "furat", address, "--yes").exit_code
    outlet_file(tmp_path, "reading:\n  boilerplate: [ولم تذكر]\n")
    ended = rasad("outlets", "check", "--recorded", "furat")
    assert 1 == ended.exit_code
    assert "    - ولم تذكر الجهات المسؤولة" in ended.stdout
    assert "1 recorded, 1 read otherwise than agreed" in ended.stdout


def test_a_record_is_not_overwritten_by_itself(rasad: Rasad, site: Site, tmp_path: Path) -> None:
    """A second record of one address needs --force; a saved page needs no network."""
    (address, *_) = furat(site)
    outlet_file(tmp_path)
    saved = tmp_path / "page.html"
    saved.write_bytes(site.answers[address].body)
    assert 0 == rasad("outlets", "record", "furat", address, "--file", str(saved), "--yes").exit_code
    assert [] == site.log
    assert "--force overwrites" in str(rasad("outlets", "record", "furat", address, "--yes").exception)
    assert 0 == rasad("outlets", "record", "furat", address, "--yes", "--force").exit_code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("record", "furat", FURAT + "gone", "--yes"), "HTTP 404"),
        (("record", "furat", "archives/1", "--yes"), "not an http or https address"),
        (("record", "furat", FURAT + "1", "--file", "/nonexistent", "--yes"), "cannot be read"),
        (("record", "fura", FURAT + "1", "--yes"), "did you mean `furat`"),
        (("check",), "name an outlet"),
    ],
)
def test_mistakes_of_recording_are_named(rasad: Rasad, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """Each ends in one message."""
    outlet_file(tmp_path)
    assert said in str(rasad("outlets", *words).exception)


def test_a_broken_pair_is_named(rasad: Rasad, site: Site, tmp_path: Path) -> None:
    """A page that is gone or a JSON cut short is told with its file; nothing recorded at all is no success."""
    outlet_file(tmp_path)
    assert 1 == rasad("outlets", "check", "--recorded").exit_code
    (address, *_) = furat(site)
    assert 0 == rasad("outlets", "record", "furat", address, "--yes").exit_code
    (file,) = (tmp_path / "mine" / "recorded" / "furat").glob("*.json")
    file.with_suffix(".html.gz").write_bytes(b"\x1f\x8bhalf")
    assert str(file) in str(rasad("outlets", "check", "--recorded").exception)


def test_check_reads_once_and_stores_nothing(rasad: Rasad, site: Site, tmp_path: Path) -> None:
    """Robots' line, the feed, the article's steps and every witness of its date; no database appears."""
    furat(site)
    outlet_file(tmp_path)
    site.answers[FURAT + "robots.txt"] = Answer(
        b"User-agent: *\nDisallow: /private/\nAllow: /feed/\n", kind="text/plain"
    )
    ended = rasad("outlets", "check", "furat")
    assert 0 == ended.exit_code, ended.output
    for words in (
        "allowed: line 3 `Allow: /feed/` for *; no Crawl-delay, we pause 0 s",
        "names 6 articles, 6 dated",
        "selectors    the outlet has none",
        "JSON-LD      none in the page",
        "witness: meta",
        "evidence     meta article:published_time: 2026-11-22T09:10:00+03:00",
        "evidence     feed: 2026-11-22 06:10:00Z",
        "nothing was stored",
    ):
        assert words in ended.stdout, ended.stdout
    assert not (tmp_path / "state").exists()
    assert 3 == len(site.log)


def test_check_says_what_to_do_with_a_feed_that_is_gone(rasad: Rasad, site: Site, tmp_path: Path) -> None:
    """The way out is a command to paste."""
    outlet_file(tmp_path)
    ended = rasad("outlets", "check", "furat")
    assert 1 == ended.exit_code
    assert f"rasad outlets add {FURAT} --print --force looks for another way" in ended.stdout


def test_list_tells_newest_article_health_and_what_was_healed(rasad: Rasad, site: Site, tmp_path: Path) -> None:
    """After a crawl: the age of the newest article, one word, the found feed and the line to write; within 80 columns."""
    furat(site)
    file = outlet_file(tmp_path)
    file.write_text(file.read_text("utf-8").replace("feed, url: " + FURAT + "feed/", "section, url: " + FURAT), "utf-8")
    assert 0 == rasad("db", "upgrade").exit_code
    assert 0 == rasad("crawl", "furat").exit_code

    told = rasad("outlets", "list").stdout
    head, row = told.splitlines()[:2]
    assert ["id", "lang", "leaning", "entry", "points", "newest", "health"] == head.split()
    assert ["furat", "ar", "section?", "feed+"] == row.split()[:4] and row.rstrip().endswith("learning")
    assert max(map(len, told.splitlines()[:4])) <= 80
    assert "1 outlets: 0 proven, 0 listed, 1 unproven, 0 archive only" in told
    assert f"write into its YAML: - {{kind: feed, url: {FURAT}feed/, confidence: proven}}" in told
    (told_row,) = map(json.loads, rasad("outlets", "list", "--json").stdout.splitlines())
    assert (6, "2026-11-22T06:10:00Z", "learning") == tuple(
        told_row[key] for key in ("articles", "last_article", "health")
    )
    assert [FURAT + "feed/"] == [one["url"] for one in told_row["found"]]
    checked = rasad("outlets", "check", "furat").stdout
    assert "found by Rasad; write into the YAML" in checked
    assert f", unproven: feed {FURAT}feed/" in checked.splitlines()[0]


def test_list_needs_no_database(rasad: Rasad, tmp_path: Path) -> None:
    """Before the first run every outlet is there, and new."""
    outlet_file(tmp_path)
    assert rasad("outlets", "list").stdout.splitlines()[1].split() == ["furat", "ar", "feed?", "new"]
    assert not (tmp_path / "state").exists()


def test_a_check_keeps_turns_with_the_daemon(rasad: Rasad, site: Site, tmp_path: Path) -> None:
    """While another process holds the host, the check waits for its turn to come."""
    furat(site)
    outlet_file(tmp_path)
    assert 0 == rasad("db", "upgrade").exit_code
    database = Database(f"sqlite:///{tmp_path / 'state' / 'rasad.db'}")
    released = datetime.now(UTC) + timedelta(seconds=2)
    with database.begin() as session:
        session.add(
            HostLease(
                host="www.furat-daily.example", holder="elsewhere:1", leased_until=released, next_request_at=released
            )
        )
    assert 0 == rasad("outlets", "check", "furat").exit_code
    assert site.log[0].start >= released.timestamp()
