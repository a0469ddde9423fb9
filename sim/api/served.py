"""A page on this machine alone, for one reader: who is let in, what is read, what is answered.

Pages are read by GET. What acts is asked for by POST, as JSON, by who has the token: it stands in
the fragment of the address, which no browser sends on, and comes back in a header, which no page
of another origin can set. A name that another machine gave to this one is no host of it.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIEnvironment

from sim.base.errors import BadInputError, Error

HOST = "127.0.0.1"
MOST_BYTES = 5_000_000
"""Bytes of a request's body."""

TURN = 0.2
"""Seconds between two looks at whether the page is still there."""

SLOWEST = 20.0
"""Seconds that a request may take to say what it wants."""

KINDS = {
    ".html": "text/html", ".csv": "text/csv", ".json": "application/json", ".yaml": "text/plain",
}  # fmt: skip
"""Kinds of files that are shown, by how their names end."""

HEADERS = [
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
]
"""Headers of every answer: no other page may hold, frame or read one of this."""

Told = Mapping[str, object]
"""What a request says, and what it is answered: plain data of JSON."""

Act = Callable[[Told], Told]
Find = Callable[[str], Path | None]
"""The file that is shown under a path of the address; None where there is none."""


class RefusedError(Exception):
    """A request that is not carried out, and why."""

    def __init__(self, status: HTTPStatus, message: str, *headers: tuple[str, str]) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers


class Served(ThreadingMixIn, WSGIServer):
    """Pages and acts at a free port of this machine, until it is told to stop or left alone."""

    daemon_threads = True
    timeout = TURN

    def __init__(self, find: Find, acts: Mapping[str, Act], port: int = 0) -> None:
        """Take the port; 0 is a free one.

        Raises:
            BadInputError: it cannot be had.
        """
        try:
            super().__init__((HOST, port), _Quiet)
        except OSError as error:
            raise BadInputError(f"port: {port} cannot be had: {error.strerror}") from error
        self.token = secrets.token_urlsafe(24)
        self.stopped = False
        hosts = tuple(f"{name}:{self.server_port}" for name in (HOST, "localhost"))
        self.door = Door(find, acts, self.token, hosts)
        self.set_app(self.door)

    def serve(self, patience: float) -> None:
        """Answer until :attr:`stopped`, or until a page that was there is silent ``patience`` s."""
        while not self.stopped and self.door.silence() < patience:
            self.handle_request()


class _Quiet(WSGIRequestHandler):
    """One request; it is not told of on the terminal."""

    timeout = SLOWEST

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@dataclass
class Door:
    """Answers requests: who is let in, and what is asked for.

    ``hosts`` are the names by which this machine is asked for; ``heard`` is when the page last
    said that it is there, by the clock of ``time.monotonic``, None before it was.
    """

    find: Find
    acts: Mapping[str, Act]
    token: str
    hosts: tuple[str, ...]
    heard: float | None = field(default=None, init=False)

    def silence(self) -> float:
        """Seconds since the page last said that it is there; 0 before it ever did."""
        return 0.0 if self.heard is None else time.monotonic() - self.heard

    def __call__(self, asked: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """The answer to one request."""
        status, more = HTTPStatus.OK, tuple[tuple[str, str], ...]()
        try:
            kind, body = self._answer(asked)
        except RefusedError as refused:
            kind, body = _json({"message": str(refused)})
            status, more = refused.status, refused.headers
        except Error as error:
            kind, body = _json({"message": str(error)})
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        except Exception as error:  # a defect of this program must not leave the page waiting
            traceback.print_exc()
            kind, body = _json({"message": f"{type(error).__name__}: {error}"})
            status = HTTPStatus.INTERNAL_SERVER_ERROR
        told = [("Content-Type", kind), ("Content-Length", str(len(body))), *HEADERS, *more]
        start(f"{status.value} {status.phrase}", told)
        return [body]

    def _answer(self, asked: WSGIEnvironment) -> tuple[str, bytes]:
        """What is shown or done, as its kind and bytes.

        Raises:
            RefusedError: it is not.
            Error: what was asked for cannot be done.
        """
        host, origin = asked.get("HTTP_HOST", ""), asked.get("HTTP_ORIGIN")
        if host not in self.hosts:
            raise RefusedError(HTTPStatus.FORBIDDEN, "this machine is not called so")
        if origin is not None and origin != f"http://{host}":
            raise RefusedError(HTTPStatus.FORBIDDEN, "a page of another origin asked")
        path, method = asked.get("PATH_INFO", ""), asked["REQUEST_METHOD"]
        allowed = "POST" if path in self.acts else "GET"
        if method != allowed:
            raise RefusedError(
                HTTPStatus.METHOD_NOT_ALLOWED, f"{path} takes {allowed} alone", ("Allow", allowed)
            )
        if allowed == "POST":
            return self._done(path, asked, origin)
        file = self.find(path)
        if file is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "there is no such page")
        return f"{KINDS.get(file.suffix, 'text/plain')}; charset=utf-8", file.read_bytes()

    def _done(self, path: str, asked: WSGIEnvironment, origin: str | None) -> tuple[str, bytes]:
        given = asked.get("HTTP_X_SIM_TOKEN", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self.token.encode()):
            raise RefusedError(HTTPStatus.FORBIDDEN, "the token of the address is missing or wrong")
        if origin is None:
            raise RefusedError(HTTPStatus.FORBIDDEN, "the request names no origin")
        told = _read(asked)
        self.heard = time.monotonic()
        return _json(self.acts[path](told))


def _read(asked: WSGIEnvironment) -> Told:
    """What the body of a request says.

    Raises:
        RefusedError: it is no JSON object, too large, or of no stated size.
    """
    if asked.get("CONTENT_TYPE") != "application/json":
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a body of JSON is needed")
    length = asked.get("CONTENT_LENGTH", "")
    if not (length.isascii() and length.isdigit()):
        raise RefusedError(HTTPStatus.LENGTH_REQUIRED, "the size of the body is not stated")
    if len(length) > len(str(MOST_BYTES)) or int(length) > MOST_BYTES:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body has {MOST_BYTES:,} bytes at most"
        )
    try:
        told = json.loads(asked["wsgi.input"].read(int(length)))
    except OSError as error:
        raise RefusedError(HTTPStatus.REQUEST_TIMEOUT, "the body did not come") from error
    except (ValueError, RecursionError) as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"the body is no JSON: {error}") from error
    if not isinstance(told, dict):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the body is no JSON object")
    return told


def _json(told: Told) -> tuple[str, bytes]:
    return "application/json; charset=utf-8", json.dumps(told).encode()
