"""The Optuna dashboard on a study, served by this process."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from tempfile import TemporaryDirectory
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import optuna_dashboard
from optuna.artifacts import FileSystemArtifactStore

from hpsearch.errors import HpsearchError
from hpsearch.record.annotations import FILES
from hpsearch.record.connections import snapshot
from hpsearch.record.database import Database
from hpsearch.record.folder import RECORD


class _Server(ThreadingMixIn, WSGIServer):
    """One thread a request, none of which outlives the server."""

    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    """Logs no requests."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def application(folder: Path) -> Iterator[Callable[..., Any]]:
    """The Optuna dashboard on a study's record and files, as a WSGI application.

    Serving it writes nothing into the record; notes that people write there are written. Where
    nothing can be written to the folder, they go to a copy and are lost.
    """
    with ExitStack() as stack:
        record = folder / RECORD
        if not os.access(folder, os.W_OK):
            copy = Path(stack.enter_context(TemporaryDirectory())) / RECORD
            snapshot(record, copy).close()
            record = copy
        database = stack.enter_context(closing(Database.open(record)))
        files = folder / FILES
        store = FileSystemArtifactStore(files) if files.is_dir() else None
        app: Callable[..., Any] = optuna_dashboard.wsgi(database.storage, artifact_store=store)
        yield app


def serve(folder: Path, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve the Optuna dashboard on a study until a signal ends it.

    Args:
        say: Gets the address.

    Raises:
        HpsearchError: If the port cannot be listened on.
    """
    with application(folder) as app:
        try:
            server = make_server(host, port, app, _Server, _Quiet)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise HpsearchError(f"port {port} is taken; give another with --port") from None
            raise HpsearchError(
                f"the dashboard must be able to listen on {host}, port {port}, got: "
                f"{error.strerror or error}; give others with --host and --port"
            ) from None
        with server:
            say(f"Optuna dashboard: http://{host}:{server.server_port}/ (Ctrl-C ends it)")
            server.serve_forever()
