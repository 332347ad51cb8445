"""What the diagnoses mean, in sentences that a reader can act on."""

from collections.abc import Iterator, Mapping, Sequence

from hpsearch.analysis.diagnosis import Diagnosis, Evidence
from hpsearch.analysis.winner_curves import NamedCurve
from hpsearch.tasks.task import Task
from hpsearch.wording import say_count, say_number, say_signed

#: What to do about it, by the reason.
_WAY_OUT: Mapping[Evidence, str] = {
    "validation rises": "More regularization, fewer units or more train rows would let it learn on",
    "still improving": "Raise training.epochs in a new study",
    "another is better": "More units or less regularization would let it learn more",
    "only train improves": "More epochs would not help; regularization or more train rows might",
}

#: Reasons that are counted together, with the verb for one network and for several.
_GROUPS: Sequence[tuple[Sequence[Evidence], str, str]] = (
    (("validation rises",), "overfits", "overfit"),
    (
        ("only train improves",),
        "fits but is close to overfitting",
        "fit but are close to overfitting",
    ),
    (("validation holds",), "fits", "fit"),
    (("still improving", "another is better"), "underfits", "underfit"),
    (("loss not finite",), "diverged", "diverged"),
)


def say_verdict(diagnosis: Diagnosis) -> str:
    """The verdict in a few words: ``overfits from epoch 25 on``."""
    match diagnosis.verdict:
        case "overfits" if diagnosis.best:
            return f"overfits from epoch {say_count(diagnosis.best.epoch)} on"
        case "fits" if diagnosis.reason == "only train improves":
            return "fits, close to overfitting"
        case "diverged" if diagnosis.last:
            return f"diverged after epoch {say_count(diagnosis.last.epoch)}"
    return diagnosis.verdict


def say_winner(
    task: Task, trial: int, seeds: Sequence[tuple[NamedCurve, Diagnosis]], keep: str
) -> Iterator[str]:
    """The verdict on the winner's network, its gap, what to do, and whether its seeds agree.

    Args:
        keep: Which weights it keeps.
    """
    shown = next(diagnosis for named, diagnosis in seeds if named.main)
    yield f"The winner, trial {trial}, {say_verdict(shown)}: {_say_reason(task, shown)}."
    if shown.best and shown.last:
        yield (
            f"The gap, validation less train, is {_amount(task, shown.best.gap)} "
            f"at the best epoch, {say_count(shown.best.epoch)}, and "
            f"{say_signed(shown.last.gap)} at the last, {say_count(shown.last.epoch)}."
        )
    if shown.last and shown.verdict == "overfits" and keep == "last":
        yield (
            f"The weights that are kept are those after the last epoch, "
            f"{say_count(shown.last.epoch)}: the network that is used overfits; keep = 'best' in "
            "a new study would keep those from before."
        )
    elif shown.best and shown.verdict == "overfits":
        yield (
            f"The weights that are kept are those of epoch {say_count(shown.best.epoch)}: the "
            "network that is used is from before it overfits."
        )
    if way_out := _WAY_OUT.get(shown.reason):
        yield f"{way_out}."
    if len(seeds) > 1:
        verdicts = ", ".join(
            f"{named.label} {say_verdict(diagnosis)}" for named, diagnosis in seeds
        )
        same = {diagnosis.verdict for _, diagnosis in seeds} == {shown.verdict}
        yield (
            f"All {len(seeds)} seeds agree."
            if same
            else f"Its seeds do not agree, so the verdict depends on chance: {verdicts}."
        )


def _say_reason(task: Task, diagnosis: Diagnosis) -> str:
    train, validation = diagnosis.train_change, diagnosis.validation_change
    minimized, lower = task.metric.sign > 0, task.metric.better
    rises, falls = ("rises", "falls") if minimized else ("falls", "rises")
    falling = "falling" if minimized else "rising"
    match diagnosis.reason:
        case "validation rises":
            return (
                f"from there to the last epoch validation {rises} by "
                f"{_size(task, validation)} while train {falls} by {say_number(abs(train))}"
            )
        case "still improving":
            return f"its epochs ran out while validation was still {falling}"
        case "another is better":
            return f"its gap stays small, and a baseline reaches a clearly {lower} validation value"
        case "only train improves":
            return (
                f"after the best epoch train {falls} by {_size(task, train)} more, while "
                f"validation hardly changes ({say_signed(validation)})"
            )
        case "validation holds":
            return (
                f"from the best epoch to the last validation moves by "
                f"{_amount(task, validation)} and train by {say_signed(train)}"
            )
        case "loss not finite":
            return "a loss became infinite or not a number"


def _amount(task: Task, value: float) -> str:
    return f"{say_signed(value)} {task.metric.unit}".rstrip()


def _size(task: Task, value: float) -> str:
    return f"{say_number(abs(value))} {task.metric.unit}".rstrip()


def say_baselines(networks: Sequence[tuple[str, Diagnosis]]) -> str | None:
    """How many baseline networks overfit, fit, underfit and diverged; None without any."""
    if not networks:
        return None
    groups = []
    for reasons, singular, plural in _GROUPS:
        named = [
            f"{label} from epoch {say_count(diagnosis.best.epoch)} on"
            if diagnosis.verdict == "overfits" and diagnosis.best
            else label
            for label, diagnosis in networks
            if diagnosis.reason in reasons
        ]
        if named:
            groups.append(
                f"{len(named)} {singular if len(named) == 1 else plural} ({'; '.join(named)})"
            )
    total = f"Of {len(networks)} baseline network{'s' if len(networks) != 1 else ''}"
    kept = (
        " Each keeps the weights of its best epoch, so one that overfits is measured as it was "
        "before."
        if any(diagnosis.verdict == "overfits" for _, diagnosis in networks)
        else ""
    )
    return f"{total} {', '.join(groups)}.{kept}"
