"""Folders of outlets, the choice among them, and templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import ConfigError
from crawler.outlets import load, merge, read_outlet

CITY = """languages: [ru]
country: RU
timezone: Europe/Moscow
leaning:
  - label: regional
entry_points:
  - kind: feed
    url: https://www.{host}/text/rss.xml
    confidence: several lists
archives:
  - kind: sitemap
    url: https://{host}/sitemap.xml
reading:
  min_text_length: 80
  boilerplate: [Читайте также]
  templates:
    - body: .text
expect:
  dated: 0.5
notes: One platform for all.
"""
OUTLET = "name: Nine\nhome: https://www.nine.example/news/\ntemplate: city\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one template and one outlet that says no more than it must."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "city.yaml").write_text(CITY, "utf-8")
    (tmp_path / "nine.yaml").write_text(OUTLET, "utf-8")
    return tmp_path


def test_a_template_fills_what_the_outlet_leaves_out(folder: Path) -> None:
    """An outlet of a family needs its name and its home; {host} is its own host without www."""
    outlet = read_outlet(folder / "nine.yaml")
    assert (outlet.languages, outlet.country, outlet.timezone) == (["ru"], "RU", "Europe/Moscow")
    assert [(entry.url, entry.confidence) for entry in outlet.entry_points] == [
        ("https://www.nine.example/text/rss.xml", "several lists")
    ]
    assert [entry.url for entry in outlet.archives] == ["https://nine.example/sitemap.xml"]


def test_what_the_outlet_states_stands(folder: Path) -> None:
    """Single values and lists of the outlet replace the template's; sections are merged key by key."""
    section = "entry_points: [{kind: section, url: 'https://nine.example/a'}]\n"
    own = "timezone: Asia/Omsk\n" + section + "reading: {min_text_length: 60}\n"
    (folder / "nine.yaml").write_text(OUTLET + own, "utf-8")
    outlet = read_outlet(folder / "nine.yaml")
    assert outlet.timezone == "Asia/Omsk"
    assert [entry.kind for entry in outlet.entry_points] == ["section"]
    assert (outlet.reading.min_text_length, outlet.reading.boilerplate) == (60, ["Читайте также"])
    assert outlet.expect.dated == 0.5


def test_phrases_selectors_and_notes_are_joined(folder: Path) -> None:
    """A site of a family has its own chrome beside the family's; its own comes first."""
    own = "reading:\n  boilerplate: [Наш опрос]\n  templates: [{body: .mine}]\nnotes: Its own.\n"
    (folder / "nine.yaml").write_text(OUTLET + own, "utf-8")
    outlet = read_outlet(folder / "nine.yaml")
    assert outlet.reading.boilerplate == ["Наш опрос", "Читайте также"]
    assert [selectors.body for selectors in outlet.reading.templates] == [".mine", ".text"]
    assert outlet.notes == "Its own.\nOne platform for all."


def test_merging_changes_neither_side() -> None:
    """A template serves many outlets: none may leave its phrases in it."""
    own, shared = {"reading": {"remove": ["a"]}}, {"reading": {"remove": ["b"], "min_text_length": 9}}
    assert merge(own, shared) == {"reading": {"remove": ["a", "b"], "min_text_length": 9}}
    assert (own, shared) == ({"reading": {"remove": ["a"]}}, {"reading": {"remove": ["b"], "min_text_length": 9}})


def test_an_unknown_template_is_named_in_its_line(folder: Path) -> None:
    """A typing error in a template's name is met with the right one."""
    (folder / "nine.yaml").write_text(OUTLET.replace("city", "citty"), "utf-8")
    with pytest.raises(ConfigError, match=r"nine\.yaml:3: unknown template `citty`; did you mean `city`\?"):
        read_outlet(folder / "nine.yaml")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("timezon: Asia/Omsk\n", r"city\.yaml:21: unknown key `timezon`; did you mean `timezone`\?"),
        ("name: All\n", r"city\.yaml:21: unknown key `name`"),
        ("home: https://nine.example/\n", r"city\.yaml:21: unknown key `home`"),
        ("template: other\n", r"city\.yaml:21: unknown key `template`"),
        ("articles: (\n", r"city\.yaml:21: `articles`: not a regular expression"),
        ("country: RU\n", r"city\.yaml:21: `country` stands twice"),
    ],
)
def test_a_broken_template_is_named_by_its_outlets(folder: Path, line: str, said: str) -> None:
    """The outlet's message leads to the template's file and line."""
    (folder / "templates" / "city.yaml").write_text(CITY + line, "utf-8")
    with pytest.raises(ConfigError, match=r"nine\.yaml:3: template `city` is broken: .*" + said):
        read_outlet(folder / "nine.yaml")


def test_a_broken_template_nobody_uses_is_reported(folder: Path) -> None:
    """It is reported like an outlet, and outlets of other templates are loaded."""
    (folder / "templates" / "spare.yaml").write_text("country: [", "utf-8")
    loaded = load([folder], shipped=False)
    assert list(loaded.by_id) == ["nine"]
    assert [Path(message.split(":")[0]).name for message in loaded.broken] == ["spare.yaml"]


def test_a_wrong_value_over_a_template_has_the_outlets_line(folder: Path) -> None:
    """Lines in messages are those of the file a person is writing."""
    (folder / "nine.yaml").write_text(OUTLET + "reading:\n  boilerplate:\n    - a\n    - [b]\n", "utf-8")
    with pytest.raises(ConfigError, match=r"nine\.yaml:7: `reading\.boilerplate\.1`: Input should be a valid string"):
        read_outlet(folder / "nine.yaml")


def test_a_missing_home_is_told_before_its_host_is_missed(folder: Path) -> None:
    """A template's {host} never leaks into a message."""
    (folder / "nine.yaml").write_text("name: Nine\ntemplate: city\n", "utf-8")
    with pytest.raises(ConfigError, match=r"nine\.yaml:1: `home` is missing$"):
        read_outlet(folder / "nine.yaml")


def test_shipped_templates_serve_outlets_of_ones_own(tmp_path: Path) -> None:
    """A city site that does not ship is added in three lines."""
    (tmp_path / "new.yaml").write_text("name: New\nhome: https://new.example/\ntemplate: shkulev\n", "utf-8")
    assert read_outlet(tmp_path / "new.yaml").entry_points[0].url == "https://www.new.example/text/rss.xml"


def test_an_outlet_of_ones_own_replaces_a_shipped_one(tmp_path: Path) -> None:
    """The file's stem decides; the other shipped outlets stay."""
    text = "name: Mine\nhome: https://mine.example/\nlanguages: [ru]\ncountry: RU\narchive_only: true\n"
    (tmp_path / "fontanka.yaml").write_text(text, "utf-8")
    loaded = load([tmp_path])
    assert loaded.get("fontanka").name == "Mine"
    assert loaded.get("tass").name == "TASS (Russian)"


def test_a_broken_replacement_leaves_the_shipped_one(tmp_path: Path) -> None:
    """A typing error costs no coverage: the shipped outlet goes on being crawled and the mistake is reported."""
    (tmp_path / "fontanka.yaml").write_text("nmae: Mine\n", "utf-8")
    loaded = load([tmp_path], use=["fontanka"])
    assert loaded.get("fontanka").name == "Fontanka"
    assert len(loaded.broken) == 1


def test_both_endings_are_read_and_twins_refused(folder: Path) -> None:
    """`.yml` is an outlet too; two files of one stem would hide each other."""
    (folder / "ten.yml").write_text(OUTLET, "utf-8")
    (folder / "nine.yml").write_text(OUTLET, "utf-8")
    loaded = load([folder], shipped=False)
    assert {"nine", "ten"} == set(loaded.by_id)
    assert [f"{folder / 'nine.yml'}: the outlet `nine` stands in nine.yaml too"] == list(loaded.broken)


def test_only_outlets_in_use_are_loaded() -> None:
    """The order is that of the configuration."""
    assert list(load(use=["tass", "enab_ar"]).by_id) == ["tass", "enab_ar"]


def test_an_unknown_id_in_use_is_reported() -> None:
    """A typing error in `outlets.use` is met with the right id and stops nobody."""
    loaded = load(use=["fontanca", "tass"])
    assert list(loaded.by_id) == ["tass"]
    assert loaded.broken == ("unknown outlet `fontanca`; did you mean `fontanka`?",)


def test_a_broken_outlet_in_use_is_not_called_unknown(tmp_path: Path) -> None:
    """One mistake, one message."""
    (tmp_path / "mine.yaml").write_text("- 1", "utf-8")
    assert [Path(m.split(":")[0]).name for m in load([tmp_path], use=["mine"], shipped=False).broken] == ["mine.yaml"]


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    """A folder that is not there is a message, and what ships is crawled."""
    loaded = load([tmp_path / "nowhere"], use=["tass"])
    assert list(loaded.by_id) == ["tass"]
    assert (f"{tmp_path / 'nowhere'}: no such folder of outlets",) == loaded.broken


def test_outlets_of_the_users_own_folder_need_not_be_named(tmp_path: Path) -> None:
    """`use` chooses among the shipped ones; whoever writes a file into a folder of theirs wants it read."""
    (tmp_path / "furat.yaml").write_text(
        "name: Furat\nhome: https://furat.example/\nlanguages: [ar]\ncountry: SY\n"
        "entry_points:\n  - {kind: feed, url: https://furat.example/feed/}\n",
        "utf-8",
    )

    assert list(load([tmp_path], use=["tass"]).by_id) == ["tass", "furat"]
