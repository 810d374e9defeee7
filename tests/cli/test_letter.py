"""``taxlots letter``: what a client is told of a recorded harvest."""

import io
import json
from pathlib import Path

import pypdf
import pytest
from tests.cli.recorded import NOW, orders, record, recorded_book
from tests.cli.running import ACCOUNTS, HEADER, book, taxlots

from taxlots.workflows import clock

RATED = 'name = "Test"\n[tax_profile]\nshort_rate = 0.24\nlong_rate = 0.15\n'


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def signed(folder: Path, toml: str = RATED) -> str:
    """A database whose harvest is recorded by ann and signed by carol."""
    url = recorded_book(folder, toml=toml)
    record(url, folder / "plan")
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    return url


def text_of(path: Path) -> str:
    reader = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def test_no_letter_is_written_of_what_nobody_signed(tmp_path: Path) -> None:
    url = recorded_book(tmp_path)
    record(url, tmp_path / "plan")
    ran = taxlots("letter", url, 1, "--out", tmp_path / "letter.pdf")
    assert (ran.status, "nothing of harvest 1 is signed" in ran.err) == (2, True)
    assert not (tmp_path / "letter.pdf").exists()


def test_a_letter_tells_the_losses_and_forbids_purchases_in_the_ira(tmp_path: Path) -> None:
    """60 and 40 shares of 100 and 110 at a close of 70: losses of 1,800 and 1,600 at 24 %."""
    url = signed(tmp_path)
    out = tmp_path / "letter.pdf"
    ran = taxlots("letter", url, 1, "--out", out, "--json")
    assert json.loads(ran.out)["restricted"] == ["ABC"]
    text = text_of(out)
    assert "(1,800.00) ordered" in text
    assert "(1,600.00) ordered" in text
    assert "about $816.00 less tax for 2024" in text
    assert "ABC Dec 26, 2024 every account" in text
    assert "recorded by ann, approved by carol" in text


def test_without_rates_the_letter_states_no_saving(tmp_path: Path) -> None:
    url = signed(tmp_path, toml='name = "Test"\n')
    assert taxlots("letter", url, 1, "--out", tmp_path / "letter.pdf").status == 0
    text = text_of(tmp_path / "letter.pdf")
    assert "No saving in dollars is stated" in text
    assert "less tax for" not in text


def test_what_is_executed_is_told_by_the_books(tmp_path: Path) -> None:
    """Filled at 69, not at the close of 70: a loss of 60 x (100 - 69)."""
    url = signed(tmp_path)
    names = {lot: one["client_order_id"] for lot, one in orders(url).items()}
    fills = tmp_path / "fills.csv"
    fills.write_text(
        "client_order_id,account_number,action,symbol,date,quantity,price,lot_id\n"
        f"{names['a1']},brokerage,SELL,ABC,2024-11-26,60,69,a1\n"
    )
    assert taxlots("confirm", url, 1, fills, "--by", "dave").status == 0
    assert taxlots("letter", url, 1, "--out", tmp_path / "letter.pdf").status == 0
    text = text_of(tmp_path / "letter.pdf")
    assert "(1,860.00) Nov 26, 2024" in text
    assert "(1,600.00) ordered" in text
    assert "ABC Dec 27, 2024 every account" in text


def test_a_sale_that_was_added_by_hand_is_told_without_an_estimate(tmp_path: Path) -> None:
    """The plan leaves a3 alone, at a gain; what it reckoned of the others stands."""
    url = recorded_book(tmp_path, toml=RATED)
    record(url, tmp_path / "plan")
    forced = ("--lot", "a3", "--action", "force", "--by", "bob", "--reason", "out of QRS")
    assert taxlots("override", url, 1, *forced).status == 0
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    assert taxlots("letter", url, 1, "--out", tmp_path / "letter.pdf").status == 0
    text = text_of(tmp_path / "letter.pdf")
    assert "QRS brokerage 10 Feb 6, 2024 not reckoned ordered" in text
    assert "of the lots that it could rate, about $816.00 less tax" in text
    assert "No saving in dollars" not in text
    assert "What QRS brings stays in cash." in text


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    url = signed(tmp_path)
    for name in ("one.pdf", "two.pdf"):
        assert taxlots("letter", url, 1, "--out", tmp_path / name).status == 0
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_a_folder_gets_a_letter_to_each_household_that_says_nothing_of_another(
    tmp_path: Path,
) -> None:
    """Both sell ABC at a loss; the second one's name is none for a file, its account a number."""
    url = recorded_book(tmp_path, toml=RATED)
    other = book(
        tmp_path / "other",
        "b1,2024-01-05,4455667788,ABC,BUY,7,,910.00,,,,\n",
        header=HEADER,
        accounts=f"{ACCOUNTS.splitlines()[0]}\n../#[x]/é,4455667788,taxable,self,,FIFO\n",
        toml=RATED,
    )
    (other / "securities.csv").unlink()
    ran = taxlots("import", url, other)
    assert ran.status == 0, ran.err
    record(url, tmp_path / "plan")
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    ran = taxlots("letter", url, 1, "--out", tmp_path / "letter.pdf")
    assert (ran.status, "trades for 2 households" in ran.err) == (2, True)
    folder = tmp_path / "letters"
    for _ in range(2):
        ran = taxlots("letter", url, 1, "--out", folder)
        assert ran.out.startswith("2 letters on harvest 1"), ran.err
    told = json.loads((folder / "manifest.json").read_text())["letters"]
    assert told == {"letter-00001-home.pdf": "home", "letter-00002-x.pdf": "../#[x]/é"}
    first, second = (text_of(folder / name) for name in told)
    assert "brokerage" in first
    assert "7788" not in first
    assert "...7788 (taxable)" in second
    assert "To the household ../#[x]/é" in second
    assert "brokerage" not in second
    assert "4455667788" not in second
    (folder / "notes.txt").write_text("mine")
    ran = taxlots("letter", url, 1, "--out", folder)
    assert (ran.status, "holds other files" in ran.err) == (2, True)


def test_a_letter_may_be_about_one_account_with_a_sale(tmp_path: Path) -> None:
    url = signed(tmp_path)
    out = tmp_path / "letter.pdf"
    assert taxlots("letter", url, 1, "--out", out, "--account", "brokerage").status == 0
    assert "Account brokerage" in text_of(out)
    ran = taxlots("letter", url, 1, "--out", out, "--account", "ira")
    assert (ran.status, "no signed sale for account ira" in ran.err) == (2, True)
    ran = taxlots("letter", url, 1, "--out", out, "--household", "other")
    assert (ran.status, "no signed sale for the household 'other'" in ran.err) == (2, True)
