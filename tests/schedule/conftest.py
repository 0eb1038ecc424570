"""What tests of the schedule share with those of the crawl: a misbehaving site, and an environment without proxies."""

from tests.crawl.conftest import no_proxy, site

__all__ = ["no_proxy", "site"]
