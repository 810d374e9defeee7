"""Orders as custodians take them: golden files, their limits, and what they cannot carry."""

import csv
import io
import json

import pytest

from taxlots.domain.problem import UsageError
from taxlots.domain.security import Security, SecurityKind
from taxlots.reports.order_layouts.fidelity import MOST_LOTS
from taxlots.reports.order_layouts.layout import LaidOut
from taxlots.reports.order_layouts.registry import DEFAULT, FILES, LAYOUTS, layout_of
from taxlots.workflows.laid_out import laid_out

Row = dict[str, str]


def sale(number: int, quantity: str = "60", *, symbol: str = "ABC", lot: str = "") -> Row:
    """A sale of one lot as ``orders.csv`` has it."""
    return {
        "custodian": "A broker",
        "account_number": "X1",
        "action": "SELL",
        "symbol": symbol,
        "cusip": "",
        "quantity": quantity,
        "order_type": "MARKET",
        "limit_price": "",
        "tif": "DAY",
        "tax_lot_method": "SPECIFIC",
        "lot_open_date": "2024-01-05",
        "lot_quantity": quantity,
        "lot_unit_cost": "100.00",
        "lot_id": lot or f"a{number}",
        "client_order_id": f"H{number}",
        "reason": "a loss",
    }


def purchase(number: int, quantity: str = "84") -> Row:
    """A purchase."""
    blank = dict.fromkeys(("tax_lot_method", "lot_open_date", "lot_quantity"), "")
    return (
        sale(number, quantity, symbol="XYZ")
        | blank
        | {"action": "BUY", "lot_unit_cost": "", "lot_id": ""}
    )


def written(name: str, *orders: Row, kinds: dict[str, SecurityKind] | None = None) -> LaidOut:
    securities = {s: Security(symbol=s, kind=kind) for s, kind in (kinds or {}).items()}
    return LAYOUTS[name].lay_out(orders, securities)


def test_ibkr_takes_a_basket_and_the_lots_to_match_after_the_trade() -> None:
    """Values and header are those of IBKR's own example: BUY,100,IBM,STK,SMART,USD,DAY,MKT."""
    found = written("ibkr", sale(1), purchase(2))
    assert found.files == {
        "ibkr_basket.csv": (
            "Action,Quantity,Symbol,SecType,Exchange,Currency,TimeInForce,OrderType,LmtPrice,"
            "Account,BasketTag\n"
            "SELL,60,ABC,STK,SMART,USD,DAY,MKT,,X1,H1\n"
            "BUY,84,XYZ,STK,SMART,USD,DAY,MKT,,X1,H2\n"
        ),
        "ibkr_lots.csv": (
            "basket_tag,account,symbol,date_acquired,quantity,cost_basis_per_share\n"
            "H1,X1,ABC,2024-01-05,60,100.00\n"
        ),
    }


def test_schwab_takes_a_request_an_order_and_the_lots_apart() -> None:
    found = written("schwab", sale(1), purchase(2), sale(3) | {"tax_lot_method": "AVERAGE"})
    first, second, third = json.loads(found.files["schwab_orders.json"])
    assert first == {
        "accountNumber": "X1",
        "clientOrderId": "H1",
        "order": {
            "session": "NORMAL",
            "duration": "DAY",
            "orderType": "MARKET",
            "taxLotMethod": "SPECIFIC_LOT",
            "orderStrategyType": "SINGLE",
            "orderLegCollection": [
                {
                    "instruction": "SELL",
                    "quantity": 60,
                    "instrument": {"symbol": "ABC", "assetType": "EQUITY"},
                }
            ],
        },
    }
    assert "taxLotMethod" not in second["order"]
    assert third["order"]["taxLotMethod"] == "AVERAGE_COST"
    assert found.files["schwab_lots.csv"].splitlines()[1] == "H1,X1,ABC,2024-01-05,60,100.00"


def test_fidelity_takes_the_lots_of_a_position_as_one_order() -> None:
    found = written("fidelity", sale(1), sale(2, "40.125"), sale(3, symbol="QRS"), purchase(4))
    assert found.files == {
        "fidelity_orders.csv": (
            "Order,Account Number,Action,Symbol,Quantity,Order Type,Time in Force,Lots\n"
            "1,X1,SELL,ABC,100.125,MARKET,DAY,2\n"
            "2,X1,SELL,QRS,60,MARKET,DAY,1\n"
            "3,X1,BUY,XYZ,84,MARKET,DAY,\n"
        ),
        "fidelity_lots_1.csv": (
            "Order,Account Number,Symbol,Date Acquired,Shares Specified,Cost Basis/Share,"
            "Client Order ID\n"
            "1,X1,ABC,2024-01-05,60,100.00,H1\n"
            "1,X1,ABC,2024-01-05,40.125,100.00,H2\n"
            "2,X1,QRS,2024-01-05,60,100.00,H3\n"
        ),
    }


@pytest.mark.parametrize(("lots", "orders"), [(200, [200]), (201, [200, 1]), (450, [200, 200, 50])])
def test_fidelity_takes_at_most_200_lots_an_order_and_a_file(lots: int, orders: list[int]) -> None:
    found = written("fidelity", *(sale(number, "1") for number in range(lots)))
    listed = list(csv.DictReader(io.StringIO(found.files["fidelity_orders.csv"])))
    assert [int(row["Lots"]) for row in listed] == orders
    assert [int(row["Quantity"]) for row in listed] == orders
    files = [text for name, text in found.files.items() if name.startswith("fidelity_lots_")]
    rows = [list(csv.DictReader(io.StringIO(text))) for text in files]
    assert all(0 < len(part) <= MOST_LOTS for part in rows)
    assert [row["Client Order ID"] for part in rows for row in part] == [
        f"H{number}" for number in range(lots)
    ]
    assert all(len({row["Order"] for row in part}) == 1 for part in rows)


def test_etrade_takes_its_own_number_of_the_lot() -> None:
    found = written("etrade", sale(1, lot="81234567"), sale(2), purchase(3))
    first, second = json.loads(found.files["etrade_orders.json"])
    assert first == {
        "accountId": "X1",
        "PreviewOrderRequest": {
            "orderType": "EQ",
            "clientOrderId": "H1",
            "Order": [
                {
                    "allOrNone": False,
                    "priceType": "MARKET",
                    "orderTerm": "GOOD_FOR_DAY",
                    "marketSession": "REGULAR",
                    "Instrument": [
                        {
                            "Product": {"securityType": "EQ", "symbol": "ABC"},
                            "orderAction": "SELL",
                            "quantityType": "QUANTITY",
                            "quantity": 60,
                            "Lots": {"Lot": [{"id": 81234567, "size": 60}]},
                        }
                    ],
                }
            ],
        },
    }
    assert "Lots" not in second["PreviewOrderRequest"]["Order"][0]["Instrument"][0]
    assert list(found.unsendable) == ["H2"]
    assert "not the number that E*TRADE gave the lot" in found.unsendable["H2"]


@pytest.mark.parametrize(
    ("name", "quantity", "is_carried"),
    [
        ("ibkr", "1.5", False),
        ("schwab", "1.5", False),
        ("etrade", "1.5", False),
        ("fidelity", "1.125", True),
        ("fidelity", "1.1255", False),
    ],
)
def test_a_finer_quantity_than_the_layout_takes_is_told_not_rounded(
    name: str, quantity: str, is_carried: bool
) -> None:
    found = written(name, sale(1, quantity, lot="7"))
    assert ("H1" not in found.unsendable) is is_carried


def test_short_sales_and_covers_go_where_their_words_are_public() -> None:
    """Schwab takes both, E*TRADE cannot name the lot of a cover, the others have no word."""
    short = purchase(1) | {"action": "SELL_SHORT"}
    cover = sale(2) | {"action": "BUY_TO_COVER"}
    assert not written("schwab", short, cover).unsendable
    sent = json.loads(written("schwab", short, cover).files["schwab_orders.json"])
    legs = [one["order"]["orderLegCollection"][0]["instruction"] for one in sent]
    assert legs == ["SELL_SHORT", "BUY_TO_COVER"]
    (told,) = written("etrade", short, cover).unsendable.values()
    assert "choose it by hand" in told
    for name in ("ibkr", "fidelity"):
        told_of = written(name, short, cover).unsendable
        assert len(told_of) == 2
        assert all("enter it by hand" in one for one in told_of.values())


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_is_no_share_of_an_exchange_is_told(name: str) -> None:
    kinds = {"ABC": SecurityKind.MUTUAL_FUND}
    found = written(name, sale(1, lot="7"), kinds=kinds)
    assert "mutual_fund" in found.unsendable["H1"]


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_folder_may_be_written_anew_over_every_file_of_a_layout(name: str) -> None:
    assert set(written(name, sale(1, lot="7"), purchase(2)).files) <= FILES


@pytest.mark.parametrize(
    ("custodian", "name"),
    [
        ("Schwab", "schwab"),
        ("Charles Schwab & Co.", "schwab"),
        ("Fidelity", "fidelity"),
        ("Interactive Brokers", "ibkr"),
        ("IBKR", "ibkr"),
        ("E*TRADE", "etrade"),
        ("Vanguard", ""),
        ("", ""),
    ],
)
def test_a_custodian_is_known_by_the_name_in_the_book(custodian: str, name: str) -> None:
    assert [one.name for one in LAYOUTS.values() if one.is_of(custodian)] == [name] * bool(name)


def test_a_layout_carries_the_orders_of_its_custodian_alone() -> None:
    orders = [sale(1) | {"custodian": "Schwab"}, sale(2) | {"custodian": "Fidelity"}]
    found = laid_out(orders, ["schwab", "fidelity"], {})
    assert found is not None
    assert found.carried == {"schwab": 1, "fidelity": 1}
    assert "H2" not in found.files["schwab_orders.json"]
    with pytest.raises(UsageError, match="no signed order is with E\\*TRADE"):
        laid_out(orders, ["etrade"], {})


def test_the_default_is_always_written_and_an_unknown_layout_is_refused() -> None:
    assert layout_of(DEFAULT) is None
    assert laid_out([sale(1)], [DEFAULT], {}) is None
    with pytest.raises(UsageError, match="no layout 'pershing'"):
        layout_of("pershing")
