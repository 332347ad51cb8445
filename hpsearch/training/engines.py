"""Who trains by which engine; the engines themselves are imported where TensorFlow may be."""

from collections.abc import Hashable
from pathlib import Path

from hpsearch.models.recipe import Engine
from hpsearch.training.compiled.shapes import program_of
from hpsearch.training.segment import Segment, Trainer


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


def model_of(segment: Segment) -> Hashable:
    """What a worker builds before it can train: a program for many recipes, or a Keras model."""
    match segment.recipe.engine:
        case "compiled":
            return program_of(segment.recipe)
        case "keras":
            return segment.recipe
