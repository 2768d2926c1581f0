"""The page of all answers as files: download them, or try and bring in a zip; works without JavaScript."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from aiohttp import web

from handoff import keys
from handoff.bodies import UPLOADS, form_fields
from handoff.content.entries import ContentFaults, Fault
from handoff.content.imports import discard_all, imports, open_all
from handoff.content.moments import in_words
from handoff.content.moving import CHANGED, NEW, SAME, Brought, bring_in, live_files, read_in
from handoff.content.packed import LARGEST, packed, unpacked
from handoff.content.steps import editing
from handoff.content.workflow import Editing
from handoff.errors import NotFound, Refusal, Unprocessable
from handoff.live import CONTENT
from handoff.pages import page
from handoff.security import access, takes
from handoff.staff.auth import signed_in, staff_page

HOME = "/staff/answers/files"
MOST_FAULTS = 50
_IN_A_FORM = LARGEST * 3 // 2  # a zip that was tried comes back as text


@access(staff_page("content.read"))
async def files(request: web.Request) -> web.Response:
    """GET /staff/answers/files: also what is left of the newest imports."""
    return await _page(request)


@access(staff_page("content.read"))
async def download(request: web.Request) -> web.Response:
    """GET /staff/answers/files/answers.zip: what is live, as files that can be brought in again."""
    async with request.app[keys.DB].reading() as session:
        made = await live_files(session)
    headers = {"Content-Disposition": 'attachment; filename="answers.zip"', "Cache-Control": "no-store"}
    body = await asyncio.to_thread(packed, made)
    return web.Response(body=body, content_type="application/zip", headers=headers)


@access(staff_page("content.edit"))
@takes(_IN_A_FORM)
async def bring(request: web.Request) -> web.Response:
    """POST a zip: say what it would change; with `sure`, make the drafts."""
    form = await form_fields(request)
    try:
        raw = await _raw(request, form.get("zip", ""))
        given = await asyncio.to_thread(unpacked, raw)
        found = await _bring(request, given, trial=not form.get("sure"))
    except Refusal as refusal:
        return await _page(request, refusal)
    except ContentFaults as wrong:
        return await _page(request, faults=wrong.faults)
    return await _page(request, found=found, made=bool(form.get("sure")), kept=base64.b64encode(raw).decode())


async def _raw(request: web.Request, kept: str) -> bytes:
    """The zip that was chosen, or the one that was tried just before."""
    given = next((one for one in request.get(UPLOADS, ()) if one.name == "file" and one.filename), None)
    if given:
        return await asyncio.to_thread(given.file.read)
    try:
        raw = base64.b64decode(kept, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw:
        raise Unprocessable("no_file", "Choose a file first.", field="file")
    return raw


async def _bring(request: web.Request, given: dict[str, str], *, trial: bool) -> list[Brought]:
    facts, now = request.app[keys.CONTENT].facts, request.app[keys.CLOCK].now()
    db = request.app[keys.DB]
    async with db.reading() as session:
        answers = await read_in(session, given, facts)
    async with db.reading() if trial else db.transaction() as session:
        return await bring_in(session, now, signed_in(request).id, given, answers, trial=trial)


def _together(
    does: Callable[[Editing, int], Awaitable[int]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A step with all drafts of one import; the page then says what came of it."""

    @access(staff_page("content.edit"))
    async def handler(request: web.Request) -> web.Response:
        number = _number((await form_fields(request)).get("import", ""))
        try:
            async with request.app[keys.DB].transaction() as session:
                await does(editing(request, session), number)
        except Refusal as refusal:
            return await _page(request, refusal)
        request.app[keys.HUB].notify(CONTENT)
        raise web.HTTPSeeOther(f"{HOME}#imports")

    return handler


def _number(given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise NotFound("There is no such import.")
    return int(given)


async def _page(
    request: web.Request,
    refusal: Refusal | None = None,
    *,
    faults: Sequence[Fault] = (),
    found: Sequence[Brought] | None = None,
    made: bool = False,
    kept: str = "",
) -> web.Response:
    told = [one for one in found or () if one.what != SAME]
    async with request.app[keys.DB].reading() as session:
        brought = await imports(session)
    return page(
        request, "content/files.html", status=refusal.status if refusal else 422 if faults else 200,
        refusal=refusal, faults=faults[:MOST_FAULTS], more=max(0, len(faults) - MOST_FAULTS), found=found,
        told=told, drafts=sum(one.what in (NEW, CHANGED) for one in told), made=made, kept=kept,
        brought=brought, moment=partial(in_words, zone=request.app[keys.RULES].area(None).timezone),
    )  # fmt: skip


def setup(app: web.Application) -> None:
    app.router.add_get(HOME, files)
    app.router.add_post(HOME, bring)
    app.router.add_get(f"{HOME}/answers.zip", download)
    app.router.add_post(f"{HOME}/discard", _together(discard_all))
    app.router.add_post(f"{HOME}/take-up", _together(open_all))
