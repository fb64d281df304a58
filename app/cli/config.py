"""`shop config`: every setting, its value, and where the value comes from."""

import argparse
import os
import re
from dataclasses import fields

from app.cli.settings import read_settings
from app.runtime.config import sources, variable

_PASSWORD_IN_URL = re.compile("(?<=//)([^:/@]*):.*@")


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command, which has no arguments."""
    parser.set_defaults(run=print_config)


def print_config(_options: argparse.Namespace) -> None:
    """Print a line for each setting; neither the secret nor a password in an address."""
    config, source_of = read_settings(), sources(os.environ)
    for each in fields(config):
        text = _text(each.name, getattr(config, each.name))
        source, what = source_of[each.name], each.metadata["what"]
        print(f"{variable(each.name):28} {text:32} {source:18} {what}")


def _text(name: str, value: object) -> str:
    if name == "secret" and value:
        return "(kept to itself)"
    text = ",".join(value) if isinstance(value, tuple) else str(value)
    return _PASSWORD_IN_URL.sub(r"\1:***@", text)
