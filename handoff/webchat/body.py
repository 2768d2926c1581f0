"""Reads what a browser sent, up to 64 KB, and says which field is wrong.

A body over the limit is cut, not thrown away: its words are screened before it is refused as too long.
"""

from __future__ import annotations

import json
import re
import uuid
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from handoff.bodies import parsed_object, string_field
from handoff.errors import Unprocessable

LIMIT = 64 * 1024
LAST_SEQ = 2**31 - 1
RAW: web.RequestKey[bytes] = web.RequestKey("raw", bytes)
FORM: web.RequestKey[dict[str, str]] = web.RequestKey("form", dict)
_CUT_TEXT = re.compile(rb'"text"\s*:\s*"((?:[^"\\]|\\.)*)', re.DOTALL)
_HALF_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?$")


async def read_bytes(request: web.Request) -> tuple[bytes, bool]:
    """At most LIMIT bytes of the body, and whether there was more; kept, for a request may be tried again."""
    if RAW not in request:
        body = bytearray()
        while len(body) <= LIMIT and (chunk := await request.content.read(LIMIT + 1 - len(body))):
            body += chunk
        request[RAW] = bytes(body)
    return request[RAW][:LIMIT], len(request[RAW]) > LIMIT


async def read_object(request: web.Request) -> dict[str, Any]:
    """The JSON object in the body ({} for an empty one); Unprocessable names the fault.

    Of an object that was cut, only its `text` is read, under an id made from it.
    """
    raw, cut = await read_bytes(request)
    return _salvage(raw) if cut else parsed_object(raw)


def _salvage(raw: bytes) -> dict[str, Any]:
    match = _CUT_TEXT.search(raw)
    if match is None:
        raise Unprocessable("bad_json", "The body is too big to read.", field="body")
    words = _HALF_ESCAPE.sub(r"\1", match[1].decode("utf-8", "ignore"))
    try:
        text = json.loads(f'"{words}"', strict=False)
    except ValueError:  # not quite JSON, but words all the same
        text = words
    return {"id": str(uuid.uuid5(uuid.NAMESPACE_OID, words)), "text": text}


async def read_form(request: web.Request) -> dict[str, str]:
    """The fields of a posted form, the first of each name; kept, for a rule may read it first."""
    if FORM not in request:
        raw, _ = await read_bytes(request)
        try:
            fields = parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
        except ValueError:
            raise Unprocessable("bad_form", "That form could not be read.", field="body") from None
        request[FORM] = {name: values[0] for name, values in fields.items()}
    return request[FORM]


def uuid_field(body: dict[str, Any], name: str) -> str:
    """A UUID in its canonical form."""
    try:
        return str(uuid.UUID(string_field(body, name)))
    except ValueError:
        raise Unprocessable("bad_field", f"{name} must be a UUID.", field=name) from None


def seq_value(value: str, name: str) -> int:
    """A message number from a query or header; nothing given means from the start."""
    if not value:
        return 0
    if not (value.isascii() and value.isdigit()):
        raise Unprocessable("bad_field", f"{name} must be a whole number from 0.", field=name)
    return min(int(value[:20]), LAST_SEQ)


def seq_or_start(value: str) -> int:
    """A message number that a program keeps by itself; one that is none means from the start."""
    try:
        return seq_value(value, "seq")
    except Unprocessable:
        return 0
