"""The pages of records: search, somebody new, one record and its forms; no script needed."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from handoff import keys
from handoff.bodies import form_fields
from handoff.errors import NotFound, Refusal
from handoff.records import api, deciding_routes, editing, pairs, view
from handoff.records.access import record_id_in
from handoff.records.codes import load_codes
from handoff.records.desk import MOST_FOUND, Desk, desk, find, id_of, read
from handoff.records.forms import day_in, doing_in, new_details, purpose_in, values_in
from handoff.records.frame import HOME, back, show, show_form
from handoff.records.log import access_log
from handoff.records.person import details_of
from handoff.records.sections import ACTIVITY, NEW_FIELDS, SECTIONS, Section
from handoff.security import access
from handoff.staff.auth import signed_in, staff_page


@access(staff_page("record.read"))
async def home(request: web.Request) -> web.Response:
    return await _home(request, {}, None)


@access(staff_page("record.read"))
async def search(request: web.Request) -> web.Response:
    """Posted, so that no name or number is in an address, a history or a log."""
    form = await form_fields(request)
    try:
        async with desk(request) as at:
            found = await find(at, form)
    except Refusal as refusal:
        return await _home(request, form, refusal)
    return await _home(request, form, None, found=found[:MOST_FOUND], more=len(found) > MOST_FOUND)


async def _home(
    request: web.Request, form: dict[str, str], refusal: Refusal | None, **found: Any
) -> web.Response:
    async with request.app[keys.DB].reading() as session:
        who = signed_in(request)
        waiting = await pairs.waiting(session, who) + len(await pairs.elsewhere(session, who))
    context = {"found": None, "more": False, **found}
    return show(request, "search", refusal, form=form, waiting=waiting, details_of=details_of, **context)


@access(staff_page("record.read"))
async def by_reference(request: web.Request) -> web.Response:
    """GET .../by/WAY-7K4M2P: the record that a registration is on."""
    async with desk(request) as at:
        found = await find(at, {"reference": request.match_info["reference"]})
    if not found:
        raise NotFound("There is no record with this reference in your areas.")
    raise web.HTTPSeeOther(f"{HOME}/{found[0].id}")


@access(staff_page("record.edit"))
async def new(request: web.Request) -> web.Response:
    return _new(request, {}, None)


@access(staff_page("record.edit"))
async def add(request: web.Request) -> web.Response:
    form = await form_fields(request)
    try:
        async with desk(request) as at:
            found = await editing.add(
                at.session, at.now, at.today, at.who, form.get("area", ""), new_details(form)
            )
    except Refusal as refusal:
        return _new(request, form, refusal)
    raise web.HTTPSeeOther(f"{HOME}/{found.record.id}?said={'made' if found.created else 'there'}")


def _new(request: web.Request, form: dict[str, str], refusal: Refusal | None) -> web.Response:
    rules, who = request.app[keys.RULES], signed_in(request)
    mine = [(one.slug, one.name) for one in rules.areas.values() if one.slug in who.areas]
    section = Section("new", "Add a person", NEW_FIELDS)
    return show_form(request, section, None, form, refusal, areas=mine)


@access(staff_page("record.read"))
async def record_page(request: web.Request) -> web.Response:
    """The record; the look is recorded."""
    return await _record(request, "record.read")


@access(staff_page("reveal_number"))
async def reveal(request: web.Request) -> web.Response:
    """The record with phone, e-mail and National Insurance number; the look at them is recorded."""
    return await _record(request, "record.reveal", reveal=True)


async def _record(
    request: web.Request, action: str, refusal: Refusal | None = None, *, reveal: bool = False,
    form: dict[str, str] | None = None,
) -> web.Response:  # fmt: skip
    async with desk(request) as at:
        seen = await read(at, id_of(request), action)
    offered = load_codes().offered("characteristic", seen.today)
    return show(
        request, "record", refusal, seen=seen, sections=SECTIONS.values(), reveal=reveal, form=form or {},
        offered=[one for one in offered if one.code not in _held(seen)],
        purposes=list(load_codes().lists["purpose"].values()),
    )  # fmt: skip


def _held(seen: view.RecordView) -> set[str]:
    return {one.code for one in seen.characteristics if one.until_on is None}


@access(staff_page("record.read"))
async def log_page(request: web.Request) -> web.Response:
    async with desk(request) as at:
        seen = await read(at, id_of(request))
    async with request.app[keys.DB].reading() as session:
        entries = await access_log(session, seen.record.id)
    return show(request, "log", None, seen=seen, entries=entries)


@access(staff_page("record.edit"))
async def edit(request: web.Request) -> web.Response:
    """A section's form; opening one with a number in it is recorded as a look at the number."""
    section = _section(request)
    async with desk(request) as at:
        seen = await read(at, id_of(request), "record.reveal" if section.secret else "record.read")
    return show_form(request, section, seen, _typed(section, seen), None)


@access(staff_page("record.edit"))
async def save(request: web.Request) -> web.Response:
    section, form = _section(request), await form_fields(request)
    try:
        async with desk(request) as at:
            await _saved(at, section, request, form)
    except NotFound:
        raise
    except Refusal as refusal:
        async with desk(request) as at:
            seen = await read(at, id_of(request), "record.reveal" if section.secret else "record.read")
        return show_form(request, section, seen, form, refusal)
    said = "activity" if section is ACTIVITY else "saved"
    raise web.HTTPSeeOther(f"{HOME}/{id_of(request)}?said={said}")


async def _saved(at: Desk, section: Section, request: web.Request, form: dict[str, str]) -> None:
    version = int(form["version"]) if form.get("version", "").isdecimal() else -1
    where = (at.session, at.now, at.today, at.who, id_of(request), version)
    if section is ACTIVITY:
        doing, words = doing_in(form)
        await editing.set_activity(*where, doing, words["verified_by"], words["establishment_name"])
    else:
        await editing.save(*where, section, values_in(section, form))


@access(staff_page("record.edit"))
async def add_characteristic(request: web.Request) -> web.Response:
    form = await form_fields(request)
    try:
        async with desk(request) as at:
            began = day_in(form, "from_on", "Since") or at.today
            code = form.get("characteristic", "")
            await editing.add_characteristic(
                at.session, at.now, at.today, at.who, id_of(request), code, began
            )
    except NotFound:
        raise
    except Refusal as refusal:
        return await _record(request, "record.read", refusal, form=form)
    raise web.HTTPSeeOther(f"{HOME}/{id_of(request)}?said=saved#support")


@access(staff_page("record.edit"))
async def end_characteristic(request: web.Request) -> web.Response:
    which = record_id_in(request.match_info["which"])
    async with desk(request) as at:
        await editing.end_characteristic(at.session, at.now, at.today, at.who, id_of(request), which)
    raise web.HTTPSeeOther(f"{HOME}/{id_of(request)}?said=saved#support")


@access(staff_page("record.edit"))
async def permit(request: web.Request) -> web.Response:
    """They agreed to something, in words an adviser writes down."""
    form = await form_fields(request)
    try:
        async with desk(request) as at:
            await editing.permit(at.session, at.now, at.who, id_of(request), purpose_in(form), form)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _record(request, "record.read", refusal, form=form)
    raise web.HTTPSeeOther(f"{HOME}/{id_of(request)}?said=saved#permissions")


@access(staff_page("record.edit"))
async def take_back(request: web.Request) -> web.Response:
    form = await form_fields(request)
    async with desk(request) as at:
        await editing.take_back(at.session, at.now, at.who, id_of(request), purpose_in(form))
    raise web.HTTPSeeOther(f"{HOME}/{id_of(request)}?said=saved#permissions")


def _typed(section: Section, seen: view.RecordView) -> dict[str, Any]:
    """What the form opens with."""
    if section is not ACTIVITY:
        return {field.name: seen.value(field.name) or "" for field in section.fields}
    current = seen.current
    return (
        {field.name: getattr(current.spell, field.name) or "" for field in ACTIVITY.fields} if current else {}
    )


def _section(request: web.Request) -> Section:
    name = request.match_info["section"]
    found = ACTIVITY if name == ACTIVITY.name else SECTIONS.get(name)
    if found is None:
        raise NotFound()
    return found


def setup(app: web.Application) -> None:
    api.setup(app)
    deciding_routes.setup(app)
    router, one = app.router, f"{HOME}/{{id}}"
    router.add_get(HOME, home)
    router.add_post(f"{HOME}/search", search)
    router.add_get(f"{HOME}/search", back)
    router.add_get(f"{HOME}/by/{{reference}}", by_reference)
    router.add_get(f"{HOME}/new", new)
    router.add_post(f"{HOME}/new", add)
    router.add_get(one, record_page)
    router.add_get(f"{one}/log", log_page)
    for name, post in (("reveal", reveal), ("characteristics", add_characteristic), ("permissions", permit)):
        router.add_post(f"{one}/{name}", post)
        router.add_get(f"{one}/{name}", back)
    router.add_post(f"{one}/characteristics/{{which}}/end", end_characteristic)
    router.add_post(f"{one}/permissions/withdraw", take_back)
    router.add_get(f"{one}/{{section}}", edit)
    router.add_post(f"{one}/{{section}}", save)
