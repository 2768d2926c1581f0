"""From `make run` to `ready:`, the second time: environments, database and model are there."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.figures import Figure, main, middle
from bench.system import environment, started

COMMAND = ["make", "run"]
STARTS = 3


async def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="wayline-bench-") as made:
        env = environment(Path(made))
        await _seconds_to_ready(env)
        seconds = [await _seconds_to_ready(env) for _ in range(STARTS)]
    return [Figure("second start, `make run` to `ready:`", middle(seconds), "s", 30)]


async def _seconds_to_ready(env: dict[str, str]) -> float:
    begun = time.perf_counter()
    async with started(COMMAND, env, Path(env["WAYLINE_DATA_DIR"]) / "output.log"):
        return time.perf_counter() - begun


if __name__ == "__main__":
    main(measure)
