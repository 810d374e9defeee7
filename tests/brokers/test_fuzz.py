"""Whatever happens to a custodian's file on its way, it is read whole or refused with reasons.

Every folder of ``fixtures/brokers`` is tried: a new importer is covered by its samples alone.  A
sample is mutated, cut off, put in another order and encoded anew; whatever comes of it must be
rows that the journal can take, or listed problems, and never a traceback.
"""

import re
from collections.abc import Callable
from dataclasses import astuple
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taxlots.brokers.protocol import (
    HEAD_CHARS,
    CustodianOpenLot,
    CustodianRealizedLot,
    Reading,
)
from taxlots.brokers.registry import BROKERS, sniff
from taxlots.brokers.text import decode
from taxlots.domain.action import COLUMNS, FURTHER_COLUMNS, Action
from taxlots.domain.problem import Problem, Severity

FIXTURES: Final = Path(__file__).resolve().parents[2] / "fixtures" / "brokers"
NO_SAMPLES: Final = {".md", ".py", ".toml"}
SAMPLES: Final = sorted(
    path
    for folder in FIXTURES.iterdir()
    if folder.is_dir()
    for path in folder.iterdir()
    if path.is_file() and path.suffix not in NO_SAMPLES
)
SETTINGS: Final = settings(max_examples=max(150, settings.default.max_examples))
ACCOUNT: Final = "book-account"
FILE: Final = "export.csv"

TROUBLE: Final = (
    *('"', ",", "\n", "\r", "\t", "$", "-", "(", ")", "%", "=", "\0", "<", ">", "&", "/>", "--"),
    *("é", "€", "٣", "²", "\ufeff", "\ufffd", "🙂", "\u2028", " ", "0", "9", "9" * 30, "1e9", "."),
    *("NaN", "Infinity", "as of", "{", "[", "]", "}", "null", "true", "02/30/2024", "12/31/9999"),
    *("0001-01-01", "&#0;", "<!ENTITY a 'b'>", "]]>", "[" * 2_000, "<a>" * 2_000),
)
ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32", "cp037")
PLAIN: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
LONG_NUMBER: Final = re.compile(r"(?<!\d)\d{4}-\d{4}(?!\d)|\d{7,}", re.ASCII)


def account_candidates(text: str) -> list[str]:
    """What may be an account's number in a sample: its words, those with digits first."""
    words = set(re.findall(r"[\w*.-]{3,}", text))
    words |= {cell.strip() for cell in re.split(r"[,\"<>\n]", text) if len(cell.strip()) >= 3}
    return sorted(words, key=lambda word: (not re.search(r"\d", word), -text.count(word), word))


@cache
def sound(path: Path) -> tuple[str, str, str | None]:
    """The sample's text, the name of its importer, and the account to read of several."""
    text = decode(path.read_bytes(), path.name)
    assert isinstance(text, str), path
    known = sniff(text)
    name = path.parent.name if path.parent.name in BROKERS else known.name if known else ""
    assert name in BROKERS, f"no importer for {path}"
    if not read(name, text).is_refused:
        return text, name, None
    tried = account_candidates(text)
    fit = (token for token in tried if not read(name, text, token).is_refused)
    return text, name, next(fit, None)


def read(broker: str, text: str, statement_account: str | None = None) -> Reading:
    return BROKERS[broker].read(
        text, file=FILE, account=ACCOUNT, statement_account=statement_account
    )


def typed_over(text: str, at: int, by: int, what: int) -> str:
    return text[:at] + TROUBLE[what % len(TROUBLE)] + text[at + by % 4 :]


def cut_off(text: str, at: int, _by: int, _what: int) -> str:
    return text[:at]


def beheaded(text: str, at: int, _by: int, _what: int) -> str:
    return text[at:]


def lost_a_piece(text: str, at: int, by: int, _what: int) -> str:
    return text[:at] + text[at + 1 + by % 60 :]


def digit_changed(text: str, at: int, by: int, what: int) -> str:
    digits = [spot for spot, char in enumerate(text) if char.isascii() and char.isdigit()]
    if not digits:
        return text
    spot = digits[at % len(digits)]
    return text[:spot] + "0123456789-."[(by + what) % 12] + text[spot + 1 :]


def line_moved(text: str, at: int, by: int, _what: int) -> str:
    lines = text.splitlines(keepends=True)
    if lines:
        lines.insert(by % len(lines), lines.pop(at % len(lines)))
    return "".join(lines)


def line_doubled(text: str, at: int, by: int, _what: int) -> str:
    lines = text.splitlines(keepends=True)
    if lines:
        lines.insert(by % len(lines), lines[at % len(lines)])
    return "".join(lines)


def line_dropped(text: str, at: int, _by: int, _what: int) -> str:
    lines = text.splitlines(keepends=True)
    if lines:
        lines.pop(at % len(lines))
    return "".join(lines)


def turned_round(text: str, _at: int, _by: int, _what: int) -> str:
    return "\n".join(reversed(text.splitlines()))


def cells_swapped(text: str, at: int, by: int, what: int) -> str:
    lines = text.split("\n")
    spot = at % len(lines)
    cells = lines[spot].split(",")
    one, other = by % len(cells), what % len(cells)
    cells[one], cells[other] = cells[other], cells[one]
    return "\n".join([*lines[:spot], ",".join(cells), *lines[spot + 1 :]])


def cell_taken_from_elsewhere(text: str, at: int, by: int, what: int) -> str:
    words = re.split(r"([,\n<>{}]+)", text)
    words[at % len(words)] = words[(by * 61 + what) % len(words)]
    return "".join(words)


def other_line_ends(text: str, _at: int, by: int, _what: int) -> str:
    return ("\r\n", "\r", "\n\n", "\n\r")[by % 4].join(text.splitlines())


def other_separator(text: str, _at: int, by: int, _what: int) -> str:
    return text.replace(",", (";", "\t", ", ", "|")[by % 4])


def without_quotes(text: str, _at: int, _by: int, _what: int) -> str:
    return text.replace('"', "")


def encoded_anew(text: str, _at: int, by: int, what: int) -> str:
    content = text.encode(ENCODINGS[by % len(ENCODINGS)], errors="replace")
    try:
        told = decode(content, FILE)
    except LookupError:  # pragma: no cover - every encoding above is Python's own
        return text
    if not isinstance(told, Problem):
        return told
    assert told.severity is Severity.ERROR
    assert told.code == "WRONG_ENCODING"
    return content.decode(("latin-1", "utf-8")[what % 2], errors="replace")


DAMAGES: Final[tuple[Callable[[str, int, int, int], str], ...]] = (
    typed_over,
    typed_over,
    digit_changed,
    digit_changed,
    cell_taken_from_elsewhere,
    cells_swapped,
    cut_off,
    beheaded,
    lost_a_piece,
    line_moved,
    line_doubled,
    line_dropped,
    turned_round,
    other_line_ends,
    other_separator,
    without_quotes,
    encoded_anew,
)

AT = st.integers(0, 2**20)
damage_plans = st.lists(
    st.tuples(st.sampled_from(DAMAGES), AT, st.integers(0, 255), st.integers(0, 255)),
    min_size=1,
    max_size=4,
)


def check_reading(reading: Reading) -> None:
    """What every reading promises, whatever the file was."""
    check_problems(reading)
    if reading.is_refused:
        assert (reading.rows, reading.open_lots, reading.realized_lots) == ((), (), ())
        return
    assert reading.kind is not None
    days = [check_row(row.cells) for row in reading.rows]
    assert days == sorted(days)
    assert all(row.line >= 1 for row in reading.rows)
    ids = [row.cells["id"] for row in reading.rows if "id" in row.cells]
    assert len(set(ids)) == len(ids)
    for lot in (*reading.open_lots, *reading.realized_lots):
        check_lot(lot)
    for security in reading.securities:
        assert security["symbol"]
        assert all(isinstance(cell, str) for cell in security.values())


def check_problems(reading: Reading) -> None:
    for problem in reading.problems:
        assert re.fullmatch(rf"{re.escape(FILE)}(:\d+(:.+)?)?", problem.where), problem
        assert re.fullmatch(r"[A-Z][A-Z0-9_]+", problem.code), problem
        assert problem.message.strip(), problem
        assert problem.remedy.strip(), problem
        assert "\n" not in problem.message + problem.remedy, problem
    if not reading.is_refused:
        assert reading.rows or reading.open_lots or reading.realized_lots or reading.problems


def check_row(cells: dict[str, str]) -> date:
    assert set(cells) <= {*COLUMNS, *FURTHER_COLUMNS}
    assert all(cell and cell == cell.strip() for cell in cells.values()), cells
    assert cells["account"] == ACCOUNT
    assert cells["action"] in set(Action)
    assert not re.search(r"[:;,\s]", cells.get("id", ""))
    for column in ("quantity", "price", "fees", "amount", "cash", "fmv", "cost_basis"):
        if column in cells:
            assert PLAIN.fullmatch(cells[column]), cells
    assert float(cells.get("quantity", 1)) > 0, cells
    assert len(cells.get("quantity", "").partition(".")[2]) <= 8
    assert len(cells.get("amount", "").partition(".")[2]) in (0, 2)
    assert Fraction(cells.get("ratio", "1")) > 0, cells
    return date.fromisoformat(cells["date"])


def check_lot(lot: CustodianOpenLot | CustodianRealizedLot) -> None:
    assert lot.line >= 1
    assert not any(isinstance(cell, float) for cell in astuple(lot)), lot
    if isinstance(lot, CustodianRealizedLot):
        assert isinstance(lot.closed, date)
        assert lot.quantity >= 0
        assert lot.symbol or lot.cusip or lot.description, lot
    else:
        assert lot.quantity > 0
        assert lot.symbol or lot.cusip, lot
    assert lot.disallowed_cents >= 0
    assert lot.term in ("ST", "LT", "")


def sample_name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def test_every_importer_has_samples() -> None:
    assert {path.parent.name for path in SAMPLES} >= set(BROKERS)


@pytest.mark.parametrize("sample", SAMPLES, ids=sample_name)
def test_the_sample_itself_is_read(sample: Path) -> None:
    text, broker, statement_account = sound(sample)
    reading = read(broker, text, statement_account)
    assert not reading.is_refused, reading.problems
    check_reading(reading)
    assert read(broker, text, statement_account) == reading


@pytest.mark.parametrize("sample", SAMPLES, ids=sample_name)
def test_the_sample_is_known_by_its_content_to_one_importer_alone(sample: Path) -> None:
    text, broker, _ = sound(sample)
    assert [name for name, reader in BROKERS.items() if reader.can_read(text[:HEAD_CHARS])] == [
        broker
    ]


@pytest.mark.parametrize("sample", SAMPLES, ids=sample_name)
def test_no_message_about_the_sample_shows_an_account_number(sample: Path) -> None:
    text, broker, statement_account = sound(sample)
    numbers = set(LONG_NUMBER.findall(text))
    for reading in (read(broker, text), read(broker, text, statement_account)):
        told = " ".join(f"{p.message} {p.remedy}" for p in reading.problems)
        assert not {number for number in numbers if number in told}
        assert reading.statement_account not in numbers


@pytest.mark.parametrize("sample", SAMPLES, ids=sample_name)
def test_an_account_that_the_file_does_not_hold_is_no_traceback(sample: Path) -> None:
    text, broker, _ = sound(sample)
    check_reading(read(broker, text, "no-such-account"))


@pytest.mark.parametrize("sample", SAMPLES, ids=sample_name)
def test_a_damaged_file_is_read_whole_or_refused(sample: Path) -> None:
    text, broker, statement_account = sound(sample)
    outcomes: list[bool] = []

    @SETTINGS
    @given(damage_plans)
    def every_damage(plan: list[tuple[Callable[[str, int, int, int], str], int, int, int]]) -> None:
        damaged = text
        for damage, at, by, what in plan:
            damaged = damage(damaged, at % (len(damaged) + 1), by, what)
        sniff(damaged)
        reading = read(broker, damaged, statement_account)
        check_reading(reading)
        outcomes.append(reading.is_refused)

    every_damage()
    assert any(outcomes), "no damage was ever noticed"


@pytest.mark.parametrize("broker", sorted(BROKERS))
@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "\ufeff", "hello\n", "a,b\n1,2\n", "[1]", "{}", "<a/>", "<a>", "OFXHEADER:100\n"],
)
def test_something_else_is_refused(broker: str, text: str) -> None:
    reading = read(broker, text)
    assert reading.is_refused
    check_reading(reading)
