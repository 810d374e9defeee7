"""Pages set by typst, very many of them in parts, each by a process of its own.

Setting a table takes memory for each of its cells, which the library keeps for later runs; a
process gives it back.  A part begins a page, and is set twice: to count its pages, and with their
numbers.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Any, Final

PART_ROWS: Final = 2_500
"""How many rows are set at once: half a gigabyte, some seconds."""

MOST_PROCESSES: Final = 2

FORMS: Final = "form_8949.typ"
"""The layout of tables that follow each other, return by return."""

Pages = Mapping[str, Any]
"""What the layout reads: text of the document, and its returns with their sections."""


def typeset(pages: Pages, *, part_rows: int = PART_ROWS) -> bytes:
    """The PDF of pages; the same pages give the same bytes on any machine."""
    parts = list(parts_of(pages, part_rows))
    if len(parts) == 1:
        return _typeset(parts[0])
    processes = min(MOST_PROCESSES, os.cpu_count() or 1, len(parts))
    with ThreadPoolExecutor(processes) as pool:
        counts = [_count(made) for made in pool.map(_typeset_apart, parts)]
        firsts = list(accumulate(counts, initial=1))[:-1]
        numbered = [
            {**part, "first": first, "total": sum(counts)}
            for part, first in zip(parts, firsts, strict=True)
        ]
        made = list(pool.map(_typeset_apart, numbered))
    return _bound(made, str(pages["title"]), date(*pages["day"]))


def parts_of(pages: Pages, part_rows: int) -> Iterator[dict[str, Any]]:
    """The pages as parts with at most so many rows; a longer section goes on in the next one."""
    part: list[dict[str, Any]] = []
    room = part_rows
    for told in pages["returns"]:
        for section in _pieces(told["sections"], part_rows):
            if len(section["rows"]) > room and part:
                yield _part(pages, part)
                part, room = [], part_rows
            part.append({**told, "sections": [section]})
            room -= len(section["rows"])
    yield _part(pages, part)


def _pieces(sections: Iterable[Mapping[str, Any]], part_rows: int) -> Iterator[dict[str, Any]]:
    """Sections, cut where they are longer than a part: title first, totals last."""
    for section in sections:
        rows = section["rows"]
        for at in range(0, max(len(rows), 1), part_rows):
            is_last = at + part_rows >= len(rows)
            yield {
                **section,
                "rows": rows[at : at + part_rows],
                "begins": at == 0,
                "total": section["total"] if is_last else None,
            }


def _part(pages: Pages, returns: list[dict[str, Any]]) -> dict[str, Any]:
    return {**pages, "returns": returns, "first": 1, "total": 0}


@cache
def template(layout: str) -> bytes:
    """A layout of this folder, by the name of its file."""
    return files(__package__).joinpath(layout).read_bytes()


def set_by(layout: str, pages: Pages) -> bytes:
    """The PDF that a layout makes of pages; the same pages give the same bytes on any machine."""
    import typst

    made: bytes = typst.compile(
        template(layout),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"pages": json.dumps(pages, ensure_ascii=False)},
    )
    return made


def _typeset(part: Pages) -> bytes:
    return set_by(FORMS, part)


def _typeset_apart(part: Pages) -> bytes:
    return subprocess.run(  # noqa: S603 (this module itself)
        [sys.executable, "-m", __name__],
        input=json.dumps(part, ensure_ascii=False).encode(),
        check=True,
        stdout=subprocess.PIPE,
    ).stdout


def _count(made: bytes) -> int:
    from pypdf import PdfReader

    return len(PdfReader(io.BytesIO(made)).pages)


def _bound(parts: Iterable[bytes], title: str, made: date) -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter()
    for part in parts:
        writer.append(io.BytesIO(part))
    stamp = f"D:{made:%Y%m%d}000000Z"
    told = {"/Title": title, "/Author": "taxlots", "/CreationDate": stamp, "/ModDate": stamp}
    writer.add_metadata(told)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(_typeset(json.loads(sys.stdin.buffer.read())))
