"""A wire between browser and server that can be cut: connections are reset, new ones get no answer."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from typing import Self

_PIECE = 16 * 1024
_RESET = struct.pack("ii", 1, 0)


class Wire:
    """Listens on a loopback port of its own and carries bytes both ways until it is cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.is_cut = False
        self.broke = threading.Event()
        self.sent_up = self.sent_down = 0
        self._cut_at: int | None = None
        self._cut_down_at: int | None = None
        self._together_with: Callable[[], object] | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Where the browser finds the server."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._listener.close()

    def cut(self) -> None:
        """Whatever is under way is reset; nothing gets through from now on."""
        with self._lock:
            self.is_cut = True
            broken, self._open = self._open, set()
        for end in broken:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def cut_after(self, more_bytes: int, together_with: Callable[[], object] | None = None) -> None:
        """The wire breaks by itself once so many more bytes have gone up, right after what else happens."""
        self._together_with = together_with
        self._cut_at = self.sent_up + more_bytes

    def cut_after_down(self, more_bytes: int) -> None:
        """The wire breaks by itself once so many more bytes have come down."""
        self._cut_down_at = self.sent_down + more_bytes

    def mend(self) -> None:
        """Everything gets through again."""
        self._cut_at = self._cut_down_at = None
        self.is_cut = False

    def _break(self) -> None:
        self._cut_at = self._cut_down_at = None
        with self._lock:
            self.is_cut = True  # or whoever tries again would be waiting at the door of a server to come
        if self._together_with is not None:
            self._together_with()
        self.cut()
        self.broke.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _ = self._listener.accept()
                self._connect(browser)

    def _connect(self, browser: socket.socket) -> None:
        with self._lock:
            if self.is_cut:
                browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                browser.close()
                return
            server = socket.create_connection(("127.0.0.1", self._to))
            self._open |= {browser, server}
        for source, target, is_up in ((browser, server, True), (server, browser, False)):
            threading.Thread(target=self._carry, args=(source, target, is_up), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, is_up: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(_PIECE):
                target.sendall(piece)
                if is_up:
                    self.sent_up += len(piece)
                    if self._cut_at is not None and self.sent_up >= self._cut_at:
                        self._break()
                else:
                    self.sent_down += len(piece)
                    if self._cut_down_at is not None and self.sent_down >= self._cut_down_at:
                        self._break()
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
