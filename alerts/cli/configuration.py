"""rasad config: is everything written as it should be?"""

from __future__ import annotations

import typer

from alerts.cli.shared import state

config = typer.Typer(help="config.yaml and the outlet YAMLs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(config, name="config")


@config.command(epilog="Example: rasad --config /etc/rasad/config.yaml config check")
def check() -> None:
    """Read config.yaml, every outlet YAML and every watch; name file, line and mistake. Exit 3 when there is one."""
    from alerts.cli.watches import query_problems
    from alerts.config import load
    from crawler import outlets as known

    current = load(state.config_path)
    use = current.config.outlets.use
    loaded = known.load(current.outlet_folders, use="all" if isinstance(use, str) else use)
    problems = [*loaded.broken, *query_problems(current.config)]
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
