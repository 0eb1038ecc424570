"""No token in any log at any level: what all tests before this one logged is read here."""

from __future__ import annotations

import io
import logging
import re
from pathlib import Path

import pytest

from tests.delivery.world import TOKEN

SHAPE = re.compile(r"\d{6,12}(?::|%3A)[A-Za-z0-9_-]{30,}")
SECRETS = (TOKEN.partition(":")[2], "p4ss-of-mine", "a" * 35, "c" * 35)  # of tests that send, talk and run daemons


def test_no_secret_was_logged(everything_logged: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither by us nor by a library at DEBUG, nor into the logs of the processes that tests started."""
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot%s/getMe", TOKEN)
    logs = [everything_logged, *tmp_path_factory.getbasetemp().rglob("*.log")]
    assert "bot[token]/getMe" in everything_logged.read_text("utf-8")
    for path in dict.fromkeys(logs):
        text = path.read_text("utf-8", "replace")
        found = [*SHAPE.findall(text), *(secret for secret in SECRETS if secret in text)]
        assert [] == found, path


def test_the_log_of_tests_would_show_it() -> None:
    """What is looked for is found where nothing is cut out."""
    stream = io.StringIO()
    logger = logging.getLogger("uncut")
    logger.addHandler(logging.StreamHandler(stream))
    logger.propagate = False
    logger.warning("bot%s", TOKEN)
    assert SHAPE.search(stream.getvalue())
