"""Which revision said an answer that somebody got, who wrote and approved it, and its release."""

from __future__ import annotations

import argparse
import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.content.model import Release, ReleaseItem, Revision
from handoff.conversations.model import Message
from handoff.errors import NotFound
from handoff.staff import service as staff


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("conversation", type=uuid.UUID, help="the conversation's id")
    command.add_argument("seq", type=int, help="the message's number in it")


async def trace(session: AsyncSession, conversation: uuid.UUID, seq: int) -> str:
    """A sentence about where a message's words came from; NotFound when it was no answer."""
    query = select(Message).where(Message.conversation_id == conversation, Message.seq == seq)
    message = (await session.execute(query)).scalar()
    revision = await session.get(Revision, message.revision_id) if message and message.revision_id else None
    if message is None or revision is None:
        raise NotFound("There is no such message, or it was not an answer.")
    query_release = (
        select(Release)
        .join(ReleaseItem, ReleaseItem.number == Release.number)
        .where(ReleaseItem.revision_id == revision.id, Release.at <= message.at)
        .order_by(Release.number.desc())
    )
    release = (await session.execute(query_release.limit(1))).scalar()
    names = await staff.names(session, [revision.author_id, revision.approver_id])
    wrote = names.get(revision.author_id, "a colleague") if revision.author_id else "shipped with Wayline"
    approved = names.get(revision.approver_id) if revision.approver_id else None
    live = f"release {release.number} of {release.at:%Y-%m-%d %H:%M} UTC" if release else "no known release"
    return (
        f"Message {seq}: answer {revision.slug}, revision {revision.number} ({revision.id}), {live}."
        f" Written by: {wrote}. Approved by: {approved or 'nobody named'}."
    )
