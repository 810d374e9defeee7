"""Harvest runs: what was proposed, changed, approved and confirmed, and by whom."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from taxlots.ledger.migrations.versions.r0001_ledger import (
    BIG,
    DECIMALS,
    POSTGRESQL_GUARDS,
    SQLITE_GUARDS,
    columns_of,
    each_statement,
)
from taxlots.ledger.migrations.versions.r0002_custodian_lots import NO_NEW_CHAIN

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RUN: Final = """
    sequence:key recorded_at actor as_of engine_version rules_version checkers_apart
    journal_rows:int journal_hash reference_rows:int reference_hash plan_hash orders:int
    verdicts:int manifest previous_hash hash
"""

PARTS: Final = {
    "harvest_order": (
        "run",
        """
        client_order_id household account side symbol quantity_e8:int lot_id for_symbol cells
        previous_hash hash
        """,
    ),
    "harvest_line": ("run", "result cells previous_hash hash"),
    "harvest_override": (
        "run",
        """
        recorded_at actor reason action client_order_id lot_id quantity_e8:int? symbol? until?
        cells? previous_hash hash
        """,
    ),
    "harvest_approval": (
        "run",
        "recorded_at actor reason? client_order_id order_hash previous_hash hash",
    ),
    "harvest_confirmation": (
        "run",
        """
        recorded_at actor file file_sha256 fills:int breaks:int journal_rows:int journal_hash
        previous_hash hash
        """,
    ),
    "harvest_fill": (
        "confirmation",
        """
        line:int client_order_id account side symbol lot_id date quantity_e8:int
        amount_cents:int transaction_id cells previous_hash hash
        """,
    ),
    "harvest_break": (
        "confirmation",
        """
        kind client_order_id account symbol lot_id planned confirmed detail previous_hash hash
        """,
    ),
}
"""Tables of what belongs to a run or a confirmation: that, and the columns after it."""

TABLES: Final = ("harvest_run", *PARTS)

ORDERS: Final = """
CREATE VIEW harvest_orders AS
SELECT o.run,
       r.as_of,
       r.recorded_at,
       r.actor,
       o.client_order_id,
       o.account,
       o.side,
       o.symbol,
       {quantity} AS quantity,
       o.lot_id
FROM harvest_order AS o
JOIN harvest_run AS r ON r.sequence = o.run
ORDER BY o.sequence
"""

FILLS: Final = """
CREATE VIEW harvest_fills AS
SELECT c.run,
       c.recorded_at,
       c.actor,
       c.file,
       f.line,
       f.client_order_id,
       f.account,
       f.side,
       f.symbol,
       f.lot_id,
       f.date,
       {quantity} AS quantity,
       {amount} AS amount,
       f.transaction_id
FROM harvest_fill AS f
JOIN harvest_confirmation AS c ON c.sequence = f.confirmation
ORDER BY f.sequence
"""


def upgrade() -> None:
    """Add the tables, and what guards and shows them."""
    op.create_table("harvest_run", *columns_of("harvest_run", RUN))
    for table, (owner, columns) in PARTS.items():
        key = sa.ForeignKey(f"harvest_{owner}.sequence", name=f"fk_{table}_{owner}")
        op.create_table(
            table,
            *columns_of(table, "sequence:key"),
            sa.Column(owner, BIG, key, nullable=False),
            *columns_of(table, columns),
        )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    _begin_chains(is_sqlite=is_sqlite)
    for table in TABLES:
        if is_sqlite:
            each_statement(SQLITE_GUARDS.format(table=table, taken=""), "\nEND;")
        else:
            op.execute(POSTGRESQL_GUARDS.format(table=table))
    decimals = DECIMALS["sqlite" if is_sqlite else "postgresql"]
    op.execute(ORDERS.format(quantity=decimals["e8"].format("o.quantity_e8").strip()).strip())
    quantity = decimals["e8"].format("f.quantity_e8").strip()
    amount = decimals["cents"].format("f.amount_cents").strip()
    op.execute(FILLS.format(quantity=quantity, amount=amount).strip())


def downgrade() -> None:
    """Refuse: what was recorded is never thrown away."""
    message = "a ledger is never taken apart: restore a backup of the older version instead"
    raise NotImplementedError(message)


def _begin_chains(*, is_sqlite: bool) -> None:
    if is_sqlite:
        op.execute("DROP TRIGGER chain_head_no_replace")
    heads = sa.table("chain_head", sa.column("table_name"), sa.column("rows"), sa.column("hash"))
    op.bulk_insert(heads, [{"table_name": table, "rows": 0, "hash": "0" * 64} for table in TABLES])
    if is_sqlite:
        op.execute(NO_NEW_CHAIN.strip())
