"""How soon a setting holds: on every surface, and for what is open already. Each gives milliseconds, one a round."""

import http.client
import time
from urllib.parse import urlsplit

from client import Api

PRIVATE, PUBLIC = {"private_account": True}, {"private_account": False}
AWAY, BACK = {"on_hiatus": True}, {"on_hiatus": False}


def status(api, path, headers=()):
    """What a request is answered, and its body."""
    api.connection.request("GET", path, headers={"Authorization": f"Bearer {api.token}", **dict(headers)})
    answer = api.connection.getresponse()
    return answer.status, answer.read()


def media(video):
    url = video["renditions"][-1]["url"]
    return url[url.index("/media/"):]


def shown(api, surface, video):
    """Whether somebody gets to see the video there."""
    if surface == "feed":
        return video["id"].encode() in status(api, "/api/v1/feed/for-you?limit=20")[1]
    if surface == "bytes":
        return status(api, media(video), {"Range": "bytes=0-99"})[0] == 206
    return status(api, f"/api/v1/videos/{video['id']}" if surface == "interface" else f"/v/{video['id']}")[0] == 200


def revoked(owner, reader, video, surface, rounds):
    """From the acknowledgement of going private to the refusal of who could see it just before."""
    taken = []
    for _ in range(rounds):
        owner.call("PATCH", "/me/privacy", PUBLIC)
        if not shown(reader, surface, video):
            raise RuntimeError(f"{surface}: a public video is not there")
        owner.call("PATCH", "/me/privacy", PRIVATE)
        begin = time.perf_counter()
        if shown(reader, surface, video):
            raise RuntimeError(f"{surface}: seen after it was revoked")
        taken.append((time.perf_counter() - begin) * 1000)
    owner.call("PATCH", "/me/privacy", PUBLIC)
    return taken


class Stream:
    """An answer that is not read to its end at once."""

    def __init__(self, api, path, timeout=30):
        self.connection = http.client.HTTPConnection(urlsplit(api.url).netloc, timeout=timeout)
        self.connection.request("GET", path, headers={"Authorization": f"Bearer {api.token}"})
        self.answer = self.connection.getresponse()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()


def events_refused(reader, rounds):
    """From the acknowledgement of the reader's going away to the refusal of a stream of events."""
    taken = []
    for _ in range(rounds):
        reader.call("PATCH", "/me/privacy", BACK)
        with Stream(reader, "/api/v1/events") as stream:
            if stream.answer.status != 200:
                raise RuntimeError(f"events: {stream.answer.status}")
        reader.call("PATCH", "/me/privacy", AWAY)
        begin = time.perf_counter()
        with Stream(reader, "/api/v1/events") as stream:
            if stream.answer.status == 200:
                raise RuntimeError("events: opened by somebody who is away")
        taken.append((time.perf_counter() - begin) * 1000)
    reader.call("PATCH", "/me/privacy", BACK)
    return taken


def media_ends(owner, reader, video, rounds):
    """From the acknowledgement of going private to the end of a stream of bytes that was read slowly."""
    taken = []
    for _ in range(rounds):
        owner.call("PATCH", "/me/privacy", PUBLIC)
        with Stream(reader, media(video)) as stream:
            stream.answer.read(65536)
            owner.call("PATCH", "/me/privacy", PRIVATE)
            begin, whole = time.perf_counter(), True
            try:
                while stream.answer.read(16384):
                    time.sleep(0.005)
            except (http.client.IncompleteRead, ConnectionError):
                whole = False
            if whole:
                raise RuntimeError("the stream went on to its end")
            taken.append((time.perf_counter() - begin) * 1000)
    owner.call("PATCH", "/me/privacy", PUBLIC)
    return taken


def till_the_end(stream):
    """Reads what still comes; the milliseconds until nothing does."""
    begin = time.perf_counter()
    try:
        while stream.answer.readline():
            pass
    except (http.client.IncompleteRead, ConnectionError):
        pass
    return (time.perf_counter() - begin) * 1000


def events_end(reader, rounds):
    """From the acknowledgement of the reader's going away to the end of an open stream of events."""
    taken = []
    for _ in range(rounds):
        reader.call("PATCH", "/me/privacy", BACK)
        with Stream(reader, "/api/v1/events") as stream:
            stream.answer.readline()
            reader.call("PATCH", "/me/privacy", AWAY)
            taken.append(till_the_end(stream))
    reader.call("PATCH", "/me/privacy", BACK)
    return taken


def signed_out(reader, handle, rounds):
    """From the acknowledgement of signing out to the end of that session's open stream of events."""
    taken = []
    for _ in range(rounds):
        there = Api.sign_in(reader.url, handle)
        with Stream(there, "/api/v1/events") as stream:
            stream.answer.readline()
            there.call("DELETE", "/sessions/current")
            taken.append(till_the_end(stream))
    return taken


def hiatus(owner, rounds):
    """Of each switch, on and off. Nobody throws it twice at once: what follows by jobs is done before the next."""
    taken = {True: [], False: []}
    for turn in range(rounds * 2):
        time.sleep(1)
        on = turn % 2 == 0
        begin = time.perf_counter()
        owner.call("PATCH", "/me/privacy", {"on_hiatus": on})
        taken[on].append((time.perf_counter() - begin) * 1000)
    return taken[True], taken[False]


def measure(server, run, maker, video):
    """Rows of what was measured; `maker` owns `video`."""
    rounds, few = (20, 3) if run.quick else (300, 40)
    reader = Api.join(server.url, "reader")
    for surface in ("feed", "page", "interface", "bytes"):
        yield f"setting acknowledged to refused: {surface}", revoked(maker, reader, video, surface, rounds)
    yield "setting acknowledged to refused: events", events_refused(reader, rounds)
    yield "setting acknowledged to the end of an open stream: bytes of a video", media_ends(maker, reader, video, few)
    yield "setting acknowledged to the end of an open stream: events", events_end(reader, few)
    yield "signed out to the end of an open stream: events", signed_out(reader, "reader", few)
