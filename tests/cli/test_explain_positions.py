"""``taxlots explain`` of short sales, options and average basis."""

from pathlib import Path

from tests.cli.explaining import explained, one, steps
from tests.cli.running import book, taxlots

HEADER = (
    "id,date,account,symbol,action,quantity,price,amount,cash,lots,method,origin,single_account\n"
)
COLUMNS = HEADER.strip().split(",")
SECURITIES = """symbol,kind,multiplier,underlying,put_call,strike,expiry
ABC,stock,,,,,
FND,mutual_fund,,,,,
CALL,option,100,ABC,call,60,2025-06-20
PUT,option,100,ABC,put,50,2025-06-20
"""


def row(name: str, day: str, action: str, quantity: str = "", **cells: str) -> str:
    given = {"account": "brokerage", "symbol": "ABC"} | cells
    given |= {"id": name, "date": day, "action": action, "quantity": quantity}
    return ",".join(given.get(column, "") for column in COLUMNS) + "\n"


def folder(tmp_path: Path, *rows: str) -> Path:
    made = book(tmp_path / "book", "".join(rows), header=HEADER)
    (made / "securities.csv").write_text(SECURITIES, encoding="utf-8")
    return made


def test_26_usc_1091_e_a_cover_at_a_loss_is_told_with_the_short_sale_that_replaces_it(
    tmp_path: Path,
) -> None:
    """20 sold short at 70, closed at 75; 10 sold short again two weeks later, closed at 60."""
    books = folder(
        tmp_path,
        row("h1", "2024-07-01", "SELL_SHORT", "20", price="70"),
        row("c1", "2024-08-01", "BUY_TO_COVER", "20", price="75"),
        row("h2", "2024-08-15", "SELL_SHORT", "10", price="72"),
        row("c2", "2024-10-01", "BUY_TO_COVER", "10", price="60"),
    )

    (piece,) = explained(books, "c1")["pieces"]
    because = piece["because"]
    assert one(because, "proceeds")["proceeds"] == "1400.00"
    assert one(because, "basis")["cost_basis"] == "1500.00"
    assert one(because, "window")["cites"] == ["26 USC 1091(e)"]
    assert one(because, "replaced")["replacement_lot_id"] == "h2"
    assert one(because, "result")["text"] == "Gain: 1400.00 - 1500.00 + 50.00 = -50.00"

    (piece,) = explained(books, "c2")["pieces"]
    took = one(piece["because"], "took_over_loss")
    assert (took["sale_id"], took["disallowed"]) == ("c1", "50.00")
    cost = one(piece["because"], "basis")
    assert "with the deferred loss of c1, 600.00 + 50.00 = 650.00" in cost["text"]
    assert one(piece["because"], "term")["term"] == "ST"
    assert one(piece["because"], "result")["gain"] == piece["gain"] == "70.00"


def test_a_short_lot_is_explained_like_a_lot(tmp_path: Path) -> None:
    books = folder(
        tmp_path,
        row("h", "2024-07-01", "SELL_SHORT", "20", price="70"),
        row("c", "2024-08-01", "BUY_TO_COVER", "5", price="60"),
    )

    story = explained(books, "h")

    assert [step["step"] for step in story["because"]] == ["opened", "closed"]
    assert story["open"][0]["proceeds"] == "1050.00"
    assert "Short lot h: ABC; 1 open part" in taxlots("explain", books, "h").out


def test_26_usc_1233_b_and_1259_what_a_short_sale_does_to_shares_that_are_held(
    tmp_path: Path,
) -> None:
    """Held at 50 for half a year, shorted at 70: a gain of 200, then a period that starts anew."""
    books = folder(
        tmp_path,
        row("a", "2024-01-02", "BUY", "30", price="50"),
        row("h", "2024-07-01", "SELL_SHORT", "10", price="70"),
        row("c", "2025-05-01", "BUY_TO_COVER", "10", price="65"),
        row("s", "2025-08-01", "SELL", "30", price="80"),
    )

    story = explained(books, "h", "--as-of", "2024-12-31")
    (piece,) = story["pieces"]
    deemed = one(piece["because"], "constructive_sale")
    assert "700.00 - 500.00 = 200.00" in deemed["text"]
    assert "26 USC 1259(a)(1)" in deemed["cites"]
    assert "closed by 2025-01-30" in one(piece["because"], "status")["text"]
    assert [lot["lot_id"] for lot in story["lots"]] == ["h"]

    (effect,) = explained(books, "c")["lots"]
    assert effect["lot_id"] == "a"
    restarted = one(effect["because"], "holding_period_restarted")
    assert (restarted["quantity"], restarted["holding_period_date"]) == ("10", "2025-05-01")
    assert restarted["cites"] == ["26 USC 1233(b)"]

    pieces = explained(books, "s")["pieces"]
    terms = [one(piece["because"], "term") for piece in pieces]
    assert {term["term"] for term in terms} == {"ST", "LT"}
    anew = next(term for term in terms if term["term"] == "ST")
    assert "for a short sale made the period start anew" in anew["text"]
    assert anew["holding_period_date"] == "2025-05-01"


def test_a_delivery_takes_its_term_from_the_day_of_the_short_sale(tmp_path: Path) -> None:
    books = folder(
        tmp_path,
        row("a", "2024-01-02", "BUY", "10", price="80"),
        row("h", "2024-07-01", "SELL_SHORT", "10", price="70"),
        row("d", "2025-05-01", "CLOSE_SHORT_BY_DELIVERY", "10"),
    )

    (piece,) = explained(books, "d")["pieces"]

    term = one(piece["because"], "term")
    assert term["term"] == piece["term"] == "ST"
    assert "the short sale opened on 2024-07-01; they were not long-term then" in term["text"]
    complete = one(piece["because"], "complete_when_opened")
    assert complete["complete_on"] == "2024-07-01"
    assert complete["cites"] == ["Treas. Reg. 1.1091-1(g)"]
    assert one(piece["because"], "result")["gain"] == "-100.00"


def test_rev_rul_78_182_the_premium_of_a_written_call_goes_into_the_proceeds(
    tmp_path: Path,
) -> None:
    books = folder(
        tmp_path,
        row("a", "2023-01-05", "BUY", "100", price="50"),
        row("o", "2024-04-01", "WRITE_OPTION", "1", symbol="CALL", price="3"),
        row("x", "2024-05-01", "ASSIGN", "1", symbol="CALL"),
    )

    story = explained(books, "x")

    premium = one(story["because"], "premium")
    assert "6000.00 + 300.00 (the premium received) = 6300.00" in premium["text"]
    assert "Rev. Rul. 78-182" in premium["cites"]
    assert one(story["because"], "contracts")["lot_id"] == "o"
    assert one(story["because"], "sale")["proceeds"] == "6300.00"
    assert story["gain"] == "1300.00"


def test_the_basis_of_an_exercised_put_comes_off_the_proceeds(tmp_path: Path) -> None:
    books = folder(
        tmp_path,
        row("a", "2023-01-05", "BUY", "100", price="40"),
        row("o", "2024-04-01", "BUY_OPTION", "1", symbol="PUT", price="2"),
        row("x", "2024-05-01", "EXERCISE", "1", symbol="PUT"),
    )

    story = explained(books, "x")

    assert (
        "5000.00 - 200.00 (the basis of the puts) = 4800.00"
        in (one(story["because"], "premium")["text"])
    )
    assert story["gain"] == "800.00"


def test_the_premium_of_a_call_goes_into_the_stock_that_it_brings(tmp_path: Path) -> None:
    books = folder(
        tmp_path,
        row("o", "2024-04-01", "BUY_OPTION", "1", symbol="CALL", price="3"),
        row("x", "2024-05-01", "EXERCISE", "1", symbol="CALL"),
    )

    opened = one(explained(books, "x")["because"], "opened")
    assert "6000.00 + 300.00 (the basis of the calls) = basis 6300.00" in opened["text"]
    left = one(explained(books, "o")["because"], "left")
    assert "the premium goes into the stock" in left["text"]


def test_an_option_that_expires_is_sold_or_closed_for_nothing(tmp_path: Path) -> None:
    books = folder(
        tmp_path,
        row("b", "2024-04-01", "BUY_OPTION", "1", symbol="CALL", price="3"),
        row("w", "2024-04-01", "WRITE_OPTION", "2", symbol="PUT", price="1"),
        row("e1", "2025-06-20", "EXPIRE", symbol="CALL"),
        row("e2", "2025-06-20", "EXPIRE", symbol="PUT"),
    )

    held, owed = explained(books, "e1"), explained(books, "e2")

    assert held["gain"] == "-300.00"
    assert owed["gain"] == "200.00"
    assert "at no cost" in one(owed["because"], "sale")["text"]
    (piece,) = owed["pieces"]
    assert one(piece["because"], "proceeds")["proceeds"] == "200.00"


def test_reg_1_1012_1_e_an_average_is_told_as_the_pool_over_its_units(tmp_path: Path) -> None:
    """100 at 10 and 10 at 12: 1,120 on 110; the named lot does not count."""
    books = folder(
        tmp_path,
        row("f1", "2023-04-06", "BUY", "100", symbol="FND", price="10"),
        row("el", "2023-05-01", "ELECT_AVERAGE", symbol="FND"),
        row("f2", "2023-05-06", "REINVEST", "10", symbol="FND", price="12"),
        row("s", "2024-03-01", "SELL", "50", symbol="FND", price="15", lots="f1:40;f2:10"),
    )

    story = explained(books, "s")

    order = one(story["because"], "identification")
    assert order["method"] == "AVERAGE"
    assert "el elected it on 2023-05-01" in order["text"]
    assert "(f1:40;f2:10) do not count" in order["text"]
    (piece,) = story["pieces"]
    basis = one(piece["because"], "basis")
    assert "1120.00 x 50 / 110" in basis["text"]
    assert basis["cost_basis"] == piece["cost_basis"] == "509.09"
    assert "Treas. Reg. 1.1012-1(e)(7)(i)" in basis["cites"]

    elected = explained(books, "el")
    (effect,) = elected["lots"]
    assert effect["lot_id"] == "f1"
    assert "100 of it are in the average-basis pool" in one(effect["because"], "pooled")["text"]


def test_the_rounding_of_averages_is_a_decision_that_matters(tmp_path: Path) -> None:
    books = folder(
        tmp_path,
        row("f1", "2023-04-06", "BUY", "100", symbol="FND", price="10"),
        row("el", "2023-05-01", "ELECT_AVERAGE", symbol="FND"),
        row("f2", "2023-05-06", "REINVEST", "10", symbol="FND", price="12"),
        row("s", "2024-03-01", "SELL", "50", symbol="FND", price="15"),
    )

    (decision,) = explained(books, "s")["decisions"]
    assert decision["field"] == "average_rounding"
    assert "With cents: basis 509.00 instead of 509.09" in decision["text"]


def test_what_settles_a_pool_is_a_step_of_its_own(tmp_path: Path) -> None:
    books = folder(
        tmp_path,
        row("f1", "2023-04-06", "BUY", "100", symbol="FND", price="10"),
        row("el", "2023-05-01", "ELECT_AVERAGE", symbol="FND"),
        row("f2", "2023-05-06", "REINVEST", "10", symbol="FND", price="12"),
        row("g", "2023-06-01", "GIFT_OUT", "20", symbol="FND"),
    )

    settled = one(explained(books, "f1")["because"], "average_settled")

    assert "a basis of 1000.00 now have 1018.18" in settled["text"]
    gift = explained(books, "g")
    assert [lot["lot_id"] for lot in gift["lots"]] == ["f1", "f2"]
    assert steps(gift["lots"][0]["because"], "left")
