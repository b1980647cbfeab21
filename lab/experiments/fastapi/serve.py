"""Serves the `app` of a program, and prints the address that uvicorn would only log."""

import importlib
import socket
import sys

import uvicorn

sys.path.insert(0, ".")
app = importlib.import_module(sys.argv[1]).app

listener = socket.create_server(("127.0.0.1", 0))
print(f"http://127.0.0.1:{listener.getsockname()[1]}")
uvicorn.Server(uvicorn.Config(app, log_level="critical")).run([listener])
