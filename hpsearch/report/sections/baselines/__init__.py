"""Does it beat the obvious baselines?"""

from hpsearch.report.sections.baselines.content import TITLE, answer, figures, values
from hpsearch.report.sections.baselines.layout import blocks
from hpsearch.report.sections.section import always as applies

__all__ = ["TITLE", "answer", "applies", "blocks", "figures", "values"]
