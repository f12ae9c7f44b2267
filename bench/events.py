#!/usr/bin/env python3
"""Event streams: memory of idle ones, and how soon a message is told.

usage: events.py PROGRAM [STREAMS]

Starts PROGRAM (target/release/outro) on an empty folder, opens STREAMS (5000) event streams of as many
accounts as that takes (20 each), looks at the resident memory before and after, lets them idle, then sends
300 messages from one account to another and takes the time from the beginning of the request to the event
on the other's stream. Give it descriptors: ulimit -n 20000.
"""
import asyncio, json, os, resource, socket, statistics, subprocess, sys, tempfile, time

PER_ACCOUNT = 20
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


async def join(port, handle):
    body = {"handle": handle, "password": "a long password", "birth_date": "1990-01-01"}
    status, answer = await request(port, "POST", "/api/v1/accounts", body)
    assert status == 201, (status, answer)
    return answer["token"]


async def stream(port, token):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /api/v1/events HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    await reader.readuntil(b"retry: 2000\n\n")
    return reader, writer


def memory(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def cpu(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def latency(port, one, other):
    reader, writer = await stream(port, other)
    status, talk = await request(port, "POST", "/api/v1/conversations", {"to": ["person_1"], "text": "0"}, one)
    assert status in (200, 201), (status, talk)
    await reader.readuntil(b"event: message")
    times = []
    for number in range(MESSAGES):
        began = time.perf_counter()
        sent = asyncio.create_task(
            request(port, "POST", f"/api/v1/conversations/{talk['id']}/messages", {"text": str(number)}, one))
        await reader.readuntil(b"event: message")
        times.append((time.perf_counter() - began) * 1000)
        status, answer = await sent
        assert status == 201, (status, answer)
    writer.close()
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.99)]


async def run(port, pid, count):
    accounts = max(2, -(-count // PER_ACCOUNT) + 2)
    tokens = []
    for number in range(accounts):
        tokens.append(await join(port, f"person_{number}"))
    print(f"sent to told, nothing else open: p50 %.1f ms, p99 %.1f ms" % await latency(port, tokens[0], tokens[1]))
    before, opened = memory(pid), []
    for number in range(count):
        opened.append(await stream(port, tokens[2 + number // PER_ACCOUNT]))
    after, spent, began = memory(pid), cpu(pid), time.time()
    print(f"{count} streams: {(after - before) / count:.1f} KiB each ({before} to {after} KiB)")
    await asyncio.sleep(20)
    share = (cpu(pid) - spent) / (time.time() - began) * 100
    print(f"idle for 20 s: {share:.1f} % of one processor, {(memory(pid) - before) / count:.1f} KiB each")
    print(f"sent to told, with them open: p50 %.1f ms, p99 %.1f ms" % await latency(port, tokens[0], tokens[1]))
    began = time.perf_counter()
    await request(port, "DELETE", "/api/v1/sessions/current", None, tokens[2])
    try:
        while await asyncio.wait_for(opened[0][0].read(4096), 5):
            pass
    except ConnectionError:
        pass
    print(f"signed out to cut off: {(time.perf_counter() - began) * 1000:.0f} ms")


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(20000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        environment = dict(os.environ, OUTRO_RATE_LIMITS="off", OUTRO_PUBLIC_URL=f"http://127.0.0.1:{port}")
        server = subprocess.Popen([program, "serve", "--dev", "--data", data, "--listen", f"127.0.0.1:{port}"],
                                  env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                time.sleep(0.1)
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
            asyncio.run(run(port, server.pid, count))
        finally:
            server.terminate()
            server.wait()


main()
