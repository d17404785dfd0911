"""The pages of the demonstration and of slides: a small server on 127.0.0.1, one page for the room and one for the speaker.

Both show one `Presentation`, so they are in step: whatever changes is sent to each as it comes (server-sent events), and a key
in either goes to the same place. All is here, nothing is asked of a network: the pages' Content-Security-Policy
forbids every other origin, and any script but ours.

The pages open for the token in the printed address only, and for no other Host than this computer's. The token stands
in a file that only the user may read, and in no argument; it becomes a cookie, so that no address that is seen has it.
"""

import asyncio
import hmac
import json
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import tornado.httpserver
import tornado.iostream
import tornado.web

from sagalab.errors import SagaLabError
from sagalab.instructor.background import in_background
from sagalab.instructor.deck_show import slides_parts, slides_speaker_parts
from sagalab.instructor.presentation import Presentation
from sagalab.instructor.projector import projector_parts
from sagalab.instructor.speaker import speaker_parts
from sagalab.markup import escape
from sagalab.project import private_opener, state_dir

HOST = "127.0.0.1"
PAGES = Path(__file__).parent / "pages"
View = Callable[[Any], dict[str, str]]
DEMONSTRATION: dict[str, View] = {"projector": projector_parts, "speaker": speaker_parts}
SLIDES: dict[str, View] = {"slides": slides_parts, "speaker": slides_speaker_parts}
_KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_BEAT_SECONDS = 1.0  # the speaker's clock
_RETRY_MS = 500  # how soon a page asks again that has lost its server


def address(port: int, token: str, page: str = "") -> str:
    """Return the address that opens a page: the room's, or `page="speaker"`."""
    return f"http://{HOST}:{port}/{page}?token={token}"


def listen(wanted: int | None) -> socket.socket:
    """Return a socket on `wanted`, or on a free port. Raises SagaLabError when `wanted` is taken."""
    listening = socket.socket()
    if os.name != "nt":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, wanted or 0))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise SagaLabError(
            f"Port {wanted} cannot be used ({error.strerror}).",
            "Does another demonstration run there? Its page still works. Else choose another, or leave --port out.",
        ) from None
    listening.setblocking(False)
    return listening


class Door(tornado.web.RequestHandler):
    """Lets in whoever has the token, by the address or by the cookie that it became."""

    def initialize(self, show: Presentation, views: dict[str, View], token: str, port: int) -> None:
        """Take what all handlers share. The first of the views is the room's."""
        self.show, self.views, self.token, self.port = show, views, token, port

    def prepare(self) -> None:
        """Turn away who has another Host or no token; a token in the address becomes a cookie."""
        if self.request.host not in (f"{HOST}:{self.port}", f"localhost:{self.port}"):
            raise tornado.web.HTTPError(403)
        cookie = f"sagalab-demo-{self.port}"
        given = self.get_query_argument("token", None)
        shown = given if given is not None else self.get_cookie(cookie) or ""
        if not hmac.compare_digest(shown.encode(), self.token.encode()):
            raise tornado.web.HTTPError(403)
        if given is not None:
            self.set_cookie(cookie, self.token, httponly=True, samesite="Lax", expires_days=None)
            self.redirect(self.request.path)

    def set_default_headers(self) -> None:
        """Forbid what no page of ours needs."""
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.clear_header("Server")

    def write_error(self, status_code: int, **_options: object) -> None:
        """Say it in words."""
        words = {403: "This page opens for the whole address that <code>sagalab</code> has printed."}
        self.finish(
            f"<!DOCTYPE html><title>{status_code}</title><p>{words.get(status_code, self._reason)}</p>"
        )


class Files(Door):
    """The two pages and what they are made of."""

    def get(self, name: str) -> None:
        """Answer with a file. A view's page has no ending in its address, and the room's no name."""
        path = PAGES / (name if "." in name else f"{name or next(iter(self.views))}.html")
        self.set_header("Content-Type", f"{_KINDS[path.suffix]}; charset=utf-8")
        self.finish(path.read_bytes())


class Press(Door):
    """A key that was pressed in one of the pages."""

    def post(self) -> None:
        """Do what it means. No form of a foreign page can send this header."""
        if self.request.headers.get("X-Sagalab") != "press":
            raise tornado.web.HTTPError(403)
        self.show.press(self.request.body.decode("utf-8", "replace"))
        self.set_status(204)


class News(Door):
    """What changes of a page, as it changes: for each part that does, its HTML."""

    def on_connection_close(self) -> None:
        """Let `get` end."""
        self._gone = True
        self._wake.set()

    async def get(self, view: str) -> None:
        """Send all parts, then those that change; every second the clock is looked at."""
        self._gone, self._wake = False, asyncio.Event()
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.write(f"retry: {_RETRY_MS}\n\n")
        sent: dict[str, str] = {}
        self.show.listeners.append(self._wake.set)
        try:
            while not self._gone:
                parts = self.views[view](self.show)
                new = {name: html for name, html in parts.items() if sent.get(name) != html}
                sent = parts
                if new:
                    self.write(f"data: {json.dumps(new)}\n\n")
                await self.flush()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), _BEAT_SECONDS)
                self._wake.clear()
        except (tornado.iostream.StreamClosedError, asyncio.CancelledError):
            pass  # the window was closed, or the server ends: this answer with it
        finally:
            self.show.listeners.remove(self._wake.set)


def application(show: Presentation, views: dict[str, View], token: str, port: int) -> tornado.web.Application:
    """Return the server's pages."""
    given = {"show": show, "views": views, "token": token, "port": port}
    return tornado.web.Application(
        [
            (r"/(|speaker|page\.js|page\.css|deck\.css)", Files, given),
            (r"/press", Press, given),
            (rf"/events/({'|'.join(views)})", News, given),
        ],
        log_function=lambda _handler: None,
    )


def serve(
    show: Presentation, views: dict[str, View], listening: socket.socket, token: str, *, browser: bool
) -> int:
    """Serve a presentation until Ctrl-C; return 0. `browser`: open the room's page in one.

    A SIGTERM, and a terminal that is closed, end it too.
    """
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):  # each system has its own
            signal.signal(getattr(signal, name), _ended)
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(show, views, listening, token, browser))
    return 0


async def _serve(
    show: Presentation, views: dict[str, View], listening: socket.socket, token: str, browser: bool
) -> None:
    port = listening.getsockname()[1]
    server = tornado.httpserver.HTTPServer(application(show, views, token, port))
    server.add_socket(listening)
    opener = state_dir() / f"demo-{port}.html"
    try:
        await show.open()
        if browser:
            _write(opener, address(port, token))
            await in_background(webbrowser.open, opener.as_uri())
        await asyncio.Event().wait()
    finally:
        opener.unlink(missing_ok=True)
        server.stop()
        await show.end()
        await server.close_all_connections()


def _write(opener: Path, target: str) -> None:
    """Write the page that leads to an address: a browser gets it by a file, since all users see a program's arguments."""
    link = escape(target)
    with open(opener, "w", encoding="utf-8", opener=private_opener) as file:
        file.write(
            f'<!DOCTYPE html><meta http-equiv="refresh" content="0;url={link}"><a href="{link}">The page</a>'
        )


def _ended(number: int, _frame: object) -> NoReturn:
    """Let a signal that ends this process end it in order, so that nothing stays behind."""
    sys.exit(128 + number)  # as shells count signals
