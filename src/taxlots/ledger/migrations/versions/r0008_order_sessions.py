"""The day of each order of a rebalance whose trades go over several sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: it is blank of what is traded on the day of its run, as all was before."""
    op.add_column("harvest_order", sa.Column("session", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Refuse: what was recorded is never thrown away."""
    message = "a ledger is never taken apart: restore a backup of the older version instead"
    raise NotImplementedError(message)
