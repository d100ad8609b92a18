"""The product's settings with durability switched off: what the power-loss campaign has to find out."""

from camket.project.settings import *  # noqa: F403 (the whole of them, but for one word)
from camket.project.settings import DATABASES

_options = DATABASES["default"]["OPTIONS"]
_careful = "synchronous=FULL"
if _careful not in _options.get("init_command", _careful):
    raise RuntimeError("the settings no longer say how SQLite syncs")
if "init_command" in _options:
    _options["init_command"] = _options["init_command"].replace(_careful, "synchronous=OFF")
