"""The rules of the house, checked."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import alerts.models  # noqa: F401
import crawler.models  # noqa: F401
from crawler.db import Base, Database

ROOT = Path(__file__).parent.parent
# Full-text search is written per database by the migration; the models do not speak of it.
SEARCH = ("articles_search", "search", "ix_articles_search")


def test_import_contracts_hold() -> None:
    """`crawler` never imports `alerts`, pure modules stay pure (contracts in pyproject.toml)."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_migrations_make_the_tables_of_the_models(database: Database) -> None:
    """A migrated database differs in nothing from what the models say, on both databases."""

    def ours(_: object, name: str | None, *__: object) -> bool:
        return not (name or "").startswith(SEARCH)

    with database.read() as session:
        context = MigrationContext.configure(session.connection(), opts={"include_object": ours})
        assert [] == compare_metadata(context, Base.metadata)


def test_the_wheel_carries_every_data_file() -> None:
    """Each kind of file beside the code is named in pyproject's package data, or it would be missing once installed."""
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]["*"]
    files = [path for package in ("crawler", "alerts", "migrations") for path in (ROOT / package).rglob("*")]
    shipped = [path for path in files if path.is_file() and path.suffix not in (".py", ".pyc")]
    assert [] == [path.name for path in shipped if not any(path.match(pattern) for pattern in patterns)]
