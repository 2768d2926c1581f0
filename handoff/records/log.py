"""Who saw or changed what is held of somebody: the access log of a record, in words."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.audit import AuditEntry
from handoff.records import store
from handoff.records.sections import SECTIONS
from handoff.registrations import service as registrations
from handoff.staff import service as staff

LOG = 100
ACTIONS = {
    "record.create": "made the record",
    "record.match": "matched a registration or file to it",
    "record.read": "looked at it",
    "record.find": "found it in a search",
    "record.reveal": "saw the phone and other numbers",
    "record.change": "changed",
    "record.activity": "recorded an activity",
    "record.characteristic": "added a characteristic",
    "record.end_characteristic": "ended a characteristic",
    "record.consent": "recorded a permission",
    "record.withdraw_consent": "recorded that a permission was taken back",
    "record.join": "decided that two records are one person",
    "record.keep_apart": "decided that two records are two people",
    "record.undo_decision": "took back a decision about two records",
    "record.import": "took it from a file",
    "record.compare": "compared it with another record",
    "record.undo_import": "took out again what a file had brought",
    "person.export": "exported everything that is held about them",
    "person.hold": "put a legal hold on what is held about them",
    "person.lift_hold": "lifted the legal hold",
    "person.erase": "erased what could be erased of them",
    "registration.create": "registered",
    "registration.again": "registered again",
    "registration.again_elsewhere": "registered again from elsewhere",
    "registration.read": "looked at the registration",
    "registration.download": "saved a paper of the registration",
    "registration.reveal": "saw a number of the registration",
    "registration.complete_part": "completed a part of the registration",
    "registration.check": "checked the registration",
    "registration.make_letter": "wrote a support letter",
    "registration.send_link": "sent the link to the confirmation",
    "registration.open_by_link": "opened the confirmation with the date of birth",
    "registration.wrong_birthday": "gave a wrong date of birth for the confirmation",
    "registration.take_back": "took a permission back",
    "registration.permission": "recorded a permission talked over",
    "registration.end": "ended the registration",
    "registration.remind": "asked whether they still look",
    "registration.answer_reminder": "said whether they still look",
    "jobcentre.claimant": "took in what Jobcentre Plus told of them",
    "jobcentre.notify": "put down what Jobcentre Plus is to be told",
    "jobcentre.cancel": "stopped what Jobcentre Plus was to be told",
    "jobcentre.read": "read what Jobcentre Plus is told",
    "jobcentre.told": "told Jobcentre Plus by hand",
    "jobcentre.send": "sent it to Jobcentre Plus again",
    "jobcentre.sent": "sent it to Jobcentre Plus",
    "jobcentre.confirm": "confirmed that Jobcentre Plus has it",
    "jobcentre.again": "asked Jobcentre Plus again",
    "jobcentre.raise": "asked an adviser to ring Jobcentre Plus",
    "retention.remove": "forgot what had been kept long enough",
}
PAPERS = {
    "confirmation": "the confirmation",
    "jobcentre": "the copy for Jobcentre Plus",
    "letter": "a support letter",
}
ACTORS = {
    "person": "the young person",
    "system": "the service",
    "import": "a file",
    "jobcentre": "Jobcentre Plus",
}


@dataclass(frozen=True)
class Entry:
    """One line of the access log."""

    at: datetime
    by: str
    did: str


async def access_log(session: AsyncSession, record_id: uuid.UUID) -> list[Entry]:
    """Who looked at or changed any part of this person's record or registrations, the newest first."""
    ids = await store.whole(session, record_id)
    subjects = [*(f"record:{one}" for one in ids), *await registrations.seen_under(session, ids)]
    query = select(AuditEntry).where(AuditEntry.subject.in_(subjects)).order_by(AuditEntry.id.desc())
    entries = list((await session.execute(query.limit(LOG))).scalars())
    names = await names_of(session, [one.actor for one in entries])
    return [
        Entry(one.at, names.get(one.actor, ACTORS.get(one.actor, "a former colleague")), _did(one))
        for one in entries
    ]


def _did(entry: AuditEntry) -> str:
    section = SECTIONS.get(str(entry.detail.get("section")))
    did = ACTIONS.get(entry.action, entry.action)
    paper = PAPERS.get(str(entry.detail.get("document")))
    more = f" “{section.title}”" if section else f": {paper}" if paper else ""
    return f"{did}{more}"


async def names_of(session: AsyncSession, actors: Sequence[str]) -> dict[str, str]:
    """Names of those who are staff, by the id that the audit and the record keep."""
    ids = []
    for actor in set(actors):
        try:
            ids.append(uuid.UUID(actor))
        except ValueError:
            continue
    return {str(key): name for key, name in (await staff.names(session, ids)).items()}
