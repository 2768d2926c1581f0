"""Takes handoff's word that a message is in another language: intent `other_language`, entity `language`.

Handoff hears the language of every message while it screens it; nothing is learnt or guessed here.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA
from rasa.shared.nlu.training_data.message import Message

OTHER_LANGUAGE = "other_language"
WAITING = "other_language_waiting"
"""The same once an adviser has been asked for: nothing is offered again."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LanguageHearer(GraphComponent):
    """Stands after the classifier. Metadata may hold `context`: language, foreign, waiting, choice."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageHearer:
        """Nothing to set up."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the language of each message that has one; a foreign one is about nothing else."""
        for message in messages:
            metadata = message.get(METADATA) or {}
            context = metadata.get("context") or {}
            language = context.get("language")
            if language:
                foreign = context.get("foreign") and not context.get("choice") and not metadata.get("form")
                _hear(message, language, WAITING if context.get("waiting") else OTHER_LANGUAGE, bool(foreign))
        return messages


def take_over(message: Message, intent: str) -> None:
    """Make the message about `intent` and nothing else."""
    taken = {"name": intent, "confidence": 1.0}
    message.set(INTENT, taken, add_to_output=True)
    message.set("intent_ranking", [taken], add_to_output=True)


def _hear(message: Message, language: str, intent: str, foreign: bool) -> None:
    entity = {"entity": "language", "value": language, "extractor": LanguageHearer.__name__}
    if foreign:
        take_over(message, intent)
        message.set("topic_ranking", [], add_to_output=True)
    kept = [] if foreign else message.get(ENTITIES) or []
    message.set(ENTITIES, [*kept, entity], add_to_output=True)
