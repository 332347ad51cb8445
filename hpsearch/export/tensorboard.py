"""TensorBoard's HParams and scalars, written without TensorFlow.

One run folder a trial, ``trial-0007``, and an experiment record in the root that declares every
parameter with its range and every column. TensorBoard's own habits decide the shape:

- it knows no pruned trials, so a parameter ``state`` tells states apart;
- its table shows the last value of a tag, so the best value has a tag of its own;
- it sorts parameters by ``differs``, then by name, and shows the first five, and of the metrics the
  first five; its parallel coordinates leave out, silently, each trial that lacks a visible column.
  So the first five of both are ones that every finished trial has;
- a parameter that is not alive in a trial is left out, never "None", which would turn its column
  into text.
"""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

from hpsearch.export.events import write_records
from hpsearch.export.states import STATES, State, finite_value, rank_trials, state_of
from hpsearch.export.winner import read_curve
from hpsearch.files import replacing_folder
from hpsearch.metrics import CURVE_METRICS, OBJECTIVE, TEST_METRICS
from hpsearch.results.outcome import Outcome
from hpsearch.search.trial import TrialRecord
from hpsearch.space import Choice, Float, Int, Parameter, Scalar
from hpsearch.training.segment import Curve

#: Parameters, and likewise metrics, that TensorBoard 2.21 shows before anyone picks columns.
VISIBLE = 5

#: Points of a tag that TensorBoard keeps by default; longer curves are thinned to fewer.
POINTS = 1_000

FILE = "events.out.tfevents.0000000000.hpsearch"

BEST = f"best/{OBJECTIVE}"
SEEDS = f"seeds/{OBJECTIVE}"

#: Columns by tag: name and explanation. Every finished trial has the first five.
COLUMNS = {
    BEST: (f"best {OBJECTIVE}", "The trial's best epoch, by which it is ranked."),
    "best/epoch": ("best epoch", "The epoch of the best value."),
    "epochs": ("epochs", "Epochs that were run."),
    "weights": ("weights", "Trained weights of the network."),
    "seconds": ("virtual seconds", "Cost on the study's virtual clock."),
    SEEDS: (f"mean {OBJECTIVE} over seeds", "Re-trained configurations only."),
    **{
        f"test/{metric.name}": (f"test {metric.label}", "The winner only.")
        for metric in TEST_METRICS
    },
}

STATUS = {
    "complete": api_pb2.STATUS_SUCCESS,
    "pruned": api_pb2.STATUS_SUCCESS,
    "diverged": api_pb2.STATUS_FAILURE,
    "failed": api_pb2.STATUS_FAILURE,
    "running": api_pb2.STATUS_RUNNING,
}


def write_tensorboard(outcome: Outcome, *, curves: int = 200) -> None:
    """Write ``outcome.folder / "tensorboard"``, in place of what was there.

    Every trial is in HParams, whatever became of it. The same outcome gives the same bytes: times
    are those of the virtual clock.

    Args:
        outcome: The study's folder, read.
        curves: Learning curves are written of the best so many trials, and of those that run or
            were re-trained. A curve of more than 1,000 epochs is thinned evenly; its best and its
            last epoch stay.
    """
    shown = {trial.number for trial in rank_trials(outcome.trials)[:curves]}
    if curves:
        shown |= {standing.trial for standing in outcome.standings}
        shown |= {trial.number for trial in outcome.trials if trial.state == "running"}
    with replacing_folder(outcome.folder / "tensorboard") as root:
        files = {root / FILE: [_header(0.0), _event(_experiment(outcome), 0.0, 0)]}
        for trial in outcome.trials:
            read = partial(outcome.trial_curve, trial.number)
            curve = read_curve(read) if trial.number in shown else None
            folder = root / f"trial-{trial.number:04d}"
            folder.mkdir()
            files[folder / FILE] = list(_trial_events(outcome, trial, curve))
        write_records(files)


def _header(wall_time: float) -> bytes:
    event = event_pb2.Event(wall_time=wall_time, file_version="brain.Event:2")
    return bytes(event.SerializeToString())


def _event(summary: summary_pb2.Summary, wall_time: float, step: int) -> bytes:
    event = event_pb2.Event(wall_time=wall_time, step=step, summary=summary)
    return bytes(event.SerializeToString(deterministic=True))


def _experiment(outcome: Outcome) -> summary_pb2.Summary:
    shown = _shown_at_first(outcome)
    state = api_pb2.HParamInfo(
        name="state", type=api_pb2.DATA_TYPE_STRING, differs=True, description="What became of it."
    )
    state.domain_discrete.extend(STATES)
    parameters = [_declare(p, p.name in shown) for p in outcome.spec.space.parameters]
    constants = [
        _declare(Parameter(name, Choice((value,))), True)
        for name, value in outcome.spec.space.constants.items()
        if name in shown
    ]
    experiment = api_pb2.Experiment(
        name=outcome.spec.study.name,
        description=outcome.spec.study.description,
        hparam_infos=[state, *parameters, *constants],
        metric_infos=[
            api_pb2.MetricInfo(
                name=api_pb2.MetricName(tag=tag),
                display_name=name,
                description=description,
            )
            for tag, (name, description) in COLUMNS.items()
        ],
    )
    content = plugin_data_pb2.HParamsPluginData(experiment=experiment)
    return _hparams(metadata.EXPERIMENT_TAG, content)


def _shown_at_first(outcome: Outcome) -> frozenset[str]:
    """Names shown beside ``state``: the most important ones that live in every trial.

    Constants fill up where there are too few, so that no conditional parameter becomes visible.
    """
    space = outcome.spec.space
    always = [parameter.name for parameter in space.parameters if not parameter.when]
    always.sort(key=lambda name: -outcome.importances.get(name, 0.0))
    return frozenset([*always, *space.constants][: VISIBLE - 1])


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


def _trial_events(outcome: Outcome, trial: TrialRecord, curve: Curve | None) -> Iterator[bytes]:
    start = trial.started_seconds
    end = trial.ended_seconds if trial.ended_seconds is not None else start
    state = state_of(trial)
    yield _header(start)
    yield _event(_start(outcome, trial, state, start), start, 0)
    if curve is not None:
        for step in _steps(curve, trial.best_epoch):
            moment = start + (end - start) * step / len(curve)
            yield _event(_curve_point(curve[step - 1]), moment, step)
    yield _event(_scalars(_final_values(outcome, trial)), end, trial.epochs)
    ending = plugin_data_pb2.SessionEndInfo(status=STATUS[state], end_time_secs=end)
    content = plugin_data_pb2.HParamsPluginData(session_end_info=ending)
    yield _event(_hparams(metadata.SESSION_END_INFO_TAG, content), end, 0)


def _start(
    outcome: Outcome, trial: TrialRecord, state: State, seconds: float
) -> summary_pb2.Summary:
    start = plugin_data_pb2.SessionStartInfo(start_time_secs=seconds)
    values = {**outcome.spec.space.constants, **trial.params}
    names = {*trial.params, *_shown_at_first(outcome)}
    for name, value in {"state": state, **{n: v for n, v in values.items() if n in names}}.items():
        match value:
            case bool():
                start.hparams[name].bool_value = value
            case int() | float():
                start.hparams[name].number_value = value
            case str():
                start.hparams[name].string_value = value
    content = plugin_data_pb2.HParamsPluginData(session_start_info=start)
    return _hparams(metadata.SESSION_START_INFO_TAG, content)


def _final_values(outcome: Outcome, trial: TrialRecord) -> dict[str, float | None]:
    """The trial's row of the table; None where it has no such value."""
    network, _ = outcome.spec.build(trial.params)
    ended = trial.ended_seconds
    row: dict[str, float | None] = {
        BEST: finite_value(trial),
        "best/epoch": trial.best_epoch,
        "epochs": trial.epochs,
        "weights": network.parameters(outcome.data.columns),
        "seconds": None if ended is None else ended - trial.started_seconds,
    }
    row[SEEDS] = next((s.mean for s in outcome.standings if s.trial == trial.number), None)
    if outcome.test and outcome.test.trial == trial.number:
        row |= {f"test/{name}": m.value for name, m in outcome.test.metrics.items()}
    return row


def _steps(curve: Curve, best_epoch: int | None) -> list[int]:
    """Epochs to write, from 1: all of them, or an even thinning with the best and the last."""
    last = len(curve)
    kept = np.unique(np.linspace(1, last, min(last, POINTS - 1)).round().astype(int)).tolist()
    if best_epoch is not None and 1 <= best_epoch <= last:
        kept.append(best_epoch)
    return sorted(set(kept))


def _curve_point(point: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> summary_pb2.Summary:
    train, validation = point.tolist()
    return _scalars(
        {f"curve/{name}": value for name, value in zip(CURVE_METRICS, train, strict=True)}
        | {
            f"curve/val_{name}": value
            for name, value in zip(CURVE_METRICS, validation, strict=True)
        }
    )


def _scalars(values: dict[str, float | None]) -> summary_pb2.Summary:
    """Finite values by tag; TensorBoard draws no others, and its JSON breaks on them."""
    return summary_pb2.Summary(
        value=[
            summary_pb2.Summary.Value(tag=tag, simple_value=value)
            for tag, value in values.items()
            if value is not None and np.isfinite(value)
        ]
    )


def _hparams(tag: str, content: plugin_data_pb2.HParamsPluginData) -> summary_pb2.Summary:
    return summary_pb2.Summary(
        value=[
            summary_pb2.Summary.Value(
                tag=tag,
                metadata=metadata.create_summary_metadata(content),
                tensor=metadata.NULL_TENSOR,
            )
        ]
    )
