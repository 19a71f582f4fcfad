"""The number of action items beside each document; paths in the order of their bytes; indexes for what is open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_OPEN = sa.text("settled_at IS NULL")


def upgrade() -> None:
    """Count the items once, so that no later run has to."""
    op.add_column("documents", sa.Column("items", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE documents SET items = "
        "(SELECT COUNT(*) FROM items WHERE items.path = documents.path AND items.removed_at IS NULL)"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("documents", "path", type_=sa.Text(collation="C"))
    for name, table, columns in (
        ("ix_conflicts_open", "conflicts", ["item_id", "field"]),
        ("ix_intents_open_marker", "intents", ["marker"]),
    ):
        op.create_index(name, table, columns, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("ix_links_issue_id", "links", ["issue_id"])


def downgrade() -> None:
    """A back-up is safer than taking columns away."""
    raise NotImplementedError("restore the back-up that was made before the migration")
