"""What the numbers on regularizers mean, in sentences that a reader can act on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from hpsearch.analysis.regularizers import Ablation, LayerWeights
from hpsearch.evaluation.ablation import regularizers_on
from hpsearch.evaluation.leaderboard import Winner
from hpsearch.evaluation.outcome import Outcome
from hpsearch.models.knobs import OfLayers
from hpsearch.space.hyperparameter import REGULARIZERS, REMOVABLE
from hpsearch.statistics.estimate import Estimate
from hpsearch.tasks.task import Task
from hpsearch.training.inspection import SMALL
from hpsearch.wording import (
    first_upper,
    listed,
    say_interval,
    say_number,
    say_share,
    say_signed,
    say_value,
)

#: Said where the ablation can say nothing else.
NO_LOSSES = "What each regularizer bought is not known, as losses of validation rows are missing."

#: Said instead where the objective is no mean of the rows' losses.
ONE_SEED = "What each regularizer bought takes two seeds or more: raise evaluate.seeds."


def say_ablation(outcome: Outcome, winner: Winner, ablations: Sequence[Ablation]) -> Iterator[str]:
    """What is more than chance first, the most first; then what is not."""
    task, trial = outcome.task, f"trial {winner.trial.number}"
    single = [
        (REMOVABLE[ablation.name], ablation.change)
        for ablation in ablations
        if ablation.name != "any"
    ]
    single.sort(key=lambda entry: -entry[1].value if entry[1] else 0.0)
    bought = [f"{name} bought {_amount(task, by)}" for name, by in single if by and by.low > 0]
    cost = [
        f"{name} (by {_amount(task, _negative(by))})" for name, by in single if by and by.high < 0
    ]
    unsure = [name for name, by in single if by and not by.excludes_zero]
    worse = "rises" if task.metric.sign > 0 else "falls"
    if bought:
        yield first_upper(
            f"{listed(bought)}: that is how much {task.objective} {worse} when {trial} is trained "
            "without it and nothing else changes."
        )
    if cost:
        yield f"{first_upper(trial)} is better without {listed(cost)}."
    if unsure:
        yield (
            f"What {listed(unsure)} bought {trial} is indistinguishable from zero: "
            f"{'their intervals hold' if len(unsure) > 1 else 'its interval holds'} 0."
        )
    for ablation in ablations:
        if ablation.diverged:
            yield (
                f"{first_upper(say_variant(ablation.name))} {ablation.diverged} of "
                f"{len(ablation.seeds)} trainings diverged, so there is no number for it."
            )
        elif ablation.name == "any" and ablation.change:
            yield _say_all(task, ablation.change, trial)
    used = used_regularizers(outcome, winner)
    unused = [label for name, label in REGULARIZERS.items() if name not in used]
    if unused:
        yield f"{first_upper(trial)} has no {listed(unused, 'or')}."


def _say_all(task: Task, change: Estimate, trial: str) -> str:
    if change.low > 0:
        return f"All of them together bought {_amount(task, change)}."
    if change.high < 0:
        by = _amount(task, _negative(change))
        return f"{first_upper(trial)} is better without any of them (by {by})."
    interval = f"{say_signed(change.value)} {say_interval(asdict(change))}"
    return f"What all of them bought together is indistinguishable from zero: {interval}."


def say_sparsity(
    outcome: Outcome, winner: Winner, networks: Mapping[str, Sequence[LayerWeights]]
) -> str:
    """How many weights of hidden layers are small; only these, or else the only ones, have L1."""
    knobs = outcome.recipe(winner.trial).knobs
    layers = networks["winner"]
    weights = "hidden weights" if len(layers) > 1 else "weights"
    share = f"{say_share(_penalized_share(layers))} of its {weights} are closer to 0"
    trial = f"trial {winner.trial.number}"
    if "l1" not in used_regularizers(outcome, winner):
        return f"{first_upper(trial)} has no L1; {share} than {SMALL}."
    sparsity = f"{first_upper(trial)} has L1 {_say_layers(knobs.l1)}, and {share} than {SMALL}"
    if "l1" not in networks:
        return f"{sparsity}."
    return f"{sparsity}; trained without L1, {say_share(_penalized_share(networks['l1']))}."


def _say_layers(values: OfLayers) -> str:
    if isinstance(values, tuple):
        return f"{listed([say_value(value) for value in values])} by layer"
    return say_value(values)


def _penalized_share(layers: Sequence[LayerWeights]) -> float:
    penalized = layers[:-1] or layers
    weights = sum(layer.weights for layer in penalized)
    return sum(layer.share_small * layer.weights for layer in penalized) / weights


def say_variant(name: str) -> str:
    """``without L1`` for the ablation ``l1``."""
    return f"without {REMOVABLE.get(name, name)}"


def used_regularizers(outcome: Outcome, winner: Winner) -> tuple[str, ...]:
    """Names of the regularizers that the winner uses."""
    return regularizers_on(outcome.spec.space.complete(winner.trial.params))


def _amount(task: Task, estimate: Estimate) -> str:
    amount = f"{say_number(estimate.value)} {task.metric.unit}".rstrip()
    return f"{amount} {say_interval(asdict(estimate))}"


def _negative(estimate: Estimate) -> Estimate:
    return Estimate(-estimate.value, -estimate.high, -estimate.low)
