"""Tables that people have and that tools break on; the same name gives the same bytes."""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

ROWS = 120

#: Rows of a table as texts, the header first.
Lines = list[list[str]]


@dataclass(frozen=True, slots=True)
class OddTable:
    """A file, and whether a study can run on it or it must be refused."""

    content: bytes
    usable: bool
    name: str = "odd.csv"


def good(rows: int = ROWS, classes: int = 2, seed: int = 0) -> Lines:
    """A label that follows a number, a number with noise, a category and a date."""
    rng = np.random.default_rng(seed)
    signal = rng.normal(size=rows)
    label = np.clip(np.floor((signal + 2) * classes / 4), 0, classes - 1).astype(int)
    others = zip(rng.normal(size=rows), rng.integers(0, 4, rows), strict=True)
    lines = [
        [f"class {y}", f"{x:.4f}", f"{z:.4f}", "abcd"[c], f"20{10 + c}-0{1 + c}-1{c}"]
        for y, x, (z, c) in zip(label, signal, others, strict=True)
    ]
    return [["y", "x", "z", "kind", "day"], *lines]


def with_column(name: str, value: Callable[[int], str], rows: int = ROWS) -> Lines:
    """The good table with a further column; ``value`` is called with the row's number."""
    header, *lines = good(rows)
    return [[*header, name], *([*line, value(row)] for row, line in enumerate(lines))]


def csv(lines: Lines, delimiter: str = ",", end: str = "\n") -> str:
    """Lines as text; fields with the delimiter, a quote or a line break are quoted."""

    def field(text: str) -> str:
        special = any(mark in text for mark in (delimiter, '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if special else text

    return "".join(delimiter.join(map(field, line)) + end for line in lines)


def _usable() -> Mapping[str, bytes]:
    rng = np.random.default_rng(1)
    words = ["déjà", "北京", "naïve", "😀", "Ω"]
    plain = csv(good())
    many = rng.normal(size=(ROWS, 400))
    wide = [
        [*line, *(f"{x:.3f}" for x in more)] for line, more in zip(good()[1:], many, strict=True)
    ]
    numbers: dict[str, Callable[[int], str]] = {
        "1e300": lambda row: f"{row}e300" if row % 2 else f"-{row % 9}e299",
        "1e-300": lambda row: f"{row + 1}e-300",
        "both ends": lambda row: "1e300" if row % 3 else "1e-300",
        "unix time": lambda row: str(1_700_000_000 + 7 * row),
        "large whole numbers": lambda row: str(2**53 + row),
        "one other value": lambda row: "7" if row == 50 else "3",
        "minus zero": lambda row: "-0.0" if row % 2 else "0",
        "spaces": lambda row: f"  {row} ",
        "plus signs": lambda row: f"+{row}",
        "nan among numbers": lambda row: "NaN" if row % 5 == 0 else f"{row / 7:.3f}",
        "NA among numbers": lambda row: "NA" if row % 5 == 0 else f"{row / 7:.3f}",
        "question marks among numbers": lambda row: "?" if row % 5 == 0 else f"{row / 7:.3f}",
        "null among numbers": lambda row: "NULL" if row % 5 == 0 else f"{row / 7:.3f}",
        "gaps": lambda row: "" if row % 3 == 0 else f"{row / 7:.3f}",
        "nearly all gaps": lambda row: "" if row != 5 else "1.5",
        "all missing": lambda row: "",
        "constant": lambda row: "5",
        "constant text": lambda row: "same",
        "yes and no": lambda row: "yes" if row % 2 else "no",
        "true and false": lambda row: "TRUE" if row % 3 else "FALSE",
        "zip codes": lambda row: f"{row % 7:05d}",
        "unicode": lambda row: words[row % 5],
        "line breaks in quotes": lambda row: f"two\nlines {row % 3}",
        "delimiters in quotes": lambda row: f"a, b, {row % 3}",
        "quotes in quotes": lambda row: f'say "{row % 3}"',
        "identifiers": lambda row: f"id-{row * 7919 % 10007:05d}",
        "long texts": lambda row: f"a comment of some length, number {row}, that nobody repeats",
        "dates before 1900": lambda row: f"18{10 + row % 80}-0{1 + row % 9}-1{row % 9}",
        "times": lambda row: f"2024-03-0{1 + row % 9} 1{row % 9}:30:00",
        "dates with gaps": lambda row: "" if row % 4 == 0 else f"2024-03-0{1 + row % 9}",
        "a rare category": lambda row: "rare" if row == 3 else "often",
        "many categories": lambda row: f"c{row % 60}",
        "an empty category": lambda row: "" if row % 3 else "there",
        "numbers and one text": lambda row: "much" if row == ROWS - 1 else str(row % 9),
    }
    columns = {
        f"a column of {name}": csv(with_column("more", value)) for name, value in numbers.items()
    }
    late = with_column("late", lambda row: "text" if row == 30_001 else str(row % 13), 30_010)
    return {
        **{name: text.encode() for name, text in columns.items()},
        "plain": plain.encode(),
        "a byte order mark": plain.encode("utf-8-sig"),
        "utf-16": plain.encode("utf-16"),
        "latin-1": csv(with_column("mot", lambda row: "été" if row % 2 else "île")).encode(
            "latin-1"
        ),
        "semicolons": csv(good(), ";").encode(),
        "semicolons and decimal commas": csv(
            [[field.replace(".", ",") for field in line] for line in good()], ";"
        ).encode(),
        "tabs": csv(good(), "\t").encode(),
        "pipes": csv(good(), "|").encode(),
        "carriage returns": csv(good(), end="\r\n").encode(),
        "old carriage returns": csv(good(), end="\r").encode(),
        "no last line break": plain.encode().rstrip(b"\n"),
        "blank lines at the end": (plain + "\n\n\n").encode(),
        "gzip": gzip.compress(plain.encode(), mtime=0),
        "all quoted": "".join(
            ",".join(f'"{field}"' for field in line) + "\n" for line in good()
        ).encode(),
        "a unicode name": csv(with_column("größe (Ω)", str)).encode(),
        "a name with a quote": csv(with_column('the "size"', str)).encode(),
        "a name with a line break": csv(with_column("two\nlines", str)).encode(),
        "a name with a dot": csv(with_column("a.b", str)).encode(),
        "a name of a keyword": csv(with_column("select", str)).encode(),
        "an empty name": csv(with_column("", str)).encode(),
        "an index": csv(
            [[str(i - 1) if i else "", *line] for i, line in enumerate(good())]
        ).encode(),
        "three classes": csv(good(classes=3)).encode(),
        "a late text in a column of numbers": csv(late).encode(),
        "400 columns": csv([[*good()[0], *(f"n{i}" for i in range(400))], *wide]).encode(),
        "numbers as the label": csv(
            [line if not i else [f"{i * 1.37:.2f}", *line[1:]] for i, line in enumerate(good())]
        ).encode(),
        "a label of 1 and 2": csv(
            [line if not i else [str(1 + i % 2), *line[1:]] for i, line in enumerate(good())]
        ).encode(),
        "a label with gaps of its name": csv([[f" {n} " for n in good()[0]], *good()[1:]]).encode(),
        "a class of one row": csv([*good(), ["class 2", "1", "2", "a", "2010-01-11"]]).encode(),
    }


def _hopeless() -> Mapping[str, bytes]:
    plain = csv(good())
    lines = good()
    return {
        "nothing": b"",
        "blank lines": b"\n\n\n\n",
        "a header alone": b"y,x,z\n",
        "one row": csv(lines[:2]).encode(),
        "one column": csv([line[:1] for line in lines]).encode(),
        "one class": csv(
            [line if not i else ["same", *line[1:]] for i, line in enumerate(lines)]
        ).encode(),
        "no label": csv(
            [line if not i else ["", *line[1:]] for i, line in enumerate(lines)]
        ).encode(),
        "no column of that name": csv([["why", *lines[0][1:]], *lines[1:]]).encode(),
        "all missing but the label": csv(
            [line if not i else [line[0], "", "", "", ""] for i, line in enumerate(lines)]
        ).encode(),
        "the label twice": csv(
            [[*lines[0], "y"], *([*line, line[0]] for line in lines[1:])]
        ).encode(),
        "a row too short": (plain + "class 0,1\n").encode(),
        "a row too long": (plain + "class 0,1,2,a,2010-01-11,7,8\n").encode(),
        "bytes": bytes(range(256)) * 40,
        "zeros": bytes(4096),
        "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        "a cut gzip": gzip.compress(plain.encode(), mtime=0)[:-20],
        "a gzip of nothing": gzip.compress(b"", mtime=0),
        "a pickle": b"\x80\x04\x95" + b"K" * 100,
        "a cut parquet": b"PAR1" + bytes(100),
        "a web page": b"<!DOCTYPE html>\n<html><body><p>Not found, y</p></body></html>\n",
        "json": b'{"y": [0, 1, 0, 1], "x": [1, 2, 3, 4]}\n',
        "an open quote": (plain + 'class 0,"1,2,a,2010-01-11\n').encode(),
    }


def tables() -> Mapping[str, OddTable]:
    """All of them, by a name that says what is odd."""
    usable = {name: OddTable(content, usable=True) for name, content in _usable().items()}
    hopeless = {name: OddTable(content, usable=False) for name, content in _hopeless().items()}
    packed = {
        f"{name}, in gzip": OddTable(gzip.compress(table.content, mtime=0), table.usable)
        for name, table in {**usable, **hopeless}.items()
        if not table.content.startswith(b"\x1f\x8b") and len(table.content) < 20_000
    }
    return {**usable, **hopeless, **packed}
