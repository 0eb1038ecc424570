"""Every refusal a chat can bring about is translated into every language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts import locale
from alerts.bot.refusals import refusal, translated
from alerts.locale import languages
from crawler.errors import QueryError, UsageError

ALERTS = Path(locale.__file__).parent.parent
# Where commands of the bot lead.
FILES = [
    "bot/commands/*.py", "chats.py", "drafts.py", "feedback.py", "fold.py", "query.py", "retract.py", "subscriptions.py",
    "watchlists.py", "imports.py", "terms/*.py", "concepts/__init__.py",
]  # fmt: skip
NOT_REACHED = {
    "subscriptions.py:choose",  # the bot has subscribed the chat and knows the words
    "watchlists.py:_own_watch",  # and asked before who may change the watch
    "watchlists.py:check_own",  # lists the bot makes have ids of its own
    "watchlists.py:copy",
}


def raised() -> Iterator[tuple[str, str]]:
    """(file:function, an example of its message) of every error raised with a text of its own."""
    for pattern in FILES:
        for path in sorted(ALERTS.glob(pattern)):
            for function in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(function, ast.FunctionDef):
                    for text in _texts(function):
                        yield f"{path.relative_to(ALERTS)}:{function.name}", text


def _texts(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        text = _example(node.args[0]) if called in ("UsageError", "QueryError", "wrong") else None
        if text is not None:
            yield text
        if called == "ValueError" and function.name in ("read", "build") and (said := _example(node.args[0])):
            yield f"expected {said}"


def _example(node: ast.expr) -> str | None:
    """The text with `X` where something is filled in; None of what is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        elif isinstance(part, ast.FormattedValue):
            inner = ast.unparse(part.value)
            hint = "did_you_mean" in inner or inner in ("near", "hint")
            parts.append("; did you mean `X`?" if hint else "'X'" if part.conversion == ord("r") else "X")
    return "".join(parts)


@pytest.mark.parametrize("language", [code for code in languages() if code != "en"])
def test_every_refusal_is_translated(language: str) -> None:
    """Whatever a command or a watch in a chat can be refused with."""
    untranslated = {(where, text) for where, text in raised() if translated(text, language) == text}
    assert set() == {one for one in untranslated if one[0] not in NOT_REACHED}
    assert {where for where, _ in untranslated} >= NOT_REACHED


def test_there_are_refusals_to_translate() -> None:
    """The search finds them."""
    assert len(list(raised())) > 50


def test_a_refused_watch_says_where_and_what_instead() -> None:
    """Column first, then what is wrong, then the suggestion."""
    error = QueryError("this parenthesis is never closed", column=4, suggestion="(a)")
    assert refusal(error, "ru") == "знак 4: эта скобка не закрыта; попробуйте: (a)"


def test_a_hint_inside_is_translated_too() -> None:
    """And what stands in quotes stays."""
    error = UsageError("no watchlist `nams`; did you mean `names`?")
    assert refusal(error, "ru") == "Нет списка `nams`; может быть, `names`?"
    assert refusal(error, "ar") == "لا توجد قائمة `nams`؛ أتقصد `names`؟"
