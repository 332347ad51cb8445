"""Who trains by which engine; the engines themselves are imported where TensorFlow may be."""

from collections.abc import Hashable
from pathlib import Path

from hpsearch.models.recipe import Engine, Recipe
from hpsearch.training.compiled.shapes import program_of
from hpsearch.training.segment import Trainer


def make_trainer(engine: Engine, programs: Path | None) -> Trainer:
    """The trainer of an engine.

    Args:
        programs: The folder in which XLA keeps compiled programs, if it does.
    """
    match engine:
        case "compiled":
            from hpsearch.training.compiled.trainer import CompiledTrainer

            return CompiledTrainer(programs)
        case "keras":
            from hpsearch.training.keras.trainer import KerasTrainer

            return KerasTrainer()


def model_of(recipe: Recipe) -> Hashable:
    """What a worker builds before it can train a recipe: a program for many, or a Keras model."""
    match recipe.engine:
        case "compiled":
            return program_of(recipe)
        case "keras":
            return recipe
