"""Readiness of a book: whose data end too early, who relieves otherwise, and whose lots differ."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.cli.custodian_files import Rows, lots_of, open_lots_file
from tests.cli.running import book, database, taxlots
from tests.engine_adapter import record_of
from tests.histories import Cells, History

from taxlots.book.booking import Books
from taxlots.book.standing_methods import standing_methods
from taxlots.domain.harvest_rule import HarvestRule
from taxlots.domain.method import ReliefMethod
from taxlots.domain.problem import UsageError
from taxlots.domain.verdict import Reason
from taxlots.ledger.reference import accounts_from
from taxlots.plan.readiness import Finding
from taxlots.workflows.harvest import harvest, situation_of
from taxlots.workflows.readiness import findings_of, lot_findings, lots_files
from taxlots.workflows.replay import replay, replay_record

DAY = date(2024, 12, 20)
STOCKS = [{"symbol": name, "kind": "stock"} for name in ("ABC", "XYZ")]
FUND = {"symbol": "FUND", "kind": "mutual_fund"}


def account(name: str, **fields: str) -> Cells:
    default = {"household": "H", "kind": "taxable", "owner": "self", "tax_return": "R"}
    return {"account": name, **default, **fields}


def bought(account_id: str, symbol: str, name: str = "") -> Cells:
    return {
        "id": name or f"{account_id}-{symbol}",
        "date": "2023-03-01",
        "account": account_id,
        "action": "BUY",
        "symbol": symbol,
        "quantity": "10",
        "price": "60",
    }


def books(accounts: Sequence[Cells], rows: Sequence[Cells]) -> Books:
    record = record_of(History(list(accounts), [*STOCKS, FUND], [], {}, list(rows)))
    typed, problems = accounts_from(accounts)
    assert not problems
    return replay_record(replace(record, accounts=typed), as_of=DAY)


def found(of: Books, rule: HarvestRule | None = None) -> set[tuple[str, str, Reason]]:
    return {(one.account, one.symbol, one.reason) for one in findings(of, rule)}


def findings(of: Books, rule: HarvestRule | None = None) -> tuple[Finding, ...]:
    return findings_of(of, rule or HarvestRule(), situation_of(of)[0].lots)


class TestKnownThrough:
    """A purchase that is not known yet may wash a loss: whose data end too early waits."""

    def household(self, **late: str) -> Books:
        """Mine, my spouse's and an IRA hold ABC, and a child's account XYZ."""
        accounts = [
            account("mine"),
            account("hers", owner="spouse"),
            account("ira", kind="traditional_ira"),
            account("kid", owner="child", tax_return="kid"),
        ]
        for cells in accounts:
            cells["data_through"] = late.get(cells["account"], DAY.isoformat())
        rows = [bought(name, "ABC") for name in ("mine", "hers", "ira")] + [bought("kid", "XYZ")]
        return books(accounts, rows)

    def test_data_through_the_day_bar_nothing(self) -> None:
        assert not findings(self.household())

    def test_nor_do_data_of_which_no_end_is_stated(self) -> None:
        assert not findings(self.household(mine="", hers=""))

    @pytest.mark.parametrize("late", ["mine", "hers", "ira"])
    def test_one_late_account_holds_its_whole_party_up(self, late: str) -> None:
        of = self.household(**{late: "2024-12-19"})
        assert {name for name, _, _ in found(of)} == {"mine", "hers", "ira"}
        one, *_ = findings(of)
        assert one.source == f"accounts: {late} is known through 2024-12-19"
        assert f"Import the transactions of {late} through 2024-12-20" in one.remedy

    def test_a_childs_late_account_holds_up_the_child_alone(self) -> None:
        assert found(self.household(kid="2024-12-19")) == {("kid", "XYZ", Reason.DATA_NOT_THROUGH)}

    @pytest.mark.parametrize(("days", "waits"), [(3, True), (4, False)])
    def test_some_days_may_be_allowed(self, days: int, waits: bool) -> None:
        of = self.household(mine="2024-12-16")
        assert bool(found(of, HarvestRule(data_age_days=days))) is waits


class TestMethods:
    """The custodian relieves by its own method unless lots are named in time."""

    def test_the_same_method_bars_nothing_and_another_one_does(self) -> None:
        rows = [bought("mine", "ABC")]
        for theirs, waits in (("FIFO", False), ("HIFO", True), ("", False)):
            of = books([account("mine", custodian_method=theirs)], rows)
            assert bool(found(of)) is waits
        one, *_ = findings(books([account("mine", custodian_method="HIFO")], rows))
        assert one.reason is Reason.OTHER_METHOD
        assert one.source == "accounts: custodian_method is HIFO, and the book relieves by FIFO"

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [("HIFO", "HIGHEST_COST"), ("HIGHEST_COST", "HIFO"), ("MINTAX", "IBKR_MSL")],
    )
    def test_one_order_under_two_names_is_one_method(self, ours: str, theirs: str) -> None:
        of = books([account("mine", method=ours, custodian_method=theirs)], [bought("mine", "ABC")])
        assert not found(of)

    def test_a_security_has_its_own_where_the_custodian_names_it(self) -> None:
        rows = [bought("mine", "ABC"), bought("mine", "XYZ")]
        of = books([account("mine", custodian_method="FIFO;XYZ:LIFO")], rows)
        assert found(of) == {("mine", "XYZ", Reason.OTHER_METHOD)}

    def test_a_later_standing_order_of_the_book_counts(self) -> None:
        set_method = {
            "id": "m",
            "date": "2024-02-01",
            "account": "mine",
            "action": "SET_METHOD",
            "method": "HIFO",
        }
        rows = [bought("mine", "ABC"), bought("mine", "XYZ"), set_method | {"symbol": "XYZ"}]
        of = books([account("mine", custodian_method="FIFO;XYZ:HIFO")], rows)
        assert standing_methods(of).of(("mine", "XYZ")) is ReliefMethod.HIFO
        assert not found(of)
        whole = books([account("mine", custodian_method="HIFO")], [*rows[:2], set_method])
        assert not found(whole)

    def test_1_1012_1_e_an_average_is_that_of_fund_shares(self) -> None:
        elected = {
            "id": "e",
            "date": "2023-01-02",
            "account": "mine",
            "action": "ELECT_AVERAGE",
            "symbol": "FUND",
        }
        rows = [bought("mine", "ABC"), bought("mine", "FUND")]
        told = account("mine", custodian_method="AVERAGE")
        assert found(books([told], rows)) == {("mine", "FUND", Reason.OTHER_METHOD)}
        assert not found(books([told], [elected, *rows]))

    def test_a_custodians_method_that_is_none_is_an_error(self) -> None:
        cells = [account("mine", custodian_method="FIFO;XYZ:BEST")]
        _, (problem,) = accounts_from(cells)
        assert (problem.where, problem.code) == (
            "accounts.csv:2:custodian_method",
            "UNKNOWN_METHOD",
        )


def test_a_database_and_a_partition_keep_the_custodians_methods(tmp_path: Path) -> None:
    accounts = (
        "household,account,kind,owner,method,custodian_method\n"
        "home,brokerage,taxable,self,FIFO,FIFO;XYZ:HIFO\n"
    )
    path = book(tmp_path / "book", ROWS, accounts=accounts)
    url = database(tmp_path / "book.db")
    assert taxlots("import", url, path).status == 0
    assert taxlots("partition", url, "--out", tmp_path / "parts").status == 0
    (table,) = (tmp_path / "parts").glob("*/accounts.parquet")
    cells = pq.read_table(table).to_pylist()
    methods = (("", ReliefMethod.FIFO), ("XYZ", ReliefMethod.HIFO))
    assert accounts_from(cells)[0][0].custodian_methods == methods
    assert replay(url).record.accounts[0].custodian_methods == methods


ROWS = """t1,2024-01-05,brokerage,ABC,BUY,10,,1000.00,,,,
t2,2024-02-05,brokerage,ABC,BUY,10,,2000.00,,,,
t3,2024-02-05,brokerage,XYZ,BUY,10,,2000.00,,,,
"""
CHANGES: dict[str, Callable[[Rows], None]] = {
    "nothing": lambda _lots: None,
    "a cent": lambda lots: lots[0].update(cost_basis="1000.01"),
    "a basis": lambda lots: lots[0].update(cost_basis="900.00"),
    "a lot less": lambda lots: lots.remove(lots[-1]),
}


class TestLots:
    """A position whose lots the custodian lists otherwise is not harvested."""

    def files(self, folder: Path, change: str, day: date = DAY) -> tuple[Path, Path]:
        """A book, and the custodian's list of its ABC with one change."""
        path = book(folder / "book", ROWS)
        lots = [lot for lot in lots_of(path) if lot["symbol"] == "ABC"]
        CHANGES[change](lots)
        return path, open_lots_file(folder, lots, "ABC", day)

    def told(
        self, folder: Path, change: str, *, day: date = DAY, harvest: str = ""
    ) -> list[tuple[str, str, Reason]]:
        path, listed = self.files(folder, change, day)
        (path / "book.toml").write_text(f'name = "Test"\n[harvest]\n{harvest}')
        of = replay(str(path), as_of=DAY)
        told = lot_findings(str(path), of, [("brokerage", listed)])
        return [(one.account, one.symbol, one.reason) for one in told]

    def test_equal_lots_bar_nothing(self, tmp_path: Path) -> None:
        assert not self.told(tmp_path, "nothing")

    @pytest.mark.parametrize("change", ["a cent", "a basis", "a lot less"])
    def test_whatever_differs_bars_the_position(self, change: str, tmp_path: Path) -> None:
        assert set(self.told(tmp_path, change)) == {("brokerage", "ABC", Reason.LOT_BREAK)}

    def test_a_tolerance_allows_what_rounding_makes(self, tmp_path: Path) -> None:
        assert not self.told(tmp_path / "one", "a cent", harvest="lot_tolerance = 0.01\n")
        assert self.told(tmp_path / "two", "a basis", harvest="lot_tolerance = 0.01\n")

    def test_a_list_of_a_later_day_says_nothing_of_this_one(self, tmp_path: Path) -> None:
        assert not self.told(tmp_path, "a basis", day=date(2024, 12, 21))

    def test_lots_that_a_database_keeps_are_compared_without_being_named(
        self, tmp_path: Path
    ) -> None:
        path, listed = self.files(tmp_path, "a basis")
        url = database(tmp_path / "book.db")
        assert taxlots("import", url, path).status == 0
        assert not lot_findings(url, replay(url, as_of=DAY))
        assert taxlots("import", url, listed, "--account", "brokerage").status == 0
        (one,) = lot_findings(url, replay(url, as_of=DAY))
        assert one.reason is Reason.LOT_BREAK
        assert one.source.startswith("lots of schwab of 2024-12-20: ")
        assert one.remedy

    def test_a_night_compares_the_lots_that_the_database_keeps(self, tmp_path: Path) -> None:
        """The lists travel with the partitions: what one household gets, a night gets too."""
        path, listed = self.files(tmp_path, "a basis")
        closes = "date,symbol,close\n2024-12-20,ABC,50\n2024-12-20,XYZ,50\n"
        (path / "prices.csv").write_text(closes)
        url = database(tmp_path / "book.db")
        assert taxlots("import", url, path).status == 0
        assert taxlots("import", url, listed, "--account", "brokerage").status == 0
        parts, night = tmp_path / "parts", tmp_path / "night"
        assert taxlots("partition", url, "--out", parts).status == 0
        words = ("--as-of", DAY, "--workers", 1, "--out", night)
        assert taxlots("batch", parts, *words).status == 0
        verdicts = pq.read_table(next(night.glob("*/verdicts.parquet"))).to_pylist()
        assert {row["lot_id"]: row["reason"] for row in verdicts} == {
            "t1": "LOT_BREAK",
            "t2": "LOT_BREAK",
            "t3": "NO_REPLACEMENT",
        }
        (row,) = pq.read_table(next(night.glob("*/readiness.parquet"))).to_pylist()
        plan = harvest(url, as_of=DAY).not_ready
        assert [(row["reason"], row["source"])] == [(str(p.reason), p.source) for p in plan]

    def test_an_older_list_is_compared_with_the_lots_of_its_own_day(self, tmp_path: Path) -> None:
        """In January only t1 was held, and the custodian lists it alone."""
        path = book(tmp_path / "book", ROWS)
        lots = [lot for lot in lots_of(path) if lot["lot_id"] == "t1"]
        listed = open_lots_file(tmp_path, lots, "ABC", date(2024, 1, 31))
        assert not lot_findings(str(path), replay(str(path), as_of=DAY), [("brokerage", listed)])

    def test_the_brokers_own_view_of_the_same_lots_is_no_break(self, tmp_path: Path) -> None:
        """A loss that a purchase in the spouse's account washes is not in a broker's basis."""
        rows = (
            "b1,2024-01-05,brokerage,ABC,BUY,10,,1000.00,,,,\n"
            "s1,2024-06-03,brokerage,ABC,SELL,10,,700.00,,,,\n"
            "b2,2024-06-10,joint,ABC,BUY,10,,800.00,,,,\n"
        )
        accounts = (
            "household,account,kind,owner,tax_return,method\n"
            "home,brokerage,taxable,self,,FIFO\nhome,joint,taxable,joint,,FIFO\n"
        )
        path = book(tmp_path / "book", rows, accounts=accounts)
        (lot,) = lots_of(path)
        assert lot["cost_basis"] == "1100.00"
        as_broker = [lot | {"cost_basis": "800.00"}]
        listed = open_lots_file(tmp_path, as_broker, "ABC", DAY)
        of = replay(str(path), as_of=DAY)
        assert not lot_findings(str(path), of, [("joint", listed)])
        otherwise = open_lots_file(tmp_path, [lot | {"cost_basis": "750.00"}], "ABC", DAY)
        assert lot_findings(str(path), of, [("joint", otherwise)])

    def test_a_wrong_call_is_told(self, tmp_path: Path) -> None:
        path, listed = self.files(tmp_path, "nothing")
        of = replay(str(path), as_of=DAY)
        with pytest.raises(UsageError, match="no account 'other'"):
            lot_findings(str(path), of, [("other", listed)])
        with pytest.raises(UsageError, match="lists no open lots"):
            lot_findings(str(path), of, [("brokerage", path / "transactions.csv")])
        with pytest.raises(UsageError, match="is not there"):
            lot_findings(str(path), of, [("brokerage", tmp_path / "missing.csv")])
        with pytest.raises(UsageError, match="is not ACCOUNT=FILE"):
            lots_files(["lots.csv"])
        assert lots_files(["a=b=c.csv"]) == [("a", Path("b=c.csv"))]
