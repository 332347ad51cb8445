"""HIGGS streamed over loopback: how much is fetched, what is kept, what is refused."""

import concurrent.futures
import hashlib
import socket
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hpsearch.data.sources.higgs.cache import cache_file
from hpsearch.data.sources.higgs.columns import NAMES
from hpsearch.data.sources.higgs.reading import fetch_higgs, read_higgs
from hpsearch.data.table import Table
from hpsearch.errors import DataError, DownloadError
from tests.data.sources.conftest import Mirror, higgs_text, packed

Serve = Callable[[Mirror], Mirror]


def quiet(now: int, of: int) -> None:
    """No progress."""


def fetch(cache: Path, rows: int, *mirrors: Mirror | str, timeout_seconds: float = 5.0) -> Table:
    addresses = [mirror if isinstance(mirror, str) else mirror.address for mirror in mirrors]
    return fetch_higgs(
        cache, rows=rows, progress=quiet, mirrors=addresses, timeout_seconds=timeout_seconds
    )


@pytest.fixture(scope="module")
def text() -> bytes:
    return higgs_text(4_000)


@pytest.fixture(scope="module")
def body(text: bytes) -> bytes:
    return packed(text)


@pytest.fixture(scope="module")
def whole(text: bytes, tmp_path_factory: pytest.TempPathFactory) -> Table:
    file = tmp_path_factory.mktemp("whole") / "higgs.csv"
    file.write_bytes(text)
    return read_higgs(file, rows=4_000, progress=quiet)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "HIGGS-first-rows.csv.gz"


@pytest.fixture
def dead() -> str:
    """An address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/HIGGS.csv.gz"


def assert_first_rows(table: Table, rows: int, whole: Table) -> None:
    np.testing.assert_array_equal(table.raw.numbers, whole.raw.numbers[:rows])
    np.testing.assert_array_equal(table.labels, whole.labels[:rows])
    assert table.names == NAMES
    assert table.origin.kind == "higgs"


def test_the_real_rows_are_streamed_and_the_stream_is_stopped(
    serve: Serve, cache: Path, higgs_file: Path
) -> None:
    mirror = serve(Mirror(higgs_file.read_bytes()))
    table = fetch(cache, 1_000, mirror)
    assert_first_rows(table, 1_000, read_higgs(higgs_file, rows=1_000, progress=quiet))
    assert mirror.sent < len(mirror.body) / 2
    assert cache.stat().st_size < 250_000


def test_progress_is_shown(serve: Serve, cache: Path, body: bytes) -> None:
    seen: list[tuple[int, int]] = []
    mirror = serve(Mirror(body))
    fetch_higgs(
        cache,
        rows=3_000,
        progress=lambda now, of: seen.append((now, of)),
        mirrors=[mirror.address],
    )
    assert seen == sorted(seen)
    assert seen[-1] == (3_000, 3_000)
    assert len(seen) > 3


def test_found_again_without_a_network(
    serve: Serve, cache: Path, body: bytes, whole: Table, dead: str
) -> None:
    fetch(cache, 500, serve(Mirror(body)))
    assert_first_rows(fetch(cache, 500, dead), 500, whole)
    assert_first_rows(fetch(cache, 20, dead), 20, whole)


def test_extended_by_range(serve: Serve, cache: Path, body: bytes, whole: Table) -> None:
    mirror = serve(Mirror(body))
    fetch(cache, 500, mirror)
    held = cache.stat().st_size
    assert_first_rows(fetch(cache, 2_500, mirror), 2_500, whole)
    assert mirror.asked == [None, f"bytes={held - 256}-"]
    assert body.startswith(cache.read_bytes())


def test_a_server_without_ranges_starts_over(
    serve: Serve, cache: Path, body: bytes, whole: Table
) -> None:
    mirror = serve(Mirror(body, ranges=False))
    fetch(cache, 500, mirror)
    assert_first_rows(fetch(cache, 2_500, mirror), 2_500, whole)
    assert body.startswith(cache.read_bytes())


def test_a_cut_connection_is_continued_at_the_next_mirror(
    serve: Serve, cache: Path, body: bytes, whole: Table
) -> None:
    first = serve(Mirror(body, cut_after=[200_000]))
    second = serve(Mirror(body, cut_after=[200_000]))
    assert_first_rows(fetch(cache, 3_900, first, second), 3_900, whole)
    assert first.asked[0] is None
    assert second.asked == ["bytes=199744-"]
    assert first.asked[1] == "bytes=399488-"


def test_cut_connections_are_given_up_but_what_came_is_kept(
    serve: Serve, cache: Path, body: bytes, whole: Table
) -> None:
    mirror = serve(Mirror(body, cut_after=[60_000] * 6))
    with pytest.raises(DownloadError, match="ended the connection after"):
        fetch(cache, 3_900, mirror)
    assert len(mirror.asked) == 6
    assert cache.stat().st_size > 300_000
    assert_first_rows(fetch(cache, 3_900, mirror), 3_900, whole)
    assert mirror.asked[6] is not None


def test_an_interrupted_download_is_kept(
    serve: Serve, cache: Path, body: bytes, whole: Table, dead: str
) -> None:
    def interrupt(now: int, of: int) -> None:
        if now > 2_000:
            raise KeyboardInterrupt

    mirror = serve(Mirror(body))
    with pytest.raises(KeyboardInterrupt):
        fetch_higgs(cache, rows=3_900, progress=interrupt, mirrors=[mirror.address])
    assert_first_rows(fetch(cache, 2_000, dead), 2_000, whole)


def test_two_at_a_time_fetch_once(serve: Serve, cache: Path, body: bytes, whole: Table) -> None:
    mirror = serve(Mirror(body))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for table in pool.map(lambda _: fetch(cache, 2_000, mirror), range(2)):
            assert_first_rows(table, 2_000, whole)
    assert mirror.asked == [None]


def test_another_file_at_the_next_mirror_is_not_glued_on(
    serve: Serve, cache: Path, body: bytes, text: bytes, whole: Table
) -> None:
    first = serve(Mirror(body, cut_after=[100_000]))
    second = serve(Mirror(packed(higgs_text(4_000, seed=1))))
    assert_first_rows(fetch(cache, 3_000, first, second), 3_000, whole)


def test_a_dead_mirror_is_passed_over_at_once(
    serve: Serve, cache: Path, body: bytes, whole: Table, dead: str
) -> None:
    start = time.monotonic()
    assert_first_rows(fetch(cache, 100, dead, serve(Mirror(body))), 100, whole)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_mirror_that_refuses_is_passed_over(
    serve: Serve, cache: Path, body: bytes, whole: Table, status: int
) -> None:
    refusing = serve(Mirror(b"", status=status))
    assert_first_rows(fetch(cache, 100, refusing, serve(Mirror(body))), 100, whole)
    assert len(refusing.asked) == 1


def test_no_mirror_tells_every_reason(serve: Serve, cache: Path, dead: str) -> None:
    page = serve(Mirror(b"<html>please log in</html>"))
    with pytest.raises(DownloadError) as caught:
        fetch(cache, 100, dead, page)
    assert f"{dead} cannot be reached" in str(caught.value)
    assert f"{page.address} sent something that is not HIGGS.csv.gz" in str(caught.value)
    assert not cache.exists()


def test_a_mirror_that_never_answers_is_given_up(cache: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(DownloadError, match=r"did not answer within 0\.2 s"):
            fetch(cache, 100, address, timeout_seconds=0.2)


@pytest.mark.parametrize(
    "row", [b"0," + b"1," * 27 + b"1", b"1,0.86929,-0.63508", b"label,a,b", b""]
)
def test_a_wrong_first_row_is_refused(serve: Serve, cache: Path, text: bytes, row: bytes) -> None:
    wrong = serve(Mirror(packed(row + b"\n" + text)))
    with pytest.raises(DataError, match=r"HIGGS must begin with the row 1\.0, 0\.869293212890625"):
        fetch(cache, 100, wrong)
    assert not cache.exists()


def test_a_wrong_first_row_leaves_the_cache_alone(
    serve: Serve, cache: Path, body: bytes, text: bytes
) -> None:
    fetch(cache, 100, serve(Mirror(body)))
    before = hashlib.sha256(cache.read_bytes()).digest()
    wrong = serve(Mirror(packed(b"0" + text[1:]), ranges=False))
    with pytest.raises(DataError, match="HIGGS must begin"):
        fetch(cache, 3_000, wrong)
    assert hashlib.sha256(cache.read_bytes()).digest() == before
    assert {file.name for file in cache.parent.iterdir()} <= {
        cache.name,
        "HIGGS-first-rows.csv.lock",
    }


def test_a_source_that_is_too_short(serve: Serve, cache: Path, body: bytes) -> None:
    mirror = serve(Mirror(body))
    for _ in range(2):
        with pytest.raises(DataError, match=r"asks for 5,000 rows, got all 4,000") as caught:
            fetch(cache, 5_000, mirror)
        assert not isinstance(caught.value, DownloadError)


@pytest.mark.parametrize("junk", [b"", b"no gzip", b"\x1f\x8b junk"])
def test_a_damaged_cache_is_fetched_again(
    serve: Serve, cache: Path, body: bytes, whole: Table, junk: bytes
) -> None:
    cache.parent.mkdir()
    cache.write_bytes(junk)
    assert_first_rows(fetch(cache, 100, serve(Mirror(body))), 100, whole)


def test_a_cache_that_cannot_be_written(serve: Serve, tmp_path: Path, body: bytes) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DownloadError, match="set HPSEARCH_CACHE to another folder"):
        fetch(tmp_path / "file" / "cache.csv.gz", 100, serve(Mirror(body)))


def test_the_environment_names_the_cache(tmp_path: Path) -> None:
    assert cache_file({"HPSEARCH_CACHE": str(tmp_path)}) == tmp_path / "HIGGS-first-rows.csv.gz"
    (tmp_path / "file").touch()
    assert cache_file({"HPSEARCH_CACHE": str(tmp_path / "file")}) is None


@pytest.mark.parametrize("form", ["gzip", "plain"])
def test_a_local_prefix_is_enough(
    tmp_path: Path, text: bytes, body: bytes, whole: Table, form: str
) -> None:
    file = tmp_path / ("HIGGS.csv.gz" if form == "gzip" else "HIGGS.csv")
    data = body if form == "gzip" else text
    file.write_bytes(data[: len(data) // 2])
    assert_first_rows(read_higgs(file, rows=1_500, progress=quiet), 1_500, whole)
    with pytest.raises(DataError, match=r"too short: the study asks for 2,500 rows, got (1|2),"):
        read_higgs(file, rows=2_500, progress=quiet)


def test_a_number_that_is_cut_off_is_no_row(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "HIGGS.csv"
    third = text.find(b"\n", text.find(b"\n") + 1) + 1
    file.write_bytes(text[: text.find(b"\n", third) - 4])  # ends inside the last exponent
    with pytest.raises(DataError, match="asks for 3 rows, got 2"):
        read_higgs(file, rows=3, progress=quiet)
