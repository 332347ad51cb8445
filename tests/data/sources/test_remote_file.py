"""A data set's file over loopback: fetched once, continued, refused where it is another."""

import hashlib
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hpsearch.data.sources.remote_file import RemoteFile, fetched
from tests.data.sources.conftest import Mirror

Serve = Callable[[Mirror], Mirror]

BODY = np.random.default_rng(0).bytes(100_000)


def remote(*addresses: str, body: bytes = BODY) -> RemoteFile:
    return RemoteFile("rows.bin", addresses, hashlib.sha256(body).hexdigest())


@pytest.fixture
def dead() -> str:
    """An address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/rows.bin"


def test_a_file_is_fetched_once(serve: Serve, tmp_path: Path, dead: str) -> None:
    mirror = serve(Mirror(BODY))
    path = fetched(remote(mirror.address), tmp_path / "new" / "folder")
    assert path.read_bytes() == BODY
    assert fetched(remote(dead), tmp_path / "new" / "folder") == path
    assert len(mirror.asked) == 1


def test_what_is_damaged_in_the_cache_is_fetched_again(serve: Serve, tmp_path: Path) -> None:
    mirror = serve(Mirror(BODY))
    fetched(remote(mirror.address), tmp_path).write_bytes(BODY[:-1])
    assert fetched(remote(mirror.address), tmp_path).read_bytes() == BODY


def test_a_connection_that_breaks_is_continued(serve: Serve, tmp_path: Path) -> None:
    mirror = serve(Mirror(BODY, cut_after=[30_000, 20_000]))
    assert fetched(remote(mirror.address), tmp_path).read_bytes() == BODY
    assert mirror.asked == [None, "bytes=30000-", "bytes=50000-"]


def test_the_next_call_goes_on_where_the_last_one_ended(serve: Serve, tmp_path: Path) -> None:
    mirror = serve(Mirror(BODY, cut_after=[9, 9, 9]))
    with pytest.raises(OSError, match=r"ended after 27 of 100,000 bytes"):
        fetched(remote(mirror.address), tmp_path)
    assert fetched(remote(mirror.address), tmp_path).read_bytes() == BODY
    assert mirror.asked[-1] == "bytes=27-"


def test_a_server_without_ranges_starts_over(serve: Serve, tmp_path: Path) -> None:
    mirror = serve(Mirror(BODY, ranges=False, cut_after=[30_000]))
    assert fetched(remote(mirror.address), tmp_path).read_bytes() == BODY


def test_the_next_address_is_asked_where_one_has_another_file(
    serve: Serve, tmp_path: Path, dead: str
) -> None:
    wrong, right = serve(Mirror(BODY[::-1])), serve(Mirror(BODY))
    path = fetched(remote(dead, wrong.address, right.address), tmp_path)
    assert path.read_bytes() == BODY


def test_without_any_every_reason_is_told(serve: Serve, tmp_path: Path, dead: str) -> None:
    wrong, absent = serve(Mirror(b"no rows")), serve(Mirror(BODY, status=404))
    with pytest.raises(OSError) as caught:  # noqa: PT011
        fetched(remote(dead, wrong.address, absent.address), tmp_path)
    reasons = str(caught.value)
    assert "refused" in reasons
    assert "sends another file than rows.bin" in reasons
    assert "Not Found" in reasons
    assert not list(tmp_path.glob("rows.bin"))


def test_more_than_the_file_in_the_cache_is_dropped(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "rows.bin.part").write_bytes(BODY + b"more")
    mirror = serve(Mirror(BODY))
    assert fetched(remote(mirror.address), tmp_path).read_bytes() == BODY
