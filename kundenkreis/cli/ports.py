"""May we listen here? Standard library only: `bin/demo` asks before anything is installed."""

from __future__ import annotations

import errno
import socket
import sys


def why_not(host: str, port: int) -> str:
    """A sentence that says why nothing can listen at the address, or an empty string if it can."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        return f"{host} is not an address of this machine."
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            return _sentence(error, host, port)
    return ""


def _sentence(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use by another program. Choose another one, for example: --port {port % 65535 + 1}"
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for the system administrator. Choose one above 1023, for example: --port 8000"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine."
    return f"Nothing can listen at {host}, port {port}: {error.strerror}."


if __name__ == "__main__":
    trouble = why_not(sys.argv[1], int(sys.argv[2]))
    sys.exit(trouble or 0)
