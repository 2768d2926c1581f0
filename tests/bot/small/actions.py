"""Actions of the small assistant: FAIL in a colour makes one raise, GARBLE makes it answer with what is no
event, WAIT holds it until the gate opens."""

import asyncio
import os
from pathlib import Path

from rasa_sdk import Action, FormValidationAction


class Validate(FormValidationAction):
    def name(self):
        return "validate_colour_form"

    async def run(self, dispatcher, tracker, domain):
        said = tracker.latest_message["text"]
        return [{"event": said}] if "GARBLE" in said else await super().run(dispatcher, tracker, domain)

    async def validate_colour(self, value, dispatcher, tracker, domain):
        if "FAIL" in value:
            raise RuntimeError("refused on purpose")
        gate = Path(os.environ["SMALL_GATE"])
        if "WAIT" in value:
            gate.with_suffix(".reached").touch()
        while "WAIT" in value and not gate.exists():
            await asyncio.sleep(0.01)
        return {"colour": None if value == "no" else value}


class Finish(Action):
    def name(self):
        return "action_finish"

    async def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text=f"A {tracker.get_slot('colour')} {tracker.get_slot('animal')}.")
        return []


class Person(Action):
    def name(self):
        return "action_person"

    async def run(self, dispatcher, tracker, domain):
        metadata = tracker.latest_message["metadata"]
        dispatcher.utter_message(json_message={"kind": "notice", "text": metadata["context"]["channel"]})
        return []
