#!/usr/bin/env python3
"""What single things cost at 10³, 10⁵ and 10⁶ accounts, on SQLite and on PostgreSQL; draws docs/cost.svg and writes bench/cost.json.

`bench/cost.py` takes an hour, most of it for making the sets; `--quick` has 10² and 10³, and `--draw` draws again what was measured. Each
number is a median: of one request at a time, so that it is the cost and not the throughput.
"""

import argparse
import base64
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from math import ceil, floor, log10
from pathlib import Path

import crowd
import erasing
import privacy as of_privacy
from client import Api
from servers import ROOT, Outro

FIGURES, PICTURE = ROOT / "bench/cost.json", ROOT / "docs/cost.svg"
VIDEOS, FOLLOWED = 1, 500
ENGINES = ("SQLite", "PostgreSQL")
# In the order of the drawing.
MEASURED = ("erasure", "page of For You", "page of Following", "suggestions", "a video", "hiatus")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sets")
    parser.add_argument("--draw", action="store_true", help="draw what was measured before")
    parser.add_argument("--sizes", type=int, nargs="+", help="how many accounts, smallest first")
    options = parser.parse_args()
    if not options.draw:
        cluster = os.environ.get("OUTRO_TEST_POSTGRES_URL")
        if not cluster:
            # As durable as a real one.
            again = [ROOT / "scripts/with-postgres.sh", sys.executable, *sys.argv]
            os.execve(again[0], list(map(str, again)), {**os.environ, "OUTRO_TEST_PG_FSYNC": "on"})
        sizes = options.sizes or ([100, 1_000] if options.quick else [1_000, 100_000, 1_000_000])
        figures = {engine: {name: {} for name in MEASURED} for engine in ENGINES}
        for size in sizes:
            for engine in ENGINES:
                for what, cost in measured(engine, size, cluster):
                    figures[engine][what][size] = round(cost, 3)
                # The largest take longest, and the last may be cut off.
                FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    PICTURE.write_text(drawn(json.loads(FIGURES.read_text())))


# --- measuring ----------------------------------------------------------------------------------------------------


def measured(engine, size, cluster):
    """Each thing, and its cost in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="outro-cost-") as data:
        env, psql = {}, None
        if engine == "PostgreSQL":
            name = f"cost_{size}"
            subprocess.run(["psql", "-q", cluster, "-c", f"CREATE DATABASE {name}"], check=True)
            env = {"OUTRO_DATABASE_URL": cluster.rsplit("/", 1)[0] + "/" + name}
            psql = env["OUTRO_DATABASE_URL"]
        began = time.perf_counter()
        password = crowd.make(data, size, VIDEOS, FOLLOWED, env)
        if psql:
            subprocess.run(["psql", "-q", psql, "-c", "ANALYZE"], check=True)
        print(f"{engine}, {size:,} accounts: made in {time.perf_counter() - began:.0f} s", file=sys.stderr)
        with Outro(data, env) as server:
            for what, cost in costs(server, data, psql, password, size):
                print(f"  {what}: {cost:.2f} ms", file=sys.stderr)
                yield what, cost
        if psql:
            subprocess.run(["psql", "-q", cluster, "-c", f"DROP DATABASE {name} WITH (FORCE)"], check=True)


def costs(server, data, psql, password, size):
    draw = random.Random(size)
    api = Api.sign_in(server.url, "crowd.0", password)
    # Those who read follow each other too, so that there are people whom one may know at each size.
    for number in range(1, 31):
        api.call("PUT", f"/accounts/crowd.{number}/follow")
    rests(server)
    if not api.call("GET", "/suggestions")["items"]:
        raise RuntimeError("nobody is suggested")
    videos = some_videos(data, psql)
    yield "page of Following", each(200, lambda: api.call("GET", "/feed/following?limit=20"))
    yield "page of For You", each(200, lambda: api.call("GET", "/feed/for-you?limit=20"))
    yield "suggestions", each(200, lambda: api.call("GET", "/suggestions"))
    yield "a video", each(500, lambda: api.call("GET", f"/videos/{draw.choice(videos)}"))
    on, off = of_privacy.hiatus(api, 20)
    yield "hiatus", statistics.median(on + off)
    watcher = PostgresWatcher(psql) if psql else erasing.Watcher(data)
    gone = []
    for number in draw.sample(range(64, size), 30):
        leaver = Api.sign_in(server.url, f"crowd.{number}", password)
        account = erasing.account_of(leaver)
        _, said = erasing.leave(leaver, erasing.begin(leaver), password)
        watcher.wait(account)
        gone.append((time.perf_counter() - said) * 1000)
    yield "erasure", statistics.median(gone)


def rests(server):
    """Waits until the server does nothing by itself any more, two minutes at most: what can be found is read into memory
    first, a little at a time, which takes longer for a million."""
    def used():
        return sum(map(int, Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))

    before, until = used(), time.monotonic() + 120
    while time.monotonic() < until:
        time.sleep(2)
        now = used()
        if now - before < 10:
            return
        before = now


def each(times, act):
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begin) * 1000)
    return statistics.median(taken)


def some_videos(data, psql):
    if not psql:
        return crowd.some_videos(data)[:5_000]
    said = subprocess.run(["psql", "-qAt", psql, "-c",
                           "SELECT encode(id, 'hex') FROM videos WHERE state = 1 AND audience = 0 ORDER BY random() LIMIT 5000"],
                          check=True, capture_output=True, text=True).stdout
    return [base64.urlsafe_b64encode(bytes.fromhex(line)).rstrip(b"=").decode() for line in said.split()]


class PostgresWatcher:
    """Asks over one open connection whether the row of an account is there; it is the last one to go."""

    def __init__(self, url):
        self.psql = subprocess.Popen(["psql", "-qAt", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def wait(self, account, limit=60):
        end = time.perf_counter() + limit
        while True:
            self.psql.stdin.write(f"SELECT count(*) FROM accounts WHERE id = '\\x{account.hex()}';\n")
            self.psql.stdin.flush()
            if self.psql.stdout.readline().strip() == "0":
                return
            if time.perf_counter() > end:
                raise RuntimeError("an account is not gone")
            time.sleep(0.0005)


# --- drawing ------------------------------------------------------------------------------------------------------

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 520, 380, 52, 44, 150, 40
COLOURS = ("#c2410c", "#7c3aed", "#2563eb", "#0f766e", "#a16207", "#be185d")
STYLE = """<style>
text { font: 12px system-ui, sans-serif; fill: #57534e } .head { font-weight: 600; font-size: 14px } line { stroke: #a8a29e55 }
polyline { fill: none; stroke-width: 2 } @media (prefers-color-scheme: dark) { text { fill: #d6d3d1 } }
</style>"""


def drawn(figures):
    """Both engines side by side, both axes by powers of ten."""
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {HEIGHT}" role="img" '
             'aria-label="What single things cost as the number of accounts grows">', STYLE]
    for at, engine in enumerate(ENGINES):
        parts += [f'<g transform="translate({at * WIDTH} 0)">', *panel(engine, figures[engine]), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def panel(engine, costs_):
    sizes = sorted(int(size) for size in costs_[MEASURED[0]])
    values = [cost for line in costs_.values() for cost in line.values()]
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    first, last = log10(sizes[0]), log10(sizes[-1])

    def x(size):
        return LEFT + (log10(int(size)) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(cost):
        return TOP + (high - log10(cost)) / (high - low) * (HEIGHT - TOP - BOTTOM)

    yield f'<text class="head" x="{LEFT}" y="20">{engine}: milliseconds, by accounts</text>'
    for power in range(low, high + 1):
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(10**power):.1f}" y2="{y(10**power):.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{y(10**power) + 4:.1f}" text-anchor="end">{10**power:g}</text>'
    for size in sizes:
        yield f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{size:,}</text>'
    labels = apart([y(list(costs_[name].values())[-1]) + 4 for name in MEASURED])
    for name, colour, label in zip(MEASURED, COLOURS, labels):
        line = sorted((int(size), cost) for size, cost in costs_[name].items())
        points = " ".join(f"{x(size):.1f},{y(cost):.1f}" for size, cost in line)
        yield f'<polyline points="{points}" stroke="{colour}"/>'
        for size, cost in line:
            yield f'<circle cx="{x(size):.1f}" cy="{y(cost):.1f}" r="3" fill="{colour}"><title>{name}, {size:,}: {cost:.2f} ms</title></circle>'
        yield f'<text x="{WIDTH - RIGHT + 10}" y="{label:.1f}" style="fill:{colour}">{name} {line[-1][1]:.2g} ms</text>'


def apart(places, least=15):
    """The same places, moved down until none lies over another."""
    moved, before = {}, float("-inf")
    for at in sorted(range(len(places)), key=places.__getitem__):
        before = max(places[at], before + least)
        moved[at] = before
    return [moved[at] for at in range(len(places))]


if __name__ == "__main__":
    main()
