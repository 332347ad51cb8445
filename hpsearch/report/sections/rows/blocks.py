"""The section on the rows as a reader sees it."""

from collections.abc import Sequence

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Block, Bullets, Paragraph
from hpsearch.report.section import Values


def make_blocks(outcome: Outcome, values: Values) -> Sequence[Block]:
    """The notices, how the rows were cut, and what was looked for."""
    del outcome
    notices = [f"{notice['sentence']}." for notice in values["notices"]]
    found = Bullets(notices) if notices else Paragraph(values["said"]["answer"])
    said = values["said"]
    plain = map(Paragraph, (said["cut"], *said["weights"]))
    return [found, *plain, Paragraph(said["looked"], "quiet")]
