"""Which piece of a sale is which row of a form: one example for each likeness."""

import time

from taxlots.workflows.reconcile_matching import Matched, Row, match_rows, recognized

SHARE = 10**8
PLACE = ("A1", "ABC")
JAN, FEB, SOLD = 19_728, 19_759, 19_900


def line(
    days: int | tuple[int, ...] | None = JAN,
    shares: float = 10,
    proceeds: int = 100,
    basis: int | None = 80,
    **more: object,
) -> Row:
    told = () if days is None else days if isinstance(days, tuple) else (days,)
    cells = {"place": PLACE, "sold": SOLD, "disallowed_cents": 0, **more}
    return Row(
        days=told,
        quantity=round(shares * SHARE),
        proceeds_cents=proceeds,
        basis_cents=basis,
        **cells,  # type: ignore[arg-type]
    )


def groups(
    ours: list[Row], theirs: list[Row]
) -> set[tuple[tuple[int, ...], tuple[int, ...], bool]]:
    found = match_rows(ours, theirs)
    assert sorted(at for one in found for at in one.ours) == list(range(len(ours)))
    assert sorted(at for one in found for at in one.theirs) == list(range(len(theirs)))
    return {(one.ours, one.theirs, one.is_rest) for one in found}


def test_equal_rows_meet_whatever_their_order() -> None:
    ours = [line(JAN), line(FEB), line(JAN, basis=70)]

    assert groups(ours, [ours[2], ours[0], ours[1]]) == {
        ((0,), (1,), False), ((1,), (2,), False), ((2,), (0,), False),
    }  # fmt: skip


def test_the_custodian_s_numbers_are_believed_before_amounts() -> None:
    ours = [line(numbers=("x-1", "x-9")), line(numbers=("x-2", "x-9"))]
    theirs = [line(numbers=("x-2", "x-9")), line(numbers=("x-1", "x-9"), basis=1)]

    assert groups(ours, theirs) == {((0,), (1,), False), ((1,), (0,), False)}


def test_the_start_of_the_holding_period_is_a_day_of_purchase_too() -> None:
    assert groups([line((FEB, JAN))], [line(JAN)]) == {((0,), (0,), False)}


def test_several_pieces_are_one_row_and_one_piece_several_rows() -> None:
    ours = [line(JAN, 4, 40, 30), line(JAN, 6, 60, 50), line(FEB, 10)]
    theirs = [line(JAN, 10), line(FEB, 3, 30, 24), line(FEB, 7, 70, 56)]

    assert groups(ours, theirs) == {((0, 1), (0,), False), ((2,), (1, 2), False)}


def test_a_row_of_various_days_takes_what_a_sale_brings() -> None:
    ours = [line(JAN, 4, 40, 30, sale="s"), line(FEB, 6, 60, 50, sale="s")]

    assert groups(ours, [line(None, 10, 100, 80)]) == {((0, 1), (0,), False)}


def test_a_row_without_a_quantity_takes_what_brings_as_much() -> None:
    ours = [line(JAN, 4, 40, 30, sale="s"), line(FEB, 6, 60, 50, sale="t")]

    assert groups(ours, [line(None, 0, 60, 50)]) == {((1,), (0,), False), ((0,), (), False)}


def test_days_a_settlement_apart_meet() -> None:
    assert groups([line(JAN)], [line(JAN + 3, sold=SOLD + 2)]) == {((0,), (0,), False)}
    assert groups([line(JAN)], [line(FEB, sold=SOLD + 40)]) == {
        ((0,), (), False),
        ((), (0,), False),
    }


def test_what_is_left_of_a_day_stands_together() -> None:
    assert groups([line(JAN, 4), line(JAN, 6)], [line(FEB, 5), line(FEB, 5)]) == {
        ((0, 1), (0, 1), True)
    }


def test_another_account_or_security_never_meets() -> None:
    assert groups([line()], [line(place=("A2", "ABC"))]) == {((0,), (), False), ((), (0,), False)}


def test_a_security_is_recognized_by_its_sales_unless_they_contradict() -> None:
    ours = [line(), line(place=("A1", "XYZ"), proceeds=7)]
    named = [line(place=("A1", "ALFA CORP")), line(place=("A1", "BETA"), proceeds=7)]
    both = [line(place=("A1", "ALFA CORP")), line(place=("A1", "ALFA CORP"), proceeds=7)]

    assert dict(recognized(ours, named, ["ALFA CORP", "BETA"])) == {
        "ALFA CORP": "ABC", "BETA": "XYZ",
    }  # fmt: skip
    assert dict(recognized(ours, both, ["ALFA CORP", "ALFA CORP"])) == {}


def test_fifty_thousand_rows_of_one_security_grow_with_their_number_alone() -> None:
    """Ten times the rows may take ten times as long, with room for a loaded machine: not 100."""

    def seconds(count: int) -> float:
        ours = [
            line(JAN + n % 90, 1 + n % 7, 100 + n, 80, sold=SOLD + n % 250) for n in range(count)
        ]
        theirs = [
            line(JAN + n % 90, 1 + n % 5, 100 + n, 81, sold=SOLD + n % 250) for n in range(count)
        ]
        start = time.process_time()
        found: list[Matched] = match_rows(ours, theirs)
        assert found
        return time.process_time() - start

    assert seconds(50_000) < 40 * max(seconds(5_000), 0.01)
