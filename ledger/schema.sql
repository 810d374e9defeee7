-- The ledger's tables, views and triggers on SQLite.
-- Made from the migrations by "make schema"; dictionary.md explains every column.

CREATE TABLE import_batch (
    sequence INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    kind TEXT NOT NULL,
    file TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    actor TEXT NOT NULL,
    holds TEXT NOT NULL,
    rows_added INTEGER NOT NULL,
    rows_known INTEGER NOT NULL,
    journal_rows INTEGER NOT NULL,
    journal_hash TEXT NOT NULL,
    reference_rows INTEGER NOT NULL,
    reference_hash TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_import_batch PRIMARY KEY (sequence)
);

CREATE TABLE journal (
    sequence INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    id TEXT NOT NULL,
    date TEXT NOT NULL,
    time TEXT DEFAULT '' NOT NULL,
    settle_date TEXT DEFAULT '' NOT NULL,
    account TEXT DEFAULT '' NOT NULL,
    symbol TEXT DEFAULT '' NOT NULL,
    action TEXT NOT NULL,
    quantity_e8 INTEGER,
    price TEXT DEFAULT '' NOT NULL,
    fees TEXT DEFAULT '' NOT NULL,
    amount_cents INTEGER,
    lots TEXT DEFAULT '' NOT NULL,
    identified_at TEXT DEFAULT '' NOT NULL,
    confirmation TEXT DEFAULT '' NOT NULL,
    method TEXT DEFAULT '' NOT NULL,
    order_id TEXT DEFAULT '' NOT NULL,
    to_account TEXT DEFAULT '' NOT NULL,
    to_symbol TEXT DEFAULT '' NOT NULL,
    ratio TEXT DEFAULT '' NOT NULL,
    cash TEXT DEFAULT '' NOT NULL,
    fmv TEXT DEFAULT '' NOT NULL,
    basis_fraction TEXT DEFAULT '' NOT NULL,
    basis_increase_cents INTEGER,
    compensation_income_cents INTEGER,
    acquired_date TEXT DEFAULT '' NOT NULL,
    holding_period_date TEXT DEFAULT '' NOT NULL,
    cost_basis_cents INTEGER,
    covered TEXT DEFAULT '' NOT NULL,
    origin TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    extra TEXT DEFAULT '' NOT NULL,
    line INTEGER,
    raw TEXT DEFAULT '' NOT NULL,
    occurrence INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_journal PRIMARY KEY (sequence),
    CONSTRAINT uq_journal_id UNIQUE (id),
    CONSTRAINT fk_journal_batch FOREIGN KEY(batch) REFERENCES import_batch (sequence)
);

CREATE TABLE reference_change (
    sequence INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    table_name TEXT NOT NULL,
    row_key TEXT NOT NULL,
    row_before TEXT NOT NULL,
    row_after TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_reference_change PRIMARY KEY (sequence),
    CONSTRAINT fk_reference_change_batch FOREIGN KEY(batch) REFERENCES import_batch (sequence)
);

CREATE TABLE booked_run (
    sequence INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    engine_version TEXT NOT NULL,
    rules_version TEXT NOT NULL,
    as_of TEXT NOT NULL,
    journal_rows INTEGER NOT NULL,
    journal_hash TEXT NOT NULL,
    reference_rows INTEGER NOT NULL,
    reference_hash TEXT NOT NULL,
    results_hash TEXT NOT NULL,
    totals TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_booked_run PRIMARY KEY (sequence)
);

CREATE TABLE chain_head (
    table_name TEXT NOT NULL,
    rows INTEGER NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_chain_head PRIMARY KEY (table_name)
);

CREATE TABLE price (
    sequence INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    date TEXT NOT NULL,
    symbol TEXT NOT NULL,
    close_e8 INTEGER NOT NULL,
    CONSTRAINT pk_price PRIMARY KEY (sequence),
    CONSTRAINT fk_price_batch FOREIGN KEY(batch) REFERENCES import_batch (sequence)
);

CREATE TABLE book (
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    toml TEXT NOT NULL,
    extra TEXT NOT NULL,
    CONSTRAINT pk_book PRIMARY KEY (position)
);

CREATE TABLE account (
    position INTEGER NOT NULL,
    household TEXT NOT NULL,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    tax_return TEXT NOT NULL,
    method TEXT NOT NULL,
    custodian TEXT NOT NULL,
    drip TEXT NOT NULL,
    data_from TEXT NOT NULL,
    data_through TEXT NOT NULL,
    extra TEXT NOT NULL,
    CONSTRAINT pk_account PRIMARY KEY (position),
    CONSTRAINT uq_account_account UNIQUE (account)
);

CREATE TABLE security (
    position INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    cusip TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    multiplier TEXT NOT NULL,
    underlying TEXT NOT NULL,
    put_call TEXT NOT NULL,
    strike TEXT NOT NULL,
    expiry TEXT NOT NULL,
    fund TEXT NOT NULL,
    index_name TEXT NOT NULL,
    asset_class TEXT NOT NULL,
    drip TEXT NOT NULL,
    adv TEXT NOT NULL,
    extra TEXT NOT NULL,
    CONSTRAINT pk_security PRIMARY KEY (position),
    CONSTRAINT uq_security_symbol UNIQUE (symbol)
);

CREATE TABLE identical_member (
    position INTEGER NOT NULL,
    group_name TEXT NOT NULL,
    symbol TEXT NOT NULL,
    from_date TEXT NOT NULL,
    to_date TEXT NOT NULL,
    extra TEXT NOT NULL,
    CONSTRAINT pk_identical_member PRIMARY KEY (position),
    CONSTRAINT uq_identical_member_group_name_symbol_from_date UNIQUE (group_name, symbol, from_date)
);

CREATE TABLE proxy (
    position INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    proxy TEXT NOT NULL,
    rank_number TEXT NOT NULL,
    account_kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    opinion_date TEXT NOT NULL,
    extra TEXT NOT NULL,
    CONSTRAINT pk_proxy PRIMARY KEY (position),
    CONSTRAINT uq_proxy_symbol_proxy_account_kind UNIQUE (symbol, proxy, account_kind)
);

CREATE TABLE profile (
    position INTEGER NOT NULL,
    tax_return TEXT NOT NULL,
    year TEXT NOT NULL,
    filing_status TEXT NOT NULL,
    state TEXT NOT NULL,
    short_rate TEXT NOT NULL,
    long_rate TEXT NOT NULL,
    ordinary_income TEXT NOT NULL,
    deductions TEXT NOT NULL,
    qualified_dividends TEXT NOT NULL,
    net_investment_income TEXT NOT NULL,
    magi TEXT NOT NULL,
    carry_short TEXT NOT NULL,
    carry_long TEXT NOT NULL,
    planned_withdrawal TEXT NOT NULL,
    extra TEXT NOT NULL,
    CONSTRAINT pk_profile PRIMARY KEY (position),
    CONSTRAINT uq_profile_tax_return_year UNIQUE (tax_return, year)
);

CREATE TABLE scheduled (
    position INTEGER NOT NULL,
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    date TEXT NOT NULL,
    kind TEXT NOT NULL,
    quantity TEXT NOT NULL,
    amount TEXT NOT NULL,
    extra TEXT NOT NULL,
    CONSTRAINT pk_scheduled PRIMARY KEY (position),
    CONSTRAINT uq_scheduled_account_symbol_date_kind_quantity_amount UNIQUE (account, symbol, date, kind, quantity, amount)
);

CREATE TABLE target (
    position INTEGER NOT NULL,
    household TEXT NOT NULL,
    asset_class TEXT NOT NULL,
    symbol TEXT NOT NULL,
    weight TEXT NOT NULL,
    band_low TEXT NOT NULL,
    band_high TEXT NOT NULL,
    extra TEXT NOT NULL,
    CONSTRAINT pk_target PRIMARY KEY (position),
    CONSTRAINT uq_target_household_asset_class_symbol UNIQUE (household, asset_class, symbol)
);

CREATE TABLE custodian_statement (
    sequence INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    account TEXT NOT NULL,
    custodian TEXT NOT NULL,
    statement_account TEXT NOT NULL,
    holds TEXT NOT NULL,
    as_of TEXT NOT NULL,
    tax_year TEXT NOT NULL,
    is_corrected TEXT NOT NULL,
    lots INTEGER NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_custodian_statement PRIMARY KEY (sequence),
    CONSTRAINT fk_custodian_statement_batch FOREIGN KEY(batch) REFERENCES import_batch (sequence)
);

CREATE TABLE custodian_open_lot (
    sequence INTEGER NOT NULL,
    statement INTEGER NOT NULL,
    line INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    cusip TEXT NOT NULL,
    opened TEXT NOT NULL,
    transaction_opened TEXT NOT NULL,
    quantity_e8 INTEGER NOT NULL,
    cost_basis_cents INTEGER,
    unadjusted_cost_basis_cents INTEGER,
    disallowed_cents INTEGER NOT NULL,
    term TEXT NOT NULL,
    opening_id TEXT NOT NULL,
    is_short TEXT NOT NULL,
    extra TEXT DEFAULT '' NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_custodian_open_lot PRIMARY KEY (sequence),
    CONSTRAINT fk_custodian_open_lot_statement FOREIGN KEY(statement) REFERENCES custodian_statement (sequence)
);

CREATE TABLE custodian_realized_lot (
    sequence INTEGER NOT NULL,
    statement INTEGER NOT NULL,
    line INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    cusip TEXT NOT NULL,
    description TEXT NOT NULL,
    closed TEXT NOT NULL,
    opened TEXT NOT NULL,
    quantity_e8 INTEGER NOT NULL,
    proceeds_cents INTEGER NOT NULL,
    cost_basis_cents INTEGER,
    unadjusted_cost_basis_cents INTEGER,
    transaction_cost_basis_cents INTEGER,
    gain_cents INTEGER,
    term TEXT NOT NULL,
    wash_sale TEXT NOT NULL,
    disallowed_cents INTEGER NOT NULL,
    opening_id TEXT NOT NULL,
    closing_id TEXT NOT NULL,
    is_short TEXT NOT NULL,
    has_various_dates TEXT NOT NULL,
    covered TEXT NOT NULL,
    is_basis_reported TEXT NOT NULL,
    is_net_proceeds TEXT NOT NULL,
    form_8949_box TEXT NOT NULL,
    adjustments TEXT NOT NULL,
    accrued_market_discount_cents INTEGER NOT NULL,
    federal_tax_withheld_cents INTEGER NOT NULL,
    is_ordinary TEXT NOT NULL,
    is_collectible TEXT NOT NULL,
    is_qof TEXT NOT NULL,
    is_loss_not_allowed TEXT NOT NULL,
    extra TEXT DEFAULT '' NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_custodian_realized_lot PRIMARY KEY (sequence),
    CONSTRAINT fk_custodian_realized_lot_statement FOREIGN KEY(statement) REFERENCES custodian_statement (sequence)
);

CREATE TABLE closed_year (
    sequence INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    tax_return TEXT NOT NULL,
    year INTEGER NOT NULL,
    as_of TEXT NOT NULL,
    engine_version TEXT NOT NULL,
    rules_version TEXT NOT NULL,
    journal_rows INTEGER NOT NULL,
    journal_hash TEXT NOT NULL,
    reference_rows INTEGER NOT NULL,
    reference_hash TEXT NOT NULL,
    figures_hash TEXT NOT NULL,
    open_hash TEXT NOT NULL,
    open_lots INTEGER NOT NULL,
    open_unknown_basis INTEGER NOT NULL,
    open_cost_basis_cents INTEGER NOT NULL,
    open_wash_sale_adjustment_cents INTEGER NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_closed_year PRIMARY KEY (sequence)
);

CREATE TABLE closed_year_total (
    sequence INTEGER NOT NULL,
    closing INTEGER NOT NULL,
    box TEXT NOT NULL,
    term TEXT NOT NULL,
    pieces INTEGER NOT NULL,
    proceeds_cents INTEGER NOT NULL,
    cost_basis_cents INTEGER NOT NULL,
    wash_sale_loss_disallowed_cents INTEGER NOT NULL,
    permanently_disallowed_cents INTEGER NOT NULL,
    nondeductible_loss_cents INTEGER NOT NULL,
    gain_cents INTEGER NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_closed_year_total PRIMARY KEY (sequence),
    CONSTRAINT fk_closed_year_total_closing FOREIGN KEY(closing) REFERENCES closed_year (sequence)
);

CREATE TABLE closed_year_line (
    sequence INTEGER NOT NULL,
    closing INTEGER NOT NULL,
    result TEXT NOT NULL,
    cells TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_closed_year_line PRIMARY KEY (sequence),
    CONSTRAINT fk_closed_year_line_closing FOREIGN KEY(closing) REFERENCES closed_year (sequence)
);

CREATE TABLE harvest_run (
    sequence INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    as_of TEXT NOT NULL,
    engine_version TEXT NOT NULL,
    rules_version TEXT NOT NULL,
    checkers_apart TEXT NOT NULL,
    journal_rows INTEGER NOT NULL,
    journal_hash TEXT NOT NULL,
    reference_rows INTEGER NOT NULL,
    reference_hash TEXT NOT NULL,
    plan_hash TEXT NOT NULL,
    orders INTEGER NOT NULL,
    verdicts INTEGER NOT NULL,
    manifest TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL, kind TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_harvest_run PRIMARY KEY (sequence)
);

CREATE TABLE harvest_order (
    sequence INTEGER NOT NULL,
    run INTEGER NOT NULL,
    client_order_id TEXT NOT NULL,
    household TEXT NOT NULL,
    account TEXT NOT NULL,
    side TEXT NOT NULL,
    symbol TEXT NOT NULL,
    quantity_e8 INTEGER NOT NULL,
    lot_id TEXT NOT NULL,
    for_symbol TEXT NOT NULL,
    cells TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL, session TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_harvest_order PRIMARY KEY (sequence),
    CONSTRAINT fk_harvest_order_run FOREIGN KEY(run) REFERENCES harvest_run (sequence)
);

CREATE TABLE harvest_line (
    sequence INTEGER NOT NULL,
    run INTEGER NOT NULL,
    result TEXT NOT NULL,
    cells TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_harvest_line PRIMARY KEY (sequence),
    CONSTRAINT fk_harvest_line_run FOREIGN KEY(run) REFERENCES harvest_run (sequence)
);

CREATE TABLE harvest_override (
    sequence INTEGER NOT NULL,
    run INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    action TEXT NOT NULL,
    client_order_id TEXT NOT NULL,
    lot_id TEXT NOT NULL,
    quantity_e8 INTEGER,
    symbol TEXT DEFAULT '' NOT NULL,
    until TEXT DEFAULT '' NOT NULL,
    cells TEXT DEFAULT '' NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_harvest_override PRIMARY KEY (sequence),
    CONSTRAINT fk_harvest_override_run FOREIGN KEY(run) REFERENCES harvest_run (sequence)
);

CREATE TABLE harvest_approval (
    sequence INTEGER NOT NULL,
    run INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    client_order_id TEXT NOT NULL,
    order_hash TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_harvest_approval PRIMARY KEY (sequence),
    CONSTRAINT fk_harvest_approval_run FOREIGN KEY(run) REFERENCES harvest_run (sequence)
);

CREATE TABLE harvest_confirmation (
    sequence INTEGER NOT NULL,
    run INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    file TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    fills INTEGER NOT NULL,
    breaks INTEGER NOT NULL,
    journal_rows INTEGER NOT NULL,
    journal_hash TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_harvest_confirmation PRIMARY KEY (sequence),
    CONSTRAINT fk_harvest_confirmation_run FOREIGN KEY(run) REFERENCES harvest_run (sequence)
);

CREATE TABLE harvest_fill (
    sequence INTEGER NOT NULL,
    confirmation INTEGER NOT NULL,
    line INTEGER NOT NULL,
    client_order_id TEXT NOT NULL,
    account TEXT NOT NULL,
    side TEXT NOT NULL,
    symbol TEXT NOT NULL,
    lot_id TEXT NOT NULL,
    date TEXT NOT NULL,
    quantity_e8 INTEGER NOT NULL,
    amount_cents INTEGER NOT NULL,
    transaction_id TEXT NOT NULL,
    cells TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_harvest_fill PRIMARY KEY (sequence),
    CONSTRAINT fk_harvest_fill_confirmation FOREIGN KEY(confirmation) REFERENCES harvest_confirmation (sequence)
);

CREATE TABLE harvest_break (
    sequence INTEGER NOT NULL,
    confirmation INTEGER NOT NULL,
    kind TEXT NOT NULL,
    client_order_id TEXT NOT NULL,
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    lot_id TEXT NOT NULL,
    planned TEXT NOT NULL,
    confirmed TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_harvest_break PRIMARY KEY (sequence),
    CONSTRAINT fk_harvest_break_confirmation FOREIGN KEY(confirmation) REFERENCES harvest_confirmation (sequence)
);

CREATE TABLE cash_balance (
    position INTEGER NOT NULL,
    account TEXT NOT NULL,
    date TEXT NOT NULL,
    amount TEXT NOT NULL,
    extra TEXT NOT NULL,
    CONSTRAINT pk_cash_balance PRIMARY KEY (position),
    CONSTRAINT uq_cash_balance_account_date UNIQUE (account, date)
);

CREATE TABLE trade_override (
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    action TEXT NOT NULL,
    household TEXT NOT NULL,
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    quantity TEXT NOT NULL,
    amount TEXT NOT NULL,
    "instead" TEXT NOT NULL,
    until TEXT NOT NULL,
    made_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    extra TEXT NOT NULL,
    CONSTRAINT pk_trade_override PRIMARY KEY (position),
    CONSTRAINT uq_trade_override_id UNIQUE (id)
);

CREATE INDEX ix_price_date_symbol ON price (date, symbol);

CREATE VIEW journal_readable AS
SELECT j.sequence,
       j.recorded_at,
       j.id,
       j.date,
       j.time,
       j.settle_date,
       j.account,
       j.symbol,
       j.action,
       CASE WHEN j.quantity_e8 IS NULL THEN '' ELSE rtrim(rtrim(printf('%s%d.%08d',
             CASE WHEN j.quantity_e8 < 0 THEN '-' ELSE '' END,
             abs(j.quantity_e8) / 100000000, abs(j.quantity_e8) % 100000000), '0'), '.') END AS quantity,
       j.price,
       j.fees,
       CASE WHEN j.amount_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN j.amount_cents < 0 THEN '-' ELSE '' END, abs(j.amount_cents) / 100, abs(j.amount_cents) % 100) END AS amount,
       j.lots,
       j.identified_at,
       j.confirmation,
       j.method,
       j.order_id,
       j.to_account,
       j.to_symbol,
       j.ratio,
       j.cash,
       j.fmv,
       j.basis_fraction,
       CASE WHEN j.basis_increase_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN j.basis_increase_cents < 0 THEN '-' ELSE '' END, abs(j.basis_increase_cents) / 100, abs(j.basis_increase_cents) % 100) END AS basis_increase,
       CASE WHEN j.compensation_income_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN j.compensation_income_cents < 0 THEN '-' ELSE '' END, abs(j.compensation_income_cents) / 100, abs(j.compensation_income_cents) % 100) END AS compensation_income,
       j.acquired_date,
       j.holding_period_date,
       CASE WHEN j.cost_basis_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN j.cost_basis_cents < 0 THEN '-' ELSE '' END, abs(j.cost_basis_cents) / 100, abs(j.cost_basis_cents) % 100) END AS cost_basis,
       j.covered,
       j.origin,
       j.note,
       j.extra,
       b.file,
       j.line,
       j.raw
FROM journal AS j JOIN import_batch AS b ON b.sequence = j.batch
ORDER BY j.sequence;

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
ORDER BY sequence;

CREATE VIEW journal_chain AS
SELECT sequence,
       previous_hash
         || char(31) || coalesce(CAST(sequence AS TEXT), '')
         || char(31) || coalesce(CAST(batch AS TEXT), '')
         || char(31) || coalesce(CAST(recorded_at AS TEXT), '')
         || char(31) || coalesce(CAST(id AS TEXT), '')
         || char(31) || coalesce(CAST(date AS TEXT), '')
         || char(31) || coalesce(CAST(time AS TEXT), '')
         || char(31) || coalesce(CAST(settle_date AS TEXT), '')
         || char(31) || coalesce(CAST(account AS TEXT), '')
         || char(31) || coalesce(CAST(symbol AS TEXT), '')
         || char(31) || coalesce(CAST(action AS TEXT), '')
         || char(31) || coalesce(CAST(quantity_e8 AS TEXT), '')
         || char(31) || coalesce(CAST(price AS TEXT), '')
         || char(31) || coalesce(CAST(fees AS TEXT), '')
         || char(31) || coalesce(CAST(amount_cents AS TEXT), '')
         || char(31) || coalesce(CAST(lots AS TEXT), '')
         || char(31) || coalesce(CAST(identified_at AS TEXT), '')
         || char(31) || coalesce(CAST(confirmation AS TEXT), '')
         || char(31) || coalesce(CAST(method AS TEXT), '')
         || char(31) || coalesce(CAST(order_id AS TEXT), '')
         || char(31) || coalesce(CAST(to_account AS TEXT), '')
         || char(31) || coalesce(CAST(to_symbol AS TEXT), '')
         || char(31) || coalesce(CAST(ratio AS TEXT), '')
         || char(31) || coalesce(CAST(cash AS TEXT), '')
         || char(31) || coalesce(CAST(fmv AS TEXT), '')
         || char(31) || coalesce(CAST(basis_fraction AS TEXT), '')
         || char(31) || coalesce(CAST(basis_increase_cents AS TEXT), '')
         || char(31) || coalesce(CAST(compensation_income_cents AS TEXT), '')
         || char(31) || coalesce(CAST(acquired_date AS TEXT), '')
         || char(31) || coalesce(CAST(holding_period_date AS TEXT), '')
         || char(31) || coalesce(CAST(cost_basis_cents AS TEXT), '')
         || char(31) || coalesce(CAST(covered AS TEXT), '')
         || char(31) || coalesce(CAST(origin AS TEXT), '')
         || char(31) || coalesce(CAST(note AS TEXT), '')
         || char(31) || coalesce(CAST(extra AS TEXT), '')
         || char(31) || coalesce(CAST(line AS TEXT), '')
         || char(31) || coalesce(CAST(raw AS TEXT), '')
         || char(31) || coalesce(CAST(occurrence AS TEXT), '')
         || char(31) || coalesce(CAST(content_hash AS TEXT), '') AS hashed_text,
       hash
FROM journal
ORDER BY sequence;

CREATE VIEW prices AS
SELECT p.date,
       p.symbol,
       CASE WHEN p.close_e8 IS NULL THEN '' ELSE rtrim(rtrim(printf('%s%d.%08d',
             CASE WHEN p.close_e8 < 0 THEN '-' ELSE '' END,
             abs(p.close_e8) / 100000000, abs(p.close_e8) % 100000000), '0'), '.') END AS close
FROM price AS p
WHERE p.sequence = (SELECT max(q.sequence) FROM price AS q
                    WHERE q.date = p.date AND q.symbol = p.symbol)
ORDER BY p.date, p.symbol;

CREATE VIEW custodian_open_lots AS
SELECT s.account,
       s.custodian,
       s.as_of,
       l.symbol,
       l.cusip,
       l.opened,
       l.transaction_opened,
       CASE WHEN l.quantity_e8 IS NULL THEN '' ELSE rtrim(rtrim(printf('%s%d.%08d',
             CASE WHEN l.quantity_e8 < 0 THEN '-' ELSE '' END,
             abs(l.quantity_e8) / 100000000, abs(l.quantity_e8) % 100000000), '0'), '.') END AS quantity,
       CASE WHEN l.cost_basis_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN l.cost_basis_cents < 0 THEN '-' ELSE '' END, abs(l.cost_basis_cents) / 100, abs(l.cost_basis_cents) % 100) END AS cost_basis,
       CASE WHEN l.unadjusted_cost_basis_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN l.unadjusted_cost_basis_cents < 0 THEN '-' ELSE '' END, abs(l.unadjusted_cost_basis_cents) / 100, abs(l.unadjusted_cost_basis_cents) % 100) END AS unadjusted_cost_basis,
       CASE WHEN l.disallowed_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN l.disallowed_cents < 0 THEN '-' ELSE '' END, abs(l.disallowed_cents) / 100, abs(l.disallowed_cents) % 100) END AS disallowed,
       l.term,
       l.is_short,
       s.recorded_at,
       b.file,
       l.line
FROM custodian_open_lot AS l
JOIN custodian_statement AS s ON s.sequence = l.statement
JOIN import_batch AS b ON b.sequence = s.batch
ORDER BY l.sequence;

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
       CASE WHEN l.quantity_e8 IS NULL THEN '' ELSE rtrim(rtrim(printf('%s%d.%08d',
             CASE WHEN l.quantity_e8 < 0 THEN '-' ELSE '' END,
             abs(l.quantity_e8) / 100000000, abs(l.quantity_e8) % 100000000), '0'), '.') END AS quantity,
       CASE WHEN l.proceeds_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN l.proceeds_cents < 0 THEN '-' ELSE '' END, abs(l.proceeds_cents) / 100, abs(l.proceeds_cents) % 100) END AS proceeds,
       CASE WHEN l.cost_basis_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN l.cost_basis_cents < 0 THEN '-' ELSE '' END, abs(l.cost_basis_cents) / 100, abs(l.cost_basis_cents) % 100) END AS cost_basis,
       CASE WHEN l.disallowed_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN l.disallowed_cents < 0 THEN '-' ELSE '' END, abs(l.disallowed_cents) / 100, abs(l.disallowed_cents) % 100) END AS disallowed,
       CASE WHEN l.gain_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN l.gain_cents < 0 THEN '-' ELSE '' END, abs(l.gain_cents) / 100, abs(l.gain_cents) % 100) END AS gain,
       l.term,
       l.form_8949_box,
       s.recorded_at,
       b.file,
       l.line
FROM custodian_realized_lot AS l
JOIN custodian_statement AS s ON s.sequence = l.statement
JOIN import_batch AS b ON b.sequence = s.batch
ORDER BY l.sequence;

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
       CASE WHEN t.proceeds_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN t.proceeds_cents < 0 THEN '-' ELSE '' END, abs(t.proceeds_cents) / 100, abs(t.proceeds_cents) % 100) END AS proceeds,
       CASE WHEN t.cost_basis_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN t.cost_basis_cents < 0 THEN '-' ELSE '' END, abs(t.cost_basis_cents) / 100, abs(t.cost_basis_cents) % 100) END AS cost_basis,
       CASE WHEN t.wash_sale_loss_disallowed_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN t.wash_sale_loss_disallowed_cents < 0 THEN '-' ELSE '' END, abs(t.wash_sale_loss_disallowed_cents) / 100, abs(t.wash_sale_loss_disallowed_cents) % 100) END AS wash_sale_loss_disallowed,
       CASE WHEN t.permanently_disallowed_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN t.permanently_disallowed_cents < 0 THEN '-' ELSE '' END, abs(t.permanently_disallowed_cents) / 100, abs(t.permanently_disallowed_cents) % 100) END AS permanently_disallowed,
       CASE WHEN t.nondeductible_loss_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN t.nondeductible_loss_cents < 0 THEN '-' ELSE '' END, abs(t.nondeductible_loss_cents) / 100, abs(t.nondeductible_loss_cents) % 100) END AS nondeductible_loss,
       CASE WHEN t.gain_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN t.gain_cents < 0 THEN '-' ELSE '' END, abs(t.gain_cents) / 100, abs(t.gain_cents) % 100) END AS gain,
       c.sequence AS closing,
       c.figures_hash
FROM closed_year_total AS t
JOIN closed_year AS c ON c.sequence = t.closing
ORDER BY t.sequence;

CREATE VIEW harvest_orders AS
SELECT o.run,
       r.as_of,
       r.recorded_at,
       r.actor,
       o.client_order_id,
       o.account,
       o.side,
       o.symbol,
       CASE WHEN o.quantity_e8 IS NULL THEN '' ELSE rtrim(rtrim(printf('%s%d.%08d',
             CASE WHEN o.quantity_e8 < 0 THEN '-' ELSE '' END,
             abs(o.quantity_e8) / 100000000, abs(o.quantity_e8) % 100000000), '0'), '.') END AS quantity,
       o.lot_id
FROM harvest_order AS o
JOIN harvest_run AS r ON r.sequence = o.run
ORDER BY o.sequence;

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
       CASE WHEN f.quantity_e8 IS NULL THEN '' ELSE rtrim(rtrim(printf('%s%d.%08d',
             CASE WHEN f.quantity_e8 < 0 THEN '-' ELSE '' END,
             abs(f.quantity_e8) / 100000000, abs(f.quantity_e8) % 100000000), '0'), '.') END AS quantity,
       CASE WHEN f.amount_cents IS NULL THEN '' ELSE printf('%s%d.%02d',
             CASE WHEN f.amount_cents < 0 THEN '-' ELSE '' END, abs(f.amount_cents) / 100, abs(f.amount_cents) % 100) END AS amount,
       f.transaction_id
FROM harvest_fill AS f
JOIN harvest_confirmation AS c ON c.sequence = f.confirmation
ORDER BY f.sequence;

CREATE TRIGGER import_batch_no_update BEFORE UPDATE ON import_batch
BEGIN
    SELECT RAISE(ABORT, 'import_batch is append-only: no row is ever changed');
END;

CREATE TRIGGER import_batch_no_delete BEFORE DELETE ON import_batch
BEGIN
    SELECT RAISE(ABORT, 'import_batch is append-only: no row is ever deleted');
END;

CREATE TRIGGER import_batch_no_replace BEFORE INSERT ON import_batch
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM import_batch)
BEGIN
    SELECT RAISE(ABORT, 'import_batch is append-only: a row goes behind the last one');
END;

CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
BEGIN
    SELECT RAISE(ABORT, 'journal is append-only: no row is ever changed');
END;

CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
BEGIN
    SELECT RAISE(ABORT, 'journal is append-only: no row is ever deleted');
END;

CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM journal)
  OR EXISTS (SELECT 1 FROM journal WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'journal is append-only: a row goes behind the last one');
END;

CREATE TRIGGER reference_change_no_update BEFORE UPDATE ON reference_change
BEGIN
    SELECT RAISE(ABORT, 'reference_change is append-only: no row is ever changed');
END;

CREATE TRIGGER reference_change_no_delete BEFORE DELETE ON reference_change
BEGIN
    SELECT RAISE(ABORT, 'reference_change is append-only: no row is ever deleted');
END;

CREATE TRIGGER reference_change_no_replace BEFORE INSERT ON reference_change
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM reference_change)
BEGIN
    SELECT RAISE(ABORT, 'reference_change is append-only: a row goes behind the last one');
END;

CREATE TRIGGER booked_run_no_update BEFORE UPDATE ON booked_run
BEGIN
    SELECT RAISE(ABORT, 'booked_run is append-only: no row is ever changed');
END;

CREATE TRIGGER booked_run_no_delete BEFORE DELETE ON booked_run
BEGIN
    SELECT RAISE(ABORT, 'booked_run is append-only: no row is ever deleted');
END;

CREATE TRIGGER booked_run_no_replace BEFORE INSERT ON booked_run
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM booked_run)
BEGIN
    SELECT RAISE(ABORT, 'booked_run is append-only: a row goes behind the last one');
END;

CREATE TRIGGER price_no_update BEFORE UPDATE ON price
BEGIN
    SELECT RAISE(ABORT, 'price is append-only: no row is ever changed');
END;

CREATE TRIGGER price_no_delete BEFORE DELETE ON price
BEGIN
    SELECT RAISE(ABORT, 'price is append-only: no row is ever deleted');
END;

CREATE TRIGGER price_no_replace BEFORE INSERT ON price
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM price)
BEGIN
    SELECT RAISE(ABORT, 'price is append-only: a row goes behind the last one');
END;

CREATE TRIGGER chain_head_no_delete BEFORE DELETE ON chain_head
BEGIN
    SELECT RAISE(ABORT, 'chain_head is append-only: no chain is ever forgotten');
END;

CREATE TRIGGER chain_head_forward BEFORE UPDATE ON chain_head
WHEN NEW.table_name IS NOT OLD.table_name OR NEW.rows <= OLD.rows
BEGIN
    SELECT RAISE(ABORT, 'chain_head is append-only: a chain never becomes shorter');
END;

CREATE TRIGGER custodian_statement_no_update BEFORE UPDATE ON custodian_statement
BEGIN
    SELECT RAISE(ABORT, 'custodian_statement is append-only: no row is ever changed');
END;

CREATE TRIGGER custodian_statement_no_delete BEFORE DELETE ON custodian_statement
BEGIN
    SELECT RAISE(ABORT, 'custodian_statement is append-only: no row is ever deleted');
END;

CREATE TRIGGER custodian_statement_no_replace BEFORE INSERT ON custodian_statement
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM custodian_statement)
BEGIN
    SELECT RAISE(ABORT, 'custodian_statement is append-only: a row goes behind the last one');
END;

CREATE TRIGGER custodian_open_lot_no_update BEFORE UPDATE ON custodian_open_lot
BEGIN
    SELECT RAISE(ABORT, 'custodian_open_lot is append-only: no row is ever changed');
END;

CREATE TRIGGER custodian_open_lot_no_delete BEFORE DELETE ON custodian_open_lot
BEGIN
    SELECT RAISE(ABORT, 'custodian_open_lot is append-only: no row is ever deleted');
END;

CREATE TRIGGER custodian_open_lot_no_replace BEFORE INSERT ON custodian_open_lot
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM custodian_open_lot)
BEGIN
    SELECT RAISE(ABORT, 'custodian_open_lot is append-only: a row goes behind the last one');
END;

CREATE TRIGGER custodian_realized_lot_no_update BEFORE UPDATE ON custodian_realized_lot
BEGIN
    SELECT RAISE(ABORT, 'custodian_realized_lot is append-only: no row is ever changed');
END;

CREATE TRIGGER custodian_realized_lot_no_delete BEFORE DELETE ON custodian_realized_lot
BEGIN
    SELECT RAISE(ABORT, 'custodian_realized_lot is append-only: no row is ever deleted');
END;

CREATE TRIGGER custodian_realized_lot_no_replace BEFORE INSERT ON custodian_realized_lot
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM custodian_realized_lot)
BEGIN
    SELECT RAISE(ABORT, 'custodian_realized_lot is append-only: a row goes behind the last one');
END;

CREATE TRIGGER closed_year_no_update BEFORE UPDATE ON closed_year
BEGIN
    SELECT RAISE(ABORT, 'closed_year is append-only: no row is ever changed');
END;

CREATE TRIGGER closed_year_no_delete BEFORE DELETE ON closed_year
BEGIN
    SELECT RAISE(ABORT, 'closed_year is append-only: no row is ever deleted');
END;

CREATE TRIGGER closed_year_no_replace BEFORE INSERT ON closed_year
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM closed_year)
BEGIN
    SELECT RAISE(ABORT, 'closed_year is append-only: a row goes behind the last one');
END;

CREATE TRIGGER closed_year_total_no_update BEFORE UPDATE ON closed_year_total
BEGIN
    SELECT RAISE(ABORT, 'closed_year_total is append-only: no row is ever changed');
END;

CREATE TRIGGER closed_year_total_no_delete BEFORE DELETE ON closed_year_total
BEGIN
    SELECT RAISE(ABORT, 'closed_year_total is append-only: no row is ever deleted');
END;

CREATE TRIGGER closed_year_total_no_replace BEFORE INSERT ON closed_year_total
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM closed_year_total)
BEGIN
    SELECT RAISE(ABORT, 'closed_year_total is append-only: a row goes behind the last one');
END;

CREATE TRIGGER closed_year_line_no_update BEFORE UPDATE ON closed_year_line
BEGIN
    SELECT RAISE(ABORT, 'closed_year_line is append-only: no row is ever changed');
END;

CREATE TRIGGER closed_year_line_no_delete BEFORE DELETE ON closed_year_line
BEGIN
    SELECT RAISE(ABORT, 'closed_year_line is append-only: no row is ever deleted');
END;

CREATE TRIGGER closed_year_line_no_replace BEFORE INSERT ON closed_year_line
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM closed_year_line)
BEGIN
    SELECT RAISE(ABORT, 'closed_year_line is append-only: a row goes behind the last one');
END;

CREATE TRIGGER chain_head_no_replace BEFORE INSERT ON chain_head
BEGIN
    SELECT RAISE(ABORT, 'chain_head is append-only: its chains are fixed');
END;

CREATE TRIGGER harvest_run_no_update BEFORE UPDATE ON harvest_run
BEGIN
    SELECT RAISE(ABORT, 'harvest_run is append-only: no row is ever changed');
END;

CREATE TRIGGER harvest_run_no_delete BEFORE DELETE ON harvest_run
BEGIN
    SELECT RAISE(ABORT, 'harvest_run is append-only: no row is ever deleted');
END;

CREATE TRIGGER harvest_run_no_replace BEFORE INSERT ON harvest_run
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM harvest_run)
BEGIN
    SELECT RAISE(ABORT, 'harvest_run is append-only: a row goes behind the last one');
END;

CREATE TRIGGER harvest_order_no_update BEFORE UPDATE ON harvest_order
BEGIN
    SELECT RAISE(ABORT, 'harvest_order is append-only: no row is ever changed');
END;

CREATE TRIGGER harvest_order_no_delete BEFORE DELETE ON harvest_order
BEGIN
    SELECT RAISE(ABORT, 'harvest_order is append-only: no row is ever deleted');
END;

CREATE TRIGGER harvest_order_no_replace BEFORE INSERT ON harvest_order
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM harvest_order)
BEGIN
    SELECT RAISE(ABORT, 'harvest_order is append-only: a row goes behind the last one');
END;

CREATE TRIGGER harvest_line_no_update BEFORE UPDATE ON harvest_line
BEGIN
    SELECT RAISE(ABORT, 'harvest_line is append-only: no row is ever changed');
END;

CREATE TRIGGER harvest_line_no_delete BEFORE DELETE ON harvest_line
BEGIN
    SELECT RAISE(ABORT, 'harvest_line is append-only: no row is ever deleted');
END;

CREATE TRIGGER harvest_line_no_replace BEFORE INSERT ON harvest_line
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM harvest_line)
BEGIN
    SELECT RAISE(ABORT, 'harvest_line is append-only: a row goes behind the last one');
END;

CREATE TRIGGER harvest_override_no_update BEFORE UPDATE ON harvest_override
BEGIN
    SELECT RAISE(ABORT, 'harvest_override is append-only: no row is ever changed');
END;

CREATE TRIGGER harvest_override_no_delete BEFORE DELETE ON harvest_override
BEGIN
    SELECT RAISE(ABORT, 'harvest_override is append-only: no row is ever deleted');
END;

CREATE TRIGGER harvest_override_no_replace BEFORE INSERT ON harvest_override
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM harvest_override)
BEGIN
    SELECT RAISE(ABORT, 'harvest_override is append-only: a row goes behind the last one');
END;

CREATE TRIGGER harvest_approval_no_update BEFORE UPDATE ON harvest_approval
BEGIN
    SELECT RAISE(ABORT, 'harvest_approval is append-only: no row is ever changed');
END;

CREATE TRIGGER harvest_approval_no_delete BEFORE DELETE ON harvest_approval
BEGIN
    SELECT RAISE(ABORT, 'harvest_approval is append-only: no row is ever deleted');
END;

CREATE TRIGGER harvest_approval_no_replace BEFORE INSERT ON harvest_approval
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM harvest_approval)
BEGIN
    SELECT RAISE(ABORT, 'harvest_approval is append-only: a row goes behind the last one');
END;

CREATE TRIGGER harvest_confirmation_no_update BEFORE UPDATE ON harvest_confirmation
BEGIN
    SELECT RAISE(ABORT, 'harvest_confirmation is append-only: no row is ever changed');
END;

CREATE TRIGGER harvest_confirmation_no_delete BEFORE DELETE ON harvest_confirmation
BEGIN
    SELECT RAISE(ABORT, 'harvest_confirmation is append-only: no row is ever deleted');
END;

CREATE TRIGGER harvest_confirmation_no_replace BEFORE INSERT ON harvest_confirmation
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM harvest_confirmation)
BEGIN
    SELECT RAISE(ABORT, 'harvest_confirmation is append-only: a row goes behind the last one');
END;

CREATE TRIGGER harvest_fill_no_update BEFORE UPDATE ON harvest_fill
BEGIN
    SELECT RAISE(ABORT, 'harvest_fill is append-only: no row is ever changed');
END;

CREATE TRIGGER harvest_fill_no_delete BEFORE DELETE ON harvest_fill
BEGIN
    SELECT RAISE(ABORT, 'harvest_fill is append-only: no row is ever deleted');
END;

CREATE TRIGGER harvest_fill_no_replace BEFORE INSERT ON harvest_fill
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM harvest_fill)
BEGIN
    SELECT RAISE(ABORT, 'harvest_fill is append-only: a row goes behind the last one');
END;

CREATE TRIGGER harvest_break_no_update BEFORE UPDATE ON harvest_break
BEGIN
    SELECT RAISE(ABORT, 'harvest_break is append-only: no row is ever changed');
END;

CREATE TRIGGER harvest_break_no_delete BEFORE DELETE ON harvest_break
BEGIN
    SELECT RAISE(ABORT, 'harvest_break is append-only: no row is ever deleted');
END;

CREATE TRIGGER harvest_break_no_replace BEFORE INSERT ON harvest_break
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM harvest_break)
BEGIN
    SELECT RAISE(ABORT, 'harvest_break is append-only: a row goes behind the last one');
END;
