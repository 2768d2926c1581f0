"""The case page's forms for its record: decisions, referrals, answers, and who is kept from the case."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from aiohttp import web

from handoff.bodies import text_field
from handoff.cases import barring, deciding
from handoff.cases.access import case_for, case_id_in
from handoff.cases.record_routes import answered_in, key_in, made_in, member_in
from handoff.cases.work import Desk
from handoff.console.routes import Form, back_to_case, posted
from handoff.conversations.words import LONGEST
from handoff.errors import Refusal, Unprocessable


@contextmanager
def _form(name: str) -> Iterator[None]:
    """A refusal inside names the field as the page does: "form.field"."""
    try:
        yield
    except Refusal as refusal:
        if field := refusal.extra.get("field"):
            refusal.extra["field"] = f"{name}.{field}"
        raise


async def _decide(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    with _form("decide"):
        text = text_field(form, "decided", LONGEST)
        await deciding.decide(desk, case_id, text, key_in(form))


async def _refer(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    with _form("refer"):
        case = await case_for(desk.session, desk.who, case_id)
        made = made_in({**form, "to": form.get("told", "")}, _local(form, desk, case.area))
        await deciding.refer(desk, case_id, made, key_in(form))


async def _answer(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    with _form("answer"):
        answered = answered_in(form, form.get("acknowledged") == "yes")
        await deciding.note_answer(desk, case_id, case_id_in(form.get("referral", "")), answered)


async def _bar(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    with _form("bar"):
        await barring.bar(desk, case_id, member_in(form), text_field(form, "barred", LONGEST))


async def _open_up(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    with _form("open"):
        await barring.open_up(desk, case_id, text_field(form, "opened", LONGEST))


async def _lift(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    with _form("lift"):
        await barring.lift(desk, case_id, member_in(form), text_field(form, "barred", LONGEST))


def _local(form: Form, desk: Desk, area: str | None) -> datetime | None:
    """The form's time, as the clock on the wall in the area shows it; None (now) when left empty."""
    given = form.get("at", "").strip()
    if not given:
        return None
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise Unprocessable("bad_time", "Give the day and the time it was made.", field="at") from None
    return at if at.tzinfo else at.replace(tzinfo=desk.rules.area(area).timezone)


def setup(app: web.Application) -> None:
    for name, right, act in (
        ("decisions", "case.note", _decide),
        ("referrals", "case.note", _refer),
        ("answer", "case.note", _answer),
        ("bar", "case.oversee", _bar),
        ("open-up", "case.oversee", _open_up),
        ("lift", "case.oversee", _lift),
    ):
        app.router.add_post(f"/staff/cases/{{id}}/{name}", posted(right, act))
        app.router.add_get(f"/staff/cases/{{id}}/{name}", back_to_case)
