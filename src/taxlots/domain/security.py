"""Securities: what is held, and what stands for what."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class SecurityKind(StrEnum):
    """What a security is, as far as the rules tell kinds apart."""

    STOCK = "stock"
    ETF = "etf"
    MUTUAL_FUND = "mutual_fund"
    OPTION = "option"
    BOND = "bond"
    DIGITAL_ASSET = "digital_asset"
    SECTION_1256 = "section_1256"

    @property
    def is_exempt_from_1091(self) -> bool:
        """Whether losses on it escape section 1091 (26 USC 1256(f)(5); Notice 2014-21)."""
        return self in (SecurityKind.DIGITAL_ASSET, SecurityKind.SECTION_1256)


class TaxClass(StrEnum):
    """How an issuer is taxed, as far as its owner's basis and character depend on it."""

    CORPORATION = "corporation"
    RIC = "ric"
    REIT = "reit"
    PARTNERSHIP = "partnership"
    GRANTOR_TRUST = "grantor_trust"

    @property
    def moves_basis(self) -> bool:
        """Whether income and expenses move the owner's basis every year (26 USC 705, 671)."""
        return self in (TaxClass.PARTNERSHIP, TaxClass.GRANTOR_TRUST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """One security.  ``multiplier`` is the number of shares that one unit stands for.

    ``strike`` is an option's exercise price in dollars per share, as text (blank: not stated).
    ``par_cents`` is what a bond repays for each unit.  ``tax_class`` is how the issuer is taxed;
    ``pays_exempt_daily`` a fund that declares exempt-interest dividends each day (26 USC
    852(b)(4)(E)).

    ``expense_ratio_ppm`` is what a fund costs a year and ``spread_ppm`` the gap between bid and
    ask, in 1e-6 of the price; ``adv`` is how many shares trade on an average day, in 1e-8.  None
    is not stated.
    """

    symbol: str
    kind: SecurityKind = SecurityKind.STOCK
    cusip: str = ""
    name: str = ""
    multiplier: int = 1
    underlying: str = ""
    is_put: bool = False
    fund: str = ""
    index: str = ""
    asset_class: str = ""
    drip: bool = False
    strike: str = ""
    expiry: date | None = None
    par_cents: int = 10_000
    tax_class: TaxClass = TaxClass.CORPORATION
    is_collectible: bool = False
    is_preferred: bool = False
    pays_exempt_daily: bool = False
    expense_ratio_ppm: int | None = None
    spread_ppm: int | None = None
    adv: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdenticalMember:
    """``symbol`` belongs to the substantially identical ``group`` from one date to another."""

    group: str
    symbol: str
    start: date | None = None
    end: date | None = None


TERTIARY: Final = 3
"""The first rank that harvests leave to the flows of tax-deferred accounts."""

RANK_NAMES: Final = {1: "primary", 2: "secondary", TERTIARY: "tertiary"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """``proxy`` may stand in for ``symbol``: rank 1 is primary, 2 secondary, 3 tertiary.

    A row without ``account_kind`` is for every kind.  ``opinion_by`` is who holds that the two are
    not substantially identical, since ``opinion_date``, and ``evidence`` where it is written down.
    ``allow_same_index`` lets the proxy track the index of the symbol, by that opinion.
    """

    symbol: str
    proxy: str
    rank: int
    account_kind: str = ""
    reason: str = ""
    opinion_date: date | None = None
    evidence: str = ""
    opinion_by: str = ""
    allow_same_index: bool = False

    @property
    def rank_name(self) -> str:
        """The rank in a word."""
        return RANK_NAMES.get(self.rank, f"rank {self.rank}")

    def tells_apart(self, as_of: date) -> bool:
        """Whether a named opinion of that day or before lets both track one index."""
        has_opinion = self.opinion_date is not None and self.opinion_date <= as_of
        return self.allow_same_index and has_opinion and bool(self.opinion_by)
