"""What every answer carries, and who may ask: the headers of a page that loads nothing, and the hosts it answers to."""

import json
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from contracts.papers.page import policy

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["LOOPBACK", "Guard"]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})

HEADERS = {
    "content-security-policy": f"{policy(live=True)}; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""`no-store`: contracts do not stay in a browser's cache on a shared machine, and each look is fresh."""

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:]*)(?::\d+)?")


class Guard:
    """Refuses foreign names in `Host` and sets the headers; stands before routing, so that no answer escapes it.

    A page elsewhere may let its own name point to 127.0.0.1 (DNS rebinding) and would then read contracts as if they
    were its own; the name it sends gives it away.
    """

    def __init__(self, hosts: Collection[str]) -> None:
        self.hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send", next_app: "ASGIApp") -> None:
        """Pass the request on to `next_app`, or answer 421."""

        async def with_headers(message: "Message") -> None:
            if message["type"] == "http.response.start":
                own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                names = {name for name, _ in own}
                message["headers"] = [*(pair for pair in message["headers"] if pair[0].lower() not in names), *own]
            await send(message)

        if self._known(scope):
            await next_app(scope, receive, with_headers)
            return
        body = json.dumps({"type": "about:blank", "title": "Misdirected Request", "status": 421}).encode()
        start: Any = {
            "type": "http.response.start",
            "status": 421,
            "headers": [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())],
        }
        await with_headers(start)
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def _known(self, scope: "Scope") -> bool:
        sent = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"host"]
        found = _HOST.fullmatch(sent[0]) if len(sent) == 1 else None
        return found is not None and found[1].lower() in self.hosts
