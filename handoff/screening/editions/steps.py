"""The steps of an edition as the pages' buttons take them: each in one transaction, then others are told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from handoff import keys
from handoff.errors import Conflict, Unprocessable
from handoff.screening import force, sets
from handoff.screening.editions import service
from handoff.screening.editions.forms import Typed
from handoff.screening.editions.keeper import EditionKeeper
from handoff.screening.editions.service import SCREENING, Editing
from handoff.screening.editions.trial import Trials
from handoff.screening.editions.trying import Bench
from handoff.screening.pattern import PhraseFault
from handoff.screening.wordings import MessageFaults, read_wordings
from handoff.staff.auth import signed_in

TRIALS = web.AppKey("screening_trials", Trials)
BENCH = web.AppKey("screening_bench", Bench)
LONGEST_REASON = 1_000


@dataclass(frozen=True)
class Step:
    """One button: who may press it, what it does, what is said afterwards, and where that is shown."""

    right: str
    act: Callable[[web.Request, Editing, Typed], Awaitable[object]]
    said: str
    then: str = "draft"
    tries: bool = False
    swaps: bool = False


async def take(request: web.Request, kind: str, step: Step, form: Typed) -> None:
    """Take a step. Raises Refusal; nothing is changed then."""
    clock, who = request.app[keys.CLOCK], signed_in(request)
    async with request.app[keys.DB].transaction() as session:
        await step.act(request, Editing(session, clock.now(), who, kind), form)
    if step.swaps:  # in force here before the page says so; the other processes follow within two seconds
        await EditionKeeper(request.app[keys.DB], request.app[keys.HUB]).reload()
    request.app[keys.HUB].notify(SCREENING)
    if step.tries and kind == sets.PHRASES:
        await request.app[TRIALS].begin(who, kind)


async def _start(request: web.Request, work: Editing, form: Typed) -> object:
    number = form.number("number")
    return await service.start(work, number if number > 0 else None)


async def _submit(request: web.Request, work: Editing, form: Typed) -> object:
    draft = await service.open_edition(work.session, work.kind)
    if draft:
        await must_compile(request, work.kind, draft.body)
    return await service.submit(work, form.number("version"), form.text("reason", LONGEST_REASON))


async def must_compile(request: web.Request, kind: str, body: str) -> None:
    """Unprocessable `broken` names what makes a set unusable."""
    try:
        if kind == sets.PHRASES:
            await request.app[BENCH].compiled(body)
        else:
            read_wordings(body)
    except (PhraseFault, MessageFaults) as fault:
        raise Unprocessable("broken", f"This draft cannot be used: {fault}") from None
    except (ValueError, LookupError, TypeError, RecursionError):
        raise Unprocessable("broken", "This draft cannot be used: it is not whole.") from None


async def _take_back(request: web.Request, work: Editing, form: Typed) -> object:
    return await service.take_back(work, form.number("version"))


async def _reject(request: web.Request, work: Editing, form: Typed) -> object:
    return await service.reject(work, form.number("version"), form.text("note", LONGEST_REASON))


async def _approve(request: web.Request, work: Editing, form: Typed) -> object:
    return await service.approve(work, form.number("version"))


async def _discard(request: web.Request, work: Editing, form: Typed) -> object:
    return await service.discard(work, form.number("version"))


async def _go_back(request: web.Request, work: Editing, form: Typed) -> object:
    return await service.go_back(work, form.number("number"), form.text("reason", LONGEST_REASON))


async def _ask_for_shipped(request: web.Request, work: Editing, form: Typed) -> object:
    body = await _shipped(work.kind)
    return await service.ask_for_shipped(work, body, form.text("reason", LONGEST_REASON))


async def _restore_shipped(request: web.Request, work: Editing, form: Typed) -> object:
    """Alone, and so only where these words are what runs."""
    body, used = await _shipped(work.kind), force.of(work.kind)
    refused = used.held.refused if used.stands_in else ()
    return await service.restore_shipped(work, body, form.text("reason", LONGEST_REASON), refused)


async def _shipped(kind: str) -> str:
    try:
        return await asyncio.to_thread(sets.read_sealed, kind, sets.SHIPPED)
    except (OSError, ValueError):
        raise Conflict("shipped_broken", "The shipped files are not as they were approved, so no.") from None


async def _nothing(request: web.Request, work: Editing, form: Typed) -> object:
    return None


STEPS: dict[str, Step] = {
    "start": Step("screening.edit", _start, "A draft is open. Nothing changes until it is approved."),
    "submit": Step(
        "screening.edit", _submit, "Sent for approval. Someone else has to approve it.", tries=True
    ),
    "take-back": Step("screening.edit", _take_back, "Taken back. You can change it again."),
    "discard": Step("screening.edit", _discard, "The draft is set aside. Nothing else changed.", "overview"),
    "dry-run": Step("screening.read", _nothing, "The dry run has begun.", tries=True),
    "approve": Step(
        "screening.approve", _approve, "Approved, and in force from now on.", "overview", swaps=True
    ),
    "reject": Step("screening.approve", _reject, "Rejected. The author can read why.", "overview"),
    "go-back": Step(
        "screening.edit", _go_back, "Asked for. Someone else has to approve going back.", tries=True
    ),
    "ask-for-shipped": Step(
        "screening.edit", _ask_for_shipped, "Asked for. Someone else has to approve it.", tries=True
    ),
    "restore-shipped": Step(
        "screening.edit", _restore_shipped, "The shipped words are in force again.", "overview", swaps=True
    ),
}
