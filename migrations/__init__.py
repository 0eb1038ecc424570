"""Alembic migrations, carried by the wheel. `rasad db upgrade` runs them."""
