"""Receivers of webhooks that answer as nobody should, and clients whose cursors nobody gave."""

import contextlib
import socket
import threading
import time

import pytest
from receiver import SECRET, Receiver
from server import Server

AT = "2026-09-18T12:00:00+08:00"
HEAD = b"HTTP/1.1 200 OK\r\n"


class Rude:
    """Listens, reads a request whole, and lets `act(connection, number)` answer it."""

    def __init__(self, act):
        self.act, self.requests, self.over = act, [], threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d/notices?token=a-word-of-this-test" % self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.take, args=(connection,), daemon=True).start()

    def take(self, connection):
        with contextlib.suppress(OSError), connection:
            got = b""
            while b"\r\n\r\n" not in got:
                got += connection.recv(65536)
            head, body = got.split(b"\r\n\r\n", 1)
            size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            while len(body) < size:
                body += connection.recv(65536)
            self.requests.append(head + b"\r\n\r\n" + body)
            self.act(connection, len(self.requests))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over.set()
        self.listener.close()


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(SECRET + b"\n")
    path.chmod(0o600)
    return path


@contextlib.contextmanager
def posting(receiver, secret, **settings):
    """A server that posts, one of whose accounts has just become low."""
    settings = {"notice_retry_max": "20 ms", "notice_timeout": "500 ms", **settings}
    with Server(notice_webhook=receiver.url, notice_secret_file=secret, **settings) as server:
        client = server.connect()
        client.call("customer.put", customer="c")
        client.call("account.put", account="a", customer="c", low_balance=["5"], floor="-1000")
        put_again(client, 0)
        yield server, client


def take(client, identifier, amount):
    return client.call("balance.adjust", id=identifier, account="a", at=AT, amount=amount, currency="CNY", why="a test", short="debt")


def webhook(client):
    return client.call("stats")["notices"]


def put_again(client, count):
    """The account is low once more."""
    client.call("balance.topup", id=f"up{count}", account="a", at=AT, amount="100.00", currency="CNY")
    take(client, f"down{count}", "-100.00")


@pytest.mark.parametrize("garbage", [
    b"\x00\xff" * 5000, b"HELLO\r\n\r\n", b"HTTP/9.9 200 OK\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n", b"HTTP/1.1 -200 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 500 \x1b[31m\r\n\r\n", b"HTTP/1.1 302 Found\r\nlocation: file:///etc/passwd\r\ncontent-length: 0\r\n\r\n",
    b"HTTP/1.1 401 No\r\nwww-authenticate: Basic realm=x\r\ncontent-length: 0\r\n\r\n", b"",
])  # fmt: skip
def test_garbage_is_no_acceptance_and_is_posted_again(secret, garbage):
    def act(connection, number):
        connection.sendall(garbage if number < 3 else HEAD + b"content-length: 0\r\n\r\n")

    with Rude(act) as receiver, posting(receiver, secret) as (server, client):
        # "HTTP/9.9" is what libcurl takes for HTTP of a later version: whatever it takes, nothing is lost and nobody waits.
        server.wait_until(lambda: webhook(client)["delivered"] == 1)
        bodies = {one.split(b"\r\n\r\n", 1)[1] for one in receiver.requests}
        assert len(bodies) == 1
        assert SECRET.decode() not in server.log_text()
        assert "\x1b" not in server.log_text()


def test_an_answer_without_end_is_cut_off_and_its_status_counts(secret):
    sent = []

    def act(connection, number):
        connection.sendall(HEAD + b"\r\n")
        with contextlib.suppress(OSError):
            for _ in range(1 << 14):
                connection.sendall(b"x" * (1 << 16))
                sent.append(1 << 16)

    with Rude(act) as receiver, posting(receiver, secret, notice_timeout="20 s") as (server, client):
        began = time.monotonic()
        server.wait_until(lambda: webhook(client)["delivered"] == 1)
        assert time.monotonic() - began < 10
        time.sleep(0.2)
        assert sum(sent) < 32 << 20
        assert len(receiver.requests) == 1


def test_headers_without_end_are_given_up(secret):
    def act(connection, number):
        with contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            for index in range(100_000 if number < 2 else 0):
                connection.sendall(b"x-%d: %s\r\n" % (index, b"y" * 1000))
            connection.sendall(b"content-length: 0\r\n\r\n")

    with Rude(act) as receiver, posting(receiver, secret) as (server, client):
        server.wait_until(lambda: webhook(client)["delivered"] == 1)
        assert webhook(client)["failures"] == 1


def test_who_drips_is_waited_for_no_longer_than_the_timeout(secret):
    def act(connection, number):
        with contextlib.suppress(OSError):
            for byte in HEAD if number == 1 else []:
                connection.sendall(bytes([byte]))
                receiver.over.wait(0.2)
            connection.sendall(HEAD + b"content-length: 0\r\n\r\n")

    with Rude(act) as receiver, posting(receiver, secret) as (server, client):
        began = time.monotonic()
        server.wait_until(lambda: webhook(client)["delivered"] == 1)
        assert time.monotonic() - began < 3
        # Meanwhile, and afterwards, nobody has waited.
        assert client.call("notice.list")["notices"]


@pytest.mark.parametrize("after", ["9223372036854775807", "99999999999999999999999", "-1", "Fri, 31 Dec 9999 23:59:59 GMT", "0x10", "1e9"])
def test_a_wish_to_be_asked_much_later_is_bound(secret, after):
    def act(connection, number):
        status = b"HTTP/1.1 503 Busy\r\nretry-after: %s\r\n" % after.encode() if number < 3 else HEAD
        connection.sendall(status + b"content-length: 0\r\n\r\n")

    with Rude(act) as receiver, posting(receiver, secret) as (server, client):
        server.wait_until(lambda: webhook(client)["delivered"] == 1)
        assert webhook(client)["failures"] == 2


def test_what_the_receiver_must_know_is_in_no_log(secret):
    def act(connection, number):
        connection.sendall(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n" if number < 3 else HEAD + b"content-length: 0\r\n\r\n")

    with Rude(act) as receiver, posting(receiver, secret, log_level="debug") as (server, client):
        server.wait_until(lambda: webhook(client)["delivered"] == 1)
        assert b"token=a-word-of-this-test" in receiver.requests[0]
        server.stop()
        for word in ("a-word-of-this-test", SECRET.decode(), "v1,"):
            assert word not in server.log_text()


def test_stopping_waits_for_no_receiver(secret):
    with Rude(lambda connection, number: receiver.over.wait(30)) as receiver:
        with posting(receiver, secret, notice_timeout="30 s") as (server, client):
            server.wait_until(lambda: receiver.requests)
            began = time.monotonic()
            server.stop()
            assert time.monotonic() - began < 5


@pytest.mark.parametrize("cursor", [
    "f" * 20, "0" * 19, "0" * 21, "0" * 64, "F" * 20, "-" + "0" * 19, "0x" + "0" * 18, " " * 20, "٠" * 20, "g" * 20, "00000000000000ff0000",
])  # fmt: skip
def test_a_cursor_that_nobody_gave_is_refused_by_name_and_changes_nothing(server, cursor):
    client = server.connect()
    client.call("customer.put", customer="c")
    client.call("account.put", account="a", customer="c", low_balance=["5"], floor="-1000")
    put_again(client, 1)
    before = client.call("notice.list")
    ahead = cursor == "00000000000000ff0000"  # one that lies behind others, and of which nothing was raised
    for method, params in (("notice.list", {"after": cursor}), ("notice.ack", {"till": cursor})):
        error, result = client.ask(method, params)
        assert ahead or error.startswith("OUT_OF_RANGE"), (method, error, result)
    assert client.call("notice.list", after="0" * 20) == before
    assert client.call("notice.list", after=before["next"]) == {"notices": [], "next": before["next"]}


@pytest.mark.parametrize("params", [{"after": 5}, {"after": ""}, {"after": "0" * 65}, {"limit": 0}, {"limit": 1 << 40}, {"limit": -1},
                                    {"after": None, "limit": 1.5}, {"cursor": "0" * 20}])  # fmt: skip
def test_a_page_that_nobody_can_have_is_refused_by_name(server, params):
    error, _ = server.connect().ask("notice.list", params)
    assert error and error.split(":")[0] in ("OUT_OF_RANGE", "WRONG_TYPE", "UNKNOWN_FIELD", "MALFORMED", "FLOAT"), error


def test_a_receiver_that_answers_one_wrong_is_told_each_in_order(secret):
    """However it behaves, what it accepts is each notice in its order, the first time it sees it."""
    wrong = {0: 500, 1: "close", 3: 302, 5: 418, 8: "close"}
    with Receiver(lambda number, event: wrong.get(number)) as receiver, posting(receiver, secret) as (server, client):
        for count in range(1, 6):
            put_again(client, count)
        server.wait_until(lambda: len(set(receiver.ids())) == 6)
        listed = [one["cursor"] for one in client.call("notice.list")["notices"]]
        assert list(dict.fromkeys(receiver.ids())) == listed
