"""How old somebody is on a day."""

from __future__ import annotations

from datetime import date


def age_on(born: date, on: date) -> int:
    """Whole years from birth; someone born on 29 February is a year older on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
