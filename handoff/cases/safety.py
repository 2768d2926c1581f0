"""Whose words are for advisers alone: whoever ever had a case about their safety."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from handoff.cases.model import SAFEGUARDING, Case
from handoff.conversations.model import Conversation


def about_safety(contact: Any) -> ColumnElement[bool]:
    """For a query: whether this contact ever had such a case, or one raised or passed to the lead."""
    thread = aliased(Conversation)
    grave = or_(Case.reason == SAFEGUARDING, Case.level != "routine", Case.escalated_at.is_not(None))
    theirs = select(Case.id).join(thread, thread.id == Case.conversation_id)
    return theirs.where(thread.contact_id == contact, grave).exists()
