"""What a user may type: study files and ``--set`` entries, most of them wrong, from a seed.

``mutated`` changes the reference study by a small grammar: it replaces, adds, repeats, removes and
damages entries, with values that a parser, a number or a message may break on. Its one argument is
a source of choices, so that a seeded ``random.Random`` and hypothesis both can drive it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.study.reading import SECTIONS

REFERENCE = (Path(__file__).parents[2] / "studies" / "higgs.toml").read_text(encoding="utf-8")

T = TypeVar("T")


class Chooser(Protocol):
    """Where choices come from: ``random.Random``, or hypothesis' stand-in for it."""

    def choice(self, options: list[T], /) -> T: ...

    def randint(self, low: int, high: int, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Typed:
    """A study file's bytes and a command line's ``--set`` entries."""

    file: bytes
    overrides: tuple[str, ...] = ()


NUMBERS = [
    *("0", "1", "-1", "3", "0.5", "1.0", "1e-300", "1e300", "1e400", "-1e400", "1e-400"),
    *("inf", "-inf", "nan", "9223372036854775808", "0x1_f", "1_0.0"),
    "1" + "0" * 30,
    "1" + "0" * 400,
    "9" * 4_301,
    "-" + "9" * 20_000,
    "0x" + "f" * 5_000,
    "1" * 400 + ".5",
]
TEXTS = [
    *('""', "''", '"x"', '"sgd"', '"adam"', '"higgs"', '"csv"', '"é"', '"\\t"', '"1"', '" "'),
    *('"~nosuchuser/x"', '"~"', '"/dev/zero"', '"/"', '"a\\u0000b"', '"\\u001b[31mred"'),
    *('"\\ud800"', '"\\u202e"', '"two\\nlines"', '"""three\n\nlines"""', '"\x07"'),
    '"' + "a" * 10_000 + '"',
    '"' + "\\u0000" * 1_000 + '"',
    "'''" + "'" * 2 + "b" * 300 + "'''",
]
OTHERS = [
    *("true", "false", "[]", "{}", "[[]]", "[{}]", "[1, 'a', true]", "{ a = 1 }", "{ a.b.c = 1 }"),
    *("2024-01-01", "2024-01-01T00:00:00Z", "2024-99-01", "07:32:00", "0001-01-01T00:00:00+23:59"),
    *("sgd", "none", "=", "]]", "[1,", "{ a =", '"', '"""', "\x00", "#", ""),
    "[" * 5_000 + "]" * 5_000,
    "[" * 5_000,
    "{ a = " * 200 + "1" + " }" * 200,
    "[" * 900 + "]" * 900,
    "[" + "1, " * 5_000 + "]",
    "{ " + ".".join(["a"] * 3_000) + " = 1 }",
]
NAMES = [
    *HYPERPARAMETERS,
    *(key for model in SECTIONS.values() for key in model.model_fields),
    *("l1.on", "layers.0.units", "layers.7.units", "dropout.on"),
]
KEYS = [
    *("float", "int", "choice", "off_or", "log", "step", "when", "per_layer"),
    *('""', '"a b"', '"\\u0000"', "é", '"é"', "a.b", '"' + "k" * 10_000 + '"', "'\\'"),
    ".".join(["deep"] * 1_500),
]
TABLES = ["study", "data", "network", "space", "training", "search", "evaluate"]
PLACES = [
    *(f"{table}.{key}" for table, model in SECTIONS.items() for key in model.model_fields),
    *(f"{hp.section}.{name}" for name, hp in HYPERPARAMETERS.items()),
    *(f"space.{name}" for name in HYPERPARAMETERS),
    *(f"space.{name}.{key}" for name in ("l1", "units", "optimizer") for key in KEYS[:8]),
    *("space.momentum.when.optimizer", "space.l2.when.l1.on", "space.units.when.layers"),
]
WRONG_PLACES = [
    *("", ".", "..", "x", "study", "study.", ".name", "search..trials", "search.trials.more"),
    *("study.name.first", "data.é", "é.trials", "a b.c", "space.units.int.0", '"study".name'),
    *("search.\ud800", "search.\udcff", "search.tri\nals", "search.\x00", "search.\x1b[31m"),
    "search." + "x" * 10_000,
    "x." * 5_000 + "x",
    "space." * 40 + "x",
]
RAW = [
    *(
        "[[study]]",
        "[space.units]",
        "[[space.units]]",
        "[study]",
        "[",
        "]",
        "= 1",
        "a",
        "a =",
        "\r",
    ),
    *("\x00", "\ufeff", "\x1b[2J", "a = 1 = 2", "a.b.c.d = 1", "[a.b.c.d.e.f]", '"" = 1'),
    "[" + ".".join(["t"] * 2_000) + "]",
    ".".join(["t"] * 2_000) + " = 1",
    "#" + "c" * 10_000,
    "\n".join(f"key_{index} = 1" for index in range(300)),
    "\n".join(f"[table_{index}]" for index in range(300)),
]


def mutated(chooser: Chooser) -> Typed:
    """The reference study after one to four changes, and up to three overrides."""
    lines = REFERENCE.splitlines()
    if chooser.choice([True, False, False]):
        lines = ["[study]", 'name = "made"', *(f"[{table}]" for table in TABLES[1:])]
    overrides: list[str] = []
    for _ in range(chooser.randint(1, 4)):
        match chooser.choice(["entry", "entry", "entry", "set", "set", "raw", "cut", "twice"]):
            case "entry":
                table, key = chooser.choice(TABLES), chooser.choice(NAMES + KEYS)
                _insert(lines, table, f"{key} = {_value(chooser)}", chooser)
            case "set":
                overrides.append(_override(chooser))
            case "raw":
                lines.insert(chooser.randint(0, len(lines)), chooser.choice(RAW))
            case "cut":
                line = chooser.randint(0, len(lines) - 1)
                lines[line] = lines[line][: chooser.randint(0, len(lines[line]))]
            case "twice":
                lines.append(chooser.choice(list(lines)))
    file = "\n".join(lines).encode("utf-8", "surrogatepass")
    if chooser.choice([True, *[False] * 15]):
        place = chooser.randint(0, len(file))
        file = file[:place] + bytes([chooser.randint(0, 255)]) + file[place:]
    return Typed(file, tuple(overrides))


def _insert(lines: list[str], table: str, entry: str, chooser: Chooser) -> None:
    """Put an entry into a table, in place of one of the same name where there is one."""
    start = next((at for at, line in enumerate(lines) if line == f"[{table}]"), None)
    if start is None:
        lines += [f"[{table}]", entry]
        return
    key = entry.partition("=")[0].strip()
    for at in range(start + 1, len(lines)):
        if lines[at].startswith("["):
            break
        if lines[at].partition("=")[0].strip() == key and chooser.choice([True, True, False]):
            lines[at] = entry
            return
    lines.insert(start + 1, entry)


def _override(chooser: Chooser) -> str:
    place = chooser.choice(PLACES if chooser.choice([True, True, False]) else WRONG_PLACES)
    equals = chooser.choice(["=", "=", "=", " = ", "", "=="])
    end = chooser.choice(["", "", "", "", "\nsearch.trials=2", "\r\n", "\udcff", "\x00"])
    return f"{place}{equals}{_value(chooser)}{end}"


def _value(chooser: Chooser) -> str:
    """A value in TOML, or nearly."""
    match chooser.choice(["number", "text", "other", "list", "domain", "domain"]):
        case "number":
            return chooser.choice(NUMBERS)
        case "text":
            return chooser.choice(TEXTS)
        case "other":
            return chooser.choice(OTHERS)
        case "list":
            return _list(chooser)
    return _domain(chooser)


def _scalar(chooser: Chooser) -> str:
    return chooser.choice(chooser.choice([NUMBERS, NUMBERS, TEXTS, OTHERS[:14]]))


def _list(chooser: Chooser) -> str:
    return f"[{', '.join(_scalar(chooser) for _ in range(chooser.randint(0, 3)))}]"


def _domain(chooser: Chooser) -> str:
    entries = [f"{chooser.choice(KEYS[:4])} = {_list(chooser)}"]
    for _ in range(chooser.randint(0, 2)):
        option = chooser.choice(["log", "step", "per_layer", "when", "when"])
        value = _scalar(chooser)
        if option == "when":
            parent = chooser.choice([*HYPERPARAMETERS, '"l1.on"', '"layers.0.units"', *KEYS])
            value = f"{{ {parent} = {chooser.choice([_scalar, _list])(chooser)} }}"
        entries.append(f"{option} = {value}")
    return f"{{ {', '.join(entries)} }}"
