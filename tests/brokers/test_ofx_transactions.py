"""Which rows each element of an OFX statement becomes."""

import pytest
from tests.brokers.ofx_statements import (
    ALFA,
    OPTION,
    bank,
    buy,
    end,
    errors,
    head,
    income,
    moved,
    ofx,
    sell,
    split,
    told,
    warnings,
)


def test_a_row_is_known_by_its_fitid_and_its_day() -> None:
    assert told(ofx(buy()), "id") == [("ofx-ira-1-7-20250603",)]
    other_day = buy(head=head(day="20250604120000.000[-5:EST]"))
    assert told(ofx(buy(), other_day), "id", "date") == [
        ("ofx-ira-1-7-20250603", "2025-06-03"),
        ("ofx-ira-1-7-20250604", "2025-06-04"),
    ]


def test_one_number_for_two_transactions_is_no_number() -> None:
    text = ofx(buy(), buy(units="4", total="-21.00"))
    assert told(text, "id", "quantity") == [("ofx-ira-1-7-20250603", "10"), ("", "4")]
    assert warnings(text) == ["NUMBER_USED_TWICE"]
    assert len(told(ofx(buy(), buy()), "id")) == 1


@pytest.mark.parametrize(
    ("transaction", "action", "amount"),
    [
        (buy(), "BUY", "51.00"),
        (buy(total="51.00"), "BUY", "51.00"),
        (buy(kind="BUYTOCOVER"), "BUY_TO_COVER", "51.00"),
        (buy(kind="BUY    "), "BUY", "51.00"),
        (buy(head=head(extra="<MEMO>DIVIDEND REINVESTMENT")), "REINVEST", "51.00"),
        (buy().replace("STOCK", "MF"), "BUY", "51.00"),
        (sell(), "SELL", "49.00"),
        (sell(kind="<SELLTYPE>SELLSHORT"), "SELL_SHORT", "49.00"),
        (sell("SELLMF"), "SELL", "49.00"),
        (sell("SELLDEBT", "<SELLREASON>MATURITY"), "SELL", "49.00"),
        (sell("SELLOTHER", ""), "SELL", "49.00"),
        (sell(price="0.01", total="-0.90"), "SELL", "-0.90"),
    ],
)
def test_trades(transaction: str, action: str, amount: str) -> None:
    assert told(ofx(transaction), "action", "symbol", "quantity", "amount") == [
        (action, "ALFA", "10", amount)
    ]


@pytest.mark.parametrize(
    ("transaction", "action"),
    [
        (sell("SELLOPT", "<OPTSELLTYPE>SELLTOOPEN", what=OPTION, total="4999"), "WRITE_OPTION"),
        (sell("SELLOPT", "<OPTSELLTYPE>SELLTOCLOSE", what=OPTION, total="4999"), "SELL_OPTION"),
    ],
)
def test_an_option_has_the_name_of_its_contract(transaction: str, action: str) -> None:
    assert told(ofx(transaction), "action", "symbol", "price", "amount") == [
        (action, "ALFA250718C00045000", "5", "4999.00")
    ]


def test_a_price_for_the_contract_is_no_price_for_the_share() -> None:
    text = ofx(sell("SELLOPT", "<OPTSELLTYPE>SELLTOCLOSE", what=OPTION))
    assert told(text, "price", "amount") == [("", "49.00")]
    assert warnings(text) == []


def test_what_is_withheld_from_a_sale_is_no_loss_of_proceeds() -> None:
    text = ofx(sell(more="<COMMISSION>1.00<WITHHOLDING>4.90", total="44.10"))
    assert told(text, "id", "action", "amount") == [
        ("ofx-ira-1-7-20250603", "SELL", "49.00"),
        ("ofx-ira-1-7-20250603-withheld", "FEE", "4.90"),
    ]


def test_a_total_that_is_not_units_times_price_is_told() -> None:
    assert warnings(ofx(buy(total="-57.00"))) == ["AMOUNT_MISMATCH"]
    assert told(ofx(buy(total="-57.00")), "amount") == [("57.00",)]


def test_interest_bought_with_a_bond_is_no_cost() -> None:
    bond = buy(units="5000", price="99.5", total="-5010.25", costs="").replace("STOCK", "DEBT")
    text = ofx(bond.replace("<BUYTYPE>BUY", "<ACCRDINT>35.25"))
    assert told(text, "action", "price", "amount") == [
        ("BUY", "", "4975.00"),
        ("INTEREST", "", "-35.25"),
    ]


@pytest.mark.parametrize(
    ("kind", "more", "action"),
    [
        ("DIV", "", "DIVIDEND"),
        ("DIV", "<TAXEXEMPT>Y", "EXEMPT_INTEREST_DIVIDEND"),
        ("CGLONG", "", "CAPITAL_GAIN_DISTRIBUTION"),
        ("CGSHORT", "", "DIVIDEND"),
        ("INTEREST", "", "INTEREST"),
        ("MISC", "", "DIVIDEND"),
    ],
)
def test_income_by_its_kind(kind: str, more: str, action: str) -> None:
    assert told(ofx(income(kind, more)), "action", "amount") == [(action, "12.50")]


def test_a_reinvestment_is_income_and_a_purchase() -> None:
    bought = f"<REINVEST>{head()}{ALFA}<INCOMETYPE>CGLONG<TOTAL>-12.50<UNITS>2.5<UNITPRICE>5"
    text = ofx(f"{bought}</REINVEST>")
    assert told(text, "id", "action", "quantity", "amount") == [
        ("ofx-ira-1-7-20250603-income", "CAPITAL_GAIN_DISTRIBUTION", "", "12.50"),
        ("ofx-ira-1-7-20250603", "REINVEST", "2.5", "12.50"),
    ]
    both = ofx(f"{bought}</REINVEST>", income("CGLONG"))
    assert [action for (action,) in told(both, "action")] == [
        "REINVEST",
        "CAPITAL_GAIN_DISTRIBUTION",
    ]


def test_an_option_and_the_shares_that_it_brought_are_one_row() -> None:
    shares = buy("100", "45", "-4501.00", head=head("21"))
    wanted = [("EXERCISE", "ALFA250718C00045000", "1", "4501.00")]
    names = ("action", "symbol", "quantity", "amount")
    assert told(ofx(end("EXERCISE"), shares), *names) == wanted
    elsewhere = buy("100", "45.5", "-4551.00", head=head("21", "20250605"))
    named = end("EXERCISE", extra="<RELFITID>21")
    assert told(ofx(named, elsewhere), *names)[0][3] == "4551.00"
    assert told(ofx(end("EXERCISE")), *names)[0][3] == ""


def test_shares_delivered_as_the_end_of_an_option_are_part_of_it() -> None:
    leg = f"<CLOSUREOPT>{head('22')}{ALFA}<OPTACTION>ASSIGN<UNITS>-100<SHPERCTRCT>100</CLOSUREOPT>"
    assert told(ofx(leg, end("ASSIGN", "1")), "action", "quantity") == [("ASSIGN", "1")]
    assert errors(ofx(leg)) == ["NEEDS_FACTS"]


def test_an_expired_option_ends() -> None:
    assert told(ofx(end("EXPIRE", "3")), "action", "quantity") == [("EXPIRE", "3")]


def test_a_split_has_its_declared_ratio() -> None:
    assert told(ofx(split("25", "37", ("3", "2"))), "action", "ratio") == [("SPLIT", "3/2")]
    assert errors(ofx(split("25", "90", ("3", "2")))) == ["NEEDS_FACTS"]
    assert errors(ofx(split("25", "50", ("", "")))) == ["NEEDS_FACTS"]


def test_cash_for_a_fraction_is_a_row_of_its_own() -> None:
    text = ofx(split("25", "37", ("3", "2"), "<FRACCASH>15.00"))
    assert told(text, "action", "quantity", "amount") == [
        ("SPLIT", "", ""),
        ("CASH_IN_LIEU", "0.5", "15.00"),
    ]
    assert errors(ofx(split("26", "39", ("3", "2"), "<FRACCASH>15.00"))) == ["NEEDS_FACTS"]


def test_shares_that_come_in_have_no_basis() -> None:
    text = ofx(moved("IN", more="<DTPURCHASE>20230817"))
    names = ("action", "quantity", "acquired_date", "cost_basis")
    assert told(text, *names) == [("TRANSFER_IN", "12", "2023-08-17", "")]
    assert warnings(text) == ["BASIS_UNKNOWN"]
    assert told(ofx(moved("OUT", "-12")), *names) == [("TRANSFER_OUT", "12", "", "")]


@pytest.mark.parametrize("memo", ["SPIN-OFF", "Merger of ALFA", "NVDA(US1) SPLIT 10 FOR 1", "GIFT"])
def test_a_transfer_that_is_an_event_of_its_own_is_refused(memo: str) -> None:
    assert errors(ofx(moved("IN", memo=memo))) == ["NEEDS_FACTS"]


def test_a_journal_inside_the_account_is_no_transaction() -> None:
    inside = f"<JRNLSEC>{head()}{ALFA}<SUBACCTTO>{{}}<SUBACCTFROM>CASH<UNITS>5</JRNLSEC>"
    assert warnings(ofx(inside.format("MARGIN"))) == ["NO_ROWS"]
    assert errors(ofx(inside.format("SHORT"))) == ["NEEDS_FACTS"]


@pytest.mark.parametrize(
    ("transaction", "action", "amount"),
    [
        (bank("CREDIT", "100.00"), "DEPOSIT", "100.00"),
        (bank("XFER", "-100.00"), "WITHDRAWAL", "100.00"),
        (bank("DEP", "0.24", "INTEREST EARNED"), "INTEREST", "0.24"),
        (bank("OTHER", "-0.97", "LATE FEE"), "FEE", "0.97"),
        (bank("SRVCHG", "-5"), "FEE", "5.00"),
        (bank("INT", "1,5"), "INTEREST", "1.50"),
        (f"<RETOFCAP>{head()}{ALFA}<TOTAL>7.50</RETOFCAP>", "RETURN_OF_CAPITAL", "7.50"),
        (f"<MARGININTEREST>{head()}<TOTAL>-3.21</MARGININTEREST>", "FEE", "3.21"),
        (f"<INVEXPENSE>{head()}{ALFA}<TOTAL>-1</INVEXPENSE>", "FEE", "1.00"),
    ],
)
def test_money(transaction: str, action: str, amount: str) -> None:
    assert told(ofx(transaction), "action", "amount") == [(action, amount)]


def test_a_reversal_takes_back_the_transaction_that_it_names() -> None:
    undo = buy(head=head("30", extra="<REVERSALFITID>7"), units="-10", total="51.00")
    assert told(ofx(buy(), undo), "id", "action", "note")[1] == (
        "ofx-ira-1-30-20250603-void0",
        "VOID",
        "ofx-ira-1-7-20250603",
    )
    assert errors(ofx(undo)) == ["UNMATCHED_CANCEL"]


def test_a_security_that_is_not_listed_goes_by_its_id() -> None:
    text = ofx(buy(what="<SECID><UNIQUEID>00BET1012<UNIQUEIDTYPE>CUSIP</SECID>"))
    assert told(text, "symbol") == [("00BET1012",)]
    assert warnings(text) == ["SECURITY_NOT_LISTED"]


def test_rows_of_a_file_that_lists_the_newest_first_come_oldest_first() -> None:
    rows = [
        buy(head=head("3", "20250605")),
        sell(head=head("2", "20250603")),
        buy(head=head("1", "20250603")),
    ]
    assert told(ofx(*rows), "date", "action") == [
        ("2025-06-03", "BUY"),
        ("2025-06-03", "SELL"),
        ("2025-06-05", "BUY"),
    ]
