"""A person is wanted, or declined: opens the case and says who answers and when."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.handoff_client import Turn, handoff
from actions.said import Said, answered_before, last_uttered

OFFERED_PERSON = {
    *("utter_lost_again", "utter_other_language", "utter_who_to_ask", "utter_delete_my_data"),
    *("utter_adviser_declined", "utter_neet_offer"),
}
OFFERED_AGAIN = {"utter_adviser_declined", "utter_neet_offer"}
"""What a yes to takes back the no to being contacted; only where there was none it asks for a person."""
CLAIMING, REGISTERING, REGISTER_FORM = "benefits-16-17", "register-for-benefits", "register_form"
IN_ENGLISH = ("utter_person_requested", "utter_person_waiting")
IN_THEIR_LANGUAGE = ("utter_person_requested_interpreter", "utter_other_language_waiting")
ASKED_FOR = {*IN_ENGLISH, *IN_THEIR_LANGUAGE}
NEET_PASSED = {
    *("utter_neet_passed", "utter_at_risk_passed", "utter_neet_known", "utter_neet_offer"),
    *("utter_check_in_passed", "utter_check_in_done", "utter_check_in_done_first"),
}
PASSED_ON = {*NEET_PASSED, *ASKED_FOR}
NO_THANKS = re.compile(r"\W*(no|nah|nope) (thanks?|thank ?(you|u)|ty|thx|tnx)\b[^?]{0,20}", re.I)
"""The words that people were told to say; they may be said a few messages later."""
A_WHILE = 5
PLAIN_NO = {"deny", "cancel_registration"}
DECLINED = "declined"
"""The slot with the reason of the case that the person said no to."""
REQUEST = "request"
Events = list[dict[str, Any]]


async def request_person(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Open the case of someone who asks for an adviser, and say what happens; an earlier no is over.

    Who asks in another language, or for one, hears it in that language; a question beside it is answered.
    """
    said = Said.of(tracker)
    again = tracker.get_slot(DECLINED) == REQUEST
    case = await handoff().open_case(Turn.of(tracker), REQUEST, {"adviser": "wanted"} if again else {})
    for slug in filter(None, (said.also, "talk-to-person")):
        dispatcher.utter_message(json_message={"kind": "answer", "answer": slug})
    requested, waiting = IN_THEIR_LANGUAGE if said.language else IN_ENGLISH
    dispatcher.utter_message(response=requested if case.created or again else waiting, when=case.when)
    return [SlotSet("passed_on", REQUEST), SlotSet(DECLINED, None)]


class ActionRequestPerson(Action):
    """Someone asked for a person."""

    def name(self) -> str:
        return "action_request_person"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        return await request_person(dispatcher, tracker)


class ActionYes(Action):
    """A yes: to a person, when that was the offer or was just declined; otherwise it only carries on."""

    def name(self) -> str:
        return "action_yes"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        said = last_uttered(tracker)
        if said & OFFERED_AGAIN and await _wanted_after_all(dispatcher, tracker):
            return []
        if said & OFFERED_PERSON:
            return await request_person(dispatcher, tracker)
        if _offered_to_register(tracker, said):
            dispatcher.utter_message(json_message={"kind": "answer", "answer": REGISTERING})
            return [FollowupAction(REGISTER_FORM)]
        if "utter_check_in_offer" in said:
            return [FollowupAction("check_in_form")]
        dispatcher.utter_message(response="utter_adviser_coming" if said & PASSED_ON else "utter_yes")
        return []


async def _wanted_after_all(dispatcher: CollectingDispatcher, tracker: Tracker) -> bool:
    """Take back the no to the contact of a case that is open for it; a request they declined is none."""
    if tracker.get_slot(DECLINED) == REQUEST:
        return False
    when = await handoff().say_yes(Turn.of(tracker))
    if when is not None:
        dispatcher.utter_message(response="utter_adviser_wanted", when=when)
    return when is not None


def _offered_to_register(tracker: Tracker, said: set[str]) -> bool:
    """Whether the last thing said was how to claim, and that they can register here."""
    if said & PASSED_ON:
        return False
    return CLAIMING in answered_before(tracker) or "utter_about_me_claiming" in said


class ActionNoAdviser(Action):
    """A no: recorded on the case when an adviser was told, asked for or not; otherwise it only carries on."""

    def name(self) -> str:
        return "action_no_adviser"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        plain_no = tracker.latest_message["intent"]["name"] in PLAIN_NO
        if plain_no and not _is_meant(tracker):
            dispatcher.utter_message(response="utter_no")
            return []
        asked_for = bool(
            tracker.get_slot("passed_on") == REQUEST and (last_uttered(tracker) & ASKED_FOR or not plain_no)
        )
        if asked_for:
            await handoff().open_case(Turn.of(tracker), REQUEST, {"adviser": "declined"})
        declined = await handoff().say_no(Turn.of(tracker))
        if not (asked_for or declined):
            dispatcher.utter_message(response="utter_no_adviser_needed")
            return []
        dispatcher.utter_message(response="utter_adviser_declined")
        return [SlotSet(DECLINED, REQUEST)] if asked_for else []


def _is_meant(tracker: Tracker) -> bool:
    """Whether a plain no is one to an adviser: right after they were told, or in the words we gave them."""
    if last_uttered(tracker) & PASSED_ON:
        return True
    exact = NO_THANKS.fullmatch(Said.of(tracker).text) is not None
    return exact and (bool(last_uttered(tracker, A_WHILE) & NEET_PASSED) or not last_uttered(tracker))
