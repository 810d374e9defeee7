"""What is done with recorded harvests in Python; every answer is that of its command."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from taxlots.workflows.arguments import Amount, Day, Moment, as_day, as_moment, as_text
from taxlots.workflows.run_answers import RunAnswer

if TYPE_CHECKING:
    import pandas as pd

Place = str | PathLike[str]


class RunQuestions:
    """Recorded harvests and rebalances of a book in a database, named by its ``source``.

    All raise UsageError for a folder, for a run that is not there and for what cannot be done,
    and DataError where the book has errors.
    """

    source: str

    def record_harvest(self, out: Place, *, by: str, as_of: Day = None) -> RunAnswer:
        """Plan a harvest, write its files and record it, as ``taxlots harvest --record``."""
        from taxlots.workflows.clock import now
        from taxlots.workflows.run_answers import run_json
        from taxlots.workflows.run_ledger import record_harvest, recorded_run

        done = record_harvest(self.source, Path(out), by=by, now=now(), as_of=as_day(as_of))
        reviewed = recorded_run(self.source, done.run.number)
        return RunAnswer({"out": str(out), "is_new": done.is_new, "run": run_json(reviewed)})

    def record_rebalance(
        self,
        out: Place,
        *,
        by: str,
        cash: Amount | None = None,
        withdraw: Amount | None = None,
        needed_by: Day = None,
        account: str | None = None,
        household: str | None = None,
        objective: str = "",
        risk_model: Place = "",
        tranches: int | None = None,
        schedule: str = "",
        overlay: bool = False,
        market: Place | None = None,
        as_of: Day = None,
    ) -> RunAnswer:
        """Plan a rebalance, write its files and record it, as ``taxlots rebalance --record``.

        ``by`` is who records it, ``needed_by`` the day by which a withdrawal is needed.
        """
        from taxlots.workflows.clock import now
        from taxlots.workflows.rebalance_asked import RebalanceAsked
        from taxlots.workflows.rebalance_ledger import record_rebalance
        from taxlots.workflows.run_answers import run_json
        from taxlots.workflows.run_ledger import recorded_run

        asked = RebalanceAsked(
            deposit=as_text(cash),
            withdraw=as_text(withdraw),
            by=as_day(needed_by),
            account=account,
            household=household,
            objective=objective,
            risk_model=str(risk_model),
            tranches=tranches,
            schedule=schedule,
            overlay=overlay,
            market=None if market is None else Path(market),
        )
        last = as_day(as_of)
        done = record_rebalance(self.source, Path(out), asked, by=by, now=now(), as_of=last)
        reviewed = recorded_run(self.source, done.run.number)
        return RunAnswer({"out": str(out), "is_new": done.is_new, "run": run_json(reviewed)})

    def runs(self) -> list[RunAnswer]:
        """Every recorded harvest and rebalance with its orders as they stand, oldest first."""
        from taxlots.workflows.run_answers import run_json
        from taxlots.workflows.run_ledger import recorded_runs

        return [RunAnswer({"run": run_json(one)}) for one in recorded_runs(self.source)]

    def approve(
        self,
        run: int,
        *,
        by: str,
        orders: Sequence[str] = (),
        excepted: Sequence[str] = (),
        reason: str = "",
        day: Day = None,
    ) -> RunAnswer:
        """Sign orders of a recorded run: all that are proposed, those named, or all but some.

        ``day`` leaves those of one session of trades in tranches.
        """
        from taxlots.workflows.approve import approve
        from taxlots.workflows.clock import now
        from taxlots.workflows.run_answers import run_json

        named = {"orders": orders, "excepted": excepted}
        on = as_day(day)
        done = approve(self.source, run, by=by, now=now(), reason=reason, day=on, **named)
        return RunAnswer({"approved": list(done.signed), "run": run_json(done.reviewed)})

    def override(
        self,
        run: int,
        action: str,
        *,
        by: str,
        reason: str,
        order: str = "",
        lot: str = "",
        quantity: Amount = "",
        symbol: str = "",
        until: Day = None,
    ) -> RunAnswer:
        """Exclude, cap, replace or force an order or a lot, as ``taxlots override``."""
        from taxlots.workflows.clock import now
        from taxlots.workflows.override import AskedOverride, override, override_action
        from taxlots.workflows.run_answers import run_json

        asked = AskedOverride(
            action=override_action(action),
            by=by,
            reason=reason,
            order=order,
            lot=lot,
            quantity=str(quantity),
            symbol=symbol,
            until=as_day(until),
        )
        done = override(self.source, run, asked, now=now())
        told = {"changed": list(done.changed), "told": list(done.told)}
        return RunAnswer({**told, "run": run_json(done.reviewed)})

    def orders(
        self,
        run: int,
        out: Place,
        *,
        block_fills: Place | None = None,
        layouts: Sequence[str] = (),
        day: Day = None,
    ) -> RunAnswer:
        """Write the signed orders of a recorded run into a folder, as ``taxlots orders``.

        Of trades in tranches, those of ``day``, by default of the first session with any left.
        """
        from taxlots.workflows.order_files import write_orders
        from taxlots.workflows.run_answers import layouts_json, on_json, run_json

        fills, on = None if block_fills is None else Path(block_fills), as_day(day)
        done = write_orders(self.source, run, Path(out), fills=fills, layouts=layouts, day=on)
        files = {name.removesuffix(".csv"): list(rows) for name, rows in done.rows.items()}
        told = {"out": str(out), "files": files, **layouts_json(done), **on_json(done)}
        return RunAnswer({**told, "run": run_json(done.reviewed)})

    def confirm(self, run: int, fills: Place, *, by: str, tolerance_percent: int = 2) -> RunAnswer:
        """Hold fills against a recorded run and book them, as ``taxlots confirm``."""
        from taxlots.workflows.clock import now
        from taxlots.workflows.confirm import confirm
        from taxlots.workflows.run_answers import confirmed_json

        path, percent = Path(fills), tolerance_percent
        done = confirm(self.source, run, path, by=by, now=now(), tolerance_percent=percent)
        return RunAnswer(confirmed_json(done))

    def check_run(self, run: int, *, files: Place | None = None) -> RunAnswer:
        """Check what a recorded run proves, as ``taxlots runs --check``."""
        from taxlots.workflows.run_answers import check_json
        from taxlots.workflows.run_check import check_run

        folder = None if files is None else Path(files)
        return RunAnswer(check_json(check_run(self.source, run, folder=folder)))

    def letter(self, run: int, out: Place, *, household: str = "", account: str = "") -> RunAnswer:
        """Write the letter to a client as a PDF, as ``taxlots letter``."""
        from taxlots.workflows.letter import write_letter
        from taxlots.workflows.run_answers import letter_json

        done = write_letter(self.source, run, Path(out), household=household, account=account)
        return RunAnswer(letter_json(done, str(out)))

    def letters(self, run: int, folder: Place) -> dict[str, RunAnswer]:
        """Write the letter to each household into a folder; the answers by file name."""
        from taxlots.workflows.letter import write_letters
        from taxlots.workflows.run_answers import letter_json

        done = write_letters(self.source, run, Path(folder))
        return {name: RunAnswer(letter_json(one, str(folder))) for name, one in done.items()}

    def cpa_pack(
        self, run: int, out: Place, *, household: str = "", as_of: Day = None
    ) -> RunAnswer:
        """Write what a tax preparer needs into a folder or a zip, as ``taxlots cpa-pack``."""
        from taxlots.workflows.cpa_pack import write_cpa_pack
        from taxlots.workflows.run_answers import pack_json

        last = as_day(as_of)
        done = write_cpa_pack(self.source, run, Path(out), household=household, as_of=last)
        return RunAnswer(pack_json(done, str(out)))

    def restrictions(
        self, *, account: str | None = None, as_of: Day = None, known_at: Moment = None
    ) -> pd.DataFrame:
        """What is not to be bought, or not sold at a loss, and until when; of a folder too."""
        from taxlots.workflows.answer_frames import frame_of_rows
        from taxlots.workflows.restrictions import active_restrictions

        last, known = as_day(as_of), as_moment(known_at)
        _, rows = active_restrictions(self.source, account=account, as_of=last, known_at=known)
        return frame_of_rows("restrictions.csv", rows)
