"""The guard's answer for programs and for people."""

from __future__ import annotations

from typing import Any

from taxlots.domain.money import dollars, shares
from taxlots.plan.trade_check import Because, Stake, TradeCheck, TradeSide, TradeVerdict

KINDS = {
    "loss": "sold at a loss",
    "purchase": "bought",
    "approved_sale": "approved for sale:",
    "approved_purchase": "approved to be bought:",
}


def guard_json(check: TradeCheck) -> dict[str, Any]:
    """The answer with the keys of the interchange contract, and some more after them."""
    return {
        "verdict": str(check.verdict),
        **stake_json(check.at_stake),
        "safe_date": check.safe_date.isoformat(),
        "because": [because_json(one) for one in check.because],
        "unknown": list(check.unknown),
        "side": str(check.side),
        "account": check.account,
        "symbol": check.symbol,
        "date": check.day.isoformat(),
        "asked": "" if check.asked is None else shares(check.asked),
        "by_books": stake_json(check.by_books),
        "could_be": stake_json(check.could_be)
        | {"permanent_beside": dollars(check.could_be_permanent_cents)},
        "realized_loss": dollars(check.realized_loss_cents),
        "do_not_buy_until": check.keep_until.isoformat() if check.keep_until else "",
        "is_liquidation": check.is_liquidation,
        "is_confirmed": check.is_confirmed,
        "told": list(check.told),
    }


def stake_json(stake: Stake) -> dict[str, str]:
    """Shares, loss, and loss that is gone for good."""
    return {
        "quantity": shares(stake.quantity),
        "loss_at_stake": dollars(stake.loss_cents),
        "permanent": dollars(stake.permanent_cents),
    }


def because_json(one: Because) -> dict[str, str]:
    """One transaction in the way, and the loss that it meets."""
    return {
        "id": one.id,
        "lot_id": one.lot_id,
        "account": one.account,
        "date": one.day.isoformat(),
        "quantity": shares(one.quantity),
        "loss": dollars(one.loss_cents),
        "rule": one.rule,
        "symbol": one.symbol,
        "kind": one.kind,
        "permanent": dollars(one.permanent_cents),
        "reading": one.reading,
        "until": one.until.isoformat(),
    }


def headline(check: TradeCheck) -> str:
    """The verdict in a sentence or two."""
    trade = _trade(check)
    stake = check.at_stake
    if check.verdict is TradeVerdict.OK:
        if check.realized_loss_cents:
            return f"ok: {trade} realizes a loss of {dollars(check.realized_loss_cents)}, all of it"
        return f"ok: {trade} disallows no loss"
    gone = ""
    if stake.permanent_cents:
        gone = f", {dollars(stake.permanent_cents)} of it for good"
    what = f"{shares(stake.quantity)} {check.symbol} would have {dollars(stake.loss_cents)}"
    if check.side is TradeSide.BUY:
        what = f"{shares(stake.quantity)} {check.symbol} would disallow {dollars(stake.loss_cents)}"
    loss = f"{what} of loss" if check.side is TradeSide.BUY else f"{what} of loss disallowed"
    return f"{check.verdict}: of {trade}, {loss}{gone}. The first safe day is {check.safe_date}."


def _trade(check: TradeCheck) -> str:
    verb = "selling" if check.side is TradeSide.SELL else "buying"
    asked = "any" if check.asked is None else shares(check.asked)
    place = "from" if check.side is TradeSide.SELL else "in"
    return f"{verb} {asked} {check.symbol} {place} {check.account} on {check.day}"


def because_rows(check: TradeCheck) -> list[dict[str, str]]:
    """The transactions in the way as rows of a listing."""
    return [
        because_json(one) | {"what": f"{KINDS.get(one.kind, f'{one.kind} scheduled')} {one.symbol}"}
        for one in check.because
    ]
