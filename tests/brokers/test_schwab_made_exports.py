"""The importer reads back what ``make_export.py`` writes for the sample household."""

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from taxlots.brokers.protocol import Reading
from taxlots.brokers.registry import BROKERS

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "brokers" / "schwab"
COLUMNS = ["date", "action", "symbol", "quantity", "price", "fees", "amount", "ratio"]


def make_export() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_export", FIXTURES / "make_export.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(text: str) -> Reading:
    reading = BROKERS["schwab"].read(text, file="export.csv", account="schwab-taxable")
    assert not reading.is_refused, reading.problems
    return reading


def canonical(*lines: str) -> list[dict[str, str]]:
    return [
        {"account": "schwab-taxable", **dict(zip(COLUMNS, line.split(","), strict=True))}
        for line in lines
    ]


ROWS = canonical(
    "2016-01-04,DEPOSIT,,,,,50000.00,",
    "2016-01-05,BUY,ALFA,100,101.2575,4.95,10130.70,",
    "2016-01-05,BUY,BETA,12.5,80.00,,1000.00,",
    "2016-03-31,DIVIDEND,ALFA,,,,52.00,",
    "2016-04-01,REINVEST,ALFA,0.5,104.00,,52.00,",
    "2016-06-15,DIVIDEND,BETA,,,,3.00,",
    "2017-02-01,SPLIT,ALFA,,,,,2",
    "2017-02-01,SELL,ALFA,50.25,60.00,0.07,3014.93,",
    "2017-05-01,FEE,,,,,25.00,",
    "2018-06-29,CAPITAL_GAIN_DISTRIBUTION,BETA,,,,7.10,",
    "2019-01-31,INTEREST,,,,,0.42,",
    "2020-03-16,TRANSFER_OUT,BETA,2.5,,,,",
    "2020-12-30,WITHDRAWAL,,,,,1000.00,",
)


def test_transactions_come_back_as_they_were() -> None:
    text = make_export().transactions_csv(ROWS, "12345678", date(2020, 12, 31))
    assert "12345678" not in text
    reading = read(text)
    assert reading.as_of == date(2020, 12, 31)
    assert [p.code for p in reading.problems] == ["SPLIT_RATIO_DERIVED"]
    back = [{c: row.cells.get(c, "") for c in [*COLUMNS, "account"]} for row in reading.rows]
    assert back == ROWS


def test_a_split_of_nothing_leaves_no_row() -> None:
    rows = canonical("2016-01-04,DEPOSIT,,,,,5.00,", "2017-02-01,SPLIT,ALFA,,,,,2")
    reading = read(make_export().transactions_csv(rows, "12345678", date(2020, 12, 31)))
    assert [row.cells["action"] for row in reading.rows] == ["DEPOSIT"]


def test_what_schwab_would_not_tell_is_refused_by_the_writer() -> None:
    with pytest.raises(ValueError, match="no Schwab row for GIFT_IN of 2016-01-04"):
        make_export().transactions_csv(
            canonical("2016-01-04,GIFT_IN,ALFA,1,,,,"), "12345678", date(2020, 12, 31)
        )


LOT = {
    "symbol": "ALFA",
    "acquired_date": "2019-05-01",
    "holding_period_date": "2019-05-01",
    "long_term_from": "2020-05-02",
    "quantity": "10",
    "cost_basis": "1000.00",
    "unadjusted_cost_basis": "1000.00",
    "wash_sale_adjustment": "0.00",
}
REPLACEMENT = LOT | {
    "acquired_date": "2020-11-20",
    "holding_period_date": "2020-03-02",
    "long_term_from": "2021-03-03",
    "quantity": "1200.5",
    "cost_basis": "1120.00",
    "wash_sale_adjustment": "120.00",
}


def test_open_lots_come_back_as_they_were() -> None:
    write = make_export().open_lots_csv
    (plain,) = read(write([LOT], "ALFA", "12345678", date(2020, 12, 31), "90.125")).open_lots
    assert (plain.quantity, plain.cost_basis_cents, plain.term) == (10 * 10**8, 100_000, "LT")
    assert (plain.opened, plain.transaction_opened) == (date(2019, 5, 1), None)


def test_a_replacement_lot_shows_its_adjustment() -> None:
    text = make_export().open_lots_csv(
        [LOT, REPLACEMENT], "ALFA", "12345678", date(2020, 12, 31), "90.125"
    )
    reading = read(text)
    assert not reading.problems
    lot = reading.open_lots[1]
    assert (lot.opened, lot.transaction_opened) == (date(2020, 3, 2), date(2020, 11, 20))
    assert (lot.cost_basis_cents, lot.unadjusted_cost_basis_cents) == (112_000, 100_000)
    assert (lot.disallowed_cents, lot.term) == (12_000, "ST")


def test_realized_lots_come_back_as_they_were() -> None:
    sale = {
        "symbol": "ALFA",
        "holding_period_date": "2019-05-01",
        "sold_date": "2020-11-01",
        "quantity": "10",
        "proceeds": "880.00",
        "cost_basis": "1000.00",
        "wash_sale_loss_disallowed": "120.00",
        "term": "LT",
    }
    text = make_export().realized_lots_csv(
        [sale, sale | {"sold_date": "2019-11-01"}],
        "12345678",
        date(2020, 1, 1),
        date(2020, 12, 31),
    )
    (lot,) = read(text).realized_lots
    assert (lot.opened, lot.closed) == (date(2019, 5, 1), date(2020, 11, 1))
    assert (lot.proceeds_cents, lot.cost_basis_cents, lot.gain_cents) == (88_000, 100_000, -12_000)
    assert (lot.term, lot.wash_sale, lot.disallowed_cents) == ("LT", True, 12_000)
