"""rasad config: is everything written as it should be?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from alerts.cli.shared import state

if TYPE_CHECKING:
    from alerts.config import Config

config = typer.Typer(help="config.yaml and the outlet YAMLs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(config, name="config")


@config.command(epilog="Example: rasad --config /etc/rasad/config.yaml config check")
def check() -> None:
    """Read config.yaml, every outlet YAML and every watch; name file, line and mistake. Exit 3 when there is one."""
    from alerts.cli.watches import query_problems
    from alerts.config import load
    from crawler import outlets as known
    from crawler.config import compose_file
    from crawler.db import Database
    from crawler.errors import DatabaseError

    current = load(state.config_path)
    use = current.config.outlets.use
    loaded = known.load(current.outlet_folders, use="all" if isinstance(use, str) else use)
    where = compose_file(current.path).at if current.path else lambda *_: "config"
    problems = [_placed(problem, use, where) for problem in loaded.broken]
    problems += _proxy_problems(current.config, current.outlet_folders, where)
    problems += query_problems(current.config, where)
    try:
        Database(current.database_url).close()
    except DatabaseError as error:
        problems.append(f"{where('database')}: {error}")
    for problem in problems:
        typer.secho(problem, fg="red", err=True)
    watches = sum(len(watchlist.watches) for watchlist in current.config.watchlists.values())
    typer.echo(
        f"{current.path or 'no config.yaml (all defaults)'}: {len(loaded.by_id)} outlets, "
        f"{len(current.config.watchlists)} watchlists with {watches} watches, "
        f"{len(current.config.subscriptions)} subscriptions"
    )
    if problems:
        typer.secho(f"{len(problems)} mistake{'s' if len(problems) > 1 else ''}", fg="red", err=True)
        raise typer.Exit(3)


def _proxy_problems(config: Config, folders: Sequence[Path], where: Callable[..., str]) -> list[str]:
    """One message for every proxy that cannot be used, and for every outlet nobody has: the one that was meant goes bare."""
    from crawler import outlets as known
    from crawler.config import did_you_mean
    from crawler.fetch.guard import ProxyUnusable, check_proxy

    by_id = known.load(folders).by_id if config.crawl.proxies else {}
    problems = [
        f"{where('crawl', 'proxies', name)}: unknown outlet `{name}`{did_you_mean(name, by_id)}"
        for name in config.crawl.proxies
        if name not in by_id
    ]
    written = {("crawl", "proxies", name): proxy for name, proxy in config.crawl.proxies.items()}
    if config.crawl.proxy:
        written["crawl", "proxy", ""] = config.crawl.proxy
    for path, proxy in written.items():
        try:
            check_proxy(proxy)
        except ProxyUnusable as error:
            problems.append(f"{where(*path)}: {error}")
    return problems


def _placed(problem: str, use: Sequence[str] | str, where: Callable[..., str]) -> str:
    """A problem of an outlet that config.yaml asks for, with the line where it does."""
    for number, name in enumerate([] if isinstance(use, str) else use):
        if problem.startswith(f"unknown outlet `{name}`"):
            return f"{where('outlets', 'use', number)}: {problem}"
    return problem
