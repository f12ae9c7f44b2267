"""How fast an archive of everything is made and fetched, and how little memory that takes."""

import http.client
import os
import shutil
import struct
import threading
import time
from urllib.parse import urlsplit


def padded(clip, path, size):
    """A short video whose file is as large as this: the rest of it is a box that players pass over."""
    shutil.copyfile(clip, path)
    with open(path, "ab") as file:
        rest = size - file.tell()
        file.write(struct.pack(">I", rest) + b"free")
        for _ in range((rest - 8) // (1 << 20)):
            file.write(os.urandom(1 << 20))
        file.write(bytes(size - file.tell()))


def disk_rate(folder, size):
    """Bytes a second that the disk reads of a file that is not in memory."""
    path = os.path.join(folder, "disk-rate")
    with open(path, "wb") as file:
        for _ in range(size >> 20):
            file.write(os.urandom(1 << 20))
        os.fsync(file.fileno())
    handle = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        begin, total = time.perf_counter(), 0
        while piece := os.read(handle, 1 << 20):
            total += len(piece)
        return total / (time.perf_counter() - begin)
    finally:
        os.close(handle)
        os.unlink(path)


def forget(folder):
    """Lets the files below a folder go from the memory of the system."""
    os.sync()
    for where, _, names in os.walk(folder):
        for name in names:
            handle = os.open(os.path.join(where, name), os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)


class Peak:
    """`with Peak(server.resident_mib) as peak`: the most memory that there is meanwhile, and beyond what there was before."""

    def __init__(self, measured):
        self.measured, self.before, self.most, self.over = measured, measured(), 0, False

    def __enter__(self):
        self.thread = threading.Thread(target=self._look)
        self.thread.start()
        return self

    def _look(self):
        while not self.over:
            self.most = max(self.most, self.measured())
            time.sleep(0.01)

    def __exit__(self, *_):
        self.over = True
        self.thread.join()

    @property
    def grown(self):
        return max(0, self.most - self.before)


def make(api):
    """Asks for an archive and waits for it: the archive, and the seconds that its making took."""
    begin = time.perf_counter()
    archive = api.call("POST", "/me/takeouts")
    while archive["state"] == "making":
        time.sleep(0.02)
        archive = api.call("GET", f"/me/takeouts/{archive['id']}")
    if archive["state"] != "ready":
        raise RuntimeError(f"an archive failed: {archive}")
    return archive, time.perf_counter() - begin


def fetch(api, path):
    """Seconds until the first byte of an archive, and until the last."""
    connection = http.client.HTTPConnection(urlsplit(api.url).netloc, timeout=600)
    begin = time.perf_counter()
    connection.request("GET", path, headers={"Authorization": f"Bearer {api.token}"})
    answer = connection.getresponse()
    answer.read(1)
    first = time.perf_counter() - begin
    while answer.read(1 << 20):
        pass
    connection.close()
    return first, time.perf_counter() - begin
