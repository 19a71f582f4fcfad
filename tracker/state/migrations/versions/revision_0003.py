"""The headers that documents had before they were changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Begin to keep former headers, and note from when on."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "former_headers",
        sa.Column("path", sa.Text(collation="C") if postgresql else sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("path", "until", name="pk_former_headers"),
    )
    op.execute("INSERT INTO notes (key, value, written_at) VALUES ('headers', '', CURRENT_TIMESTAMP)")


def downgrade() -> None:
    """A back-up is safer than taking columns away."""
    raise NotImplementedError("restore the back-up that was made before the migration")
