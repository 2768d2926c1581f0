"""Stands in for the programs that learn and check a release: `trainer.py FOLDER PROGRAM PATHS...`.

What each does is written in FOLDER/<program>: ok, killed, half, disk, waits (until it says otherwise), or for
the check the faults to find. What was asked is noted in FOLDER/asked.txt.
"""

import hashlib
import json
import os
import signal
import sys
import time
from pathlib import Path


def main() -> None:
    """Do as told."""
    told, program, paths = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    with (told / "asked.txt").open("a") as asked:
        asked.write(f"{program}\n")
    (told / f"{program}.new").write_text(str(os.getpid()))
    (told / f"{program}.new").rename(told / f"{program}.pid")
    while (way := _way(told / program)) == "waits":
        time.sleep(0.02)
    if way == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if way == "disk":
        sys.exit("Training failed: the disk is full. Details: var/logs/train.log")
    if way == "half":
        sys.exit(3)
    if program == "train":
        print("Training the assistant, because what it learns from has changed")
        print(_model(told, Path(paths[0])))
    elif program == "check":
        print(json.dumps({"faults": [] if way == "ok" else [way]}))
    elif way != "ok":
        sys.exit("rasa.core.test.WrongPredictionException")


def _way(file: Path) -> str:
    return file.read_text() if file.is_file() else "ok"


def _model(told: Path, folder: Path) -> Path:
    """A file named after what is in the folder, as the real one is."""
    content = b"".join(path.read_bytes() for path in sorted(folder.glob("*.yml")))
    model = told / "models" / f"{hashlib.sha256(content).hexdigest()[:16]}.tar.gz"
    if not model.is_file():
        model.parent.mkdir(exist_ok=True)
        model.write_text("model")
        with (told / "asked.txt").open("a") as asked:
            asked.write("trained\n")
    return model


main()
