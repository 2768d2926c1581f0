"""The registration form: asks, has each answer checked by handoff, and finishes.

Rasa's form only keeps the place. Answers live in handoff's draft, saved one by one, so none is lost; handoff
says what is still to ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import leaving
from actions.fields import FIELDS
from actions.form import REQUESTED, Events, Place, Talk
from actions.handoff_client import Accepted, FormOver, Incomplete, Problem, Stands, Turn, handoff
from actions.hearing import (
    CHANGE,
    CODE,
    CODE_BIRTHDAY,
    CONFIRMED,
    DOUBTED,
    LEAVE,
    LEAVING,
    SAVE_BIRTHDAY,
    Answer,
    Correction,
    Heard,
    Question,
    TakesBack,
    Wants,
    hear,
    question_after_all,
)
from actions.neet import say_who_was_told
from actions.permission import say_taken_back, take_back
from actions.person_request import request_person
from actions.said import Said
from bot.codes import code_in
from bot.times import is_a_date

PATIENCE = 3
"""After so many answers in a row that were not one, a person is offered."""
WORDED_BY_HANDOFF = ("borough", "ground")
"""Questions whose words and choices depend on what is known."""
HIDDEN = "(kept from before)"
"""Said in place of an answer that was given somewhere else."""


class ValidateRegisterForm(Action):
    """Called by Rasa when the form starts and for every message while it is open."""

    def name(self) -> str:
        return "validate_register_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        step = Step(dispatcher, tracker)
        try:
            if step.requested is None:
                return await step.begin()
            return await step.hear(hear(step.said, step.requested, step.place.given))
        except FormOver:
            step.say("utter_finished_for_you")
            return await step.end()


class Step(Talk):
    """One message of the form: what is known before it, and what is said and kept after it."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        super().__init__(dispatcher, Turn.of(tracker))
        self._tracker = tracker
        self.said = Said.of(tracker)
        self.requested: str | None = tracker.get_slot(REQUESTED)
        self.place = Place.of(tracker)
        neet = self.said.neet or {}
        if self.requested and neet.get("first") and not self.place.untold:
            self.place = replace(self.place, untold=neet["heard"])  # the form goes on, and tells when it ends

    async def begin(self) -> Events:
        """The first question not answered yet; whoever comes back with a code is asked for it instead.

        What was asked in the same breath is answered before it.
        """
        if self.said.also:
            self.answer_with(self.said.also)
        say_who_was_told(self.dispatcher, self.said)
        if self.said.intent == "come_back" or code_in(self.said.text):
            return await leaving.take_code(self)
        return await self.start()

    async def start(self) -> Events:
        """Take up what was begun here, or begin with what is known."""
        stands = await handoff().begin(self.turn)
        self.stand(stands)
        if stands.kept:
            self.say("utter_draft_kept")
        return await self.ask_next(stands)

    async def hear(self, heard: Heard) -> Events:
        """Do what the message asks for; the last thing said is always a question or an end."""
        if isinstance(heard, Answer):
            if self.requested == CODE_BIRTHDAY:
                return await leaving.take_birthday(self)
            return await self._take_answer(heard.text)
        if isinstance(heard, Correction):
            return await self._correct(heard)
        if isinstance(heard, TakesBack):
            return await self._take_back(heard.purposes)
        if isinstance(heard, Question):
            return await self._answer_question(heard)
        return await self._do(heard)

    async def _do(self, wants: Wants) -> Events:
        if wants.what in (LEAVE, CHANGE):
            return self.ask(LEAVING if wants.what == LEAVE else CHANGE)
        ways = {
            "finish": self._finish,
            "delete": self._delete,
            "save": lambda: leaving.save(self),
            "code": lambda: leaving.take_code(self),
            "no_code": self.start,
            "person": self._person,
            "no_phone": self._no_phone,
            "reference": self._no_reference,
            "stay": self._stay,
            "back": self._back,
            "wait": self._wait,
            "elsewhere": self._elsewhere,
            "as_before": self._as_before,
        }
        return await ways.get(wants.what, self.ask_again)()

    async def _take_answer(self, text: str) -> Events:
        field = "date_of_birth" if self.requested == SAVE_BIRTHDAY else str(self.requested)
        result = await handoff().answer(self.turn, field, text, again=self.place.misses > 0)
        if isinstance(result, Accepted):
            self._accept(field, result.stands)
            if self.requested == SAVE_BIRTHDAY:
                return await leaving.save(self)
            return await self.ask_next(result.stands)
        if self.said.foreign and not result.signpost:
            self.say("utter_other_language")
            return await self.ask_again()
        if "date_of_birth" in self.place.given and is_a_date(text):
            return await self._correct(Correction("date_of_birth", text))
        question = question_after_all(self.said)
        if question and not result.signpost:
            return await self._answer_question(question)
        return await self._refuse(field, result)

    async def _correct(self, correction: Correction) -> Events:
        field = FIELDS[correction.field]
        if not correction.text:
            return await self.ask_field(field.name)
        result = await handoff().answer(self.turn, field.name, await self._whole(correction))
        if isinstance(result, Problem):
            return await self._refuse(field.name, result)
        self.say("utter_changed", what=field.label, shown=result.shown)
        self._accept(field.name, result.stands)
        asked_next = self.requested in (CHANGE, DOUBTED, "borough") or "borough" in result.stands.missing
        return await self.ask_next(result.stands) if asked_next else await self.ask_again()

    async def _take_back(self, purposes: Sequence[str]) -> Events:
        """At once: from what was registered here before, and as a no in this registration."""
        done = await take_back(self.turn, purposes)
        if done.found or self.requested in (CODE, CODE_BIRTHDAY):
            await say_taken_back(self.dispatcher, self.turn, done)
        if self.requested in (CODE, CODE_BIRTHDAY):
            return await self.ask_again()
        for field in (FIELDS[f"{purpose}_permission"] for purpose in purposes):
            result = await handoff().answer(self.turn, field.name, "no")
            if isinstance(result, Accepted):
                self.stand(result.stands)
                if field.name != self.requested:
                    self.say("utter_changed", what=field.label, shown=result.shown)
        if self.requested in (f"{purpose}_permission" for purpose in purposes):
            return await self.start_again()
        return await self.ask_again()

    async def _whole(self, correction: Correction) -> str:
        """A year alone changes the year of the date given before."""
        if correction.field != "date_of_birth" or not correction.text.isdigit():
            return correction.text
        shown = (await handoff().draft(self.turn)).answers.get("date_of_birth") or ""
        return f"{shown[:-4]}{correction.text}"

    async def _answer_question(self, question: Question) -> Events:
        if question.topic:
            self.answer_with(question.topic)
        else:
            self.say("utter_not_in_form")
        return await self.ask_again()

    def _accept(self, field: str, stands: Stands) -> None:
        """How it stands now; whether an answer was changed, after which others may be asked anew."""
        if field in self.place.given:
            self.place = replace(self.place, corrected=True)
        self.stand(stands)

    def _is_doubtful(self, field: str, problem: Problem) -> bool:
        """Whether a slip, here or in what was read, would cost them every answer."""
        moved = field == "borough" and self.place.corrected
        return field in self.place.given or moved or bool(problem.words.get("guessed"))

    def _ask_whether_right(self) -> Events:
        _, council = self.place.elsewhere or (None, None)
        if council is None:
            return self.ask(DOUBTED)
        self.say("utter_prompt_doubted_council", council=council)
        return self.keep(DOUBTED)

    async def _refuse(self, field: str, problem: Problem) -> Events:
        if problem.signpost and self._is_doubtful(field, problem):
            self.place = replace(self.place, elsewhere=(problem.signpost, problem.words.get("council")))
            return self._ask_whether_right()
        if problem.signpost:
            return await self._signpost(problem.signpost, problem.words.get("council"))
        self.place = self.place.missed()
        if self.place.misses >= PATIENCE:
            if problem.code == "not_a_postcode":
                return await leaving.hand_over(self, "utter_postcode_person")
            self.say("utter_stuck")
        if problem.code == "empty":
            return await self.ask_field(field)
        if problem.code in ("not_a_ground", "which_ground", "not_a_borough"):
            self.say(f"utter_{problem.code}")
            return await self.ask_field(field)
        self.say(f"utter_problem_{problem.code}", **problem.words)
        return self.keep(SAVE_BIRTHDAY if self.requested == SAVE_BIRTHDAY else field)

    async def _signpost(self, slug: str, council: str | None) -> Events:
        """They cannot register here, so nothing is kept of it."""
        await handoff().forget_draft(self.turn)
        named = {"council": council} if council else {}
        self.dispatcher.utter_message(json_message={"kind": "answer", "answer": slug, **named})
        return await self.end()

    async def _elsewhere(self) -> Events:
        if self.place.elsewhere is None:
            return await self.start_again()
        return await self._signpost(*self.place.elsewhere)

    async def _as_before(self) -> Events:
        self.say("utter_as_before")
        return await self.start_again()

    async def _finish(self) -> Events:
        result = await handoff().register(self.turn)
        if isinstance(result, Incomplete):
            return await self.start()
        self.say("utter_registered", reference=result.reference)
        if result.link:
            self.say("utter_confirmation_link", link=result.link)
        else:
            self.say("utter_registered_to_check")
        return await self.end()

    async def _delete(self) -> Events:
        await handoff().forget_draft(self.turn)
        self.say("utter_left")
        return await self.end()

    async def _person(self) -> Events:
        asked = await request_person(self.dispatcher, self._tracker)
        return [*asked, *await self.ask_again()]

    async def _no_phone(self) -> Events:
        self.say("utter_no_phone")
        return self.keep("contact")

    async def _no_reference(self) -> Events:
        self.say("utter_no_reference_yet")
        return await self.ask_again()

    async def _stay(self) -> Events:
        self.say("utter_carry_on")
        return await self.start_again()

    async def _back(self) -> Events:
        """The question answered last comes again; its answer stands until there is another."""
        if self.requested in (CONFIRMED, CHANGE):
            return self.ask(CHANGE)
        order = list(FIELDS)
        asked = "contact" if self.requested == "borough" else self.requested
        earlier = order[: order.index(asked)] if asked in order else []
        before = [name for name in earlier if name in self.place.given]
        return await self.ask_field(before[-1]) if before else await self.ask_again()

    async def _wait(self) -> Events:
        self.say("utter_take_your_time")
        return self.keep(str(self.requested))

    async def start_again(self) -> Events:
        """The first question that is open, whatever was asked last."""
        return await self.ask_next(await handoff().draft(self.turn))

    async def ask_next(self, stands: Stands) -> Events:
        self.place = self.place.answered()
        return await (self.ask_field(stands.missing[0]) if stands.missing else self._read_back(stands))

    async def ask_again(self) -> Events:
        if self.requested == CONFIRMED:
            return await self.start_again()
        if self.requested == DOUBTED:
            return self._ask_whether_right()
        if self.requested in FIELDS or self.requested in WORDED_BY_HANDOFF:
            return await self.ask_field(str(self.requested))
        return self.ask(str(self.requested or CODE))

    async def ask_field(self, field: str) -> Events:
        if field not in WORDED_BY_HANDOFF:
            return self.ask(field)
        self.dispatcher.utter_message(
            json_message={"kind": "prompt", **await handoff().question(self.turn, field)}
        )
        return self.keep(field)

    async def _read_back(self, stands: Stands) -> Events:
        shown = {f"{name}_shown": text or HIDDEN for name, text in stands.answers.items()}
        self.say("utter_read_back", **shown)
        return self.ask(CONFIRMED)

    def stand(self, stands: Stands) -> None:
        self.place = self.place.with_given(stands.answers)

    def answer_with(self, slug: str) -> None:
        self.dispatcher.utter_message(json_message={"kind": "answer", "answer": slug})
