"""Stands in for the program that learns and checks a release: `trainer.py FOLDER`, a request a line.

What it does with each is written in FOLDER/<request>: ok, killed, cut off, half, disk, waits (until it says
otherwise), or for the check the faults to find. What was asked is noted in FOLDER/asked.txt.
"""

import hashlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """Do as told, until there is nothing more."""
    told = Path(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(_answer(told, json.loads(line))), flush=True)


def _answer(told: Path, asked: dict[str, str]) -> dict[str, Any]:
    program = asked["do"]
    with (told / "asked.txt").open("a") as noted:
        noted.write(f"{program}\n")
    new = told / f"{program}.{os.getpid()}"  # the jobs of the service may ask at the same time
    new.write_text(str(os.getpid()))
    new.rename(told / f"{program}.pid")
    while (way := _way(told / program)) == "waits":
        time.sleep(0.02)
    if way == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if way == "cut off":
        print('{"mod', end="", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    if way == "disk":
        sys.exit("OSError: [Errno 28] No space left on device: 'models/.training-x/a.tar.gz'")
    if way == "half":
        sys.exit(3)
    if program == "train":
        return {"model": str(_model(told, Path(asked["folder"])))}
    if program == "check":
        return {"faults": [] if way == "ok" else [way]}
    return {"failed": [] if way == "ok" else [way]}


def _way(file: Path) -> str:
    return file.read_text() if file.is_file() else "ok"


def _model(told: Path, folder: Path) -> Path:
    """A file named after what is in the folder, as the real one is."""
    content = b"".join(path.read_bytes() for path in sorted(folder.glob("*.yml")))
    model = told / "models" / f"{hashlib.sha256(content).hexdigest()[:16]}.tar.gz"
    if not model.is_file():
        model.parent.mkdir(exist_ok=True)
        model.write_text("model")
        with (told / "asked.txt").open("a") as noted:
            noted.write("trained\n")
    return model


main()
