"""The steps of the editor, each with the right it needs; pages and the JSON API take the same ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import keys
from handoff.bodies import text_field
from handoff.content import comments, going_live, service, withdrawing, workflow
from handoff.content.checks import MAX_EXAMPLES
from handoff.content.facts import Facts
from handoff.content.keeping import owners, reviews
from handoff.content.standing import listened
from handoff.content.wording import Wording
from handoff.content.workflow import Editing
from handoff.errors import Unprocessable
from handoff.live import CONTENT
from handoff.staff.auth import signed_in

LONGEST_NOTE = 2_000
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One thing an editor can do to an answer; `take` raises a Refusal when it cannot be done now. One that
    `screens` asks what screening hears in the example questions."""

    right: str
    take: Callable[[Editing, str, Given, Facts], Awaitable[object]]
    screens: bool = False


async def take(request: web.Request, step: Step, given: Given) -> None:
    """Do the step in a transaction of its own, and tell open chats when a release came of it."""
    slug = request.match_info["slug"]
    heard = await _listened(request, slug, given) if step.screens else {}
    async with request.app[keys.DB].transaction() as session:
        work = replace(editing(request, session), heard=heard)
        await step.take(work, slug, given, request.app[keys.CONTENT].facts)
    request.app[keys.HUB].notify(CONTENT)


async def _listened(request: web.Request, slug: str, given: Given) -> dict[str, bool]:
    """What screening hears in the new examples, asked before the transaction: it takes seconds for many."""
    async with request.app[keys.DB].reading() as session:
        view = await service.answer_view(session, slug)
    said = Wording.of(view.newest)
    examples = (Wording.read(given, said) if "web" in given else said).questions
    new = sorted(set(examples) - set(view.live.examples if view.live else ()))
    return await listened(new[:MAX_EXAMPLES])


def editing(request: web.Request, session: AsyncSession) -> Editing:
    zone = request.app[keys.RULES].area(None).timezone
    return Editing(session, request.app[keys.CLOCK].now(), signed_in(request), zone)


async def _start(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    await workflow.start_draft(work, slug, shipped=bool(given.get("shipped")))


async def _save(work: Editing, slug: str, given: Given, facts: Facts) -> int:
    """The draft's version afterwards."""
    usual = (await service.answer_view(work.session, slug)).newest
    draft = await workflow.save_draft(work, slug, _version(given), Wording.read(given, Wording.of(usual)))
    return draft.version


async def _submit(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    """Words that come along are saved first, so that what is on the screen is what is sent."""
    version = await _save(work, slug, given, facts) if "web" in given else _version(given)
    await workflow.submit(work, slug, version, facts)


async def _approve(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    """Approve, and publish with it unless told to `hold` it."""
    approved = await workflow.approve(work, slug, _version(given), facts)
    if not given.get("hold"):
        await going_live.publish_approved(work, slug, approved.version, facts)


async def _publish(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    await going_live.publish_approved(work, slug, _version(given), facts)


async def _schedule(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    """`at` is a local time; a page without JavaScript may send its `day` and `time` apart."""
    at = str(given.get("at") or f"{given.get('day', '')}T{given.get('time', '')}")
    await going_live.schedule(work, slug, _version(given), at, facts)


async def _unschedule(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    await going_live.unschedule(work, slug, _version(given))


async def _emergency(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    reason = text_field(given, "reason", going_live.LONGEST_REASON)
    await going_live.publish_in_emergency(work, slug, _version(given), reason, facts)


async def _request_changes(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    note = text_field(given, "note", LONGEST_NOTE, needed=False)
    await workflow.send_back(work, slug, _version(given), note)


async def _take_back(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    await workflow.send_back(work, slug, _version(given), "")


async def _discard(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    await workflow.discard(work, slug, _version(given))


async def _take_up(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    await workflow.take_up(work, slug, _number(given, "revision"))


async def _withdraw(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    """`questions` that `move` become the other answer's; those that `stay` lead to it."""
    to, version = text_field(given, "to", 64), _version(given) if given.get("version") else None
    move = given.get("questions", "stay") == "move"
    await withdrawing.withdraw(work, slug, to, move=move, version=version)


async def _rename(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    await withdrawing.rename(work, slug, text_field(given, "name", 64))


async def _take_off(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    await withdrawing.take_off(work, slug, text_field(given, "reason", going_live.LONGEST_REASON))


async def _comment(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    words = text_field(given, "words", LONGEST_NOTE)
    about = text_field(given, "about", 16, needed=False)
    await comments.say(work, slug, words, about, text_field(given, "reply_to", 36, needed=False))


async def _resolve(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    await comments.settle(work, slug, text_field(given, "comment", 36), resolved=True)


async def _reopen(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    await comments.settle(work, slug, text_field(given, "comment", 36), resolved=False)


async def _keep_ours(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    await workflow.set_shipped_aside(work, slug)


async def _owner(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    await owners.give(work, slug, text_field(given, "owner", 36, needed=False))


async def _still_correct(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    until = text_field(given, "until", 10, needed=False)
    await reviews.still_correct(work, slug, _number(given, "revision"), until, facts)


async def _source_differs(work: Editing, slug: str, given: Given, facts: Facts) -> None:
    reason = text_field(given, "reason", LONGEST_NOTE)
    await reviews.source_differs(work, slug, _number(given, "revision"), reason)


def _version(given: Given) -> int:
    return _number(given, "version")


def _number(given: Given, name: str) -> int:
    value = str(given.get(name, ""))
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise Unprocessable("bad_field", f"{name} must be the number that it was read with.", field=name)
    return int(value)


STEPS: Mapping[str, Step] = {
    "start": Step("content.edit", _start),
    "save": Step("content.edit", _save),
    "submit": Step("content.edit", _submit, screens=True),
    "take-back": Step("content.edit", _take_back),
    "discard": Step("content.edit", _discard),
    "keep-ours": Step("content.edit", _keep_ours),
    "approve": Step("content.approve", _approve, screens=True),
    "publish": Step("content.publish", _publish, screens=True),
    "schedule": Step("content.publish", _schedule, screens=True),
    "unschedule": Step("content.publish", _unschedule),
    "emergency": Step("content.publish_emergency", _emergency, screens=True),
    "request-changes": Step("content.approve", _request_changes),
    "take-up": Step("content.edit", _take_up),
    "withdraw": Step("content.edit", _withdraw),
    "rename": Step("content.edit", _rename),
    "take-off": Step("content.emergency", _take_off),
    "comment": Step("content.edit", _comment),
    "resolve": Step("content.edit", _resolve),
    "reopen": Step("content.edit", _reopen),
    "owner": Step("content.edit", _owner),
    "still-correct": Step("content.publish", _still_correct),
    "source-differs": Step("content.edit", _source_differs),
}
