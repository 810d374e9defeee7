"""What a tax preparer gets of a harvest or rebalance: the README and the summary of its lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from taxlots.domain.harvest_run import RunKind
from taxlots.domain.money import scaled
from taxlots.reports.cpa_columns import LISTS
from taxlots.reports.folders import MANIFEST
from taxlots.reports.money_texts import accounted
from taxlots.reports.pdf_8949 import section_cells, shown
from taxlots.reports.pdf_sections import Cells, Column, Section, day_column, day_text
from taxlots.reports.typesetting import typeset

README: Final = "README.md"
SUMMARY: Final = "summary.pdf"
RESULTS: Final = frozenset({*LISTS, README, SUMMARY, MANIFEST})

Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CpaSummary:
    """What stands on top of a pack.  ``remarks`` are what a preparer has to look at."""

    book: str
    household: str
    number: int
    kind: RunKind
    planned: date
    as_of: date
    recorded_by: str
    approved_by: tuple[str, ...]
    plan_hash: str
    engine_version: str
    rules_version: str
    final_from: date | None
    is_final: bool
    lists: Mapping[str, Rows]
    remarks: tuple[str, ...]

    @property
    def title(self) -> str:
        """The title of the pack."""
        return f"{self.kind.capitalize()} {self.number} of {self.planned}: for the tax preparer"


def readme(pack: CpaSummary) -> str:
    """What the pack is, its state, and what every file and column means."""
    lines = [f"# {pack.title}", "", *(f"- {line}" for line in _about(pack)), ""]
    if pack.remarks:
        lines += ["## To look at", "", *(f"- {_plain(remark)}" for remark in pack.remarks), ""]
    lines += ["## Files", "", f"- `{SUMMARY}`: these lists as pages", ""]
    for name, one in LISTS.items():
        count = len(pack.lists[name])
        lines += [
            f"### `{name}`",
            "",
            f"{one.text.replace('harvest', pack.kind)} ({count} rows).",
            "",
        ]
        if one.columns:
            lines += ["| column | |", "|---|---|"]
            lines += [
                f"| `{column}` | {meaning.replace('harvest', pack.kind)} |"
                for column, meaning in one.columns.items()
            ]
            lines.append("")
    lines += [f"`{MANIFEST}` has the hash of every list.", ""]
    return "\n".join(lines)


def summary_pdf(pack: CpaSummary) -> bytes:
    """The lists as pages; the same pack gives the same bytes on any machine."""
    rows = sum(map(len, pack.lists.values()))
    return typeset(
        {
            "title": pack.title,
            "day": [pack.as_of.year, pack.as_of.month, pack.as_of.day],
            "foot": shown(f"{pack.book}, booked as of {pack.as_of}"),
            "tagged": rows <= MOST_TAGGED_ROWS,
            "returns": [
                {
                    "head": shown(f"{pack.household}, {pack.kind} {pack.number} of {pack.planned}"),
                    "mark": "" if pack.is_final else "Provisional",
                    "sections": [section_cells(section) for section in _sections(pack)],
                }
            ],
        }
    )


MOST_TAGGED_ROWS: Final = 1_000


def _about(pack: CpaSummary) -> list[str]:
    state = "final"
    if not pack.is_final:
        known = pack.final_from is not None
        state = f"provisional, final from {pack.final_from}" if known else "provisional"
    signed = ", ".join(pack.approved_by) or "nobody"
    return [
        f"Book: {_plain(pack.book)}; household: {_plain(pack.household)}",
        f"Recorded by {_plain(pack.recorded_by)}, approved by {_plain(signed)}",
        f"Booked as of {pack.as_of}; the figures of these sales are {state}",
        f"Plan {pack.plan_hash[:16]}; version {pack.engine_version}, rules {pack.rules_version}",
        "Prepared from the books for whoever prepares the return; not tax advice",
    ]


def _sections(pack: CpaSummary) -> Iterator[Section]:
    yield _effect(pack)
    yield _realized(pack)
    yield _windows(pack)
    yield _confirmations(pack)
    yield _restricted(pack)


def _effect(pack: CpaSummary) -> Section:
    columns = (
        Column("Return", 90),
        Column("Year", 32),
        Column("Line", 32),
        Column("", 0),
        _money_column("(h) without"),
        _money_column("(h) as executed"),
        _money_column("(h) as ordered"),
        _money_column("Effect"),
    )
    money = ("gain_without", "gain_executed", "gain_ordered", "gain_effect")
    rows = [
        (row["tax_return"], row["year"], row["line"], row["text"], *(_money(row[n]) for n in money))
        for row in pack.lists["schedule_d_effect.csv"]
    ]
    return Section(
        title="Effect on Schedule D",
        remarks=(*_about(pack), *pack.remarks),
        columns=columns,
        rows=rows,
    )


def _realized(pack: CpaSummary) -> Section:
    columns = (
        Column("Security", 0),
        Column("Account", 96),
        Column("Shares", 56, is_right=True),
        day_column("Acquired"),
        day_column("Sold"),
        _money_column("Proceeds"),
        _money_column("Basis"),
        _money_column("Disallowed"),
        _money_column("Gain or (loss)"),
        Column("Term", 30),
        day_column("Final from"),
    )
    listed = pack.lists["realized_lots.csv"]
    rows: list[Cells] = [
        (
            row["symbol"],
            row["account"],
            row["quantity"],
            day_text(row["acquired_date"]),
            day_text(row["sold_date"]),
            _money(row["proceeds"]),
            _money(row["cost_basis"]),
            _money(row["wash_sale_loss_disallowed"]),
            _money(row["gain"]),
            row["term"],
            day_text(row["final_from"]),
        )
        for row in listed
    ]
    names = ("proceeds", "cost_basis", "wash_sale_loss_disallowed", "gain")
    sums = (_money_sum(listed, name) for name in names)
    total = ("Total", "", "", "", "", *sums, "", "")
    remark = "As booked by the lots that the custodian confirmed."
    return Section(
        title="Lots realized", remarks=(remark,), columns=columns, rows=rows, total=total
    )


def _windows(pack: CpaSummary) -> Section:
    columns = (
        Column("Security", 0),
        Column("Account", 130),
        day_column("Sold"),
        day_column("Window to", 70),
        day_column("Final from", 70),
        Column("Open", 40),
        _money_column("Loss at stake"),
        Column("Not known to its end", 100),
    )
    rows = [
        (
            row["symbol"],
            row["account"],
            day_text(row["sold_date"]),
            day_text(row["window_to"]),
            day_text(row["final_from"]),
            row["is_open"],
            _money(row["loss"]),
            _ends(row["rows_end"]),
        )
        for row in pack.lists["open_windows.csv"]
    ]
    remark = "A purchase in the window, in any account of the household, can disallow the loss."
    return Section(title="Windows of section 1091", remarks=(remark,), columns=columns, rows=rows)


def _confirmations(pack: CpaSummary) -> Section:
    columns = (
        Column("Order", 104),
        Column("", 30),
        Column("Security", 0),
        Column("Account", 96),
        Column("Planned", 50, is_right=True),
        Column("Signed", 50, is_right=True),
        Column("Filled", 50, is_right=True),
        Column("State", 56),
        _money_column("Loss planned"),
        _money_column("Gain booked"),
        Column("Breaks", 84),
    )
    names = ("client_order_id", "action", "symbol", "account", "planned", "signed", "filled")
    rows = [
        (
            *(row[name] for name in names),
            row["state"],
            _money(row["planned_loss"]),
            _money(row["booked_gain"]),
            row["breaks"],
        )
        for row in pack.lists["confirmations.csv"]
    ]
    remark = "What was planned, signed and executed. breaks.csv says what each break means."
    return Section(title="Confirmed against plan", remarks=(remark,), columns=columns, rows=rows)


def _restricted(pack: CpaSummary) -> Section:
    columns = (
        Column("Account", 120),
        Column("Security", 90),
        Column("Restriction", 130),
        day_column("Until", 66),
        Column("Force", 50),
        Column("Note", 0),
    )
    names = ("account", "symbol", "restriction")
    rows = [
        (*(row[name] for name in names), day_text(row["until"]), row["force"], row["note"])
        for row in pack.lists["restrictions.csv"]
    ]
    remark = f"On {pack.as_of}. The day is the first one that is free again."
    return Section(title="Restrictions", remarks=(remark,), columns=columns, rows=rows)


def _money_column(name: str) -> Column:
    return Column(name, 66, is_right=True)


def _ends(text: str) -> str:
    """How many accounts are not known to the end of a window; their days are in the list."""
    count = len(text.split("; ")) if text else 0
    return {0: "", 1: text}.get(count, f"{count} accounts")


def _money(text: str) -> str:
    cents = scaled(text, 2) if text else None
    return "" if cents is None else accounted(cents)


def _money_sum(rows: Rows, name: str) -> str:
    return accounted(sum(scaled(row[name], 2) or 0 for row in rows if row[name]))


def _plain(text: str) -> str:
    """Text of the books on one line of a README, nothing of it markup."""
    line = " ".join(text.split())
    return "".join(f"\\{one}" if one in "\\`*_{}[]<>#|!" else one for one in line)
