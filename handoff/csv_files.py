"""CSV files of people as offices send and open them: read strictly, and never run by a spreadsheet."""

from __future__ import annotations

import csv
import io
from itertools import islice

WORKED_OUT = tuple("=+-@\t\r|%")
"""What a cell begins with that some spreadsheet takes for a formula."""


class BadLine(Exception):
    """A line that cannot be read as CSV, such as one with a quotation mark left open."""

    def __init__(self, number: int) -> None:
        super().__init__(f"line {number}")
        self.number = number


def rows_of(text: str, separator: str = ",", most: int | None = None) -> list[tuple[int, list[str]]]:
    """The first `most` rows that hold anything, cells stripped, each with its number; BadLine."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    numbered = enumerate(islice(reader, most), start=1)
    try:
        rows = [(number, [cell.strip() for cell in row]) for number, row in numbered]
    except csv.Error:
        raise BadLine(reader.line_num) from None
    return [(number, row) for number, row in rows if any(row)]


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet works out."""
    return f"'{text}" if text.startswith(WORKED_OUT) else text
