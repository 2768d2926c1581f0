"""What was typed into a step's box (a note, a comment, a reason) and could not be sent: it comes back in its
box, or beside the page's other words where that box is not offered any more."""

from __future__ import annotations

from collections.abc import Sequence

from handoff.content.comments import Thread
from handoff.content.model import APPROVED, AT_WORK, IN_REVIEW
from handoff.content.service import AnswerView
from handoff.content.steps import Given
from handoff.content.workflow import is_own
from handoff.staff.service import Member

BOXES = {
    "request-changes": ("note", "What should change"),
    "comment": ("words", "Comment"),
    "emergency": ("reason", "Why it cannot wait"),
    "take-off": ("reason", "Why it cannot stay"),
    "source-differs": ("reason", "What the source says now"),
}
"""The box of each step that takes words besides the answer's own, and what it is called."""


def offered(who: Member, view: AnswerView, *, may_go: bool) -> set[str]:
    """Those of these steps whose box the answer's page has for somebody; `may_go` is of `leading`."""
    draft, live = view.draft, view.live
    learning = view.training is not None and view.training.state in AT_WORK
    decided = draft is not None and draft.state in (IN_REVIEW, APPROVED) and not is_own(who, draft)
    able = {
        "request-changes": decided and not (draft and draft.publish_at) and not learning,
        "comment": draft is not None,
        "emergency": draft is not None and not draft.publish_at and not view.training,
        "take-off": may_go and live is not None and not live.goes_to,
        "source-differs": draft is None and live is not None and not live.goes_to,
    }
    rights = {
        "request-changes": "content.approve",
        "emergency": "content.publish_emergency",
        "take-off": "content.emergency",
    }
    return {step for step, can in able.items() if can and who.may(rights.get(step, "content.edit"))}


def homeless(step: str, given: Given, here: set[str], threads: Sequence[Thread]) -> list[tuple[str, str]]:
    """What was typed for a refused step whose box is not on the page any more, by what the box is called."""
    box, label = BOXES.get(step, ("", ""))
    words = str(given.get(box, ""))
    to = given.get("reply_to") if step == "comment" else None
    stands = step in here and (not to or any(one.is_open and str(one.first.id) == to for one in threads))
    return [(label, words)] if words.strip() and not stands else []
