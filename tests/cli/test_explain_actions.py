"""``taxlots explain`` of corporate actions: the arithmetic of each block, with its authority."""

from pathlib import Path

from tests.cli.explaining import explained, one, steps
from tests.cli.running import book, taxlots

HEADER = (
    "id,date,account,symbol,action,quantity,price,amount,to_symbol,ratio,cash,fmv,basis_fraction,"
    "lots,taxable,elected,note\n"
)
COLUMNS = HEADER.strip().split(",")


def row(name: str, day: str, action: str, quantity: str = "", **cells: str) -> str:
    given = {"account": "brokerage", "symbol": "ABC"} | cells
    given |= {"id": name, "date": day, "action": action, "quantity": quantity}
    return ",".join(given.get(column, "") for column in COLUMNS) + "\n"


def folder(tmp_path: Path, *rows: str) -> Path:
    accounts = (
        "household,account,kind,owner,tax_return,method\n"
        "home,brokerage,taxable,self,,FIFO\n"
        "home,other,taxable,self,,FIFO\n"
        "home,ira,traditional_ira,self,,FIFO\n"
    )
    return book(tmp_path / "book", "".join(rows), header=HEADER, accounts=accounts)


def test_26_usc_356_boot_is_told_block_by_block_over_all_accounts(tmp_path: Path) -> None:
    """Ten at 10 and ten at 40; each gets 5 in cash and half a share worth 60: 35 a share."""
    merger = {"account": "", "to_symbol": "NEW", "ratio": "0.5", "cash": "5", "fmv": "60"}
    books = folder(
        tmp_path,
        row("a", "2022-01-03", "BUY", "10", price="10"),
        row("b", "2022-02-01", "BUY", "10", price="40", account="other"),
        row("c", "2022-02-01", "BUY", "10", price="40", account="ira"),
        row("m", "2024-03-01", "MERGER", **merger),
    )

    story = explained(books, "m")

    gained, lost = story["pieces"]
    boot = one(gained["because"], "boot")
    assert "50.00 + 300.00 - 100.00 = 250.00, recognized up to the cash: 50.00" in boot["text"]
    assert boot["basis_after"] == "100.00"
    assert "26 USC 356(a)(1)" in boot["cites"]
    assert "26 USC 358(a)(1)" in boot["cites"]
    assert boot["rows"][0]["id"] == "m"
    assert one(gained["because"], "result")["text"] == "Gain: 50.00 - 0.00 + 0.00 = 50.00"
    boot = one(lost["because"], "boot")
    assert "50.00 + 300.00 - 400.00 = -50.00, a loss, which is not recognized" in boot["text"]
    assert boot["basis_after"] == "350.00"
    assert lost["account"] == "other"
    assert one(lost["because"], "result")["gain"] == "0.00"
    assert story["gain"] == "50.00"
    (deferred,) = story["lots"]
    assert deferred["lot_id"] == "c"
    told = one(deferred["because"], "boot")["text"]
    assert told.endswith("The account is tax-deferred: nothing of it is realized.")


def test_a_later_sale_shows_its_lot_through_every_action(tmp_path: Path) -> None:
    """100 for 5,000: a tenth to a spin-off, 2 a share of capital back, then half sold."""
    spun = {"to_symbol": "SPUN", "basis_fraction": "0.1"}
    books = folder(
        tmp_path,
        row("a", "2022-01-03", "BUY", "100", price="50"),
        row("s", "2022-06-01", "SPINOFF", "25", **spun),
        row("r", "2022-07-01", "RETURN_OF_CAPITAL", amount="200"),
        row("x", "2022-08-01", "CLASS_EXCHANGE", to_symbol="ABCB", ratio="2"),
        row("t", "2023-09-01", "SELL", "100", price="30", symbol="ABCB"),
    )

    (piece,) = explained(books, "t")["pieces"]

    names = [step["step"] for step in piece["because"]]
    assert names[:4] == ["opened", "basis_divided", "capital_returned", "exchanged"]
    divided, returned, exchanged = piece["because"][1:4]
    assert "5000.00 x 0.1 = 500.00; 5000.00 - 500.00 = 4500.00 stays" in divided["text"]
    assert "26 USC 358(b)(2)" in divided["cites"]
    assert "4500.00 - 200.00 = 4300.00" in returned["text"]
    assert "26 USC 301(c)(2)" in returned["cites"]
    assert "100 ABC in brokerage became 200 ABCB" in exchanged["text"]
    assert one(piece["because"], "basis")["cost_basis"] == piece["cost_basis"] == "2150.00"


def test_shares_that_were_spun_off_know_where_their_basis_comes_from(tmp_path: Path) -> None:
    """By value: 25 at 20 beside 100 at 45, a tenth of the basis."""
    books = folder(
        tmp_path,
        row("a", "2022-01-03", "BUY", "100", price="50"),
        row("s", "2022-06-01", "SPINOFF", "25", to_symbol="SPUN", fmv="500", price="45"),
        row("t", "2022-09-01", "SELL", "25", price="30", symbol="SPUN"),
    )

    (piece,) = explained(books, "t")["pieces"]

    divided = one(piece["because"], "basis_divided")
    assert "by value, 500.00 of 500.00 + 4500.00 = 5000.00" in divided["text"]
    assert divided["new_basis"] == piece["cost_basis"] == "500.00"


def test_26_usc_301_c_3_capital_beyond_the_basis_is_gain_and_the_rest_is_told(
    tmp_path: Path,
) -> None:
    books = folder(
        tmp_path,
        row("a", "2022-01-03", "BUY", "10", price="1"),
        row("b", "2022-02-01", "BUY", "10", price="5"),
        row("r", "2023-07-03", "RETURN_OF_CAPITAL", amount="40"),
    )

    story = explained(books, "r")

    (piece,) = story["pieces"]
    told = one(piece["because"], "capital_returned")
    assert told["text"].endswith("20.00 - 10.00 = 10.00 exceeds it and is gain.")
    assert "26 USC 301(c)(3)" in told["cites"]
    assert one(piece["because"], "result")["text"] == "Gain: 10.00 - 0.00 + 0.00 = 10.00"
    (other,) = story["lots"]
    assert other["lot_id"] == "b"
    assert "50.00 - 20.00 = 30.00" in one(other["because"], "capital_returned")["text"]


def test_26_usc_165_g_a_worthless_share_is_sold_on_the_last_day_of_the_year(
    tmp_path: Path,
) -> None:
    books = folder(
        tmp_path,
        row("a", "2023-03-01", "BUY", "10", price="20"),
        row("w", "2024-02-15", "WORTHLESS"),
        row("b", "2024-12-20", "BUY", "4", price="1"),
    )

    story = explained(books, "w", "--as-of", "2025-03-01")

    sale = one(story["because"], "sale")
    assert sale["sold_date"] == "2024-12-31"
    assert "26 USC 165(g)(1)" in sale["cites"]
    (piece,) = story["pieces"]
    window = one(piece["because"], "window")
    assert (window["window_start"], window["window_end"]) == ("2024-12-01", "2025-01-30")
    assert one(piece["because"], "replaced")["replacement_lot_id"] == "b"
    assert one(piece["because"], "term")["term"] == piece["term"] == "LT"


def test_a_liquidation_takes_lots_first_in_first_out_whatever_the_account_s_method(
    tmp_path: Path,
) -> None:
    accounts = "household,account,kind,owner,method\nhome,brokerage,taxable,self,HIFO\n"
    rows = (
        row("a", "2023-01-05", "BUY", "10", price="50")
        + row("b", "2023-03-05", "BUY", "10", price="80")
        + row("l", "2024-03-05", "LIQUIDATION", "10", cash="600")
    )
    books = book(tmp_path / "book", rows, header=HEADER, accounts=accounts)

    story = explained(books, "l")

    assert one(story["because"], "identification")["method"] == "FIFO"
    (piece,) = story["pieces"]
    assert piece["lot_id"] == "a"
    assert one(piece["because"], "basis")["cost_basis"] == piece["cost_basis"] == "500.00"


def test_a_taxable_merger_is_a_sale_and_opens_a_lot(tmp_path: Path) -> None:
    terms = {"to_symbol": "NEW", "ratio": "0.5", "cash": "50", "fmv": "300", "taxable": "true"}
    books = folder(
        tmp_path,
        row("a", "2022-01-03", "BUY", "10", price="10"),
        row("m", "2024-03-01", "MERGER", **terms),
    )

    story = explained(books, "m")

    sale = one(story["because"], "sale")
    assert "5 NEW worth 300.00 and 50.00 in cash, together 350.00" in sale["text"]
    (piece,) = story["pieces"]
    assert piece["gain"] == one(piece["because"], "result")["gain"] == "250.00"
    (opened,) = story["lots"]
    assert opened["lot_id"] == "m"
    assert "5 NEW, basis 300.00" in one(opened["because"], "opened")["text"]


def test_shares_distributed_as_a_dividend_open_a_lot_at_their_value(tmp_path: Path) -> None:
    terms = {"to_symbol": "PREF", "fmv": "75", "taxable": "true"}
    books = folder(
        tmp_path,
        row("a", "2022-01-03", "BUY", "10", price="10"),
        row("d", "2024-03-01", "STOCK_DIVIDEND", "5", **terms),
    )

    story = explained(books, "d")

    assert story["lot_id"] == "d"
    opened = one(story["because"], "opened")
    assert "5 PREF, taxed at their value, which is their basis: 75.00" in opened["text"]
    assert "26 USC 305(b)" in opened["cites"]


def test_an_action_without_gain_says_what_it_did_to_each_lot(tmp_path: Path) -> None:
    spun = {"account": "", "to_symbol": "SPUN", "ratio": "1/4", "basis_fraction": "0.2"}
    books = folder(
        tmp_path,
        row("a", "2022-01-03", "BUY", "100", price="50"),
        row("b", "2022-01-04", "BUY", "3", price="50", account="other"),
        row("s", "2022-06-01", "SPINOFF", **spun),
    )

    story = explained(books, "s")

    assert [lot["lot_id"] for lot in story["lots"]] == ["a", "b"]
    first, second = (one(lot["because"], "basis_divided") for lot in story["lots"])
    assert (first["new_quantity"], first["new_basis"]) == ("25", "1000.00")
    assert (second["new_quantity"], second["new_basis"]) == ("0.75", "30.00")
    text = taxlots("explain", books, "s").out
    assert text.startswith("SPINOFF s: ABC in brokerage, other on 2022-06-01")
    assert "ratio 1/4, basis fraction 0.2" in text


def test_reg_1_307_1_a_right_that_lapses_gives_its_basis_back(tmp_path: Path) -> None:
    """Rights worth 20 on stock worth 100 take a sixth of the basis, until they lapse."""
    rights = {"to_symbol": "ABCR", "fmv": "20", "price": "10"}
    books = folder(
        tmp_path,
        row("a", "2022-01-03", "BUY", "10", price="6"),
        row("r", "2022-06-01", "RIGHTS", "10", **rights),
        row("e", "2022-07-01", "EXPIRE", symbol="ABCR"),
    )

    story = explained(books, "e")

    (piece,) = story["pieces"]
    assert one(piece["because"], "basis_divided")["new_basis"] == "10.00"
    lapsed = one(piece["because"], "basis")
    assert "The 10.00 that were allocated to it go back" in lapsed["text"]
    assert lapsed["cites"] == ["Treas. Reg. 1.307-1(a)"]
    assert one(piece["because"], "result")["gain"] == "0.00"


def test_a_loss_that_waits_goes_on_through_an_exchange(tmp_path: Path) -> None:
    books = folder(
        tmp_path,
        row("a", "2024-01-02", "BUY", "20", price="10"),
        row("s", "2024-03-01", "SELL", "10", price="8"),
        row("x", "2024-03-05", "MERGER", to_symbol="NEW", ratio="0.5"),
        row("b", "2024-03-11", "BUY", "5", price="16", symbol="NEW"),
    )

    (piece,) = explained(books, "s")["pieces"]

    names = [step["step"] for step in piece["because"]]
    assert names.index("window") < names.index("exchanged") < names.index("replaced")
    assert steps(piece["because"], "replaced")[0]["disallowed"] == "20.00"
