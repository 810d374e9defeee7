"""Recorded harvests and rebalances as JSON, for the commands and for the Python API."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from taxlots.domain.harvest_run import FillBreak
from taxlots.domain.money import shares

if TYPE_CHECKING:
    from taxlots.plan.reviewed import ReviewedOrder
    from taxlots.reports.cpa_pack import CpaSummary
    from taxlots.workflows.confirm import Confirmed
    from taxlots.workflows.letter import Letter
    from taxlots.workflows.order_files import OrderFiles
    from taxlots.workflows.run_check import RunCheck
    from taxlots.workflows.run_ledger import ReviewedRun


@dataclass(frozen=True)
class RunAnswer:
    """A recorded run after a question or a change: ``json`` is what its command prints."""

    json: dict[str, Any]

    @property
    def number(self) -> int:
        """The number of the run."""
        run = self.json["run"]
        return int(run["run"] if isinstance(run, dict) else run)

    @property
    def orders(self) -> tuple[dict[str, str], ...]:
        """Its orders as they stand, as ``taxlots runs --json`` has them; none where not told."""
        run = self.json["run"]
        return tuple(run["orders"]) if isinstance(run, dict) else ()


def run_json(one: ReviewedRun) -> dict[str, Any]:
    """A run and its orders as they stand, ready for JSON."""
    run = one.run
    return {
        "run": str(run.number),
        "kind": str(run.kind),
        "as_of": run.as_of.isoformat(),
        "by": run.actor,
        "recorded_at": run.recorded_at,
        "engine_version": run.engine_version,
        "rule_version": run.rules_version,
        "checkers_apart": run.checkers_apart,
        "plan_hash": run.plan_hash,
        "verdicts": str(run.verdicts),
        "orders": [order_json(order) for order in one.orders],
    }


def order_json(one: ReviewedOrder) -> dict[str, str]:
    """An order as it stands, as text cells."""
    order = one.order
    return {
        "client_order_id": order.client_order_id,
        "action": str(order.side),
        "symbol": order.symbol,
        "account": order.account,
        "lot_id": order.lot_id,
        "session": "" if order.session is None else order.session.isoformat(),
        "quantity": shares(order.quantity),
        "planned": shares(one.planned),
        "filled": shares(one.filled),
        "state": str(one.state),
        "approved_by": ", ".join(dict.fromkeys(a.actor for a in one.approvals)),
        "changed_by": ", ".join(dict.fromkeys(o.actor for o in one.overrides)),
    }


def confirmed_json(done: Confirmed) -> dict[str, Any]:
    """What a file of fills came to."""
    names = [field.name for field in fields(FillBreak)]
    breaks = [{name: str(getattr(one, name)) for name in names} for one in done.breaks]
    told = {"booked": str(done.booked), "known": str(done.known), "breaks": breaks}
    return {**told, "run": run_json(done.reviewed)}


def layouts_json(done: OrderFiles) -> dict[str, Any]:
    """How many orders each custodian's layout carries, and those that it cannot; else nothing."""
    if done.of_custodians is None:
        return {}
    carried = {name: str(count) for name, count in done.of_custodians.carried.items()}
    return {"layouts": carried, "unsendable": list(done.of_custodians.unsendable)}


def on_json(done: OrderFiles) -> dict[str, str]:
    """The session of the orders, where those of the run go over several."""
    return {} if done.session is None else {"session": done.session.isoformat()}


def letter_json(letter: Letter, out: str) -> dict[str, Any]:
    """What a letter is about."""
    return {
        "out": out,
        "run": str(letter.number),
        "household": letter.household,
        "lots": str(letter.lots),
        "purchases": str(len(letter.purchases)),
        "restricted": sorted({s for one in letter.not_to_buy for s in one.symbols}),
        "final_from": letter.final_from.isoformat(),
    }


def pack_json(pack: CpaSummary, out: str) -> dict[str, Any]:
    """What a CPA pack holds, list by list."""
    lists = {name.removesuffix(".csv"): list(rows) for name, rows in pack.lists.items()}
    told = {"is_final": pack.is_final, "as_of": pack.as_of.isoformat()}
    return {"out": out, "run": str(pack.number), **told, "remarks": list(pack.remarks), **lists}


def check_json(found: RunCheck) -> dict[str, Any]:
    """What the checks of a recorded harvest found."""
    checks = [asdict(one) for one in found.checks]
    return {"run": str(found.run.number), "passed": found.has_passed, "checks": checks}
