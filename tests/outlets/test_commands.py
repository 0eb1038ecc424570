"""`rasad outlets ...` as a person or a script sees it: files, output, exit codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from alerts.cli import app
from alerts.cli.shared import state
from crawler.errors import ConfigError, UsageError
from crawler.outlets import load
from tests.crawl.fakes import Site
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
