"""A page as a test reads it: its elements, its text, and what it would load."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "hr", "input", "path", "use", "rect", "circle", "line"}
LOADING = ("src", "href", "xlink:href", "data", "srcset", "action", "poster")


@dataclass
class Element:
    """An element with the names of those around it, and the text directly inside."""

    name: str
    attributes: dict[str, str]
    around: tuple[str, ...]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """Parses on construction; ``elements`` are in the order of the page."""

    source: str
    elements: list[Element] = field(default_factory=list)
    unclosed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[Element] = []
        self.feed(self.source)
        self.close()
        self.unclosed += [element.name for element in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        around = tuple(element.name for element in self.open)
        element = Element(tag, {name: value or "" for name, value in attrs}, around)
        self.elements.append(element)
        if tag not in VOID or "svg" in around:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        around = tuple(element.name for element in self.open)
        self.elements.append(Element(tag, {n: v or "" for n, v in attrs}, around))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].name != tag:
            self.unclosed.append(f"/{tag}")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1].text += data

    def named(self, name: str) -> list[Element]:
        """Every element of a name."""
        return [element for element in self.elements if element.name == name]

    def loads(self) -> Iterator[str]:
        """Addresses outside of the page that opening it would ask for."""
        for element in self.elements:
            for name in LOADING:
                address = element.attributes.get(name, "")
                if address and not address.startswith(("#", "data:")):
                    yield address
        if "@import" in self.source or "url(http" in self.source:
            yield "a style sheet's import"

    def text(self) -> str:
        """All text, in order of the elements."""
        return " ".join(element.text for element in self.elements)
