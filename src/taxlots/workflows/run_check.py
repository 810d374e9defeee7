"""Whether a recorded run still proves what it says: counts, hashes, every lot, every order."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from taxlots.book.standing import open_lots
from taxlots.domain.harvest_run import Approval, HarvestRun, RunKind
from taxlots.domain.money import scaled, shares
from taxlots.domain.order import Side
from taxlots.domain.problem import DataError, Problem, UsageError
from taxlots.plan.reviewed import ReviewedOrder, order_hash
from taxlots.reports.contract_orders import CONTRACT_ORDERS
from taxlots.reports.folders import MANIFEST
from taxlots.reports.harvest_columns import COLUMNS
from taxlots.reports.inert import inert
from taxlots.workflows.gather import require_database
from taxlots.workflows.replay import replay
from taxlots.workflows.run_ledger import ORDERS, hash_of, hashes_of, review_of
from taxlots.workflows.run_lines import (
    HARVESTED,
    VERDICTS,
    Files,
    plan_lines,
    recorded_files,
    ties_of,
    verdicts_on,
)
from taxlots.workflows.verify import Check, Outcome, failed, passed

SIGNATURE: Final = {"client_order_id", "order_hash", "signed_by"}
"""What of a tie is held against the signatures; the rest is what the order rests on."""


@dataclass(frozen=True, slots=True)
class RunCheck:
    """Every check of a recorded run, and what was changed past the program."""

    run: HarvestRun
    checks: tuple[Check, ...]
    problems: tuple[Problem, ...]

    @property
    def has_passed(self) -> bool:
        """Whether no check failed."""
        return all(check.outcome is not Outcome.FAILS for check in self.checks)


def check_run(book: str, number: int, *, folder: Path | None = None) -> RunCheck:
    """Check a recorded harvest or rebalance, and a folder that was written of it.

    That the database is as recorded; that the lines come to the hashes of the run; that its counts
    sum.  Of a harvest, that each open lot of the book as it was then known has one verdict, and
    each order a verdict that asks for it; of a rebalance, what ``rebalance_checks`` does.  Raises
    UsageError for a folder as a book and a run that is not there.
    """
    require_database(book)
    from taxlots.ledger.database import reading
    from taxlots.ledger.harvest_review import approvals_of
    from taxlots.ledger.migrate import open_ledger
    from taxlots.ledger.verify import verify_ledger

    ledger = open_ledger(book)
    broken = verify_ledger(ledger)
    with reading(ledger) as connection:
        reviewed = review_of(connection, number)
        approvals = approvals_of(connection, number)
        files = recorded_files(connection, reviewed.run)
    run = reviewed.run
    checks = [
        _record(broken),
        _hashes(run, files),
        *_of_kind(book, run, files),
    ]
    if folder is not None:
        checks.append(_folder(folder, run, files, reviewed.orders, approvals))
    return RunCheck(run, tuple(checks), tuple(broken))


def _of_kind(book: str, run: HarvestRun, files: Files) -> list[Check]:
    if run.kind is RunKind.REBALANCE:
        from taxlots.workflows.rebalance_check import rebalance_checks

        return rebalance_checks(book, run, files)
    verdicts = files[VERDICTS]
    return [_counts(run, verdicts), _coverage(book, run, verdicts), _orders(run, files)]


def _record(broken: Sequence[Problem]) -> Check:
    if broken:
        return failed("record", f"the database was changed past the program: {len(broken)} places")
    return passed("record", "every row of the database matches its hash")


def _hashes(run: HarvestRun, files: Files) -> Check:
    """The lines against the hash of the plan, and those of its manifest."""
    stated = json.loads(run.manifest).get("files", {})
    hashes = hashes_of(files)
    wrong = [name for name, of in stated.items() if hashes.get(name) != of]
    hashed = {name: files.get(name, []) for name in stated or COLUMNS}
    if hash_of(hashed) != run.plan_hash and not wrong:
        wrong = ["the plan as a whole"]
    if wrong:
        return failed("hashes", f"other lines than were planned: {', '.join(wrong)}")
    rows = sum(len(rows) for rows in files.values())
    return passed("hashes", f"{rows} lines of {len(hashed)} files come to plan {run.plan_hash}")


def _counts(run: HarvestRun, verdicts: Sequence[Mapping[str, str]]) -> Check:
    """The counts of the manifest against the verdicts."""
    manifest: dict[str, Any] = json.loads(run.manifest)
    lots = manifest["lots"]
    told = {
        "lots": (lots["open"], len(verdicts)),
        "verdicts": (run.verdicts, len(verdicts)),
        "harvested": (lots["harvested"], sum(r["verdict"] == HARVESTED for r in verdicts)),
        "reasons": (
            {name: count for name, count in lots["by_reason"].items() if count},
            dict(Counter(row["reason"] for row in verdicts)),
        ),
        "accounts": (
            {one["account"]: one["lots"] for one in manifest["accounts"] if one["lots"]},
            dict(Counter(row["account"] for row in verdicts)),
        ),
        "rule version": (manifest["rule_version"], run.rules_version),
    }
    wrong = [name for name, (said, counted) in told.items() if said != counted]
    if wrong:
        return failed("counts", f"the manifest does not sum to the verdicts: {', '.join(wrong)}")
    accounts = len(manifest["accounts"])
    return passed(
        "counts",
        f"{len(verdicts)} verdicts in {accounts} accounts sum to the manifest, by reason and by"
        f" account, under rules {run.rules_version}",
    )


def _coverage(book: str, run: HarvestRun, verdicts: Sequence[Mapping[str, str]]) -> Check:
    """The verdicts against the open lots of the book, as it was known when the run was made."""
    known = datetime.fromisoformat(run.recorded_at)
    try:
        books = replay(book, as_of=run.as_of, known_at=known)
    except DataError:
        return failed("coverage", "the book as it was known then cannot be booked")
    lots = Counter(
        (inert(lot.account), inert(lot.symbol), inert(lot.lot_id), shares(lot.quantity))
        for lot in open_lots(books)
    )
    judged = Counter(
        (row["account"], row["symbol"], row["lot_id"], row["quantity"]) for row in verdicts
    )
    missing, extra = lots - judged, judged - lots
    if missing or extra:
        named = ", ".join(" ".join(lot[:3]) for lot in [*missing, *extra][:3])
        return failed(
            "coverage",
            f"{missing.total()} open lots have no verdict, {extra.total()} verdicts are on no open"
            f" lot: {named}",
        )
    return passed("coverage", f"each of {lots.total()} open lots as of {run.as_of} has one verdict")


def _orders(run: HarvestRun, files: Files) -> Check:
    """Each order against the verdicts on its lots, and each harvested lot against its order."""
    verdicts = files[VERDICTS]
    wrong = []
    sold: set[tuple[str, str, str]] = set()
    for order in run.orders:
        rows = [r for r in verdicts_on(order, verdicts) if r["verdict"] == HARVESTED]
        held = sum(scaled(row["quantity"], 8) or 0 for row in rows)
        is_sale = order.side is Side.SELL
        if not rows or (is_sale and order.quantity > held):
            wrong.append(order.client_order_id)
        if is_sale:
            sold |= {(row["account"], row["symbol"], row["lot_id"]) for row in rows}
    wrong += [
        row["lot_id"]
        for row in verdicts
        if row["verdict"] == HARVESTED
        and (row["account"], row["symbol"], row["lot_id"]) not in sold
    ]
    if wrong:
        return failed("orders", f"no verdict asks for it, or no order does it: {wrong[0]}")
    return passed("orders", f"{len(run.orders)} orders rest on {len(sold)} harvested lots")


def _folder(
    folder: Path,
    run: HarvestRun,
    files: Files,
    orders: Sequence[ReviewedOrder],
    approvals: Sequence[Approval],
) -> Check:
    """A folder of the run: that of its plan, or one of orders that were written to be sent."""
    manifest = _manifest(folder)
    stated: dict[str, Any] = manifest.get("files", {})
    found = {name: _read(folder / name) for name in stated}
    hashes = hashes_of(found)
    wrong = [name for name, of in stated.items() if hashes[name] != of]
    wrong += [
        name
        for name, digest in manifest.get("layout_files", {}).items()
        if _digest(folder / name) != digest
    ]
    if "signed" in manifest:
        try:
            wrong += _untied(manifest, found, run, files, orders, approvals)
        except (AttributeError, KeyError, TypeError):
            wrong.append(f"{MANIFEST}: signed")
    elif stated != hashes_of({name: files.get(name, []) for name in stated}):
        wrong.append(f"{MANIFEST}: it is of another run")
    if wrong:
        return failed("files", f"{folder} is not what was written: {', '.join(wrong[:3])}")
    return passed("files", f"{len(stated)} files in {folder} are as they were written")


def _untied(
    manifest: Mapping[str, Any],
    found: Files,
    run: HarvestRun,
    files: Files,
    orders: Sequence[ReviewedOrder],
    approvals: Sequence[Approval],
) -> Iterator[str]:
    """What of a folder of orders does not lead back to signatures and verdicts of the run."""
    stated = ("run", "as_of", "recorded_by", "plan_hash", "rule_version", "verdicts")
    recorded = (
        *(str(run.number), run.as_of.isoformat(), run.actor, run.plan_hash, run.rules_version),
        run.verdicts,
    )
    yield from (
        f"{MANIFEST}: {name}"
        for name, value in zip(stated, recorded, strict=True)
        if manifest.get(name) != value
    )
    if not set(manifest["approved_by"]) <= {a.actor for a in approvals}:
        yield f"{MANIFEST}: approved_by"
    if manifest.get("run_files") != hashes_of(files):
        yield f"{MANIFEST}: run_files"
    known = {one.order.client_order_id: one for one in orders}
    ties = {tie["client_order_id"]: tie for tie in manifest["signed"]}
    signed = [(a.client_order_id, a.order_hash, a.actor) for a in approvals]
    rows = {
        row["client_order_id"]: row
        for file in (ORDERS, CONTRACT_ORDERS)
        for row in found.get(file, ())
    }
    for name in dict.fromkeys([*rows, *ties]):
        one, tie, row = known.get(name), ties.get(name), rows.get(name)
        if one is None or tie is None or row is None:
            yield f"{ORDERS}: {name} is not among the signed orders"
            continue
        (expected,) = ties_of([one], files)
        signers = {
            actor for of, signature, actor in signed if (of, signature) == (name, tie["order_hash"])
        }
        if not signers or set(tie["signed_by"]) != signers:
            yield f"{MANIFEST}: {name} was not signed so"
        elif any(tie[key] != expected[key] for key in expected.keys() - SIGNATURE):
            yield f"{MANIFEST}: {name} rests on something else"
        elif not _is_signed(row, one, tie["order_hash"]):
            yield f"{ORDERS}: {name} was changed after it was signed"


def _is_signed(row: Mapping[str, str], one: ReviewedOrder, signed: str) -> bool:
    """Whether a row is the order that bears a signature, or what is left of it."""
    if order_hash(one.order) != signed:
        # It was signed anew since: the row must be the form of its own time.
        return order_hash(replace(one.order, cells=dict(row))) == signed
    cells = one.order.cells
    quantity = scaled(row["quantity"], 8) or 0
    is_same = all(row.get(name, "") == cell for name, cell in cells.items() if name != "quantity")
    return is_same and 0 < quantity <= one.order.quantity


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise UsageError(f"{folder} has no {MANIFEST} that can be read: {cause}") from cause
    if not isinstance(found, dict) or not isinstance(found.get("files"), dict):
        raise UsageError(
            f"{folder / MANIFEST} has no hashes; name a folder that `taxlots harvest --record`,"
            " `taxlots rebalance --record` or `taxlots orders` wrote"
        )
    return found


def _digest(path: Path) -> str:
    """The SHA-256 of a file; blank where it is gone."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _read(path: Path) -> list[dict[str, str]]:
    """The rows of a file; one that is gone has none."""
    try:
        if path.suffix == ".json":
            return plan_lines(json.loads(path.read_text(encoding="utf-8")))
        with path.open(encoding="utf-8", newline="") as file:
            return [
                {name: cell or "" for name, cell in row.items()} for row in csv.DictReader(file)
            ]
    except (OSError, ValueError, csv.Error):
        return []
