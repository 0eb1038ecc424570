"""What is wrong with a YAML is said with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.config import compose, parse_yaml
from crawler.errors import ConfigError
from crawler.outlets import Outlet, load, read_outlet

GOOD = """name: Furat Daily
home: https://furat-daily.example/
languages: [ar]
country: SY
entry_points:
  - kind: feed
    url: https://furat-daily.example/feed/
"""

# (what was written, where it is reported, what is said); the lines follow GOOD's seven unless they replace one
MISTAKES = [
    ("languagse: [ar]\n", 8, "unknown key `languagse`; did you mean `languages`?"),
    ("reading:\n  boilerplates: [x]\n", 9, "unknown key `reading.boilerplates`; did you mean `boilerplate`?"),
    ("reading:\n  templates:\n    - boddy: p\n", 10, "unknown key `reading.templates.0.boddy`; did you mean `body`?"),
    ("timezone: Asia/Damaskus\n", 8, "unknown time zone 'Asia/Damaskus'; write it like Asia/Damascus"),
    ("timezone: Asia\n", 8, "unknown time zone 'Asia'"),
    ("timezone: /etc/passwd\n", 8, "unknown time zone '/etc/passwd'"),
    ("articles: /doc/(\\d+\n", 8, "not a regular expression"),
    ("mirrors: [ftp://mirror.example/]\n", 8, "'ftp://mirror.example/' is not an http or https address"),
    ("archive_only: perhaps\n", 8, "`archive_only`: Input should be a valid boolean"),
    ("delay: 15\n", 8, "not a duration: 15; write it like 30s, 15m, 24h or 7d"),
    ("expect:\n  dated: often\n", 9, "`expect.dated`: Input should be a valid number"),
    ("reading:\n  boilerplate: one\n", 9, "`reading.boilerplate`: Input should be a valid list"),
    ("leaning:\n  - since: 2024-12-08\n", 9, "`leaning.0.label` is missing"),
    ("leaning:\n  - label: state\n    since: 2024-13-01\n", 10, "`leaning.0.since`: Input should be a valid date"),
    (
        "leaning:\n  - label: a\n    since: 2025-01-01\n    until: 2024-01-01\n",
        9,
        "since 2025-01-01 is after until 2024-01-01",
    ),
    ("archives:\n  - kind: sitemap\n    url: furat-daily.example/sitemap.xml\n", 10, "is not an http or https address"),
    ("archives:\n  - {kind: sitemap, url: https://a.example/, confidence: sure}\n", 9, "Input should be 'proven'"),
    ("name: Furat\n", 8, "`name` stands twice (first in line 1)"),
    ("\treading: {}\n", 8, "not valid YAML"),
    ("reading: [\n", 9, "not valid YAML"),
    ("notes: bell\x07\n", 8, "not valid YAML: unacceptable character"),
    ("notes: !!python/name:os.system\n", 8, "not valid YAML: could not determine a constructor"),
    ("id: other\n", 8, "id `other` differs from the file's name"),
    ("reading:\n  remove:\n    - .a >\n", 9, "`reading.remove`: not a CSS selector"),
    ("reading:\n  templates:\n    - body: 'div::text'\n", 10, "`reading.templates.0.body`: not a CSS selector"),
    ("reading:\n  date_formats: ['%Q.%m']\n", 9, "not a strptime format: '%Q.%m'"),
    ("reading:\n  date_formats: [dd.mm.yyyy]\n", 9, "not a strptime format: 'dd.mm.yyyy'"),
    ("template: [a]\n", 8, "`template`: Input should be a valid string"),
]


def broken(folder: Path, content: str | bytes) -> str:
    """The message for an outlet file `furat.yaml` of this content."""
    path = folder / "furat.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    with pytest.raises(ConfigError) as caught:
        read_outlet(path)
    return str(caught.value)


@pytest.mark.parametrize(("added", "line", "said"), MISTAKES)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, added: str, line: int, said: str) -> None:
    """A person goes straight to the line and sees what to write instead."""
    message = broken(tmp_path, GOOD + added)
    assert message.startswith(f"{tmp_path / 'furat.yaml'}:{line}:")
    assert said in message


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("https://furat-daily.example/\n", "furat-daily.example\n", 2, "`home`: 'furat-daily.example' is not an http"),
        ("https://furat-daily.example/\n", "https://[::1\n", 2, "`home`"),
        ("[ar]", "[arabic]", 3, "'arabic' is not a language code"),
        ("[ar]", "[]", 3, "at least 1 item"),
        ("[ar]", "ar", 3, "`languages`: Input should be a valid list"),
        ("SY", "Syria", 4, "'Syria' is not a country code; write it like SY or RU"),
        ("country: SY\n", "", 1, "`country` is missing"),
        ("url:", "urll:", 7, "unknown key `entry_points.0.urll`; did you mean `url`?"),
        (
            "kind: feed",
            "kind: feeed",
            5,
            "unknown kind `feeed` of https://furat-daily.example/feed/; did you mean `feed`?",
        ),
        ("kind: feed", "every: 15", 6, "`entry_points.0.every`: not a duration"),
    ],
)
def test_a_wrong_value_is_named_with_file_and_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    """As above, for the keys every outlet must have."""
    message = broken(tmp_path, GOOD.replace(old, new, 1))
    assert any(part.startswith(f"{tmp_path / 'furat.yaml'}:{line}:") and said in part for part in message.split("\n"))


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    """Nobody has to start the program once per mistake."""
    message = broken(tmp_path, GOOD.replace("SY", "Syria") + "timezone: Mars\nlanguagse: x\n")
    assert len(message.split("\n")) == 3


def test_an_outlet_must_be_reachable(tmp_path: Path) -> None:
    """An outlet without an entry point is a mistake unless it says that it is an archive."""
    text = GOOD.split("entry_points")[0]
    assert "no entry point; add one, or say `archive_only: true`" in broken(tmp_path, text)
    (tmp_path / "furat.yaml").write_text(text + "archive_only: true\n", "utf-8")
    assert read_outlet(tmp_path / "furat.yaml").archive_only


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing yet\n", "---\n"])
def test_an_empty_file_lacks_everything(tmp_path: Path, content: str) -> None:
    """An empty file is told what an outlet needs."""
    message = broken(tmp_path, content)
    assert {"name", "home", "languages", "country"} == {line.split("`")[1] for line in message.split("\n")}


def test_a_list_is_no_outlet(tmp_path: Path) -> None:
    """A file of another shape says which shape it has."""
    assert "furat.yaml:1: expected `key: value` lines, found a list" in broken(tmp_path, "- name: x\n")


def test_two_documents_are_no_outlet(tmp_path: Path) -> None:
    """One file is one outlet."""
    assert "furat.yaml:8:" in broken(tmp_path, GOOD + "---\n" + GOOD)


def test_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    """A file saved as windows-1251 says so in the line of its first letter."""
    message = broken(tmp_path, (GOOD + "notes: Фонтанка\n").encode("cp1251"))
    assert message.startswith(f"{tmp_path / 'furat.yaml'}:8: not UTF-8 at byte {len(GOOD) + 7}")


def test_a_byte_order_mark_is_welcome(tmp_path: Path) -> None:
    """Editors on Windows put one before the first key."""
    (tmp_path / "furat.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert read_outlet(tmp_path / "furat.yaml").name == "Furat Daily"


def test_a_name_that_is_no_id_is_refused(tmp_path: Path) -> None:
    """The stem is what `outlet:` of a watch refers to, so it has to be one plain word."""
    for name in ("Furat.yaml", "furat daily.yaml", "فرات.yaml", "_furat.yaml"):
        (tmp_path / name).write_text(GOOD, "utf-8")
        with pytest.raises(ConfigError, match="the name is the outlet's id"):
            read_outlet(tmp_path / name)


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 100_000,
        "\n".join(" " * level + "a:" for level in range(2_000)),
        "- " * 50_000,
        "? " * 50_000,
        "a: &a [*a]\n" + "[" * 2_000,
    ],
)
def test_deep_nesting_is_a_message(text: str) -> None:
    """What would overflow the stack of a YAML reader is refused like any other mistake."""
    with pytest.raises(ConfigError, match="not valid YAML"):
        compose(text, "deep.yaml")


def test_aliases_of_aliases_cost_nothing() -> None:
    """A file of ten lines that stands for a billion values is looked at once."""
    rows = [f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]" for n in range(1, 30)]
    with pytest.raises(ConfigError, match="unknown key `k29`"):
        parse_yaml("\n".join(["k0: &k0 [1]", *rows]), Outlet, "laugh.yaml")


def test_twin_keys_are_found_on_one_line_and_deep_inside() -> None:
    """YAML would keep the last of two equal keys without a word."""
    with pytest.raises(ConfigError, match=r"x\.yaml:1: `a` stands twice \(first in line 1\)"):
        compose("{a: 1, a: 2}", "x.yaml")
    with pytest.raises(ConfigError, match=r"x\.yaml:4: `b` stands twice \(first in line 3\)"):
        compose("list:\n  -\n    b: 1\n    b: 2\n", "x.yaml")


def test_a_broken_file_never_stops_the_others(tmp_path: Path) -> None:
    """Every readable outlet is loaded, and every unreadable file has one message that names it."""
    (tmp_path / "good.yaml").write_text(GOOD, "utf-8")
    wrong = {
        "binary": b"\x00\xff\xfe",
        "empty": b"",
        "list": b"- 1\n",
        "nested": b"[" * 10_000,
        "tab": b"\tname: x\n",
        "template": GOOD.encode() + b"template: nobody\n",
        "typo": GOOD.encode() + b"nmae: x\n",
    }
    for stem, content in wrong.items():
        (tmp_path / f"{stem}.yaml").write_bytes(content)
    (tmp_path / "folder.yaml").mkdir()
    loaded = load([tmp_path], shipped=False)
    assert list(loaded.by_id) == ["good"]
    assert [f"{tmp_path / stem}.yaml" for stem in sorted([*wrong, "folder"])] == [
        message.split(".yaml")[0] + ".yaml" for message in loaded.broken
    ]
