"""Out of learning and work, or close to it: what was asked is answered, then who was told and how to say no.

Handoff heard it and opened the case in the same turn; `context.neet` says so. Nothing is opened here.
"""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.handoff_client import Turn, handoff
from actions.said import Said

ASKED_TOO = 0.1
"""How likely a topic must be to be answered when it is asked in the same breath as something else."""
_ASKS = re.compile(
    r"\?|\b(can|could|how|what|wat|wot|where|which|who|is there|are there|does|do|should|any|help|info|advice"
    r"|need|want|wanna|looking for|tell me|interested|pls|please)\b",
    re.I,
)
AT_RISK = "at_risk"
AT_RISK_TOPICS = ("change-or-leave-course", "excluded-or-home-educated", "september-guarantee")
PASSED = {"now": "utter_neet_passed", "at_risk": "utter_at_risk_passed"}
Events = list[dict[str, Any]]


class ActionNeet(Action):
    """Says what follows from what was heard; where nothing was, offers a check-in."""

    def name(self) -> str:
        return "action_neet"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        said = Said.of(tracker)
        answered = _answer(dispatcher, said)
        heard = said.neet
        if heard is None:
            if not answered:
                dispatcher.utter_message(response="utter_check_in_offer")
        elif heard.get("said_no"):
            if not answered:
                dispatcher.utter_message(response="utter_about_me")
        elif heard.get("offer"):
            dispatcher.utter_message(response="utter_neet_offer")
        elif heard["first"]:
            dispatcher.utter_message(response=PASSED[heard["heard"]], when=heard["when"])
        elif not answered:
            dispatcher.utter_message(response="utter_neet_known")
        return []


def say_who_was_told(dispatcher: CollectingDispatcher, said: Said) -> bool:
    """For a message of a form in which it was heard for the first time; True when there was."""
    if not (said.neet and said.neet.get("first")):
        return False
    dispatcher.utter_message(response="utter_check_in_passed", when=said.neet["when"])
    return True


async def say_what_was_not_told(dispatcher: CollectingDispatcher, turn: Turn, heard: str | None) -> None:
    """At the end of a form in which it was `heard`: who was told, if they do not know that yet."""
    stands = await handoff().check_in(turn) if heard else None
    if heard and stands and stands.when and not stands.told:
        dispatcher.utter_message(response=PASSED[heard], when=stands.when)


def _answer(dispatcher: CollectingDispatcher, said: Said) -> bool:
    """Answer what was asked beside it; whoever is close to leaving always gets one of three answers."""
    asks = said.also or (said.topic and said.intent == AT_RISK) or _ASKS.search(said.text)
    topic = said.likeliest(ASKED_TOO) if asks else None
    if said.intent == AT_RISK and not said.topic:
        topic = next((one for one, _ in said.ranking if one in AT_RISK_TOPICS), AT_RISK_TOPICS[0])
    if topic:
        dispatcher.utter_message(json_message={"kind": "answer", "answer": topic})
    if said.also:
        dispatcher.utter_message(response="utter_also", also=said.also)
    return bool(topic)
