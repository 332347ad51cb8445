"""A section as a test reads it: its values, its figures, its text in either format."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report import html, markdown
from hpsearch.report.blocks import Figure
from hpsearch.report.section import Section
from hpsearch.report.values import plain


def say(section: Section, outcome: Outcome) -> Mapping[str, Any]:
    """The section's values as JSON has them."""
    values = section.values(outcome)
    assert not isinstance(values, str), values
    as_json: Mapping[str, Any] = plain(values)
    json.dumps(as_json, allow_nan=False)
    return as_json


def figures(section: Section, outcome: Outcome) -> dict[str, Callable[[], str]]:
    """The section's figures by name, each drawn when it is called."""
    blocks = section.blocks(outcome, say(section, outcome))
    return {block.name: block.draw for block in blocks if isinstance(block, Figure)}


def drawn(section: Section, outcome: Outcome) -> dict[str, str]:
    """The section's figures by name."""
    return {name: draw() for name, draw in figures(section, outcome).items()}


def render(section: Section, outcome: Outcome, form: Literal["html", "md"]) -> str:
    """The section alone; a whole report takes seconds."""
    blocks = section.blocks(outcome, say(section, outcome))
    return markdown.render(blocks) if form == "md" else html.render(blocks, drawn(section, outcome))
