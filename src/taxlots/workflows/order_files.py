"""What is sent after signing: orders, lots, blocks and their shares, and the calendar."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from taxlots.domain.harvest_run import OrderState, RunKind
from taxlots.domain.money import dollars, scaled, shares
from taxlots.domain.order import ShortSide, Side
from taxlots.domain.problem import UsageError
from taxlots.plan.blocks import Allocation, Block, average_price, blocks_of, fills_by_block
from taxlots.plan.reviewed import ReviewedOrder
from taxlots.reports.calendar_ics import switch_back_calendar
from taxlots.reports.contract_orders import CONTRACT_COLUMNS, CONTRACT_ORDERS
from taxlots.reports.folders import MANIFEST, check_folder, write_folder
from taxlots.reports.harvest_columns import COLUMNS
from taxlots.reports.order_layouts.registry import FILES
from taxlots.reports.order_rows import lot_words
from taxlots.workflows.gather import require_database
from taxlots.workflows.laid_out import LaidOutOrders, laid_out
from taxlots.workflows.run_gate import refuse_unsound
from taxlots.workflows.run_ledger import ReviewedRun, hashes_of, review_of
from taxlots.workflows.run_lines import recorded_files, ties_of

BLOCKS: Final = ("block_id", "custodian", "action", "symbol", "quantity", "orders")
ALLOCATIONS: Final = (
    "block_id",
    "client_order_id",
    "account_number",
    "action",
    "symbol",
    "lot_id",
    "ordered_quantity",
    "quantity",
    "average_price",
    "amount",
)
SWITCH_BACK: Final = "switch_back.csv"
CALENDAR: Final = "switch_back.ics"
RESULTS: Final = frozenset(
    {"orders.csv", "lot_instructions.csv", "blocks.csv", "allocations.csv", SWITCH_BACK}
    | {CALENDAR, MANIFEST, CONTRACT_ORDERS}
    | FILES
)
SENT: Final = (OrderState.APPROVED, OrderState.PARTLY_FILLED)

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class OrderFiles:
    """The run and what was written of it: the rows of each file, and custodians' layouts.

    ``session`` is the day of these orders where those of the run go over several.
    """

    reviewed: ReviewedRun
    rows: Mapping[str, Sequence[Row]]
    of_custodians: LaidOutOrders | None = None
    session: date | None = None

    @property
    def signed_elsewhen(self) -> tuple[int, int]:
        """Signed orders that are not executed of sessions before these, and after them."""
        left = [one.order.session for one in _signed(self.reviewed)]
        if self.session is None:
            return 0, 0
        days = [day for day in left if day is not None]
        return sum(day < self.session for day in days), sum(day > self.session for day in days)


def sent_of(reviewed: ReviewedRun, day: date | None) -> tuple[list[ReviewedOrder], date | None]:
    """What of a run is to be sent, and of which session.  Raises UsageError where nothing is."""
    signed = _signed(reviewed)
    sessions = sorted({one.order.session for one in signed if one.order.session is not None})
    if not signed:
        raise UsageError(
            f"{reviewed.run.label} has no signed order that is not executed; sign it with"
            " `taxlots approve`"
        )
    if day is None and not sessions:
        return signed, None
    on = day or sessions[0]
    found = [one for one in signed if on_day(one, reviewed) == on]
    if not found:
        days = ", ".join(sorted({on_day(one, reviewed).isoformat() for one in signed}))
        raise UsageError(
            f"{reviewed.run.label} has no signed order for {on} that is not executed; it has some"
            f" for {days}"
        )
    return found, on if sessions else None


def on_day(one: ReviewedOrder, reviewed: ReviewedRun) -> date:
    """When an order is to be traded: on its session, or on the day of its run."""
    return one.order.session or reviewed.run.as_of


def _signed(reviewed: ReviewedRun) -> list[ReviewedOrder]:
    return [one for one in reviewed.orders if one.approvals and one.state in SENT]


def write_orders(
    book: str,
    number: int,
    out: Path,
    *,
    fills: Path | None = None,
    layouts: Sequence[str] = (),
    day: date | None = None,
) -> OrderFiles:
    """Write what is signed and not executed of a recorded run, all files together or none.

    Of trades that go over several sessions these are the orders of ``day``, by default of the
    first session that has any left.

    ``fills`` is a CSV of block fills (``block_id, quantity, amount``), which ``allocations.csv``
    then shares out; without it, each order is to get what it asks for.  ``layouts`` are those of
    custodians, beside the default.  Raises UsageError for a folder as a book, an unsigned run,
    fills that are of no block or more than it trades, a layout of which there is no order, and
    signed orders that cannot stand together since something was taken out.
    """
    require_database(book)
    check_folder(out, RESULTS)
    from taxlots.ledger.database import reading
    from taxlots.ledger.migrate import open_ledger
    from taxlots.ledger.record import record_of

    with reading(open_ledger(book)) as connection:
        reviewed = review_of(connection, number)
        files = recorded_files(connection, reviewed.run)
        record, _ = record_of(connection)
    to_send, session = sent_of(reviewed, day)
    signed = [_unfilled(one) for one in to_send]
    refuse_unsound(book, reviewed, sending=session)
    accounts = [account.id for account in record.accounts] if record else []
    rows = _rows(signed, accounts, fills)
    if reviewed.run.kind is RunKind.HARVEST:
        rows[SWITCH_BACK] = list(_switch_backs(files[SWITCH_BACK], signed))
    content = _files(reviewed, rows)
    if session is not None:
        content[MANIFEST] |= {"session": session.isoformat()}
    content[MANIFEST] |= {
        "run_files": hashes_of(files),
        "signed": ties_of(to_send, files),
    }
    of_custodians = laid_out(rows["orders.csv"], layouts, record.securities if record else {})
    if of_custodians is not None:
        content |= of_custodians.content
        content[MANIFEST] |= {
            "layouts": dict(of_custodians.carried),
            "layout_files": of_custodians.hashes,
        }
    write_folder(out, content, results=RESULTS)
    return OrderFiles(reviewed, rows, of_custodians, session)


def _rows(
    signed: Sequence[ReviewedOrder], accounts: Sequence[str], fills: Path | None
) -> dict[str, list[Row]]:
    """The rows of securities, and those of contracts where any are signed."""
    securities = [one for one in signed if not one.order.is_contract]
    blocks = blocks_of([one.order for one in securities], accounts)
    rows: dict[str, list[Row]] = {
        "orders.csv": [dict(one.order.cells) for one in securities],
        "lot_instructions.csv": [_instruction(one) for one in securities if one.order.lot_id],
        "blocks.csv": [_block(block) for block in blocks],
        "allocations.csv": list(_allocations(blocks, fills)),
    }
    if contracts := [dict(one.order.cells) for one in signed if one.order.is_contract]:
        rows[CONTRACT_ORDERS] = contracts
    return rows


def _files(reviewed: ReviewedRun, rows: Mapping[str, list[Row]]) -> dict[str, Any]:
    import pyarrow as pa

    run = reviewed.run
    columns = {
        **COLUMNS,
        "blocks.csv": BLOCKS,
        "allocations.csv": ALLOCATIONS,
        CONTRACT_ORDERS: CONTRACT_COLUMNS,
    }
    files: dict[str, Any] = {
        name: pa.table(
            {c: pa.array([row.get(c, "") for row in of], pa.string()) for c in columns[name]}
        )
        for name, of in rows.items()
    }
    if SWITCH_BACK in rows:
        title = f"Switch-backs of {run.label}"
        stamp = datetime.fromisoformat(run.recorded_at)
        files[CALENDAR] = switch_back_calendar(rows[SWITCH_BACK], name=title, stamp=stamp)
    states = Counter(str(one.state) for one in reviewed.orders)
    files[MANIFEST] = {
        "run": str(run.number),
        "kind": str(run.kind),
        "as_of": run.as_of.isoformat(),
        "recorded_by": run.actor,
        "plan_hash": run.plan_hash,
        "engine_version": run.engine_version,
        "rule_version": run.rules_version,
        "verdicts": run.verdicts,
        "orders": dict(sorted(states.items())),
        "approved_by": sorted({a.actor for one in reviewed.orders for a in one.approvals}),
        "changed_by": sorted({o.actor for one in reviewed.orders for o in one.overrides}),
        "files": hashes_of(rows),
    }
    return files


def _unfilled(one: ReviewedOrder) -> ReviewedOrder:
    """An order with what is left of it, so that nothing is sent twice."""
    left = one.order.quantity - one.filled
    cells = {**one.order.cells, "quantity": shares(left)}
    return replace(one, order=replace(one.order, quantity=left, cells=cells))


def _instruction(one: ReviewedOrder) -> Row:
    cells = one.order.cells
    quantity, cost = cells["quantity"], cells["lot_unit_cost"]
    opened = cells["lot_open_date"]
    verb, opening = lot_words(is_cover=one.order.side is ShortSide.BUY_TO_COVER)
    told = f"{verb} {quantity} {cells['symbol']} versus {opening} of {opened} at {cost}"
    return {
        **{name: cells[name] for name in ("custodian", "account_number", "client_order_id")},
        **{name: cells[name] for name in ("symbol", "cusip", "lot_id", "quantity")},
        "versus_purchase_date": opened,
        "lot_unit_cost": cost,
        "instruction": told,
    }


def _block(block: Block) -> Row:
    return {
        "block_id": block.block_id,
        "custodian": block.custodian,
        "action": str(block.side),
        "symbol": block.symbol,
        "quantity": shares(block.quantity),
        "orders": str(len(block.orders)),
    }


def _allocations(blocks: Sequence[Block], path: Path | None) -> Iterable[Row]:
    if path is None:
        for block in blocks:
            for order in block.orders:
                yield _allocated(
                    Allocation(
                        block_id=block.block_id,
                        order=order,
                        quantity=order.quantity,
                        amount_cents=0,
                    ),
                    "",
                    "",
                )
        return
    fills = _block_fills(path, {block.block_id: block for block in blocks})
    for one in fills_by_block(blocks, fills):
        filled, cents = fills[one.block_id]
        price = shares(average_price(filled, cents)) if filled else ""
        yield _allocated(one, price, dollars(one.amount_cents))


def _allocated(one: Allocation, price: str, amount: str) -> Row:
    order = one.order
    return {
        "block_id": one.block_id,
        "client_order_id": order.client_order_id,
        "account_number": order.account,
        "action": str(order.side),
        "symbol": order.symbol,
        "lot_id": order.lot_id,
        "ordered_quantity": shares(order.quantity),
        "quantity": shares(one.quantity),
        "average_price": price,
        "amount": amount,
    }


def _block_fills(path: Path, blocks: Mapping[str, Block]) -> dict[str, tuple[int, int]]:
    """Quantity (1e-8) and cents of each block; several rows of one block are summed."""
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as cause:
        raise UsageError(f"{path} cannot be read as CSV: {cause}") from cause
    found: dict[str, tuple[int, int]] = {}
    for line, row in enumerate(rows, 2):
        name = row.get("block_id") or ""
        quantity = scaled(row.get("quantity") or "-", 8)
        cents = scaled(row.get("amount") or "-", 2)
        if name not in blocks or quantity is None or cents is None or min(quantity, cents) < 0:
            raise UsageError(
                f"{path}:{line}: write block_id of blocks.csv, quantity and amount in dollars"
            )
        before = found.get(name, (0, 0))
        found[name] = before[0] + quantity, before[1] + cents
        if found[name][0] > blocks[name].quantity:
            most = shares(blocks[name].quantity)
            raise UsageError(f"{path}:{line}: block {name} trades {most} and no more")
    return found


def _switch_backs(
    lines: Sequence[Mapping[str, str]], signed: Sequence[ReviewedOrder]
) -> Iterable[Row]:
    """Switch-backs of what is signed, and of earlier harvests; as purchases were changed."""
    bought = {one.order.client_order_id: one.order for one in signed if one.order.side is Side.BUY}
    sold: Counter[tuple[str, str]] = Counter()
    for one in signed:
        if one.order.side is Side.SELL:
            sold[one.order.account, one.order.symbol] += one.order.quantity
    for line in lines:
        order = bought.get(line["replacement_order_id"])
        if order is None and line.get("origin") != "books":
            continue
        if order is None:
            yield dict(line)
            continue
        yield {
            **line,
            "sold_quantity": shares(sold[line["account"], line["symbol"]]),
            "replacement": order.symbol,
            "replacement_quantity": shares(order.quantity),
        }
