"""JSON is read exactly: decimals, lines, and nothing that can be read in two ways."""

from decimal import Decimal

import pytest

from taxlots.brokers.findings import Findings
from taxlots.brokers.json_text import MAX_DEPTH, Json, JsonRecord, read_json


def read(text: str) -> tuple[Json, list[tuple[int, str]]]:
    findings = Findings("answer.json")
    value = read_json(text, findings)
    return value, [(line, problem.code) for line, problem in findings.found]


def test_numbers_are_decimals_as_they_stand() -> None:
    value, _ = read("[0.1, -12.50, 1e2, 10.000000000000002]")
    assert value == tuple(map(Decimal, ("0.1", "-12.50", "1E+2", "10.000000000000002")))


def test_an_object_knows_its_line_and_its_text() -> None:
    value, _ = read('[\n {"a": 1},\n\n {"b": "x",\n  "c": null}]')
    assert isinstance(value, tuple)
    objects = [item for item in value if isinstance(item, JsonRecord)]
    assert [(item.line, item.raw) for item in objects] == [
        (2, '{"a": 1}'),
        (4, '{"b": "x",\n  "c": null}'),
    ]


def test_escapes_are_read_as_json_writes_them() -> None:
    assert read('"caf\\u00e9 \\"\\n\\/"')[0] == 'café "\n/'


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ('{"a": 1,\n "a": 2}', 2, "DUPLICATE_KEY"),
        ("[1,\n2,]", 2, "BAD_JSON"),
        ('{"a": 1} trailing', 1, "BAD_JSON"),
        ('{"a": NaN}', 1, "BAD_JSON"),
        ('{"a": 01}', 1, "BAD_JSON"),
        ('{"a": 1e999}', 1, "BAD_JSON"),
        ('{"a": ' + "9" * 41 + "}", 1, "BAD_JSON"),
        ('{"a": "x', 1, "BAD_JSON"),
        ('{"a": "\\ud800"}', 1, "BAD_JSON"),
        ('{"a": "x\ny"}', 1, "BAD_JSON"),
        ("{'a': 1}", 1, "BAD_JSON"),
        ('{"a" 1}', 1, "BAD_JSON"),
        ("[" * (MAX_DEPTH + 1), 1, "BAD_JSON"),
        (" \n ", 1, "EMPTY_FILE"),
    ],
)
def test_what_is_damaged_or_doubtful_is_refused(text: str, line: int, code: str) -> None:
    assert read(text) == (None, [(line, code)])


def test_depth_up_to_the_limit_is_read() -> None:
    assert read("[" * MAX_DEPTH + "]" * MAX_DEPTH)[1] == []


def test_a_file_beyond_all_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taxlots.brokers.json_text.MAX_CHARS", 10)
    assert read("[1, 2, 3, 4]")[1] == [(1, "TOO_LARGE")]
