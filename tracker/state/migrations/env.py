"""Alembic's environment: runs the migrations on the connection that `tracker.state.migration` passes in."""

from __future__ import annotations

from alembic import context

from tracker.state.tables import Table

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
