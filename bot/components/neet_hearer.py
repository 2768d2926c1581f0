"""Takes handoff's word that somebody is out of learning and work, or near it: intent `neet` or `at_risk`.

Handoff hears it in every message, whatever else the message is about; here it only decides what is said.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, METADATA
from rasa.shared.nlu.training_data.message import Message

from bot.components.language_hearer import take_over

INTENTS = {"now": "neet", "at_risk": "at_risk"}
QUESTIONS = frozenset({"faq", "two_questions"})
"""Answered first, and only once followed by who was told."""
OF_THEIR_OWN = frozenset(
    {
        "talk_to_person",
        "register_for_benefits",
        "come_back",
        "take_back_permission",
        "check_in",
        "no_adviser",
        "stop_messages",
        "delete_my_data",
        "my_reference",
        "other_language",
        "other_language_waiting",
    }
)
"""These have an action that does what was asked for."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class NeetHearer(GraphComponent):
    """Stands after the classifier and the language. Metadata may hold `context.neet` and `form`."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NeetHearer:
        """Nothing to set up."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Change the intent where there is something to say of it; what was asked stays as entities."""
        for message in messages:
            metadata = message.get(METADATA) or {}
            heard = (metadata.get("context") or {}).get("neet")
            if heard and not metadata.get("form") and _adds(heard, (message.get(INTENT) or {}).get("name")):
                take_over(message, INTENTS[heard["heard"]])
        return messages


def _adds(heard: dict[str, Any], intent: str | None) -> bool:
    """Whether the talk changes: a question is answered as ever, but for the first time that it is heard, and
    where an adviser is to be offered again."""
    if intent in OF_THEIR_OWN:
        return False
    return bool(heard.get("first") or heard.get("offer")) or intent not in QUESTIONS
