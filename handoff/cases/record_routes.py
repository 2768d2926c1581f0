"""The staff API for a case's record: decisions, referrals, and whom the case is kept from."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from aiohttp import web

from handoff.bodies import json_object, text_field
from handoff.cases import barring, deciding
from handoff.cases.access import case_id_in
from handoff.cases.deciding import Answered, Made
from handoff.cases.model import Case
from handoff.cases.record import record_of
from handoff.cases.routes import act, id_of
from handoff.cases.work import Desk
from handoff.conversations.words import LONGEST
from handoff.errors import Unprocessable
from handoff.security import access
from handoff.staff.auth import staff

SHORT = 200


async def _record(desk: Desk, case: Case) -> dict[str, Any]:
    return (await record_of(desk.session, desk.rules, case)).as_json()


_act = partial(act, says=_record)


@access(staff("case.note"))
async def decide(request: web.Request) -> web.Response:
    """POST .../decisions {text, id?} -> the record; the same id again writes nothing twice."""
    body = await json_object(request)
    text, key = text_field(body, "text", LONGEST), key_in(body)
    return await _act(request, lambda desk: deciding.decide(desk, id_of(request), text, key))


@access(staff("case.note"))
async def refer(request: web.Request) -> web.Response:
    """POST .../referrals {to, whom?, reference?, at?, id?} -> the record."""
    body = await json_object(request)
    made, key = made_in(body, _instant(body)), key_in(body)
    return await _act(request, lambda desk: deciding.refer(desk, id_of(request), made, key))


@access(staff("case.note"))
async def note_answer(request: web.Request) -> web.Response:
    """POST .../referrals/{referral} {reference?, answer?, acknowledged?} -> the record."""
    body = await json_object(request)
    answered = answered_in(body, body.get("acknowledged") is True)
    referral = case_id_in(request.match_info["referral"])
    return await _act(request, lambda desk: deciding.note_answer(desk, id_of(request), referral, answered))


@access(staff("case.oversee"))
async def bar(request: web.Request) -> web.Response:
    """POST .../bar {staff, why}: a colleague sees nothing of this conversation any more."""
    body = await json_object(request)
    whom, why = member_in(body), text_field(body, "why", LONGEST)
    return await _act(request, lambda desk: barring.bar(desk, id_of(request), whom, why))


@access(staff("case.oversee"))
async def open_up(request: web.Request) -> web.Response:
    """POST .../open-up {why}: advisers see an allegation that names nobody, once a lead has looked."""
    why = text_field(await json_object(request), "why", LONGEST)
    return await _act(request, lambda desk: barring.open_up(desk, id_of(request), why))


@access(staff("case.oversee"))
async def lift(request: web.Request) -> web.Response:
    """POST .../lift {staff, why}: a colleague who was kept out sees the case again."""
    body = await json_object(request)
    whom, why = member_in(body), text_field(body, "why", LONGEST)
    return await _act(request, lambda desk: barring.lift(desk, id_of(request), whom, why))


def made_in(fields: Mapping[str, Any], at: datetime | None) -> Made:
    """A referral from the fields of a body or a form, made at this instant."""
    whom = text_field(fields, "whom", SHORT, needed=False)
    return Made(text_field(fields, "to", 32), whom, text_field(fields, "reference", SHORT, needed=False), at)


def answered_in(fields: Mapping[str, Any], acknowledged: bool) -> Answered:
    reference = text_field(fields, "reference", SHORT, needed=False)
    return Answered(reference, text_field(fields, "answer", LONGEST, needed=False), acknowledged)


def key_in(fields: Mapping[str, Any]) -> uuid.UUID | None:
    """The id that makes a repeat the same thing; None without one."""
    text = text_field(fields, "id", 36, needed=False)
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise Unprocessable("bad_field", "id must be a UUID.", field="id") from None


def member_in(fields: Mapping[str, Any]) -> uuid.UUID:
    try:
        return uuid.UUID(text_field(fields, "staff", 36))
    except ValueError:
        raise barring.unknown_member() from None


def _instant(body: Mapping[str, Any]) -> datetime | None:
    """`at`, ISO 8601 with its offset; None (now) when it is not given."""
    text = text_field(body, "at", 40, needed=False)
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        at = None
    if text and (at is None or at.tzinfo is None):
        raise Unprocessable("bad_time", "at must be an ISO 8601 time with its offset.", field="at")
    return at


def setup(app: web.Application) -> None:
    at = "/api/staff/cases/{id}"
    app.router.add_post(f"{at}/decisions", decide)
    app.router.add_post(f"{at}/referrals", refer)
    app.router.add_post(f"{at}/referrals/{{referral}}", note_answer)
    app.router.add_post(f"{at}/bar", bar)
    app.router.add_post(f"{at}/open-up", open_up)
    app.router.add_post(f"{at}/lift", lift)
