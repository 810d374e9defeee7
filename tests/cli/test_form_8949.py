"""``taxlots form8949``: the forms of a year tie to the books, in every format."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.running import book, taxlots
from tests.reports.official_forms import blank_8949

from taxlots.brokers.fdx_1099b import BROKER

SAMPLE = Path(__file__).resolve().parents[2] / "ledger" / "sample"

ACCOUNTS = """household,account,kind,owner,tax_return,method,custodian
H,A1,taxable,self,joint,FIFO,Schwab
H,T1,taxable_mtm_475,self,joint,FIFO,Schwab
H,R1,roth_ira,self,joint,FIFO,Schwab
H,C1,custodial,child,child,FIFO,Fidelity
"""
SECURITIES = """symbol,kind,multiplier
P,stock,
FUND,mutual_fund,
ESH4,section_1256,50
COIN,digital_asset,
"""
PRICES = """date,symbol,close
2023-12-29,ESH4,4820.50
2023-12-29,P,11
2024-12-31,P,12
"""
PROFILES = """tax_return,year,filing_status,ordinary_income,k1_short,k1_long,carry_short,carry_long
joint,2024,mfj,100000,-40.50,90.25,10.00,20.00
child,2024,single,0,,,,
"""
HEADER = "id,date,account,symbol,action,quantity,price,amount,fees\n"
ROWS = """b1,2023-03-01,A1,P,BUY,10,20,,
b2,2023-03-01,T1,P,BUY,10,10,,
b3,2023-03-01,R1,P,BUY,10,10,,
b4,2023-03-01,C1,P,BUY,10,10.33,,
f1,2023-11-15,A1,ESH4,BUY,2,4700,,5.00
c1,2024-01-02,A1,COIN,BUY,2,100,,
f2,2024-02-20,A1,ESH4,SELL,2,4790,,5.00
g1,2024-03-01,A1,FUND,CAPITAL_GAIN_DISTRIBUTION,,,77.77,
s1,2024-05-01,A1,P,SELL,10,15,,
b5,2024-05-02,R1,P,BUY,4,15,,
s2,2024-05-03,R1,P,SELL,2,15,,
s3,2024-06-03,C1,P,SELL,5,30.07,,
c2,2024-07-01,A1,COIN,SELL,1,130,,
s4,2024-08-01,T1,P,SELL,4,20,,
b6,2025-01-02,R1,P,BUY,1,12,,
"""

Cells = dict[str, str]


def rows(path: Path) -> list[Cells]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def total(table: list[Cells], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in table if row[column]), Decimal(0))


def lines(folder: Path, tax_return: str) -> dict[str, Decimal]:
    """Column (h) of Schedule D, by line, where it has an entry."""
    table = rows(folder / "schedule_d.csv")
    mine = [row for row in table if row["tax_return"] == tax_return and row["gain"]]
    return {row["line"]: Decimal(row["gain"]) for row in mine}


@pytest.fixture
def household(tmp_path: Path) -> Path:
    """A book with a trader, contracts, a fund, digital assets and a child's return."""
    folder = book(tmp_path / "book", ROWS, header=HEADER, accounts=ACCOUNTS)
    (folder / "securities.csv").write_text(SECURITIES, encoding="utf-8")
    (folder / "prices.csv").write_text(PRICES, encoding="utf-8")
    (folder / "profiles.csv").write_text(PROFILES, encoding="utf-8")
    return folder


def filed(where: Path, folder: Path, *options: object, year: int = 2024) -> list[Cells]:
    """The rows of ``form_8949.csv``, the files written."""
    ran = taxlots("form8949", where, "--year", year, "--out", folder, *options)
    assert ran.status == 0, ran.err
    return rows(folder / "form_8949.csv")


@pytest.fixture(scope="module")
def realized_gains(tmp_path_factory: pytest.TempPathFactory) -> list[Cells]:
    """The rows of ``realized.csv`` of the sample's taxable accounts."""
    out = tmp_path_factory.mktemp("sample") / "books"
    assert taxlots("replay", SAMPLE, "--out", out).status == 0
    return [row for row in rows(out / "realized.csv") if "ira" not in row["account"]]


@pytest.mark.parametrize(
    ("year", "options"),
    [
        (2016, ()),
        (2017, ()),
        (2018, ("--no-exception-1",)),
        (2019, ("--one-row-a-sale",)),
        (2020, ()),
        (2020, ("--exception-2",)),
    ],
)
def test_rows_by_box_and_straight_rows_are_the_realized_gains(
    year: int, options: tuple[str, ...], realized_gains: list[Cells], tmp_path: Path
) -> None:
    """Σ Form 8949 by box + lines 1a and 8a = realized.csv of taxable accounts, by term."""
    realized = [row for row in realized_gains if row["sold_date"].startswith(str(year))]
    found = filed(SAMPLE, tmp_path / "forms", *options, year=year)
    listed = [row for row in found if row["stands_on"] != "statement"]
    for term, line, boxes in (("ST", "7", "ABCGHI"), ("LT", "15", "DEFJKL")):
        mine = [row for row in listed if row["box"] in boxes]
        of_term = [row for row in realized if row["term"] == term]
        assert total(mine, "gain") == total(of_term, "gain")
        shown = lines(tmp_path / "forms", "kessler")
        carried = shown.get("6" if term == "ST" else "14", Decimal(0))
        assert shown[line] - carried == total(of_term, "gain")
        footed = total(mine, "proceeds") - total(mine, "cost_basis") + total(mine, "adjustment")
        assert footed == total(mine, "gain")


def test_lines_4_5_11_12_and_13_tie_to_their_sources(household: Path, tmp_path: Path) -> None:
    filed(household, tmp_path / "forms")
    assert taxlots("replay", household, "--out", tmp_path / "books").status == 0
    contracts = [
        row for row in rows(tmp_path / "books" / "section_1256.csv") if row["year"] == "2024"
    ]
    shown = lines(tmp_path / "forms", "joint")
    assert (shown["4"], shown["11"]) == (
        total(contracts, "short_term"),
        total(contracts, "long_term"),
    )
    assert (shown["5"], shown["12"]) == (Decimal("-40.50"), Decimal("90.25"))
    assert (shown["6"], shown["14"]) == (Decimal("-10.00"), Decimal("-20.00"))
    assert shown["13"] == Decimal("77.77")
    form = {row["line"]: row for row in rows(tmp_path / "forms" / "form_6781.csv")}
    assert (form["1"]["account"], form["1"]["loss"]) == ("A1", "-3055.00")
    assert (form["8"]["amount"], form["9"]["amount"]) == ("-1222.00", "-1833.00")


def test_traders_retirement_accounts_and_contracts_are_not_on_form_8949(
    household: Path, tmp_path: Path
) -> None:
    """Section 475 accounts stand on Form 4797, the mark of the year's end among them."""
    found = filed(household, tmp_path / "forms")
    assert {(row["account"], row["symbol"], row["box"]) for row in found} == {
        ("A1", "P", "D"), ("A1", "COIN", "C"), ("C1", "P", "D"),
    }  # fmt: skip
    marked = rows(tmp_path / "forms" / "form_4797.csv")
    assert [(row["sale_id"], row["is_mark"]) for row in marked] == [("s4", "false"), ("", "true")]
    assert marked[1]["date_sold"] == "2024-12-31"


def test_each_return_has_its_own_schedule(household: Path, tmp_path: Path) -> None:
    filed(household, tmp_path / "all")
    found = filed(household, tmp_path / "child", "--tax-return", "child")
    assert {row["tax_return"] for row in found} == {"child"}
    assert lines(tmp_path / "child", "child") == lines(tmp_path / "all", "child")
    assert lines(tmp_path / "child", "child")["8a"] == Decimal("98.70")


def test_whole_dollars_foot_row_by_row_and_line_by_line(household: Path, tmp_path: Path) -> None:
    found = filed(household, tmp_path / "forms", "--whole-dollars")
    for row in found:
        amounts = [Decimal(row[name] or 0) for name in ("proceeds", "cost_basis", "adjustment")]
        assert amounts[0] - amounts[1] + amounts[2] == Decimal(row["gain"])
        assert "." not in "".join((row["proceeds"], row["cost_basis"], row["gain"]))
    shown = lines(tmp_path / "forms", "joint")
    assert shown["7"] == sum(shown.get(line, 0) for line in ("1a", "1b", "2", "3", "4", "5", "6"))
    assert shown["16"] == shown["7"] + shown["15"]


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("txf", "f.txf"),
        ("taxact", "f.csv"),
        ("fdx", "f.json"),
        ("xlsx", "f.xlsx"),
        ("pdf", "f.pdf"),
    ],
)
def test_files_are_byte_identical_when_made_twice(form: str, name: str, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        out = tmp_path / folder / name
        ran = taxlots("form8949", SAMPLE, "--year", 2020, "--format", form, "--out", out)
        assert ran.status == 0, ran.err
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_csv_files_are_byte_identical_and_replace_the_last_ones(tmp_path: Path) -> None:
    filed(SAMPLE, tmp_path / "one", year=2020)
    filed(SAMPLE, tmp_path / "two", year=2018)
    filed(SAMPLE, tmp_path / "two", year=2020)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "two").iterdir())
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_fdx_is_read_back_by_the_importer_account_by_account(tmp_path: Path) -> None:
    found = filed(SAMPLE, tmp_path / "forms", year=2020)
    out = tmp_path / "forms.json"
    ran = taxlots("form8949", SAMPLE, "--year", 2020, "--format", "fdx", "--out", out)
    assert ran.status == 0
    for account in {row["account"] for row in found}:
        reading = BROKER.read(
            out.read_text("utf-8"), file="forms.json", account=account, statement_account=account
        )
        lots = reading.realized_lots
        mine = [row for row in found if row["account"] == account]
        assert sum(lot.proceeds_cents for lot in lots) == 100 * total(mine, "proceeds")
        assert sum(lot.cost_basis_cents or 0 for lot in lots) == 100 * total(mine, "cost_basis")
        assert [lot.form_8949_box for lot in lots] == [row["box"] for row in mine]


def test_forms_1099b_that_agree_with_the_broker_view_change_nothing(tmp_path: Path) -> None:
    made = tmp_path / "1099b.json"
    assert taxlots("differences", SAMPLE, "--year", 2018, "--as-1099b", made).status == 0
    by_view = filed(SAMPLE, tmp_path / "view", year=2018)
    by_form = filed(SAMPLE, tmp_path / "form", "--form-1099b", made, year=2018)
    assert by_form == by_view


def test_a_wash_sale_on_the_form_alone_needs_a_statement(tmp_path: Path) -> None:
    """Box 1g of 50.00 on a sale that section 1091 leaves alone."""
    sold = "b1,2024-03-01,brokerage,ABC,BUY,10,20,\ns1,2024-05-01,brokerage,ABC,SELL,10,15,\n"
    where = book(tmp_path / "book", sold, header=HEADER.replace(",fees", ""))
    made = tmp_path / "1099b.json"
    assert taxlots("differences", where, "--year", 2024, "--as-1099b", made).status == 0
    washed = '"washSaleLossDisallowed": 50, "grossOrNet"'
    made.write_text(made.read_text("utf-8").replace('"grossOrNet"', washed), "utf-8")
    (row,) = filed(where, tmp_path / "forms", "--form-1099b", made)
    assert (row["codes"], row["adjustment"], row["gain"]) == ("W", "0.00", "-50.00")
    (told,) = rows(tmp_path / "forms" / "wash_statement.csv")
    assert (told["box_1g"], told["wash_sale_loss_disallowed"]) == ("50.00", "0.00")
    text = (tmp_path / "forms" / "wash_statement.txt").read_text("utf-8")
    assert "Form 1099-B shows a wash sale loss disallowed of 50.00" in text


def test_txf_tells_what_it_cannot_say(tmp_path: Path) -> None:
    out = tmp_path / "f.txf"
    ran = taxlots("form8949", SAMPLE, "--year", 2020, "--format", "txf", "--out", out)
    assert ran.status == 0
    assert "TXF_NO_CODE" in ran.err
    assert out.read_text("utf-8").count("TD\n") == len(filed(SAMPLE, tmp_path / "c", year=2020))


def test_json_has_the_lines_of_schedule_d(household: Path) -> None:
    ran = taxlots("form8949", household, "--year", 2024, "--tax-return", "joint", "--json")
    told = json.loads(ran.out)
    assert told["returns"]["joint"]["schedule_d"]["13"] == "77.77"
    assert told["files"] == []


def test_a_summary_is_printed_without_files(household: Path) -> None:
    ran = taxlots("form8949", household, "--year", 2024)
    assert ran.status == 0
    assert "Schedule D of joint, 2024, provisional" in ran.out
    assert "Schedule D of child, 2024, provisional" in ran.out


def test_the_official_form_is_filled_in(household: Path, tmp_path: Path) -> None:
    blank, out = tmp_path / "f8949.pdf", tmp_path / "filled.pdf"
    blank.write_bytes(blank_8949(2024))
    chosen = ("--tax-return", "child", "--no-exception-1")
    options = (*chosen, "--format", "pdf", "--official-form", blank)
    ran = taxlots("form8949", household, "--year", 2024, *options, "--out", out)
    assert ran.status == 0, ran.err
    assert out.read_bytes().startswith(b"%PDF")
    assert out.read_bytes() != blank.read_bytes()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "doc", "--out", "x"), "'doc' is no format; choose one of csv"),
        (("--format", "txf", "--out", "x.txf"), "name it with --tax-return: joint, child"),
        (("--format", "taxact", "--out", "x.csv"), "name it with --tax-return: joint, child"),
        (("--tax-return", "nobody"), "no return 'nobody'; its returns are: joint, child"),
        (("--official-form", "f.pdf", "--out", "x"), "--official-form is for --format pdf"),
        (("--format", "fdx", "--out", "nowhere/x.json"), "nowhere is no folder"),
        (("--format", "fdx"), "--format fdx needs --out"),
        (
            ("--format", "pdf", "--official-form", "none.pdf", "--out", "x.pdf"),
            "none.pdf is no file",
        ),
        (("--account", "A1"), "--account and --statement-account are for --form-1099b"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(
    options: tuple[str, ...],
    said: str,
    household: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = taxlots("form8949", household, "--year", 2024, *options)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert not (tmp_path / "x").exists()


def test_a_missing_price_for_a_mark_is_refused(household: Path, tmp_path: Path) -> None:
    """Without the price of 31 December the trader's year cannot be filled in."""
    (household / "prices.csv").write_text("date,symbol,close\n2023-12-29,ESH4,4820.50\n", "utf-8")
    ran = taxlots("form8949", household, "--year", 2024, "--out", tmp_path / "forms")
    assert ran.status == 1
    assert "NO_YEAR_END_PRICE" in ran.err
    assert [path.name for path in (tmp_path / "forms").iterdir()] == ["problems.csv"]
    assert filed(household, tmp_path / "child", "--tax-return", "child"), "no trader of its own"


def test_an_unknown_basis_is_told_and_left_out_of_every_total(tmp_path: Path) -> None:
    header = "id,date,account,symbol,action,quantity,price,acquired_date,origin\n"
    moved = (
        "t1,2024-01-02,brokerage,ABC,TRANSFER_IN,10,,2020-01-02,purchase\n"
        "s1,2024-05-01,brokerage,ABC,SELL,10,30,,\n"
    )
    folder = book(tmp_path / "book", moved, header=header)
    ran = taxlots("form8949", folder, "--year", 2024, "--out", tmp_path / "forms")
    assert ran.status == 0
    assert "BASIS_UNKNOWN" in ran.err
    (row,) = rows(tmp_path / "forms" / "form_8949.csv")
    assert (row["proceeds"], row["cost_basis"], row["gain"]) == ("300.00", "", "")
    assert lines(tmp_path / "forms", "home")["16"] == 0
