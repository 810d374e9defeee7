"""What custodians say of lots."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from taxlots.ledger.migrations.versions.r0001_ledger import (
    DECIMALS,
    POSTGRESQL_GUARDS,
    SQLITE_GUARDS,
    columns_of,
    each_statement,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES: Final = {
    "custodian_statement": """
        sequence:key batch:batch recorded_at account custodian statement_account holds as_of
        tax_year is_corrected lots:int previous_hash hash
    """,
    "custodian_open_lot": """
        sequence:key statement:statement line:int symbol cusip opened transaction_opened
        quantity_e8:int cost_basis_cents:int? unadjusted_cost_basis_cents:int?
        disallowed_cents:int term opening_id is_short extra? previous_hash hash
    """,
    "custodian_realized_lot": """
        sequence:key statement:statement line:int symbol cusip description closed opened
        quantity_e8:int proceeds_cents:int cost_basis_cents:int?
        unadjusted_cost_basis_cents:int? transaction_cost_basis_cents:int? gain_cents:int? term
        wash_sale disallowed_cents:int opening_id closing_id is_short has_various_dates covered
        is_basis_reported is_net_proceeds form_8949_box adjustments
        accrued_market_discount_cents:int federal_tax_withheld_cents:int is_ordinary
        is_collectible is_qof is_loss_not_allowed extra? previous_hash hash
    """,
}

NO_NEW_CHAIN: Final = """
CREATE TRIGGER chain_head_no_replace BEFORE INSERT ON chain_head
BEGIN
    SELECT RAISE(ABORT, 'chain_head is append-only: its chains are fixed');
END
"""

OPEN_LOTS: Final = """
CREATE VIEW custodian_open_lots AS
SELECT s.account,
       s.custodian,
       s.as_of,
       l.symbol,
       l.cusip,
       l.opened,
       l.transaction_opened,
       {quantity} AS quantity,
       {basis} AS cost_basis,
       {unadjusted} AS unadjusted_cost_basis,
       {disallowed} AS disallowed,
       l.term,
       l.is_short,
       s.recorded_at,
       b.file,
       l.line
FROM custodian_open_lot AS l
JOIN custodian_statement AS s ON s.sequence = l.statement
JOIN import_batch AS b ON b.sequence = s.batch
ORDER BY l.sequence
"""

REALIZED_LOTS: Final = """
CREATE VIEW custodian_realized_lots AS
SELECT s.account,
       s.custodian,
       s.as_of,
       s.tax_year,
       s.is_corrected,
       l.symbol,
       l.cusip,
       l.description,
       l.opened,
       l.closed,
       {quantity} AS quantity,
       {proceeds} AS proceeds,
       {basis} AS cost_basis,
       {disallowed} AS disallowed,
       {gain} AS gain,
       l.term,
       l.form_8949_box,
       s.recorded_at,
       b.file,
       l.line
FROM custodian_realized_lot AS l
JOIN custodian_statement AS s ON s.sequence = l.statement
JOIN import_batch AS b ON b.sequence = s.batch
ORDER BY l.sequence
"""


def upgrade() -> None:
    """Add the tables, and what guards and shows them."""
    for table, columns in TABLES.items():
        op.create_table(table, *columns_of(table, columns))
    _begin_chains()
    _guard()
    _make_views()


def downgrade() -> None:
    """Refuse: what was recorded is never thrown away."""
    message = "a ledger is never taken apart: restore a backup of the older version instead"
    raise NotImplementedError(message)


def _begin_chains() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("DROP TRIGGER chain_head_no_replace")
    heads = sa.table("chain_head", sa.column("table_name"), sa.column("rows"), sa.column("hash"))
    op.bulk_insert(heads, [{"table_name": table, "rows": 0, "hash": "0" * 64} for table in TABLES])
    if is_sqlite:
        op.execute(NO_NEW_CHAIN.strip())


def _guard() -> None:
    for table in TABLES:
        if op.get_bind().dialect.name == "sqlite":
            each_statement(SQLITE_GUARDS.format(table=table, taken=""), "\nEND;")
        else:
            op.execute(POSTGRESQL_GUARDS.format(table=table))


def _make_views() -> None:
    decimals = DECIMALS["sqlite" if op.get_bind().dialect.name == "sqlite" else "postgresql"]
    figures = {
        "quantity": decimals["e8"].format("l.quantity_e8").strip(),
        "basis": decimals["cents"].format("l.cost_basis_cents").strip(),
        "unadjusted": decimals["cents"].format("l.unadjusted_cost_basis_cents").strip(),
        "disallowed": decimals["cents"].format("l.disallowed_cents").strip(),
        "proceeds": decimals["cents"].format("l.proceeds_cents").strip(),
        "gain": decimals["cents"].format("l.gain_cents").strip(),
    }
    op.execute(OPEN_LOTS.format(**figures).strip())
    op.execute(REALIZED_LOTS.format(**figures).strip())
