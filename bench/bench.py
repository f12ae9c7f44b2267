#!/usr/bin/env python3
"""Measures Outro beside what it is compared with, and writes bench/RESULTS.md.

Standard library only. `--quick` measures once and shortly; `--only NAME` one thing.
"""

import argparse
import itertools
import json
import os
import platform
import resource
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import backup as of_backups
import crowd
import encode as of_encode
import erasing as of_erasing
import follow as of_follow
import gdpr as of_gdpr
import pds as of_pds
import privacy as of_privacy
import takeout as of_takeout
from client import Api, wrk
from servers import OUTRO, RELEASE, ROOT, Nginx, Outro

SAMPLE = ROOT.parent / "shared/samples/car-detection.mp4"
TEN_MB = 10_000_000
BARS = "testsrc2=size={size}:rate=30:duration={seconds}"
NOISE = BARS + ",noise=alls=24:allf=t"


class Run:
    """How thoroughly to measure, and where scratch files go."""

    def __init__(self, quick, scratch):
        self.quick, self.scratch = quick, Path(scratch)
        self.times = 1 if quick else 5
        self.seconds = 2 if quick else 8
        self.accounts = 700 if quick else 5_200
        self.made = None

    def people(self):
        """A folder with many accounts of four videos each, made once, and their password."""
        if self.made is None:
            data = str(self.scratch / "people")
            self.made = data, crowd.make(data, self.accounts, 4, 10)
        return self.made

    def median(self, measure):
        """The run whose value is in the middle; a measurement gives a number, or a tuple led by one."""
        return sorted(measure() for _ in range(self.times))[self.times // 2]

    def beside(self, ours, *peers):
        """Ours and each peer's, one after another in each round: what ours is, and of each peer the ratio in the middle and what
        it is in that round. A peer that is not installed is None, and so is what is told of it."""
        rounds = [[one and one() for one in (ours, *peers)] for _ in range(self.times)]

        def middle(nth):
            ratios = ((led(found[0]) / led(found[nth]), found[0], found[nth]) for found in rounds)
            return sorted(ratios, key=led)[self.times // 2]

        told = [peer and middle(nth) for nth, peer in enumerate(peers, 1)]
        mine = next((there[1] for there in told if there), None) or sorted((found[0] for found in rounds), key=led)[self.times // 2]
        return mine, *told

    def clip(self, name, seconds, source, size="640x360"):
        path = self.scratch / name
        if not path.exists():
            ffmpeg("-f", "lavfi", "-i", source.format(size=size, seconds=seconds),
                   "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}",
                   "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p", "-c:a", "aac",
                   "-shortest", str(path))
        return path


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], check=True)


def led(found):
    """What a measurement found: a number, or a tuple led by one."""
    return found[0] if isinstance(found, tuple) else found


def of_the_pds(told, say):
    """The cell that tells of the PDS, after `Run.beside`."""
    if told is None:
        return "PDS: not installed"
    ratio, _, theirs = told
    return f"{ratio:.2f} × PDS ({say(theirs)})"


def rate(found):
    return "{:,.0f} requests/s, p99 {:.1f} ms".format(*found)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


# --- what is measured: each gives rows of (what, value, beside what) ----------------------------------------------


def start(run):
    """From the program's start to the first 200 of /readyz."""
    def empty():
        with Outro() as server:
            return server.start_ms

    def milliseconds(found):
        return f"{found:,.0f} ms"

    ours, pds = run.beside(empty, of_pds.if_installed(of_pds.start))
    yield "start to ready, empty folder", milliseconds(ours), of_the_pds(pds, milliseconds)
    with tempfile.TemporaryDirectory(prefix="outro-bench-") as data, of_pds.started_before() as theirs:
        with Outro(data):
            pass

        def again():
            with Outro(data) as server:
                return server.start_ms

        ours, pds = run.beside(again, theirs)
        yield "start to ready, second start", milliseconds(ours), of_the_pds(pds, milliseconds)


def memory(run):
    def idle():
        with Outro() as server:
            time.sleep(5)
            return server.resident_mib()

    def mib(found):
        return f"{found:.1f} MiB"

    ours, pds = run.beside(idle, of_pds.if_installed(of_pds.idle))
    yield "idle memory (VmRSS after 5 s)", mib(ours), of_the_pds(pds, mib)


def feed(run):
    """A page of 20 of the For You feed, signed in."""
    with Outro() as server:
        short = run.clip("short.mp4", 1, BARS, "180x320")
        makers = [Api.join(server.url, f"maker.{n}") for n in range(4)]
        for n in range(24):
            makers[n % 4].ready(makers[n % 4].upload(short, f"Clip number {n} #bench"))
        viewer = Api.join(server.url, "viewer")
        page = "/api/v1/feed/for-you?limit=20"
        count = len(viewer.call("GET", page)["items"])

        def measure():
            got = wrk(server.url + page, 32, run.seconds, viewer.token)
            return got["per_second"], got["p99_ms"]

        with of_pds.pages(run) as theirs:
            ours, pds = run.beside(measure, theirs)
        yield f"page of {count}, 32 connections", rate(ours), of_the_pds(pds, rate)


def media(run):
    """A whole video of about 10 MB, sealed at rest, beside nginx over TLS and a PDS with a plain file of the same size."""
    with Outro() as server:
        maker = Api.join(server.url, "maker")
        video, size = upload_of_about(run, maker, TEN_MB)
        url = server.url + path_of(video["renditions"][-1]["url"])
        with Nginx(size) as nginx, of_pds.blob(run, size) as blob:
            def ours():
                return wrk(url, 16, run.seconds, maker.token)["bytes_per_second"]

            def theirs():
                return wrk(nginx.url, 16, run.seconds)["bytes_per_second"]

            def megabytes(found):
                return f"{found / 1e6:,.0f} MB/s"

            mine, by_nginx, pds = run.beside(ours, theirs, blob)
        ratio, _, theirs = by_nginx
        yield (f"media, {size / 1e6:.1f} MB whole, 16 connections", megabytes(mine),
               f"{ratio:.2f} of nginx over TLS ({megabytes(theirs)}), {of_the_pds(pds, megabytes)}")
        with Nginx(size) as nginx:
            def ranges():
                ours = wrk(url, 32, run.seconds, maker.token, "ranges.lua", size=size)
                theirs = wrk(nginx.url, 32, run.seconds, None, "ranges.lua", size=size)
                return ours["per_second"] / theirs["per_second"], ours, theirs

            ratio, ours, theirs = run.median(ranges)
        yield (f"media, ranges of 64 KiB of {size / 1e6:.1f} MB, 32 connections",
               f"{ours['per_second']:,.0f} requests/s, p99 {ours['p99_ms']:.1f} ms",
               f"{ratio:.2f} of nginx over TLS ({theirs['per_second']:,.0f}, p99 {theirs['p99_ms']:.1f} ms)"
               f"{blob.ranges if blob else ''}")
        before = server.resident_mib()
        with slow_viewers(server.url, path_of(video["renditions"][-1]["url"]), maker.token, 1_000):
            yield "memory of 1,000 slow viewers of it, beyond the server's before", f"{server.resident_mib() - before:.0f} MiB", ""


@contextmanager
def slow_viewers(url, path, token, count):
    """As many connections that ask for a file and read its first bytes alone."""
    address = urlsplit(url)
    request = f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    viewers = []
    try:
        for _ in range(count):
            viewer = socket.socket()
            viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
            viewer.connect((address.hostname, address.port))
            viewer.sendall(request)
            viewers.append(viewer)
        for viewer in viewers:
            if not viewer.recv(1 << 10).startswith(b"HTTP/1.1 200"):
                raise RuntimeError("a slow viewer was refused")
        time.sleep(3)
        for viewer in viewers:
            viewer.recv(1 << 10)
        yield
    finally:
        for viewer in viewers:
            viewer.close()


def writes(run):
    """Likes, each acknowledged once it is durable, of sixteen people at once."""
    with tempfile.TemporaryDirectory(prefix="outro-bench-") as data:
        crowd.make(data, 1_000, 20 if run.quick else 100, 10)
        tokens, videos = run.scratch / "tokens", run.scratch / "videos"
        tokens.write_text("".join(f"{token}\n" for token in crowd.sessions(data, 16)))

        def measure():
            # Others each time: who likes a video already changes nothing.
            videos.write_text("".join(f"{video}\n" for video in crowd.some_videos(data)))
            got = wrk(server.url, 16, run.seconds, None, "likes.lua", tokens=tokens, videos=videos)
            return got["per_second"], got["p99_ms"]

        with Outro(data) as server, of_pds.likes(run) as theirs:
            # What is found is read into memory first.
            time.sleep(1 if run.quick else 10)
            ours, pds = run.beside(measure, theirs)
    yield "small writes (likes), durable, 16 connections", rate(ours), of_the_pds(pds, rate)


def upload_of_about(run, maker, wanted):
    """Noise does not compress, so its length sets the size: a first clip tells how long the second must be."""
    seconds = 3.0
    for attempt in range(3):
        video = maker.ready(maker.upload(run.clip(f"noise-{attempt}.mp4", round(seconds, 2), NOISE, "720x1280")))
        size = length(maker, path_of(video["renditions"][-1]["url"]))
        if abs(size - wanted) < wanted * 0.15:
            break
        seconds = min(55.0, seconds * wanted / size)
    return video, size


def length(api, path):
    api.connection.request("GET", path, headers={"Authorization": f"Bearer {api.token}"})
    answer = api.connection.getresponse()
    size = len(answer.read())
    if answer.status != 200:
        raise RuntimeError(f"GET {path}: {answer.status}")
    return size


def path_of(url):
    return url[url.index("/media/"):]


def transcode(run):
    """From the first byte of the upload to `ready`, in each shape, beside the same ffmpeg by hand."""
    # One round of those that are a minute and longer takes as long as all the others.
    files = [(f"{seconds} s, 1280×720", run.clip(f"of-{seconds}.mp4", seconds, BARS, "1280x720"), seconds >= 60)
             for seconds in ((15,) if run.quick else (15, 60, 180))]
    if SAMPLE.exists():
        files.append(("car-detection.mp4", SAMPLE, False))
    with Outro() as server:
        maker = Api.join(server.url, "maker")
        for (name, file, once), shape in itertools.product(files, ("fit", "crop", "follow")):
            def measure(file=file, shape=shape):
                by_hand = by_hand_seconds(run, file, shape)
                begin = time.perf_counter()
                with of_takeout.Peak(server.family_mib) as peak:
                    maker.ready(maker.upload(file, reframe=shape))
                    ours = time.perf_counter() - begin
                return ours / by_hand, ours, by_hand, peak.most

            ratio, ours, by_hand, most = measure() if once else run.median(measure)
            yield (f"upload to ready, {name}, {shape}", f"{ours:.2f} s, {most:.0f} MiB with all that it runs",
                   f"{ratio:.2f} × ffmpeg by hand ({by_hand:.2f} s)")


def encoding(run):
    """A page of the feed while videos are being made, beside the same while none is."""
    with Outro() as server:
        short, long = run.clip("short.mp4", 1, BARS, "180x320"), run.clip("of-60.mp4", 60, BARS, "1280x720")
        makers = [Api.join(server.url, f"maker.{n}") for n in range(4)]
        for n in range(24):
            makers[n % 4].ready(makers[n % 4].upload(short, f"Clip number {n} #bench"))
        viewer = Api.join(server.url, "viewer")

        def p99():
            return wrk(server.url + "/api/v1/feed/for-you?limit=20", 4, run.seconds, viewer.token)["p99_ms"]

        idle = run.median(p99)
        waiting = [maker.upload(long) for maker in makers]
        busy = run.median(p99)
        if makers[-1].call("GET", f"/videos/{waiting[-1]['id']}")["state"] == "ready":
            raise RuntimeError("nothing was being made any more")
        yield ("page of the feed while four videos are made, 4 connections", f"p99 {busy:.1f} ms",
               f"{busy / idle:.1f} × with none ({idle:.1f} ms)")


def by_hand_seconds(run, file, shape):
    commands = media_plan(file, shape)
    begin = time.perf_counter()
    for number, arguments in enumerate(commands):
        arguments = in_files(arguments, file, run.scratch / f"by-hand-{number}.mp4")
        subprocess.run(["ffmpeg", *arguments], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def media_plan(file, shape):
    """The arguments that Outro would give ffmpeg: JSON (a list, or a list of lists), or one command a line."""
    said = subprocess.run([OUTRO, "media-plan", str(file), "--reframe", shape], check=True, capture_output=True,
                          text=True).stdout
    try:
        plan = json.loads(said)
        commands = plan if plan and isinstance(plan[0], list) else [plan]
    except json.JSONDecodeError:
        commands = [shlex.split(line) for line in said.splitlines() if line.strip()]
    return [c[1:] if c[0].endswith("ffmpeg") else c for c in commands]


def in_files(arguments, source, target):
    """Descriptors become files: the input after -i, and each output, which stands alone."""
    arguments = list(map(str, arguments))
    for at, (before, word) in enumerate(zip(["", *arguments], arguments)):
        if before == "-i" and not word.startswith(("anullsrc", "color")):
            arguments[at] = str(source)
        elif word.startswith("/proc/self/fd/"):
            arguments[at] = str(target.with_stem(f"{target.stem}-{at}"))
    return ["-y", *arguments]


def joined(url, names):
    """Somebody new. What is kept of erased handles refuses about one unused name in a thousand: then the next."""
    for name in names:
        try:
            return Api.join(url, name)
        except RuntimeError as error:
            if "handle_unavailable" not in str(error):
                raise


def leaving(run):
    """From the accepted code to the answer: the key is destroyed within this time."""
    accounts = 5 if run.quick else 50
    with Outro() as server:
        maker = Api.join(server.url, "maker")
        video = maker.ready(maker.upload(run.clip("short.mp4", 1, BARS, "180x320")))
        taken, names = [], (f"leaver.{n}" for n in itertools.count())
        for n in range(accounts):
            leaver, number = joined(server.url, names), f"+4915{n:09d}"
            leaver.call("PUT", f"/videos/{video['id']}/like")
            link = leaver.call("POST", "/me/phone", {"number": number})
            leaver.call("POST", "/me/phone/verify", {"challenge": link["challenge"], "code": maker.code(number)})
            linked = len(maker.texts(number))
            challenge = leaver.call("POST", "/me/deletion")["challenge"]
            code = maker.code(number, after=linked)
            begin = time.perf_counter()
            leaver.call("POST", "/me/deletion/confirm", {"challenge": challenge, "code": code})
            taken.append((time.perf_counter() - begin) * 1000)
    with of_pds.leaving(accounts) as theirs:
        took = theirs and theirs()
    ratio = took and percentile(taken, 0.5) / percentile(took, 0.5)
    yield f"code accepted to answer, {accounts} accounts", spread(taken), of_the_pds(took and (ratio, taken, took), spread)


def decision(run):
    """One decision of the policy, over all kinds of facts and every action."""
    said = subprocess.run([RELEASE / "examples/decisions"], check=True, capture_output=True, text=True).stdout
    each, count, allowed = said.split()
    yield f"policy: a decision, over {int(count):,} of them in random order ({allowed} % allowed)", f"{each} ns", ""


def spread(taken, most=99):
    return f"p50 {percentile(taken, 0.5):.1f} ms, p{most} {percentile(taken, most / 100):.1f} ms"


def privacy(run):
    """How soon what is revoked is refused, on every surface, and ends where it is open."""
    with Outro() as server:
        maker = Api.join(server.url, "maker")
        video, _ = upload_of_about(run, maker, TEN_MB)
        for what, taken in of_privacy.measure(server, run, maker, video):
            more = f", {len(taken)} rounds" if "to the end" not in what else f", at most {max(taken):.0f} ms, {len(taken)} rounds"
            yield what, spread(taken) + more, ""


def hiatus(run):
    """Each switch by itself, with few videos and with many."""
    for count in (10, 10_000):
        with tempfile.TemporaryDirectory(prefix="outro-bench-") as data:
            with Outro(data) as server:
                owner = Api.join(server.url, "owner")
                owner.ready(owner.upload(run.clip("short.mp4", 1, BARS, "180x320")))
            crowd.videos(data, count)
            with Outro(data) as server:
                on, off = of_privacy.hiatus(Api(server.url, owner.token), 10 if run.quick else 30)
        yield f"hiatus on, {count:,} videos", spread(on), ""
        yield f"hiatus off, {count:,} videos", spread(off), ""


def screen(run):
    """From pressing Send to the message being painted on the other's phone, in two Chromium pages."""
    with Outro() as server:
        program = ["node", str(ROOT / "bench/screen.js"), server.url, "20" if run.quick else "200"]
        taken = json.loads(subprocess.run(program, check=True, capture_output=True, text=True).stdout)
    yield f"message sent to the other's screen, {len(taken)} messages, Chromium", spread(taken), ""


def swipe(run):
    """From a swipe to the first frame of the next video, and what was loaded for nothing."""
    with Outro() as server:
        program = ["node", str(ROOT / "bench/swipe.js"), server.url, "10" if run.quick else "100"]
        found = json.loads(subprocess.run(program, check=True, capture_output=True, text=True).stdout)
    for way in ("preloaded", "cold"):
        seen, moved = ([swipe[when] for swipe in found[way]] for when in ("seen", "moved"))
        yield (f"swipe to first frame, {way}, {len(seen)} swipes, Chromium", spread(seen, 95),
               f"to the first that is new: {spread(moved, 95)}; {sum(swipe['stalls'] for swipe in found[way])} stalls")
    share = {part: f"{100 * found[part] / found['bytes']:.0f} %" for part in ("unopened", "unwatched")}
    yield ("loaded and never watched, a second of each video of eight", f"{share['unwatched']} of {found['bytes'] / 2**20:.1f} MiB",
           f"{share['unopened']} of videos never opened")


def page_rate(run, server, token, name):
    """How many items a page of a feed has, and how fast it comes."""
    page = f"/api/v1/feed/{name}?limit=20"
    items = len(Api(server.url, token).call("GET", page)["items"])

    def measured():
        got = wrk(server.url + page, 32, run.seconds, token)
        return got["per_second"], got["p99_ms"]

    per_second, p99 = run.median(measured)
    return f"{name}, page of {items}, 32 connections", f"{per_second:,.0f} requests/s, p99 {p99:.1f} ms"


def followed(run):
    """Pages of both feeds on one set, of one person who follows more and more of it."""
    data, password = run.people()
    with Outro(data) as server:
        fan = Api.sign_in(server.url, "crowd.0", password)
        following = {card["handle"] for card in everyone(fan, "/accounts/crowd.0/following?limit=50")}
        others = (f"crowd.{n}" for n in range(1, run.accounts))
        for count in (10, 100, 500) if run.quick else (10, 1_000, 5_000):
            while len(following) < count:
                name = next(others)
                if name not in following:
                    fan.call("PUT", f"/accounts/{name}/follow")
                    following.add(name)
            for name in ("following", "for-you"):
                what, value = page_rate(run, server, fan.token, name)
                yield f"{len(following):,} followed: {what}", value, ""


def everyone(api, path):
    """All items of a list, page by page."""
    items, cursor = [], ""
    while cursor is not None:
        page = api.call("GET", path + cursor)
        items += page["items"]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    return items


def crowds(run):
    """Pages of 20 of both feeds, signed in as somebody who follows 500, on large sets."""
    for accounts, videos in [(1_000, 100)] if run.quick else [(1_000, 100), (100_000, 10)]:
        with tempfile.TemporaryDirectory(prefix="outro-bench-") as data:
            began = time.perf_counter()
            password = crowd.make(data, accounts, videos, 500)
            name = f"{accounts:,} accounts × {videos} videos"
            yield f"{name}: made by `outro demo`", f"{time.perf_counter() - began:.0f} s", ""
            with Outro(data) as server:
                token = Api.sign_in(server.url, "crowd.0", password).token
                for feed_name in ("following", "for-you"):
                    what, value = page_rate(run, server, token, feed_name)
                    yield f"{name}: {what}", value, ""


def streams(run):
    """Idle event streams, and messages told over them."""
    data, _ = run.people()
    program = [sys.executable, str(ROOT / "bench/events.py"), data, str(run.accounts - 200)]
    for line in subprocess.run(program, check=True, capture_output=True, text=True).stdout.splitlines():
        what, _, value = line.rpartition(": ")
        yield what, value, ""


def takeout(run):
    """An archive of everything, made and fetched, beside what the disk reads."""
    size, count = (64 << 20, 2) if run.quick else (256 << 20, 4)
    clip = run.clip("takeout.mp4", 1, BARS, "360x640")
    large = run.scratch / "takeout-large.mp4"
    of_takeout.padded(clip, large, size)
    disk = of_takeout.disk_rate(run.scratch, size * count)
    with Outro() as server:
        api = Api.join(server.url, "bench.takeout")
        for video in [api.upload(large) for _ in range(count)]:
            api.ready(video)
        of_takeout.forget(server.data)
        with of_takeout.Peak(server.resident_mib) as peak:
            archive, seconds = of_takeout.make(api)
        rate = archive["size_bytes"] / seconds
        name = f"takeout of {archive['size_bytes'] / 1e6:,.0f} MB"
        yield f"{name}: made, files read, hashed, sealed", f"{rate / 1e6:,.0f} MB/s", f"{rate / disk:.2f} of the disk's reading"
        yield f"{name}: memory beside the idle server's", f"{peak.grown:.0f} MiB", "aim 64 MiB"
        of_takeout.forget(server.data)
        first, whole = of_takeout.fetch(api, archive["download_url"])
        rate = archive["size_bytes"] / whole
        yield f"{name}: asked to first byte", f"{first * 1000:.1f} ms", "aim 1 s"
        yield f"{name}: downloaded", f"{rate / 1e6:,.0f} MB/s", f"{rate / disk:.2f} of the disk's reading"


def erasing(run):
    """People who leave among many, and what that costs others; and one who has very much. What it needs is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="outro-bench-") as folder:
        yield from of_erasing.lobsters(run, folder)
    with tempfile.TemporaryDirectory(prefix="outro-bench-") as folder:
        yield from of_erasing.large(run, folder, run.clip("short.mp4", 1, BARS, "180x320"))


def gdprbench(run):
    """The mixes of GDPRbench through the store, beside bare SQLite in the same run."""
    with tempfile.TemporaryDirectory(prefix="outro-bench-") as folder:
        yield from of_gdpr.measure(folder, run.quick)


def backup(run):
    """Backups and restores, beside `cp`."""
    yield from of_backups.measure(run)


# What each measurement has found last.
KEPT = ROOT / "bench/results.json"
def follow(run):
    """Where the window of `follow` looks, and what that costs, beside pyautoflip."""
    yield from of_follow.rows(run.scratch, 1 if run.quick else 3)


def encode(run):
    """Each largest rendition beside a slow encode of the same frames: time, bytes, SSIM."""
    samples = sorted(SAMPLE.parent.glob("*.mp4"))
    clips = [(file.name, file, shape) for file in samples for shape in ("fit", "crop")]
    # Of the samples none is large enough for the largest size: one is made so, with a little of a sensor's noise.
    large = run.scratch / "of-1080.mp4"
    ffmpeg("-i", samples[0], "-vf", "scale=1920:1080:flags=lanczos,noise=alls=3:allf=t", "-crf", "12", large)
    clips += [(f"{samples[0].name} at 1920×1080", large, shape) for shape in ("fit", "crop")]
    yield from of_encode.rows(clips, media_plan, run.scratch, 1 if run.quick else 5)


MEASURES = [
    start, memory, feed, writes, media, transcode, encode, encoding, leaving, decision, privacy, hiatus, screen, swipe, followed, crowds, streams, backup, takeout,
    erasing, gdprbench, follow,
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=[m.__name__ for m in MEASURES], action="append")
    options = parser.parse_args()
    if not Path(OUTRO).exists():
        sys.exit(f"bench: {OUTRO} is missing; run make build")

    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    failed = False
    with tempfile.TemporaryDirectory(prefix="outro-bench-") as scratch:
        run = Run(options.quick, scratch)
        for measure in MEASURES:
            if options.only and measure.__name__ not in options.only:
                continue
            rows = []
            try:
                for row in measure(run):
                    print(" | ".join(row), flush=True)
                    rows.append(row)
            except (RuntimeError, OSError, KeyError, subprocess.CalledProcessError) as error:
                failed = True
                print(f"{measure.__name__}: not measured: {error}", file=sys.stderr)
                rows.append((measure.__name__, "not measured", str(error).splitlines()[0][:120]))
            kept[measure.__name__] = {"on": date.today().isoformat(), "rows": rows}
    if not options.quick:
        KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
        write(kept)
    sys.exit(1 if failed else 0)


def write(kept):
    """The report, of what was measured last of each: one measurement can be made again by itself (`--only`)."""
    ffmpeg_version = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True).stdout.split()[2]
    there = [kept[m.__name__] for m in MEASURES if m.__name__ in kept]
    rows = [row for one in there for row in one["rows"]]
    days = sorted({one["on"] for one in there})
    lines = [
        "# Results",
        "",
        f"{' to '.join({days[0]: None, days[-1]: None})}, {os.cpu_count()} cores, {platform.machine()}, Linux {platform.release().split('-')[0]}, "
        f"ffmpeg {ffmpeg_version}. Load and server share the machine; the median of five runs, of three where one takes long, of one where it takes minutes. `make bench` makes this file.",
        "",
        f"PDS is the AT Protocol's, `@atproto/pds` {of_pds.VERSION}: it decides nothing, seals nothing and makes no feed "
        "([pds.py](pds.py) says what is not alike).",
        "",
        "| what | Outro | beside |",
        "|---|---|---|",
        *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows),
        "",
    ]
    (ROOT / "bench/RESULTS.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
