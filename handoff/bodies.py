"""Reading JSON bodies and posted forms: every fault is a Refusal that names the field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from handoff.conversations.words import normalise
from handoff.errors import TooLong, Unprocessable

UPLOADS = web.RequestKey("uploads", list[web.FileField])  # closed when the request is answered


async def json_object(request: web.Request) -> dict[str, Any]:
    """The body as a JSON object; Unprocessable `bad_json` for anything else."""
    return parsed_object(await request.read())


def parsed_object(raw: bytes) -> dict[str, Any]:
    """A JSON object in UTF-8 ({} for nothing at all); Unprocessable `bad_json` for anything else."""
    try:
        body = json.loads(raw.decode("utf-8")) if raw.strip() else {}
    except (ValueError, RecursionError):
        raise Unprocessable("bad_json", "The body is not JSON in UTF-8.", field="body") from None
    if not isinstance(body, dict):
        raise Unprocessable("bad_json", "The body must be a JSON object.", field="body")
    return body


def string_field(body: Mapping[str, Any], name: str) -> str:
    """A text field just as it came; Unprocessable when it is missing or no text."""
    value = body.get(name)
    if not isinstance(value, str):
        raise Unprocessable("bad_field", f"{name} must be a text.", field=name)
    return value


def text_field(body: Mapping[str, Any], name: str, most: int, *, needed: bool = True) -> str:
    """A text field without what cannot be seen; Unprocessable when it is missing or no text, TooLong past
    `most` characters."""
    if body.get(name) is None and not needed:
        return ""
    value = normalise(string_field(body, name))
    if needed and not value:
        raise Unprocessable("empty", f"{name} is empty.", field=name)
    if len(value) > most:
        raise TooLong("too_long", f"{name} may have {most:,} characters at most.", field=name)
    return value


async def form_fields(request: web.Request) -> dict[str, str]:
    """The text fields of a posted form; Unprocessable `bad_form` when it cannot be read as one."""
    try:
        form = await request.post()
    except (ValueError, LookupError, AssertionError):  # not UTF-8, an encoding there is none of, no boundary
        raise Unprocessable("bad_form", "The form could not be read.", field="body") from None
    request[UPLOADS] = [value for value in form.values() if isinstance(value, web.FileField)]
    return {name: value for name, value in form.items() if isinstance(value, str)}
