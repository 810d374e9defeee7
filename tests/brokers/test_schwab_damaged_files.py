"""Whatever happens to a file on its way: it is read whole, or refused with reasons."""

import csv
import io
import random
from decimal import Decimal
from pathlib import Path

import pytest

from taxlots.brokers.protocol import Reading
from taxlots.brokers.registry import BROKERS, sniff
from taxlots.brokers.text import decode
from taxlots.domain.problem import Problem

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "brokers" / "schwab"
SAMPLES = sorted(p for p in FIXTURES.iterdir() if p.suffix in {".csv", ".json"})
ROUNDS = 400
TROUBLE = ['"', ",", "\n", "\r", "\t", "$", "-", "(", ")", "%", "=", "\0", "é", "€", "٣", "0", "9"]
TROUBLE += ["\ufeff", "\ufffd", "🙂", "as of", "--", "1e9", "9" * 30, "{", "[", "]", "}", "null"]
PAID = {"BUY", "REINVEST", "FEE", "WITHDRAWAL", "BUY_OPTION", "CLOSE_OPTION", "BUY_TO_COVER"}


def damaged(text: str, rng: random.Random) -> str:
    for _ in range(rng.randint(1, 4)):
        text = rng.choice(DAMAGES)(text, rng)
    return text


def typed_over(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(TROUBLE) + text[at + rng.randint(0, 3) :]


def cut_off(text: str, rng: random.Random) -> str:
    return text[: rng.randrange(len(text) + 1)]


def lost_a_piece(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + text[at + rng.randint(1, 40) :]


def lines_moved(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    if lines:
        lines.insert(rng.randrange(len(lines)), lines.pop(rng.randrange(len(lines))))
    return "".join(lines)


def line_doubled(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    return text + rng.choice(lines) if lines else text


def cells_swapped(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    cells = lines[at].split(",")
    rng.shuffle(cells)
    lines[at] = ",".join(cells)
    return "\n".join(lines)


def encoded_anew(text: str, rng: random.Random) -> str:
    name = rng.choice(["utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32", "cp037"])
    read = decode(text.encode(name, errors="replace"), "export.csv")
    return text if isinstance(read, Problem) else read


DAMAGES = [
    typed_over,
    typed_over,
    cut_off,
    lost_a_piece,
    lines_moved,
    line_doubled,
    cells_swapped,
    encoded_anew,
]


def told_rows(text: str) -> list[dict[str, str]]:
    """The transactions that a sound CSV export holds, read without the importer."""
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    table = [[" ".join(cell.split()) for cell in line] for line in lines]
    start = next(at for at, line in enumerate(table) if "Fees & Comm" in line)
    body = [line for line in table[start + 1 :] if any(line)]
    rows = [dict(zip(table[start], line, strict=False)) for line in body]
    totals = ("transactions total", "total")
    return [row for row in rows if row[table[start][0]].lower() not in totals]


def signed(money: str) -> Decimal:
    bare = money.strip().replace("$", "").replace(",", "")
    if bare.startswith("("):
        return -Decimal(bare.strip("()"))
    return Decimal(bare) if bare not in ("", "--", "-") else Decimal(0)


def check_that_nothing_was_dropped(text: str, reading: Reading) -> None:
    told = told_rows(text)
    codes = [p.code for p in reading.problems]
    two_legged = sum(row.cells["note"].startswith(("Reverse", "Name")) for row in reading.rows)
    pairs = codes.count("INTERNAL_MOVE") + codes.count("CANCELLED")
    assert len(told) == len(reading.rows) + two_legged + 2 * pairs
    booked = sum(
        Decimal(row.cells.get("amount", 0)) * (-1 if row.cells["action"] in PAID else 1)
        for row in reading.rows
    )
    assert booked == sum(signed(row["Amount"]) for row in told)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_damaged_file_is_read_whole_or_refused(sample: Path) -> None:
    rng = random.Random(sample.name)  # noqa: S311 - the same damage in every run
    sound = sample.read_text(encoding="utf-8")
    refusals = 0
    for _ in range(ROUNDS):
        text = damaged(sound, rng)
        sniff(text)
        reading = BROKERS["schwab"].read(text, file="export.csv", account="A")
        refusals += reading.is_refused
        if reading.is_refused:
            assert (reading.rows, reading.open_lots, reading.realized_lots) == ((), (), ())
        elif reading.kind == "transactions" and sample.suffix == ".csv":
            check_that_nothing_was_dropped(text, reading)
    assert 0 < refusals < ROUNDS


@pytest.mark.parametrize("name", ["transactions-2020-title.csv", "transactions-2025.csv"])
def test_the_sound_file_drops_nothing(name: str) -> None:
    text = (FIXTURES / name).read_text(encoding="utf-8")
    reading = BROKERS["schwab"].read(text, file=name, account="A")
    check_that_nothing_was_dropped(text, reading)
