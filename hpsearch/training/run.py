"""A run: one training by its name, whatever it is a training of."""

import hashlib
from dataclasses import dataclass, replace

from hpsearch.models.recipe import Recipe
from hpsearch.training.segment import Segment, State


@dataclass(frozen=True, slots=True)
class Run:
    """A training with a seed: a trial of the search, a re-training, a baseline, an ablation.

    Attributes:
        name: In ``curves/`` and ``checkpoints/``.
        label: The name for people.
        variant: What it is a training of: a baseline's name, what an ablation leaves out, or
            ``trial`` and ``retraining``.
        index: Counts the seeds of one configuration.
        folds: How many folds it is trained on, one after the other; see ``parts``.
        fold: Counts the study's folds.
    """

    name: str
    label: str
    variant: str
    recipe: Recipe
    seed: int
    index: int = 0
    folds: int = 1
    fold: int = 0

    @property
    def parts(self) -> tuple["Run", ...]:
        """A training for each fold, with a name of its own where there are several."""
        if self.folds == 1:
            return (self,)
        return tuple(
            replace(
                self,
                name=part_name(self.name, fold),
                label=f"{self.label}, fold {fold}",
                folds=1,
                fold=fold,
            )
            for fold in range(self.folds)
        )

    @property
    def identity(self) -> str:
        """Digest of all that it depends on besides the rows, 64 hex digits."""
        if self.folds == 1:
            return self.recipe.identity(self.seed, self.fold)
        identities = " ".join(part.identity for part in self.parts)
        return hashlib.sha256(identities.encode()).hexdigest()

    def segment(self, first: int, last: int, state: State | None) -> Segment:
        """Its epochs after ``first`` up to ``last``, from the state after ``first``."""
        return Segment(self.recipe, self.seed, first, last, state, self.fold)


def part_name(name: str, fold: int) -> str:
    """The name of a run's training on one of several folds."""
    return f"{name}-fold-{fold}"
