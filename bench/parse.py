"""Has a trained model understand messages one by one; runs in Rasa's environment, started by `bench.nlu`.

python -m bench.parse MODEL MESSAGES FOUND: reads a JSON list of texts, writes a JSON list of what was
understood of each and how long it took, the whole graph and our own components in it.
"""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

import structlog
from rasa.core.agent import Agent
from rasa.engine.storage.local_model_storage import LocalModelStorage

WARM_UP = 50
FALLBACK = "nlu_fallback"


class Stopwatch:
    """Adds up the seconds spent inside the methods that it was put on."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def put_on(self, owner: type[Any], name: str) -> None:
        """Time every call of the method."""
        method = getattr(owner, name)

        @functools.wraps(method)
        def timed(*args: Any, **kwargs: Any) -> Any:
            started = time.perf_counter()
            try:
                return method(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - started

        setattr(owner, name, timed)


def watch_own_components(model: Path) -> Stopwatch:
    """A stopwatch on the components of the model's graph that are ours; before the graph is loaded."""
    stopwatch = Stopwatch()
    nodes = LocalModelStorage.metadata_from_archive(model).predict_schema.nodes.values()
    for owner, name in {(node.uses, node.fn) for node in nodes if node.uses.__module__.startswith("bot.")}:
        stopwatch.put_on(owner, name)
    return stopwatch


async def understand(agent: Agent, stopwatch: Stopwatch, text: str) -> dict[str, Any]:
    """One message through the whole graph."""
    before, started = stopwatch.seconds, time.perf_counter()
    parse = await agent.parse_message(text)
    seconds = time.perf_counter() - started
    ranking = [guess for guess in parse["intent_ranking"] if guess["name"] != FALLBACK]
    best = (ranking or [parse["intent"]])[0]
    return {
        "intent": parse["intent"]["name"],
        "best": best["name"],
        "confidence": best["confidence"],
        "seconds": seconds,
        "own_seconds": stopwatch.seconds - before,
    }


async def main(model: Path, messages: Path, found: Path) -> None:
    """Load, warm up on words that are not asked, then one message after another; quiet as the bot itself."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    stopwatch = watch_own_components(model)
    agent = Agent.load(model)
    for number in range(WARM_UP):
        await understand(agent, stopwatch, f"what does a warm-up number {number} cost")
    texts = json.loads(messages.read_text(encoding="utf-8"))
    understood = [await understand(agent, stopwatch, text) for text in texts]
    found.write_text(json.dumps(understood), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main(*map(Path, sys.argv[1:])))
