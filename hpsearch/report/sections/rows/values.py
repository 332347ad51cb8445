"""The notices on the rows, and how the rows were cut."""

from dataclasses import asdict

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.section import Values
from hpsearch.report.sections.rows.sentences import say_answer, say_cut, say_looked, say_weights


def read_values(outcome: Outcome) -> Values:
    """What the look at the rows found, in the order of its weight, and the cut in words."""
    notices = outcome.data.notices
    return {
        "said": {
            "answer": say_answer(notices),
            "cut": say_cut(outcome.spec.data, outcome.task),
            "weights": list(say_weights(outcome.data)),
            "looked": say_looked(outcome.task),
        },
        "notices": [asdict(notice) for notice in notices],
    }
