"""The order of the rooms, the confinement of the big packages, and the seal on the test rows."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "hpsearch"

#: Lower rooms never import higher ones; those of one line do not import each other.
LAYERS = (
    ("errors",),
    ("inputs",),
    ("files",),
    ("arrays",),
    ("processes",),
    ("calls",),
    ("console", "progress", "signals"),
    ("seeds", "stock"),
    ("space", "tasks"),
    ("wording", "models"),
    ("study",),
    ("data",),
    ("training",),
    ("record", "execution"),
    ("search",),
    ("statistics",),
    ("evaluation",),
    ("analysis",),
    ("report", "tensorboard"),
    ("dashboard",),
    ("rows", "terminal", "draft"),
    ("listing", "naming", "pipeline", "prediction"),
    ("cli",),
)

#: Big packages, and the only places that may import them.
CONFINED = {
    "tensorflow": ("training/", "execution/worker.py"),
    "keras": ("training/",),
    "optuna": ("record/", "search/", "evaluation/importance.py", "dashboard/"),
    "keras_tuner": ("search/proposers/oracle.py",),
    "sklearn": (
        "training/",
        "data/sources/scikit_learn.py",
        "data/sources/openml.py",
        "data/features/edges.py",
    ),
    "narwhals": ("data/sources/frame",),
    "tensorboard": ("tensorboard/",),
    "matplotlib": ("report/figures/", "report/sections/"),
    "duckdb": ("data/sources/files/", "data/parquet.py", "data/predictions/parquet_file.py"),
    "rich": ("terminal.py",),
    "typer": ("cli/",),
}

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__main__.py")


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Imported modules, and whether only a type checker reads the import."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in guarded) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield node.module or "", id(node) in guarded


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    rank = {name: place for place, layer in enumerate(LAYERS) for name in layer}
    here = path.relative_to(PACKAGE).with_suffix("").parts[0]
    for module, _ in imports(path):
        there = room(module)
        if module.startswith("hpsearch") and there and there != here:
            assert rank[there] < rank[here], f"{here} must not import {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_big_packages_stay_in_their_rooms(path: Path) -> None:
    place = str(path.relative_to(PACKAGE))
    for module, for_types in imports(path):
        allowed = CONFINED.get(module.partition(".")[0])
        assert allowed is None or for_types or place.startswith(allowed), f"{place}: {module}"


def test_no_file_is_longer_than_300_lines() -> None:
    long = {
        str(path.relative_to(PACKAGE)): length
        for path in PACKAGE.rglob("*.py")
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert not long


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {
        _dotted(path): {module for module, _ in imports(path) if module.startswith("hpsearch.")}
        for path in MODULES
    }
    done: set[str] = set()

    def walk(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " imports ".join((*above, module))
        if module not in done:
            for imported in sorted(graph.get(module, ())):
                walk(imported, (*above, module))
            done.add(module)

    for module in graph:
        walk(module, ())


def _dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def test_only_one_module_opens_the_test_rows() -> None:
    using = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (
            isinstance(node, ast.Attribute)
            and ("unseal" in node.attr or "SealedTest__" in node.attr)
        )
        or (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value in ("unseal", "_SealedTest__features", "_SealedTest__labels")
        )
    }
    assert using == {"evaluation/opening.py"}


def test_the_driver_imports_no_tensorflow_and_nothing_else_that_is_slow() -> None:
    slow = "{'tensorflow', 'keras', 'sklearn', 'scipy.stats'}"
    assert _python(f"import sys, hpsearch.pipeline; print({slow} & set(sys.modules))") == "set()"


def test_help_imports_no_heavy_package() -> None:
    script = (
        "import sys\n"
        "sys.argv = ['hpsearch', '--help']\n"
        "from hpsearch.cli.app import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n"
        "    print({'tensorflow', 'optuna', 'numpy', 'rich', 'pydantic'} & set(sys.modules))\n"
    )
    assert _python(script).splitlines()[-1] == "set()"


def _python(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
