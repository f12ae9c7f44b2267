#!/usr/bin/env python3
"""Event streams: memory of idle ones, and how soon a message is told.

usage: events.py DATA STREAMS

DATA is a folder of `outro demo` with at least STREAMS + 2 accounts, on which no server runs. Each stream is another
account's. Looks at the resident memory before and after, lets them idle, and takes the time of 300 messages from the
beginning of the request to the event on the other's stream. Give it descriptors: ulimit -n 20000.
"""
import asyncio
import json
import os
import resource
import statistics
import sys
import time

import crowd
from servers import Outro

MESSAGES = 300


async def request(port, method, path, body=None, token=None):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    data = json.dumps(body).encode() if body is not None else b""
    auth = f"Authorization: Bearer {token}\r\n" if token else ""
    kind = "Content-Type: application/json\r\n" if body is not None else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: h\r\n{auth}{kind}Content-Length: {len(data)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + data)
    answer = await reader.read()
    writer.close()
    head, _, rest = answer.partition(b"\r\n\r\n")
    status = int(head.split()[1]) if head else 0
    try:
        return status, json.loads(rest)
    except ValueError:
        return status, None


async def stream(port, token):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /api/v1/events HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    # The first thing that is sent: where the stream stands.
    await reader.readuntil(b"\nid: ")
    await reader.readuntil(b"\n\n")
    return reader, writer


async def quiet(reader):
    """Reads what was told before, so that each message is held against its own event."""
    try:
        while True:
            await asyncio.wait_for(reader.readuntil(b"\n\n"), 1)
    except asyncio.TimeoutError:
        pass


def memory(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def cpu(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def latency(port, one, other):
    reader, writer = await stream(port, other)
    _, me = await request(port, "GET", "/api/v1/me", token=other)
    status, talk = await request(port, "POST", "/api/v1/conversations", {"to": [me["handle"]], "text": "0"}, one)
    if status not in (200, 201):
        raise RuntimeError(f"a conversation: {status} {talk}")
    # From somebody whom one does not follow: it waits to be accepted, and is told live from then on.
    await request(port, "POST", f"/api/v1/conversations/{talk['id']}/accept", token=other)
    await quiet(reader)
    times = []
    for number in range(MESSAGES):
        began = time.perf_counter()
        sent = asyncio.create_task(
            request(port, "POST", f"/api/v1/conversations/{talk['id']}/messages", {"text": str(number)}, one))
        await reader.readuntil(b"event: message")
        times.append((time.perf_counter() - began) * 1000)
        status, answer = await sent
        if status != 201:
            raise RuntimeError(f"a message: {status} {answer}")
    writer.close()
    times.sort()
    return f"p50 {statistics.median(times):.1f} ms, p99 {times[int(len(times) * 0.99)]:.1f} ms"


async def run(server, tokens):
    """Lines of what was measured; the first two accounts write to each other, of the others each has a stream."""
    port, pid, (one, other, *idle) = server.port, server.process.pid, tokens
    print(f"message sent to event at the other's, nothing else open: {await latency(port, one, other)}")
    before, opened = memory(pid), []
    for token in idle:
        opened.append(await stream(port, token))
    after = memory(pid)
    print(f"{len(idle):,} idle event streams of as many accounts: {(after - before) / len(idle):.1f} KiB each")
    spent, began = cpu(pid), time.time()
    await asyncio.sleep(20)
    share = (cpu(pid) - spent) / (time.time() - began) * 100
    print(f"the same after 20 s: {(memory(pid) - before) / len(idle):.1f} KiB each, {share:.1f} % of one processor")
    print(f"message sent to event at the other's, with them open: {await latency(port, one, other)}")
    for _, writer in opened:
        writer.close()


def main():
    data, count = sys.argv[1], int(sys.argv[2])
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(20_000, most), most))
    tokens = crowd.sessions(data, count + 2)
    if len(tokens) < count + 2:
        sys.exit(f"events: {data} holds {len(tokens)} accounts alone")
    with Outro(data) as server:
        asyncio.run(run(server, tokens))


main()
