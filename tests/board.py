"""TensorBoard's own HParams plugin over a folder of event files, asked as its page asks it."""

import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from werkzeug.test import Client

# Without this TensorBoard reads through TensorFlow wherever that is installed.
sys.modules.setdefault("tensorboard.compat.notf", ModuleType("tensorboard.compat.notf"))

with warnings.catch_warnings():  # the copy of html5lib inside TensorBoard warns as it is imported
    warnings.simplefilter("ignore", DeprecationWarning)
    from tensorboard.backend import application
    from tensorboard.backend.event_processing import (
        data_provider,
        plugin_event_accumulator,
        plugin_event_multiplexer,
    )
    from tensorboard.plugins import base_plugin
    from tensorboard.plugins.hparams import hparams_plugin
    from tensorboard.plugins.scalar import scalars_plugin

__all__ = ["plugin_event_accumulator", "serve", "session_groups"]

Post = Callable[[str, dict[str, Any]], Any]


def serve(folder: Path) -> Post:
    """The routes of TensorBoard's HParams plugin over what ``folder`` holds."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, str(folder))
    plugin_context = base_plugin.TBContext(data_provider=provider)
    plugins = [
        hparams_plugin.HParamsPlugin(plugin_context),
        scalars_plugin.ScalarsPlugin(plugin_context),
    ]
    app = application.TensorBoardWSGI(plugins, data_provider=provider)
    client = Client(app)

    def post(route: str, request: dict[str, Any]) -> Any:
        response = client.post(f"/data/plugin/hparams/{route}", json=request)
        assert response.status_code == 200, response.text
        return response.json

    return post


def session_groups(folder: Path, **request: Any) -> dict[str, Any]:
    """The rows of the HParams table by name, in whatever state."""
    statuses = [f"STATUS_{name}" for name in ("UNKNOWN", "SUCCESS", "FAILURE", "RUNNING")]
    request = {"startIndex": 0, "sliceSize": 10_000, "allowedStatuses": statuses, **request}
    answer = serve(folder)("session_groups", request)
    return {group["name"]: group for group in answer.get("sessionGroups", [])}
