"""Years that were closed, with the figures that they were closed with."""

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

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CLOSED: Final = """
    sequence:key recorded_at actor reason? tax_return year:int as_of engine_version rules_version
    journal_rows:int journal_hash reference_rows:int reference_hash figures_hash open_hash
    open_lots:int open_unknown_basis:int open_cost_basis_cents:int
    open_wash_sale_adjustment_cents:int previous_hash hash
"""

PARTS: Final = {
    "closed_year_total": """
        box term pieces:int proceeds_cents:int cost_basis_cents:int
        wash_sale_loss_disallowed_cents:int permanently_disallowed_cents:int
        nondeductible_loss_cents:int gain_cents:int previous_hash hash
    """,
    "closed_year_line": "result cells previous_hash hash",
}
"""Tables of what a closing consists of: the columns after ``sequence`` and ``closing``."""

TABLES: Final = ("closed_year", *PARTS)

CLOSED_YEARS: Final = """
CREATE VIEW closed_years AS
SELECT c.tax_return,
       c.year,
       c.recorded_at,
       c.actor,
       c.reason,
       c.as_of,
       t.box,
       t.term,
       t.pieces,
       {proceeds} AS proceeds,
       {basis} AS cost_basis,
       {disallowed} AS wash_sale_loss_disallowed,
       {permanent} AS permanently_disallowed,
       {nondeductible} AS nondeductible_loss,
       {gain} AS gain,
       c.sequence AS closing,
       c.figures_hash
FROM closed_year_total AS t
JOIN closed_year AS c ON c.sequence = t.closing
ORDER BY t.sequence
"""


def upgrade() -> None:
    """Add the tables, and what guards and shows them."""
    op.create_table("closed_year", *columns_of("closed_year", CLOSED))
    for table, columns in PARTS.items():
        of_closing = sa.ForeignKey("closed_year.sequence", name=f"fk_{table}_closing")
        op.create_table(
            table,
            *columns_of(table, "sequence:key"),
            sa.Column("closing", BIG, of_closing, nullable=False),
            *columns_of(table, columns),
        )
    _begin_chains()
    _guard()
    _make_view()


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


def _make_view() -> None:
    decimals = DECIMALS["sqlite" if op.get_bind().dialect.name == "sqlite" else "postgresql"]
    columns = {
        "proceeds": "proceeds_cents",
        "basis": "cost_basis_cents",
        "disallowed": "wash_sale_loss_disallowed_cents",
        "permanent": "permanently_disallowed_cents",
        "nondeductible": "nondeductible_loss_cents",
        "gain": "gain_cents",
    }
    figures = {
        name: decimals["cents"].format(f"t.{column}").strip() for name, column in columns.items()
    }
    op.execute(CLOSED_YEARS.format(**figures).strip())
