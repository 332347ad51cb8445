"""Study files and ``--set`` entries at the edges of what is read: told, bounded, and printable."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hpsearch.errors import StudyFileError, UsageError, shown
from hpsearch.study.finding import find_study
from hpsearch.study.reading import read_study
from hpsearch.study.toml import MOST_BYTES, parse

GOOD = '[study]\nname = "x"\n[space]\nunits = { int = [4, 8] }\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    return path


def told(path: Path, *overrides: str) -> list[tuple[str, str]]:
    """Places and messages of what is wrong."""
    with pytest.raises(StudyFileError) as caught:
        read_study(path, overrides)
    assert all(line.isprintable() and len(line) < 300 for line in str(caught.value).splitlines())
    return [(mistake.place, mistake.message) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = " + "[" * 5_000, "brackets must be nested at most 16 deep, got more (at line 5)"),
        ("a = [\n" + "{ a = [" * 9, "brackets must be nested at most 16 deep, got more (at line 6"),
        ("a." * 5_000 + "a = 1", "a key must have at most 16 parts, got more (at line 5)"),
        ("a." * 500_000 + "a", "a key must have at most 16 parts, got more (at line 5)"),
        ("[" + '"a" . ' * 16 + "a]", "a key must have at most 16 parts, got more (at line 5)"),
        ("b = { " + "a." * 16 + "a = 1 }", "a key must have at most 16 parts, got more (at line 5"),
        ("\na = " + "9" * 4_301, "a whole number must have at most 4,300 digits (at line 6)"),
        ("a = [-" + "1_" * 5_000 + "1]", "a whole number must have at most 4,300 digits (at line"),
        ("a = 1\na = 2\n", "Cannot overwrite a value (at line 6, column 6)"),
        ("a = '\x00'", "Found invalid character '\\x00' (at line 5, column 6)"),
        (
            "a = { " + "k" * 10_000 + " = 1, " + "k" * 10_000 + " = 2 }",
            "Duplicate inline table key",
        ),
    ],
    ids=shown,
)
def test_a_file_beyond_the_limits_of_a_parser(file: Path, text: str, message: str) -> None:
    file.write_text(GOOD + text)
    ((place, found),) = told(file)
    assert place == "TOML"
    assert found.startswith(f"cannot be parsed: {message}")


@pytest.mark.parametrize(
    "text",
    [
        "a = '''" + "[" * 99 + "''''' # " + "{" * 99,
        'a = """\n' + "[" * 99 + '\\"""' + "{" * 99 + '""""',
        'a = "\\"' + "[" * 99 + '"',
        "a = '" + "[." * 99 + "\\'",
        "a = [" + "[1.5], " * 99 + "]",
        "# " + "a." * 99 + " = 1",
        '"' + "a." * 99 + '" = 1',
        "a.b.c.d = 2024-01-01T00:00:00.5Z",
        "a = 0x" + "f" * 5_000,
    ],
    ids=shown,
)
def test_brackets_and_dots_that_nest_nothing_do_not_count(text: str) -> None:
    assert len(parse(text)) == (0 if text.startswith("#") else 1)


def test_a_file_is_read_no_further_than_its_limit(file: Path) -> None:
    file.write_text(GOOD + "#" * (MOST_BYTES - len(GOOD)))
    assert read_study(file).study.name == "x"
    os.truncate(file, 1 << 40)
    with pytest.raises(UsageError, match=r"at most 1 MiB of text, got more in .*mine\.toml"):
        read_study(file)


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    pipe, folder, door = (tmp_path / f"{name}.toml" for name in ("pipe", "folder", "door"))
    os.mkfifo(pipe)
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(door))
        for path, kind in (
            (pipe, "a pipe; write it to a file first"),
            (folder, "a folder; name a file in it"),
            (door, "a socket; write what it gives to a file first"),
            (Path("/dev/zero"), "a device; write what it gives to a file first"),
        ):
            with pytest.raises(UsageError, match=f"{path} must be a regular file, got {kind}"):
                read_study(find_study(str(path)))


@pytest.mark.parametrize(
    "name", ["a\0b.toml", "\ud800.toml", "x" * 300 + ".toml", "x/" * 5_000], ids=shown
)
def test_a_name_that_no_file_has(name: str) -> None:
    with pytest.raises(UsageError, match="there is no file") as caught:
        find_study(name)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", ["x" * 10_000, "\0", "\udcff", "\x1b[31m", ""], ids=shown)
def test_a_name_that_no_study_has(name: str) -> None:
    with pytest.raises(UsageError, match="must name a study or a file, got '") as caught:
        find_study(name)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_a_file_whose_name_is_no_utf_8(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n.toml"))
    path.write_text(GOOD)
    assert read_study(path).study.name == "x"
    path.write_text("[study]")
    with pytest.raises(StudyFileError) as caught:
        read_study(path)
    assert str(caught.value).splitlines()[0].endswith(r"/\udcff\n.toml has 2 mistakes")


@pytest.mark.parametrize(
    "entry",
    [
        *("", "=", "x=1", ".=1", "search.=1", ".trials=1", "search..trials=1", "search.trials"),
        *("séarch.trials=1", "search.triàls=1", "search.tri als=1", '"search".trials=1'),
        *("sea\nrch.trials=1", "search.\0=1", "search.\udcff=1", "\nsearch.trials=1"),
        *("a." * 16 + "a=1", "a." * 5_000 + "a=1", "x" * 10_000),
    ],
    ids=shown,
)
def test_an_override_without_a_place(file: Path, entry: str) -> None:
    ((place, message),) = told(file, entry)
    assert place == f"--set {entry}"
    assert message == "must look like section.key=value"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("search.trials=1\nsearch.parallel=2", "must be one line of text without control char"),
        ("search.trials=1\n", "must be one line of text without control characters, got '1\\n'"),
        ("search.trials=1\r", "must be one line of text without control characters, got '1\\r'"),
        ("study.description=\udcff", "must be one line of text without control characters, got"),
        ("study.description=\x1b[31m", "must be one line of text without control characters, got"),
        ("data.path=\0", "must be one line of text without control characters, got '\\x00'"),
        ("space.units=" + "[" * 5_000, "brackets must be nested at most 16 deep, got more"),
        ("search.trials=" + "9" * 4_301, "a whole number must have at most 4,300 digits"),
        ("study.name.first=x", "'name' is not a table but 'x'"),
        ("space.units.int.low=1", "'int' is not a table but [4, 8]"),
    ],
    ids=shown,
)
def test_an_override_with_a_wrong_value(file: Path, entry: str, message: str) -> None:
    ((place, found),) = told(file, entry)
    assert place == f"--set {entry.partition('=')[0]}"
    assert found.startswith(message)


def test_a_newline_sets_no_second_key(file: Path) -> None:
    entry = "search.trials=1\nvalue2=3"
    assert told(file, entry)[0][0] == "--set search.trials"


def test_bare_words_of_an_override_are_text(file: Path) -> None:
    description = "is it [good]? wait" + "." * 40
    assert read_study(file, [f"study.description={description}"]).study.description == description


def test_very_many_mistakes_are_counted_and_begun(file: Path) -> None:
    file.write_text(GOOD + "".join(f"unit_{index} = 1\n" for index in range(1_000)))
    with pytest.raises(StudyFileError) as caught:
        read_study(file)
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("mine.toml has 1,000 mistakes")
    assert lines[-1] == "  and 900 more"
    assert len(lines) == 102


def test_long_values_and_keys_are_cut(file: Path) -> None:
    long = "k" * 100_000
    file.write_text(GOOD + f"{long} = 1\n[search]\nsampler = '{long}'\n{long} = [{'1,' * 9_000}]\n")
    assert len(told(file)) == 3


def test_no_message_moves_the_cursor(file: Path) -> None:
    file.write_text(GOOD + '"\\u001b[2J" = 1\n[search]\nsampler = "\\u0007\\u202e"\n')
    with pytest.raises(StudyFileError) as caught:
        read_study(file, ["search.pruner='\x9b'"])
    assert re.search(r"'\\x07\\u202e'", str(caught.value))
    assert r"space.\x1b[2J" in str(caught.value)
    assert all(line.isprintable() for line in str(caught.value).splitlines())


def test_a_pipe_without_a_writer_ends_the_command(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mine.toml")
    command = [sys.executable, "-m", "hpsearch", "validate", "mine.toml"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr.endswith("must be a regular file, got a pipe; write it to a file first\n")
