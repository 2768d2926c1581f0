"""How tests edit screening as staff do: parts saved by the pages, dry runs waited for, drafts decided."""

from __future__ import annotations

import asyncio
import re
import uuid
from datetime import datetime, timedelta

from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.conversations.model import PERSON_AUTHOR
from handoff.conversations.service import append, open_webchat
from handoff.screening import force
from handoff.screening.editions import service
from handoff.screening.model import Edition
from tests.handoff.cases.scenes import Colleague

MANAGER = "manager@demo.test"
HOME = "/staff/screening"
LOW = "/staff/screening/phrases/parts/group-low"
NEW_WORDS = "the teal umbrella is back"


def hidden(page: str, name: str) -> str:
    """A hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no {name} on the page"
    return found[1]


def lines_of(page: str) -> str:
    found = re.search(r'<textarea[^>]*id="lines"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found
    return found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'").replace("&amp;", "&")


async def save(
    who: Colleague, path: str = LOW, *, add: str = NEW_WORDS, drop: str = "", **fields: str
) -> tuple[int, str]:
    """Add a phrase to a group (or take one out) as the page's form does."""
    page = await who.page(path)
    lines = [line for line in lines_of(page).split("\n") if line != drop] + ([add] if add else [])
    given = {
        "seen": hidden(page, "seen"),
        "lines": "\n".join(lines),
        "level": "concern",
        "negated": "routine",
    }
    return await who.submit(path, **given | {"past": "own", "mention": "1", "category": "distress"} | fields)


async def submit(who: Colleague, kind: str = "phrases", reason: str = "Heard in a chat.") -> tuple[int, str]:
    page = await who.page(f"{HOME}/{kind}/draft")
    return await who.submit(f"{HOME}/{kind}/submit", version=hidden(page, "version"), reason=reason)


async def decide(
    who: Colleague, step: str = "approve", kind: str = "phrases", **fields: str
) -> tuple[int, str]:
    async with who.http.get(f"{HOME}/{kind}/draft") as response:
        page = await response.text()
    version = hidden(page, "version")
    return await who.submit(f"{HOME}/{kind}/{step}", version=version, **fields)


async def dry_run_done(parts: Parts, kind: str = "phrases") -> Edition:
    """The open edition, once its dry run has ended."""
    async with asyncio.timeout(120):
        while True:
            async with parts.db.reading() as session:
                draft = await service.open_edition(session, kind)
            assert draft is not None
            if (draft.trial or {}).get("state") in ("done", "failed"):
                return draft
            await asyncio.sleep(0.05)


async def in_force(kind: str, number: int) -> None:
    """Return once this process has taken the edition up."""
    holder = next(one for one in force.ALL if one.kind == kind)
    async with asyncio.timeout(30):
        while holder.held.number != number:
            await asyncio.sleep(0.02)


async def approved(writer: Colleague, approver: Colleague, parts: Parts) -> None:
    """One phrase more, written, tried and approved."""
    assert (await save(writer))[0] == 200
    assert (await submit(writer))[0] == 200
    await dry_run_done(parts)
    assert (await decide(approver))[0] == 200


async def said(
    parts: Parts, text: str, *, area: str | None = "camden", at: datetime | None = None
) -> uuid.UUID:
    """A past message of a person; its id."""
    async with parts.db.transaction() as session:
        now = at or parts.clock.now() - timedelta(days=1)
        thread = await open_webchat(session, now, area)
        message = await append(session, thread, now, author=PERSON_AUTHOR, text=text)
        return message.id


async def audited(parts: Parts) -> list[tuple[str, str, dict[str, object]]]:
    """(actor, action, detail) of every entry about screening."""
    async with parts.db.reading() as session:
        query = select(AuditEntry).where(AuditEntry.action.startswith("screening.")).order_by(AuditEntry.id)
        return [(one.actor, one.action, one.detail) for one in (await session.execute(query)).scalars()]
