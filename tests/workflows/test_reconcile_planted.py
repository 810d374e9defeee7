"""Each type of break, planted into a form that agrees with the book: it alone is found and named.

The types are those that reconciliation desks know.  Amounts in the comments are dollars.
"""

from taxlots.book.form_8949 import form_8949_rows
from taxlots.domain.money import dollars
from taxlots.reports.tie_out import Status, Tie, TieOut
from taxlots.workflows.reconcile_pairs import pairs_with_form

from .planted_1099b import YEAR, Sale, planted, row, sales, tied_out


def the_break(found: TieOut, cause: str, symbol: str) -> Tie:
    """The one break of a tie-out, which must be of this type and security."""
    assert [(tie.cause, tie.symbol) for tie in found.breaks] == [(cause, symbol)]
    (tie,) = found.breaks
    assert tie.because
    assert tie.what_to_do
    return tie


def form_8949(found: TieOut, symbol: str) -> list[tuple[str, str | None, str, str, str | None]]:
    """Box, columns (e), (f), (g) and (h) of the rows of a security, made from the actual form."""
    made = pairs_with_form(found)
    rows = form_8949_rows(made.pairs, found.views.taxpayer, YEAR, told=made.told)
    return [
        (
            one.box,
            None if one.basis_cents is None else dollars(one.basis_cents),
            one.codes,
            dollars(one.adjustment_cents),
            None if one.gain_cents is None else dollars(one.gain_cents),
        )
        for one in rows
        if one.symbol == symbol
    ]


def test_the_form_as_it_ought_to_be_has_no_break() -> None:
    found = tied_out(sales())

    assert found.breaks == ()
    assert {tie.status for tie in found.ties} == {Status.MATCHED}


def test_method_mismatch() -> None:
    """The broker sold by LIFO: the lot of 12 February 2024, which cost 600, short-term."""

    def change(rows: list[Sale]) -> None:
        rows[0].update(
            dateAcquired="2024-02-12", costBasis=600, longOrShort="SHORT", checkboxOnForm8949="A"
        )

    found = planted("CHOICE", change)

    assert "LIFO" in the_break(found, "METHOD_MISMATCH", "CHOICE").because
    # The book sold what cost 500 in 2020: 100 less basis, and long-term.
    assert form_8949(found, "CHOICE") == [("D", "600.00", "BT", "100.00", "300.00")]


def test_optimizer_lots() -> None:
    """The broker's optimizer sold the short-term loss: the lot of 10 January 2024."""

    def change(rows: list[Sale]) -> None:
        rows[0].update(
            dateAcquired="2024-01-10", costBasis=850, longOrShort="SHORT", checkboxOnForm8949="A"
        )

    found = planted("CHOICE", change)

    assert "MINTAX" in the_break(found, "OPTIMIZER_LOTS", "CHOICE").because


def test_initialized_lot() -> None:
    """The broker keeps as one lot of 31 December 2021 what was bought twice."""

    def change(rows: list[Sale]) -> list[Sale]:
        whole = row(
            rows[0],
            numberOfShares=20,
            dateAcquired="2021-12-31",
            costBasis=420,
            salesPrice=500,
        )
        return [whole]

    tie = the_break(planted("BLOB", change), "INITIALIZED_LOT", "BLOB")

    assert (len(tie.ours), len(tie.theirs)) == (2, 1)


def test_missing_basis() -> None:
    """The form has no basis for a covered security."""
    found = planted("BARE", lambda rows: [row(rows[0], costBasis=None)])

    the_break(found, "MISSING_BASIS", "BARE")
    assert form_8949(found, "BARE") == [("E", "300.00", "", "0.00", "50.00")]


def test_missing_basis_that_is_printed_as_nothing() -> None:
    """Brokers print 0.00 where they know no basis."""
    found = planted("BARE", lambda rows: [row(rows[0], costBasis=0)])

    assert "0.00" in the_break(found, "MISSING_BASIS", "BARE").because
    # The IRS was told 0.00, so that it stays in column (e).
    assert form_8949(found, "BARE") == [("D", "0.00", "B", "-300.00", "50.00")]


def test_corp_action_fmv() -> None:
    """The broker gave the spin-off a tenth of the basis; it was a fifth."""

    def change(rows: list[Sale]) -> None:
        rows[0]["costBasis"] = 360

    found = planted("PARENT", change)

    assert "SPINOFF" in the_break(found, "CORP_ACTION_FMV", "PARENT").because
    assert form_8949(found, "PARENT") == [("D", "360.00", "B", "40.00", "130.00")]


def test_wash_adjustment() -> None:
    """The broker missed the purchase of 10 April, which replaced the shares sold on the 1st."""
    found = planted("WASH", lambda rows: [row(rows[0], washSaleLossDisallowed=None)])

    the_break(found, "WASH_ADJUSTMENT", "WASH")
    assert form_8949(found, "WASH") == [("A", "1000.00", "W", "200.00", "0.00")]


def test_return_of_capital() -> None:
    """The broker did not lower the basis by the 30 of December 2023."""

    def change(rows: list[Sale]) -> None:
        rows[0]["costBasis"] = 250

    found = planted("FUND", change)

    assert "capital-1" in the_break(found, "RETURN_OF_CAPITAL", "FUND").because
    assert form_8949(found, "FUND") == [("D", "250.00", "B", "30.00", "50.00")]


def test_gift_or_inherit() -> None:
    """The broker took the value on the day of the gift for the basis; the donor's was 150."""

    def change(rows: list[Sale]) -> None:
        rows[0]["costBasis"] = 400

    the_break(planted("GIFT", change), "GIFT_OR_INHERIT", "GIFT")


def test_drip_rounding() -> None:
    """The broker keeps three decimals of what was reinvested."""

    def change(rows: list[Sale]) -> None:
        rows[0].update(numberOfShares=1.234, costBasis=24.68)

    the_break(planted("DRIP", change), "DRIP_ROUNDING", "DRIP")


def test_trade_vs_settle_date() -> None:
    """The broker reports the settlement of the sale."""

    def change(rows: list[Sale]) -> None:
        rows[0]["dateOfSale"] = "2024-06-12"

    the_break(planted("TRADE", change), "TRADE_VS_SETTLE_DATE", "TRADE")


def test_trade_vs_settle_date_of_the_purchase() -> None:
    """The broker reports the settlement of the purchase, over a weekend."""

    def change(rows: list[Sale]) -> None:
        rows[0]["dateAcquired"] = "2021-03-09"

    the_break(planted("TRADE", change), "TRADE_VS_SETTLE_DATE", "TRADE")


def test_avg_cost_vs_actual() -> None:
    """The broker averages two lots that cost 100 and 300."""

    def change(rows: list[Sale]) -> None:
        for one in rows:
            one["costBasis"] = 200

    found = planted("EVEN", change)

    assert {(tie.cause, tie.symbol) for tie in found.breaks} == {("AVG_COST_VS_ACTUAL", "EVEN")}
    assert form_8949(found, "EVEN") == [
        ("D", "200.00", "B", "100.00", "150.00"),
        ("D", "200.00", "B", "-100.00", "-50.00"),
    ]


def test_fee_in_basis() -> None:
    """The broker leaves the commission of 9.95 out of the basis."""

    def change(rows: list[Sale]) -> None:
        rows[0]["costBasis"] = 450

    assert "9.95" in the_break(planted("FEE", change), "FEE_IN_BASIS", "FEE").because


def test_fee_in_proceeds() -> None:
    """The broker reports the proceeds before the commission of 4.95: code E corrects it."""

    def change(rows: list[Sale]) -> None:
        rows[0]["salesPrice"] = 480

    found = planted("FEE", change)

    assert "4.95" in the_break(found, "FEE_IN_BASIS", "FEE").because
    assert form_8949(found, "FEE") == [("D", "459.95", "E", "-4.95", "15.10")]


def test_transfer_pending() -> None:
    """Sold three weeks after the transfer, before its basis came."""
    found = planted("MOVED", lambda rows: [row(rows[0], costBasis=None)])

    the_break(found, "TRANSFER_PENDING", "MOVED")


def test_total_ok_lots_differ() -> None:
    """Two lots of other days and other basis, with the same 220 in all."""

    def change(rows: list[Sale]) -> None:
        rows[0].update(dateAcquired="2021-08-03", costBasis=90)
        rows[1].update(dateAcquired="2021-09-07", costBasis=130)

    the_break(planted("TOTAL", change), "TOTAL_OK_LOTS_DIFFER", "TOTAL")


def test_total_ok_where_two_lots_exchange_their_basis() -> None:
    def change(rows: list[Sale]) -> None:
        rows[0]["costBasis"], rows[1]["costBasis"] = 104, 116

    found = planted("TOTAL", change)

    assert {tie.cause for tie in found.breaks} == {"TOTAL_OK_LOTS_DIFFER"}
    assert {tie.symbol for tie in found.breaks} == {"TOTAL"}


def test_term_differs() -> None:
    def change(rows: list[Sale]) -> None:
        rows[0].update(longOrShort="SHORT", checkboxOnForm8949="A")

    found = planted("TERM", change)

    the_break(found, "TERM_DIFFERS", "TERM")
    assert form_8949(found, "TERM") == [("D", "100.00", "T", "0.00", "20.00")]


def test_a_sale_that_the_form_lacks() -> None:
    rows = [one for one in sales() if one["securityName"] != "TERM"]
    found = tied_out(rows)

    the_break(found, "UNMATCHED_OURS", "TERM")
    # Nothing was reported: box F.
    assert form_8949(found, "TERM") == [("F", "100.00", "", "0.00", "20.00")]


def test_a_sale_that_the_book_lacks() -> None:
    rows = sales()
    found = tied_out([*rows, row(rows[0], dateOfSale="2024-11-04", securityName="OTHER")])

    the_break(found, "UNMATCHED_THEIRS", "OTHER")


def test_what_no_cause_fits_is_said_to_be_unexplained() -> None:
    def change(rows: list[Sale]) -> None:
        rows[0]["costBasis"] = 77.77

    the_break(planted("TERM", change), "UNEXPLAINED", "TERM")


def test_several_lots_in_one_row_with_various_dates_agree() -> None:
    def change(rows: list[Sale]) -> list[Sale]:
        return [
            row(
                rows[0],
                numberOfShares=20,
                dateAcquired=None,
                variousDatesAcquired=True,
                costBasis=400,
                salesPrice=500,
            )
        ]

    found = planted("EVEN", change)

    assert found.breaks == ()
    assert [len(tie.ours) for tie in found.ties if tie.symbol == "EVEN"] == [2]
    assert form_8949(found, "EVEN") == [
        ("D", "100.00", "", "0.00", "150.00"),
        ("D", "300.00", "", "0.00", "-50.00"),
    ]


def test_one_lot_in_several_rows_agrees() -> None:
    def change(rows: list[Sale]) -> list[Sale]:
        part = row(rows[0], numberOfShares=4, salesPrice=48, costBasis=40)
        return [part, row(part, numberOfShares=6, salesPrice=72, costBasis=60)]

    found = planted("TERM", change)

    assert found.breaks == ()
    assert [len(tie.theirs) for tie in found.ties if tie.symbol == "TERM"] == [2]


def test_a_security_that_is_not_covered_may_be_told_without_its_basis() -> None:
    """Boxes 1b, 1e, 1g and 2 may be blank where box 5 is checked: the law, and box E."""

    def change(rows: list[Sale]) -> list[Sale]:
        blank = dict.fromkeys(("costBasis", "dateAcquired", "longOrShort", "checkboxOnForm8949"))
        return [row(rows[0], noncoveredSecurity=True, basisReported=False, **blank)]

    found = planted("TERM", change)

    # The book has it covered, so that the broker ought to have reported the basis.
    the_break(found, "MISSING_BASIS", "TERM")
    assert form_8949(found, "TERM") == [("E", "100.00", "", "0.00", "20.00")]
