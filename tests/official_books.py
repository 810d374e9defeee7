"""The official cases of actions, averages and short sales as books.

The published examples state holdings and what happens to them, not a journal.  Here each becomes
the rows that a custodian would send.  What an example leaves open (a day, a price, the number of
shares behind an amount) is chosen here and bears on nothing that the example states.
"""

from decimal import Decimal

from tests.cases import Case, Cells

FUND = [{"symbol": "X", "kind": "mutual_fund"}]
NEXT_YEARS = ("2023-06-01", "2024-06-03", "2025-06-02", "2026-06-01")


def book_of(rows: list[Cells], **stated: object) -> Case:
    """A ledger case of one taxable account that holds X; ``stated`` replaces what it says."""
    return {
        "id": "book",
        "accounts": [{"id": "A1", "type": "taxable", "owner": "self"}],
        "substantially_identical": [],
        "lot_method": "FIFO",
        "policy": {},
        "transactions": [{"account": "A1", "symbol": "X"} | row for row in rows],
    } | stated


def bought(lot: str, day: str, quantity: str, amount: str) -> Cells:
    """A purchase for an amount in all."""
    return {"id": lot, "date": day, "action": "BUY", "qty": quantity, "amount": amount}


def event(day: str, action: str, **cells: str) -> Cells:
    """A row named after its action and its day."""
    return {"id": f"{action}-{day}", "date": day, "action": action} | cells


def sold(day: str, quantity: str, price: str = "20") -> Cells:
    """A sale; where the example states no price, one above all of its bases."""
    return event(day, "SELL", qty=quantity, price=price)


def action_book(case: Case) -> Case:
    """A corporate action of 3 June 2024 on shares bought in 2022."""
    rows = {
        "SPIN_OFF": _spin_off,
        "MERGER_STOCK": _merger,
        "STOCK_DIV": _stock_dividend,
        "STOCK_DIV_OTHER_CLASS": _other_class,
        "RIGHTS": _rights,
        "ROC": _returns_of_capital,
    }[case["input"]["action"]](case)
    return book_of(rows)


def _spin_off(case: Case) -> list[Cells]:
    given = case["input"]
    fraction = Decimal(given["pct_to_spinco"]) / 100
    new = {"to_symbol": "S", "qty": given["spinco_qty"], "basis_fraction": str(fraction)}
    parent = bought("t1", "2022-03-01", given["parent"]["qty"], given["parent"]["basis"])
    return [parent, event("2024-06-03", "SPINOFF", **new)]


def _merger(case: Case) -> list[Cells]:
    old, new = case["input"]["old"], case["input"]["new"]
    shares = bought("t1", "2022-03-01", old["qty"], old["basis"]) | {"symbol": old["symbol"]}
    received = {"symbol": old["symbol"], "to_symbol": new["symbol"], "qty": new["qty"]}
    return [shares, event("2024-06-03", "MERGER", **received)]


def _stock_dividend(case: Case) -> list[Cells]:
    lots = [bought(lot["lot"], "2022-03-01", lot["qty"], lot["basis"]) for lot in _lots(case)]
    ratio = str(1 + Decimal(case["input"]["new_per_old"]))
    return [*lots, event("2024-06-03", "STOCK_DIVIDEND", ratio=ratio)]


def _other_class(case: Case) -> list[Cells]:
    """Ten shares, of which each brings one of the other class."""
    given = case["input"]
    price = str(Decimal(given["fmv_old"]) / 10)
    new = {"to_symbol": "XB", "qty": "10", "fmv": given["fmv_new"], "price": price}
    return [
        bought("t1", "2022-03-01", "10", given["basis"]),
        event("2024-06-03", "STOCK_DIVIDEND", **new),
    ]


def _rights(case: Case) -> list[Cells]:
    given = case["input"]
    price = str(Decimal(given["fmv_stock"]) / Decimal(given["stock_qty"]))
    new = {"to_symbol": "XR", "qty": given["rights"], "fmv": given["fmv_rights"], "price": price}
    new["elected"] = "true" if given["elected"] else "false"
    return [
        bought("t1", "2022-03-01", given["stock_qty"], given["stock_basis"]),
        event("2024-06-03", "RIGHTS", **new),
    ]


def _returns_of_capital(case: Case) -> list[Cells]:
    """One share, and one distribution a year."""
    paid = zip(NEXT_YEARS, case["input"]["distributions"], strict=True)
    returned = [event(day, "RETURN_OF_CAPITAL", amount=amount) for day, amount in paid]
    return [bought("t1", "2022-03-01", "1", case["input"]["unit_basis"]), *returned]


def _lots(case: Case) -> list[Cells]:
    lots: list[Cells] = case["input"]["lots"]
    return lots


def fund_lots(case: Case) -> list[Cells]:
    """The fund shares of an average-basis example, lot by lot."""
    return [
        bought(f"t{number}", lot["acquired"], lot["qty"], lot["cost"])
        for number, lot in enumerate(_lots(case), 1)
    ]


def averaged(case: Case, rounding: str) -> Case:
    """AV-001: a pool from the last purchase on, and one sale."""
    sale = case["input"]["sale"]
    rows = [
        *fund_lots(case),
        event("2010-04-09", "ELECT_AVERAGE"),
        sold(sale["date"], sale["qty"], sale["price"]),
    ]
    return book_of(rows, securities=FUND, policy={"average_rounding": rounding})


def changed_to_first_in_first_out(before: Case, case: Case, rounding: str) -> Case:
    """AV-002: the book of AV-001, then a change, another purchase and two sales."""
    change = event("2011-02-08", "REVOKE_AVERAGE")
    (buy,) = case["input"]["buys"]
    amount = str(Decimal(buy["qty"]) * Decimal(buy["price"]))
    sales = [sold(sale["date"], sale["qty"]) for sale in case["input"]["sales"]]
    later = [change, bought("t5", buy["date"], buy["qty"], amount), *sales]
    book = averaged(before, rounding)
    added = [{"account": "A1", "symbol": "X"} | row for row in later]
    return book | {"transactions": [*book["transactions"], *added]}


def changed_to_average(case: Case) -> Case:
    """AV-003: a sale first in, first out; then a pool of what is left and of what was bought."""
    *before, last = fund_lots(case)
    first, second = case["input"]["fifo_sale"], case["input"]["average_sale"]
    rows = [
        *before,
        sold(first["date"], first["qty"]),
        last,
        event("2011-04-08", "ELECT_AVERAGE"),
        sold(second["date"], second["qty"]),
    ]
    return book_of(rows, securities=FUND)


def revoked(case: Case) -> Case:
    """AV-004: an election, its revocation in time, and a sale."""
    given = case["input"]
    rows = [
        *fund_lots(case),
        event("2012-04-09", "ELECT_AVERAGE"),
        event(given["revoked"], "REVOKE_AVERAGE"),
        sold(given["sale"]["date"], given["sale"]["qty"]),
    ]
    return book_of(rows, securities=FUND)


def left_the_default(case: Case) -> Case:
    """AV-005: the broker's default is average; the owner's notice names another method."""
    given = case["input"]
    rows = [
        *fund_lots(case),
        event(given["notice"], "SET_METHOD", method="FIFO"),
        sold(given["sale"]["date"], given["sale"]["qty"]),
    ]
    return book_of(rows, securities=FUND, lot_method=given["broker_default"])


def single_account(case: Case) -> Case:
    """AV-006: shares bought before and after 2012 in one account, an election and its end."""
    given = case["input"]
    lots = {"2011-06-01": given["noncovered"], "2012-01-10": given["covered"]}
    amounts = {day: Decimal(lot["qty"]) * Decimal(lot["unit"]) for day, lot in lots.items()}
    rows = [
        *(bought(day, day, lot["qty"], str(amounts[day])) for day, lot in lots.items()),
        event(given["single_account_election"], "ELECT_AVERAGE", single_account="true"),
        event(given["revoked"], "REVOKE_AVERAGE"),
    ]
    return book_of(rows, securities=FUND)


def old_and_young(case: Case) -> Case:
    """AV-007: shares held for more and for less than a year in one pool."""
    given = case["input"]
    rows = [
        bought("t1", "2020-06-01", given["long_term_shares"], "400.00"),
        bought("t2", "2022-06-01", given["short_term_shares"], "1200.00"),
        event("2022-06-02", "ELECT_AVERAGE"),
        sold("2022-12-01", given["sold"]),
    ]
    return book_of(rows, securities=FUND)


def plan_and_other_shares(case: Case) -> Case:
    """AV-009: one stock inside and outside a reinvestment plan, the plan's shares in two lots."""
    given = case["input"]
    half = str(Decimal(given["drip_shares"]) / 2)
    rows = [
        bought("other", "2020-06-01", given["other_shares"], "500.00"),
        event("2020-09-01", "REINVEST", qty=half, amount="600.00"),
        event("2020-12-01", "REINVEST", qty=half, amount="800.00"),
        event("2021-01-04", "ELECT_AVERAGE"),
    ]
    return book_of(rows)


def short_book(case: Case) -> Case:
    """The transactions as they came: named where the example names none, delivered lots named."""
    rows = []
    for number, stated in enumerate(case["input"]["transactions"], 1):
        row = {"id": f"t{number}"} | {k: cell for k, cell in stated.items() if k != "lot"}
        if "lot" in stated:
            row["lots"] = [{"lot": stated["lot"], "qty": stated["qty"]}]
            row["identified_at"] = stated["date"]
        rows.append(row)
    return book_of(rows)
