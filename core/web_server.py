"""How gunicorn runs the web processes, apart from what each installation decides (`core.supervisor`).

It is read by gunicorn as its configuration. It decides nothing about the application.
"""

import gc
import os
import sys
from typing import Any

from core.settings import SETTINGS

_COLLECT_AFTER = 50_000
# Python's own is ten times as long: whoever waits for the write lock would notice that late that it is free,
# while another thread reads its next batch.
_TAKE_TURNS_S = 0.0005

worker_class = "gthread"
# Most of a request is Python, of which a process does one thing at a time. A third would wait for the others.
workers = min(2, os.cpu_count() or 1)
# They are forks of one that has loaded everything, so that the second costs little memory.
preload_app = True
# The heartbeat runs beside the threads: a slow tablet is not cut off, only a stuck process is replaced.
timeout = 120
graceful_timeout = 30
keepalive = 5
loglevel = "warning"


def when_ready(_server: Any) -> None:
    """What is loaded stays for good: it is neither looked at for garbage again nor copied because of that.

    A batch of operations makes objects by the ten thousand and drops them together; looking for rings among
    them every few hundred finds nothing and costs a tenth of the work.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 100)
    sys.setswitchinterval(_TAKE_TURNS_S)


def post_worker_init(worker: Any) -> None:
    """The console says where to go, once requests are answered."""
    if worker.age == 1:
        settings = worker.wsgi.extensions[SETTINGS]
        print(f"Đang phục vụ tại {settings.base_url} (dừng: Ctrl-C)", file=sys.stderr, flush=True)
