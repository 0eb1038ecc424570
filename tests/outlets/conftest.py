"""A proxy that answers for invented sites, and an environment without any other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crawl.fakes import Site

PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "SSL_CERT_FILE")


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    with Site() as up:
        yield up
