"""Which trials were best, and which parameters mattered."""

import math
import warnings
from collections.abc import Sequence
from typing import Literal

import optuna
from optuna.trial import FrozenTrial, TrialState

#: Below this many finished trials an importance is noise.
TRIALS_FOR_IMPORTANCE = 10


def importances(
    trials: Sequence[FrozenTrial], direction: Literal["minimize", "maximize"]
) -> dict[str, float]:
    """Share of each parameter in how good a trial is, largest first; empty below ten trials.

    PED-ANOVA, Optuna's default: it compares the distribution of a parameter among the better
    trials with that among all, conditional parameters included. The share of one that was alive in
    a trial or two says little, and so do all of them where values are equal; Optuna's warnings of
    that, and of the method's novelty, are kept off the terminal.

    Source: Watanabe, Bansal and Hutter, PED-ANOVA (2023).
    """
    complete = [t for t in trials if t.state == TrialState.COMPLETE]
    if len(complete) < TRIALS_FOR_IMPORTANCE:
        return {}
    study = optuna.create_study(direction=direction)
    study.add_trials(complete)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Optuna walks over a set of names: its order, and a sum in it, differ between processes.
        shares = optuna.importance.get_param_importances(study, normalize=False)
    finite = {name: share for name, share in shares.items() if math.isfinite(share)}
    total = math.fsum(finite.values())
    ranked = sorted(finite, key=lambda name: (-finite[name], name))
    return {name: finite[name] / total if total else 0.0 for name in ranked}


#: The method behind ``importances``.
IMPORTANCE_EVALUATOR = "PED-ANOVA"
