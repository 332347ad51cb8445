"""A folder from somebody else is data: no link is followed, nobody's files are lost."""

import os
import re
import shutil
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from hpsearch.errors import HpsearchError
from hpsearch.evaluation.reading import read_outcome
from hpsearch.listing.status import say_status, status_of
from hpsearch.listing.trials import list_trials
from hpsearch.pipeline import export
from hpsearch.record.folder import read_folder
from hpsearch.tensorboard.writing import write_tensorboard
from tests.attack.damage import symptom
from tests.attack.doubled import compared, go_on
from tests.attack.scale import amount, whole
from tests.attack.studies import hpsearch, kept, optimize, run

#: A process of this number never was.
NOBODY = 2**22 + 1

#: What a stranger may have put elsewhere, with a link in its place.
LINKS = (
    *("curves", "artifacts", "tensorboard", "study.db", ".lock", f".curves.{NOBODY}.new"),
    *("openings.log", "checkpoints", "tensorboard/trial-0001", "tensorboard/.lock"),
    *("report.html", "report.md", "report.json", "study.toml", ".holder", "curves/0001.npz"),
    *(f".report.json.{NOBODY}.new", f"curves/.0001.npz.{NOBODY}.new"),
)
REAL_LINKS = ("models", "models/best.keras", "rows.parquet", *LINKS)

#: Files of people, and folders of theirs, among those of hpsearch.
FOREIGN = (
    *("notes.md", "checkpoints/notes.npz", "checkpoints/0001-seed-mine.npz", "curves/README"),
    *("curves/mine.npz", "artifacts/mine.txt", "artifacts/aaaa.svg", "models/older.keras"),
    *("tensorboard/mine/events.out.tfevents.1700000000.mine", "tensorboard/mine/notes.txt"),
    *("tensorboard/trial-0001/notes.txt", ".hidden.new", ".mine.1.old/file"),
)


def link(folder: Path, name: str, outside: Path) -> None:
    """Move a file or folder outside, if it is there, and put a link in its place."""
    target = outside / Path(name).name
    inside = folder / name
    if inside.exists():
        shutil.move(inside, target)
    elif inside.suffix in (".old", "") and not name.startswith((".lock", ".holder")):
        target.mkdir()
        (target / "precious").write_text("kept")
    else:
        target.write_text("kept")
    if target.is_dir():  # what hpsearch would write again, forget and sweep away
        (target / "0001.npz").unlink(missing_ok=True)
        (target / f".0001.npz.{NOBODY}.new").write_text("kept")
        if name == "checkpoints":
            (target / "0002-seed-0.npz").write_text("kept")
    inside.parent.mkdir(exist_ok=True)
    inside.symlink_to(target)


def contents(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file and folder with its number, when it was changed last, and a file's content."""
    found = {}
    for path in folder.rglob("*"):
        status = path.stat()
        content = path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(folder))] = (status.st_ino, status.st_mtime_ns, content)
    return found


def searched(folder: Path) -> str:
    """Run a study; nothing of what it says is wrong."""
    go_on(folder)
    return ""


def work_on(folder: Path) -> str:
    """All that writes into a folder; nothing of what it says is wrong."""
    go_on(folder)
    return report_on(folder)


def report_on(folder: Path) -> str:
    """Write the report and TensorBoard's files."""
    with read_folder(folder) as held:
        export(held, times=False)
        write_tensorboard(read_outcome(held), curves=1)
    return ""


@pytest.fixture(scope="module")
def worked_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished folder with all views; to be copied."""
    folder = tmp_path_factory.mktemp("worked") / "run"
    work_on(folder)
    return folder


@pytest.mark.parametrize("name", LINKS[: amount(7, len(LINKS))])
def test_no_link_is_followed_for_writing_or_deleting(
    worked_on: Path, tmp_path: Path, name: str
) -> None:
    folder, outside = tmp_path / "run", tmp_path / "outside"
    outside.mkdir()
    shutil.copytree(worked_on, folder)
    link(folder, name, outside)
    before = contents(outside)
    complaints = [symptom(partial(work, folder)) for work in (work_on, report_on)]
    assert contents(outside) == before
    assert not any(complaints)


def test_no_link_is_followed_from_the_command_line(
    study: Path, through: Path, tmp_path: Path
) -> None:
    attack_links(study, through, tmp_path, "models")


@whole
@pytest.mark.parametrize("name", REAL_LINKS)
def test_no_link_is_followed_by_any_command(
    study: Path, through: Path, tmp_path: Path, name: str
) -> None:
    attack_links(study, through, tmp_path, name)


def attack_links(study: Path, through: Path, tmp_path: Path, name: str) -> None:
    """Run the commands that write on a folder with a link in it."""
    folder, outside = tmp_path / "run", tmp_path / "outside"
    outside.mkdir()
    shutil.copytree(through, folder)
    link(folder, name, outside)
    if name == "models":  # so that the model is saved again
        (outside / "models" / "best.keras").unlink()
    before = contents(outside)
    more = ["--set", "evaluate.seeds=3"]
    for command in (
        optimize(study, folder, "--quiet"),
        optimize(study, folder, "--quiet", *more),
        hpsearch("evaluate", "--out", folder, "--workers", "1", "--quiet"),
        hpsearch("report", "--out", folder),
    ):
        done = run(command)
        assert contents(outside) == before, command
        assert done.returncode in (0, 1, 2)
        assert "Traceback" not in done.stderr


def test_a_folder_that_is_itself_a_link_works(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "disk")
    go_on(tmp_path / "run")
    go_on(tmp_path / "disk")
    assert compared(tmp_path / "run") == compared(tmp_path / "disk")


def test_files_of_people_survive_all_work(worked_on: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(worked_on, folder)
    for name in FOREIGN:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    for damaged in ("curves/0002-seed-0.npz", "curves/0001.npz", "report.md"):
        (folder / damaged).unlink()
    work_on(folder)
    assert [name for name in FOREIGN if not (folder / name).is_file()] == []
    assert all((folder / name).read_text() == name for name in FOREIGN)
    assert compared(folder) == compared(worked_on)


#: Clears the screen, sets the window's title, rings, goes back to the line's begin.
ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\roverwritten\x08"


def texts(database: Path) -> None:
    """Put control characters into every text of a record that may reach the terminal."""
    escaped = "".join(f"\\u{ord(character):04x}" for character in ESCAPES)
    with closing(sqlite3.connect(database)) as connection, connection:
        changed = connection.execute(
            "UPDATE trial_user_attributes SET value_json = '\"' || ? || substr(value_json, 2) "
            "WHERE value_json LIKE '\"%'",
            (escaped,),
        ).rowcount
        assert changed
        key = '"description": "'
        changed = connection.execute(
            "UPDATE hpsearch_facts SET value = replace(value, ?, ?) WHERE key = 'data'",
            (key, key + escaped),
        ).rowcount
        assert changed


def is_clean(said: str) -> bool:
    """Whether a text can be printed on a terminal: no control character but the line's end."""
    return not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", said)


def test_texts_of_a_record_reach_no_terminal_with_control_characters(tmp_path: Path) -> None:
    go_on(tmp_path)
    texts(tmp_path / "study.db")
    said = []
    try:
        with read_folder(tmp_path) as folder:
            said = [list_trials(folder.record.trials(), form) for form in ("table", "csv", "json")]
            said.append(say_status(status_of(folder)))
    except HpsearchError as error:
        said.append(str(error))
    assert all(map(is_clean, said)), [one for one in said if not is_clean(one)]


@pytest.mark.parametrize("command", ["status", "trials", "evaluate", "report"])
def test_commands_print_no_control_characters(through: Path, tmp_path: Path, command: str) -> None:
    folder = tmp_path / "run"
    shutil.copytree(through, folder)
    texts(folder / "study.db")
    done = run(hpsearch(command, "--out", folder))
    assert is_clean(done.stdout), done.stdout
    assert is_clean(done.stderr), done.stderr
    assert "Traceback" not in done.stderr


def test_study_files_print_no_control_characters(study: Path, tmp_path: Path) -> None:
    escaped = "".join(f"\\u{ord(character):04X}" for character in ESCAPES)
    text = study.read_text().replace(
        'name = "tiny"', f'name = "tiny"\ndescription = "good {escaped} luck"'
    )
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "tiny.toml").write_text(text)
    wrong = text.replace("seed = 3", f'seed = 3\n"key{escaped}" = "{escaped}"')
    (tmp_path / "wrong.toml").write_text(wrong)
    for words in (["studies"], ["validate", "tiny"], ["validate", "wrong.toml"]):
        done = run(hpsearch(*words), cwd=tmp_path)
        assert is_clean(done.stdout), done.stdout
        assert is_clean(done.stderr), done.stderr


NAMES = (
    *(b"a?b", b"a", b"a?c", b"a%41", b"aA", b"a#b", b"a b", b"{x}", b"a\nb", b"\xff\xfe", b"-"),
    *(b"x" * 200, b":memory:", b"file:a", b"a;b", b"'", b'"', b"~", b"$HOME", b"*", b"a\\b"),
)


def test_a_folder_may_have_any_name_and_shares_its_record_with_none(tmp_path: Path) -> None:
    folders = [tmp_path / os.fsdecode(name) for name in NAMES]
    complaints = {}
    for folder in folders:
        complaints[folder.name] = symptom(partial(searched, folder))
        if not (folder / "study.db").is_file():
            complaints[folder.name] += " no record in it"
    assert not {name: said for name, said in complaints.items() if said}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        folder.name for folder in folders
    )
    first = compared(folders[0])
    for folder in folders:
        assert compared(folder) == first
        with read_folder(folder) as held:
            assert is_clean(say_status(status_of(held)))


@whole
@pytest.mark.parametrize("name", NAMES)
def test_every_command_works_on_a_folder_of_any_name(
    study: Path, expected: dict[str, object], tmp_path: Path, name: bytes
) -> None:
    folder = tmp_path / os.fsdecode(name)
    done = run(optimize(study, folder))
    assert done.returncode == 0, done.stderr
    assert kept(folder) == expected
    for command in ("status", "trials", "report"):
        done = run(hpsearch(command, "--out", folder))
        assert done.returncode == 0, done.stderr
        assert is_clean(done.stdout), done.stdout


@pytest.mark.parametrize("command", ["status", "trials"])
def test_a_name_that_is_no_text_can_be_told(tmp_path: Path, command: str) -> None:
    folder = tmp_path / os.fsdecode(b"a\xff\n?b")
    go_on(folder)
    done = run(hpsearch(command, "--out", folder))
    assert done.returncode == 0, done.stderr
    assert is_clean(done.stdout), done.stdout
