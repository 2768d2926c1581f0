"""One turn of a conversation inside Rasa: all of it, or nothing.

Stock Rasa reads the tracker two or three times a turn, swallows a failing action ("bot will continue") and
logs it with the words in it. Here it is read once, any failure ends the turn, only a whole turn is saved.
"""

from __future__ import annotations

import os
from typing import Any

from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.lock_store import LockStore, RedisLockStore
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecutionRejected, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.action_endpoint import ActionEndpoint

CHANNEL = "wayline"


class TurnFailed(Exception):
    """The turn did not come to its end; nothing of it was saved."""


class NoOutput(OutputChannel):
    """Replies are read from the tracker's events, so there is nowhere to send them."""

    @classmethod
    def name(cls) -> str:
        """The channel's name, as Rasa's responses see it."""
        return CHANNEL

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Nothing."""


class TurnProcessor(MessageProcessor):
    """A loaded model's processor whose turns fail as a whole."""

    @classmethod
    def around(
        cls, stock: MessageProcessor, store: TrackerStore, locks: LockStore, actions: ActionEndpoint | None
    ) -> TurnProcessor:
        """Take over a processor that Rasa loaded, with the store, locks and action endpoint given."""
        processor = cls.__new__(cls)
        processor.__dict__.update(stock.__dict__)
        processor.tracker_store = store
        processor.lock_store = locks
        processor.action_endpoint = actions
        return processor

    async def open(self, sender_id: str) -> DialogueStateTracker:
        """The conversation so far, or a new one; raises what the store raises."""
        tracker = await self.tracker_store.retrieve(sender_id) or self.tracker_store.init_tracker(sender_id)
        tracker.model_id = self.model_metadata.model_id
        tracker.assistant_id = self.model_metadata.assistant_id
        return tracker

    async def take_turn(self, message: UserMessage, tracker: DialogueStateTracker) -> None:
        """Understand, decide and act until the assistant listens again, then save; raises any failure."""
        output = NoOutput()
        if not tracker.events:
            await self._update_tracker_session(tracker, output)
        await self._handle_message_with_tracker(message, tracker)
        await self.run_action_extract_slots(output, tracker)
        await self._run_prediction_loop(output, tracker)
        if not isinstance(_last_said(tracker), BotUttered):
            raise TurnFailed("the turn has no reply")
        await self.save_tracker(tracker)

    async def _run_prediction_loop(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> None:
        """As stock, but going round too often raises ActionLimitReached."""
        acting = True
        while acting:
            action, prediction = self.predict_next_with_tracker_if_should(tracker)
            acting = await self._run_action(action, tracker, output_channel, self.nlg, prediction)

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        """Run one action and log its events on the tracker; a rejection is part of forms, not a failure."""
        name = action.name()
        try:
            events = await action.run(output_channel, nlg, self._seen_by(tracker, prediction), self.domain)
        except ActionExecutionRejection:
            tracker.update(
                ActionExecutionRejected(name, prediction.policy_name, prediction.max_confidence), self.domain
            )
        else:
            self._log_action_on_tracker(tracker, action, events, prediction)
        return name not in (ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME)

    def _seen_by(self, tracker: DialogueStateTracker, prediction: PolicyPrediction) -> DialogueStateTracker:
        """The tracker with the prediction's own events; copied only if any: a copy replays them all."""
        if not prediction.events:
            return tracker
        copy = tracker.copy()
        copy.update_with_events(prediction.events, self.domain)
        return copy

    def _log_action_on_tracker(
        self,
        tracker: DialogueStateTracker,
        action: Action,
        events: list[Event] | None,
        prediction: PolicyPrediction,
    ) -> None:
        """As stock, without its two deep copies of the events for a debug log."""
        found = events or []
        if not any(isinstance(event, ActionExecutionRejected) for event in found):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction), self.domain)
        tracker.update_with_events(found, self.domain)


def _last_said(tracker: DialogueStateTracker) -> Event | None:
    said = (event for event in reversed(tracker.events) if isinstance(event, (BotUttered, UserUttered)))
    return next(said, None)


class Conversations:
    """The agent that is serving now, made ours; store, locks and connections outlive a swap of models."""

    def __init__(self) -> None:
        self._agent: Agent | None = None
        self._store: TrackerStore | None = None
        self._locks: LockStore | None = None
        self._actions: ActionEndpoint | None = None
        self._processor: TurnProcessor | None = None

    def processor(self, agent: Agent | None) -> TurnProcessor | None:
        """The processor of the agent's model, or None while no model is loaded."""
        if agent is None or agent.processor is None:
            return None
        if agent is not self._agent:
            self._adopt(agent)
        return self._processor

    async def close(self) -> None:
        """Give the connections to the action server back."""
        if self._actions:
            await self._actions.close()

    def _adopt(self, agent: Agent) -> None:
        # Rasa wraps every store so that an error gives an empty conversation; the one inside raises.
        wrapped = agent.tracker_store
        inner = wrapped._tracker_store if isinstance(wrapped, FailSafeTrackerStore) else wrapped
        self._store = self._store or inner
        self._store.domain = agent.domain
        self._locks = self._locks or redis_locks() or agent.lock_store
        self._actions = self._actions or ActionEndpoint.like(agent.processor.action_endpoint)
        self._processor = TurnProcessor.around(agent.processor, self._store, self._locks, self._actions)
        agent.tracker_store, agent.lock_store = self._store, self._locks
        agent.processor = self._processor
        self._agent = agent


def redis_locks() -> LockStore | None:
    """Locks in Redis when REDIS_URL is set: needed as soon as there are several Rasa processes."""
    url = os.environ.get("REDIS_URL")
    if not url:
        return None
    from redis.connection import parse_url

    named = parse_url(url)
    known = {name: named[name] for name in ("host", "port", "db", "username", "password") if name in named}
    return RedisLockStore(**known, use_ssl=url.startswith("rediss:"), socket_timeout=2)
