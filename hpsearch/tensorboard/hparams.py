"""TensorBoard's HParams: an experiment that declares parameters and columns, and a row a trial.

TensorBoard's own habits decide the shape:

- it knows no pruned trials, so a parameter ``state`` tells states apart;
- its table shows the last value of a tag, so the best value has a tag of its own;
- it sorts parameters by ``differs``, then by name, and shows the first five, and of the metrics the
  first five; its parallel coordinates leave out, silently, each trial that lacks a visible column.
  So the first five of both are ones that every finished trial has;
- a parameter that is not alive in a trial is left out, never "None", which would turn its column
  into text;
- what is said of a run at first, ``start`` below, it never reads again while it runs.
"""

from collections.abc import Sequence
from itertools import islice

from tensorboard.compat.proto import summary_pb2
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

from hpsearch.evaluation.outcome import Outcome
from hpsearch.record.status import STATUSES, finite_value, trial_status
from hpsearch.record.trial import TrialRecord
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.space import Choice, Float, Int, Parameter, Scalar, Space
from hpsearch.tasks.task import Task
from hpsearch.tensorboard.events import summary

#: Parameters, and likewise metrics, that TensorBoard 2.21 shows before anyone picks columns.
VISIBLE = 5

BEST_EPOCH = "best/epoch"
EPOCHS = "epochs"
WEIGHTS = "weights"
SECONDS = "seconds"


def best_tag(task: Task) -> str:
    """Tag of a trial's best value."""
    return f"best/{task.objective}"


def seeds_tag(task: Task) -> str:
    """Tag of the mean over fresh seeds on the validation rows."""
    return f"seeds/{task.objective}"


def test_seeds_tag(task: Task) -> str:
    """Tag of the mean over fresh seeds on the test rows."""
    return f"seeds/test_{task.metric.name}"


def columns_of(task: Task) -> dict[str, tuple[str, str]]:
    """Columns by tag: name and explanation. Every finished trial has the first five."""
    again = "Re-trained configurations only."
    return {
        best_tag(task): (
            f"best {task.objective}",
            "With the weights that the trial keeps, by default its best epoch's; it ranks trials.",
        ),
        BEST_EPOCH: ("best epoch", "The epoch whose weights the trial keeps, by default the best."),
        EPOCHS: ("epochs", "Epochs that were run."),
        WEIGHTS: ("weights", "Trained weights of the network."),
        SECONDS: ("virtual seconds", "Cost on the study's virtual clock."),
        seeds_tag(task): (f"mean {task.objective} over seeds", again),
        test_seeds_tag(task): (f"mean test_{task.metric.name} over seeds", again),
        **{
            f"test/{metric.name}": (f"test {metric.label}", "The winner's exported model only.")
            for metric in task.test_metrics
        },
    }


STATUS = {
    "complete": api_pb2.STATUS_SUCCESS,
    "pruned": api_pb2.STATUS_SUCCESS,
    "diverged": api_pb2.STATUS_FAILURE,
    "failed": api_pb2.STATUS_FAILURE,
    "running": api_pb2.STATUS_RUNNING,
}


def experiment(outcome: Outcome) -> bytes:
    """The declaration of every parameter, with its range, and of every column."""
    space = outcome.spec.space
    always = [parameter.name for parameter in space.parameters if not parameter.when]
    always.sort(key=lambda name: -outcome.importances.get(name, 0.0))
    shown = always[: VISIBLE - 1]
    state = api_pb2.HParamInfo(
        name="state", type=api_pb2.DATA_TYPE_STRING, differs=True, description="What became of it."
    )
    state.domain_discrete.extend(STATUSES)
    parameters = [_declare(p, p.name in shown) for p in space.parameters]
    constants = [
        _declare(Parameter(name, Choice((value,))), True) for name, value in _filling(space).items()
    ]
    columns = [
        api_pb2.MetricInfo(
            name=api_pb2.MetricName(tag=tag), display_name=name, description=description
        )
        for tag, (name, description) in columns_of(outcome.task).items()
    ]
    content = api_pb2.Experiment(
        name=outcome.spec.study.name,
        description=outcome.spec.study.description,
        hparam_infos=[state, *parameters, *constants],
        metric_infos=columns,
    )
    data = plugin_data_pb2.HParamsPluginData(experiment=content)
    return _said(metadata.EXPERIMENT_TAG, data, 0.0)


def start(space: Space, trial: TrialRecord) -> bytes:
    """What is said of a trial at first: its state and the values of its live parameters."""
    content = plugin_data_pb2.SessionStartInfo(
        start_time_secs=trial.started_seconds, group_name=row_name(trial)
    )
    values = {"state": trial_status(trial), **_filling(space), **trial.params}
    for name, value in values.items():
        match value:
            case bool():
                content.hparams[name].bool_value = value
            case int() | float():
                content.hparams[name].number_value = value
            case str():
                content.hparams[name].string_value = value
    data = plugin_data_pb2.HParamsPluginData(session_start_info=content)
    return _said(metadata.SESSION_START_INFO_TAG, data, trial.started_seconds)


def status(trial: TrialRecord) -> bytes:
    """Whether a trial runs, and how it ended."""
    content = plugin_data_pb2.SessionEndInfo(
        status=STATUS[trial_status(trial)], end_time_secs=ended_seconds(trial)
    )
    data = plugin_data_pb2.HParamsPluginData(session_end_info=content)
    return _said(metadata.SESSION_END_INFO_TAG, data, ended_seconds(trial))


def row(outcome: Outcome, trial: TrialRecord) -> dict[str, float | None]:
    """A finished trial's columns, without those that come after the search."""
    return {
        best_tag(outcome.task): finite_value(trial),
        BEST_EPOCH: trial.best_epoch,
        EPOCHS: trial.epochs,
        WEIGHTS: weights_of(outcome, trial),
        SECONDS: ended_seconds(trial) - trial.started_seconds,
    }


def weights_of(outcome: Outcome, trial: TrialRecord) -> int:
    """How many weights a trial's network has that are trained."""
    recipe = outcome.recipe(trial)
    return recipe.network.parameters(outcome.data.width_of(recipe.preparation))


def row_name(trial: TrialRecord) -> str:
    """A trial's name in the table, whatever its run is called."""
    return f"trial-{trial.run}"


def ended_seconds(trial: TrialRecord) -> float:
    """When a trial ended on the virtual clock; when it began, for one that runs."""
    return trial.started_seconds if trial.ended_seconds is None else trial.ended_seconds


def _filling(space: Space) -> dict[str, Scalar]:
    """What all trials have in common, shown where too few parameters live in every trial.

    It keeps the places from conditional parameters, which would hide trials.
    """
    always = sum(not parameter.when for parameter in space.parameters)
    paths = [*(parameter.name for parameter in space.parameters), *space.constants]
    told = {part for path in paths for part in path.split(".")}
    defaults = {
        name: hyperparameter.default
        for name, hyperparameter in HYPERPARAMETERS.items()
        if name not in told
    }
    common = {**space.constants, **defaults}
    return dict(islice(common.items(), max(VISIBLE - 1 - always, 0)))


def _declare(parameter: Parameter, differs: bool) -> api_pb2.HParamInfo:
    conditions = (
        f"{c.parent} is {' or '.join(str(value) for value in c.values)}" for c in parameter.when
    )
    info = api_pb2.HParamInfo(name=parameter.name, differs=differs)
    if parameter.when:
        info.description = f"Alive where {' and '.join(conditions)}."
    match parameter.domain:
        case Float(low, high) | Int(low, high):
            info.type = api_pb2.DATA_TYPE_FLOAT64
            info.domain_interval.min_value = low
            info.domain_interval.max_value = high
        case Choice(choices):
            info.type = _data_type(choices)
            info.domain_discrete.extend(choices)
    return info


def _data_type(choices: Sequence[Scalar]) -> int:
    if all(isinstance(choice, bool) for choice in choices):
        return int(api_pb2.DATA_TYPE_BOOL)
    if any(isinstance(choice, str) for choice in choices):
        return int(api_pb2.DATA_TYPE_STRING)
    return int(api_pb2.DATA_TYPE_FLOAT64)


def _said(tag: str, content: plugin_data_pb2.HParamsPluginData, wall_time: float) -> bytes:
    described = metadata.create_summary_metadata(content)
    # Parameters are a map, which protobuf writes in another order in each process unless asked.
    plain = plugin_data_pb2.HParamsPluginData.FromString(described.plugin_data.content)
    described.plugin_data.content = plain.SerializeToString(deterministic=True)
    value = summary_pb2.Summary.Value(tag=tag, metadata=described, tensor=metadata.NULL_TENSOR)
    return summary(value, wall_time)
