"""A socket between client and server that counts round trips, reads the client's words, and can be cut."""

from __future__ import annotations

import contextlib
import selectors
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

_CHUNK = 1 << 16
_BACKEND_KEY = b"K\x00\x00\x00\x0c"
_ASKS = b"QSHFpcf"
"""Query, Sync, Flush, function call, password, end of COPY: what the server answers at once. The rest it may answer
early, when its buffer is full, but nobody waits for that."""


class Wire:
    """Stands between a client and a server's unix socket.

    round_trips: how often the client asked, was answered, and spoke again.
    sent: everything that clients sent.
    disguise: hide the server's process id from clients that connect, as a pooler does.
    """

    def __init__(self, dsn: str) -> None:
        parameters = conninfo_to_dict(dsn)
        self._server = f"{parameters['host']}/.s.PGSQL.{parameters.get('port', '5432')}"
        self._folder = Path(tempfile.mkdtemp(prefix="tmi-wire-", dir="/tmp"))
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"{self._folder}/.s.PGSQL.5432")
        self._listener.listen(32)
        self.dsn = make_conninfo(dsn, host=str(self._folder), port="5432")
        self.round_trips = 0
        self.sent = b""
        self.disguise = False
        self._lose_request: bytes | None = None
        self._lose_answer: bytes | None = None
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @contextlib.contextmanager
    def counting(self) -> Iterator[list[int]]:
        """Count round trips; the list's only item is the number, once the block has ended."""
        before = self.round_trips
        count: list[int] = []
        yield count
        count.append(self.round_trips - before)

    def lose_request(self, containing: bytes = b"") -> None:
        """Cut the connection when the next request comes: the server never sees it."""
        self._lose_request = containing

    def lose_answer(self, containing: bytes = b"") -> None:
        """Cut the connection when the next request is answered: the server has done what it was asked."""
        self._lose_answer = containing

    def cut(self) -> None:
        """Cut every connection, as a firewall does to idle ones."""
        with self._lock:
            for pair in self._pairs:
                self._close(pair)

    def close(self) -> None:
        """Cut everything and let nobody in."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        shutil.rmtree(self._folder)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                try:
                    server.connect(self._server)
                except OSError:
                    client.close()
                    continue
                with self._lock:
                    self._pairs.append((client, server))
                threading.Thread(target=self._carry, args=(client, server), daemon=True).start()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with selectors.DefaultSelector() as selector, contextlib.suppress(OSError, ValueError):
            selector.register(client, selectors.EVENT_READ)
            selector.register(server, selectors.EVENT_READ)
            words = _Words()
            answered = True
            doomed = False
            while True:
                for ready, _ in selector.select():
                    data = client.recv(_CHUNK) if ready.fileobj is client else server.recv(_CHUNK)
                    if not data:
                        raise OSError
                    if ready.fileobj is client:
                        if answered:
                            self.round_trips += 1
                            answered = words.asked = False
                        words.hear(data)
                        self.sent += data
                        if self._lose_request is not None and self._lose_request in data:
                            self._lose_request = None
                            raise OSError
                        if self._lose_answer is not None and self._lose_answer in data:
                            self._lose_answer = None
                            doomed = True
                        server.sendall(data)
                    else:
                        answered = words.asked
                        if doomed:
                            raise OSError
                        client.sendall(self._disguised(data))
        self._close((client, server))

    def _disguised(self, data: bytes) -> bytes:
        place = data.find(_BACKEND_KEY) if self.disguise else -1
        if place < 0:
            return data
        start = place + len(_BACKEND_KEY)
        return data[:start] + b"\x00\x00\x00\x01" + data[start + 4 :]

    def _close(self, pair: tuple[socket.socket, socket.socket]) -> None:
        for end in pair:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class _Words:
    """Follows a client's messages, to know whether it has asked for an answer."""

    def __init__(self) -> None:
        self.asked = False
        self._begun = False
        self._heard = b""

    def hear(self, data: bytes) -> None:
        """Take what the client sent, which may end within a message."""
        self._heard += data
        while True:
            head = 1 if self._begun else 0  # only the first message has no letter before its length
            if len(self._heard) < head + 4:
                return
            end = head + int.from_bytes(self._heard[head : head + 4], "big")
            if len(self._heard) < end:
                return
            self.asked = self.asked or not self._begun or self._heard[0] in _ASKS
            self._begun = True
            self._heard = self._heard[end:]
