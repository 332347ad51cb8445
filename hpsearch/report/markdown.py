"""Text in Markdown: what is shown as it is, whatever is in it."""

import re


def escape(value: object) -> str:
    """Text that Markdown shows as it is, on one line, in a table too."""
    line = " ".join(str(value).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", line)
