"""How soon the rows and files of people are gone, on a set as Lobsters has it and for one who has very much, and what that costs others."""

import base64
import http.client
import sqlite3
import threading
import time
from pathlib import Path

import crowd
from client import Api, wrk
from servers import Outro


def account_of(api):
    return base64.urlsafe_b64decode(api.call("GET", "/me")["id"] + "==")


class Watcher:
    """Looks at the database and the folder beside the server."""

    def __init__(self, data):
        self.data = Path(data)
        self.db = sqlite3.connect(f"file:{self.data / 'outro.db'}?mode=ro", uri=True, isolation_level=None)

    def there(self, account):
        """The row of an account is the last one to go, and its folder comes after."""
        if self.db.execute("SELECT 1 FROM accounts WHERE id = ?", [account]).fetchone():
            return True
        return (self.data / "blobs" / account[:1].hex() / account.hex()).exists()

    def wait(self, account, limit=600):
        end = time.perf_counter() + limit
        while self.there(account):
            if time.perf_counter() > end:
                raise RuntimeError("an account is not gone")
            time.sleep(0.0005)


def begin(api):
    return api.call("POST", "/me/deletion", {"forfeit_coins": True})["challenge"]


def leave(api, challenge, password):
    """Confirms; the moment of asking and that of the answer."""
    asked = time.perf_counter()
    api.call("POST", "/me/deletion/confirm", {"challenge": challenge, "password": password})
    return asked, time.perf_counter()


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def at_a_pace(url, leavers, password, pause, over):
    """Lets people leave until it is over; how many have."""
    count = 0
    for token in leavers:
        if over.is_set():
            break
        api = Api(url, token)
        leave(api, begin(api), password)
        count += 1
        over.wait(pause)
    return count


def rate(url, seconds, token, work=None):
    """Answers a second for others, who look at what they have, while `work` goes on beside them, and what that was. (Not at feeds:
    what was written into the database is not sealed.)"""
    done, over = [], threading.Event()
    thread = threading.Thread(target=lambda: done.append(work(over))) if work else None
    if thread:
        thread.start()
    try:
        return wrk(url + "/api/v1/me", 8, seconds, token)["per_second"], done
    finally:
        over.set()
        if thread:
            thread.join()


def lobsters(run, folder):
    """Rows of (what, value, beside what)."""
    accounts, videos, comments = (400, 3_000, 7_500) if run.quick else (16_000, 120_000, 300_000)
    count, rounds = (20, 1) if run.quick else (500, 5)
    data = f"{folder}/lobsters"
    password = crowd.lobsters(data, accounts, videos, comments)
    tokens = iter(crowd.sessions(data, min(accounts, count + 1 + rounds * 300)))
    name = f"{accounts:,} accounts, {videos:,} videos, {comments:,} comments, skewed"
    with Outro(data) as server:
        watcher = Watcher(data)
        reader, waited, answered = next(tokens), [], []
        for _ in range(count):
            api = Api(server.url, next(tokens))
            account, challenge = account_of(api), begin(api)
            asked, said = leave(api, challenge, password)
            watcher.wait(account)
            waited.append((time.perf_counter() - said) * 1000)
            answered.append((said - asked) * 1000)
        yield (f"erased, {name}: answered (key destroyed) to the last row and file gone, {count} accounts",
               f"p50 {percentile(waited, 0.5):.1f} ms, p95 {percentile(waited, 0.95):.1f} ms", "aim p50 5 ms, p95 25 ms")
        yield (f"erased, {name}: password sent to answer",
               f"p50 {percentile(answered, 0.5):.1f} ms, p95 {percentile(answered, 0.95):.1f} ms", "its slow hash in it")
        for each, pause in (("one a second", 1.0), ("one after the other", 0.0)):
            # Each pair is measured side by side: the machine has its moods.
            losses, left = [], 0
            for _ in range(rounds):
                alone, _ = rate(server.url, run.seconds, reader)
                beside, done = rate(server.url, run.seconds, reader,
                                    lambda over: at_a_pace(server.url, tokens, password, pause, over))
                left += done[0]
                losses.append(1 - beside / alone)
            per_second = left / (rounds * run.seconds)
            yield (f"erased, {name}: others' answers a second less while people leave, {each} ({per_second:.1f}/s)",
                   f"{percentile(losses, 0.5) * 100:.1f} %", "aim 3 %")


def large(run, folder, clip):
    """One who has very much."""
    count, size = (20_000, 400_000_000) if run.quick else (1_000_000, 10_000_000_000)
    data = f"{folder}/large"
    Path(data).mkdir()
    with Outro(data) as server:
        owner, other = Api.join(server.url, "has.much"), Api.join(server.url, "has.little")
        videos = [api.ready(api.upload(clip)) for api in (owner, other)]
        ids = account_of(owner), account_of(other)
        url = videos[0]["renditions"][-1]["url"]
    crowd.large(data, *ids, count, size)
    with Outro(data) as server:
        owner, watcher = Api(server.url, owner.token), Watcher(data)
        challenge = begin(owner)
        asked, said = leave(owner, challenge, "correct horse battery")
        refused = status(server, url[url.index("/media/"):], other.token)
        unreadable = time.perf_counter() - asked
        if refused != 404:
            raise RuntimeError(f"a video of somebody who left: {refused}")
        watcher.wait(ids[0])
        gone = time.perf_counter() - asked
    name = f"erased, one account with {count:,} rows and {size / 1e9:.1f} GB of video"
    yield f"{name}: password sent to unreadable", f"{unreadable * 1000:.0f} ms", "aim 1 s"
    yield f"{name}: password sent to the last row and file gone", f"{gone:.1f} s", "aim 60 s"


def status(server, path, token):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    answer.read()
    return answer.status
