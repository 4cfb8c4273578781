"""A network between tablets and server in which most connections go wrong, each in a way drawn from a seed.

It knows bytes alone and no HTTP: it cuts, resets, slices, delays, repeats and slows down. The order in which
connections come is not repeatable, so the seed gives the mixture and not the very run.
"""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

Way = tuple[asyncio.StreamReader, asyncio.StreamWriter]
UPWARD = ("cut up", "reset", "slices", "delay", "throttle")
DOWNWARD = ("cut down", "reset", "slices", "delay", "throttle")
FAULTS = ("cut up", "cut down", "reset", "slices", "delay", "repeat", "throttle")
_THROTTLED_BYTES_PER_S = 200_000
_CHUNK = 16_384


class ChaosProxy:
    """Carries connections to the server's port, `share` of them badly; what it did is counted in `done`."""

    def __init__(self, server_port: int, *, seed: str, share: float) -> None:
        self._server_port = server_port
        self._random = random.Random(seed)
        self._share = share
        self.done: Counter[str] = Counter()
        self.port = 0
        self._carrying: set[asyncio.Future[None]] = set()

    async def start(self) -> asyncio.Server:
        """It listens on `port`."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def end(self) -> None:
        """No connection is left."""
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    def _accept(self, tablet: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._carry(tablet, back))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)
        task.add_done_callback(lambda _: back.close())  # also where it was over before it began

    async def _carry(self, tablet: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        is_bad = self._random.random() < self._share
        fault = self._random.choice(FAULTS) if is_bad else "none"
        self.done[fault] += 1
        with suppress(OSError, asyncio.IncompleteReadError):
            server, forth = await asyncio.open_connection("127.0.0.1", self._server_port)
            try:
                await self._both_ways((tablet, forth), (server, back), fault)
            finally:
                if fault == "reset":
                    forth.transport.abort()
                    back.transport.abort()
                forth.close()
                back.close()

    async def _both_ways(self, up: Way, down: Way, fault: str) -> None:
        after, sent = int(self._random.paretovariate(0.5) * 20) % 60_000, bytearray()
        tasks = [
            asyncio.ensure_future(self._pump(up, fault if fault in UPWARD else "none", after, sent)),
            asyncio.ensure_future(
                self._pump(down, fault if fault in DOWNWARD else "none", after, bytearray())
            ),
        ]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if fault == "repeat":
            await self._repeated(bytes(sent))

    async def _pump(self, way: Way, fault: str, after: int, carried: bytearray) -> None:
        """Everything that came has been carried, or as much as the fault lets through."""
        source, target = way
        if fault == "delay":
            await asyncio.sleep(self._random.uniform(0.05, 0.4))
        while chunk := await source.read(7 if fault == "slices" and len(carried) < 700 else _CHUNK):
            if fault in ("cut up", "cut down", "reset") and len(carried) + len(chunk) > after:
                target.write(chunk[: max(0, after - len(carried))])
                await target.drain()
                return
            carried += chunk
            target.write(chunk)
            await target.drain()
            if fault == "throttle":
                await asyncio.sleep(len(chunk) / _THROTTLED_BYTES_PER_S)

    async def _repeated(self, sent: bytes) -> None:
        """The same bytes go up once more, later, and nobody listens to the answer."""
        await asyncio.sleep(self._random.uniform(0, 0.5))
        server, forth = await asyncio.open_connection("127.0.0.1", self._server_port)
        try:
            forth.write(sent)
            await forth.drain()
            await asyncio.wait_for(server.read(1), timeout=10)
        except TimeoutError:
            return
        finally:
            forth.close()


@contextmanager
def chaos(server_port: int, *, seed: str, share: float = 0.6) -> Iterator[ChaosProxy]:
    """The proxy runs in a thread of its own until the block ends."""
    proxy, loop, ready = (
        ChaosProxy(server_port, seed=seed, share=share),
        asyncio.new_event_loop(),
        threading.Event(),
    )
    over = asyncio.Event()

    async def run() -> None:
        server = await proxy.start()
        ready.set()
        await over.wait()
        server.close()
        await proxy.end()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    ready.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()
