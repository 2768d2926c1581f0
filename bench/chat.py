"""Questions answered over the chat's JSON API in conversations of ten turns, beside bare stock Rasa.
One person alone, then 16 who ask without pauses; ours and stock's take turns, and the medians are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.figures import Figure, main, middle, milliseconds
from bench.people import Open, Run, chat_at, client, crowd, stock_at
from bench.stock import stock_rasa
from bench.system import System, wayline

ROUNDS = 3
CHATS_ALONE, CHATS_TOGETHER, TOGETHER = 3, 32, 16


async def measure() -> list[Figure]:
    async with wayline() as system:
        return await measure_on(system)


async def measure_on(system: System) -> list[Figure]:
    """The figures of a running system."""
    async with stock_rasa() as stock, stock_rasa(lean=True) as lean, client() as http:
        all_three = chat_at(http, system.url), stock_at(http, stock), stock_at(http, lean)
        for opens in all_three:
            await crowd(opens, TOGETHER, TOGETHER, seed=0)  # caches and lazy imports
        await system.at_rest()
        alone = await _in_turn(all_three, 1, CHATS_ALONE)
        before, spent_before = await system.counters(), system.processor_seconds()
        together = await _in_turn(all_three, TOGETHER, CHATS_TOGETHER)
        after, spent_after = await system.counters(), system.processor_seconds()
    spent = {name: spent_after[name] - spent_before[name] for name in spent_after}
    messages = ROUNDS * 10 * CHATS_TOGETHER
    return [*_alone(*alone), *_together(*together), *_where(before, after), *_cost(spent, messages)]


async def _in_turn(systems: Sequence[Open], people: int, chats: int) -> list[list[Run]]:
    """Ours, theirs, ours, theirs...: what else the machine does meanwhile meets all."""
    runs: list[list[Run]] = [[] for _ in systems]
    for seed in range(1, ROUNDS + 1):
        for opens, found in zip(systems, runs, strict=True):
            found.append(await crowd(opens, people, chats, seed))
    return runs


def _alone(ours: list[Run], theirs: list[Run], lean: list[Run]) -> list[Figure]:
    return [
        Figure("chat, one person, p50", _wait(ours, 50), "ms"),
        Figure("chat, one person, p95", _wait(ours, 95), "ms", 300),
        Figure("stock Rasa, one person, p95", _wait(theirs, 95), "ms"),
        Figure("leanest stock Rasa, one person, p95", _wait(lean, 95), "ms"),
    ]


def _together(ours: list[Run], theirs: list[Run], lean: list[Run]) -> list[Figure]:
    rate, p95 = _rate(theirs), _wait(theirs, 95)
    return [
        Figure("chat, 16 at once, answered", _rate(ours), "a second", rate, "at least"),
        Figure("chat, 16 at once, p50", _wait(ours, 50), "ms"),
        Figure("chat, 16 at once, p95", _wait(ours, 95), "ms", p95),
        Figure("stock Rasa, 16 at once, answered", rate, "a second"),
        Figure("stock Rasa, 16 at once, p95", p95, "ms"),
        Figure("leanest stock Rasa, 16 at once, answered", _rate(lean), "a second"),
        Figure("leanest stock Rasa, 16 at once, p95", _wait(lean, 95), "ms"),
    ]


def _wait(runs: list[Run], share: float) -> float:
    return middle([milliseconds(run.waits, share) for run in runs])


def _rate(runs: list[Run]) -> float:
    return middle([run.rate for run in runs])


def _where(before: Mapping[str, float], after: Mapping[str, float]) -> list[Figure]:
    """Where a turn's time goes while 16 ask: Rasa's part, and the whole of it."""

    def mean(name: str) -> float:
        count = after[f"{name}_count"] - before.get(f"{name}_count", 0)
        return 1000 * (after[f"{name}_sum"] - before.get(f"{name}_sum", 0)) / count

    return [
        Figure("16 at once, a turn from receipt to stored reply, mean", mean("wayline_turn_seconds"), "ms"),
        Figure("16 at once, of that Rasa's answer, mean", mean("wayline_rasa_seconds"), "ms"),
    ]


def _cost(spent: Mapping[str, float], messages: int) -> list[Figure]:
    """Processor time a message costs, by process."""
    return [
        Figure(f"processor time a message, {name}", 1000 * seconds / messages, "ms")
        for name, seconds in sorted(spent.items())
        if 1000 * seconds / messages >= 0.1
    ]


if __name__ == "__main__":
    main(measure)
