"""The registration form: asks, has each answer checked by handoff, and finishes.

Rasa's form only keeps the place. Answers live in handoff's draft, saved one by one, so none is lost.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.fields import FIELDS
from actions.handoff_client import Accepted, Incomplete, Problem, Turn, handoff
from actions.hearing import (
    CHANGE,
    CONFIRMED,
    LEAVE,
    LEAVING,
    Answer,
    Correction,
    Heard,
    Question,
    Wants,
    hear,
    question_after_all,
)
from actions.neet import say_what_was_not_told, say_who_was_told
from actions.person_request import request_person
from actions.said import Said
from bot.vocabulary import load_vocabulary

REQUESTED, UNTOLD = "requested_slot", "untold"
PATIENCE = 3
"""After so many answers in a row that were not one, a person is offered."""

Events = list[dict[str, Any]]


class ValidateRegisterForm(Action):
    """Called by Rasa when the form starts and for every message while it is open."""

    def name(self) -> str:
        return "validate_register_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        step = Step(dispatcher, tracker)
        if step.requested is None:
            return await step.begin()
        return await step.hear(hear(step.said, step.requested, step.given))


class Step:
    """One message of the form: what is known before it, and what is said and kept after it."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self._dispatcher, self._tracker = dispatcher, tracker
        self._turn = Turn.of(tracker)
        self.said = Said.of(tracker)
        self.requested: str | None = tracker.get_slot(REQUESTED)
        self.given = [name for name in FIELDS if tracker.get_slot(name)]
        self._misses = int(tracker.get_slot("misses") or 0)
        self._untold: str | None = tracker.get_slot(UNTOLD) or self._heard_inside()

    def _heard_inside(self) -> str | None:
        """What was heard of leaving learning in an answer: the form goes on, and tells of it when it ends."""
        neet = self.said.neet or {}
        return neet["heard"] if self.requested and neet.get("first") else None

    async def begin(self) -> Events:
        """The first question, or the first one not answered yet when an earlier draft is there.

        What was asked in the same breath is answered before it.
        """
        if self.said.also:
            self._dispatcher.utter_message(json_message={"kind": "answer", "answer": self.said.also})
        if self.requested is None:
            say_who_was_told(self._dispatcher, self.said)
        draft = await handoff().draft(self._turn)
        self.given = [name for name in FIELDS if name in draft]
        if self.given:
            self._say("utter_draft_kept")
        return await self._ask_next()

    async def hear(self, heard: Heard) -> Events:
        """Do what the message asks for; the last thing said is always a question or an end."""
        if isinstance(heard, Answer):
            return await self._take_answer(heard.text)
        if isinstance(heard, Correction):
            return await self._correct(heard)
        if isinstance(heard, Question):
            return await self._answer_question(heard)
        return await self._do(heard)

    async def _do(self, wants: Wants) -> Events:
        if wants.what == "finish":
            return await self._finish()
        if wants.what == "delete":
            await handoff().forget_draft(self._turn)
            self._say("utter_left")
            return await self._end()
        if wants.what in (LEAVE, CHANGE):
            return self._ask(LEAVING if wants.what == LEAVE else CHANGE)
        if wants.what == "person":
            asked = await request_person(self._dispatcher, self._tracker)
            return [*asked, *await self._ask_again()]
        if wants.what == "no_phone":
            self._say("utter_no_phone")
            return self._keep("phone")
        if wants.what == "reference":
            self._say("utter_no_reference_yet")
        elif wants.what == "stay":
            self._say("utter_carry_on")
            return await self._ask_next()
        return await self._ask_again()

    async def _take_answer(self, text: str) -> Events:
        field = str(self.requested)
        result = await handoff().answer(self._turn, field, text)
        if isinstance(result, Accepted):
            self.given.append(field)
            return await self._ask_next()
        if self.said.foreign and not result.signpost:
            self._say("utter_other_language")
            return await self._ask_again()
        question = question_after_all(self.said)
        if question and not result.signpost:
            return await self._answer_question(question)
        return await self._refuse(field, result)

    async def _correct(self, correction: Correction) -> Events:
        field = FIELDS[correction.field]
        if not correction.text:
            return self._ask(field.name)
        result = await handoff().answer(self._turn, field.name, await self._whole(correction))
        if isinstance(result, Problem):
            return await self._refuse(field.name, result)
        self._say("utter_changed", what=field.label, shown=result.shown)
        self.given.append(field.name)
        return await self._ask_next() if self.requested == CHANGE else await self._ask_again()

    async def _whole(self, correction: Correction) -> str:
        """A year alone changes the year of the date given before."""
        if correction.field != "date_of_birth" or not correction.text.isdigit():
            return correction.text
        shown = (await handoff().draft(self._turn)).get("date_of_birth", "")
        return f"{shown[:-4]}{correction.text}"

    async def _answer_question(self, question: Question) -> Events:
        if question.topic:
            self._dispatcher.utter_message(json_message={"kind": "answer", "answer": question.topic})
        else:
            self._say("utter_not_in_form")
        return await self._ask_again()

    async def _refuse(self, field: str, problem: Problem) -> Events:
        if problem.signpost:
            return await self._signpost(problem.signpost)
        misses = self._misses + 1
        if misses >= PATIENCE:
            self._say("utter_stuck")
        self._say(f"utter_prompt_{field}" if problem.code == "empty" else f"utter_problem_{problem.code}")
        return self._keep(field, misses)

    async def _signpost(self, slug: str) -> Events:
        """They cannot register here, so nothing is kept of it."""
        await handoff().forget_draft(self._turn)
        self._dispatcher.utter_message(json_message={"kind": "answer", "answer": slug})
        return await self._end()

    async def _finish(self) -> Events:
        result = await handoff().register(self._turn)
        if isinstance(result, Incomplete):
            return await self.begin()
        self._say("utter_registered", reference=result)
        return await self._end()

    async def _ask_next(self) -> Events:
        missing = next((name for name in FIELDS if name not in self.given), None)
        if missing == "activity" and await self._fill_in_activity():
            return await self._ask_next()
        return self._ask(missing) if missing else await self._read_back()

    async def _fill_in_activity(self) -> bool:
        """What they said before about what they do now is not asked again; the read-back shows it."""
        known = load_vocabulary().doing_now.get(self.said.doing or "")
        if known is None:
            return False
        # The turn's own id belongs to the answer that the message gave.
        turn = replace(self._turn, message_id=f"{self._turn.message_id}:activity")
        result = await handoff().answer(turn, "activity", known.label)
        if isinstance(result, Problem):
            return False
        self.given.append("activity")
        return True

    async def _ask_again(self) -> Events:
        if self.requested == CONFIRMED:
            return await self._read_back()
        return self._ask(str(self.requested))

    async def _read_back(self) -> Events:
        shown = await handoff().draft(self._turn)
        missing = next((name for name in FIELDS if name not in shown), None)
        if missing:
            self.given = [name for name in FIELDS if name in shown]
            return self._ask(missing)
        self._say("utter_prompt_confirmed", **{f"{name}_shown": text for name, text in shown.items()})
        return self._keep(CONFIRMED)

    def _ask(self, what: str) -> Events:
        self._say(f"utter_prompt_{what}")
        return self._keep(what)

    def _say(self, response: str, **filled: str) -> None:
        self._dispatcher.utter_message(response=response, **filled)

    def _keep(self, requested: str, misses: int = 0) -> Events:
        """The place in the form: what is answered, and what is asked now."""
        answered = [SlotSet(name, True if name in self.given else None) for name in FIELDS]
        place = [SlotSet("misses", misses), SlotSet(UNTOLD, self._untold), SlotSet(REQUESTED, requested)]
        return [*answered, *place]

    async def _end(self) -> Events:
        """Rasa closes the form when no question is open; the next registration starts empty."""
        await say_what_was_not_told(self._dispatcher, self._turn, self._untold)
        return [*(SlotSet(name, None) for name in (*FIELDS, "misses", UNTOLD)), SlotSet(REQUESTED, None)]
