"""A real server for tests, and a client that speaks MessagePack-RPC to it by hand.

    with Server() as server:
        server.publish("rules/catalogs/fixed_line")
        client = server.connect()
        client.call("customer.put", customer="c1")
        answers = client.call_all("charge", list_of_maps)

The program is $SUANPAN_BINARY, or build/release/suanpan. Each server has a folder of its own below the system's folder for temporary
files, small segments and batches so that tests reach their ends, a Unix socket, and a free port.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import msgpack

ROOT = Path(__file__).resolve().parents[2]
# Built with sanitizers, which report what they found at a clean end only.
SANITIZED = "ASAN_OPTIONS" in os.environ
SECONDS_MAX = 300  # of any wait: a hang fails, a slow machine does not

SMALL = {
    "journal_segment": "1 MiB",
    "journal_batch": "64 KiB",
    "journal_spares": 1,
    "disk_reserve": "1 MiB",
    "state_map": "256 MiB",
    "memory_records": "64 MiB",
    "memory_ids": 65536,
    "usage_age_max": "20 years",
    "listen": "127.0.0.1:0",
}


def binary():
    """The program under test."""
    path = Path(os.environ.get("SUANPAN_BINARY", ROOT / "build/release/suanpan")).resolve()
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there; make builds it")
    return str(path)


def clean_environment():
    """This environment without settings of Suanpan, and in English: a test says what it wants otherwise."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SUANPAN_")} | {"LC_ALL": "C.UTF-8"}


def suanpan(*arguments, **options):
    """Runs the command line; gives the finished process with its texts. Options are those of subprocess.run."""
    options.setdefault("env", clean_environment())
    options.setdefault("timeout", SECONDS_MAX)
    options.setdefault("cwd", tempfile.gettempdir())
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    command = [binary(), *(str(argument) for argument in arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


class ServerError(Exception):
    """What came in the error slot: nothing was decided."""

    def __init__(self, text):
        super().__init__(text)
        self.text = text
        self.code = text.split(":")[0] if isinstance(text, str) else text.get("code")


class Client:
    """One connection. Requests may be sent ahead; answers are found by their number, whatever their order."""

    def __init__(self, address, timeout=SECONDS_MAX):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        if family == socket.AF_INET:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unpacker = msgpack.Unpacker(strict_map_key=False, max_buffer_size=1 << 30)
        self.next_number = 0
        self.answers = {}

    # ---- one after the other ----

    def call(self, method, params=None, **fields):
        """The result; raises ServerError for an error."""
        error, result = self.receive(self.send(method, params, **fields))
        if error is not None:
            raise ServerError(error)
        return result

    def ask(self, method, params=None, **fields):
        """(error, result), as they came."""
        return self.receive(self.send(method, params, **fields))

    # ---- many at once ----

    def pack(self, method, params=None, **fields):
        """Bytes of a request, and its number. `params` is a map, or a list for the whole array of params."""
        number = self.next_number
        self.next_number = (number + 1) & 0xFFFFFFFF
        if not isinstance(params, (list, tuple)):
            params = [{**(params or {}), **fields}]
        return msgpack.packb([0, number, method, params]), number

    def send(self, method, params=None, **fields):
        """Sends without waiting; the number is for receive()."""
        data, number = self.pack(method, params, **fields)
        self.send_bytes(data)
        return number

    def send_bytes(self, data):
        self.socket.sendall(data)

    def receive_any(self):
        """(number, error, result) of the next answer; None when the server has closed the connection."""
        if self.answers:
            number = next(iter(self.answers))
            return (number, *self.answers.pop(number))
        return self._read()

    def receive(self, number):
        """(error, result) of one request. ConnectionError when the server has closed the connection before."""
        while number not in self.answers:
            answer = self._read()
            if answer is None:
                raise ConnectionError("the server has closed the connection")
            self.answers[answer[0]] = answer[1:]
        return self.answers.pop(number)

    def call_all(self, method, list_of_params, in_flight=1000):
        """[(error, result)] in the order of the requests, of which `in_flight` are on their way at a time."""
        answers, numbers = [], []
        for start in range(0, len(list_of_params), max(1, in_flight // 2)):
            data = bytearray()
            for params in list_of_params[start : start + max(1, in_flight // 2)]:
                packed, number = self.pack(method, params)
                data += packed
                numbers.append(number)
            self.send_bytes(data)
            while len(numbers) - len(answers) > in_flight // 2:
                answers.append(self.receive(numbers[len(answers)]))
        while len(answers) < len(numbers):
            answers.append(self.receive(numbers[len(answers)]))
        return answers

    def _read(self):
        for kind, number, error, result in self.unpacker:
            assert kind == 1
            return number, error, result
        while True:
            received = self.socket.recv(1 << 16)
            if not received:
                return None
            self.unpacker.feed(received)
            for kind, number, error, result in self.unpacker:
                assert kind == 1
                return number, error, result

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Server:
    """`suanpan serve` on a folder. Settings are keyword arguments: usage_age_max="400 days"; None leaves the program's default."""

    def __init__(self, folder=None, start=True, **settings):
        self.own_folder = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix="suanpan-"))
        self.data = self.folder / "data"
        self.socket = str(self.data / "socket")
        self.log = self.folder / "server.log"
        self.settings = {**SMALL, **settings}
        self.process = None
        self.address = None
        self.lines = []
        self.clients = []
        if start:
            self.start()

    # ---- life ----

    def arguments(self):
        flags = ["serve", "--data", str(self.data)]
        for name, value in self.settings.items():
            if value is not None:
                flags += ["--" + name.replace("_", "-"), str(value)]
        return flags

    def start(self, wait=60, prefix=()):
        """Starts, and waits until it is ready. `prefix` is a command to run it under, such as strace."""
        assert self.process is None, "it runs"
        self.address, self.lines = None, []
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*prefix, binary(), *self.arguments()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=clean_environment(),
                cwd=self.folder,
            )
        ready = threading.Event()
        thread = threading.Thread(target=self._read_output, args=(self.process, ready), daemon=True)
        thread.start()
        if not ready.wait(wait) or not any(line.startswith("ready") for line in self.lines):
            code = self.process.poll()
            self.kill()
            raise RuntimeError(f"the server was not ready (exit code {code}):\n{self.log_text()[-2000:]}")
        return self

    def _read_output(self, process, ready):
        for line in process.stdout:
            line = line.decode().rstrip("\n")
            self.lines.append(line)
            if line.startswith("listening on ") and "TCP" in line:
                host, port = line.split()[2].rsplit(":", 1)
                self.address = (host, int(port))
            if line.startswith("ready"):
                ready.set()
        process.stdout.close()
        ready.set()

    def stop(self, wait=60):
        """Asks it to end, as Ctrl-C does; gives the exit code."""
        return self._end(signal.SIGTERM, wait)

    def kill(self):
        """Ends it at once, as a crash does."""
        return self._end(signal.SIGKILL, 30)

    def _end(self, number, wait):
        if self.process is None:
            return None
        process, self.process = self.process, None
        for client in self.clients:
            client.close()
        self.clients = []
        process.send_signal(number)
        try:
            return process.wait(wait)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def restart(self):
        self.stop()
        return self.start()

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def memory_bytes(self):
        """What the process has in memory now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def close(self):
        """Ends it, and fails if it had ended by itself in a bad way or, with sanitizers, ends so now."""
        code = self.process.poll() if self.process else 0
        if code is None:
            code = self.stop() if SANITIZED else abs(self.kill()) - signal.SIGKILL
        text = self.log_text() if code != 0 else ""
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.process = None
        assert code == 0, f"the server ended with code {code}:\n{text[-6000:]}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- talking to it ----

    def connect(self, tcp=False, timeout=SECONDS_MAX):
        """A client; it is closed with the server."""
        client = Client(self.address if tcp else self.socket, timeout)
        self.clients.append(client)
        return client

    def to(self, tcp=False):
        """Flags of the command line that lead to this server."""
        return ["--to", "%s:%d" % self.address if tcp else self.socket]

    def publish(self, catalog, activate=True, by="test"):
        """Publishes a catalog folder (below the root of the repository if it is relative); gives its release."""
        folder = ROOT / catalog
        result = suanpan("publish", folder, "--json", "--by", by, *(["--activate"] if activate else []), *self.to())
        assert result.returncode == 0, result.stdout + result.stderr
        return json.loads(result.stdout)["release"]

    def subscribe(self, numbers, balance="5000.00", package=None, product="pstn", at="2020-01-01T00:00:00+08:00"):
        """A customer, an account, a subscription and a balance for each service id, all by its name."""
        client = self.connect()
        packages = [package] if package else []
        for method, make in (
            ("customer.put", lambda n: {"customer": n}),
            ("account.put", lambda n: {"account": n, "customer": n, "currency": "CNY"}),
            (
                "subscription.put",
                lambda n: {"subscription": n, "account": n, "product": product, "service_ids": [n], "packages": packages},
            ),
            ("balance.topup", lambda n: {"account": n, "id": f"first-{n}", "at": at, "amount": balance, "currency": "CNY"}),
        ):
            if method == "balance.topup" and balance is None:
                continue
            for error, result in client.call_all(method, [make(number) for number in numbers]):
                assert error is None, error
                assert result["outcome"] in ("stored", "unchanged", "topped_up"), result

    def wait_until(self, true, seconds=SECONDS_MAX, every=0.02):
        """Waits until true() is; fails after so many seconds."""
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, "it did not become true"
            time.sleep(every)
