"""Backups and restores in MB/s, beside `cp` of the same files on the same disk, each until the disk has them."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from client import Api
from servers import OUTRO, Outro


def large(run, data):
    """A few videos whose originals are large."""
    with Outro(data) as server:
        maker = Api.join(server.url, "maker")
        clip = run.scratch / "large.mp4"
        if not clip.exists():
            subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
                            "testsrc2=size=720x1280:rate=30:duration=6,noise=alls=60:allf=t", "-c:v", "libx264",
                            "-preset", "ultrafast", "-qp", "0", "-pix_fmt", "yuv420p", str(clip)], check=True)
        for _ in range(1 if run.quick else 4):
            maker.ready(maker.upload(clip))


def small(run, data):
    """A crowd with many small videos."""
    subprocess.run([OUTRO, "demo", "--data", data, "--accounts", "100" if run.quick else "1000",
                    "--videos-per-account", "10", "--followed", "50"], check=True, capture_output=True)


def seconds(*command):
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin


def size_of(folder):
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def copied(source, target):
    """`cp`, and until it is on the disk."""
    return seconds("sh", "-c", 'cp -r "$0" "$1" && sync -f "$1"', source, target)


def measure(run):
    """Rows of (what, value, beside what)."""
    for name, fill in [("few large objects", large), ("many small objects", small)]:
        with tempfile.TemporaryDirectory(prefix="outro-bench-") as folder:
            data, backups, new = (f"{folder}/{part}" for part in ("data", "backups", "new"))
            Path(data).mkdir()
            fill(run, data)
            with Outro(data):
                size = size_of(f"{data}/blobs") / 1e6
                count = sum(1 for path in Path(f"{data}/blobs").rglob("*") if path.is_file())
                by_cp = copied(f"{data}/blobs", f"{folder}/cp")
                first = seconds(OUTRO, "backup", "--to", backups, "--data", data)
                again = seconds(OUTRO, "backup", "--to", backups, "--data", data)
                verify = seconds(OUTRO, "backup", "verify", backups, "--data", data)
            name = f"{name} ({count:,}, {size:,.0f} MB)"
            cp = f"{size / by_cp:,.0f} MB/s by cp"
            yield f"backup, {name}", f"{size / first:,.0f} MB/s", cp
            yield f"backup again, nothing new, {name}", f"{again:.2f} s", ""
            yield f"verify, {name}", f"{size / verify:,.0f} MB/s", ""
            for part in ("keyring", "root"):
                shutil.copytree(f"{data}/{part}", f"{new}/{part}")
            taken = seconds(OUTRO, "restore", "--from", backups, "--data", new)
            yield f"restore, {name}", f"{size / taken:,.0f} MB/s", cp
            with Outro(new) as server:
                yield f"start on what was restored, replay and all, {name}", f"{server.start_ms:.0f} ms", ""
