"""The documentation names every command, every key and every word there is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import typer
from pydantic import BaseModel

from alerts.cli import app
from alerts.config import Config
from alerts.terms import known

GUIDE = Path(__file__).parent.parent / "docs" / "guide"


def commands() -> list[Any]:
    """(path, command) of every command that does something."""

    def walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield path, command
        else:
            for name, child in inner.items():
                yield from walk(f"{path} {name}", child)

    return list(walk("rasad", typer.main.get_command(app)))


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Dotted keys of config.yaml; `<id>` stands for a name of the user's, `[]` for a list."""
    for name, field in model.model_fields.items():
        found, inner = "", field.annotation
        if get_origin(inner) is Mapping and issubclass(get_args(inner)[1], BaseModel):
            found, inner = ".<id>", get_args(inner)[1]
        elif get_origin(inner) is list and issubclass(get_args(inner)[0], BaseModel):
            found, inner = "[]", get_args(inner)[0]
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from keys(inner, f"{prefix}{name}{found}.")
        else:
            yield prefix + name


@pytest.mark.parametrize("key", sorted(keys(Config)))
def test_every_key_is_documented(key: str) -> None:
    """docs/guide/config.md names every key of config.yaml."""
    assert f"`{key}`" in (GUIDE / "config.md").read_text("utf-8")


@pytest.mark.parametrize(("path", "command"), commands())
def test_every_command_is_documented(path: str, command: Any) -> None:
    """docs/guide/commands.md names every command and each of its options."""
    text = (GUIDE / "commands.md").read_text("utf-8")
    assert f"`{path}" in text
    options = {name for option in command.params for name in option.opts if name.startswith("--")} - {
        "--help",
        "--format",
    }
    assert set() == {name for name in options if name not in text}


def test_every_documented_command_exists() -> None:
    """docs/guide/commands.md names no command that is not there."""
    text = (GUIDE / "commands.md").read_text("utf-8")
    known = {path for path, _ in commands()}
    documented = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `rasad ")}
    assert set() == {words for words in documented if not any(words.startswith(path) for path in known)}


@pytest.mark.parametrize(("path", "command"), commands())
def test_every_command_has_an_example(path: str, command: Any) -> None:
    """`--help` of every command ends with an example one can paste."""
    assert "Example" in (command.epilog or ""), path


@pytest.mark.parametrize("word", sorted(known()))
def test_every_word_of_the_watch_language_is_documented(word: str) -> None:
    """docs/guide/watch.md shows every word of the watch language."""
    assert word in (GUIDE / "watch.md").read_text("utf-8")


def test_shipped_config_is_valid() -> None:
    """The config.yaml of the repository and every watch in it can be read."""
    from alerts.cli.watches import query_problems
    from crawler.config import read_yaml

    config = read_yaml(GUIDE.parent.parent / "config.yaml", Config)
    assert [] == query_problems(config, lambda *_: "config.yaml")


def test_every_query_of_the_guide_can_be_read() -> None:
    """Each watch shown in a table or command of docs/guide/watch.md is a valid one."""
    from alerts.query import parse

    text = (GUIDE / "watch.md").read_text("utf-8")
    shown = re.findall(r"^\| `([^`]+)` \|", text, re.M) + re.findall(r"rasad watch test '([^']+)'", text)
    placeholder = re.compile(r"\b[abc]\b")
    real = [query.replace("\\|", "|") for query in shown if not placeholder.search(query)]
    assert len(real) > 15
    for query in real:
        alone = any(
            query.startswith(field)
            for field in ("lang:", "country:", "leaning:", "section:", "published:", "outlet:", "@")
        )
        parse(f"{query} AND Сирия" if alone else query)
