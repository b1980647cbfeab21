"""Starts the service."""

import logging
import os
import signal
import socket
import sys

import uvicorn
from uvicorn.config import LOG_LEVELS

from app import app

# A variable that is empty counts as not set.
host = os.environ.get("HOST") or "127.0.0.1"
port = os.environ.get("PORT") or "3000"
level = os.environ.get("LOG_LEVEL") or "info"

levels = {"silent": logging.CRITICAL + 1, **LOG_LEVELS}
if level not in levels:
    names = ", ".join(reversed(levels))
    sys.exit(f"LOG_LEVEL={level} is unknown. Use one of: {names}.")
if not port.isdecimal() or int(port) > 65535:
    sys.exit(f"PORT={port} is invalid. Set it to a number from 0 to 65535.")

is_ipv6 = ":" in host
family = socket.AF_INET6 if is_ipv6 else socket.AF_INET
try:
    listener = socket.create_server((host, int(port)), family=family)
except OSError as error:
    sys.exit(f"Cannot listen on HOST={host} PORT={port}: {error}")


def cut_query(record: logging.LogRecord) -> bool:
    """Removes the query from a log line, since it may hold secrets."""
    client, method, path, *rest = record.args
    record.args = (client, method, path.split("?")[0], *rest)
    return True


logging.getLogger("uvicorn.access").addFilter(cut_query)

# #region shutdown
# uvicorn shuts down gracefully and then raises the signal again. Without a
# handler, that would end the process with 143.
for stop in (signal.SIGINT, signal.SIGTERM):
    signal.signal(stop, lambda *_: sys.exit(0))

config = uvicorn.Config(
    app, log_level=levels[level], timeout_graceful_shutdown=2
)
# #endregion

url_host = f"[{host}]" if is_ipv6 else host
print(f"Listening on http://{url_host}:{listener.getsockname()[1]}", flush=True)
uvicorn.Server(config).run(sockets=[listener])
