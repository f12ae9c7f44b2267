"""The two servers that are measured: Outro with a folder of its own, and nginx as the yardstick for bytes."""

import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RELEASE = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
OUTRO = os.environ.get("OUTRO_BIN", str(RELEASE / "outro"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def resident_mib(pid):
    """What a process has in memory; nothing once it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


def descendants(pid):
    """A process and all that descend from it."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except (FileNotFoundError, ProcessLookupError):
                pass
    return found


def answers(port, path):
    """Whether a server there says that all is well."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False


def started(name, command, env, port, path, patience=30):
    """A program that was started, once this path of it answers."""
    log, begin = tempfile.TemporaryFile(), time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        while not answers(port, path):
            if process.poll() is not None or time.perf_counter() - begin > patience:
                log.seek(0)
                raise RuntimeError(f"{name} did not start: " + log.read().decode(errors="replace")[-2000:])
            time.sleep(0.001)
    except BaseException:
        end(process)
        raise
    return process


def end(process):
    """Ends a program, at the last by force."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Outro:
    """`with Outro() as server`: an empty one, ready to be asked. `start_ms` is how long that took."""

    def __init__(self, data=None, env=None):
        self.own, self.env = data is None, env or {}
        self.data = data or tempfile.mkdtemp(prefix="outro-bench-")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        env = {"OUTRO_RATE_LIMITS": "off", "OUTRO_PUBLIC_URL": self.url, **self.env}
        command = [OUTRO, "serve", "--dev", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"]
        begin = time.perf_counter()
        try:
            self.process = started("outro", command, env, self.port, "/readyz")
        except BaseException:
            self._forget()
            raise
        self.start_ms = (time.perf_counter() - begin) * 1000
        return self

    def resident_mib(self):
        return resident_mib(self.process.pid)

    def family_mib(self):
        """The server and all that it runs: a page that two of them share is counted twice."""
        return sum(map(resident_mib, descendants(self.process.pid)))

    def __exit__(self, *_):
        end(self.process)
        self._forget()

    def _forget(self):
        if self.own:
            shutil.rmtree(self.data, ignore_errors=True)


NGINX = """
{user}
daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  types {{ video/mp4 mp4; }}
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/cert.pem;
    ssl_certificate_key {folder}/key.pem;
    root {folder}/www;
  }}
}}
"""


class Nginx:
    """nginx over TLS with a certificate of its own, HTTP/1.1, serving one file of random bytes."""

    def __init__(self, size):
        self.size = size
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}/video.mp4"

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="outro-bench-nginx-")
        folder = Path(self.folder)
        (folder / "www").mkdir()
        (folder / "www/video.mp4").write_bytes(os.urandom(self.size))
        user = "user root;" if os.getuid() == 0 else ""
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=self.port, user=user))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
            check=True, capture_output=True,
        )
        self.process = subprocess.Popen(
            ["nginx", "-p", folder, "-c", folder / "nginx.conf"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        self.__exit__()
        raise RuntimeError("nginx did not start: " + self.process.stderr.read().decode())

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)
