"""GDPRbench's controller and customer mixes, through the store and on bare SQLite, one after the other on the same disk."""

import os
import random
import sqlite3
import subprocess
import time
from pathlib import Path

from servers import RELEASE

PROGRAM = os.environ.get("OUTRO_GDPRBENCH", str(RELEASE / "examples/gdprbench"))
# As many users, purposes and others to share with as give each ten records.
RECORDS_OF_EACH = 10
METADATA = ["pur", "ttl", "usr", "obj", "dec", "shr", "src"]


def through_the_store(folder, records, operations):
    """Seconds by the name of the mix."""
    said = subprocess.run([PROGRAM, folder, str(records), str(operations)], check=True, capture_output=True, text=True)
    return {name: float(seconds) for name, seconds in (line.split() for line in said.stdout.splitlines())}


class Bare:
    """A table with an index on each kind of metadata. Deleted bytes are overwritten, a commit survives a loss of power."""

    def __init__(self, path, records):
        self.draw, self.each, self.records = random.Random(1), max(1, records // RECORDS_OF_EACH), records
        self.db = sqlite3.connect(path, isolation_level=None)
        for setting in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            self.db.execute(f"PRAGMA {setting}")
        columns = ", ".join(f"{name} INTEGER" for name in METADATA)
        self.db.execute(f"CREATE TABLE records (key INTEGER PRIMARY KEY, data TEXT, {columns})")
        for name in METADATA:
            self.db.execute(f"CREATE INDEX by_{name} ON records ({name})")
        self.db.execute("BEGIN")
        for key in range(records):
            self.create(key)
        self.db.execute("COMMIT")

    def create(self, key):
        values = [self.draw.randrange(self.each) for _ in METADATA]
        self.db.execute(f"INSERT INTO records VALUES (?, 'ten bytes.', {', '.join('?' * len(METADATA))})", [key, *values])

    def controller(self):
        what, one = self.draw.randrange(12), self.draw.randrange(self.each)
        if what < 3:
            self.create(self.records)
            self.records += 1
        elif what < 6:
            self.db.execute(f"DELETE FROM records WHERE {('pur', 'ttl', 'usr')[what - 3]} = ?", [one])
        else:
            by = ("pur", "usr", "shr")[(what - 6) // 2]
            self.db.execute(f"UPDATE records SET dec = ? WHERE {by} = ?", [self.draw.randrange(self.each), one])

    def customer(self):
        # By Zipf's law, nearly: each rank by its inverse.
        key, one = int(self.records ** self.draw.random()) - 1, self.draw.randrange(self.each)
        what = self.draw.randrange(5)
        if what == 0:
            self.db.execute("SELECT data FROM records WHERE usr = (SELECT usr FROM records WHERE key = ?)", [key]).fetchall()
        elif what == 1:
            self.db.execute(f"SELECT {', '.join(METADATA)} FROM records WHERE key = ?", [key]).fetchall()
        elif what == 2:
            self.db.execute("UPDATE records SET data = 'new bytes.' WHERE key = ?", [key])
        elif what == 3:
            self.db.execute("UPDATE records SET shr = ? WHERE key = ?", [one, key])
        else:
            self.db.execute("DELETE FROM records WHERE key = ?", [key])


def bare(folder, name, records, operations):
    path = Path(folder) / f"bare-{name}.db"
    set_ = Bare(path, records)
    run = getattr(set_, name)
    begin = time.perf_counter()
    for _ in range(operations):
        run()
    taken = time.perf_counter() - begin
    set_.db.close()
    for file in Path(folder).glob(path.name + "*"):
        file.unlink()
    return taken


def measure(folder, quick):
    """Rows of (what, value, beside what)."""
    records, operations = (2_000, 200) if quick else (100_000, 10_000)
    ours = through_the_store(folder, records, operations)
    for name, seconds in ours.items():
        theirs = bare(folder, name, records, operations)
        yield (f"GDPRbench, {name}, {records:,} records, {operations:,} operations, sealed", f"{seconds:.1f} s",
               f"{seconds / theirs:.2f} of bare indexed SQLite with secure_delete ({theirs:.1f} s)")
