"""Channels without any server: one publisher, many subscribers, one event loop.

python -m benchmarks.broadcast [URL] [--subscribers N] [--messages N] prints JSON. The URL is a
CHANNELS_URL: memory:// by default, or that of a Redis.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from time import perf_counter
from uuid import uuid4

from quaff import Quaff
from quaff.channels import Channels


async def measure(url: str, subscribers: int, messages: int) -> dict[str, float]:
    """Seconds until every subscriber has every message, and deliveries a second."""
    app = Quaff(__name__, static_folder=None)
    app.config.update(
        CHANNELS_URL=url, CHANNELS_PREFIX=f"benchmark-{uuid4().hex}", CHANNELS_QUEUE=messages
    )
    channel = Channels(app)
    ready = asyncio.Semaphore(0)

    async def listen() -> None:
        async with channel.subscribe("everybody") as received:
            ready.release()
            for _ in range(messages):
                await anext(received)

    listening = [asyncio.create_task(listen()) for _ in range(subscribers)]
    for _ in listening:
        await ready.acquire()
    began = perf_counter()
    for number in range(messages):
        await channel.publish("everybody", number)
    await asyncio.gather(*listening)
    seconds = perf_counter() - began
    await channel.close()
    return {"seconds": seconds, "deliveries": subscribers * messages / seconds}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default="memory://")
    parser.add_argument("--subscribers", type=int, default=1_000)
    parser.add_argument("--messages", type=int, default=100)
    print(json.dumps(asyncio.run(measure(**vars(parser.parse_args())))))


if __name__ == "__main__":
    main()
