"""Every relief method on one set of ten lots, in the order that its broker publishes.

Ten shares of each, sold ten at a time at 100 on 3 June 2024; L are long-term then, S short-term.
"""

import pytest
from tests.book.booked import books_of, rows_of
from tests.histories import History

from taxlots.book import heaps
from taxlots.domain.method import ReliefMethod

LOTS = {
    "L130": "2020-01-02",
    "L110": "2020-02-03",
    "L100": "2021-01-04",
    "L60": "2021-03-01",
    "L90": "2022-01-03",
    "S140": "2023-09-01",
    "S105": "2023-10-02",
    "S100": "2023-11-01",
    "S80": "2024-01-02",
    "S95": "2024-02-01",
}
"""Each lot by its term and its cost a share: the day on which it was bought."""

HIGHEST_COST = "S140 L130 L110 S105 L100 S100 S95 L90 S80 L60"
SIX_BUCKETS = "S140 S105 L130 L110 S100 L100 L90 L60 S95 S80"
ORDERS = {
    "FIFO": "L130 L110 L100 L60 L90 S140 S105 S100 S80 S95",
    "LIFO": "S95 S80 S100 S105 S140 L90 L60 L100 L110 L130",
    "HIFO": HIGHEST_COST,
    "HIGHEST_COST": HIGHEST_COST,
    "LOFO": "L60 S80 L90 S95 L100 S100 S105 L110 L130 S140",
    "AVERAGE": "L130 L110 L100 L60 L90 S140 S105 S100 S80 S95",
    "MINTAX": SIX_BUCKETS,
    "IBKR_MLG": "L60 L90 L100 S80 S95 S100 S105 S140 L110 L130",
    "IBKR_MLL": "L130 L110 S140 S105 S100 S95 S80 L100 L90 L60",
    "IBKR_MSG": "S80 S95 S100 L60 L90 L100 L110 L130 S105 S140",
    "IBKR_MSL": "S140 S105 L130 L110 L100 L90 L60 S100 S95 S80",
    "LOSS_FIRST": "S140 L130 L110 S105 L100 L60 L90 S100 S80 S95",
    "LONG_TERM_FIRST": "L130 L110 L100 L90 L60 S140 S105 S100 S95 S80",
}


def ten_lots(method: str) -> History:
    account = {"household": "H", "account": "A", "kind": "taxable", "owner": "self"}
    common = {"account": "A", "symbol": "X", "quantity": "10"}
    bought = [
        common | {"id": name, "date": bought, "action": "BUY", "price": name[1:]}
        for name, bought in LOTS.items()
    ]
    sale = common | {"date": "2024-06-03", "action": "SELL", "price": "100"}
    sold = [sale | {"id": f"s{number}"} for number in range(len(LOTS))]
    stock = {"symbol": "X", "kind": "mutual_fund"}
    return History([account | {"method": method}], [stock], [], {}, [*bought, *sold])


def test_every_method_of_the_interchange_format_is_here() -> None:
    assert set(ORDERS) == set(ReliefMethod)


@pytest.mark.parametrize("method", ORDERS)
def test_ten_lots_leave_in_the_published_order(method: str) -> None:
    sold = rows_of(books_of(ten_lots(method)))["realized"]
    assert " ".join(row["lot_id"] for row in sold) == ORDERS[method]


@pytest.mark.parametrize("method", ORDERS)
def test_heaps_give_the_same_order(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heaps, "FEW", -1)
    sold = rows_of(books_of(ten_lots(method)))["realized"]
    assert " ".join(row["lot_id"] for row in sold) == ORDERS[method]
