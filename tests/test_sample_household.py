"""The wash sales of the sample household, worked out by hand.

Every expected amount is computed here from prices, shares and commissions as they stand in
``ledger/sample/transactions.csv``; none is copied from an engine.
"""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from tests.auditor.book import Book
from tests.auditor.engine import Audit, audit

from taxlots.workflows.replay import write_replay

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "ledger" / "sample"
CENT = Decimal("0.01")

Row = dict[str, str]


def read(name: str, folder: Path = SAMPLE) -> list[Row]:
    with (folder / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def cost(shares: str, price: str, fees: str = "0") -> Decimal:
    return cents(Decimal(shares) * Decimal(price) + Decimal(fees))


def proceeds(shares: str, price: str, fees: str = "0") -> Decimal:
    return cents(Decimal(shares) * Decimal(price) - Decimal(fees))


def part(amount: Decimal, shares: str, of: str) -> Decimal:
    return cents(amount * Decimal(shares) / Decimal(of))


@dataclass(frozen=True, kw_only=True)
class Wash:
    """One match: of ``of`` shares sold at a ``loss``, ``shares`` were replaced."""

    kind: str
    sale: str
    loss_lot: str
    replacement: str
    account: str
    loss: Decimal
    shares: str
    of: str
    permanent: bool = False

    @property
    def disallowed(self) -> Decimal:
        return part(self.loss, self.shares, self.of)


FIRST_LUV = cost("80", "60.33", "4.95") - proceeds("80", "49.58", "4.95")

WASH_SALES = [
    Wash(
        kind="across accounts",
        sale="s2016-0029",
        loss_lot="s2016-0008",
        replacement="s2016-0050",
        account="fidelity-taxable",
        # A reinvested 0.1486 share is sold with the 120: the proceeds are spread over both.
        loss=cost("120", "50.12", "8.95")
        - part(proceeds("120.1486", "37.51", "8.95"), "120", "120.1486"),
        shares="120",
        of="120",
    ),
    Wash(
        kind="bought before the sale",
        sale="s2016-0038",
        loss_lot="s2016-0007",
        replacement="s2016-0026",
        account="fidelity-taxable",
        loss=cost("40", "141.07", "7.95") - proceeds("40", "108.63", "7.95"),
        shares="40",
        of="40",
    ),
    Wash(
        kind="into the spouse's account, partial",
        sale="s2016-0100",
        loss_lot="s2016-0009",
        replacement="s2016-0108",
        account="spouse-taxable",
        loss=cost("100", "47.00", "7.95") - proceeds("100", "33.36", "7.95"),
        shares="60",
        of="100",
    ),
    Wash(
        kind="partial, in one account",
        sale="s2018-0050",
        loss_lot="s2016-0063",
        replacement="s2018-0056",
        account="schwab-taxable",
        loss=cost("100", "85.43", "8.95") - proceeds("100", "73.50", "4.95"),
        shares="40",
        of="100",
    ),
    Wash(
        kind="by dividend reinvestment",
        sale="s2018-0163",
        loss_lot="s2016-0075",
        replacement="s2018-0157",
        account="schwab-taxable",
        # Half of a lot of 200.
        loss=part(cost("200", "39.55", "8.95"), "100", "200") - proceeds("100", "30.36", "4.95"),
        shares="4.9684",
        of="100",
    ),
    Wash(
        kind="first of a chain",
        sale="s2018-0164",
        loss_lot="s2018-0122",
        replacement="s2018-0178",
        account="joint-taxable",
        loss=FIRST_LUV,
        shares="80",
        of="80",
    ),
    Wash(
        kind="second of a chain, across the year's end",
        sale="s2018-0209",
        loss_lot="s2018-0178",
        replacement="s2019-0005",
        account="joint-taxable",
        # The replacement's basis holds the first loss.
        loss=cost("80", "52.49", "4.95") + FIRST_LUV - proceeds("80", "44.40", "4.95"),
        shares="80",
        of="80",
    ),
    Wash(
        kind="into the IRA",
        sale="s2018-0208",
        loss_lot="s2016-0054",
        replacement="s2019-0006",
        account="trad-ira",
        # The whole position is sold, 161.7087 shares; the lot of 100 is relieved first.
        loss=cost("100", "72.75", "8.95")
        - part(proceeds("161.7087", "36.20", "4.95"), "100", "161.7087"),
        shares="100",
        of="100",
        permanent=True,
    ),
    Wash(
        kind="by dividend reinvestment in the IRA, before the sale",
        sale="s2020-0055",
        loss_lot="s2019-0207",
        replacement="s2020-0054",
        account="trad-ira",
        loss=cost("150", "20.16") - proceeds("150", "8.15"),
        shares="4.294",
        of="150",
        permanent=True,
    ),
    Wash(
        kind="another symbol of the identical group",
        sale="s2020-0064",
        loss_lot="s2020-0046",
        replacement="s2020-0072",
        account="joint-taxable",
        loss=cost("8", "1524.87") - proceeds("8", "1091.19"),
        shares="5",
        of="8",
    ),
    Wash(
        kind="bought back in two fills of one order",
        sale="s2020-0065",
        loss_lot="s2018-0012",
        replacement="s2020-0078",
        account="fidelity-taxable",
        loss=cost("60", "112.47", "4.95") - proceeds("60", "88.80"),
        shares="60",
        of="60",
    ),
    Wash(
        kind="a 4-for-1 split between sale and repurchase",
        sale="s2020-0206",
        loss_lot="s2020-0201",
        replacement="s2020-0212",
        account="spouse-taxable",
        # 80 new shares stand for 20 old ones.
        loss=cost("30", "305.67") - proceeds("30", "297.68"),
        shares="20",
        of="30",
    ),
    Wash(
        kind="shares that vest",
        sale="s2020-0211",
        loss_lot="s2020-0038",
        replacement="s2020-0222",
        account="fidelity-taxable",
        loss=cost("50", "66.14") - proceeds("50", "44.28"),
        shares="50",
        of="50",
    ),
]

NO_WASH_SALES = {
    "s2018-0210": cost("100", "77.40", "4.95") - proceeds("100", "57.01", "4.95"),
    "s2020-0121": cost("12", "230.50") - proceeds("12", "170.01"),
    "s2020-0256": cost("110", "66.12", "4.95") - proceeds("110", "40.98"),
}
"""Losses that nothing replaced: bought back on day 31; part of one lot; window still open."""


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``taxlots replay ledger/sample`` writes."""
    out = tmp_path_factory.mktemp("sample") / "books"
    books = write_replay(str(SAMPLE), out)
    assert books.problems == []
    return out


@pytest.fixture(scope="module")
def audited() -> Audit:
    """The same books from the second engine."""
    accounts, rows = read("accounts.csv"), read("transactions.csv")
    identical = read("identical.csv")
    return audit(Book(accounts, rows, securities=read("securities.csv"), identical=identical))


@pytest.mark.parametrize("wash", WASH_SALES, ids=lambda wash: wash.kind)
def test_wash_sale(wash: Wash, replayed: Path) -> None:
    matches = [row for row in read("wash_sales.csv", replayed) if row["sale_id"] == wash.sale]
    assert [
        (
            row["loss_lot_id"],
            row["replacement_lot_id"],
            row["replacement_account"],
            Decimal(row["quantity"]),
            Decimal(row["disallowed"]),
            Decimal(row["permanent"]),
        )
        for row in matches
    ] == [
        (
            wash.loss_lot,
            wash.replacement,
            wash.account,
            Decimal(wash.shares),
            wash.disallowed,
            wash.disallowed if wash.permanent else Decimal(0),
        )
    ]


def test_there_are_no_other_wash_sales(replayed: Path) -> None:
    assert {row["sale_id"] for row in read("wash_sales.csv", replayed)} == {
        wash.sale for wash in WASH_SALES
    }


def test_the_readme_lists_them() -> None:
    text = (SAMPLE / "README.md").read_text()
    table = re.findall(
        r"^\| `(s\d{4}-\d{4})` \|.*\| `(s\d{4}-\d{4})` \| ([\d,.]+) \|$", text, re.MULTILINE
    )
    assert table == [(w.sale, w.replacement, f"{w.disallowed:,}") for w in WASH_SALES]


@pytest.mark.parametrize(("sale", "loss"), NO_WASH_SALES.items())
def test_a_loss_that_nothing_replaces_is_allowed(sale: str, loss: Decimal, replayed: Path) -> None:
    rows = [row for row in read("realized.csv", replayed) if row["sale_id"] == sale]
    assert [(Decimal(r["gain"]), Decimal(r["wash_sale_loss_disallowed"])) for r in rows] == [
        (-loss, Decimal(0))
    ]


def test_the_last_sale_of_the_chain_is_long_term_after_eight_months(replayed: Path) -> None:
    """26 USC 1223(3): 72 days of the first lot and 45 of the second join the third."""
    [row] = [row for row in read("realized.csv", replayed) if row["sale_id"] == "s2019-0167"]
    second_loss = cost("80", "52.49", "4.95") + FIRST_LUV - proceeds("80", "44.40", "4.95")
    basis = cost("80", "45.61", "4.95") + second_loss
    assert (row["acquired_date"], row["holding_period_date"]) == ("2019-01-03", "2018-09-08")
    assert (row["sold_date"], row["term"]) == ("2019-09-16", "LT")
    assert Decimal(row["gain"]) == proceeds("80", "55.81", "4.95") - basis


def test_only_the_december_loss_is_provisional(replayed: Path) -> None:
    provisional = [r["sale_id"] for r in read("realized.csv", replayed) if r["status"] != "final"]
    assert provisional == ["s2020-0256"]


def test_the_lot_without_a_basis_stays_unknown(replayed: Path) -> None:
    [lot] = [r for r in read("lots.csv", replayed) if r["lot_id"] == "s2016-0017"]
    assert (lot["symbol"], lot["cost_basis"], lot["basis_status"]) == ("KO", "", "unknown")


def test_the_second_engine_agrees(replayed: Path, audited: Audit) -> None:
    assert audited.residual == 0
    for name, rows in (
        ("realized.csv", audited.realized),
        ("lots.csv", audited.lots),
        ("wash_sales.csv", audited.wash_sales),
    ):
        written = read(name, replayed)
        columns = [column for column in written[0] if column in rows[0]]
        ours = Counter(tuple(row[column] for column in columns) for row in written)
        theirs = Counter(tuple(row[column] for column in columns) for row in rows)
        assert ours == theirs, name


def test_the_carried_losses_follow_from_the_gains(replayed: Path) -> None:
    """26 USC 1211(b), 1212(b): 3,000 of net loss a year, the short-term part first."""
    net: Counter[tuple[int, str]] = Counter()
    for row in read("realized.csv", replayed):
        net[int(row["sold_date"][:4]), row["term"]] += int(Decimal(row["gain"] or 0) * 100)
    profiles = read("profiles.csv")
    for this, following in pairwise(profiles):
        year = int(this["year"])
        short = net[year, "ST"] - int(Decimal(this["carry_short"]) * 100)
        long = net[year, "LT"] - int(Decimal(this["carry_long"]) * 100)
        if short > 0 > long or long > 0 > short:
            short, long = (short + long, 0) if abs(short) > abs(long) else (0, short + long)
        used_on_short = min(max(-short, 0), 300_000)
        used_on_long = min(max(-long, 0), 300_000 - used_on_short)
        carried = (max(-short, 0) - used_on_short, max(-long, 0) - used_on_long)
        stated = [int(Decimal(following[key]) * 100) for key in ("carry_short", "carry_long")]
        assert list(carried) == stated, year
