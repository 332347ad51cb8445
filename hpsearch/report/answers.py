"""What each section of the report answers, in one sentence: its contents for who has a minute."""

from collections.abc import Callable, Mapping
from typing import Any

_ANSWERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "baselines": lambda section: section["said"]["verdict"][0],
    "luck": lambda section: section["said"]["optimism"][0],
    "overfitting": lambda section: _first(
        section["said"]["winner"] or section["said"]["baselines"]
    ),
    "regularisers": lambda section: (
        section["ablation"]["said"][0] if section["ablation"] else section["absences"]["ablation"]
    ),
    "search": lambda section: _first(section["said"]["importances"]),
    "usability": lambda section: section["said"]["probabilities"][0],
}


def answer(name: str, section: Mapping[str, Any]) -> str:
    """The first sentence of a section, by its id and values."""
    return _ANSWERS[name](section)


def _first(text: str) -> str:
    """The first sentence of a text."""
    return text.partition(". ")[0].rstrip(".") + "."
