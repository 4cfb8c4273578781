"""Takes from the present process what work on strangers' files never needs: time, memory, network, children.

Two fences: the kernel's limits (and, where it grants one, a network namespace without any interface), and an
audit hook in Python itself, which holds on every kernel. Nothing here can be undone by the process.
"""

import ctypes
import os
import resource
import sys

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_LARGEST_FILE_BYTES = 256 * 1024 * 1024
_REFUSED = (
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.sendto",
    "socket.sendmsg",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.forkpty",
    "pty.spawn",
    "ftplib.connect",
    "urllib.Request",
)


class Confined(PermissionError):  # noqa: N818 (says what was done to the process)
    """The process tried what it was told it would never need."""


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _REFUSED:
        raise Confined(event)


def enter(*, cpu_s: int, memory_bytes: int) -> None:
    """The process dies when it exceeds the limits, and reaches no network and starts no program."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE_BYTES, _LARGEST_FILE_BYTES))
    namespaces = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
    # Refused by some kernels and containers; the hook below stands in either case.
    ctypes.CDLL(None).unshare(namespaces)
    sys.addaudithook(_refuse)
