"""The settings of this process, as commands read them from its environment."""

import os

from app.cli.errors import CommandError
from app.runtime.config import Config, read_config
from app.runtime.setting_types import BadSetting


def read_settings() -> Config:
    """Return the settings in force; raises `CommandError` if one cannot be used."""
    try:
        return read_config(os.environ)
    except BadSetting as error:
        raise CommandError(str(error)) from None
