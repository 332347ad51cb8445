"""Rows to test with, and a server that serves them as badly as a test asks for."""

import http.server
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

FIRST = (1.0, 0.8692932128906250, -0.6350818276405334)


def higgs_text(rows: int, seed: int = 0) -> bytes:
    """Rows in HIGGS' format, the first of them beginning like the real one."""
    rng = np.random.default_rng(seed)
    values = rng.normal(1.0, 0.5, (rows, 29)).astype(np.float32)
    values[:, 0] = rng.random(rows) < 0.53
    values[0, :3] = FIRST
    return b"".join(b",".join(b"%.18e" % value for value in row) + b"\n" for row in values)


def packed(text: bytes) -> bytes:
    """Text as gzip."""
    squeeze = zlib.compressobj(6, wbits=31)
    return squeeze.compress(text) + squeeze.flush()


@dataclass
class Mirror:
    """A server of one file, and what it was asked for."""

    body: bytes
    address: str = ""
    ranges: bool = True
    status: int | None = None
    cut_after: list[int] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)
    sent: int = 0


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Mirror], Mirror]]:
    """Serves mirrors on loopback and puts their addresses in; slowly, so that a stop is seen."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    servers: list[tuple[http.server.ThreadingHTTPServer, threading.Thread]] = []

    def start(mirror: Mirror) -> Mirror:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                _answer(self, mirror)

            def log_message(self, format: str, *values: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        mirror.address = f"http://127.0.0.1:{server.server_address[1]}/HIGGS.csv.gz"
        return mirror

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(handler: http.server.BaseHTTPRequestHandler, mirror: Mirror) -> None:
    wanted = handler.headers.get("Range")
    mirror.asked.append(wanted)
    if mirror.status is not None:
        handler.send_error(mirror.status)
        return
    begin = 0
    if wanted and mirror.ranges:
        begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
        handler.send_response(206)
        last = len(mirror.body) - 1
        handler.send_header("Content-Range", f"bytes {begin}-{last}/{last + 1}")
    else:
        handler.send_response(200)
    handler.send_header("Content-Length", str(len(mirror.body) - begin))
    handler.end_headers()
    end = begin + mirror.cut_after.pop(0) if mirror.cut_after else len(mirror.body)
    try:
        for start in range(begin, min(end, len(mirror.body)), 1 << 14):
            chunk = mirror.body[start : min(start + (1 << 14), end)]
            handler.wfile.write(chunk)
            mirror.sent += len(chunk)
            time.sleep(0.001)
    except OSError:
        pass  # the client has enough and left
    handler.close_connection = True
