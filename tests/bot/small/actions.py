"""Actions of the small assistant. `FAIL` in a message makes the action raise; `no` is refused as a colour."""

from rasa_sdk import Action, FormValidationAction


class Validate(FormValidationAction):
    def name(self):
        return "validate_colour_form"

    def validate_colour(self, value, dispatcher, tracker, domain):
        if "FAIL" in value:
            raise RuntimeError(f"cannot keep {value}")
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
