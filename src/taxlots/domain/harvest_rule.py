"""The harvest rule: what is to be harvested, from ``[harvest]`` of ``book.toml``.

``[harvest]`` is the rule of the book, and ``[harvest.returns.NAME]`` states what is otherwise for
one tax return.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from taxlots.domain.problem import Problem, error, warning
from taxlots.domain.settings import scaled_value, unknown_keys
from taxlots.domain.tax_rate import RATE_ONE

RATIO_ONE: Final = 10**8
"""A loss of 100 %, in the unit of ``min_loss_ratio``."""

WHERE: Final = "book.toml:harvest"
RETURNS: Final = "returns"
"""The key of ``[harvest]`` under which the tables of the tax returns stand."""


class WithoutReplacement(StrEnum):
    """What to do with a lot for which no proxy qualifies."""

    SKIP = "skip"
    CASH = "cash"


class PartlyWashed(StrEnum):
    """What to do with a lot of whose loss a purchase would disallow a part."""

    SKIP = "skip"
    SELL = "sell"


class ScheduledPurchases(StrEnum):
    """What a purchase does that is scheduled within the 30 days to come."""

    BLOCK = "block"
    TELL = "tell"


class SpoiledDividends(StrEnum):
    """What to do with a lot whose sale would leave a dividend ordinary that could be qualified."""

    TELL = "tell"
    SKIP = "skip"


class SwitchBackPolicy(StrEnum):
    """When the sold security is bought back, once its window has passed."""

    NOT_AT_SHORT_TERM_GAIN = "not_at_short_term_gain"
    AT_A_LOSS = "at_a_loss"
    AT_LONG_TERM = "at_long_term"
    AFTER_DAYS = "after_days"
    WITHIN_BUDGET = "within_budget"
    ALWAYS = "always"
    NEVER = "never"


class Goal(StrEnum):
    """How much loss a return wants."""

    ALL_THAT_PAYS = "all_that_pays"
    OFFSET_GAINS = "offset_gains"
    LOSS_LIMIT = "loss_limit"
    TARGET = "target"


class Extent(StrEnum):
    """What is sold of a position: the lots that lose, or all of it if it loses as a whole."""

    LOSS_LOTS = "loss_lots"
    WHOLE_POSITION = "whole_position"


class WashOptIn(StrEnum):
    """Wash sales that a return enters into on purpose.

    ``buy_buy_sell`` sells an older lot although shares were bought within 30 days before: the
    loss on as many shares joins the basis of those, and the rest counts now.
    """

    BUY_BUY_SELL = "buy_buy_sell"


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestRule:
    """Thresholds and choices of one harvest.

    Minima apply to each lot (to each position, where whole positions are sold):
    ``min_loss_cents`` and ``min_tax_saved_cents`` in cents, ``min_loss_ratio`` in 1e-8 of the
    basis.  ``strict`` reads section 1091 in the strictest way that it can be read; without it the
    book's own policy holds.

    ``hurdle_ratio`` is the least loss on 1 January and ``hurdle_december_ratio`` that from 1
    December on, in 1e-8 of the basis, for a security of the volatility ``hurdle_volatility_ppm``;
    it falls away over the last ``hurdle_anniversary_days`` before a lot turns long-term.

    ``commission_cents`` is paid for each order and ``spread_ppm`` of the value is lost by each;
    ``risk_aversion_hundredths`` prices a variance of the difference between security and proxy.
    ``discount_ppm``, ``years_to_sale``, ``later_gains_cents`` and the ``later_*_rate_ppm`` are
    what is assumed of later years; None follows the return's own rates.  An opinion in
    ``proxies.csv`` is warned of once it is older than ``opinion_max_age_days``.  With
    ``checkers_apart``, who records or changes a harvest does not approve it.

    ``allow_same_index`` is the opinion on all funds of one index that ``same_index_opinion_by``
    gave on ``same_index_opinion_date``.  An account that is known no further than more than
    ``data_age_days`` before the day holds its wash-sale party up, and amounts that differ from
    the custodian's by up to ``lot_tolerance_cents`` are no break between lots.
    """

    min_loss_cents: int = 0
    min_loss_ratio: int = 0
    min_tax_saved_cents: int = 0
    strict: bool = True
    allow_same_index: bool = False
    same_index_opinion_by: str = ""
    same_index_opinion_date: date | None = None
    without_replacement: WithoutReplacement = WithoutReplacement.SKIP
    partly_washed: PartlyWashed = PartlyWashed.SKIP
    scheduled: ScheduledPurchases = ScheduledPurchases.BLOCK
    whole_shares: bool = True
    spoiled_dividends: SpoiledDividends = SpoiledDividends.TELL
    switch_back: SwitchBackPolicy = SwitchBackPolicy.NOT_AT_SHORT_TERM_GAIN
    switch_back_days: int = 31
    switch_back_budget_cents: int = 0
    harvest_bonds: bool = False
    goal: Goal = Goal.ALL_THAT_PAYS
    goal_cents: int = 0
    sell: Extent = Extent.LOSS_LOTS
    allow_wash: frozenset[str] = frozenset()
    hurdle_ratio: int = 0
    hurdle_december_ratio: int = 0
    hurdle_volatility_ppm: int = 250_000
    hurdle_anniversary_days: int = 60
    commission_cents: int = 0
    spread_ppm: int = 0
    risk_aversion_hundredths: int = 300
    discount_ppm: int = 50_000
    years_to_sale: int = 5
    later_gains_cents: int = 0
    later_income_rate_ppm: int | None = None
    later_gain_rate_ppm: int | None = None
    later_sale_rate_ppm: int | None = None
    opinion_max_age_days: int = 1095
    exclude: frozenset[str] = frozenset()
    exclude_accounts: frozenset[str] = frozenset()
    checkers_apart: bool = True
    data_age_days: int = 0
    lot_tolerance_cents: int = 0


AMOUNTS: Final = {
    # Key of book.toml -> field, decimals, the most that may stand there.
    "min_loss": ("min_loss_cents", 2, None),
    "min_loss_percent": ("min_loss_ratio", 6, None),
    "min_tax_saved": ("min_tax_saved_cents", 2, None),
    "switch_back_days": ("switch_back_days", 0, None),
    "switch_back_budget": ("switch_back_budget_cents", 2, None),
    "goal_amount": ("goal_cents", 2, None),
    "hurdle_percent": ("hurdle_ratio", 6, RATIO_ONE),
    "hurdle_december_percent": ("hurdle_december_ratio", 6, RATIO_ONE),
    "hurdle_volatility_percent": ("hurdle_volatility_ppm", 4, None),
    "hurdle_anniversary_days": ("hurdle_anniversary_days", 0, None),
    "commission": ("commission_cents", 2, None),
    "spread_percent": ("spread_ppm", 4, RATE_ONE),
    "risk_aversion": ("risk_aversion_hundredths", 2, None),
    "discount_percent": ("discount_ppm", 4, RATE_ONE),
    "years_to_sale": ("years_to_sale", 0, 100),
    "later_gains": ("later_gains_cents", 2, None),
    "later_income_rate": ("later_income_rate_ppm", 6, RATE_ONE),
    "later_gain_rate": ("later_gain_rate_ppm", 6, RATE_ONE),
    "later_sale_rate": ("later_sale_rate_ppm", 6, RATE_ONE),
    "opinion_max_age_days": ("opinion_max_age_days", 0, None),
    "data_age_days": ("data_age_days", 0, None),
    "lot_tolerance": ("lot_tolerance_cents", 2, None),
}
SWITCHES: Final = (
    "strict",
    "allow_same_index",
    "whole_shares",
    "harvest_bonds",
    "checkers_apart",
)
CHOICES: Final[dict[str, type[StrEnum]]] = {
    "without_replacement": WithoutReplacement,
    "partly_washed": PartlyWashed,
    "scheduled": ScheduledPurchases,
    "spoiled_dividends": SpoiledDividends,
    "switch_back": SwitchBackPolicy,
    "goal": Goal,
    "sell": Extent,
}
OPT_INS: Final[dict[str, type[StrEnum]]] = {"allow_wash": WashOptIn}
NAMES: Final = ("exclude", "exclude_accounts")
OPINION_BY: Final = "same_index_opinion_by"
OPINION_DATE: Final = "same_index_opinion_date"
KEYS: Final = frozenset({*AMOUNTS, *SWITCHES, *CHOICES, *OPT_INS, *NAMES, OPINION_BY, OPINION_DATE})
OF_THE_BOOK: Final = frozenset(
    {
        "strict",
        "allow_same_index",
        OPINION_BY,
        OPINION_DATE,
        "scheduled",
        "whole_shares",
        "checkers_apart",
        "data_age_days",
        "lot_tolerance",
    }
)
"""Keys that no return has for itself: its purchases replace losses of other returns."""


def from_mapping(mapping: Mapping[str, object]) -> tuple[HarvestRule, list[Problem]]:
    """The rule that the ``[harvest]`` table states, and a problem for each key that is wrong.

    What the table leaves out, or what has a problem, keeps its default.
    """
    own = {key: value for key, value in mapping.items() if key != RETURNS}
    rule, problems = _stated(own, HarvestRule(), KEYS, WHERE)
    bad = [problem.where.rpartition(":")[2] for problem in problems]
    lacking = [
        f'{key} = "{example}"'
        for key, example in ((OPINION_BY, "A. Lee, CPA"), (OPINION_DATE, "2024-01-15"))
        if not getattr(rule, key) and key not in bad
    ]
    if rule.allow_same_index and lacking:
        problems.append(
            error(
                f"{WHERE}:allow_same_index",
                "NO_OPINION",
                "Whether funds of one index are substantially identical is an opinion that "
                "somebody gives on some day.",
                f"Write {' and '.join(lacking)}, or leave allow_same_index out.",
            )
        )
    return rule, problems


def opinion_to_come(rule: HarvestRule, as_of: date) -> list[Problem]:
    """A problem where the book's opinion on funds of one index is given after a day."""
    given = rule.same_index_opinion_date
    if not rule.allow_same_index or given is None or given <= as_of:
        return []
    return [
        error(
            f"{WHERE}:{OPINION_DATE}",
            "OPINION_TO_COME",
            f"The opinion of {rule.same_index_opinion_by} is dated {given}, after {as_of}.",
            "Leave allow_same_index out for days before it, or correct the date.",
        )
    ]


def rules_of_returns(
    mapping: Mapping[str, object], rule: HarvestRule, tax_returns: Collection[str]
) -> tuple[dict[str, HarvestRule], list[Problem]]:
    """The rule of each return that has a table in ``[harvest.returns]``, and what is wrong.

    What such a table leaves out is as in ``rule``, that of the book.
    """
    tables = mapping.get(RETURNS, {})
    where = f"{WHERE}.{RETURNS}"
    if not isinstance(tables, Mapping):
        return {}, [_bad(where, tables, "a table for each return, as [harvest.returns.smith]")]
    found: dict[str, HarvestRule] = {}
    problems: list[Problem] = []
    for name, table in tables.items():
        if not isinstance(table, Mapping):
            problems.append(_bad(f"{where}.{name}", table, "a table of keys, as [harvest] has"))
            continue
        found[name], bad = _stated(table, rule, KEYS - OF_THE_BOOK, f"{where}.{name}")
        problems += bad
        if name not in tax_returns:
            problems.append(
                warning(
                    f"{where}.{name}",
                    "UNKNOWN_NAME",
                    f"The book has no tax return {name!r}, so its rule is not used.",
                    "Write a tax_return of accounts.csv.",
                )
            )
    return found, problems


def _stated(
    mapping: Mapping[str, object], rule: HarvestRule, keys: frozenset[str], where: str
) -> tuple[HarvestRule, list[Problem]]:
    """A rule as a table changes it."""
    problems = unknown_keys(mapping, keys, where)
    stated: dict[str, object] = {}
    for key, value in mapping.items():
        if key not in keys:
            continue
        field, read, expected = _read(key, value)
        if read is None:
            problems.append(_bad(f"{where}:{key}", value, expected))
        else:
            stated[field] = read
    return replace(rule, **stated), problems  # type: ignore[arg-type]


def _bad(where: str, value: object, expected: str) -> Problem:
    key = where.rpartition(":")[2]
    return error(where, "BAD_VALUE", f"{key} = {value!r} cannot be read.", f"Write {expected}.")


def unknown_names(
    rule: HarvestRule, symbols: Collection[str], accounts: Collection[str]
) -> list[Problem]:
    """A warning for each excluded symbol or account that the book does not have."""
    wrong = [("exclude", n, "symbol") for n in sorted(rule.exclude - set(symbols))]
    wrong += [
        ("exclude_accounts", n, "account") for n in sorted(rule.exclude_accounts - set(accounts))
    ]
    return [
        warning(
            f"{WHERE}:{key}",
            "UNKNOWN_NAME",
            f"The book has no {noun} {name!r}, so it excludes nothing.",
            "Correct the name, or delete it.",
        )
        for key, name, noun in wrong
    ]


def _read(key: str, value: object) -> tuple[str, object, str]:
    """The field that a key sets, its value or None, and what may stand there."""
    if key in AMOUNTS:
        field, places, most = AMOUNTS[key]
        number = scaled_value(value, places)
        is_good = number is not None and number >= 0 and (most is None or number <= most)
        limit = "" if most is None else f" and at most {most // 10**places}"
        expected = f"a number that is not negative{limit}, with at most {places} decimals"
        return field, number if is_good else None, expected
    if key in SWITCHES:
        return key, value if isinstance(value, bool) else None, "true or false"
    if key in CHOICES:
        choices = {str(choice): choice for choice in CHOICES[key]}
        expected = " or ".join(f'"{choice}"' for choice in choices)
        return key, choices.get(value) if isinstance(value, str) else None, expected
    if key == OPINION_BY:
        is_name = isinstance(value, str) and bool(value.strip())
        return key, value if is_name else None, "a name in quotes"
    if key == OPINION_DATE:
        return key, _day(value), "a date, as 2024-01-15"
    known = {str(choice) for choice in OPT_INS.get(key, ())}
    expected = f"a list of {sorted(known)}" if known else 'a list of names, as ["ABC", "XYZ"]'
    names = value if isinstance(value, list) else [None]
    is_good = all(isinstance(n, str) and (not known or n in known) for n in names)
    return key, frozenset(names) if is_good else None, expected


def _day(value: object) -> date | None:
    """A date as TOML has it, or as text; None where it is neither."""
    if isinstance(value, date):
        return None if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
