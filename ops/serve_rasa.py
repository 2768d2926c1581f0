"""Runs Rasa's command line with the token of its HTTP API taken from the environment.
On the command line every user of the machine could read it. Runs in Rasa's environment (Python 3.10)."""

import os
import sys

import rasa.utils.io
from rasa.__main__ import main

if __name__ == "__main__":
    # Rasa would put its own log format over the one of --logging-config-file.
    rasa.utils.io.configure_colored_logging = lambda loglevel: None
    sys.argv += ["--enable-api", "--auth-token", os.environ["RASA_TOKEN"]]
    main()
