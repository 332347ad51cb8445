"""The models that a study saves, by their names and their files."""

from pathlib import Path
from typing import Literal, get_args

#: ``best`` is the one that is exported, ``single`` the winner's best seed where that is a mean of
#: seeds, ``ensemble`` the greedy ensemble of the search.
ModelName = Literal["best", "single", "ensemble"]

NAMES: tuple[ModelName, ...] = get_args(ModelName)


def model_path(folder: Path, name: ModelName = "best") -> Path:
    """Where a study's folder keeps a saved model."""
    return folder / "models" / f"{name}.keras"


def making_command(name: ModelName) -> str:
    """The command that saves a model anew."""
    return f"hpsearch {'ensemble' if name == 'ensemble' else 'evaluate'}"
