"""TensorBoard's own backend over a folder of event files, asked as its page asks it."""

import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

from werkzeug.test import Client

from hpsearch.evaluation.outcome import Outcome
from hpsearch.tensorboard.writing import write_tensorboard

# Without this TensorBoard reads through TensorFlow wherever that is installed.
sys.modules.setdefault("tensorboard.compat.notf", ModuleType("tensorboard.compat.notf"))

with warnings.catch_warnings():  # the copy of html5lib inside TensorBoard warns as it is imported
    warnings.simplefilter("ignore", DeprecationWarning)
    from tensorboard.backend import application
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
    from tensorboard.plugins import base_plugin
    from tensorboard.plugins.graph import graphs_plugin
    from tensorboard.plugins.histogram import histograms_plugin
    from tensorboard.plugins.hparams import hparams_plugin
    from tensorboard.plugins.scalar import scalars_plugin

__all__ = ["Board", "board_of", "metrics_of", "session_groups"]

PLUGINS = (
    hparams_plugin.HParamsPlugin,
    scalars_plugin.ScalarsPlugin,
    histograms_plugin.HistogramsPlugin,
    graphs_plugin.GraphsPlugin,
)


class Board:
    """TensorBoard over what ``folder`` holds; ``reload`` does what it does every few seconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._multiplexer = plugin_event_multiplexer.EventMultiplexer(
            tensor_size_guidance={"scalars": 0, "histograms": 0}
        )
        provider = data_provider.MultiplexerDataProvider(self._multiplexer, str(folder))
        context = base_plugin.TBContext(
            data_provider=provider, multiplexer=self._multiplexer, logdir=str(folder)
        )
        plugins = [plugin(context) for plugin in PLUGINS]
        self._client = Client(application.TensorBoardWSGI(plugins, data_provider=provider))
        self.reload()

    def reload(self) -> None:
        """Find new runs and read on in the others."""
        self._multiplexer.AddRunsFromDirectory(str(self._folder))
        self._multiplexer.Reload()

    def get(self, route: str, **query: str) -> Any:
        """A plugin's answer in JSON, or its text where it is none."""
        response = self._client.get(f"/data/plugin/{route}", query_string=query)
        assert response.status_code == 200, response.text
        return response.json if response.is_json else response.text

    def experiment(self) -> Any:
        """What HParams declares."""
        return self._post("experiment", {})

    def rows(self) -> dict[str, Any]:
        """The rows of the HParams table by name, in whatever state."""
        statuses = [f"STATUS_{name}" for name in ("UNKNOWN", "SUCCESS", "FAILURE", "RUNNING")]
        request = {"startIndex": 0, "sliceSize": 10_000, "allowedStatuses": statuses}
        answer = self._post("session_groups", request)
        return {group["name"]: group for group in answer.get("sessionGroups", [])}

    def runs(self, tag: str) -> set[str]:
        """Runs that have points of a tag."""
        return {run for run, tags in self.get("scalars/tags").items() if tag in tags}

    def points(self, run: str, tag: str) -> dict[int, float]:
        """Values of a tag by step, no step twice."""
        found = self.get("scalars/scalars", run=run, tag=tag)
        steps = [step for _, step, _ in found]
        assert len(set(steps)) == len(steps)
        return {step: value for _, step, value in found}

    def _post(self, route: str, request: dict[str, Any]) -> Any:
        response = self._client.post(f"/data/plugin/hparams/{route}", json=request)
        assert response.status_code == 200, response.text
        return response.json


def session_groups(folder: Path) -> dict[str, Any]:
    """The rows of the HParams table by name, in whatever state."""
    return Board(folder).rows()


def board_of(outcome: Outcome, **options: Any) -> Board:
    """TensorBoard over the export of a study."""
    write_tensorboard(outcome, **options)
    return Board(outcome.folder / "tensorboard")


def metrics_of(row: dict[str, Any]) -> dict[str, float]:
    """The metrics of a row of the HParams table by tag."""
    return {metric["name"]["tag"]: metric["value"] for metric in row["metricValues"]}
