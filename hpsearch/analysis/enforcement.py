"""Whether regularizers did what they are for: penalties while training, dropout not afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from hpsearch.analysis.regularizers import LayerWeights, summarize_layers, variants
from hpsearch.evaluation.ablation import regularizers_on, without
from hpsearch.evaluation.leaderboard import Standing
from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.runs import Trained
from hpsearch.models.recipe import Recipe

#: Regularizers that make weights smaller.
PENALTIES = ("l1", "l2", "weight_decay")


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """The kernels that a penalty acts on, with it and in a network that lacks it alone.

    Attributes:
        name: Of the penalty.
        trial: That has it.
        other: The trial that lacks it; None for the winner's ablation, which has the same seeds.
        norm, norm_without: Euclidean, after the last epoch, means over the seeds.
    """

    name: str
    trial: int
    other: int | None
    norm: float
    norm_without: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """The loss of the validation rows with the weights that a network keeps.

    Attributes:
        trained: As training measured it.
        predicted: By the kept weights in a network that has no dropout.
    """

    trained: float
    predicted: float


def shrinkages(outcome: Outcome) -> Iterator[Shrinkage]:
    """Each penalty of a re-trained trial of which a counterpart without it was trained."""
    networks = _networks(outcome)
    classes = len(outcome.data.classes)
    for standing in outcome.standings:
        values, recipe = outcome.spec.space.complete(standing.params), _recipe(standing)
        for name in regularizers_on(values):
            other = outcome.spec.recipe(without(values, name), classes)
            if name not in PENALTIES or other not in networks:
                continue
            trial, runs = networks[other]
            kernels = [summarize_layers(outcome, each) for each in (_names(standing), runs)]
            if all(kernels):
                norm, norm_without = (_norm(each, recipe, name) for each in kernels)
                yield Shrinkage(name, standing.trial, trial, norm, norm_without)


def prediction_without_dropout(outcome: Outcome, trained: Trained) -> Prediction | None:
    """The loss with the weights that a run keeps, twice; None where it is not recorded."""
    history, loss = outcome.history(trained.run.name), outcome.task.loss_metric.name
    known = len(history.losses) and loss in history.curve.metrics
    if not known or not 0 < trained.best_epoch <= len(history):
        return None
    measured = history.curve.validation(loss)[trained.best_epoch - 1]
    return Prediction(float(measured), float(history.losses.mean(dtype=np.float64)))


def _networks(outcome: Outcome) -> Mapping[Recipe, tuple[int | None, list[str]]]:
    """What was trained again, and the winner's ablations: the trial and its runs, by recipe.

    Of the same recipe the ablation, as it has the winner's seeds.
    """
    networks: dict[Recipe, tuple[int | None, list[str]]] = {
        _recipe(standing): (standing.trial, _names(standing)) for standing in outcome.standings
    }
    winner = outcome.winner.standing if outcome.winner else None
    for runs in variants(outcome, winner).values() if winner else ():
        networks[runs[0].run.recipe] = (None, [each.run.name for each in runs])
    return networks


def _recipe(standing: Standing) -> Recipe:
    return standing.runs[0].run.recipe


def _names(standing: Standing) -> list[str]:
    return [trained.run.name for trained in standing.runs]


def _norm(kernels: tuple[LayerWeights, ...], recipe: Recipe, name: str) -> float:
    """Norm of the kernels that a penalty acts on: weight decay on all of them."""
    knobs, hidden = recipe.knobs, len(recipe.network.widths)
    acted_on = [
        layer.norm
        for depth, layer in enumerate(kernels)
        if name == "weight_decay"
        or (getattr(knobs.of_layer(depth), name) and (depth < hidden or not hidden))
    ]
    return float(np.linalg.norm(acted_on))
