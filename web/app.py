"""The served page: what `assess --html` writes, live, and the same figures as JSON; nothing leaves the machine."""

import asyncio
import contextlib
import errno
import logging
import socket
import sys
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec
from litestar import Litestar, MediaType, Request, Response, get
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import ServerSentEvent

from contracts.folder import Loaded
from contracts.papers.data import as_json
from contracts.papers.page import Broken, Item, Live, page
from core.assessment import Assessment, assess, others
from core.canonical import plain
from core.problems import InputError, Problem
from locales import pick, say, words
from web.guard import LOOPBACK, Guard
from web.sources import Source, source_for

__all__ = ["create_app", "serve"]

Day = date | datetime
Asked = Request[Any, Any, Any]

HEARTBEAT = 15.0
"""Seconds after which a silent stream says something, so that a reader that is gone is noticed."""


YEARS = range(1950, 2200)
"""Years one may ask for; beyond them calendars and windows have no end."""


class _When(NamedTuple):
    """The day that is shown, and by when what counts had to be recorded (None: today; everything)."""

    as_of: Day | None = None
    known_at: Day | None = None


class _Changes:
    """A number that grows with every change, for those who wait to hear of it."""

    def __init__(self) -> None:
        self.version = 0
        self.stop = asyncio.Event()
        self._next = asyncio.Event()

    def bump(self) -> None:
        self.version += 1
        self._next.set()
        self._next = asyncio.Event()

    def close(self) -> None:
        """Ends every stream, so that the server need not wait for browsers."""
        self.stop.set()
        self._next.set()

    async def after(self, version: int) -> AsyncIterator[dict[str, str]]:
        """One message a change later than `version`; comments in between."""
        while not self.stop.is_set():
            waiting = self._next
            if self.version > version:
                version = self.version
                yield {"event": "changed", "data": str(version)}
                continue
            try:
                await asyncio.wait_for(waiting.wait(), HEARTBEAT)
            except TimeoutError:
                yield {"comment": "still here"}


class _App(Litestar):
    """Litestar behind the guard: its own middleware does not see what routing refuses (404, 405)."""

    guard: Guard

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await self.guard(scope, receive, send, super().__call__)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    source: Source,
    *,
    lang: str | None = None,
    as_of: Day | None = None,
    known_at: Day | None = None,
    hosts: Collection[str] = LOOPBACK,
) -> Litestar:
    """The application over one source; `hosts` are its own names. `as_of` None is the day on which somebody looks,
    `known_at` None is everything recorded; an address may ask for others.
    """
    changes, usual = _Changes(), _When(as_of, known_at)

    @contextlib.asynccontextmanager
    async def watching(_: Litestar) -> AsyncIterator[None]:
        async def watch() -> None:
            async for _ in source.changes(changes.stop):
                changes.bump()

        task = asyncio.create_task(watch())
        task.add_done_callback(_report)
        try:
            yield
        finally:
            changes.close()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def shown(request: Asked, names: Sequence[str], *, home: bool, overview: bool) -> Response[str]:
        """The page about these contracts; what cannot be read is on it too, with its problems."""
        spoken = _language(request, lang)
        version = changes.version
        when, wrong = _asked_when(request, usual)
        loaded = await source.load(names)
        kept = _kept(request)
        live = Live(
            events=f"/events?after={version}",
            as_of=_for_field(when.as_of),
            known_at=_for_field(when.known_at),
            home=f"/{kept}" if home else "",
        )
        links = {name: f"/c/{quote(name)}{kept}" for name in names} if overview else None
        html = await asyncio.to_thread(_page, loaded, when, wrong, spoken, live, links)
        response = Response(html, media_type=MediaType.HTML, status_code=422 if wrong else 200)
        response.headers["content-language"] = spoken
        if "lang" in request.query_params:
            response.set_cookie("lang", spoken, max_age=31_536_000, samesite="strict")
        return response

    @get("/")
    async def front(request: Asked) -> Response[str]:
        return await shown(request, await source.names(), home=False, overview=not source.single)

    @get("/c/{name:path}")
    async def contract(request: Asked, name: FromPath[str]) -> Response[str]:
        return await shown(request, [await _known(source, name)], home=not source.single, overview=False)

    @get("/api/v1/assessments")
    async def listed(request: Asked) -> Response[str]:
        return await _answer(source, await source.names(), request, usual, whole=False)

    @get("/api/v1/assessments/{name:path}")
    async def one(request: Asked, name: FromPath[str]) -> Response[str]:
        return await _answer(source, [await _known(source, name)], request, usual, whole=True)

    @get("/events")
    async def events(after: FromQuery[int | None] = None) -> ServerSentEvent:
        return ServerSentEvent(changes.after(changes.version if after is None else after))

    @get("/health", media_type=MediaType.JSON)
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    app = _App(
        [front, contract, listed, one, events, health],
        lifespan=[watching],
        exception_handlers={InputError: _refused, HTTPException: _refused},
        openapi_config=None,
    )
    app.guard = Guard(hosts)
    app.state.changes, app.state.lang = changes, lang
    return app


def serve(
    place: str | Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    lang: str | None = None,
    as_of: Day | None = None,
    known_at: Day | None = None,
) -> int:
    """Serve a contract file, a folder or a store until Ctrl-C; 0 at the end, InputError if it cannot begin."""
    import uvicorn

    spoken = pick(lang)
    app = create_app(source_for(place), lang=spoken, as_of=as_of, known_at=known_at, hosts=LOOPBACK | {host})
    listening = _listen(host, port)
    url = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}/"
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, lifespan="on", timeout_graceful_shutdown=3
    )

    class Server(uvicorn.Server):
        """Ends the streams of changes first: a browser that listens would hold the server."""

        def handle_exit(self, sig: int, frame: Any) -> None:
            app.state.changes.close()
            super().handle_exit(sig, frame)

    logging.getLogger("watchfiles").setLevel(logging.WARNING)
    print(words(spoken, "web.serving", url=url), file=sys.stderr, flush=True)
    with contextlib.suppress(KeyboardInterrupt), listening:
        Server(config).run(sockets=[listening])
    print(words(spoken, "web.stopped"), file=sys.stderr, flush=True)
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket; a port that is taken or not ours is the reader's to change."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        raise InputError([_why_not(error, host, port)]) from None
    return listening


def _why_not(error: Exception, host: str, port: int) -> Problem:
    """Why nobody can listen there, and where else to."""
    number = getattr(error, "errno", None)
    if isinstance(error, OverflowError):
        return Problem("WEB-PORT-02", "--port", {"port": str(port)})
    if number == errno.EADDRINUSE:
        return Problem("WEB-PORT-01", "--port", {"port": str(port)})
    if number == errno.EACCES:
        return Problem("WEB-PORT-03", "--port", {"port": str(port)})
    return Problem("WEB-HOST-01", "--host", {"host": host, "port": str(port), "detail": str(error)})


def _report(task: asyncio.Task[None]) -> None:
    """A watcher that fails says so at once: the page goes on, but follows no more saves."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logging.getLogger("web").error("watching for changes ended", exc_info=error)


async def _known(source: Source, name: str) -> str:
    """The name as the source lists it; NotFound otherwise."""
    name = name.removeprefix("/")
    if name not in await source.names():
        raise NotFoundException(extra={"name": name})
    return name


def _page(
    loaded: Sequence[tuple[str, Loaded]],
    when: _When,
    wrong: Sequence[Problem],
    lang: str,
    live: Live,
    links: Mapping[str, str] | None,
) -> str:
    """Assess and render, in a thread, as it may take its time; with `links` an overview that leads elsewhere."""
    items: list[Item] = []
    named: list[str] = []
    broken: list[Broken] = [(problem.where, [problem]) for problem in wrong]
    for name, one in loaded:
        if one.contract is None or one.problems:
            broken.append((name, one.problems))
            continue
        given: dict[str, Any] = {"as_of": when.as_of, "known_at": when.known_at, "world": one.world}
        reading = others(one.contract, one.events, **given) if links is None else ()
        items.append((one.contract, one.events, assess(one.contract, one.events, **given), reading))
        named.append(name)
    if links is not None:
        live = msgspec.structs.replace(live, links=[links[name] for name in named])
    return page(items, lang=lang, broken=broken, live=live)


def _assess(one: Loaded, when: _When) -> Assessment:
    assert one.contract is not None
    assert when.as_of is not None
    return assess(one.contract, one.events, as_of=when.as_of, known_at=when.known_at, world=one.world)


async def _answer(source: Source, names: Sequence[str], request: Asked, usual: _When, *, whole: bool) -> Response[str]:
    """The JSON of `assess --json`; `whole`: what cannot be read is refused, else it is among the problems."""
    when, wrong = _asked_when(request, usual)
    loaded = await source.load(names)
    problems = [problem for _, one in loaded for problem in one.problems]
    if wrong or (whole and problems):
        raise InputError(wrong or problems)
    good = [one for _, one in loaded if one.contract is not None and not one.problems]

    def work() -> str:
        return as_json([_assess(one, when) for one in good], problems)

    return Response(await asyncio.to_thread(work), media_type=MediaType.JSON)


def _asked_when(request: Asked, usual: _When) -> tuple[_When, list[Problem]]:
    """`?as_of=2027-01-10&known_at=2026-08-10`: both the day's 24:00, or with a time of day; no `as_of` is today."""
    wrong: list[Problem] = []
    asked = [_asked_day(request, name, getattr(usual, name), wrong) for name in _When._fields]
    return _When(asked[0] or _today(), asked[1]), wrong


def _asked_day(request: Asked, name: str, usual: Day | None, wrong: list[Problem]) -> Day | None:
    text = request.query_params.get(name, "").strip()
    if not text:
        return usual
    with contextlib.suppress(ValueError):
        day = datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
        if day.year in YEARS:
            return day
    wrong.append(Problem("WEB-DATE-01", name, {"value": text[:40]}))
    return usual


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the day of the person who looks; everything after takes it as an argument


def _for_field(day: Day | None) -> str:
    return day.isoformat()[:10] if day else ""


def _kept(request: Asked) -> str:
    """The days that were asked for, to go along with the links."""
    asked = {name: request.query_params.get(name, "") for name in _When._fields}
    kept = "&".join(f"{name}={quote(day)}" for name, day in asked.items() if day)
    return f"?{kept}" if kept else ""


def _language(request: Asked, fallback: str | None) -> str:
    """Asked for in the address, chosen before, preferred by the browser, or the server's own."""
    asked = (request.query_params.get("lang", ""), request.cookies.get("lang", ""), *_preferred(request))
    for tag in filter(None, asked):
        with contextlib.suppress(ValueError):
            return pick(tag)
    return pick(fallback)


def _preferred(request: Asked) -> Iterable[str]:
    """Tags of Accept-Language, the best first."""
    rated = []
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, quality = part.strip().partition(";q=")
        with contextlib.suppress(ValueError):
            rated.append((-(_quality(quality)), tag))
    return [tag for weight, tag in sorted(rated, key=lambda pair: pair[0]) if weight and tag != "*"]


def _quality(text: str) -> int:
    """Thousandths: "0.8" gives 800."""
    whole, _, part = text.partition(".")
    return int(whole or 1) * 1000 + int(part.ljust(3, "0")[:3] or 0) if text else 1000


def _refused(request: Asked, error: Exception) -> Response[Any]:
    """The one mapping from what went wrong to an answer: problem+json for programs (RFC 9457), the page for people."""
    spoken = _language(request, request.app.state.lang)
    status, problems = _told(request, error)
    if request.url.path.startswith("/api/"):
        form = {
            "type": "about:blank",
            "title": words(spoken, f"web.status.{status}") if status in _SAID else str(getattr(error, "detail", "")),
            "status": status,
            "problems": [{**plain(problem), "says": say(problem, spoken)} for problem in problems],
        }
        return Response(form, status_code=status, media_type="application/problem+json")
    html = page([], lang=spoken, broken=[(request.url.path, problems)], live=Live(events="/events", home="/"))
    return Response(html, status_code=status, media_type=MediaType.HTML)


_SAID = frozenset({400, 404, 405, 422})


def _told(request: Asked, error: Exception) -> tuple[int, Sequence[Problem]]:
    if isinstance(error, InputError):
        return 422, error.problems
    if not isinstance(error, HTTPException) or error.status_code >= 500:
        raise error  # ours: a traceback in the log, never a page that hides it
    if error.status_code == 404:
        return 404, [Problem("WEB-NAME-01", request.url.path)]
    return error.status_code, [Problem("WEB-REQUEST-01", request.url.path, {"detail": error.detail})]
