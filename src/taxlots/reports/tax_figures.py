"""The tax of a year as text: the keys of its JSON, and the lines that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from taxlots.domain.money import dollars
from taxlots.domain.tax_rate import rate_text
from taxlots.law import marginal_rates as law

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from taxlots.book.taxed_return import TaxedReturn
    from taxlots.domain.tax_profile import TaxProfile
    from taxlots.domain.tax_return import RateCause, TaxOfYear

KEYS: Final = {
    "net_short": "net_short_cents",
    "net_long": "net_long_cents",
    "line16": "line_16_cents",
    "deduction": "deduction_cents",
    "carryover_short": "carryover_short_cents",
    "carryover_long": "carryover_long_cents",
    "federal_tax": "federal_tax_cents",
    "niit": "niit_cents",
    "state_tax": "state_tax_cents",
}
FURTHER_KEYS: Final = {
    "taxable_income": "taxable_income_cents",
    "regular_tax": "regular_tax_cents",
    "amt": "amt_cents",
    "gain_28": "gain_28_cents",
    "gain_25": "gain_25_cents",
    "magi": "magi_cents",
    "net_investment_income": "net_investment_income_cents",
    "state_carryover_short": "state_carryover_short_cents",
    "state_carryover_long": "state_carryover_long_cents",
}
ITEMS: Final = {
    "short": "short_cents",
    "long": "long_cents",
    "collectibles": "gain_28_cents",
    "section_1256_short": "section_1256_short_cents",
    "section_1256_long": "section_1256_long_cents",
    "capital_gain_distributions": "capital_gain_distributions_cents",
    "section_475": "section_475_cents",
}
"""What the books tell of a year; section 475 is ordinary income."""

LINES: Final = {
    "net_short": "Net short-term gain (Schedule D, line 7)",
    "net_long": "Net long-term gain (line 15)",
    "line16": "Net gain (line 16)",
    "deduction": "Net loss deducted (line 21)",
    "carryover_short": "Short-term loss to next year",
    "carryover_long": "Long-term loss to next year",
    "taxable_income": "Taxable income",
    "regular_tax": "Regular tax",
    "amt": "Alternative minimum tax",
    "federal_tax": "Federal tax",
    "niit": "Tax on net investment income",
    "state_tax": "State tax",
}

CAUSES: Final = {
    law.ORDINARY: "rate of its bracket",
    law.GAINS: "capital gain rates",
    law.NIIT: "net investment income",
    law.AMT: "alternative minimum tax",
    law.AMT_PHASE_OUT: "falling exemption from the minimum tax",
    law.SALT_PHASE_DOWN: "falling cap on state and local taxes",
}
PUSHED: Final = "long-term gain above it that moves to a higher rate"
NETTED: Final = "capital gain rates, on the long-term gain that it is netted with"
"""What capital gain rates are in the rate of a short-term dollar, with and without its own."""

NOTHING: Final = "nothing this year"


def tax_json(found: TaxedReturn) -> dict[str, Any]:
    """A return's tax as JSON: money and rates are strings."""
    rates = found.rates
    return {
        **_money(found.tax, KEYS),
        "marginal_short": rate_text(rates.short_ppm),
        "marginal_long": rate_text(rates.long_ppm),
        "marginal_short_loss": rate_text(rates.short_loss_ppm),
        "marginal_long_loss": rate_text(rates.long_loss_ppm),
        "marginal_because": {
            "short": _because(rates.short_because),
            "long": _because(rates.long_because),
            "short_loss": _because(rates.short_loss_because),
            "long_loss": _because(rates.long_loss_because),
        },
        **_money(found.tax, FURTHER_KEYS),
        "without": _money(found.without, KEYS),
        "cost": dollars(found.cost_cents),
        "state_note": found.tax.state_note,
        "not_computed": list(found.tax.not_computed),
    }


def return_json(found: TaxedReturn) -> dict[str, Any]:
    """A book's return as JSON: whose it is and what came in, then its tax."""
    profile, items = found.profile, found.items
    given = {
        "short_rate": None if profile is None else profile.short_rate,
        "long_rate": None if profile is None else profile.long_rate,
    }
    return {
        "tax_return": found.name,
        "filing_status": found.income.status.value,
        "provisional": items is not None and items.is_provisional,
        "unknown_basis": 0 if items is None else items.unknown_basis,
        "unknown_marks": 0 if items is None else items.unknown_marks,
        "carried_in": {
            "short": dollars(found.income.carry_short_cents),
            "long": dollars(found.income.carry_long_cents),
            "from": found.carried_from,
        },
        "items": _items(found),
        **{name: None if rate is None else rate_text(rate) for name, rate in given.items()},
        **tax_json(found),
    }


def line_rows(found: TaxedReturn) -> list[dict[str, str]]:
    """The lines of a tax with and without the year's capital items, and what these cost."""
    names = {**KEYS, **FURTHER_KEYS}
    rows = []
    for key, text in LINES.items():
        own: int = getattr(found.tax, names[key])
        bare: int = getattr(found.without, names[key])
        cells = {"with": dollars(own), "without": dollars(bare), "difference": dollars(own - bare)}
        rows.append({"line": text, **cells})
    return rows


def rate_rows(found: TaxedReturn) -> list[dict[str, str]]:
    """What the next dollar costs or saves, and why."""
    rates = found.rates
    told = (
        ("short-term gain", rates.short_ppm, rates.short_because),
        ("long-term gain", rates.long_ppm, rates.long_because),
        ("short-term loss", -rates.short_loss_ppm, rates.short_loss_because),
        ("long-term loss", -rates.long_loss_ppm, rates.long_loss_because),
    )
    return [
        {
            "dollar": dollar,
            "tax": rate_text(rate),
            "because": because_text(because, is_short=dollar.startswith("short")),
        }
        for dollar, rate, because in told
    ]


def because_text(because: Sequence[RateCause], *, is_short: bool) -> str:
    """The parts of a rate in words: ``0.12 rate of its bracket + 0.15 ...``."""
    words = dict(CAUSES)
    if is_short:
        words[law.GAINS] = PUSHED if law.ORDINARY in {c.cause for c in because} else NETTED
    return " + ".join(f"{rate_text(c.rate_ppm)} {words[c.cause]}" for c in because) or NOTHING


def notes(found: TaxedReturn) -> list[str]:
    """What has to be said below the figures, a line each."""
    told = []
    items = found.items
    if items is not None and items.is_provisional:
        told.append(
            f"Provisional: purchases up to 30 January {items.year + 1} may still change the year."
        )
    if items is not None and items.unknown_basis:
        told.append(f"Sales left out for want of a basis: {items.unknown_basis}.")
    if items is not None and items.unknown_marks:
        told.append(f"Marks of sections 475 and 1256 left out: {items.unknown_marks}.")
    if _unclassified(found):
        told.append(
            "Dividends not taken as qualified, for their rows state no ex_date: "
            f"{dollars(_unclassified(found))}."
        )
    if found.carried_from and (found.income.carry_short_cents or found.income.carry_long_cents):
        carried = (found.income.carry_short_cents, found.income.carry_long_cents)
        short, long = map(dollars, carried)
        told.append(f"Losses carried in ({found.carried_from}): {short} short, {long} long.")
    if found.profile is not None and _has_rates(found.profile):
        told.append("Plans use the rates that the profile states, not these.")
    if found.tax.state_note:
        told.append(f"State tax: {found.tax.state_note}")
    return told + [f"Not computed: {text}" for text in found.tax.not_computed]


def _unclassified(found: TaxedReturn) -> int:
    """Dividends of which nobody can say whether they are qualified, where the profile does not."""
    items, profile = found.items, found.profile
    if items is None or (profile is not None and profile.qualified_dividends_cents is not None):
        return 0
    return items.unclassified_dividends_cents


def _items(found: TaxedReturn) -> dict[str, str]:
    """What the year's gains consist of: items of the books, and what the profile adds."""
    items, profile = found.items, found.profile
    cents = {key: getattr(items, name) for key, name in ITEMS.items()} if items else {}
    if profile is not None:
        cents |= {"k1_short": profile.k1_short_cents or 0, "k1_long": profile.k1_long_cents or 0}
    return {key: dollars(value) for key, value in cents.items()}


def _has_rates(profile: TaxProfile) -> bool:
    return profile.short_rate is not None or profile.long_rate is not None


def _money(tax: TaxOfYear, keys: dict[str, str]) -> dict[str, str]:
    return {key: dollars(getattr(tax, name)) for key, name in keys.items()}


def _because(because: Iterable[RateCause]) -> list[dict[str, str]]:
    return [{"cause": cause.cause, "rate": rate_text(cause.rate_ppm)} for cause in because]
