"""The pages of files of people: bring one, say which column is which, try, run, undo; no script needed."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.bodies import UPLOADS, form_fields
from handoff.errors import NotFound, Refusal, Unprocessable
from handoff.records.access import record_id_in
from handoff.records.desk import desk
from handoff.records.frame import HOME, show
from handoff.records.importing import service
from handoff.records.importing.reading import ENCODINGS, HEADINGS, Sheet
from handoff.security import access, takes
from handoff.staff.auth import signed_in, staff, staff_page

FILES = f"{HOME}/imports"
LABELS = {
    "client_id": "Number in the list", "name": "Whole name", "given_name": "First name", "uln": "ULN",
    "upn": "UPN", "address_1": "Address", "objection": "Said no to more (section 72)", "ehcp": "EHC plan",
    "sen_support": "SEN support", "activity": "Activity code", "started_on": "Activity began",
    "ascertained_on": "Found out", "neet_started_on": "NEET since", "predicted_end_on": "Expected end",
    "establishment_name": "School or college", "establishment_number": "School or college number",
    "email": "E-mail",
}  # fmt: skip
FIELDS = tuple((name, LABELS.get(name, name.replace("_", " ").capitalize())) for name in HEADINGS)
STATES = {
    service.NEW: "Say which column is which",
    service.CHECKING: "Being tried",
    service.CHECKED: "Tried: look, then bring it in",
    service.RUNNING: "Being brought in",
    service.DONE: "Brought in",
    service.UNDOING: "Being taken out again",
    service.UNDONE: "Taken out again",
    service.FAILED: "Stopped: something went wrong on our side",
    service.OLD: "No longer kept: it was never brought in",
    service.PAST: "Brought in a while ago: row by row it is no longer kept",
}


@access(staff_page("record.import"))
async def files(request: web.Request) -> web.Response:
    return await _files(request, {}, None)


async def _files(request: web.Request, form: dict[str, str], refusal: Refusal | None) -> web.Response:
    who, rules = signed_in(request), request.app[keys.RULES]
    async with request.app[keys.DB].reading() as session:
        found = await service.listed(session, who)
    mine = [(one.slug, one.name) for one in rules.areas.values() if one.slug in who.areas]
    return show(
        request, "imports", refusal, found=found, areas=mine, kinds=service.KINDS, states=STATES, form=form
    )


@access(staff_page("record.import"))
@takes(service.LARGEST)
async def bring(request: web.Request) -> web.Response:
    form = await form_fields(request)
    try:
        name, raw = await _file(request)
        async with desk(request) as at:
            made = await service.bring(
                at.session, at.now, at.who, form.get("area", ""), form.get("kind", ""), name, raw
            )
    except Refusal as refusal:
        return await _files(request, form, refusal)
    raise web.HTTPSeeOther(f"{FILES}/{made.id}")


async def _file(request: web.Request) -> tuple[str, bytes]:
    """The name and the bytes of the file in the form."""
    given = next((one for one in request.get(UPLOADS, ()) if one.name == "file"), None)
    if given is None or not given.filename:
        raise Unprocessable("no_file", "Choose a file first.", field="file")
    return given.filename, await asyncio.to_thread(given.file.read)


@access(staff_page("record.import"))
async def file(request: web.Request) -> web.Response:
    return await _file_page(request, None)


@access(staff("record.import", touch=False))
async def progress(request: web.Request) -> web.Response:
    """GET .../progress -> {state, done, rows}, for the page that waits."""
    async with request.app[keys.DB].reading() as session:
        found = await service.import_for(session, signed_in(request), _id(request))
    return web.json_response({"state": found.state, "done": found.done, "rows": found.rows})


async def _file_page(request: web.Request, refusal: Refusal | None) -> web.Response:
    async with request.app[keys.DB].reading() as session:
        found = await service.import_for(session, signed_in(request), _id(request))
        notable = await service.rows_of(session, found, service.SHOWN, notable=True)
    sheet = await asyncio.to_thread(service.sheet_in, found) if found.state in service.STILL else None
    context: dict[str, Any] = {
        "file": found,
        "notable": notable,
        "sheet": sheet,
        "accents": _accents(sheet),
        "fields": FIELDS,
        "outcomes": service.OUTCOMES,
        "kinds": service.KINDS,
        "states": STATES,
        "encoding": ENCODINGS[found.encoding],
        "working": found.state in service.WORKING,
    }
    return show(request, "import", refusal, **context)


def _accents(sheet: Sheet | None) -> list[str]:
    """A few words with letters beyond A to Z, by which somebody sees that the encoding is right."""
    cells = (cell for _, row in (sheet.rows if sheet else ()) for cell in row if not cell.isascii())
    found: dict[str, None] = {}
    for cell in cells:
        found[cell[:40]] = None
        if len(found) == 5:
            break
    return list(found)


@access(staff_page("record.import"))
async def check(request: web.Request) -> web.Response:
    form = await form_fields(request)
    columns = {name: form[f"column-{name}"] for name, _ in FIELDS if form.get(f"column-{name}")}
    return await _do(request, partial(service.check, columns=columns))


@access(staff_page("record.import"))
async def run(request: web.Request) -> web.Response:
    return await _do(request, service.run)


@access(staff_page("record.import"))
async def undo(request: web.Request) -> web.Response:
    return await _do(request, service.undo)


async def _do(request: web.Request, act: Callable[..., Awaitable[None]]) -> web.Response:
    try:
        async with desk(request) as at:
            await act(at.session, at.now, at.who, _id(request))
    except NotFound:
        raise
    except Refusal as refusal:
        return await _file_page(request, refusal)
    raise web.HTTPSeeOther(f"{FILES}/{_id(request)}")


@access(staff_page("record.import"))
async def errors(request: web.Request) -> web.Response:
    """The error file: a mark at its beginning tells Excel that it is UTF-8."""
    async with request.app[keys.DB].reading() as session:
        found = await service.import_for(session, signed_in(request), _id(request))
        text = await service.error_file(session, found)
    disposition = f'attachment; filename="rows-{found.id.hex[:8]}.csv"'
    return web.Response(
        body=text.encode("utf-8-sig"), content_type="text/csv", charset="utf-8",
        headers={"Content-Disposition": disposition},
    )  # fmt: skip


def _id(request: web.Request) -> uuid.UUID:
    return record_id_in(request.match_info["id"])


@access(staff_page("record.import"))
async def back_to_file(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther(f"{FILES}/{_id(request)}")


def setup(app: web.Application) -> None:
    router, one = app.router, f"{FILES}/{{id}}"
    router.add_get(FILES, files)
    router.add_post(FILES, bring)
    router.add_get(one, file)
    router.add_get(f"{one}/progress", progress)
    router.add_get(f"{one}/rows.csv", errors)
    for name, post in (("check", check), ("run", run), ("undo", undo)):
        router.add_post(f"{one}/{name}", post)
        router.add_get(f"{one}/{name}", back_to_file)
