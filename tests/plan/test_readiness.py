"""What bars a position, and how it is listed."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.plan.situations import World, account, reasons

from taxlots.domain.verdict import Reason
from taxlots.plan.harvest import plan
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.readiness import (
    LISTED,
    MENDINGS,
    NEVER_HARVESTED,
    OF_POSITIONS,
    Finding,
    NotReady,
    barred_by,
    not_ready,
    not_ready_counts,
)
from taxlots.reports.readiness import READINESS_COLUMNS, readiness_counts, readiness_rows


def world() -> World:
    """Two lots of ABC and one of XYZ, all with losses; one of ABC in the IRA too."""
    w = World({"ABC": "8", "XYZ": "8"}, proxies=[("ABC", "XYZ")])
    w.lot("one", 100, "ABC", 1000)
    w.lot("two", 100, "ABC", 1100)
    w.lot("other", 100, "XYZ", 1200)
    w.lot("deferred", 100, "ABC", 1000, where="ira")
    return w


def finding(reason: Reason, account: str = "main", symbol: str = "ABC", n: int = 1) -> Finding:
    return Finding(
        account=account, symbol=symbol, reason=reason, source=f"file {n}", remedy=f"Mend {n}."
    )


def planned(w: World, *findings: Finding) -> HarvestPlan:
    situation = w.situation()
    return plan(replace(situation, barred=barred_by(findings, situation.lots) | w.barred))


def listed(w: World, *findings: Finding) -> list[tuple[str, str, str, int]]:
    proposal = planned(w, *findings)
    found = not_ready(proposal.verdicts, findings, proposal.accounts)
    return [(one.account, one.symbol, str(one.reason), one.lots) for one in found]


def test_a_position_with_a_finding_is_not_harvested_and_the_others_are_looked_at() -> None:
    found = reasons(planned(world(), finding(Reason.LOT_BREAK)))
    assert (found["one"], found["two"]) == (Reason.LOT_BREAK, Reason.LOT_BREAK)
    assert found["other"] is not Reason.LOT_BREAK
    assert found["deferred"] is Reason.TAX_DEFERRED


def test_the_first_reason_in_the_order_of_the_codes_is_the_verdict() -> None:
    both = (finding(Reason.DATA_NOT_THROUGH), finding(Reason.LOT_BREAK))
    assert reasons(planned(world(), *both))["one"] is Reason.LOT_BREAK


def test_every_reason_of_a_position_is_listed_with_the_lots_that_it_bars() -> None:
    both = (finding(Reason.DATA_NOT_THROUGH), finding(Reason.LOT_BREAK))
    w = world()
    w.lot("no-basis", 5, "ABC", 0, basis_status="unknown")
    assert listed(w, *both) == [
        ("main", "ABC", "BASIS_UNKNOWN", 1),
        ("main", "ABC", "LOT_BREAK", 3),
        ("main", "ABC", "DATA_NOT_THROUGH", 3),
    ]


def test_several_findings_of_one_reason_are_one_row_that_names_them_all() -> None:
    two = (finding(Reason.LOT_BREAK, n=1), finding(Reason.LOT_BREAK, n=2))
    proposal = planned(world(), *two)
    (row,) = readiness_rows(not_ready(proposal.verdicts, two, proposal.accounts))
    assert tuple(row) == READINESS_COLUMNS
    assert row == {
        "household": "home",
        "account": "main",
        "symbol": "ABC",
        "lots": "2",
        "reason": "LOT_BREAK",
        "source": "file 1; file 2",
        "remedy": "Mend 1. Mend 2.",
    }


def test_a_position_that_is_never_harvested_or_is_not_held_is_not_listed() -> None:
    nobody = [
        finding(Reason.DATA_NOT_THROUGH, "ira"),
        finding(Reason.LOT_BREAK, symbol="GONE"),
    ]
    assert not listed(world(), *nobody)


def test_a_lot_that_two_accounts_hold_is_listed_in_both() -> None:
    """A part of a lot that moved to another account stays of its lot, and waits with it."""
    w = world()
    w.lot("one", 50, "ABC", 500, where="joint")
    assert listed(w, finding(Reason.LOT_BREAK)) == [
        ("main", "ABC", "LOT_BREAK", 2),
        ("joint", "ABC", "LOT_BREAK", 1),
    ]


def test_stale_and_missing_prices_are_listed_with_what_to_do() -> None:
    w = world()
    w.stale.add("ABC")
    w.prices = {"ABC": "8"}
    assert listed(w) == [("main", "ABC", "STALE_PRICE", 2), ("main", "XYZ", "NO_PRICE", 1)]


def test_rows_stand_in_the_order_of_the_accounts_then_symbol_then_reason() -> None:
    w = world()
    w.accounts["earlier"] = account("earlier", household="away")
    w.accounts = {"earlier": w.accounts["earlier"]} | w.accounts
    w.lot("away", 1, "XYZ", 100, where="earlier")
    found = (
        finding(Reason.OTHER_METHOD),
        finding(Reason.LOT_BREAK),
        finding(Reason.LOT_BREAK, "earlier", "XYZ"),
    )
    assert [row[:3] for row in listed(w, *found)] == [
        ("earlier", "XYZ", "LOT_BREAK"),
        ("main", "ABC", "LOT_BREAK"),
        ("main", "ABC", "OTHER_METHOD"),
    ]


def test_a_reason_that_is_listed_says_where_it_comes_from_and_what_to_do() -> None:
    assert LISTED - set(MENDINGS) == OF_POSITIONS
    assert not LISTED & NEVER_HARVESTED
    assert all(one.source and one.remedy.endswith(".") for one in MENDINGS.values())


@given(
    counts=st.dictionaries(
        st.tuples(st.sampled_from(["main", "ira"]), st.sampled_from("AB"), st.sampled_from(Reason)),
        st.integers(1, 9),
    ),
    findings=st.lists(
        st.builds(
            finding,
            st.sampled_from(sorted(LISTED - set(MENDINGS))),
            st.sampled_from(["main", "ira"]),
            st.sampled_from("AB"),
        )
    ),
)
def test_counts_are_of_what_the_verdicts_say(
    counts: dict[tuple[str, str, Reason], int], findings: list[Finding]
) -> None:
    rows: tuple[NotReady, ...] = not_ready_counts(
        counts, findings, (account("main"), account("ira"))
    )
    keys = [(one.account, one.symbol, one.reason) for one in rows]
    assert len(keys) == len(set(keys)), "one row for each position and reason"
    for one in rows:
        if one.reason in MENDINGS:
            assert one.lots == counts[one.account, one.symbol, one.reason]
    told = readiness_counts(rows)
    assert sum(told["by_reason"].values()) == len(rows)
    assert told["positions_not_ready"] == len({key[:2] for key in keys})
    assert told["by_reason"] == Counter(str(one.reason) for one in rows)
