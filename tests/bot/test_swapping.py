"""A new model takes over without leaving the old one's connections behind."""

from __future__ import annotations

from types import SimpleNamespace

from rasa.core.agent import Agent
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig

from bot.turn import Conversations


def loaded() -> Agent:
    """An agent as Rasa hands it over after loading a model, with what the swap looks at."""
    agent = Agent.__new__(Agent)
    agent.domain, agent.lock_store = Domain.empty(), InMemoryLockStore()
    agent.tracker_store = InMemoryTrackerStore(agent.domain)
    agent.processor = MessageProcessor.__new__(MessageProcessor)
    agent.processor.__dict__.update(
        action_endpoint=EndpointConfig("http://127.0.0.1:5055/webhook"), model_metadata=SimpleNamespace()
    )
    return agent


def test_a_swap_keeps_the_connections_store_and_locks_and_takes_the_new_model(monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    conversations, old, new = Conversations(), loaded(), loaded()
    before, after = conversations.processor(old), conversations.processor(new)
    assert after is not before and after.action_endpoint is before.action_endpoint
    assert (after.tracker_store, after.lock_store) == (before.tracker_store, before.lock_store)
    assert after.model_metadata is not before.model_metadata
