"""Large sets to measure with: what `outro demo` makes, and what is written into its database besides.

The database is written to while no server runs, and tells nothing that its server would not have written: only that
waiting for 5,000 slow hashes, or for 10,000 encodes, is no part of what is measured.
"""

import base64
import hashlib
import itertools
import os
import random
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from pathlib import Path

from servers import OUTRO

DAY_MS = 86_400_000


def make(data, accounts, videos, followed, env=None):
    """Fills a folder, or with more environment another database; the password of its accounts, `crowd.0` and on."""
    said = subprocess.run(
        [OUTRO, "demo", "--data", data, "--accounts", str(accounts), "--videos-per-account", str(videos),
         "--followed", str(followed)], check=True, capture_output=True, text=True, env={**os.environ, **(env or {})}).stdout
    return said.strip().rsplit(" ", 1)[1]


@contextmanager
def database(data):
    """Its one transaction."""
    with closing(sqlite3.connect(Path(data) / "outro.db")) as connection, connection:
        yield connection


def sessions(data, count):
    """Tokens of as many accounts, as if each had signed in."""
    tokens, now = [], int(time.time() * 1000)
    with database(data) as db:
        accounts = [row[0] for row in db.execute("SELECT id FROM accounts WHERE state = 0 ORDER BY id LIMIT ?", [count])]
        for account in accounts:
            secret = os.urandom(32)
            tokens.append(base64.urlsafe_b64encode(account + secret).rstrip(b"=").decode())
            insert(db, "sessions", {
                "account_id": account, "token_hash": hashlib.sha256(secret).digest(), "id": os.urandom(16),
                "created_at": now, "seen_at": now, "expires_at": now + 30 * DAY_MS, "password_at": now, "device": b""})
    return tokens


def some_videos(data):
    """The ids of what everyone may watch, as the interface writes them, in a new order each time."""
    with database(data) as db:
        found = db.execute("SELECT id FROM videos WHERE state = 1 AND audience = 0 ORDER BY random()")
        return [base64.urlsafe_b64encode(row[0]).rstrip(b"=").decode() for row in found]


def videos(data, count):
    """Of the one video there is, more rows of its owner's, until there are `count`: no bytes, and captions that do not open."""
    with database(data) as db:
        (video,), files = rows(db, "videos"), rows(db, "blobs")
        for nth in range(1, count):
            fresh, moment = os.urandom(16), video["created_at"] - nth
            insert(db, "videos", {**video, "id": fresh, "created_at": moment, "published_at": moment})
            for file in files:
                insert(db, "blobs", {**file, "video_id": fresh, "id": os.urandom(16)})


def rows(db, table):
    found = db.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row)) for row in found]


def insert(db, table, row):
    db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


class Files:
    """Sealed files for more rows: another name of one that is there, and a copy now and then, since links end at 65,000 (ext4)."""

    LINKS = 50_000

    def __init__(self, data):
        self.blobs, self.sources, self.used = Path(data) / "blobs", {}, {}

    def place(self, owner, blob):
        return self.blobs / owner[:1].hex() / owner.hex() / blob.hex()

    def add(self, owner, blob, like):
        """A file for a row that is like this one."""
        kind, target = like["kind"], self.place(owner, blob)
        if self.used.get(kind, self.LINKS) >= self.LINKS:
            shutil.copyfile(self.sources.get(kind) or self.place(like["owner_id"], like["id"]), target)
            self.sources[kind], self.used[kind] = target, 0
        else:
            os.link(self.sources[kind], target)
        self.used[kind] += 1


def skewed(count, total, draw):
    """`total` places among `count`, by Zipf's law: the share of each is the inverse of its rank, and at the most popular most."""
    weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(count)))
    return draw.choices(range(count), cum_weights=weights, k=total)


def lobsters(data, accounts, videos, comments):
    """A crowd in which few have most: videos by their makers, comments by who wrote them and under what. Captions and texts do not open."""
    password, draw, now = make(data, accounts, 1, 10), random.Random(1), int(time.time() * 1000)
    files = Files(data)
    with database(data) as db:
        first = {row["owner_id"]: row for row in rows(db, "videos")}
        blobs = {}
        for row in rows(db, "blobs"):
            blobs.setdefault(row["owner_id"], []).append(row)
        people = sorted(owner for owner in first if len(blobs.get(owner, [])) == 2)
        draw.shuffle(people)
        made = [(owner, first[owner]["id"]) for owner in people]
        for nth, place in enumerate(skewed(len(people), videos - len(people), draw)):
            owner, fresh = people[place], os.urandom(16)
            insert(db, "videos", {**first[owner], "id": fresh, "created_at": now - nth, "published_at": now - nth})
            for like in blobs[owner]:
                blob = os.urandom(16)
                insert(db, "blobs", {**like, "video_id": fresh, "id": blob})
                files.add(owner, blob, like)
            made.append((owner, fresh))
        draw.shuffle(made)
        authors, under = skewed(len(people), comments, draw), skewed(len(made), comments, draw)
        remarks(db, ((*made[video], people[author]) for video, author in zip(under, authors)), now)
    return password


def remarks(db, places, now):
    """Comments under videos, given as (owner, video, author)."""
    counts = {}
    for nth, (owner, video, author) in enumerate(places):
        insert(db, "comments", {
            "owner_id": owner, "video_id": video, "id": os.urandom(16), "author_id": author, "parent_id": None,
            "thread_author_id": author, "text": os.urandom(90), "state": 0, "created_at": now - nth, "like_count": 0,
            "counted": 1})
        counts[owner, video] = counts.get((owner, video), 0) + 1
    for (owner, video), count in counts.items():
        db.execute("UPDATE videos SET comment_count = comment_count + ? WHERE owner_id = ? AND id = ?", [count, owner, video])


def large(data, owner, other, count, bytes_):
    """Makes one of two people large: as many rows, half of them comments under the video of the other, and as many bytes of video."""
    now, per_video = int(time.time() * 1000), 20_000_000
    with database(data) as db:
        videos_ = {row["owner_id"]: row for row in rows(db, "videos")}
        mine, theirs = videos_[owner]["id"], videos_[other]["id"]
        likes = [row for row in rows(db, "blobs") if row["owner_id"] == owner and row["kind"] == 0]
        files = Files(data)
        for nth in range(bytes_ // per_video):
            fresh, blob = os.urandom(16), os.urandom(16)
            insert(db, "videos", {**videos_[owner], "id": fresh, "created_at": now - nth, "published_at": now - nth})
            insert(db, "blobs", {**likes[0], "video_id": fresh, "id": blob, "length": per_video})
            with open(files.place(owner, blob), "wb") as file:
                # The disk has it in full; what is in it does not matter to whoever removes it.
                os.posix_fallocate(file.fileno(), 0, per_video)
        remarks(db, ((other, theirs, owner) for _ in range(count // 2)), now)
        remarks(db, ((owner, mine, other) for _ in range(count // 4)), now)
        for nth in range(count - count // 2 - count // 4):
            insert(db, "notifications", {
                "account_id": owner, "id": os.urandom(16), "kind": 0, "actor_id": other, "owner_id": owner,
                "video_id": mine, "comment_id": None, "created_at": now - nth})
