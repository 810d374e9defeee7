"""A letter to a client, made up."""

from datetime import date

from taxlots.reports.client_letter import (
    ClientLetter,
    LetterPurchase,
    LetterSaving,
)
from taxlots.reports.letter_page import LetterRestriction, LetterSale

SALE = LetterSale(
    order="H1",
    account="brokerage",
    symbol="ABC",
    quantity=60_00000000,
    acquired=date(2024, 1, 5),
    term="ST",
    gain_cents=-1_800_00,
)
LETTER = ClientLetter(
    book="Test",
    household="home",
    only_account="",
    accounts=("brokerage (taxable)", "ira (traditional IRA)"),
    names={"ABC": "Alphabet & Co."},
    planned=date(2024, 11, 25),
    traded=date(2024, 11, 25),
    number=1,
    plan_hash="0123456789abcdef" * 4,
    recorded_by="ann",
    approved_by=("carol",),
    sales=(SALE,),
    purchases=(
        LetterPurchase(
            account="brokerage",
            symbol="XYZ",
            quantity=84_00000000,
            instead_of="ABC",
            first_day=date(2024, 12, 26),
            advice="return",
            look_day=date(2024, 12, 26),
            is_executed=False,
        ),
    ),
    kept_in_cash=(),
    policies=(),
    not_to_buy=(
        LetterRestriction(
            symbols=("ABC",),
            until=date(2024, 12, 26),
            accounts=("brokerage", "ira"),
            is_everywhere=True,
            is_advice=False,
        ),
    ),
    not_to_sell=(),
    notes=("ABC in ira: switch off the reinvestment of its dividends",),
    saving=LetterSaving(
        saved_cents=432_00,
        carried_cents=0,
        later_tax_cents=300_00,
        unrated=(),
        is_partial=False,
    ),
    unknown=("Rows of ira end on 2024-10-31.",),
    final_from=date(2024, 12, 26),
)
