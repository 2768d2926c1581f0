"""`python -m handoff` retention, export-person, erase-person, hold-person: what each asks for and prints."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import uuid
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.clock import Clock
from handoff.db import Database
from handoff.errors import Conflict, NotFound
from handoff.keeping import load_policy
from handoff.rasa import Rasa
from handoff.retention.erasing import Erased, erase
from handoff.retention.exporting import export
from handoff.retention.model import Hold
from handoff.retention.nightly import Keeper
from handoff.retention.person import Person, find
from handoff.retention.removing import forget_in_rasa
from handoff.staff import service as staff

WHOM = "a reference (WAY-... or C-...), a phone number, or the id of a chat or record"


def add_arguments(commands: Any) -> None:
    """The four commands."""
    retention = commands.add_parser("retention", help="remove what has been kept long enough, now")
    retention.add_argument("--dry-run", action="store_true", help="only count what would go")
    exporting = _about_somebody(commands, "export-person", "everything held about one person, as JSON")
    exporting.add_argument("--to", type=Path, help="the file to write; it must not be there yet")
    _about_somebody(commands, "erase-person", "erase one person, but for what must be kept")
    holding = _about_somebody(commands, "hold-person", "keep everything about one person until it is lifted")
    what = holding.add_mutually_exclusive_group(required=True)
    what.add_argument("--why", help="why nothing may be removed, for example a court's order")
    what.add_argument("--lift", action="store_true", help="end the hold")


def _about_somebody(commands: Any, name: str, says: str) -> Any:
    made = commands.add_parser(name, help=says)
    made.add_argument("whom", help=WHOM)
    made.add_argument("--by", required=True, help="your staff e-mail address, for the audit")
    return made


async def retention(keeper: Keeper, asked: argparse.Namespace) -> str:
    """What went, or would go, kind by kind."""
    counts = await (keeper.count_due() if asked.dry_run else keeper.remove_due())
    return _lines("Would be removed" if asked.dry_run else "Removed", counts)


async def export_person(db: Database, clock: Clock, asked: argparse.Namespace) -> str:
    """Write the file, for its owner's eyes alone; where it is."""
    path = asked.to or Path(f"{asked.whom.strip()}.json".replace("/", "-"))
    async with db.transaction() as session:
        by, person = await _staff(session, asked.by), await find(session, asked.whom)
        held = await export(session, clock.now(), asked.whom, person)
        await _audit(session, clock.now(), by, "person.export", person)
        await asyncio.to_thread(_write, path, json.dumps(held, indent=2, ensure_ascii=False))
    return f"Written to {path}. Read what stands under read_first before you hand anything over."


async def erase_person(db: Database, clock: Clock, rasa: Rasa, asked: argparse.Namespace) -> str:
    """Erase; what went, what is kept and why."""
    async with db.transaction() as session:
        by = await _staff(session, asked.by)
        done = await erase(session, clock.now(), asked.whom, by)
    left = await forget_in_rasa(db, rasa)
    return _told(done, left)


async def hold_person(db: Database, clock: Clock, asked: argparse.Namespace) -> str:
    """Put a hold on all that is theirs, or lift it."""
    async with db.transaction() as session:
        now, by, person = clock.now(), await _staff(session, asked.by), await find(session, asked.whom)
        roots = person.roots
        if asked.lift:
            theirs = or_(Hold.conversation_id.in_(person.threads), Hold.record_id.in_(roots.records))
            await session.execute(update(Hold).where(theirs, Hold.lifted_at.is_(None)).values(lifted_at=now))
        else:
            said = {"reason": asked.why, "by_id": by, "at": now}
            made = [Hold(conversation_id=one, **said) for one in sorted(person.threads)]
            made += [Hold(record_id=one, **said) for one in sorted(roots.records)]
            session.add_all(made)
        await session.flush()
        await _audit(session, now, by, "person.lift_hold" if asked.lift else "person.hold", person)
    return "The hold is lifted." if asked.lift else "Nothing about them is removed until the hold is lifted."


async def _staff(session: AsyncSession, email: str) -> uuid.UUID:
    """The member of staff who answers for it."""
    found = await staff.by_email(session, email)
    if found is None or not found.active:
        raise NotFound("Nobody of staff has that e-mail address.")
    return found.id


async def _audit(session: AsyncSession, now: datetime, by: uuid.UUID, action: str, person: Person) -> None:
    for subject in person.subjects:
        await audit.record(session, now, by, action, subject)


def _write(path: Path, text: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict("exists", f"{path} is there already. Name another file with --to.") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _told(done: Erased, left_in_rasa: int) -> str:
    lines = [_lines("Erased", done.counts)]
    lines += [f"Kept. {one}." for one in done.kept]
    lines += [f"{one}." for one in done.ask]
    lines += [f"Look at this too. {one}." for one in done.perhaps]
    if left_in_rasa:
        lines.append("Rasa does not answer. Its memory of them goes as soon as it does, by itself.")
    lines.append("Not reached from here: backups, and Twilio's own log. See the guide for operators.")
    return "\n".join(lines)


def _lines(says: str, counts: Mapping[str, int]) -> str:
    labels = load_policy().labels
    found = (f"{count:>8}  {labels.get(kind, kind)}" for kind, count in counts.items())
    return "\n".join([f"{says}:", *found])
