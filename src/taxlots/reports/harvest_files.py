"""The files of a harvest: every table as text cells, and the manifest.

The columns are documented in ``docs/reference/harvest-files.md``.  All cells are inert.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from taxlots.domain.harvest_rule import RATIO_ONE, HarvestRule
from taxlots.domain.money import apportion, dollars, dollars_if_known, shares
from taxlots.domain.order import Side
from taxlots.domain.restriction import SwitchBack
from taxlots.plan.guard import WashCheck
from taxlots.plan.harvest_plan import HarvestPlan, Opportunity, ReturnHarvest, Verdict
from taxlots.plan.harvest_value import HarvestValue
from taxlots.reports.harvest_columns import COLUMNS, VALUE_CELLS
from taxlots.reports.harvest_wording import detail_of, spoiled_lines
from taxlots.reports.inert import inert
from taxlots.reports.order_rows import instruction_row, order_row
from taxlots.reports.price_cell import price_cell
from taxlots.reports.restriction_rows import restriction_row
from taxlots.version import RULES_VERSION

Row = dict[str, str]


def tables(plan: HarvestPlan) -> dict[str, list[Row]]:
    """Every table of a plan by its file name: one dict of text cells a row, columns in order."""
    rows: dict[str, Iterable[Row]] = {
        "opportunities.csv": opportunity_rows(plan.opportunities),
        **rows_of_trades(plan),
        "verdicts.csv": (_verdict(verdict, plan) for verdict in plan.verdicts),
    }
    return {
        name: [{column: inert(str(row[column])) for column in columns} for row in rows[name]]
        for name, columns in COLUMNS.items()
    }


def opportunity_rows(verdicts: Iterable[Verdict]) -> list[Row]:
    """The cells of ``opportunities.csv``, not inert yet, for lots that have a loss."""
    return [_opportunity(verdict) for verdict in verdicts]


def rows_of_trades(plan: HarvestPlan) -> dict[str, list[Row]]:
    """The cells of the tables of what a plan sells, buys and forbids, not inert yet."""
    return {
        "orders.csv": [order_row(order) for order in plan.orders],
        "lot_instructions.csv": [instruction_row(one) for one in plan.lot_instructions],
        "restrictions.csv": [restriction_row(one) for one in plan.restrictions],
        "switch_back.csv": [_switch_back(one) for one in plan.switch_backs],
    }


def manifest(
    plan: HarvestPlan,
    *,
    book: str,
    hashes: Mapping[str, str],
    engine_version: str,
    rule_version: str,
) -> dict[str, Any]:
    """What the run looked at, under which rule, and what came of it; ready for JSON.

    ``hashes`` maps input files to their SHA-256.  ``lots.by_reason`` and the lots by account each
    sum to ``lots.open``, the number of open lots in the book; accounts without lots are listed.
    """
    harvested = [v for v in plan.verdicts if v.reason.is_harvest]
    looked_at = Counter(verdict.lot.account for verdict in plan.verdicts)
    taken = Counter(verdict.lot.account for verdict in harvested)
    sides = Counter(order.side for order in plan.orders)
    return {
        "book": book,
        "as_of": plan.as_of.isoformat(),
        "engine_version": engine_version,
        "rule_version": rule_version,
        "inputs": dict(sorted(hashes.items())),
        "rule": _rule(plan.rule),
        "rules": {name: _rule(rule) for name, rule in sorted(plan.rules.items())},
        "lots": {
            "open": len(plan.verdicts),
            "harvested": len(harvested),
            "by_reason": {str(reason): n for reason, n in plan.lots_by_reason.items()},
        },
        "accounts": [
            {
                "household": account.household,
                "account": account.id,
                "lots": looked_at[account.id],
                "harvested": taken[account.id],
            }
            for account in plan.accounts
        ],
        "opportunities": len(plan.opportunities),
        "orders": {str(side): sides[side] for side in Side},
        "restrictions": len(plan.restrictions),
        "switch_backs": len(plan.switch_backs),
        "returns": [_return(one) for one in plan.returns],
        "totals": _totals([v.opportunity for v in harvested if v.opportunity]),
    }


def _return(one: ReturnHarvest) -> dict[str, Any]:
    """What the plan comes to on a return; null where its tax is not known, or no goal is set."""
    return {
        "tax_return": one.tax_return,
        "goal": str(one.goal),
        "wanted_loss": None if one.wanted_cents is None else dollars(one.wanted_cents),
        "short_term_loss": dollars(one.short_cents),
        "long_term_loss": dollars(one.long_cents),
        "tax_saved_this_year": None if one.saved_cents is None else dollars(one.saved_cents),
        "carried_forward": None if one.carried_cents is None else dollars(one.carried_cents),
    }


def _totals(harvested: list[Opportunity]) -> dict[str, Any]:
    """Sums over the harvested lots; a saving is summed where the profile gives rates."""
    return {
        "proceeds": dollars(sum(o.appraisal.market_value_cents or 0 for o in harvested)),
        "short_term_loss": dollars(
            sum(o.allowed_loss_cents for o in harvested if not o.appraisal.is_long)
        ),
        "long_term_loss": dollars(
            sum(o.allowed_loss_cents for o in harvested if o.appraisal.is_long)
        ),
        "deferred_loss": dollars(sum(o.check.disallowed_cents for o in harvested)),
        "estimated_tax_saved": dollars(sum(o.tax_saved_cents or 0 for o in harvested)),
        "lots_without_rates": sum(o.tax_saved_cents is None for o in harvested),
    }


def _rule(rule: HarvestRule) -> dict[str, Any]:
    """The rule by its fields, in their units; names in order."""
    found: dict[str, Any] = {}
    for field in fields(rule):
        value = getattr(rule, field.name)
        if isinstance(value, frozenset):
            found[field.name] = sorted(value)
        elif isinstance(value, date):
            found[field.name] = value.isoformat()
        else:
            found[field.name] = str(value) if isinstance(value, str) else value
    return found


def _opportunity(verdict: Verdict) -> Row:
    lot, appraisal, opportunity = verdict.lot, verdict.appraisal, verdict.opportunity
    if opportunity is None or appraisal.quote is None:
        raise AssertionError("an opportunity has a loss, and that a close")
    saved = opportunity.tax_saved_cents
    proxy = opportunity.replacement.proxy
    refused = opportunity.replacement.refused
    return {
        "household": lot.household,
        "symbol": lot.symbol,
        "account": lot.account,
        "lot_id": lot.lot_id,
        "acquired_date": lot.acquired.isoformat(),
        "quantity": shares(lot.quantity),
        "close": price_cell(appraisal.quote.close, 8),
        "close_date": appraisal.quote.day.isoformat(),
        "market_value": dollars(appraisal.market_value_cents or 0),
        "cost_basis": dollars(lot.loss_basis_cents),
        "loss": dollars(appraisal.loss_cents),
        "loss_percent": percent_cell(appraisal.loss_cents, lot.loss_basis_cents),
        "term": "LT" if appraisal.is_long else "ST",
        "days_to_long_term": str(appraisal.days_to_long_term),
        **_wash_cells(opportunity.check, opportunity.lot.quantity),
        "sell_quantity": shares(opportunity.lot.quantity) if verdict.reason.is_harvest else "0",
        "allowed_loss": dollars(opportunity.allowed_loss_cents),
        "estimated_tax_saved": dollars_if_known(saved),
        "saving_basis": opportunity.saving_basis,
        "hurdle_percent": percent_cell(opportunity.hurdle_ratio, RATIO_ONE),
        **_value_cells(opportunity.value),
        "verdict": _yes_or_no(verdict),
        "reason": verdict.reason,
        "replacement": proxy.proxy if proxy else "",
        "refused_replacements": ";".join(f"{symbol}:{refusal}" for symbol, refusal in refused),
        "told": "; ".join([*opportunity.told, *spoiled_lines(opportunity)]),
    }


def _value_cells(value: HarvestValue | None) -> Row:
    """What a harvest is worth, part by part; blank where the return's tax is not known."""
    if value is None:
        return dict.fromkeys(VALUE_CELLS, "")
    return {
        "used_this_year": dollars(value.used_cents),
        "carried_forward": dollars(value.carried_cents),
        "saved_later": dollars(value.saved_later_cents),
        "later_tax": dollars(value.later_tax_cents),
        "trading_cost": dollars(value.trading_cents),
        "tracking_cost": dollars(value.tracking_cents),
        "present_value": dollars(value.present_cents),
        "value_of_waiting": dollars(value.waiting_cents),
        "warnings": ";".join(value.warnings),
    }


def _wash_cells(check: WashCheck, quantity: int) -> Row:
    """How much of a lot is blocked, until when, and by which purchases."""
    blockers = check.blockers
    return {
        "status": check.status,
        "free_quantity": shares(quantity - check.blocked_quantity),
        "blocked_quantity": shares(check.blocked_quantity),
        "blocked_until": _date(check.safe_from),
        "blocked_by": ";".join(
            f"{b.purchase.lot_id or b.purchase.kind}:{shares(b.available)}" for b in blockers
        ),
        "blocked_accounts": ";".join(dict.fromkeys(b.purchase.account.id for b in blockers)),
        "deferred_loss": dollars(check.disallowed_cents),
        "deferred_into": ";".join(
            f"{b.purchase.lot_id or b.purchase.kind}:{shares(b.taken)}" for b in blockers if b.taken
        ),
    }


def _switch_back(switch_back: SwitchBack) -> Row:
    return {
        "household": switch_back.household,
        "account": switch_back.account,
        "symbol": switch_back.symbol,
        "sold_quantity": shares(switch_back.sold_quantity),
        "sold_date": switch_back.sold_on.isoformat(),
        "replacement": switch_back.proxy,
        "replacement_quantity": shares(switch_back.proxy_quantity),
        "replacement_order_id": switch_back.proxy_order_id,
        "first_date": switch_back.first_day.isoformat(),
        "replacement_long_term_from": switch_back.proxy_long_term_from.isoformat(),
        "replacement_lot_id": switch_back.proxy_lot_id,
        "origin": switch_back.origin,
        "recommended": switch_back.recommendation,
        "date": switch_back.day.isoformat(),
        "term": "LT" if switch_back.is_long else "ST",
        "estimated_gain": dollars_if_known(switch_back.estimated_gain_cents),
        "estimated_tax": dollars_if_known(switch_back.tax_cents),
        "likely_move": dollars_if_known(switch_back.likely_move_cents),
        "gain_worth_returning": dollars_if_known(switch_back.worth_gain_cents),
        "policy": switch_back.policy,
    }


def _verdict(verdict: Verdict, plan: HarvestPlan) -> Row:
    lot = verdict.lot
    return {
        "household": lot.household,
        "account": lot.account,
        "symbol": lot.symbol,
        "lot_id": lot.lot_id,
        "acquired_date": lot.acquired.isoformat(),
        "quantity": shares(lot.quantity),
        "verdict": _yes_or_no(verdict),
        "reason": verdict.reason,
        "detail": detail_of(verdict, plan),
        "rule_version": RULES_VERSION,
    }


def _yes_or_no(verdict: Verdict) -> str:
    return "harvest" if verdict.reason.is_harvest else "no"


def _date(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def percent_cell(part: int, whole: int) -> str:
    """A part of a whole in percent, two decimals, half up."""
    return dollars(apportion(part, 10_000, whole))
