"""What stands on the pages of a filing: tables of text cells, one form or box after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from taxlots.book.form_6781 import TEXTS as FORM_6781_TEXTS
from taxlots.reports.form_8949_texts import (
    BOXES,
    COLUMNS,
    DIGITAL_BOXES,
    EXPIRED,
    FIRST_DIGITAL_YEAR,
    SHORT_BOXES,
    by_box,
    of_unknown_basis,
    part_of,
    straight_by_line,
)
from taxlots.reports.money_texts import accounted

if TYPE_CHECKING:
    from taxlots.book.form_4797 import Form4797Row
    from taxlots.book.form_6781 import Form6781
    from taxlots.book.return_forms import Filing, ReturnForms
    from taxlots.book.wash_statement import WashStatementRow
    from taxlots.domain.form_8949 import Form8949Row, ScheduleD, ScheduleDLine

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its width in points (0 takes what is left), and its side."""

    name: str
    width: int
    is_right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A table that begins a page; ``name`` is short for its title on pages that follow.

    ``bands`` are headings above rows, by the place of the row; ``strong`` the places of rows that
    stand out; ``boxes`` the check boxes above the table, and whether each is checked.
    """

    title: str
    name: str = ""
    remarks: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Sequence[Cells]
    total: Cells | None = None
    bands: Mapping[int, str] = field(default_factory=dict)
    strong: frozenset[int] = frozenset()
    boxes: tuple[tuple[str, bool], ...] = ()


def money_column(name: str) -> Column:
    """A column of amounts."""
    return Column(name, 84, is_right=True)


def day_column(name: str, width: int = 62) -> Column:
    """A column of dates."""
    return Column(name, width, is_right=True)


ROW_COLUMNS: Final = (
    Column(f"(a) {COLUMNS['a']}", 0),
    day_column(f"(b) {COLUMNS['b']}"),
    day_column(f"(c) {COLUMNS['c']}", 78),
    money_column(f"(d) {COLUMNS['d']}"),
    money_column(f"(e) {COLUMNS['e']}"),
    Column(f"(f) {COLUMNS['f']}", 58),
    money_column(f"(g) {COLUMNS['g']}"),
    money_column(f"(h) {COLUMNS['h']}"),
)
LINE_COLUMNS: Final = (
    Column("Line", 32),
    Column("", 0),
    money_column("(d) Proceeds"),
    money_column("(e) Cost or other basis"),
    money_column("(g) Adjustment"),
    money_column("(h) Gain or (loss)"),
)
CONTRACT_COLUMNS: Final = (
    Column("Line", 32),
    Column("", 0),
    money_column("(b) Loss"),
    money_column("(c) Gain"),
    money_column("Amount"),
)
DAY_COLUMNS: Final = (
    Column("Description of property", 0),
    day_column("Date acquired"),
    day_column("Date sold"),
)
FORM_4797_COLUMNS: Final = (
    *DAY_COLUMNS,
    money_column("(d) Gross sales price"),
    money_column("(f) Cost or other basis"),
    money_column("(g) Gain or (loss)"),
)
STATEMENT_COLUMNS: Final = (
    Column("Box", 26),
    *DAY_COLUMNS,
    money_column("Box 1g of Form 1099-B"),
    money_column("Disallowed by section 1091"),
    Column("Because", 220),
)
PARTS: Final = {"1a": "Part I, short-term", "8a": "Part II, long-term", "16": "Part III, summary"}
COMBINED: Final = ("7", "15", "16")


def sections_of(filing: Filing, forms: ReturnForms) -> Iterator[Section]:
    """The sections of a return: the forms as they are filed, then what they rest on."""
    cents = not filing.is_whole_dollars
    yield _schedule_d(forms.schedule_d, cents=cents)
    for box, rows in by_box(forms.form_rows).items():
        remark = _sentence(BOXES[box])
        yield _box_pages(filing.year, box, remark, rows, cents=cents)
    if forms.totals:
        yield from _statements(forms, cents=cents)
    if forms.form_6781 is not None:
        yield _form_6781(forms.form_6781, cents=cents)
    yield from _form_4797(forms.form_4797, cents=cents)
    if forms.wash_statement:
        yield _statement(forms.wash_statement)
    unknown = of_unknown_basis(forms.rows)
    if unknown:
        remark = "Not on the forms above, and in no total: an unknown basis is not zero."
        yield _rows("Sales whose basis is unknown", remark, unknown, cents=cents, has_total=False)
    for line, rows in straight_by_line(forms.rows).items():
        remark = "For the records: these rows need no adjustment, so no Form 8949."
        yield _rows(f"Rows of Schedule D, line {line}", remark, rows, cents=cents)


def _statements(forms: ReturnForms, *, cents: bool) -> Iterator[Section]:
    """The rows that Form 8949 totals, apart by broker as there, so that each comes to its total."""
    for box, rows in by_box(forms.rows).items():
        by_broker: dict[str, list[Form8949Row]] = {}
        for row in rows:
            broker = forms.brokers.get(row.account) or row.account
            by_broker.setdefault(broker, []).append(row)
        for broker, listed in by_broker.items():
            title = f"Attached statement of {broker}, {part_of(box)}, box {box}"
            remark = "Form 8949 has these rows as one, with code M."
            yield _rows(title, remark, listed, name=f"Statement, box {box}", cents=cents)


def day_text(day: str) -> str:
    """An ISO date as the forms have it, ``mm/dd/yyyy``; words that stand for one as they are."""
    try:
        return f"{date.fromisoformat(day):%m/%d/%Y}"
    except ValueError:
        return day


def row_cells(row: Form8949Row, *, cents: bool) -> Cells:
    """Columns (a) to (h) of a row of Form 8949."""
    has_adjustment = bool(row.codes or row.adjustment_cents)
    return (
        row.description,
        day_text(row.acquired),
        day_text(row.sold),
        EXPIRED if row.expired == "d" else accounted(row.proceeds_cents, cents=cents),
        EXPIRED if row.expired == "e" else _amount(row.basis_cents, cents=cents),
        row.codes,
        accounted(row.adjustment_cents, cents=cents) if has_adjustment else "",
        _amount(row.gain_cents, cents=cents),
    )


def total_cells(rows: Sequence[Form8949Row], *, cents: bool) -> Cells:
    """Columns (a) to (h) of the line of totals over rows with a known basis."""
    return (
        "Totals",
        "",
        "",
        accounted(sum(row.proceeds_cents for row in rows), cents=cents),
        accounted(sum(row.basis_cents or 0 for row in rows), cents=cents),
        "",
        accounted(sum(row.adjustment_cents for row in rows), cents=cents),
        accounted(sum(row.gain_cents or 0 for row in rows), cents=cents),
    )


def _box_pages(
    year: int, box: str, remark: str, rows: Sequence[Form8949Row], *, cents: bool
) -> Section:
    is_short = box in SHORT_BOXES
    boxes = tuple(
        (one, one == box)
        for one in BOXES
        if (one in SHORT_BOXES) == is_short
        if year >= FIRST_DIGITAL_YEAR or one not in DIGITAL_BOXES
    )
    return Section(
        title=f"Form 8949, {part_of(box)}",
        name=f"Form 8949, box {box}",
        remarks=(f"Box {box}: {remark[0].lower()}{remark[1:]}",),
        columns=ROW_COLUMNS,
        rows=[row_cells(row, cents=cents) for row in rows],
        total=total_cells(rows, cents=cents),
        boxes=boxes,
    )


def _rows(
    title: str,
    remark: str,
    rows: Sequence[Form8949Row],
    *,
    cents: bool,
    name: str = "",
    has_total: bool = True,
) -> Section:
    return Section(
        title=title,
        name=name,
        remarks=(remark,),
        columns=ROW_COLUMNS,
        rows=[row_cells(row, cents=cents) for row in rows],
        total=total_cells(rows, cents=cents) if has_total else None,
    )


def _schedule_d(schedule: ScheduleD, *, cents: bool) -> Section:
    places = {line.line: at for at, line in enumerate(schedule.lines)}
    return Section(
        title="Schedule D, capital gains and losses",
        name="Schedule D",
        remarks=(),
        columns=LINE_COLUMNS,
        rows=[_line_cells(line, schedule.answers, cents=cents) for line in schedule.lines],
        bands={places[line]: text for line, text in PARTS.items() if line in places},
        strong=frozenset(places[line] for line in COMBINED if line in places),
    )


def _line_cells(line: ScheduleDLine, answers: Mapping[str, bool], *, cents: bool) -> Cells:
    answer = answers.get(line.line)
    last = _amount(line.gain_cents, cents=cents)
    if answer is not None:
        last = "Yes" if answer else "No"
    amounts = (line.proceeds_cents, line.basis_cents, line.adjustment_cents)
    return (line.line, line.text, *(_amount(one, cents=cents) for one in amounts), last)


def _form_6781(form: Form6781, *, cents: bool) -> Section:
    accounts = []
    for row in form.rows:
        loss, gain = row.loss_cents or None, row.gain_cents or None
        columns = (_amount(loss, cents=cents), _amount(gain, cents=cents))
        accounts.append(("1", row.account, *columns, ""))
    sums = [accounted(form.lines[line], cents=cents) for line in ("2b", "2c")]
    lines = [
        (line, FORM_6781_TEXTS[line], "", "", accounted(form.lines[line], cents=cents))
        for line in ("3", "4", "5", "6", "7", "8", "9")
    ]
    remarks = ("The net loss may be carried back three years (26 USC 1212(c)): box D.",)
    return Section(
        title="Form 6781, Part I: section 1256 contracts marked to market",
        name="Form 6781",
        remarks=remarks if form.may_carry_back else (),
        columns=CONTRACT_COLUMNS,
        rows=[*accounts, ("2", FORM_6781_TEXTS["2"], *sums, ""), *lines],
        strong=frozenset({len(accounts) + 5}),
    )


def _form_4797(rows: Sequence[Form4797Row], *, cents: bool) -> Iterator[Section]:
    """The statement to line 10; positions that are marked are apart from sales."""
    for is_mark, title in ((False, "sales"), (True, "held and marked at the end of the year")):
        some = [row for row in rows if row.is_mark == is_mark]
        known = [row for row in some if row.gain_cents is not None]
        if not some:
            continue
        yield Section(
            title=f"Form 4797, Part II, statement to line 10: {title}",
            name="Form 4797",
            remarks=("Section 475 accounts; gains and losses are ordinary.",),
            columns=FORM_4797_COLUMNS,
            rows=[_form_4797_cells(row, cents=cents) for row in some],
            total=(
                "Totals",
                "",
                "",
                accounted(sum(row.proceeds_cents for row in known), cents=cents),
                accounted(sum(row.basis_cents or 0 for row in known), cents=cents),
                accounted(sum(row.gain_cents or 0 for row in known), cents=cents),
            ),
        )


def _form_4797_cells(row: Form4797Row, *, cents: bool) -> Cells:
    return (
        row.description,
        day_text(row.acquired),
        day_text(row.sold),
        accounted(row.proceeds_cents, cents=cents),
        _amount(row.basis_cents, cents=cents),
        _amount(row.gain_cents, cents=cents),
    )


def _statement(rows: Sequence[WashStatementRow]) -> Section:
    return Section(
        title="Statement to code W: less is disallowed than Form 1099-B says",
        name="Statement to code W",
        remarks=("Instructions for Form 8949, code W.",),
        columns=STATEMENT_COLUMNS,
        rows=[
            (
                row.box,
                row.description,
                day_text(row.acquired),
                day_text(row.sold),
                accounted(row.reported_cents),
                accounted(row.disallowed_cents),
                row.because,
            )
            for row in rows
        ],
    )


def _amount(cents_of_dollars: int | None, *, cents: bool) -> str:
    return "" if cents_of_dollars is None else accounted(cents_of_dollars, cents=cents)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
