"""What tests of the crawl share: a misbehaving site, and an environment without proxies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crawl.fakes import Site


@pytest.fixture
def site() -> Iterator[Site]:
    """A news site on loopback that misbehaves on demand."""
    with Site() as up:
        yield up


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is asked directly, whatever the machine is set to."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
