"""A new answer: its name is made from its title, and its first draft waits for somebody to write it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from handoff.content.checks import SIGNPOST, TITLE_LENGTH
from handoff.content.model import DRAFT, Answer, Revision
from handoff.content.withdrawing import LONGEST_SLUG, is_free
from handoff.content.workflow import Editing, touch

GROUPS = ("options", "apprenticeships", "money", "jobs", "support")
"""Where editors add answers: what the service says of itself, and its forms' signposts, are its own."""
OTHERWISE = "support"
NAMELESS = "answer"
LOOKED_AT_AGAIN = timedelta(days=182)


async def begin_answer(work: Editing, title: str, group: str, examples: Sequence[str] = ()) -> Revision:
    """The draft of an answer that there was not before; nobody gets it until it is approved and published.

    A title that is too long is cut; in a group that is not for new answers it goes to another.
    """
    title = " ".join(title.split())[:TITLE_LENGTH].strip()
    name = await _name_of(work, title)
    known = group if group in GROUPS else OTHERWISE
    work.session.add(Answer(slug=name, topic_group=known, created_at=work.now))
    await work.session.flush()
    today = work.now.astimezone(work.zone).date()
    draft = Revision(
        slug=name, number=1, state=DRAFT, title=title, web="", sms="", next=[], examples=list(examples),
        areas={}, source={"name": "", "url": "", "checked": today.isoformat()},
        review_on=today + LOOKED_AT_AGAIN, author_id=work.who.id, editor_ids=[str(work.who.id)],
        created_at=work.now, updated_at=work.now,
    )  # fmt: skip
    work.session.add(draft)
    await touch(work, draft, "answer.begin")
    return draft


async def _name_of(work: Editing, title: str) -> str:
    """The title's words, joined by dashes; with a number behind where that name is taken."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    made = "-".join(words)[: LONGEST_SLUG - 4].strip("-")
    name = NAMELESS if not made or made.startswith(SIGNPOST) else made
    for number in count(1):
        tried = name if number == 1 else f"{name}-{number}"
        if await is_free(work.session, tried):
            break
    return tried
