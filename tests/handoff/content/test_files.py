"""Editors download all answers as a zip and bring one in; a hostile one brings nothing and harms nothing."""

from __future__ import annotations

import html
import io
import re
import struct
import zipfile
from collections.abc import Mapping

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.content.moving import read_folder
from handoff.content.packed import LARGEST, MOST_FILES, packed, unpacked
from handoff.content.service import SHIPPED
from handoff.errors import TooLong, Unprocessable
from tests.handoff.cases.scenes import Colleague

FILES_PAGE = "/staff/answers/files"
SHIPPED_FILES = read_folder(SHIPPED)


def _zip(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as into:
        for name, raw in files.items():
            into.writestr(name, raw)
    return made.getvalue()


async def _send(editor: Colleague, raw: bytes) -> tuple[int, str]:
    form = aiohttp.FormData({"csrf": editor.csrf})
    form.add_field("file", raw, filename="answers.zip", content_type="application/zip")
    async with editor.http.post(FILES_PAGE, data=form) as response:
        return response.status, await response.text()


async def test_what_was_downloaded_can_be_sent_back_and_changes_nothing(jo: Colleague) -> None:
    async with jo.http.get(f"{FILES_PAGE}/answers.zip") as response:
        raw = await response.read()
        assert response.headers["Content-Disposition"].startswith("attachment")
    assert unpacked(raw) == SHIPPED_FILES
    status, page = await _send(jo, raw)
    assert status == 200 and "It says what is live" in page


async def test_a_zip_is_tried_first_and_then_makes_drafts(jo: Colleague) -> None:
    files = {name: text.replace("title: EMA\n", "title: Old EMA\n") for name, text in SHIPPED_FILES.items()}
    status, tried = await _send(jo, packed(files))
    assert status == 200 and "1 draft would be made" in tried and "Old EMA" in tried
    assert (await jo.get("/api/staff/answers/ema"))[1]["draft"] is None
    kept = re.search(r'name="zip" value="([^"]+)"', tried)
    assert kept
    status, made = await jo.submit(FILES_PAGE, zip=html.unescape(kept[1]), sure="1")
    assert status == 200 and "1 draft made" in made
    assert (await jo.get("/api/staff/answers/ema"))[1]["draft"]["title"] == "Old EMA"


async def test_faults_are_listed_with_file_and_line(jo: Colleague) -> None:
    status, page = await _send(jo, packed({"money.yml": "- slug: ema\n  title: <b>EMA</b>\n"}))
    assert status == 422 and "<code>money.yml:1</code>" in page and "web is missing" in page


async def test_no_file_is_asked_for_again(jo: Colleague) -> None:
    status, page = await jo.submit(FILES_PAGE, zip="%%%")
    assert status == 422 and "Choose a file first" in page


async def test_an_adviser_may_read_the_files_and_not_bring_any(sam: Colleague) -> None:
    assert "Bring them in" not in await sam.page(FILES_PAGE)
    assert (await sam.submit(FILES_PAGE, zip="x"))[0] == 403


def _bomb() -> bytes:
    return _zip({f"content/{n}.yml": b"0" * 3_000_000 for n in range(5)})


def _lying_bomb() -> bytes:
    raw = bytearray(_zip({"money.yml": b"0" * 20_000_000}))
    place = raw.rindex(b"PK\x01\x02") + 24
    raw[place : place + 4] = (10).to_bytes(4, "little")  # it claims to hold ten bytes
    return bytes(raw)


def _far_away() -> bytes:
    """Its only file is said to begin further on than any file is long."""
    name, at, size = b"content/a.yml", 2**64 - 1, 5
    extra = struct.pack("<HHQQQ", 1, 24, size, size, at)
    sizes = (0, 0xFFFFFFFF, 0xFFFFFFFF, len(name), len(extra), 0, 0, 0, 0, 0xFFFFFFFF)
    entry = struct.pack("<4s4B4H3L5H2L", b"PK\x01\x02", 20, 3, 20, 0, 0, 0, 0, 33, *sizes) + name + extra
    return entry + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), 0, 0)


HOSTILE = {
    "out of the folder": _zip({"../../money.yml": b"x"}),
    "absolute": _zip({"/etc/money.yml": b"x"}),
    "a backslash": _zip({"..\\money.yml": b"x"}),
    "too deep": _zip({"a/b/c/money.yml": b"x"}),
    "a program": _zip({"money.yml": b"[]", "run.py": b"x"}),
    "twice the same name": _zip({"a/money.yml": b"[]", "b/money.yml": b"[]"}),
    "bzip2": _zip({"money.yml": b"[]"}, zipfile.ZIP_BZIP2),
    "too many": _zip({f"{n}.yml": b"" for n in range(MOST_FILES + 1)}),
    "empty": _zip({}),
    "no zip": b"PK\x03\x04 not really",
    "cut short": _zip({"money.yml": b"[]" * 999})[:60],
    "lying about its size": _lying_bomb(),
    "not UTF-8": _zip({"money.yml": b"\xff\xfe"}),
    "a file without a name": _zip({"money.yml": b"[]"}).replace(b"money.yml", b"\0oney.yml"),
    "a file beyond its end": _far_away(),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_zip_is_refused(raw: bytes) -> None:
    with pytest.raises(Unprocessable):
        unpacked(raw)


SOUND = packed({"money.yml": "- slug: ema\n" * 9})
CHANGES = st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=4)


@given(CHANGES)
def test_a_zip_that_was_tampered_with_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    raw = bytearray(SOUND)
    for place, byte in changes:
        raw[place] = byte
    try:
        found = unpacked(bytes(raw))
    except (TooLong, Unprocessable) as refusal:
        assert refusal.extra["field"] == "file"
    else:
        assert all(name.endswith(".yml") for name in found)


@pytest.mark.parametrize("raw", [_bomb(), b"x" * (LARGEST + 1)], ids=["bomb", "large"])
def test_what_would_unpack_to_too_much_is_not_unpacked(raw: bytes) -> None:
    with pytest.raises(TooLong):
        unpacked(raw)


@pytest.mark.parametrize(
    "text",
    [
        "&a [*a]",
        "- slug: !!python/object/apply:os.getcwd []",
        "- &a [" + "[" * 900,
        "a: " * 50,
        "- slug: " + "[" * 100_000,
        "- " * 100_000 + "a",
        "- slug: !!bool perhaps",
        "- slug: " + "9" * 400 + ":1.0",
        "- slug: a\n  next: [[a], {b: c}]",
    ],
    ids=range(9),
)
async def test_hostile_yaml_is_a_fault_and_not_an_error(jo: Colleague, text: str) -> None:
    status, page = await _send(jo, packed({"money.yml": text}))
    assert status == 422 and "money.yml" in page
