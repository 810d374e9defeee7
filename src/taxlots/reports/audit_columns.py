"""What the columns of an audit pack mean: said once, for the pack's README and the reference."""

from __future__ import annotations

from typing import Final

Meanings = dict[str, str]

PIECE: Final[Meanings] = {
    "sale_id": "the journal row that sold",
    "lot_id": "the journal row that opened the lot",
    "account": "the account",
    "symbol": "the security",
}

REALIZED: Final[Meanings] = {
    **PIECE,
    "household": "the household",
    "acquired_date": "the day of acquisition",
    "holding_period_date": "the day from which the holding period counts",
    "sold_date": "the day of sale",
    "quantity": "shares",
    "proceeds": "what they brought, net of fees",
    "cost_basis": "adjusted basis; blank if unknown",
    "wash_sale_loss_disallowed": "loss disallowed (26 USC 1091)",
    "permanently_disallowed": "the part of it that no basis takes over",
    "gain": "proceeds - cost_basis + wash_sale_loss_disallowed + nondeductible_loss",
    "term": "ST or LT",
    "status": "final, provisional, window_incomplete or basis_unknown",
    "nondeductible_loss": "loss denied by other rules",
    "character_rule": "the rules that gave the row its character",
}
JOURNAL: Final[Meanings] = {
    "where": "the file and line of the row, or its place in the database's journal",
    "standing": "counts, void (taken back, or taking back), or after the as-of day",
    "...": "every column that the book's transactions have, as stated",
}
COMPLETENESS: Final[Meanings] = {
    "account": "the account; (every account) for rows that concern all of them",
    "month": "the month of the rows' date",
    "action": "what the rows do",
    "rows": "how many rows the journal holds",
    "void_rows": "how many of them were taken back, or take one back",
    "later_rows": "how many of them are dated after the as-of day",
    "quantity": "the sum of their quantities, as stated",
    "amount": "the sum of what they cost or brought, fees included, in dollars",
    "first_row": "where the first of them stands",
    "last_row": "where the last of them stands",
}
CONTROL_TOTALS: Final[Meanings] = {
    "account": "the taxable account",
    "month": "the month of sale",
    "sale_rows": "SELL rows of the journal that count",
    "journal_proceeds": "what they brought, net of fees",
    "pieces": "realized pieces of lots, those of other actions included",
    "proceeds_of_sales": "the proceeds of the pieces of those SELL rows",
    "difference": "journal_proceeds - proceeds_of_sales; 0.00, or the books are wrong",
    "other_proceeds": "proceeds of other actions: options, cash in lieu, mergers, short sales",
    "cost_basis": "basis of the pieces",
    "wash_sale_loss_disallowed": "loss disallowed (26 USC 1091)",
    "nondeductible_loss": "loss denied by other rules",
    "gain": "proceeds - cost_basis + wash_sale_loss_disallowed + nondeductible_loss",
    "unknown_basis": "pieces whose basis is unknown; they are in pieces and proceeds alone",
}
ROLL_FORWARD: Final[Meanings] = {
    "account": "the account",
    "symbol": "the security",
    "opening_quantity": "shares held when the year began",
    "closing_quantity": "shares held when it ended",
    "opening": "basis of what was held when the year began",
    "purchased": "the cost of purchases, as the journal states it",
    "transferred_in": "basis that came in by TRANSFER_IN",
    "moved": "basis that moved between accounts of the book",
    "left": "basis that left untaxed (given away, donated, sent elsewhere); negative",
    "received": "basis of what was given, inherited or distributed",
    "adjusted": "BASIS_ADJUSTMENT rows",
    "returned": "returns of capital; negative",
    "reorganized": "basis that corporate actions moved between securities",
    "options": "basis that exercised and assigned options moved",
    "short_sales": "basis that short sales used or moved",
    "averaging": "cents that average basis moved between lots",
    "disallowed": "disallowed losses that joined a basis (26 USC 1091(d))",
    "restated": "what a literal reading of D1 or D2 restated; 0.00 under the other reading",
    "gift_gap": "basis lost by gifts sold from their basis for loss (26 USC 1015(a)); taken off",
    "relieved": "basis of realized pieces; taken off",
    "closing": "basis of what was held when the year ended; taken off",
    "residual": "what is added less what is taken off; 0.00, or the books are wrong",
}
REGISTER: Final[Meanings] = {
    "sale_id": "the journal row that sold at a loss",
    "sold_date": "the day of that sale",
    "account": "the account that sold",
    "symbol": "the security sold",
    "loss_lot_id": "the lot that was sold",
    "loss": "the whole loss of the piece",
    "window_from": "the first day of the window, 30 days before the sale",
    "window_to": "its last day, 30 days after the sale",
    "replacement_lot_id": "the lot that replaces the shares",
    "replacement_account": "the account that acquired it",
    "replacement_symbol": "its security",
    "replacement_acquired": "the day of its acquisition",
    "quantity": "replacement shares that this match uses",
    "disallowed": "the part of the loss that this match disallows",
    "permanent": "the part of it that no basis takes over: it is lost",
    "rule": "the authority that says where the loss goes",
    "status": "final, provisional, window_incomplete or basis_unknown",
}
PROVISIONAL: Final[Meanings] = {
    **PIECE,
    "sold_date": "the day of sale",
    "quantity": "shares",
    "window_to": "the last day on which a purchase can replace them",
    "wash_sale_loss_disallowed": "what is disallowed so far",
    "gain": "gain as of the as-of day",
    "status": "provisional, window_incomplete or basis_unknown",
    "waits_for": "what decides it",
}
TERM_BOUNDARY: Final[Meanings] = {
    **PIECE,
    "acquired_date": "the day of acquisition",
    "holding_period_date": "the day from which the holding period counts",
    "long_term_from": "the first day on which a sale is long-term (26 USC 1222)",
    "sold_date": "the day of sale",
    "days": "sold_date less long_term_from: 0 and more is long-term by the calendar",
    "term": "ST or LT, as booked",
    "tacked": "yes if the period begins on another day than the acquisition",
    "quantity": "shares",
    "gain": "gain or loss after disallowed and denied loss",
}
COVERAGE: Final[Meanings] = {
    "account": "the account, those of the household that can hold a replacement included",
    "tax_return": "the return on which it stands",
    "data_from": "the first known day, as stated in accounts.csv",
    "data_through": "the last known day, as stated in accounts.csv",
    "first_row": "the date of its first row",
    "last_row": "the date of its last row",
    "rows_of_year": "rows dated in the year",
    "days_of_year": "days of the year with rows",
    "longest_gap": "the most days in a row without a row, within the year",
    "says": "what follows for the year and its windows",
}
COVERAGE_DAYS: Final[Meanings] = {
    "account": "the account",
    "date": "a day from 30 days before the year to 30 days after it",
    "rows": "rows of that day",
    "known": "stated, or assumed where accounts.csv does not say, or no",
}
IDENTIFICATIONS: Final[Meanings] = {
    "sale_id": "a sale of the year",
    "sold_date": "its trade date",
    "account": "the account",
    "symbol": "the security",
    "quantity": "shares sold",
    "settlement_date": "its settlement: stated, or by SEC Rule 15c6-1",
    "settlement_is": "stated or standard",
    "identified_at": "when lots were named, as recorded; blank if that is not recorded",
    "confirmation": "the custodian's confirmation, as recorded",
    "named_lots": "the lots named",
    "method": "the standing method where none are named in time",
    "outcome": "how the lots were chosen",
}
METHODS: Final[Meanings] = {
    "account": "the account",
    "symbol": "the security, where the change is for one alone",
    "date": "the day of the change; blank for the method with which the book starts",
    "id": "the journal row",
    "where": "where it stands",
    "before": "the method before",
    "after": "the method from then on",
    "sales_of_year": "sales of the year in that account on and after that day",
}
OVERRIDES: Final[Meanings] = {
    "kind": "VOID, BASIS_ADJUSTMENT, COVERED or LATE_IDENTIFICATION",
    "id": "the journal row that overrides",
    "where": "where it stands",
    "date": "its date",
    "account": "the account",
    "symbol": "the security",
    "who": "who recorded it; blank in a folder, which does not remember",
    "when": "when it was recorded; blank in a folder",
    "why": "the note of the row",
    "before": "what stood before",
    "after": "what stands now",
}
