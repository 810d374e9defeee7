"""Trade overrides: what people say of trades before a plan makes them."""

import sqlalchemy as sa
from alembic import op

from taxlots.ledger.migrations.versions.r0001_ledger import columns_of

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = """
    position:key id action household account symbol side quantity amount instead until made_by
    reason extra
"""


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "trade_override",
        *columns_of("trade_override", COLUMNS),
        sa.UniqueConstraint("id", name="uq_trade_override_id"),
    )


def downgrade() -> None:
    """Refuse: what was recorded is never thrown away."""
    message = "a ledger is never taken apart: restore a backup of the older version instead"
    raise NotImplementedError(message)
