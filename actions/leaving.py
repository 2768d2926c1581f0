"""Leaving a registration for later, and coming back to it with a code and a date of birth."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from actions.form import Events
from actions.handoff_client import NoMatch, handoff
from actions.hearing import CODE, CODE_BIRTHDAY, CODE_DIGITS, SAVE_BIRTHDAY
from bot.codes import code_in

if TYPE_CHECKING:
    from actions.registration import Step

IN_WORDS = {
    "name": "your name",
    "date_of_birth": "your date of birth",
    "postcode": "your postcode",
    "borough": "your borough",
    "contact": "how to reach you",
    "activity": "what you're doing",
    "since": "since when",
    "care_status": "whether you're in care",
    "ground": "your reason",
    "jobcentre_permission": "telling Jobcentre Plus",
    "others_permission": "talking to others",
}


async def save(step: Step) -> Events:
    """Leave with a come-back code; the date of birth that opens it is asked for first, once."""
    stands = await handoff().draft(step.turn)
    if not stands.answers:
        step.say("utter_nothing_to_save")
        return await step.end()
    code = await handoff().save(step.turn)
    if code is None and step.requested != SAVE_BIRTHDAY:
        return step.ask(SAVE_BIRTHDAY)
    if code is None:
        step.say("utter_kept_here")
    else:
        step.say("utter_saved", code=code)
    return await step.end()


async def take_code(step: Step) -> Events:
    """Ask for the code, or for the date of birth once there is one in what they said."""
    asked = step.requested == CODE and len(re.findall(r"\d", step.said.text)) >= CODE_DIGITS
    code = code_in(step.said.text) or (step.said.text if asked else None)
    if code is None:
        return step.ask(CODE)
    step.place = replace(step.place, code=code)
    return step.ask(CODE_BIRTHDAY)


async def take_birthday(step: Step) -> Events:
    """Go on where the code and this date of birth lead; after too many tries a person helps."""
    result = await handoff().come_back(step.turn, step.place.code or "", step.said.text)
    if not isinstance(result, NoMatch):
        step.place = replace(step.place, code=None)
        step.stand(result)
        remaining = [IN_WORDS[name] for name in result.missing]
        step.say("utter_came_back", remaining=", ".join(remaining) or "only to check it")
        return await step.ask_next(result)
    if result.problem != "no_match":
        step.say("utter_problem_not_a_date")
        return step.keep(CODE_BIRTHDAY)
    if result.tries_left <= 0:
        return await hand_over(step, "utter_come_back_person")
    step.place = replace(step.place, code=None)
    step.say("utter_come_back_wrong")
    return step.keep(CODE)


async def hand_over(step: Step, response: str) -> Events:
    """A person goes on from here; what was answered stays for them."""
    case = await handoff().open_case(step.turn, "request", {"registration": "help wanted"})
    step.say(response, when=case.when)
    return await step.end()
