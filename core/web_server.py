"""How gunicorn runs the web process, apart from what each installation decides (`core.supervisor`).

It is read by gunicorn as its configuration. It decides nothing about the application.
"""

import sys
from typing import Any

from core.settings import SETTINGS

worker_class = "gthread"
workers = 1
# The heartbeat runs beside the threads: a slow tablet is not cut off, only a stuck process is replaced.
timeout = 120
graceful_timeout = 30
keepalive = 5
loglevel = "warning"


def post_worker_init(worker: Any) -> None:
    """The console says where to go, once requests are answered."""
    settings = worker.wsgi.extensions[SETTINGS]
    print(f"Đang phục vụ tại {settings.base_url} (dừng: Ctrl-C)", file=sys.stderr, flush=True)
