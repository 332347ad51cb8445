"""A look at the rows before training: what people should know of them, one file a question."""

from hpsearch.data.inspection.inspect import inspect_rows
from hpsearch.data.inspection.notice import Notice

__all__ = ["Notice", "inspect_rows"]
