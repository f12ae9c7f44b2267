"""How soon a setting holds, and how soon a message is on the other's screen."""

import http.client
import threading
import time
from urllib.parse import urlsplit

from client import Api

PRIVATE, PUBLIC = {"private_account": True}, {"private_account": False}


def status(api, path, headers=()):
    """What a request is answered, and its body."""
    api.connection.request("GET", path, headers={"Authorization": f"Bearer {api.token}", **dict(headers)})
    answer = api.connection.getresponse()
    return answer.status, answer.read()


def shown(api, surface, video):
    """Whether somebody gets to see the video there."""
    media = video["renditions"][0]["url"]
    media = media[media.index("/media/"):]
    if surface == "feed":
        return video["id"].encode() in status(api, "/api/v1/feed/for-you?limit=20")[1]
    if surface == "bytes":
        return status(api, media, {"Range": "bytes=0-99"})[0] == 206
    return status(api, f"/api/v1/videos/{video['id']}" if surface == "interface" else f"/v/{video['id']}")[0] == 200


def revocations(owner, reader, video, surface, rounds):
    """Milliseconds from the acknowledgement of going private to the refusal of who could see it just before."""
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


def stream_ends(owner, reader, path, rounds):
    """Milliseconds from the acknowledgement to the end of a stream that was read slowly."""
    taken = []
    for _ in range(rounds):
        owner.call("PATCH", "/me/privacy", PUBLIC)
        connection = http.client.HTTPConnection(urlsplit(reader.url).netloc, timeout=30)
        connection.request("GET", path, headers={"Authorization": f"Bearer {reader.token}"})
        answer = connection.getresponse()
        answer.read(65536)
        owner.call("PATCH", "/me/privacy", PRIVATE)
        begin, whole = time.perf_counter(), True
        try:
            while answer.read(16384):
                time.sleep(0.005)
        except (http.client.IncompleteRead, ConnectionError):
            whole = False
        if whole:
            raise RuntimeError("the stream went on to its end")
        taken.append((time.perf_counter() - begin) * 1000)
        connection.close()
    owner.call("PATCH", "/me/privacy", PUBLIC)
    return taken


def hiatus(owner, rounds):
    """Milliseconds of each switch, on and off."""
    taken = []
    for turn in range(rounds * 2):
        begin = time.perf_counter()
        owner.call("PATCH", "/me/privacy", {"on_hiatus": turn % 2 == 0})
        taken.append((time.perf_counter() - begin) * 1000)
    return taken


class Ear:
    """An open stream of events, and when each message came."""

    def __init__(self, api):
        self.connection = http.client.HTTPConnection(urlsplit(api.url).netloc, timeout=60)
        self.connection.request("GET", "/api/v1/events", headers={"Authorization": f"Bearer {api.token}"})
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            raise RuntimeError(f"events: {self.answer.status}")

    def hear(self):
        while True:
            line = self.answer.readline()
            if not line:
                raise RuntimeError("the stream of events ended")
            if line.startswith(b"event: message") or b'"kind":"message"' in line:
                return time.perf_counter()


def messages(server, rounds):
    """Milliseconds from before a message is sent to its event at the other's."""
    one, two = Api.join(server.url, "writer"), Api.join(server.url, "listener")
    one.call("PUT", "/accounts/listener/follow")
    two.call("PUT", "/accounts/writer/follow")
    talk = one.call("POST", "/conversations", {"to": ["listener"], "text": "A beginning"})
    path, taken = f"/conversations/{talk['id']}/messages", []
    ear = Ear(two)
    for turn in range(rounds):
        heard = []
        listening = threading.Thread(target=lambda: heard.append(ear.hear()))
        listening.start()
        begin = time.perf_counter()
        one.call("POST", path, {"text": f"Number {turn}"})
        listening.join(10)
        taken.append((heard[0] - begin) * 1000)
        time.sleep(0.01)
    return taken


def measure(server, run, maker, video, size):
    """Rows of what was measured; `maker` owns `video`, whose rendition has `size` bytes."""
    rounds = 20 if run.quick else 200
    reader = Api.join(server.url, "reader")
    for surface in ("feed", "page", "interface", "bytes"):
        yield f"private: acknowledged to refused, {surface}", revocations(maker, reader, video, surface, rounds)
    path = video["renditions"][0]["url"]
    path = path[path.index("/media/"):]
    yield f"private: acknowledged to the end of an open stream of {size / 1e6:.0f} MB", stream_ends(maker, reader, path, 3 if run.quick else 20)
    yield "hiatus on and off", hiatus(maker, rounds)
    yield "message sent to event at the other's", messages(server, rounds)

