"""E*TRADE's Gains & Losses: parts of one vest, plans, wash sales, and rows that contradict."""

from tests.brokers.sample_results import codes, read_sample, read_text, sample_text

from taxlots.domain.money import SHARE

EXPANDED = sample_text("etrade", "gains-expanded-2025.csv")


def without(text: str, line: int) -> str:
    lines = text.splitlines()
    return "\n".join(lines[: line - 1] + lines[line:])


def test_equal_rows_are_different_shares() -> None:
    lots = read_sample("etrade", "gains-expanded-2025.csv").realized_lots
    vested = [lot for lot in lots if str(lot.opened) == "2024-11-18"]
    assert [(lot.line, lot.quantity) for lot in vested] == [(5, 2 * SHARE), (6, 2 * SHARE)]


def test_a_wash_sale_splits_a_vest_into_parts_of_one_order() -> None:
    lots = read_sample("etrade", "gains-expanded-2025.csv").realized_lots
    parts = [lot for lot in lots if lot.unadjusted_cost_basis_cents in (180_300, 120_200)]
    assert [(p.quantity // SHARE, p.gain_cents, p.disallowed_cents) for p in parts] == [
        (12, -2_584, 2_584),
        (8, -1_722, 0),
    ]
    assert len({p.description for p in parts}) == 1


def test_a_replacement_has_the_adjusted_basis_and_the_tacked_date() -> None:
    lots = read_sample("etrade", "gains-expanded-2025.csv").realized_lots
    [lot] = [lot for lot in lots if lot.line == 8]
    assert lot.cost_basis_cents == 170_584
    assert lot.unadjusted_cost_basis_cents == 168_000
    assert str(lot.opened) == "2025-02-26"


def test_income_of_a_plan_is_in_the_basis_and_not_in_the_price_paid() -> None:
    lots = read_sample("etrade", "gains-expanded-2025.csv").realized_lots
    [espp] = [lot for lot in lots if lot.description.startswith("ESPP")]
    assert (espp.transaction_cost_basis_cents, espp.cost_basis_cents) == (85_000, 100_000)
    [exercised] = [lot for lot in lots if lot.description.startswith("Nonqualified")]
    assert exercised.transaction_cost_basis_cents == 200_000
    assert exercised.cost_basis_cents == 725_000


def test_an_83b_election_is_told_in_the_description() -> None:
    lots = read_sample("etrade", "gains-expanded-2025.csv").realized_lots
    assert [lot.line for lot in lots if "83(b)" in lot.description] == [11]


def test_the_placeholder_of_1969_is_no_date() -> None:
    lots = read_sample("etrade", "gains-expanded-2025.csv").realized_lots
    assert str(next(lot.opened for lot in lots if lot.line == 10)) == "2025-01-15"


def test_covered_status_is_told_or_unknown() -> None:
    lots = read_sample("etrade", "gains-expanded-2025.csv").realized_lots
    assert {lot.line: lot.covered for lot in lots if lot.covered is not None} == {
        7: True,
        10: False,
    }


def test_the_noise_of_a_spreadsheet_is_rounded_to_the_cent() -> None:
    assert "1777.15999" in sample_text("etrade", "gains-collapsed-spreadsheet.csv")
    lots = read_sample("etrade", "gains-collapsed-spreadsheet.csv").realized_lots
    assert lots[0].proceeds_cents == 177_716


def test_a_missing_row_shows_in_the_summary() -> None:
    reading = read_text("etrade", without(EXPANDED, 7))
    assert codes(reading) == ["TOTAL_MISMATCH", "TOTAL_MISMATCH"]
    assert len(reading.realized_lots) == 8


def test_amounts_that_contradict_each_other_are_told() -> None:
    reading = read_text("etrade", EXPANDED.replace("$1,705.84", "$1,795.84"))
    assert codes(reading) == ["AMOUNT_MISMATCH", "AMOUNT_MISMATCH"]


def test_a_record_type_that_is_not_known_keeps_the_file_out() -> None:
    reading = read_text("etrade", EXPANDED.replace("Sell,ALFA,BUY", "Grant,ALFA,BUY"))
    assert codes(reading) == ["UNKNOWN_ACTION"]
    assert reading.realized_lots == ()


def test_a_lot_without_symbol_or_quantity_is_an_error() -> None:
    reading = read_text("etrade", EXPANDED.replace("Sell,ALFA,BUY,0.336", "Sell,,BUY,"))
    assert sorted(codes(reading)) == ["BAD_QUANTITY", "MISSING_CELL"]


def test_a_row_that_is_cut_off_is_no_legal_text() -> None:
    reading = read_text("etrade", EXPANDED[: EXPANDED.rindex("Restricted Stock Award")])
    assert codes(reading) == ["BAD_ROW"]


def test_a_summary_without_lots_is_told() -> None:
    reading = read_text("etrade", "\n".join(EXPANDED.splitlines()[:1]) + "\nSummary" + "," * 46)
    assert codes(reading) == ["NO_ROWS"]


def test_a_benefit_history_is_refused_by_name() -> None:
    reading = read_text("etrade", "Record Type,Symbol,Event Type,Qty. or Amount\nGrant,ALFA,,\n")
    assert codes(reading) == ["WRONG_EXPORT"]
