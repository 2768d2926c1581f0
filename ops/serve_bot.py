"""Runs Rasa or the action server: `python -m ops.serve_bot rasa run ...`, `... rasa_sdk --actions actions`.
Keeps the token off the command line, the log in our style, and old libraries quiet. Python 3.10."""

import os
import runpy
import sys
import warnings
from typing import Any


def main() -> None:
    """Become the module named first on the command line."""
    # Old libraries undo PYTHONWARNINGS, and an operator can do nothing about what they say.
    warnings.showwarning = lambda *parts, **named: None
    module = sys.argv.pop(1)
    if module == "rasa":
        _prepare_rasa()
    if module == "rasa_sdk":
        _prepare_actions()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _prepare_rasa() -> None:
    import rasa.utils.io

    # Rasa would put its own log format over the one of --logging-config-file.
    rasa.utils.io.configure_colored_logging = lambda loglevel: None
    # The live model is a link; Rasa is to know, and to tell, which model it leads to.
    sys.argv = [os.path.realpath(one) if os.path.islink(one) else one for one in sys.argv]
    # On the command line every user of the machine could read the token of Rasa's HTTP API.
    sys.argv += ["--enable-api", "--auth-token", os.environ["RASA_TOKEN"]]


def _prepare_actions() -> None:
    import rasa_sdk.endpoint

    from actions.handoff_client import forget_handoff

    made = rasa_sdk.endpoint.create_app

    def create_app(*given: Any, **named: Any) -> Any:
        app = made(*given, **named)
        app.register_listener(lambda app, loop: forget_handoff(), "before_server_stop")
        return app

    # The action server has no place of its own for what is to be closed at its end.
    rasa_sdk.endpoint.create_app = create_app


if __name__ == "__main__":
    main()
