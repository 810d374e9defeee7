"""The calendar of switch-backs is a valid iCalendar file (RFC 5545), the same bytes each time."""

import re
from datetime import UTC, datetime

from taxlots.reports.calendar_ics import switch_back_calendar

STAMP = datetime(2024, 11, 25, 15, 30, tzinfo=UTC)
ROW = {
    "household": "home",
    "account": "brokerage",
    "symbol": "ABC",
    "sold_quantity": "100",
    "sold_date": "2024-11-25",
    "replacement": "XYZ",
    "replacement_quantity": "140",
    "replacement_order_id": "H1",
    "first_date": "2024-12-26",
    "replacement_long_term_from": "2025-11-26",
    "recommended": "return",
    "date": "2024-12-26",
    "policy": "never at a gain, but at a loss; \\ always",
}


def calendar(**changed: str) -> str:
    return switch_back_calendar([ROW | changed], name="Harvest 1", stamp=STAMP)


def unfolded(text: str) -> dict[str, str]:
    lines = text.replace("\r\n ", "").split("\r\n")
    return dict(line.split(":", 1) for line in lines if line)


def test_an_event_of_one_day_stands_on_the_recommended_day() -> None:
    found = unfolded(calendar(date="2025-11-26"))
    assert found["DTSTART;VALUE=DATE"] == "20251126"
    assert found["DTEND;VALUE=DATE"] == "20251127"
    assert found["DTSTAMP"] == "20241125T153000Z"
    assert found["SUMMARY"] == "Switch back to ABC in brokerage"


def test_rfc_5545_3_1_lines_end_in_crlf_and_have_75_octets_at_most() -> None:
    text = calendar(policy="ä" * 200)
    assert text.endswith("END:VCALENDAR\r\n")
    assert not re.search(r"(?<!\r)\n", text)
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert "ä" * 200 in unfolded(text)["DESCRIPTION"]


def test_rfc_5545_3_3_11_text_is_escaped() -> None:
    told = unfolded(calendar())["DESCRIPTION"]
    assert told.endswith(r"Policy: never at a gain\, but at a loss\; \\ always.")
    assert r"2024-11-25\;\n140 XYZ" in told


def test_an_event_keeps_its_name_when_its_day_moves() -> None:
    assert calendar() == calendar()
    assert unfolded(calendar())["UID"] == unfolded(calendar(date="2025-11-26"))["UID"]
    assert unfolded(calendar())["UID"] != unfolded(calendar(account="other"))["UID"]
