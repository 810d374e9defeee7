"""The ledger: journal, reference, prices, booked figures, and what keeps them as they are."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

CHAINED: Final = {
    "import_batch": """
        sequence:key recorded_at kind file file_sha256 actor holds rows_added:int rows_known:int
        journal_rows:int journal_hash reference_rows:int reference_hash previous_hash hash
    """,
    "journal": """
        sequence:key batch:batch recorded_at id date time? settle_date? account? symbol? action
        quantity_e8:int? price? fees? amount_cents:int? lots? identified_at? confirmation?
        method? order_id? to_account? to_symbol? ratio? cash? fmv? basis_fraction?
        basis_increase_cents:int? compensation_income_cents:int? acquired_date?
        holding_period_date? cost_basis_cents:int? covered? origin? note? extra? line:int? raw?
        occurrence:int content_hash previous_hash hash
    """,
    "reference_change": """
        sequence:key batch:batch recorded_at table_name row_key row_before row_after
        previous_hash hash
    """,
    "booked_run": """
        sequence:key recorded_at actor engine_version rules_version as_of journal_rows:int
        journal_hash reference_rows:int reference_hash results_hash totals previous_hash hash
    """,
}
PRICE: Final = "sequence:key batch:batch date symbol close_e8:int"
CHAIN_HEAD: Final = "table_name:name rows:int hash"
REFERENCE: Final = {
    "book": "position:key name toml extra",
    "account": """
        position:key household account kind owner tax_return method custodian drip data_from
        data_through extra
    """,
    "security": """
        position:key symbol cusip name kind multiplier underlying put_call strike expiry fund
        index_name asset_class drip adv extra
    """,
    "identical_member": "position:key group_name symbol from_date to_date extra",
    "proxy": "position:key symbol proxy rank_number account_kind reason opinion_date extra",
    "profile": """
        position:key tax_return year filing_status state short_rate long_rate ordinary_income
        deductions qualified_dividends net_investment_income magi carry_short carry_long
        planned_withdrawal extra
    """,
    "scheduled": "position:key account symbol date kind quantity amount extra",
    "target": "position:key household asset_class symbol weight band_low band_high extra",
}
REFERENCE_KEYS: Final = {
    "account": ("account",),
    "security": ("symbol",),
    "identical_member": ("group_name", "symbol", "from_date"),
    "proxy": ("symbol", "proxy", "account_kind"),
    "profile": ("tax_return", "year"),
    "scheduled": ("account", "symbol", "date", "kind", "quantity", "amount"),
    "target": ("household", "asset_class", "symbol"),
}

SQLITE_GUARDS: Final = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN
    SELECT RAISE(ABORT, '{table} is append-only: no row is ever changed');
END;
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN
    SELECT RAISE(ABORT, '{table} is append-only: no row is ever deleted');
END;
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM {table}){taken}
BEGIN
    SELECT RAISE(ABORT, '{table} is append-only: a row goes behind the last one');
END
"""

SQLITE_HEAD_GUARDS: Final = """
CREATE TRIGGER chain_head_no_delete BEFORE DELETE ON chain_head
BEGIN
    SELECT RAISE(ABORT, 'chain_head is append-only: no chain is ever forgotten');
END;
CREATE TRIGGER chain_head_no_replace BEFORE INSERT ON chain_head
BEGIN
    SELECT RAISE(ABORT, 'chain_head is append-only: its chains are fixed');
END;
CREATE TRIGGER chain_head_forward BEFORE UPDATE ON chain_head
WHEN NEW.table_name IS NOT OLD.table_name OR NEW.rows <= OLD.rows
BEGIN
    SELECT RAISE(ABORT, 'chain_head is append-only: a chain never becomes shorter');
END
"""

POSTGRESQL_GUARDS: Final = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()
"""

POSTGRESQL_HEAD_GUARDS: Final = """
CREATE TRIGGER chain_head_no_delete BEFORE DELETE OR TRUNCATE ON chain_head
FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER chain_head_forward BEFORE UPDATE ON chain_head
FOR EACH ROW WHEN (NEW.table_name <> OLD.table_name OR NEW.rows <= OLD.rows)
EXECUTE FUNCTION ledger_append_only()
"""

POSTGRESQL_REFUSAL: Final = """
CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: no row is ever changed or deleted', TG_TABLE_NAME;
END $$
"""

DECIMALS: Final = {
    "sqlite": {
        "e8": """
           CASE WHEN {0} IS NULL THEN '' ELSE rtrim(rtrim(printf('%s%d.%08d',
             CASE WHEN {0} < 0 THEN '-' ELSE '' END,
             abs({0}) / 100000000, abs({0}) % 100000000), '0'), '.') END""",
        "cents": """
           CASE WHEN {0} IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN {0} < 0 THEN '-' ELSE '' END, abs({0}) / 100, abs({0}) % 100) END""",
    },
    "postgresql": {
        "e8": "coalesce(trim_scale({0} * 0.00000001)::text, '')",
        "cents": "coalesce(({0} * 0.01)::text, '')",
    },
}

READABLE: Final = (
    "id date time settle_date account symbol action quantity/e8 price fees amount/cents lots"
    " identified_at confirmation method order_id to_account to_symbol ratio cash fmv"
    " basis_fraction basis_increase/cents compensation_income/cents acquired_date"
    " holding_period_date cost_basis/cents covered origin note"
)

BATCHES: Final = """
CREATE VIEW batches AS
SELECT sequence AS batch,
       recorded_at,
       actor,
       kind,
       file,
       file_sha256,
       holds,
       rows_added,
       rows_known,
       CASE WHEN holds = 'transactions' THEN journal_rows + 1 END AS first_sequence,
       CASE WHEN holds = 'transactions' THEN journal_rows + rows_added END AS last_sequence
FROM import_batch
ORDER BY sequence
"""

HASHES: Final = ("previous_hash", "hash")

CHAIN: Final = """
CREATE VIEW journal_chain AS
SELECT sequence,
       {text} AS hashed_text,
       hash
FROM journal
ORDER BY sequence
"""

PRICES: Final = """
CREATE VIEW prices AS
SELECT p.date,
       p.symbol,
       {close} AS close
FROM price AS p
WHERE p.sequence = (SELECT max(q.sequence) FROM price AS q
                    WHERE q.date = p.date AND q.symbol = p.symbol)
ORDER BY p.date, p.symbol
"""


def upgrade() -> None:
    """Make all tables, guards and views."""
    for table, columns in CHAINED.items():
        unique = [sa.UniqueConstraint("id", name="uq_journal_id")] if table == "journal" else []
        op.create_table(table, *columns_of(table, columns), *unique)
    heads = op.create_table("chain_head", *columns_of("chain_head", CHAIN_HEAD))
    op.bulk_insert(heads, [{"table_name": table, "rows": 0, "hash": "0" * 64} for table in CHAINED])
    op.create_table("price", *columns_of("price", PRICE))
    op.create_index("ix_price_date_symbol", "price", ["date", "symbol"])
    for table, columns in REFERENCE.items():
        key = REFERENCE_KEYS.get(table, ())
        name = f"uq_{table}_{'_'.join(key)}"
        unique = [sa.UniqueConstraint(*key, name=name)] if key else []
        op.create_table(table, *columns_of(table, columns), *unique)
    _guard()
    _make_views()


def downgrade() -> None:
    """Refuse: what was recorded is never thrown away."""
    message = "a ledger is never taken apart: restore a backup of the older version instead"
    raise NotImplementedError(message)


def columns_of(table: str, spec: str) -> list[sa.Column[str] | sa.Column[int]]:
    """Columns from ``name`` (text), ``name:int`` and keys; with ``?``, blank unless given."""
    columns: list[sa.Column[str] | sa.Column[int]] = []
    for word in spec.split():
        name, _, kind = word.partition(":")
        match kind:
            case "":
                blank = "" if name.endswith("?") else None
                name = name.removesuffix("?")
                columns.append(sa.Column(name, sa.Text(), nullable=False, server_default=blank))
            case "name":
                columns.append(sa.Column(name, sa.Text(), primary_key=True))
            case "key":
                columns.append(sa.Column(name, BIG, primary_key=True, autoincrement=False))
            case "batch" | "statement":
                target = "import_batch" if kind == "batch" else "custodian_statement"
                key = sa.ForeignKey(f"{target}.sequence", name=f"fk_{table}_{name}")
                columns.append(sa.Column(name, BIG, key, nullable=False))
            case _:
                columns.append(sa.Column(name, BIG, nullable=kind == "int?"))
    return columns


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in (*CHAINED, "price"):
            taken = (
                "\n  OR EXISTS (SELECT 1 FROM journal WHERE id = NEW.id)"
                if table == "journal"
                else ""
            )
            each_statement(SQLITE_GUARDS.format(table=table, taken=taken), "\nEND;")
        each_statement(SQLITE_HEAD_GUARDS, "\nEND;")
        return
    op.execute(POSTGRESQL_REFUSAL)
    for table in (*CHAINED, "price"):
        op.execute(POSTGRESQL_GUARDS.format(table=table))
    each_statement(POSTGRESQL_HEAD_GUARDS, ");")


def each_statement(statements: str, end: str) -> None:
    """Run several statements; all but the last are ended by ``end``."""
    *firsts, last = statements.strip().split(end)
    for statement in firsts:
        op.execute(statement.strip() + end.removesuffix(";"))
    op.execute(last.strip())


def _make_views() -> None:
    decimals = DECIMALS["sqlite" if op.get_bind().dialect.name == "sqlite" else "postgresql"]
    columns = ["j.sequence", "j.recorded_at"]
    for word in READABLE.split():
        name, _, unit = word.partition("/")
        stored = f"j.{name}_{unit}" if unit else f"j.{name}"
        shown = decimals[unit].format(stored).strip() if unit else stored
        columns.append(f"{shown} AS {name}" if unit else stored)
    columns += ["j.extra", "b.file", "j.line", "j.raw"]
    op.execute(
        "CREATE VIEW journal_readable AS\nSELECT "
        + ",\n       ".join(columns)
        + "\nFROM journal AS j JOIN import_batch AS b ON b.sequence = j.batch\nORDER BY j.sequence"
    )
    op.execute(BATCHES.strip())
    op.execute(_chain_view())
    op.execute(PRICES.format(close=decimals["e8"].format("p.close_e8").strip()).strip())


def _chain_view() -> str:
    """The view that shows, for each row of the journal, the text that its hash is made from."""
    separator = "char(31)" if op.get_bind().dialect.name == "sqlite" else "chr(31)"
    names = [word.partition(":")[0].rstrip("?") for word in CHAINED["journal"].split()]
    cells = [f"coalesce(CAST({name} AS TEXT), '')" for name in names if name not in HASHES]
    text = f"\n         || {separator} || ".join(["previous_hash", *cells])
    return CHAIN.format(text=text).strip()
