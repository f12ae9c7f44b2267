"""A small client of the JSON API, and wrk."""

import http.client
import json
import os
import re
import secrets
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

PASSWORD = "correct horse battery"


class Api:
    def __init__(self, url, token=None):
        self.url, self.token = url, token
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=600)

    @classmethod
    def join(cls, url, handle):
        body = {"handle": handle, "password": PASSWORD, "birth_date": "1990-05-17"}
        return cls(url, cls(url).call("POST", "/accounts", body)["token"])

    @classmethod
    def sign_in(cls, url, handle, password=PASSWORD):
        return cls(url, cls(url).call("POST", "/sessions", {"handle": handle, "password": password})["token"])

    def call(self, method, path, body=None, raw=None, content_type="application/json", accept="application/json"):
        headers = {"Accept": accept}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            headers["Content-Type"] = content_type
        target = path if path.startswith(("/dev/", "/media/", "/api/", "/xrpc/")) else "/api/v1" + path
        self.connection.request(method, target, raw, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {data[:300].decode(errors='replace')}")
        return json.loads(data) if data else None

    def upload(self, file, caption="", reframe="fit"):
        boundary = secrets.token_hex(16)
        parts = [("caption", caption), ("audience", "everyone"), ("reframe", reframe)]
        raw = b"".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in parts
        )
        raw += (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="video.mp4"\r\n'
                "Content-Type: video/mp4\r\n\r\n").encode() + open(file, "rb").read()
        raw += f"\r\n--{boundary}--\r\n".encode()
        return self.call("POST", "/videos", raw=raw, content_type=f"multipart/form-data; boundary={boundary}")["video"]

    def ready(self, video, every=0.02):
        while True:
            now = self.call("GET", f"/videos/{video['id']}")
            now = now.get("video", now)
            if now["state"] == "ready":
                return now
            if now["state"] == "failed":
                raise RuntimeError(f"a video failed: {now}")
            time.sleep(every)

    def texts(self, to):
        """What went to this number, in the order in which it was sent."""
        items = self.call("GET", "/dev/outbox")["items"]
        return sorted((i for i in items if i["to"] == to), key=lambda i: i["at"])

    def code(self, to, after=0):
        """The last code that went to this number, once more than `after` texts did."""
        for _ in range(200):
            texts = self.texts(to)
            if len(texts) > after:
                return re.search(r"\b(\d{6})\b", texts[-1]["text"]).group(1)
            time.sleep(0.01)
        raise RuntimeError("no code in the development outbox")


UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}
SIZES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def wrk(url, connections, seconds, token=None, script=None, **told):
    """Requests a second, p99 in ms, bytes a second. A script beside this file says what is asked, and is told by its environment."""
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    if script:
        command += ["-s", str(Path(__file__).with_name(script))]
    told = {f"OUTRO_{name.upper()}": str(value) for name, value in told.items()}
    told["LUA_PATH"] = f"{Path(__file__).parent}/?.lua;;"
    said = subprocess.run([*command, url], check=True, capture_output=True, text=True, env={**os.environ, **told}).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError("wrk met errors: " + " ".join(re.findall(r"(?:Non-2xx|Socket errors).*", said)))
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", said).groups()
    size, prefix = re.search(r"Transfer/sec:\s+([\d.]+)([KMG]?)B", said).groups()
    return {
        "per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)),
        "p99_ms": float(value) * UNITS[unit],
        "bytes_per_second": float(size) * SIZES[prefix],
    }
