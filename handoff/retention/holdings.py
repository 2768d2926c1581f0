"""Every table that holds something about people, whose it is, and what is said of it in an export.

One map for export and removal, so that neither can forget a table; a test walks all tables there are.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, or_, select

from handoff.alerts.model import Alert, AlertNotice
from handoff.cases.model import (
    Case,
    CaseBar,
    CaseCall,
    CaseDecision,
    CaseNote,
    CaseReferral,
    LeadsOnly,
)
from handoff.conversations.model import ChatSession, Contact, Conversation, Message, Outgoing, Turn
from handoff.db import Base
from handoff.feedback.model import Feedback
from handoff.jobcentre.model import Claimant, Notice
from handoff.neet.model import Learned
from handoff.records.model import (
    Characteristic,
    Consent,
    ImportRow,
    Pair,
    Record,
    RecordKey,
    Spell,
)
from handoff.registrations.model import (
    ComeBackTry,
    ConfirmationLink,
    Draft,
    Registration,
    RegistrationCall,
    Reminder,
    SupportLetter,
)
from handoff.retention.model import Hold
from handoff.screening.model import StoredFinding
from handoff.suggestions.model import Unmet

Ids = frozenset[uuid.UUID]


@dataclass(frozen=True)
class Roots:
    """The ids that one person's holdings hang on."""

    contacts: Ids = frozenset()
    conversations: Ids = frozenset()
    registrations: Ids = frozenset()
    records: Ids = frozenset()

    def of(self, root: str) -> Ids | Select[uuid.UUID]:
        """The ids of a root; cases and alerts are found by their conversation."""
        cases = select(Case.id).where(Case.conversation_id.in_(self.conversations))
        if root == "cases":
            return cases
        if root == "alerts":
            return select(Alert.id).where(Alert.case_id.in_(cases))
        found: Ids = getattr(self, root)
        return found

    def has(self, root: str) -> bool:
        return bool(getattr(self, "conversations" if root in ("cases", "alerts") else root))


@dataclass(frozen=True)
class Holding:
    """A table's rows about somebody: `on` tells which column names which of their roots, `review` what
    somebody must look at before it is handed out, `secret` what never is."""

    on: Mapping[str, str]
    review: Mapping[str, str] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()


def rows(model: type[Base], roots: Roots) -> ColumnElement[bool] | None:
    """Which rows of a table hang on these roots; None for none."""
    found = [
        getattr(model, column).in_(roots.of(root))
        for column, root in HELD[model].on.items()
        if roots.has(root)
    ]
    return or_(*found) if found else None


STAFF_NOTE = "Written by staff for staff: leave out what would harm somebody if it were read."
THIRD_PARTY = "About somebody else: leave out what is not theirs to see."
SAFEGUARDING = "Safeguarding: decide with the safeguarding lead whether reading it could harm somebody."


_CONTACT, _THREAD = {"contact_id": "contacts"}, {"conversation_id": "conversations"}
_CASE, _REGISTRATION = {"case_id": "cases"}, {"registration_id": "registrations"}
_RECORD = {"record_id": "records"}

HELD: Mapping[type[Base], Holding] = {
    Contact: Holding({"id": "contacts"}, secret=frozenset({"address_index"})),
    ComeBackTry: Holding(_CONTACT),
    Conversation: Holding({"id": "conversations"}),
    Message: Holding(_THREAD),
    Turn: Holding(_THREAD, secret=frozenset({"lease"})),
    ChatSession: Holding(_THREAD, secret=frozenset({"token_hash", "page"})),
    Outgoing: Holding(_THREAD),
    StoredFinding: Holding(_THREAD, {"evidence": SAFEGUARDING, "categories": SAFEGUARDING}),
    Feedback: Holding(_THREAD),
    Unmet: Holding(_THREAD),
    Learned: Holding(_THREAD),
    Case: Holding(_THREAD, {"facts": STAFF_NOTE}),
    CaseNote: Holding(_CASE, {"text": STAFF_NOTE}),
    CaseCall: Holding(_CASE, secret=frozenset({"key"})),
    CaseDecision: Holding(_CASE, {"text": SAFEGUARDING}),
    CaseReferral: Holding(_CASE, dict.fromkeys(("whom", "reference", "answer"), THIRD_PARTY)),
    CaseBar: Holding(_THREAD),
    LeadsOnly: Holding(_THREAD, {"at": SAFEGUARDING}),
    Alert: Holding(_CASE),
    AlertNotice: Holding({"alert_id": "alerts"}, secret=frozenset({"supplier_id"})),
    Draft: Holding(_THREAD, secret=frozenset({"code_index"})),
    Registration: Holding(
        {"id": "registrations"},
        {"details": STAFF_NOTE},
        frozenset({"phone_index", "identity_index"}),
    ),
    RegistrationCall: Holding(_REGISTRATION | _THREAD, secret=frozenset({"key"})),
    ConfirmationLink: Holding(_REGISTRATION, secret=frozenset({"token_hash"})),
    SupportLetter: Holding(_REGISTRATION),
    Reminder: Holding(_REGISTRATION),
    Notice: Holding(_REGISTRATION, {"acknowledged_by": THIRD_PARTY}),
    Claimant: Holding(_CASE, secret=frozenset({"key"})),
    Record: Holding({"id": "records"}),
    RecordKey: Holding(_RECORD, secret=frozenset({"digest"})),
    Spell: Holding(_RECORD, {"verified_by": THIRD_PARTY}),
    Characteristic: Holding(_RECORD),
    Consent: Holding(_RECORD),
    Pair: Holding(
        {"record_id": "records", "other_id": "records"},
        dict.fromkeys(("record_id", "other_id"), THIRD_PARTY),
    ),
    ImportRow: Holding(_RECORD),
    Hold: Holding(
        _THREAD | _RECORD,
        {"reason": STAFF_NOTE},
    ),
}

NOT_THEIRS: Mapping[str, str] = {
    "audit": "append-only: ids alone, of who did what; an export names when and what",
    "editor_here": "about staff",
    "first_edit": "about staff",
    "staff": "about staff",
    "staff_session": "about staff",
    "shift": "about staff",
    "bot_switch": "about the assistant; the reason is a member of staff's",
    "answer": "what the service says to everybody",
    "revision": "what the service says to everybody",
    "revision_comment": "what staff say to each other of an answer's words",
    "release": "what the service says to everybody",
    "release_item": "what the service says to everybody",
    "content_notice": "told to staff, about answers",
    "content_file": "answers as they were brought in",
    "answer_owner": "about staff",
    "content_reminder": "when staff were reminded of answers",
    "source_link": "addresses that answers name",
    "training": "about the model",
    "suggestion": "what editors decided about groups of questions; no words of anybody",
    "screening_edition": "what screening goes by; its words are staff's",
    "record_currency": "a rule, and who changed it",
    "record_import": "the file goes once it was brought in, or after seven days; its name with its rows",
    "jobcentre_channel": "how an area tells its Jobcentre",
    "jobcentre_batch": "a list nobody has taken in goes after a day; what was taken in are claimants",
    "retention_run": "when a run was",
    "retention_count": "numbers",
    "forgotten": "ids of what must not come back, kept for as long as it could",
}
"""The tables that hold nothing to hand out or to erase for one person, each with why."""
