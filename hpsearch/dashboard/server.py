"""The Optuna dashboard on a study, served by this process."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import optuna_dashboard
from optuna.artifacts import FileSystemArtifactStore

from hpsearch.errors import HpsearchError
from hpsearch.record.annotations import FILES
from hpsearch.record.database import Database, ReadableCopy
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

    Of a folder that nothing can be written to it shows a copy of the record.
    """
    with ExitStack() as stack:
        record = folder / RECORD
        if not os.access(folder, os.W_OK):
            record = stack.enter_context(ReadableCopy(record)).path
        database = stack.enter_context(closing(Database(record)))
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
