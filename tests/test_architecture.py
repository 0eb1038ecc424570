"""The rules of the house, checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from setuptools import Distribution

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


def test_the_wheel_carries_every_data_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies beside the code is there once installed: setuptools would pack every file that is not Python."""
    monkeypatch.chdir(ROOT)
    distribution = Distribution()
    distribution.parse_config_files()
    distribution.include_package_data = False  # or it would write files of its own to find out
    build = distribution.get_command_obj("build_py")
    build.ensure_finalized()
    packed = {ROOT / name for _, _, _, names in build.data_files for name in names}  # type: ignore[attr-defined]
    packed |= {ROOT / source / name for _, source, _, names in build.data_files for name in names}  # type: ignore[attr-defined]
    tracked = subprocess.run(
        ["git", "ls-files", "crawler", "alerts", "migrations"], capture_output=True, text=True, check=True
    )
    beside = {ROOT / name for name in tracked.stdout.splitlines() if not name.endswith(".py")}
    assert set() == {path for path in beside - packed if path.exists()}
