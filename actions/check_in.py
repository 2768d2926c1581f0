"""The check-in: four short questions at any time, each answer kept by handoff at once.

Rasa's form only keeps the place, in one slot: what was asked, who was told, what may help at the end.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.fields import NO, YES
from actions.handoff_client import Turn, handoff
from actions.hearing import question_in, wants_to_leave
from actions.neet import say_who_was_told
from actions.permission import say_taken_back, take_back, taken_back
from actions.person_request import NO_THANKS, request_person
from actions.said import Said
from bot.times import is_a_time

SINCE = "since"
QUESTIONS = ("doing", SINCE, "wants", "in_the_way")
KNOWN = "known"
"""Asked first, where there is something known to confirm."""
SLOT, REQUESTED = "check_in", "requested_slot"
TALK = "talk"

_SMALL_TALK = {"greet", "thanks", "insult", "acknowledge"}
_SITUATION = {"about_me", "neet", "at_risk", "check_in"}
_SKIP = re.compile(
    r"(erm+ |um+ |well )*"
    r"((can (we|i) )?(skip|pass|next)( (it|this|that|one|please|pls))*"
    r"|(i )?dunno|idk|(no|not a|havent a) (idea|clue)"
    r"|(i'?m )?not (really |too )?sure|(i )?(really )?(don'?t|do not) (really )?know|no comment"
    r"|(i'?d )?(rather|prefer) not( to)?( say)?)"
    r"( (yet|really|tbh|ngl|sorry|rn|right now|at the moment|mate|bro|lol))*",
    re.I,
)
_ENOUGH = re.compile(
    r"(that'?s|thats) (all|it|enough)|(i'?m )?done|finish(ed)?|enough( (questions|now))*", re.I
)
Events = list[dict[str, Any]]


@dataclass(frozen=True)
class Place:
    """Where a check-in stands. `told`: they know that an adviser was told, `first` since this very check-in;
    the rest is for its end."""

    asked: tuple[str, ...] = ()
    told: bool = False
    first: bool = False
    when: str | None = None
    help: str | None = None
    talk: bool = False


class ValidateCheckInForm(Action):
    """Called by Rasa when the check-in starts and for every message while it is open."""

    def name(self) -> str:
        return "validate_check_in_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        step = Step(dispatcher, tracker)
        return await (step.begin() if step.requested is None else step.hear())


class Step:
    """One message of the check-in."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self._dispatcher, self._tracker, self._turn = dispatcher, tracker, Turn.of(tracker)
        self._said = Said.of(tracker)
        self.requested: str | None = tracker.get_slot(REQUESTED)
        kept = tracker.get_slot(SLOT) or {}
        self._place = Place(**{**kept, "asked": tuple(kept.get("asked", ()))})

    async def begin(self) -> Events:
        """Say what is coming; confirm what is known, else ask the first question."""
        started = await handoff().check_in(self._turn)
        self._place = Place(asked=tuple(started.known), told=started.told, when=started.when)
        if say_who_was_told(self._dispatcher, self._said):
            self._place = replace(self._place, told=True, first=True)
        self._say("utter_check_in_start")
        return self._confirm_known(started.known) if started.known else self._ask_next()

    def _confirm_known(self, known: dict[str, str]) -> Events:
        self._say("utter_prompt_known", known=in_a_sentence(known))
        return self._keep(KNOWN)

    async def hear(self) -> Events:
        """Take the message for a way out, a question, or an answer; end on a question or on the end."""
        said, text = self._said, self._said.text
        if not self._place.told and say_who_was_told(self._dispatcher, said):
            self._place = replace(self._place, told=True, first=True, when=(said.neet or {})["when"])
        if purposes := taken_back(said):
            await say_taken_back(self._dispatcher, self._turn, await take_back(self._turn, purposes))
            return await self._ask_again()
        if _ENOUGH.fullmatch(text) or wants_to_leave(said) or said.intent == "goodbye":
            return await self._finish()
        if said.intent == "no_adviser" or (NO_THANKS.fullmatch(text) and self._place.told):
            return await self._decline()
        if said.intent == "talk_to_person" and self.requested != "wants":
            return [*await request_person(self._dispatcher, self._tracker), *await self._ask_again()]
        question = None if _skips(text) else question_in(said, str(self.requested))
        if question:
            self._answer(question.topic)
            return await self._ask_again()
        if said.intent in _SMALL_TALK and self.requested != KNOWN and not _skips(text):
            return await self._ask_again()
        return await self._take(text)

    async def _take(self, text: str) -> Events:
        if self.requested == KNOWN:
            return await self._confirm(text)
        if not _skips(text):
            await self._note(str(self.requested), text)
        self._place = replace(self._place, asked=(*self._place.asked, str(self.requested)))
        return self._ask_next() if self._missing() else await self._finish()

    async def _confirm(self, text: str) -> Events:
        """A yes keeps what is known, a time puts since when right, and what they do instead answers the first
        question. Whatever else they say, it is all asked, and nothing changes until they answer."""
        rest = re.sub(r"^\W*(no|nah|nope|not any ?more|well|actually)\b[\s,.!]*", "", text, flags=re.I)
        if self._said.intent == "affirm" or YES.fullmatch(text):
            return self._ask_next() if self._missing() else await self._finish()
        if is_a_time(rest):
            await self._note(SINCE, rest)
            self._place = replace(self._place, asked=(*self._place.asked, SINCE))
            return self._ask_next() if self._missing() else await self._finish()
        self._place = replace(self._place, asked=())
        says_what = rest != text or self._said.intent in _SITUATION
        if not says_what or not rest or NO.fullmatch(rest):
            return self._ask_next()
        self.requested = QUESTIONS[0]
        return await self._take(rest)

    async def _note(self, question: str, text: str) -> None:
        noted = await handoff().note(self._turn, question, text)
        self._place = replace(
            self._place,
            when=noted.when,
            help=self._place.help or next(iter(noted.help), None),
            talk=self._place.talk or (question == "wants" and TALK in noted.codes),
        )
        if noted.when and not self._place.told:
            self._place = replace(self._place, told=True, first=True)
            self._say("utter_check_in_passed", when=noted.when)

    async def _decline(self) -> Events:
        declined = await handoff().say_no(self._turn)
        self._say("utter_adviser_declined" if declined else "utter_no_adviser_needed")
        return self._end()

    async def _finish(self) -> Events:
        if self._place.talk:
            return [*await request_person(self._dispatcher, self._tracker), *self._end()]
        if self._place.when:
            done = "utter_check_in_done_first" if self._place.first else "utter_check_in_done"
            self._say(done, when=self._place.when)
        else:
            self._say("utter_check_in_done_no_adviser")
        if self._place.help:
            self._say("utter_check_in_help", help=self._place.help)
        return self._end()

    def _answer(self, topic: str | None) -> None:
        if topic:
            self._dispatcher.utter_message(json_message={"kind": "answer", "answer": topic})
        else:
            self._say("utter_not_in_form")

    def _missing(self) -> str | None:
        return next((one for one in QUESTIONS if one not in self._place.asked), None)

    def _ask_next(self) -> Events:
        return self._ask(str(self._missing()))

    async def _ask_again(self) -> Events:
        if self.requested == KNOWN:
            return self._confirm_known((await handoff().check_in(self._turn)).known)
        return self._ask(str(self.requested))

    def _ask(self, question: str) -> Events:
        self._say(f"utter_prompt_{question}")
        return self._keep(question)

    def _say(self, response: str, **filled: str) -> None:
        self._dispatcher.utter_message(response=response, **filled)

    def _keep(self, requested: str) -> Events:
        return [SlotSet(SLOT, asdict(self._place)), SlotSet(REQUESTED, requested)]

    def _end(self) -> Events:
        return [SlotSet(SLOT, None), SlotSet(REQUESTED, None)]


def _skips(text: str) -> bool:
    return bool(_SKIP.fullmatch(text.rstrip(" .!").replace("’", "'")))


def in_a_sentence(known: dict[str, str]) -> str:
    """What is known, to follow "You told me": "you're at college, you'd like a job"."""
    openings = {"doing": "you're", "since": "since", "wants": "you'd like", "in_the_way": "in the way:"}
    return ", ".join(f"{openings[question]} {words}" for question, words in known.items())
