"""The page of one earlier wording: its words as they were written, and what colleagues said of them."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from handoff import keys
from handoff.content import comments, service
from handoff.content.moments import in_words
from handoff.content.wording import LABELS, Wording
from handoff.errors import NotFound
from handoff.pages import page
from handoff.security import access
from handoff.staff.auth import staff_page


@access(staff_page("content.read"))
async def revision_page(request: web.Request) -> web.Response:
    """GET /staff/answers/{slug}/history/{number}: to read, and nothing to change."""
    async with request.app[keys.DB].reading() as session:
        view = await service.answer_view(session, request.match_info["slug"])
        number = request.match_info["number"]
        revision = next((one for one in view.history if str(one.number) == number), None)
        if revision is None:
            raise NotFound("There is no such version of this answer.")
        said = await comments.threads(session, revision)
    wording = Wording.of(revision)
    words = [(label, text) for name, label in LABELS.items() if (text := getattr(wording, name))]
    zone = request.app[keys.RULES].area(None).timezone
    return page(
        request, "content/revision.html", view=view, revision=revision, words=words, threads=said,
        boxes=comments.BOXES, offered=(), moment=partial(in_words, zone=zone),
    )  # fmt: skip


def setup(app: web.Application) -> None:
    app.router.add_get("/staff/answers/{slug}/history/{number}", revision_page)
