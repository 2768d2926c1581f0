"""The staff API for records (/api/openapi.json). A search is posted, so that no address names anybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.bodies import json_object
from handoff.errors import Unprocessable
from handoff.records import currency, editing, pairs
from handoff.records.access import record_id_in
from handoff.records.codes import load_codes
from handoff.records.desk import MOST_FOUND, Desk, compared, desk, find, id_of, read
from handoff.records.forms import Form, day_in, doing_in, new_details, purpose_in, values_in
from handoff.records.log import access_log
from handoff.records.model import Characteristic, Consent
from handoff.records.pairs import Elsewhere, Likeness
from handoff.records.sections import ACTIVITY, SECTIONS, Section
from handoff.records.view import RecordView, Shown, masked, summary
from handoff.security import access
from handoff.staff.auth import staff

Change = Callable[[Desk, web.Request, Form], Awaitable[Any]]
AT = "/api/staff/records"


@access(staff("record.read"))
async def codes(request: web.Request) -> web.Response:
    """GET .../codes: every list of the record, with its edition."""
    known = load_codes()
    lists = {name: list(found.values()) for name, found in known.lists.items()}
    words = {name: [_word(one.code, one.label) for one in found] for name, found in lists.items()}
    offered = [one for one in known.activities.values() if not one.retired]
    words["activity"] = [_word(one.code, one.label) for one in offered]
    return web.json_response({"edition": known.edition, "lists": words})


@access(staff("record.read"))
async def search(request: web.Request) -> web.Response:
    """POST .../search {name?, date_of_birth?, postcode?, phone?, reference?}: all given must fit."""
    form = await json_object(request)
    async with desk(request) as at:
        found = await find(at, form)
    listed = [summary(one) for one in found[:MOST_FOUND]]
    return web.json_response({"records": listed, "more": len(found) > MOST_FOUND})


@access(staff("record.edit"))
async def add(request: web.Request) -> web.Response:
    """POST ... {area, given_name, ...} -> 201 the record, 200 when there was exactly this person already."""
    form = await json_object(request)
    async with desk(request) as at:
        found = await editing.add(
            at.session, at.now, at.today, at.who, str(form.get("area")), new_details(form)
        )
        body = as_json(await read(at, found.record.id))
    return web.json_response(body, status=201 if found.created else 200)


@access(staff("record.read"))
async def one(request: web.Request) -> web.Response:
    """GET .../{id}: the record, its numbers masked; the look is recorded."""
    async with desk(request) as at:
        return web.json_response(as_json(await read(at, id_of(request))))


@access(staff("record.read"))
async def log(request: web.Request) -> web.Response:
    """GET .../{id}/log: who looked at or changed it."""
    async with desk(request) as at:
        seen = await read(at, id_of(request))
        entries = await access_log(at.session, seen.record.id)
    return web.json_response({"entries": [{"at": _iso(e.at), "by": e.by, "did": e.did} for e in entries]})


def changing(act: Change) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A change of one record: do it, and give the record as it is now."""

    @access(staff("record.edit"))
    async def handler(request: web.Request) -> web.Response:
        form = await json_object(request)
        async with desk(request) as at:
            await act(at, request, form)
            return web.json_response(as_json(await read(at, id_of(request))))

    return handler


async def _section(at: Desk, request: web.Request, form: Form) -> None:
    section = SECTIONS.get(str(form.get("section")))
    if section is None:
        raise Unprocessable("unknown_section", "There is no such part of a record.", field="section")
    where = (at.session, at.now, at.today, at.who, id_of(request), _version(form))
    await editing.save(*where, section, values_in(section, form))


async def _activity(at: Desk, request: web.Request, form: Form) -> None:
    doing, words = doing_in(form)
    where = (at.session, at.now, at.today, at.who, id_of(request), _version(form))
    await editing.set_activity(*where, doing, words["verified_by"], words["establishment_name"])


async def _characteristic(at: Desk, request: web.Request, form: Form) -> None:
    began = day_in(form, "from_on", "Since") or at.today
    where = (at.session, at.now, at.today, at.who, id_of(request))
    ends = day_in(form, "until_on", "Until")
    await editing.add_characteristic(*where, str(form.get("characteristic")), began, ends)


async def _permit(at: Desk, request: web.Request, form: Form) -> None:
    await editing.permit(at.session, at.now, at.who, id_of(request), purpose_in(form), form)


async def _take_back(at: Desk, request: web.Request, form: Form) -> None:
    await editing.take_back(at.session, at.now, at.who, id_of(request), purpose_in(form))


@access(staff("record.edit"))
async def matches(request: web.Request) -> web.Response:
    """GET .../matches: pairs for a person to decide; `elsewhere`: whom to ring where an area has a side."""
    async with desk(request) as at:
        found, elsewhere = await compared(at)
        ring = {one.area: at.rules.area(one.area).phone for one in elsewhere}
    apart = [_elsewhere(one) | {"ring": ring[one.area]} for one in elsewhere]
    return web.json_response({"matches": [_pair(pair) for pair in found], "elsewhere": apart})


@access(staff("record.edit"))
async def decide(request: web.Request) -> web.Response:
    """POST .../matches/{pair} {decision: same | apart | undone}"""
    decision = (await json_object(request)).get("decision")
    if decision not in ("same", "apart", "undone"):
        raise Unprocessable("unknown_decision", "Choose same, apart or undone.", field="decision")
    pair_id = record_id_in(request.match_info["pair"])
    async with desk(request) as at:
        if decision == "undone":
            found = await pairs.undo(at.session, at.now, at.who, pair_id)
        else:
            found = await pairs.decide(at.session, at.now, at.who, pair_id, decision == "same")
    return web.json_response(_pair(found))


@access(staff())
async def currencies(request: web.Request) -> web.Response:
    """GET .../currency: how long each group of activities counts as known."""
    async with request.app[keys.DB].reading() as session:
        groups = await currency.table(session)
    return web.json_response(
        {
            "groups": [
                {**vars(group), "codes": list(group.codes), "checked_on": group.checked_on.isoformat()}
                for group in groups.values()
            ]
        }
    )


def as_json(seen: RecordView) -> dict[str, Any]:
    """A whole record; phone, e-mail and National Insurance number masked."""
    return {
        **summary(seen.record),
        "version": seen.record.version,
        "also_area": seen.record.also_area,
        "sections": {section.name: _values(section, seen) for section in SECTIONS.values()},
        "activities": [_spell(shown) for shown in seen.spells],
        "lapsed": seen.lapsed,
        "look_in_by": _day(seen.look_in_by),
        "characteristics": [_characterised(kept) for kept in seen.characteristics],
        "consents": [_consent(given) for given in seen.consents],
        "matches": [_pair(pair) for pair in seen.likenesses],
        "elsewhere": [_elsewhere(one) for one in seen.elsewhere],
        "wants": [vars(want) for want in seen.wants],
    }


def _values(section: Section, seen: RecordView) -> dict[str, Any]:
    found = {}
    for field in section.fields:
        value = seen.value(field.name)
        text = value.isoformat() if isinstance(value, date) else value
        found[field.name] = masked(text) if field.secret and text else (None if text == "" else text)
    return found


def _spell(shown: Shown) -> dict[str, Any]:
    names = [field.name for field in ACTIVITY.fields]
    values = {name: getattr(shown.spell, name) for name in (*names, "ended_on")}
    days = {name: value.isoformat() for name, value in values.items() if isinstance(value, date)}
    return {**values, **days, "label": shown.activity.label, "lapses_on": _day(shown.activity.lapses_on)}


def _characterised(kept: Characteristic) -> dict[str, Any]:
    days = {"from_on": _day(kept.from_on), "until_on": _day(kept.until_on)}
    return {"id": str(kept.id), "code": kept.code, **days}


def _consent(given: Consent) -> dict[str, Any]:
    return {
        "purpose": given.purpose,
        "words": given.words,
        "given_at": _iso(given.given_at),
        "withdrawn_at": _iso(given.withdrawn_at) if given.withdrawn_at else None,
    }


def _pair(found: Likeness) -> dict[str, Any]:
    sides = [summary(record) for record, _ in found.sides]
    return {"id": str(found.pair.id), "state": found.pair.state, "why": found.pair.why, "records": sides}


def _elsewhere(found: Elsewhere) -> dict[str, Any]:
    return {"reference": found.reference, "area": found.area, "record": summary(found.record)}


def _version(form: Form) -> int:
    version = form.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise Unprocessable("bad_field", "version must be the number the record came with.", field="version")
    return version


def _word(code: str, label: str) -> dict[str, str]:
    return {"code": code, "label": label}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def setup(app: web.Application) -> None:
    router = app.router
    router.add_get(f"{AT}/codes", codes)
    router.add_post(f"{AT}/search", search)
    router.add_get(f"{AT}/matches", matches)
    router.add_post(f"{AT}/matches/{{pair}}", decide)
    router.add_get(f"{AT}/currency", currencies)
    router.add_post(AT, add)
    router.add_get(f"{AT}/{{id}}", one)
    router.add_get(f"{AT}/{{id}}/log", log)
    router.add_post(f"{AT}/{{id}}", changing(_section))
    router.add_post(f"{AT}/{{id}}/activities", changing(_activity))
    router.add_post(f"{AT}/{{id}}/characteristics", changing(_characteristic))
    router.add_post(f"{AT}/{{id}}/consents", changing(_permit))
    router.add_post(f"{AT}/{{id}}/consents/withdraw", changing(_take_back))
