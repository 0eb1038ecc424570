"""Alembic's way in: migrations run on the connection that `migrations.schema` hands over."""

from alembic import context

import alerts.models  # noqa: F401
import crawler.models  # noqa: F401
from crawler.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, render_as_batch=connection.dialect.name == "sqlite"
)
with context.begin_transaction():
    context.run_migrations()
