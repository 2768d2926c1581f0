"""Every table, imported in one place so that migrations see them all."""

from handoff.alerts import model as alerts
from handoff.audit import AuditEntry
from handoff.cases import model as cases
from handoff.content import model as content
from handoff.content.keeping import model as content_keeping
from handoff.conversations import model as conversations
from handoff.db import Base
from handoff.feedback import model as feedback
from handoff.jobcentre import model as jobcentre
from handoff.neet import model as neet
from handoff.records import model as records
from handoff.registrations import model as registrations
from handoff.retention import model as retention
from handoff.screening import model as screening
from handoff.staff import model as staff
from handoff.suggestions import model as suggestions
from handoff.switches import model as switches

__all__ = [
    "AuditEntry",
    "Base",
    "alerts",
    "cases",
    "content",
    "content_keeping",
    "conversations",
    "feedback",
    "jobcentre",
    "neet",
    "records",
    "registrations",
    "retention",
    "screening",
    "staff",
    "suggestions",
    "switches",
]
