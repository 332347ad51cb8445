"""What did each regularizer buy?"""

from hpsearch.report.sections.regularizers.content import TITLE, answer, figures, values
from hpsearch.report.sections.regularizers.layout import blocks
from hpsearch.report.sections.section import always as applies

__all__ = ["TITLE", "answer", "applies", "blocks", "figures", "values"]
