"""Which authority each postcode of the UK lies in: data/reference/postcodes.bin, which ops.postcodes makes.

The file is a line of JSON that says what it is and, compressed, another with the codes of authorities and
the sectors ("SW1A 1") in order; then, for each sector, a byte for each of its 400 possible postcodes: 0 where
there is none, else the number of its authority.
"""

from __future__ import annotations

import json
import re
import zlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import product
from pathlib import Path

TABLE = Path(__file__).parents[2] / "data" / "reference" / "postcodes.bin"
UNITS = {"".join(pair): place for place, pair in enumerate(product("ABDEFGHJLNPQRSTUWXYZ", repeat=2))}
CELLS = len(UNITS)


class Table:
    """The postcodes of a file, held in memory; postcodes are written "SW1A 1AA"."""

    def __init__(self, packed: bytes) -> None:
        about, _, rest = packed.partition(b"\n")
        index, _, self._cells = zlib.decompress(rest).partition(b"\n")
        self.about: dict[str, str] = json.loads(about)
        listed = json.loads(index)
        self._codes: Sequence[str] = listed["authorities"]
        self._sectors: Sequence[str] = listed["sectors"]

    def authority(self, postcode: str) -> str | None:
        """The code of the authority that the postcode lies in; None for a postcode that is not listed."""
        sector, unit = sector_of(postcode), UNITS.get(postcode[-2:])
        place = bisect_left(self._sectors, sector)
        if unit is None or self._sectors[place : place + 1] != [sector]:
            return None
        number = self._cells[place * CELLS + unit]
        return self._codes[number - 1] if number else None

    def near(self, postcode: str) -> list[str]:
        """Authorities of a postcode's sector and of its district, those that have most of either first.

        Where neither is known: of the district without its last letter, else of its letters ("SW").
        """
        outward = postcode.partition(" ")[0]
        district = re.sub(r"(?<=[0-9])[A-Z]$", "", outward)
        letters = re.sub(r"[0-9].*", "", outward)
        here = dict.fromkeys(self._within(sector_of(postcode)) + self._within(f"{outward} "))
        # "SW1" is SW1A and not SW11, "E" is E2 and not EH2.
        return list(here) or self._within(district, "A", "Z") or self._within(letters, "0", "9")

    def _within(self, prefix: str, lowest: str = "", highest: str = "") -> list[str]:
        """Authorities of the sectors that begin so, and go on with a character from lowest to highest."""
        ends = (prefix + lowest, prefix + highest + "~")
        first, last = (bisect_left(self._sectors, end) for end in ends)
        found = Counter(self._cells[first * CELLS : last * CELLS])
        return [self._codes[number - 1] for number, _ in found.most_common() if number]


def sector_of(postcode: str) -> str:
    """ "SW1A 1" of "SW1A 1AA"."""
    return postcode[:-2]


@cache
def table() -> Table:
    """The shipped table, read once: 20 ms and 5 MB."""
    return Table(TABLE.read_bytes())
