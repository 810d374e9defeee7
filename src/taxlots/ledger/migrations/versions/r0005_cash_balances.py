"""Cash balances: what accounts hold beside their lots."""

import sqlalchemy as sa
from alembic import op

from taxlots.ledger.migrations.versions.r0001_ledger import columns_of

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "cash_balance",
        *columns_of("cash_balance", "position:key account date amount extra"),
        sa.UniqueConstraint("account", "date", name="uq_cash_balance_account_date"),
    )


def downgrade() -> None:
    """Refuse: what was recorded is never thrown away."""
    message = "a ledger is never taken apart: restore a backup of the older version instead"
    raise NotImplementedError(message)
