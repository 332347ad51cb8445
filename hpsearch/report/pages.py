"""The frames around the parts of a report, in HTML and in Markdown."""

from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from hpsearch.report import html, markdown
from hpsearch.report.assembly import Assembly, Part


def html_page(report: Assembly) -> str:
    """One HTML file that loads nothing."""
    bodies = {name: _html_body(part) for name, part in report.parts.items()}
    return _frame("report.html.j2", report, bodies)


def markdown_page(report: Assembly) -> str:
    """The same without figures."""
    bodies = {name: _markdown_body(part) for name, part in report.parts.items()}
    return _frame("report.md.j2", report, bodies)


def _html_body(part: Part) -> Markup:
    if isinstance(part.blocks, str):
        return Markup('<p class="absent">{}</p>').format(part.blocks)
    return html.render(part.blocks, part.figures)


def _markdown_body(part: Part) -> str:
    if isinstance(part.blocks, str):
        return markdown.escape(part.blocks)
    return markdown.render(part.blocks)


def _frame(name: str, report: Assembly, bodies: dict[str, Markup] | dict[str, str]) -> str:
    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["text"] = markdown.escape
    titles = {name: part.title for name, part in report.parts.items()}
    values = {key: report.values[key] for key in ("study", "notice")}
    return environment.get_template(name).render(values, bodies=bodies, titles=titles)


def _template(name: str) -> str:
    return (files("hpsearch.report") / "templates" / name).read_text(encoding="utf-8")
