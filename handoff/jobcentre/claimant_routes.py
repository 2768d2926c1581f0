"""The pages on which staff take in claimants that Jobcentre Plus told us of: one by one, or a list."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from aiohttp import web
from aiohttp.web import FileField
from sqlalchemy.exc import IntegrityError

from handoff import keys
from handoff.bodies import form_fields
from handoff.content.areas import Area, local_day
from handoff.errors import Refusal, Unprocessable
from handoff.jobcentre import lists
from handoff.jobcentre.access import area_of, areas_of, id_in
from handoff.jobcentre.claimants import FIELDS, Faults, Source, case_of, read, take_in
from handoff.jobcentre.sheet import MOST_ROWS, TEMPLATE, errors_csv
from handoff.live import CONSOLE
from handoff.pages import page
from handoff.security import access
from handoff.staff.auth import signed_in, staff_page

RIGHT = "jobcentre.tell"
CSV = {"Content-Type": "text/csv; charset=utf-8", "X-Content-Type-Options": "nosniff"}
Form = Mapping[str, str]


@access(staff_page(RIGHT))
async def claimants_page(request: web.Request) -> web.Response:
    """GET /staff/jobcentre/claimants"""
    return _page(request)


@access(staff_page(RIGHT))
async def take_one(request: web.Request) -> web.Response:
    """One claimant, typed by a member of staff."""
    form, who = await form_fields(request), signed_in(request)
    area = area_of(request.app[keys.RULES], who, form.get("area", ""))
    try:
        case, new = await taken(request, area, form, "staff", str(who.id))
    except Faults as faults:
        return _page(request, form, faults.by_field)
    said = f"Taken in: case {case} waits for an adviser." if new else f"We knew of this already: case {case}."
    return _page(request, said=said)


async def taken(request: web.Request, area: Area, form: Form, source: Source, by: str) -> tuple[str, bool]:
    """The reference of the claimant's case, and whether it is new; two at once make one. Faults."""
    app, now = request.app, request.app[keys.CLOCK].now()
    told = read(form, local_day(area, now))
    for last in (False, True):
        try:
            async with app[keys.DB].transaction() as session:
                claimant, new = await take_in(session, now, app[keys.RULES], area, told, source, by)
                case = await case_of(session, claimant)
            break
        except IntegrityError:
            if last:
                raise
    app[keys.HUB].notify(CONSOLE)
    return case, new


@access(staff_page(RIGHT))
async def send_list(request: web.Request) -> web.Response:
    """A CSV file: checked and shown, nothing taken in yet."""
    form, who = await form_fields(request), signed_in(request)
    area = area_of(request.app[keys.RULES], who, form.get("area", ""))
    file = (await request.post()).get("file")
    try:
        if not isinstance(file, FileField) or not file.filename:
            raise Unprocessable("empty", "Choose a file first.", field="file")
        async with request.app[keys.DB].transaction() as session:
            batch = await lists.keep(session, request.app[keys.CLOCK].now(), who, area, file.file.read())
    except Refusal as refusal:
        return _page(request, refusal=refusal)
    raise web.HTTPSeeOther(f"/staff/jobcentre/lists/{batch.id}")


@access(staff_page(RIGHT))
async def list_page(request: web.Request) -> web.Response:
    """GET /staff/jobcentre/lists/{id}: what would become of each row."""
    return await _list(request)


async def _list(request: web.Request, refusal: Refusal | None = None) -> web.Response:
    async with request.app[keys.DB].reading() as session:
        rows = await lists.checked(session, signed_in(request), _id(request), _today(request))
    right, wrong = [row for row in rows if row.told], [row for row in rows if row.faults]
    return page(
        request, "jobcentre/list.html", status=refusal.status if refusal else 200, refusal=refusal,
        batch=_id(request), right=right, wrong=wrong, fields=FIELDS,
    )  # fmt: skip


@access(staff_page(RIGHT))
async def take_list(request: web.Request) -> web.Response:
    """Take in every row that is right."""
    now, who = request.app[keys.CLOCK].now(), signed_in(request)
    try:
        async with request.app[keys.DB].transaction() as session:
            rules, today = request.app[keys.RULES], _today(request)
            new, known = await lists.take(session, now, rules, who, _id(request), today)
    except Unprocessable as refusal:
        return await _list(request, refusal)
    request.app[keys.HUB].notify(CONSOLE)
    raise web.HTTPSeeOther(f"/staff/jobcentre/claimants?new={new}&known={known}")


@access(staff_page(RIGHT))
async def errors_file(request: web.Request) -> web.Response:
    """The rows that are wrong, with why, to put right in a spreadsheet."""
    async with request.app[keys.DB].reading() as session:
        rows = await lists.checked(session, signed_in(request), _id(request), _today(request))
    headers = CSV | {"Content-Disposition": 'attachment; filename="to-put-right.csv"'}
    return web.Response(body=errors_csv(rows).encode(), headers=headers)


@access(staff_page(RIGHT))
async def template_file(request: web.Request) -> web.Response:
    """An empty list with the columns named."""
    headers = CSV | {"Content-Disposition": 'attachment; filename="claimants.csv"'}
    return web.Response(body=TEMPLATE.encode(), headers=headers)


@access(staff_page(RIGHT))
async def back(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther("/staff/jobcentre/claimants")


def _page(
    request: web.Request,
    form: Form | None = None,
    faults: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    said: str = "",
) -> web.Response:
    counts = (request.query.get("new", ""), request.query.get("known", ""))
    if all(map(str.isdigit, counts)):
        said = f"The list is taken in: {counts[0]} new, {counts[1]} known already."
    return page(
        request, "jobcentre/claimants.html", status=422 if faults or refusal else 200, form=form or {},
        faults=faults or {}, refusal=refusal, said=said, fields=FIELDS, most=MOST_ROWS,
        areas=areas_of(request.app[keys.RULES], signed_in(request)),
    )  # fmt: skip


def _id(request: web.Request) -> uuid.UUID:
    return id_in(request.match_info["id"])


def _today(request: web.Request) -> date:
    return local_day(request.app[keys.RULES].area(None), request.app[keys.CLOCK].now())


def setup(app: web.Application) -> None:
    app.router.add_get("/staff/jobcentre/claimants", claimants_page)
    app.router.add_post("/staff/jobcentre/claimants", take_one)
    app.router.add_post("/staff/jobcentre/lists", send_list)
    app.router.add_get("/staff/jobcentre/lists", back)
    app.router.add_get("/staff/jobcentre/lists/template.csv", template_file)
    app.router.add_get("/staff/jobcentre/lists/{id}", list_page)
    app.router.add_post("/staff/jobcentre/lists/{id}", take_list)
    app.router.add_get("/staff/jobcentre/lists/{id}/errors.csv", errors_file)
