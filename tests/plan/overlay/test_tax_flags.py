"""What the law makes of an overlay: 26 USC 1256, 1259, 1092, 1233(b) and 1091(a) from the lots."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import Cells, write_book
from tests.official_books import book_of

from taxlots.book.booking import Books
from taxlots.domain.money import SHARE
from taxlots.plan.overlay.ledger_flags import flags_from_ledger
from taxlots.plan.overlay.tax_flags import (
    FlagCode,
    HeldLot,
    OverlayKind,
    OverlayPosition,
    TaxFlag,
    overlap,
    tax_flags,
)
from taxlots.workflows.replay import replay

DAY = date(2025, 6, 30)


def lot(name: str, symbol: str, value: int, basis: int | None, since: str, **more: str) -> HeldLot:
    return HeldLot(
        lot_id=name,
        symbol=symbol,
        value_cents=value * 100,
        basis_cents=None if basis is None else basis * 100,
        holding_period=date.fromisoformat(since),
        **more,
    )


HELD = [
    lot("old", "ABC", 10_000, 4_000, "2020-01-06"),
    lot("young", "ABC", 5_000, 4_500, "2025-02-03"),
    lot("loss", "ABC", 5_000, 6_000, "2025-02-03"),
    lot("fund", "IDX", 90_000, 50_000, "2020-01-06", index="BIG 500"),
]


def same(acquired: str, sold: str) -> bool:
    return acquired == sold


def position(kind: OverlayKind, *, is_short: bool = True, **fields: object) -> OverlayPosition:
    stated = {"symbol": "HEDGE", "underlying": "ABC", "day": DAY}
    return OverlayPosition(kind=kind, is_short=is_short, **(stated | fields))


def by_code(flags: tuple[TaxFlag, ...]) -> dict[FlagCode, TaxFlag]:
    return {flag.code: flag for flag in flags}


@pytest.mark.parametrize(
    ("kind", "authority"),
    [
        (OverlayKind.SHORT_SALE, "26 USC 1259(c)(1)(A)"),
        (OverlayKind.SWAP, "26 USC 1259(c)(1)(B)"),
        (OverlayKind.FUTURE, "26 USC 1259(c)(1)(C)"),
        (OverlayKind.FORWARD, "26 USC 1259(c)(1)(C)"),
    ],
)
def test_1259_c_1_a_short_contract_on_appreciated_lots_is_a_sale(
    kind: OverlayKind, authority: str
) -> None:
    """6,000 and 500 of gain; the lot at a loss has not appreciated.  Closed by January 30."""
    flag = by_code(tax_flags(position(kind), HELD, same))[FlagCode.CONSTRUCTIVE_SALE]
    assert flag.authority == authority
    assert flag.lots == ("old", "young")
    assert flag.gain_cents == 6_500_00
    assert flag.until == date(2026, 1, 30)
    assert "through 2026-03-30" in flag.because


def test_1259_only_a_deep_option_may_be_a_constructive_sale() -> None:
    deep = position(OverlayKind.OPTION, delta=-0.95, is_put=True)
    shallow = position(OverlayKind.OPTION, delta=-0.4, is_put=True)
    assert FlagCode.CONSTRUCTIVE_SALE_POSSIBLE in by_code(tax_flags(deep, HELD, same))
    assert FlagCode.CONSTRUCTIVE_SALE_POSSIBLE not in by_code(tax_flags(shallow, HELD, same))


def test_1233_b_a_put_ends_the_holding_period_of_young_lots() -> None:
    put = position(OverlayKind.OPTION, delta=-0.4, is_put=True)
    flag = by_code(tax_flags(put, HELD, same))[FlagCode.PERIOD_SUSPENDED]
    assert flag.lots == ("young", "loss")
    call = position(OverlayKind.OPTION, delta=0.4)
    assert FlagCode.PERIOD_SUSPENDED not in by_code(tax_flags(call, HELD, same))


def test_1256_a_index_future_is_marked_and_60_40_and_a_mixed_straddle_with_its_fund() -> None:
    future = position(
        OverlayKind.FUTURE, underlying="BIG 500", index="BIG 500", is_1256=True, members={"IDX": 1}
    )
    flags = by_code(tax_flags(future, HELD, same))
    assert flags[FlagCode.SECTION_1256].until == date(2025, 12, 31)
    assert "60 percent" in flags[FlagCode.SECTION_1256].because
    assert flags[FlagCode.CONSTRUCTIVE_SALE_POSSIBLE].lots == ("fund",)
    assert flags[FlagCode.CONSTRUCTIVE_SALE_POSSIBLE].gain_cents == 40_000_00
    assert flags[FlagCode.MIXED_STRADDLE].authority.endswith("1256(d)")


def test_reg_1_246_5_c_1_70_percent_of_a_portfolio_position_make_a_straddle() -> None:
    """25 stocks of 100 each: 17 held in full and one by half match 70 percent; 17 match 68."""
    members = {f"S{n}": 100.0 for n in range(25)}
    full = [lot(f"l{n}", f"S{n}", 100, 50, "2020-01-06") for n in range(17)]
    half = lot("half", "S20", 50, 50, "2020-01-06")
    short = position(OverlayKind.FUTURE, underlying="BASKET", members=members)
    assert overlap(members, {f"S{n}": 100.0 for n in range(17)}) == pytest.approx(0.68)
    assert FlagCode.STRADDLE not in by_code(tax_flags(short, full, same))
    flag = by_code(tax_flags(short, [*full, half], same))[FlagCode.STRADDLE]
    assert "70%" in flag.because
    assert len(flag.lots) == 18


def test_1092_c_a_protective_put_makes_a_straddle_of_every_lot_of_its_stock() -> None:
    """Lots at a gain, at a loss, young and old: 1092(a) and (c) know no difference."""
    put = position(OverlayKind.OPTION, delta=-0.4, is_put=True)
    flag = by_code(tax_flags(put, HELD, same))[FlagCode.STRADDLE]
    assert flag.authority == "26 USC 1092(a), (c)"
    assert flag.lots == ("old", "young", "loss")
    assert "qualified" not in flag.because
    assert FlagCode.STRADDLE not in by_code(tax_flags(put, HELD[3:], same)), "another stock"


@pytest.mark.parametrize("delta", [0.3, 0.6, 0.97])
def test_1092_c_4_a_written_call_may_be_a_qualified_covered_one(delta: float) -> None:
    """Whether it is depends on strikes that are listed: it is flagged with what would except it.

    One that is deep in the money never qualifies, and may be a constructive sale besides.
    """
    call = position(OverlayKind.OPTION, delta=delta)
    flags = by_code(tax_flags(call, HELD, same))
    assert "26 USC 1092(c)(4)" in flags[FlagCode.STRADDLE].because
    assert "with no put beside it" in flags[FlagCode.STRADDLE].because
    assert (FlagCode.CONSTRUCTIVE_SALE_POSSIBLE in flags) is (delta >= 0.9)


def test_1092_c_both_legs_of_a_collar_are_flagged() -> None:
    """The call of a collar is part of a larger straddle: 1092(c)(4)(A)(ii) does not except it."""
    put = position(OverlayKind.OPTION, symbol="PUT", delta=-0.3, is_put=True)
    call = position(OverlayKind.OPTION, symbol="CALL", delta=0.3)
    for leg in (put, call):
        assert FlagCode.STRADDLE in by_code(tax_flags(leg, HELD, same))


def test_1256_d_a_written_index_call_is_no_covered_call_but_a_mixed_straddle() -> None:
    call = position(OverlayKind.OPTION, delta=0.4, is_1256=True)
    flag = by_code(tax_flags(call, HELD, same))[FlagCode.MIXED_STRADDLE]
    assert flag.authority == "26 USC 1092(b)(2), 1256(d)"
    assert "1092(c)(4)" not in flag.because


def test_reg_1_246_5_c_1_a_put_on_a_fund_meets_the_stocks_that_it_holds() -> None:
    """A fund of 20 issuers counts from 70 percent on, one of 19 for whatever is held of them."""
    held = [lot(f"l{n}", f"S{n}", 100, 50, "2020-01-06") for n in range(13)]
    for issuers, is_flagged in ((20, False), (19, True), (18, True)):
        fund = position(
            OverlayKind.OPTION,
            underlying="FUND",
            is_put=True,
            delta=-0.4,
            members={f"S{n}": 100.0 for n in range(issuers)},
        )
        assert (FlagCode.STRADDLE in by_code(tax_flags(fund, held, same))) is is_flagged
    one_more = [*held, lot("more", "S13", 100, 50, "2020-01-06")]
    twenty = position(
        OverlayKind.OPTION,
        underlying="FUND",
        is_put=True,
        delta=-0.4,
        members={f"S{n}": 100.0 for n in range(20)},
    )
    assert "70%" in by_code(tax_flags(twenty, one_more, same))[FlagCode.STRADDLE].because


def test_1259_only_as_much_as_is_offset_is_sold_oldest_lots_first() -> None:
    """12,000 dollars short: the old lot of 10,000 whole, and 2,000 of 5,000 of the young one."""
    short = position(OverlayKind.SWAP, dollars=12_000.0)
    flag = by_code(tax_flags(short, HELD, same))[FlagCode.CONSTRUCTIVE_SALE]
    assert flag.gain_cents == 6_000_00 + 500_00 * 2 // 5


def test_an_index_of_which_few_members_are_known_is_a_portfolio() -> None:
    """Three of 500 members, 15 percent of the position: no more than that can be matched."""
    members = {"ABC": 5_000.0, "XYZ": 10_000.0}
    short = position(OverlayKind.FUTURE, underlying="BIG", dollars=100_000.0, members=members)
    assert short.is_on_portfolio
    assert tax_flags(short, HELD, same) == ()
    alone = position(OverlayKind.FUTURE, underlying="BIG", dollars=15_000.0, members=members)
    assert by_code(tax_flags(alone, HELD, same))[FlagCode.STRADDLE].lots == ("old", "young", "loss")


def test_1091_a_a_call_on_what_was_sold_at_a_loss_replaces_it() -> None:
    call = position(OverlayKind.OPTION, is_short=False, delta=0.5)
    flags = tax_flags(call, [], same, ["ABC", "XYZ"])
    assert by_code(flags)[FlagCode.WASH_SALE].because.count("ABC") == 2
    assert tax_flags(call, [], same, ["XYZ"]) == ()


def test_a_long_position_beside_a_long_holding_offsets_nothing() -> None:
    assert tax_flags(position(OverlayKind.FUTURE, is_short=False), HELD, same) == ()


@given(
    st.dictionaries(st.sampled_from("ABCDEF"), st.floats(0.01, 1e6), min_size=1),
    st.dictionaries(st.sampled_from("ABCDEF"), st.floats(0, 1e6)),
    st.floats(1, 10),
)
def test_overlap_is_a_part_of_one_and_grows_with_holdings(
    members: dict[str, float], held: dict[str, float], factor: float
) -> None:
    part = overlap(members, held)
    assert 0 <= part <= 1 + 1e-12
    more = {name: value * factor for name, value in held.items()}
    assert overlap(members, more) >= part - 1e-12
    assert overlap(members, members) == pytest.approx(1)


ROWS: list[Cells] = [
    {"id": "ira", "date": "2022-03-01", "account": "IRA", "action": "BUY", "qty": "10"}
    | {"price": "20"},
    {"id": "old", "date": "2022-03-01", "account": "A1", "action": "BUY", "qty": "10"}
    | {"price": "20"},
    {"id": "dear", "date": "2025-06-02", "account": "A1", "action": "BUY", "qty": "10"}
    | {"price": "60"},
    {"id": "sale", "date": "2025-06-20", "account": "A1", "action": "SELL", "qty": "5"}
    | {"price": "50", "lots": [{"lot": "dear", "qty": "5"}]},
]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    folder: Path = tmp_path_factory.mktemp("flags") / "book"
    accounts = [
        {"id": "A1", "type": "taxable", "owner": "self"},
        {"id": "IRA", "type": "ira", "owner": "self"},
    ]
    return replay(str(write_book(book_of(ROWS, accounts=accounts), folder)), as_of=DAY)


def closes(price: int) -> Callable[[str], int | None]:
    return lambda _: price * SHARE


def tax_return_of(books: Books) -> str:
    return next(a.tax_return for a in books.record.accounts if a.id == "A1")


def test_flags_of_a_ledger_know_its_taxable_lots_and_waiting_losses(books: Books) -> None:
    short = position(OverlayKind.SHORT_SALE, underlying="X")
    flags = by_code(flags_from_ledger(books, short, tax_return_of(books), closes(50)))
    assert flags[FlagCode.CONSTRUCTIVE_SALE].lots == ("old",)
    assert flags[FlagCode.CONSTRUCTIVE_SALE].gain_cents == 300_00
    assert flags[FlagCode.PERIOD_SUSPENDED].lots == ("dear",)
    long = position(OverlayKind.OPTION, underlying="X", is_short=False)
    (wash,) = flags_from_ledger(books, long, tax_return_of(books), closes(50))
    assert wash.code is FlagCode.WASH_SALE


def test_without_a_close_no_gain_is_known(books: Books) -> None:
    short = position(OverlayKind.SHORT_SALE, underlying="X")
    flags = by_code(flags_from_ledger(books, short, tax_return_of(books), lambda _: None))
    assert FlagCode.CONSTRUCTIVE_SALE not in flags
    assert FlagCode.STRADDLE in flags
