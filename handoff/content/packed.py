"""Files of answers as one zip, and one that somebody sends, read with suspicion."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from handoff.errors import TooLong, Unprocessable

LARGEST = 4 * 1024 * 1024  # bytes of a zip
LARGEST_UNPACKED = 8 * 1024 * 1024  # bytes of all files in it
MOST_FILES = 50
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What zipfile raises for bytes that were tampered with: it trusts the lengths, places and names in them.
_NO_SOUND_ZIP = (
    zipfile.BadZipFile, zlib.error, EOFError, IndexError, OverflowError, RuntimeError, ValueError,
)  # fmt: skip
_WHEN = (1980, 1, 1, 0, 0, 0)  # the same content gives the same zip


def packed(files: Mapping[str, str]) -> bytes:
    """A zip of the files in a folder "content"; the same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as into:
        for name in sorted(files):
            info = zipfile.ZipInfo(f"content/{name}", _WHEN)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            into.writestr(info, files[name].encode("utf-8"))
    return made.getvalue()


def unpacked(raw: bytes) -> dict[str, str]:
    """The .yml files of a zip by name. No more than is allowed is ever unpacked, whatever the zip claims.

    Raises Unprocessable for what is no zip of answers, TooLong for what unpacks to more than answers take.
    """
    if len(raw) > LARGEST:
        raise TooLong("too_long", "The file is larger than all answers together could be.", field="file")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as given:
            wanted = [info for info in given.infolist() if not info.is_dir()]
            _refuse_strange(wanted)
            return _texts(given, wanted)
    except _NO_SOUND_ZIP:
        raise _not_a_zip() from None


def _not_a_zip() -> Unprocessable:
    told = "This is no zip of answers. Send one as it was downloaded here, with the .yml files changed."
    return Unprocessable("not_a_zip", told, field="file")


def _refuse_strange(wanted: list[zipfile.ZipInfo]) -> None:
    if not wanted or len(wanted) > MOST_FILES:
        raise _not_a_zip()
    names = [PurePosixPath(info.filename) for info in wanted]
    for info, name in zip(wanted, names, strict=True):
        is_link = info.external_attr >> 16 & 0o170000 == 0o120000
        astray = name.is_absolute() or ".." in name.parts or len(name.parts) > 2 or "\\" in info.filename
        if astray or is_link or name.suffix != ".yml" or info.compress_type not in _METHODS:
            told = "Only .yml files may be in the zip, at most in one folder: nothing of it was taken."
            raise Unprocessable("strange_file", told, field="file")
    if len({name.name for name in names}) < len(names):
        told = "Two files of the zip have one name: nothing of it was taken."
        raise Unprocessable("strange_file", told, field="file")


def _texts(given: zipfile.ZipFile, wanted: list[zipfile.ZipInfo]) -> dict[str, str]:
    found, room = {}, LARGEST_UNPACKED
    for info in wanted:
        with given.open(info) as file:
            raw = file.read(room + 1)
        room -= len(raw)
        if room < 0:
            told = "The zip unpacks to more than all answers together could be: nothing of it was taken."
            raise TooLong("too_long", told, field="file")
        found[PurePosixPath(info.filename).name] = _decoded(raw)
    return found


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Unprocessable("not_utf8", "A file of the zip is not UTF-8 text.", field="file") from None
