"""Large sets to measure with: what `outro demo` makes, and what is written into its database besides.

The database is written to while no server runs, and tells nothing that its server would not have written: only that
waiting for 5,000 slow hashes, or for 10,000 encodes, is no part of what is measured.
"""

import base64
import hashlib
import os
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from pathlib import Path

from servers import OUTRO

DAY_MS = 86_400_000


def make(data, accounts, videos, followed):
    """Fills a folder; the password of its accounts, `crowd.0` and on."""
    said = subprocess.run(
        [OUTRO, "demo", "--data", data, "--accounts", str(accounts), "--videos-per-account", str(videos),
         "--followed", str(followed)], check=True, capture_output=True, text=True).stdout
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
