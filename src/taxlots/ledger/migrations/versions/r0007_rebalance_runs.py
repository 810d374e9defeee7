"""Recorded rebalances: the tables of harvests keep them too, told apart by their kind."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: it is blank of a harvest, as of every run that was recorded before."""
    op.add_column("harvest_run", sa.Column("kind", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Refuse: what was recorded is never thrown away."""
    message = "a ledger is never taken apart: restore a backup of the older version instead"
    raise NotImplementedError(message)
