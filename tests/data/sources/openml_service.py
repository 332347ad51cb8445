"""OpenML on loopback: a server of tables in its format, for who would fetch them."""

import hashlib
import http.server
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

API = "/api/v1/json/data"


def pages_of(number: int, name: str, arff: str, target: str, host: str) -> Mapping[str, bytes]:
    """What the service answers for a table, by path.

    Args:
        arff: Its rows; columns are numeric or list their values in braces.
        target: The column that it was made to predict.
        host: Where its rows are fetched from.
    """
    columns = [line.split(maxsplit=2)[1:] for line in arff.splitlines() if "@attribute" in line]
    off = dict.fromkeys(("is_ignore", "is_row_identifier"), "false")
    features = [
        {
            **{"index": str(index), "name": column, "number_of_missing_values": "0", **off},
            "data_type": "nominal" if kind.startswith("{") else "numeric",
            "is_target": str(column == target).lower(),
            **({"nominal_value": kind.strip("{}").split(",")} if kind.startswith("{") else {}),
        }
        for index, (column, kind) in enumerate(columns)
    ]
    file = f"/data/v1/download/{number}/{name}.arff"
    description = {
        **{"id": str(number), "name": name, "version": "1", "description": name},
        **{"format": "ARFF", "status": "active", "file_id": str(number), "url": f"{host}{file}"},
        "md5_checksum": hashlib.md5(arff.encode(), usedforsecurity=False).hexdigest(),
    }
    rows = len(arff.partition("@data\n")[2].splitlines())
    quality = [{"name": "NumberOfInstances", "value": f"{rows}.0"}]
    answers: Mapping[str, Any] = {
        f"{API}/{number}": {"data_set_description": description},
        f"{API}/features/{number}": {"data_features": {"feature": features}},
        f"{API}/qualities/{number}": {"data_qualities": {"quality": quality}},
    }
    return {
        **{path: json.dumps(answer).encode() for path, answer in answers.items()},
        file: arff.encode(),
    }


@contextmanager
def openml(
    monkeypatch: pytest.MonkeyPatch, number: int, name: str, arff: str, target: str
) -> Iterator[list[str]]:
    """Serve a table where scikit-learn looks for OpenML; yields the paths that were asked for."""
    from sklearn.datasets import _openml

    asked: list[str] = []
    pages: dict[str, bytes] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            page = pages.get(self.path)
            self.send_response(404 if page is None else 200)
            self.end_headers()
            self.wfile.write(page or b"")

        def log_message(self, format: str, *values: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    host = f"http://127.0.0.1:{server.server_port}"
    pages.update(pages_of(number, name, arff, target, host))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    for constant, path in (
        ("_DATA_INFO", "{}"),
        ("_DATA_FEATURES", "features/{}"),
        ("_DATA_QUALITIES", "qualities/{}"),
    ):
        monkeypatch.setattr(_openml, constant, f"{host}{API}/{path}")
    thread.start()
    try:
        yield asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
