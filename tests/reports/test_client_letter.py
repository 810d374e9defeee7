"""The letter to a client: what it says, and that names of the books cannot break it."""

import io
from dataclasses import replace

import pypdf
from tests.reports.filings import HOSTILE
from tests.reports.letters import LETTER, SALE

from taxlots.reports.client_letter import ClientLetter, LetterSaving, letter_pdf

LONG = "W" * 400


def text_of(letter: ClientLetter) -> str:
    """The text of all pages, on one line."""
    reader = pypdf.PdfReader(io.BytesIO(letter_pdf(letter)))
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def test_it_says_what_is_sold_and_what_it_saves() -> None:
    text = text_of(LETTER)
    assert "chose to sell 1 lot of 1 security" in text
    assert "ABC, Alphabet & Co. brokerage 60 Jan 5, 2024 short (1,800.00) ordered" in text
    assert "The plan estimates about $432.00 less tax for 2024." in text
    assert "partly a delay" in text


def test_it_says_what_is_held_instead_and_until_when() -> None:
    text = text_of(LETTER)
    assert "XYZ (ordered) brokerage 84 ABC Dec 26, 2024 switch back on Dec 26, 2024" in text
    cash = text_of(replace(LETTER, purchases=(), kept_in_cash=("ABC",)))
    assert "What ABC brings stays in cash." in cash


def test_it_forbids_purchases_in_every_account_those_of_a_spouse_and_iras_included() -> None:
    text = text_of(LETTER)
    assert "brokerage (taxable) and ira (traditional IRA)" in text
    assert "a spouse's, an IRA, a 401(k)" in text
    assert "ABC Dec 26, 2024 every account" in text
    assert "switch off the reinvestment" in text


def test_without_a_profile_no_saving_is_stated_and_the_letter_says_why() -> None:
    nobody = LetterSaving(
        saved_cents=None,
        carried_cents=None,
        later_tax_cents=None,
        unrated=("smith",),
        is_partial=True,
    )
    text = text_of(replace(LETTER, saving=nobody))
    assert "No saving in dollars is stated for smith" in text
    assert "less tax" not in text


def test_it_says_once_that_it_is_no_tax_advice() -> None:
    assert text_of(LETTER).count("not tax advice") == 1


def test_what_is_executed_and_what_is_ordered_are_told_apart() -> None:
    done = replace(SALE, day=LETTER.traded, disallowed_cents=50_00)
    text = text_of(replace(LETTER, sales=(done, SALE)))
    assert "They are sold in part; the rest is ordered." in text
    assert "$50.00 of loss is not in these figures" in text
    assert "They are sold." in text_of(replace(LETTER, sales=(done,)))
    other = replace(SALE, order="H2")
    text = text_of(replace(LETTER, sales=(done, other)))
    assert "chose to sell 2 lots" in text
    assert "Sold: 1; ordered, in whole or in part: 1." in text


def test_text_of_the_books_is_set_as_it_is_and_stays_on_the_page() -> None:
    wide = replace(
        LETTER,
        book=HOSTILE,
        household='#read("a") $',
        names={"ABC": LONG},
        accounts=(HOSTILE, LONG),
        notes=(f"{LONG}: note",),
        unknown=(HOSTILE,),
        recorded_by="#[{$`\x00\u202e",
    )
    reader = pypdf.PdfReader(io.BytesIO(letter_pdf(wide)))
    text = " ".join(page.extract_text() for page in reader.pages).replace("\u200b", "")
    assert '#read("a") $' in text
    assert "=1+1 #panic() $x$ *b* _i_ `c`" in " ".join(text.split())
    assert len(reader.pages) < 5


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert letter_pdf(LETTER) == letter_pdf(LETTER)
