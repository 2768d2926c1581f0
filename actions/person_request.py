"""A person is wanted, or declined: opens the case and says who answers and when."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.handoff_client import Turn, handoff
from actions.said import last_uttered

OFFERED_PERSON = {"utter_lost_again", "utter_other_language"}
PASSED_ON = {"utter_neet_passed", "utter_neet_known", "utter_at_risk_passed"}
Events = list[dict[str, Any]]


async def request_person(dispatcher: CollectingDispatcher, turn: Turn) -> None:
    """Open the case of a person who asks for an adviser, and say what happens now."""
    case = await handoff().open_case(turn, "request", {})
    dispatcher.utter_message(json_message={"kind": "answer", "answer": "talk-to-person"})
    said = "utter_person_requested" if case.created else "utter_person_waiting"
    dispatcher.utter_message(response=said, when=case.when)


class ActionRequestPerson(Action):
    """Someone asked for a person."""

    def name(self) -> str:
        return "action_request_person"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        await request_person(dispatcher, Turn.of(tracker))
        return []


class ActionYes(Action):
    """A yes: to a person, when that was the offer; otherwise it only carries on."""

    def name(self) -> str:
        return "action_yes"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        if last_uttered(tracker) & OFFERED_PERSON:
            await request_person(dispatcher, Turn.of(tracker))
        else:
            dispatcher.utter_message(response="utter_yes")
        return []


class ActionNoAdviser(Action):
    """A no: recorded on the case when an adviser was told unasked; otherwise it only carries on."""

    def name(self) -> str:
        return "action_no_adviser"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        reason = tracker.get_slot("passed_on")
        plain_no = tracker.latest_message["intent"]["name"] == "deny"
        if reason and (not plain_no or last_uttered(tracker) & PASSED_ON):
            await handoff().open_case(Turn.of(tracker), reason, {"adviser": "declined"})
            dispatcher.utter_message(response="utter_adviser_declined")
        else:
            dispatcher.utter_message(response="utter_no" if plain_no else "utter_no_adviser_needed")
        return []
