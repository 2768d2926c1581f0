"""The dry run: what a draft would have made of past messages, and of labelled ones, before it is in force.

A process of its own does the work while the service goes on; what is kept is ids and levels, no words."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.clock import Clock
from handoff.conversations.model import PERSON_AUTHOR, Conversation, Message
from handoff.conversations.service import last_words
from handoff.db import ROW, Database
from handoff.screening import force, sets
from handoff.screening.editions import service
from handoff.screening.editions.labelled import labelled
from handoff.screening.model import Edition, StoredFinding
from handoff.screening.verdict import Level, rank
from handoff.staff.service import Member

log = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[3]
MOST_MESSAGES, MOST_SHOWN = 2_000, 500
TIME_LIMIT, STALE = 600.0, timedelta(seconds=30)
_TELL_EVERY = 1.0  # seconds between two notes of how far it is
_LINE_LIMIT = 1 << 20
_ENVIRONMENT = ("PATH", "LANG", "LD_LIBRARY_PATH")  # the worker gets no secret


@dataclass(frozen=True, slots=True)
class Asked:
    """One message for the worker; `id` is None for a labelled one."""

    id: uuid.UUID | None
    text: str
    before: Sequence[str] = ()
    question: str | None = None
    floor: Level = "routine"
    expected: Level = "routine"

    def line(self) -> bytes:
        given = {"text": self.text, "before": self.before, "question": self.question, "floor": self.floor}
        return json.dumps(given).encode() + b"\n"


class Trials:
    """Runs dry runs in this process, one a kind at a time; `running` ends them with the service."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def begin(self, who: Member, kind: str) -> None:
        """Start the dry run of the open draft, unless one of the same words is under way or done."""
        now = self._clock.now()
        async with self._db.transaction() as session:
            draft = await service.open_edition(session, kind)
            before = await service.live(session, kind)
            if draft is None or before is None or _under_way(draft, before, now):
                return
            areas = sorted(who.areas)
            draft.trial = {
                "state": "running", "sha256": draft.sha256, "against": before.sha256, "done": 0, "of": None,
                "areas": areas, "by": str(who.id), "at": now.isoformat(), "told_at": now.isoformat(),
            }  # fmt: skip
            await service.note(session, now, who.id, "screening.dry_run", draft, areas=areas)
            heard_now = await _heard_now(session, before)
            run = Run(self._db, self._clock, draft.id, draft.trial, heard_now, draft.body)
        if kind in self._tasks:
            self._tasks[kind].cancel()
        self._tasks[kind] = asyncio.create_task(run.go())

    async def stop(self) -> None:
        """End what is under way; it can be begun again."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _heard_now(session: AsyncSession, before: Edition) -> str:
    """The words in force: those approved before, or the shipped ones, where the live ones cannot be used."""
    held = force.of(before.kind).held
    if not held.faults or held.compiled is None or held.number == before.number:
        return before.body
    if held.number:
        return (await service.numbered(session, before.kind, held.number)).body
    return await asyncio.to_thread(sets.read_sealed, before.kind, sets.SHIPPED)


def _under_way(draft: Edition, before: Edition, now: datetime) -> bool:
    trial = draft.trial or {}
    if (trial.get("sha256"), trial.get("against")) != (draft.sha256, before.sha256):
        return False
    told = datetime.fromisoformat(trial["told_at"])
    return trial["state"] == "done" or (trial["state"] == "running" and now - told < STALE)


@dataclass
class Run:
    """One dry run; `trial` is what is kept of it."""

    db: Database
    clock: Clock
    edition: uuid.UUID
    trial: dict[str, Any]
    old: str
    new: str

    async def go(self) -> None:
        """Hear every message with both sets and keep the outcome; a failure is kept too."""
        try:
            async with asyncio.timeout(TIME_LIMIT):
                asked = await self._asked()
                self.trial["of"] = len(asked)
                await self._tell()
                heard, times = await self._hear(asked)
                self.trial |= {"state": "done", "times": times, **_outcome(asked, heard)}
        except Exception as error:
            log.error("dry run failed why=%s", type(error).__name__)
            self.trial["state"] = "failed"
        await self._tell()

    async def _asked(self) -> list[Asked]:
        async with self.db.reading() as session:
            past = await past_messages(session, self.trial["areas"])
        made_up = await asyncio.to_thread(labelled)
        return [*past, *(Asked(None, one.text, expected=one.level) for one in made_up)]

    async def _hear(self, asked: Sequence[Asked]) -> tuple[list[Any], dict[str, Any]]:
        command = (sys.executable, "-m", "handoff.screening.editions.worker")
        pipe = asyncio.subprocess.PIPE
        worker = await asyncio.create_subprocess_exec(
            *command,
            stdin=pipe,
            stdout=pipe,
            stderr=asyncio.subprocess.DEVNULL,  # what it would say of an error could hold words
            limit=_LINE_LIMIT,
            cwd=ROOT,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        )
        assert worker.stdin and worker.stdout
        feeding = asyncio.create_task(self._feed(worker.stdin, asked))
        try:
            heard = [await self._answer(worker.stdout, place) for place in range(len(asked))]
            times = json.loads(await worker.stdout.readline())
        finally:
            feeding.cancel()
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
            await asyncio.gather(feeding, worker.wait(), return_exceptions=True)
        return heard, times

    async def _feed(self, stdin: asyncio.StreamWriter, asked: Sequence[Asked]) -> None:
        stdin.write(json.dumps({"old": self.old, "new": self.new}).encode() + b"\n")
        for one in asked:
            stdin.write(one.line())
            await stdin.drain()
        stdin.close()

    async def _answer(self, stdout: asyncio.StreamReader, place: int) -> Any:
        line = await stdout.readline()
        if not line:
            raise EOFError("the worker ended early")
        told = datetime.fromisoformat(self.trial["told_at"])
        if (self.clock.now() - told).total_seconds() >= _TELL_EVERY:
            self.trial["done"] = place
            await self._tell()
        return json.loads(line)

    async def _tell(self) -> None:
        """Keep how far it is, unless the draft was changed meanwhile and another run has begun."""
        self.trial["told_at"] = self.clock.now().isoformat()
        async with self.db.transaction() as session:
            found = await session.get(Edition, self.edition, with_for_update=ROW)
            if found is None:
                return
            await session.refresh(found, ["trial"])
            if (found.trial or {}).get("at") == self.trial["at"]:
                found.trial = dict(self.trial)


async def past_messages(session: AsyncSession, areas: Sequence[str]) -> list[Asked]:
    """The newest messages that people wrote in these areas (or in none yet), heard as they were then."""
    query = (
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Message.author == PERSON_AUTHOR, or_(Conversation.area.is_(None), Conversation.area.in_(areas))
        )
        .order_by(Message.at.desc(), Message.seq.desc())
        .limit(MOST_MESSAGES)
    )
    messages = list((await session.execute(query)).scalars())
    floors = await _floors(session, [message.id for message in messages])
    out = []
    for message in messages:
        before, question = await last_words(session, message)
        out.append(Asked(message.id, message.text, before, question, floors.get(message.id, "routine")))
    return out


async def _floors(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Level]:
    """The level that the other detectors gave each message."""
    floors: dict[uuid.UUID, Level] = {}
    for start in range(0, len(ids), 500):
        query = select(StoredFinding.message_id, StoredFinding.level).where(
            StoredFinding.message_id.in_(ids[start : start + 500]),
            StoredFinding.detector.not_in(("phrases", "failure")),
        )
        for message_id, level in await session.execute(query):
            known = floors.get(message_id, "routine")
            floors[message_id] = max(known, cast(Level, level), key=rank)
    return floors


def _outcome(asked: Sequence[Asked], heard: Sequence[Any]) -> dict[str, Any]:
    """Counts, and the messages whose level differs: falls first, the greatest first."""
    changed = [
        {"message": str(one.id) if one.id else None, "labelled": None if one.id else one.text,
         "expected": None if one.id else one.expected, "old": old, "new": new, "heard": found}
        for one, (old, new, found) in zip(asked, heard, strict=True) if old != new
    ]  # fmt: skip
    changed.sort(key=lambda one: rank(one["new"]) - rank(one["old"]))
    past = [one for one in changed if one["message"]]
    made_up = [one for one in changed if not one["message"]]
    return {
        "done": len(asked),
        "past": sum(1 for one in asked if one.id),
        "falls": sum(1 for one in past if rank(one["new"]) < rank(one["old"])),
        "rises": sum(1 for one in past if rank(one["new"]) > rank(one["old"])),
        "changed": past[:MOST_SHOWN],
        "labelled": _labelled_outcome(asked, heard),
        "labelled_changed": made_up[:MOST_SHOWN],
    }


def _labelled_outcome(asked: Sequence[Asked], heard: Sequence[Any]) -> dict[str, int]:
    """Of the labelled messages: how many get their level or a higher one, and how many alarm by mistake."""
    rows = [(one.expected, old, new) for one, (old, new, _) in zip(asked, heard, strict=True) if not one.id]
    meant = [row for row in rows if row[0] != "routine"]
    fine = [row for row in rows if row[0] == "routine"]
    urgent = rank("urgent")
    return {
        "meant": len(meant),
        "old_right": sum(rank(old) >= rank(expected) for expected, old, _ in meant),
        "new_right": sum(rank(new) >= rank(expected) for expected, _, new in meant),
        "fine": len(fine),
        "old_false": sum(rank(old) >= urgent for _, old, _ in fine),
        "new_false": sum(rank(new) >= urgent for _, _, new in fine),
    }
