"""Runs Rasa's command line with the token of its HTTP API taken from the environment.
On the command line every user of the machine could read it. Runs in Rasa's environment (Python 3.10)."""

import os
import sys
import warnings


def main() -> None:
    """Start what the command line names, with our log style and without old libraries' warnings."""
    # Rasa's imports undo PYTHONWARNINGS, and an operator can do nothing about what they say.
    warnings.showwarning = lambda *parts, **named: None
    import rasa.utils.io
    from rasa.__main__ import main as rasa_main

    # Rasa would put its own log format over the one of --logging-config-file.
    rasa.utils.io.configure_colored_logging = lambda loglevel: None
    sys.argv += ["--enable-api", "--auth-token", os.environ["RASA_TOKEN"]]
    rasa_main()


if __name__ == "__main__":
    main()
