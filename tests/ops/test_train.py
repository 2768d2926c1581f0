"""Training happens when an input changed, and only then; a stand-in for Rasa notes each time it is asked."""

import os
import time
from pathlib import Path

import pytest

from ops import settings, train
from ops.bootstrap import Environment
from ops.console import Trouble

RASA = """#!/bin/sh
echo "$@" >> trained.txt
while [ $# -gt 0 ]; do
  case $1 in --out) out=$2 ;; --fixed-model-name) name=$2 ;; esac
  shift
done
{then}
"""
TRAINS, FAILS = 'echo model > "$out/$name.tar.gz"', 'echo half > "$out/$name.tar.gz"; exit 3'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project whose Rasa is a shell script."""
    for name in (*train.FILES, *(f"{folder}/one" for folder in (*train.FOLDERS, "data/content"))):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was")
    bot = Environment("Rasa's environment", tmp_path / "bot-env", (), 0, lambda: tmp_path)
    bot.python.parent.mkdir(parents=True)
    monkeypatch.setattr(train, "ROOT", tmp_path)
    monkeypatch.setattr("ops.console.ROOT", tmp_path)
    monkeypatch.setattr(train, "BOT", bot)
    rasa(tmp_path, TRAINS)
    return tmp_path


def rasa(project: Path, then: str) -> None:
    script = project / "bot-env/bin/python"
    script.write_text(RASA.replace("{then}", then))
    script.chmod(0o755)


def trained(project: Path) -> Path:
    chosen = settings.load(
        {"WAYLINE_DATA_DIR": str(project / "var"), "PATH": "/usr/bin:/bin"}, project / ".env"
    )
    return train.model_for(chosen)


def times_trained(project: Path) -> int:
    return (project / "trained.txt").read_text().count("rasa train")


def test_nothing_changed_means_no_training(project):
    first = trained(project)
    assert first.read_text() == "model\n"
    assert trained(project) == first
    assert times_trained(project) == 1


@pytest.mark.parametrize(
    "changed", [*train.FILES, *(f"{folder}/one" for folder in train.FOLDERS), "data/content/new.yml"]
)
def test_any_changed_input_trains_again(project, changed):
    first = trained(project)
    (project / changed).write_text("otherwise")
    assert trained(project) != first
    assert times_trained(project) == 2


def test_a_live_release_takes_the_place_of_the_shipped_answers(project):
    first = trained(project)
    (project / "var/releases/current").mkdir(parents=True)
    (project / "var/releases/current/options.yml").write_text("released")
    assert trained(project) != first


def test_the_last_three_models_are_kept_and_going_back_needs_no_training(project):
    models = []
    for wording in ("one", "two", "three", "four"):
        (project / "domain.yml").write_text(wording)
        models.append(trained(project))
    assert [model.exists() for model in models] == [False, True, True, True]
    (project / "domain.yml").write_text("two")
    assert trained(project) == models[1]
    assert times_trained(project) == 4


def test_failed_training_is_one_sentence_and_leaves_no_half_a_model(project):
    rasa(project, FAILS)
    with pytest.raises(Trouble, match=r"^Training failed: .*exit code 3\. Details: var/logs/train\.log$"):
        trained(project)
    assert list((project / "var/models").iterdir()) == []


def test_what_a_killed_training_left_is_cleared_up_and_one_under_way_is_not(project):
    left, busy = (project / "var/models" / name for name in (".training-left", ".training-busy"))
    for folder in (left, busy):
        (folder / "half").mkdir(parents=True)
    long_ago = time.time() - 2 * train.LEFT_BEHIND_SECONDS
    os.utime(left, (long_ago, long_ago))
    trained(project)
    assert not left.exists() and busy.exists()
