"""The servers that are measured: how each is started, prepared, looked into and stopped. Each runs from the files in
bench/peers, in a new folder, on a free port of the loopback."""

import os
import pwd
import shutil
import socket
import struct
import subprocess
import time
from dataclasses import dataclass

import oracle

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass
class Totals:
    """What a server's own data say after the load."""

    balances_fen: int
    entries: int
    entries_fen: int


@dataclass
class Context:
    build: str
    folder: str
    subscriptions: int
    day_ms: int
    month: int


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, seconds, ready, process=None):
    """Calls `ready` until it returns something; a refused connection is not yet."""
    until = time.monotonic() + seconds
    while True:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"{what} ended at once, with {process.returncode}")
        try:
            result = ready()
            if result:
                return result
        except OSError:
            pass
        if time.monotonic() > until:
            raise RuntimeError(f"{what} was not ready within {seconds} s")
        time.sleep(0.01)


class Target:
    name = ""
    title = ""
    is_peer = True
    knows_repeats = True
    in_flight_most = None  # what the server itself has in progress at most, whatever the client has sent

    def __init__(self, context):
        self.context = context
        self.folder = os.path.join(context.folder, self.name)
        self.process = None
        self.port = free_port()
        os.makedirs(self.folder)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def peer_file(self, name):
        return os.path.join(HERE, "peers", self.name, name)

    def spawn(self, command, **options):
        """Starts the server; what it prints is in `log` beside its data."""
        self.log = open(os.path.join(self.context.folder, f"{self.name}.log"), "ab")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, **options)

    def load_options(self):
        return []

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(120)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
            self.log.close()

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def journal_bytes(self):
        """What the server itself says it wrote into its journal so far, or None."""
        return None

    def settle(self):
        """Waits for what the server writes behind its answers."""

    def extras(self, bench, instance, round_number):
        """Scenarios of its own."""

    def afterwards(self, bench, instance, round_number):
        """What may spoil the count of answers, so it comes last."""


class Redis(Target):
    name = "redis"
    title = "Redis"
    CHUNK = 10_000

    def version(self):
        return subprocess.check_output(["redis-server", "--version"], text=True).split("v=")[1].split()[0]

    def start(self):
        self.spawn(["redis-server", self.peer_file("redis.conf"), "--port", str(self.port), "--dir", self.folder])
        wait_for("redis", 60, lambda: self.command("PING") == b"PONG", self.process)
        self.sha = self.load_script("charge.lua")

    def load_script(self, name):
        with open(self.peer_file(name)) as file:
            return self.command("SCRIPT", "LOAD", file.read()).decode()

    def load_options(self):
        return ["--script", self.sha]

    def command(self, *parts):
        with socket.create_connection(("127.0.0.1", self.port), 120) as connection:
            return self.ask(connection, *parts)

    @staticmethod
    def ask(connection, *parts):
        parts = [part if isinstance(part, bytes) else str(part).encode() for part in parts]
        message = b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
        connection.sendall(message)
        return Redis.read(connection.makefile("rb"))

    @staticmethod
    def read(file):
        line = file.readline().rstrip(b"\r\n")
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise RuntimeError("redis: " + rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [Redis.read(file) for _ in range(int(rest))]
        if not line:
            raise ConnectionError("redis closed the connection")
        return rest

    def prepare(self):
        script = self.load_script("prepare.lua")
        self.command("CONFIG", "SET", "appendfsync", "everysec")
        for first in range(0, self.context.subscriptions, self.CHUNK):
            last = min(first + self.CHUNK, self.context.subscriptions)
            self.command("EVALSHA", script, 0, first, last, self.context.month, oracle.START_FEN)
        self.command("CONFIG", "SET", "appendfsync", "always")
        if self.command("CONFIG", "GET", "appendfsync") != [b"appendfsync", b"always"]:
            raise RuntimeError("redis does not sync")

    def totals(self):
        script = self.load_script("totals.lua")
        totals = Totals(0, 0, 0)
        cursor = b"0"
        with socket.create_connection(("127.0.0.1", self.port), 120) as connection:
            while True:
                # The table is at rest, so the scan returns each key once.
                cursor, balances, entries, fen = self.ask(connection, "EVALSHA", script, 0, cursor)
                totals.balances_fen += int(balances)
                totals.entries += entries
                totals.entries_fen += int(fen)
                if cursor == b"0":
                    return totals


class Postgresql(Target):
    name = "postgresql"
    title = "PostgreSQL"
    in_flight_most = 64  # one statement a connection

    def __init__(self, context):
        super().__init__(context)
        self.user = []
        if os.getuid() == 0:  # it refuses to run as root
            entry = pwd.getpwnam("postgres")
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            self.user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]

    @staticmethod
    def program(name):
        places = [f"/usr/lib/postgresql/{version}/bin/{name}" for version in ("15", "16", "17")]
        return next((place for place in places if os.path.exists(place)), name)

    def version(self):
        return subprocess.check_output([self.program("postgres"), "--version"], text=True).split()[2]

    def start(self):
        data = os.path.join(self.folder, "data")
        subprocess.run(
            self.user + [self.program("initdb"), "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
            check=True, stdout=subprocess.DEVNULL)
        with open(self.peer_file("postgresql.conf")) as settings:
            with open(os.path.join(data, "postgresql.conf"), "a") as file:
                file.write(settings.read())
                file.write(f"port = {self.port}\nunix_socket_directories = ''\n")
        self.spawn(self.user + [self.program("postgres"), "-D", data])
        wait_for("postgresql", 60, lambda: self.sql("select 1", "postgres", quiet=True) == "1", self.process)
        self.sql("create database bench", "postgres")
        self.sql_file("charge.sql")

    def psql(self, database):
        return ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
                "-U", "bench", "-d", database]

    def sql(self, text, database="bench", quiet=False):
        done = subprocess.run(self.psql(database) + ["-c", text], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        if done.returncode != 0 and not quiet:
            raise RuntimeError("postgresql: " + done.stderr)
        return done.stdout.strip()

    def sql_file(self, name, **values):
        settings = [option for key, value in values.items() for option in ("-v", f"{key}={value}")]
        with open(self.peer_file(name)) as file:
            subprocess.run(self.psql("bench") + settings, stdin=file, check=True)

    def prepare(self):
        self.sql_file("prepare.sql", count=self.context.subscriptions, fen=oracle.START_FEN, month=self.context.month)
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            if self.sql(f"show {setting}") != "on":
                raise RuntimeError(f"postgresql: {setting} is off")

    def totals(self):
        balances = int(self.sql("select sum(fen) from subscriptions"))
        entries, fen = self.sql("select count(*), coalesce(sum(fen), 0) from ledger").split("|")
        return Totals(balances, int(entries), int(fen))

    def settle(self):
        self.sql("checkpoint")

    def stop(self):
        if self.process is not None:
            self.process.send_signal(2)  # fast shutdown
            self.process.wait(120)
        super().stop()


class Tarantool(Target):
    name = "tarantool"
    title = "Tarantool"
    in_flight_most = 768  # net_msg_max
    CHUNK = 10_000

    def version(self):
        return subprocess.check_output(["tarantool", "--version"], text=True).split()[1].split("-")[0]

    def start(self):
        self.spawn(["tarantool", self.peer_file("init.lua"), str(self.port), self.peer_file("charge.lua")],
                   cwd=self.folder)
        wait_for("tarantool", 60, lambda: self.call("ready") == [True], self.process)

    def call(self, name, *arguments):
        import msgpack

        with socket.create_connection(("127.0.0.1", self.port), 300) as connection:
            file = connection.makefile("rb")
            file.read(128)
            body = msgpack.packb({0x00: 0x0A, 0x01: 1}) + msgpack.packb({0x22: name, 0x21: arguments})
            connection.sendall(b"\xce" + struct.pack(">I", len(body)) + body)
            size = struct.unpack(">I", file.read(5)[1:])[0]
            unpacker = msgpack.Unpacker(strict_map_key=False)
            unpacker.feed(file.read(size))
            head, body = unpacker.unpack(), unpacker.unpack()
            if head[0x00] & 0x8000:
                raise RuntimeError(f"tarantool: {body.get(0x31)}")
            return body[0x30]

    def prepare(self):
        for first in range(0, self.context.subscriptions, self.CHUNK):
            last = min(first + self.CHUNK, self.context.subscriptions)
            self.call("prepare", first, last, self.context.month, oracle.START_FEN)

    def totals(self):
        balances, entries, fen = self.call("totals")
        return Totals(int(balances.rstrip("L")), entries, int(fen.rstrip("L")))


class Bare(Target):
    name = "bare"
    title = "bare loop"
    is_peer = False
    knows_repeats = False

    def version(self):
        return "-"

    def start(self):
        program = os.path.join(self.context.build, "bench", "bare", "bare")
        output = os.path.join(self.folder, "address")
        with open(output, "wb") as file:
            self.process = subprocess.Popen(
                [program, self.folder, os.path.join(HERE, "bare", "price.lua"), str(self.context.subscriptions),
                 str(self.context.month)], stdout=file)
        self.log = open(os.devnull)
        wait_for("the bare loop", 60, lambda: os.path.getsize(output) > 0, self.process)
        with open(output) as file:
            self.port = int(file.read().rsplit(":", 1)[1])

    def prepare(self):
        pass

    def ask_totals(self):
        import msgpack

        with socket.create_connection(("127.0.0.1", self.port), 60) as connection:
            connection.sendall(msgpack.packb([0, 1, "totals", []]))
            unpacker = msgpack.Unpacker(connection.makefile("rb"), read_size=1)
            return unpacker.unpack()[3]

    def totals(self):
        totals = self.ask_totals()
        balances = int(totals["balances"].replace(".", ""))
        fen = self.context.subscriptions * oracle.START_FEN - balances
        return Totals(balances, totals["charged"], fen)

    def journal_bytes(self):
        return self.ask_totals()["journal_bytes"]


ALL = [Redis, Postgresql, Tarantool, Bare]
