"""Full-text search over stored articles: every word by its forms, on folded text (SQLite FTS5 or PostgreSQL tsvector)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, literal_column, select, text
from sqlalchemy.orm import Session

from crawler.errors import UsageError
from crawler.languages import forms, tokenise
from crawler.models import Article

# Stored Arabic words keep their clitics, so the question spells them out; longest first is not needed, all are asked for.
_ARABIC_CLITICS = ("", "و", "ف", "ب", "ل", "ك", "ال", "وال", "فال", "بال", "كال", "لل", "ولل", "وب", "ول", "وبال")


def search(
    session: Session,
    question: str,
    *,
    limit: int = 20,
    since: datetime | None = None,
    until: datetime | None = None,
    outlet: str = "",
    language: str = "",
) -> list[Article]:
    """The newest articles in which every word of `question` occurs in some form, in any order; newest first.

    Raises UsageError when there is no word in `question`.
    """
    terms = _terms(question)
    if not terms:
        raise UsageError(f"nothing to search for in {question!r}; give at least one word")
    dialect = session.get_bind().dialect.name
    query = select(Article).where(_MATCHING[dialect](terms))
    query = _narrowed(query, since=since, until=until, outlet=outlet, language=language)
    return list(session.scalars(query.order_by(Article.first_seen_at.desc(), Article.id.desc()).limit(limit)))


def _narrowed(
    query: Select[Article], *, since: datetime | None, until: datetime | None, outlet: str, language: str
) -> Select[Article]:
    told_at = func.coalesce(Article.published_at, Article.first_seen_at)
    if since:
        query = query.where(told_at >= since)
    if until:
        query = query.where(told_at < until)
    if outlet:
        query = query.where(Article.outlet == outlet)
    if language:
        query = query.where(Article.language == language)
    return query


def _terms(question: str) -> list[frozenset[str]]:
    """One entry a word: the forms any of which will do."""
    return [_stored_forms(question[token.start : token.end]) for token in tokenise(question)]


def _stored_forms(word: str) -> frozenset[str]:
    spelled = forms(word)
    if not any("\u0600" <= letter <= "\u06ff" for letter in word):
        return spelled
    return frozenset(clitic + form for form in spelled for clitic in _ARABIC_CLITICS)


def _asked(terms: list[frozenset[str]], quote: str, either: str, both: str) -> str:
    # Folded forms are letters and digits alone: no quote can stand in them.
    words = (f" {either} ".join(f"{quote}{form}{quote}" for form in sorted(spelled)) for spelled in terms)
    return f" {both} ".join(f"({word})" for word in words)


def _sqlite(terms: list[frozenset[str]]) -> ColumnElement[bool]:
    matching = text("articles_search MATCH :asked").bindparams(asked=_asked(terms, '"', "OR", "AND"))
    return Article.id.in_(select(literal_column("rowid")).select_from(text("articles_search")).where(matching))


def _postgresql(terms: list[frozenset[str]]) -> ColumnElement[bool]:
    asked = func.to_tsquery("simple", _asked(terms, "'", "|", "&"))
    return literal_column("articles.search").op("@@")(asked)


_MATCHING: dict[str, Callable[[list[frozenset[str]]], ColumnElement[bool]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
}
