"""Proxies for programs and for people: figures, verdict, and why one may not be bought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from taxlots.domain.account import Account
from taxlots.domain.money import shares
from taxlots.domain.security import Security
from taxlots.domain.tax_rate import rate_text
from taxlots.domain.tracking import ONE, Tracking
from taxlots.domain.verdict import ProxyRefusal
from taxlots.plan.proxy_review import Candidate, Review
from taxlots.plan.proxy_suggestions import Suggestions

REFUSALS: Final = {
    ProxyRefusal.IDENTICAL: "substantially identical, by the book",
    ProxyRefusal.SAME_INDEX: "tracks the same index, and no named opinion allows it",
    ProxyRefusal.KEPT_FOR_HARVESTS: "harvests trade it; a tax-deferred account buys a tertiary",
    ProxyRefusal.EXCLUDED: "excluded by the harvest rule",
    ProxyRefusal.WASHES_WAITING_LOSS: "its purchase would disallow a loss of the last 30 days",
    ProxyRefusal.SOLD_IN_PLAN: "the plan sells it at a loss",
    ProxyRefusal.NO_PRICE: "no close on or before this day",
    ProxyRefusal.STALE_PRICE: "its last close is too old",
    ProxyRefusal.TOO_DEAR: "the proceeds do not buy one share",
}
"""Why a proxy is not bought, in words."""

BECAUSE: Final = (
    (
        "Proxies stand in the order of a harvest: by rank, in a rank those for the kind of account"
        " first, then by tracking error, then by fee."
    ),
    (
        "Correlation, beta and tracking error (a year) are of log price returns over the last 252"
        " sessions on which both have a close; at least 60 are needed."
    ),
    (
        "What is substantially identical is policy, not a figure: what the book lists, and"
        " securities on one index without a named opinion, are never used."
    ),
)
"""What the answer rests on."""


def review_json(review: Review, securities: Mapping[str, Security]) -> dict[str, Any]:
    """The proxies of one security with the figures of each."""
    return {
        "symbol": review.symbol,
        "account_kind": review.account_kind,
        "accounts": list(review.accounts),
        "dividends": _dates(review.dividends),
        "candidates": [
            _candidate_json(one, len(review.accounts), securities) for one in review.candidates
        ],
    }


def _candidate_json(
    one: Candidate, accounts: int, securities: Mapping[str, Security]
) -> dict[str, Any]:
    row = one.proxy
    return {
        "proxy": row.proxy,
        "rank": row.rank,
        "rank_name": row.rank_name,
        "account_kind": row.account_kind,
        "verdict": "usable" if one.is_usable else "no",
        "why": why(one, accounts),
        "refused_in": {account: str(refusal) for account, refusal in one.refusals.items()},
        "chosen_in": list(one.chosen_in),
        **_figures(one.tracking, one.fee_difference_ppm),
        **_market(securities.get(row.proxy)),
        "dividends": _dates(one.dividends),
        "household": list(one.household),
        "reason": row.reason,
        "opinion_date": "" if row.opinion_date is None else row.opinion_date.isoformat(),
        "opinion_by": row.opinion_by,
        "evidence": row.evidence,
        "allow_same_index": row.allow_same_index,
        "warnings": list(one.warnings),
    }


def why(one: Candidate, accounts: int) -> str:
    """Why a candidate is not bought, with the accounts if it is not bought in some of several."""
    said: dict[ProxyRefusal, list[str]] = {}
    for account, refusal in one.refusals.items():
        said.setdefault(refusal, []).append(account)
    return "; ".join(
        REFUSALS[refusal] + (f" ({', '.join(names)})" if len(names) < accounts else "")
        for refusal, names in said.items()
    )


def suggestions_json(found: Suggestions, securities: Mapping[str, Security]) -> dict[str, Any]:
    """What might become a proxy, and what is left out."""
    return {
        "symbol": found.symbol,
        "suggestions": [
            {
                "symbol": one.symbol,
                "is_same_class": one.is_same_class,
                **_figures(one.tracking, one.fee_difference_ppm),
                **_market(securities.get(one.symbol)),
                "warnings": list(one.warnings),
            }
            for one in found.suggestions
        ],
        "left_out": {symbol: str(refusal) for symbol, refusal in found.left_out.items()},
    }


def _figures(tracking: Tracking | None, fee_ppm: int | None) -> dict[str, str | int]:
    """Figures as decimals; blank where they are not known."""
    return {
        "correlation": _decimal(tracking.correlation_ppm if tracking else None),
        "beta": _decimal(tracking.beta_ppm if tracking else None),
        "tracking_error": _decimal(tracking.error_ppm if tracking else None),
        "returns": tracking.returns if tracking else 0,
        "fee_difference": _decimal(fee_ppm),
    }


def _market(security: Security | None) -> dict[str, str]:
    return {
        "expense_ratio": _decimal(security.expense_ratio_ppm if security else None),
        "spread": _decimal(security.spread_ppm if security else None),
        "adv": "" if security is None or security.adv is None else shares(security.adv),
    }


def _decimal(ppm: int | None) -> str:
    return "" if ppm is None else rate_text(ppm)


def _dates(days: tuple[date, ...]) -> list[str]:
    return [day.isoformat() for day in days]


def candidate_rows(review: Review) -> list[dict[str, str]]:
    """The proxies of one security as rows of a listing."""
    return [
        {
            "rank": one.proxy.rank_name,
            "proxy": one.proxy.proxy,
            "verdict": ("chosen" if one.chosen_in else "usable") if one.is_usable else "no",
            **_shown(one.tracking, one.fee_difference_ppm),
            "dividends": " ".join(_dates(one.dividends)),
            "why": why(one, len(review.accounts)),
        }
        for one in review.candidates
    ]


def suggestion_rows(found: Suggestions) -> list[dict[str, str]]:
    """Suggestions as rows of a listing."""
    return [
        {
            "symbol": one.symbol,
            "class": "same" if one.is_same_class else "other",
            **_shown(one.tracking, one.fee_difference_ppm),
            "warnings": "; ".join(one.warnings),
        }
        for one in found.suggestions
    ]


def _shown(tracking: Tracking | None, fee_ppm: int | None) -> dict[str, str]:
    """Figures for people: three decimals, percents."""
    return {
        "correlation": _rounded(tracking.correlation_ppm if tracking else None),
        "beta": _rounded(tracking.beta_ppm if tracking else None),
        "error": _percent(tracking.error_ppm if tracking else None, 1),
        "fee": _percent(fee_ppm, 2),
    }


def _rounded(ppm: int | None) -> str:
    return "" if ppm is None else f"{ppm / ONE:.3f}"


def _percent(ppm: int | None, places: int) -> str:
    return "" if ppm is None else f"{ppm * 100 / ONE:.{places}f} %"


def heading(review: Review, accounts: tuple[Account, ...], as_of: date) -> str:
    """What the listing of one security is about."""
    of = f"in {accounts[0].id}" if len(accounts) == 1 else f"in {review.account_kind} accounts"
    paid = f"; it pays on {', '.join(_dates(review.dividends))}" if review.dividends else ""
    return f"Instead of {review.symbol} {of} on {as_of}{paid}"
