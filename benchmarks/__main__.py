"""Run every benchmark: ``python -m benchmarks``; name some to run those alone."""

import os
import platform
import sys

from benchmarks import (
    audit,
    batch,
    commands,
    day_trader,
    filing,
    fold,
    forms,
    guard,
    harvest_plan,
    mixed,
    optimizer,
    rebalance,
    rebalance_night,
    tie_out,
)

ALL = {
    "fold": fold.lines,
    "mixed": mixed.lines,
    "day_trader": day_trader.lines,
    "tie_out": tie_out.lines,
    "filing": filing.lines,
    "forms": forms.lines,
    "guard": guard.lines,
    "harvest_plan": harvest_plan.lines,
    "optimizer": optimizer.lines,
    "rebalance": rebalance.lines,
    "commands": commands.lines,
    "audit": audit.lines,
    "batch": batch.lines,
    "rebalance_night": rebalance_night.lines,
}


def main() -> None:
    """Print the figures as they come."""
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    for name in sys.argv[1:] or ALL:
        print(f"\n{name}")
        for line in ALL[name]():
            print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
