"""What helps while an answer is written: hints on its example questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.bodies import json_object, text_field
from handoff.content import beginning_routes, meaning, presence, service
from handoff.content.areas import local_day
from handoff.content.assistant import domain
from handoff.content.examples import Looked, look_over
from handoff.content.meaning import MEANINGS
from handoff.content.model import DRAFT
from handoff.content.reading import plain_words
from handoff.content.service import AnswerView
from handoff.content.trying import MOST_ASKED, Tried, Trying
from handoff.content.wording import Wording, numbered
from handoff.security import access
from handoff.staff.auth import signed_in, staff


@access(staff("content.edit"))
async def examples(request: web.Request) -> web.Response:
    """POST .../examples {examples}: what stands out in them, one question a line."""
    body = await json_object(request)
    text = Wording.read(body, Wording()).examples
    lines = numbered(text, _first_line(str(body.get("examples", ""))))
    async with request.app[keys.DB].reading() as session:
        view = await service.answer_view(session, request.match_info["slug"])
    live = view.live.examples if view.live else ()
    looked = await look_over(request.app[MEANINGS], view.answer.slug, lines, live)
    return web.json_response({**asdict(looked), "count": len(lines)})


def _first_line(typed: str) -> int:
    """The line at which a text begins, after those that are left empty at its head."""
    return 1 + typed[: len(typed) - len(typed.lstrip())].count("\n")


async def looked_over(request: web.Request, view: AnswerView, wording: Wording) -> Looked | None:
    """The same for the page of an open draft, which works without a script; None where nobody is writing.

    Only a save has the other answers' questions read: who merely looks at a draft need not cost that.
    """
    if not view.draft or view.draft.state != DRAFT or not signed_in(request).may("content.edit"):
        return None
    live = view.live.examples if view.live else ()
    saved = request.method == "POST" or request.query.get("said") == "save"
    return await look_over(
        request.app[MEANINGS], view.answer.slug, numbered(wording.examples), live, begin=saved
    )


@access(staff("content.edit"))
async def ask(request: web.Request) -> web.Response:
    """POST .../ask {question, and what the draft says}: what people get now, and with the draft."""
    body = await json_object(request)
    async with request.app[keys.DB].reading() as session:
        view = await service.answer_view(session, request.match_info["slug"])
    wording = Wording.read(body, Wording.of(view.newest))
    return web.json_response(asdict(await tried(request, view, wording, body)))


async def tried(request: web.Request, view: AnswerView, wording: Wording, given: Mapping[str, Any]) -> Tried:
    """What the assistant would say to the `question` that an editor typed, in the area they chose."""
    question, rules = text_field(given, "question", MOST_ASKED), request.app[keys.RULES]
    area = rules.areas.get(str(given.get("area", "")), rules.area(None))
    today = local_day(area, request.app[keys.CLOCK].now())
    learnt = {view.answer.slug: view.live.examples if view.live else ()}
    content, meanings = request.app[keys.CONTENT], request.app[MEANINGS]
    trying = Trying(request.app[keys.RASA], content, meanings, area, today, learnt)
    return await trying.ask(question, wording)


def setup(app: web.Application) -> None:
    plain_words()  # both are read once, before there is anybody to wait for it
    domain()
    meaning.setup(app)
    beginning_routes.setup(app)  # before the answers: its address would be one
    app.router.add_post("/api/staff/answers/{slug}/examples", examples)
    app.router.add_post("/api/staff/answers/{slug}/ask", ask)
    app.router.add_get("/api/staff/answers/{slug}/editors", presence.editors)
