"""A permission taken back in plain words: done at once, and said as it is."""

from __future__ import annotations

import re

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.form import Events
from actions.handoff_client import Turn, handoff
from actions.said import Said

JOBCENTRE, OTHERS = "jobcentre", "others"
_OTHERS = re.compile(
    r"\b(college|school|social worker|others?|any ?(one|body)|no ?(one|body)|people|teacher)\b", re.I
)
_JOBCENTRE = re.compile(
    r"\b(job ?cent(re|er)|jcp|dwp|uc|universal credit|any ?(one|body)|no ?(one|body))\b", re.I
)


class ActionTakeBackPermission(Action):
    """Someone does not want Jobcentre Plus, or others, to be told any more."""

    def name(self) -> str:
        return "action_take_back_permission"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        text, turn = Said.of(tracker).text, Turn.of(tracker)
        meant = [OTHERS] if _OTHERS.search(text) else []
        if _JOBCENTRE.search(text) or not meant:
            meant.append(JOBCENTRE)
        done = [await handoff().take_back(turn, purpose) for purpose in meant]
        if not any(one.found for one in done):
            case = await handoff().open_case(turn, "request", {"permission": "taken back"})
            dispatcher.utter_message(response="utter_no_registration_here", when=case.when)
        elif any(one.had_gone for one in done):
            dispatcher.utter_message(response="utter_permission_taken_back_after")
        else:
            dispatcher.utter_message(response="utter_permission_taken_back")
        return []
