"""Not learning or working now, or close to it: answers first, then tells an adviser and how to say no."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.handoff_client import Turn, handoff
from actions.said import Said

ASKED_TOO = 0.1
"""How likely a topic must be to be answered when it is asked in the same breath as something else."""
_ASKS = re.compile(r"\?|\b(can|could|how|what|wat|where|which|is there|are there|does|do|should)\b", re.I)

AT_RISK_TOPICS = ("change-or-leave-course", "excluded-or-home-educated", "september-guarantee")
Events = list[dict[str, Any]]


class ActionNeet(Action):
    """Someone is not in learning or work."""

    def name(self) -> str:
        return "action_neet"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        said = Said.of(tracker)
        topic = said.likeliest(ASKED_TOO) if _ASKS.search(said.text) else None
        case = await handoff().open_case(Turn.of(tracker), "neet", {"topic": topic or ""})
        if topic:
            dispatcher.utter_message(json_message={"kind": "answer", "answer": topic})
        passed = "utter_neet_passed" if case.created else "utter_neet_known"
        dispatcher.utter_message(response=passed, when=case.when)
        return [SlotSet("passed_on", "neet")]


class ActionAtRisk(Action):
    """Someone is about to leave, has been excluded, or has no offer: always one of three answers."""

    def name(self) -> str:
        return "action_at_risk"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        ranked = [topic for topic, _ in Said.of(tracker).ranking if topic in AT_RISK_TOPICS]
        topic = (ranked or AT_RISK_TOPICS)[0]
        case = await handoff().open_case(Turn.of(tracker), "at_risk", {"topic": topic})
        dispatcher.utter_message(json_message={"kind": "answer", "answer": topic})
        dispatcher.utter_message(response="utter_at_risk_passed", when=case.when)
        return [SlotSet("passed_on", "at_risk")]
