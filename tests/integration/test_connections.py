"""Many clients, rude clients: what each can take is bounded, and the others notice nothing."""

import random
import resource
import socket
import struct
import time

import msgpack
import pytest
import sample
from server import SANITIZED, Server, ServerError, suanpan

pytestmark = pytest.mark.asan

AT = "2026-09-18T12:00:00+08:00"
ENQUIRY = {"service_id": "1001", "service": "voice", "to": "07722820022", "at": AT, "seconds": 60}
MIB = 1 << 20
# What a server may take beside what a test gives it to hold.
SLACK = (400 if SANITIZED else 24) * MIB


@pytest.fixture(scope="module")
def server(shared_server):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    sample.prepare(shared_server, ["1001"], "100.00")
    yield shared_server
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def send_until_it_blocks(client, data, seconds=2.0):
    """How many bytes it took before the other side stopped reading."""
    sent, last = 0, time.monotonic()
    client.socket.settimeout(0)
    while time.monotonic() - last < seconds:
        try:
            sent += client.socket.send(data[sent % len(data) :])
            last = time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
        except OSError:
            break
    client.socket.settimeout(30)
    return sent


def test_2000_connections_are_served_at_a_time():
    with Server(connections_max=3000) as server:
        sample.prepare(server, ["1001"], "100.00")
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert soft >= 2500 or hard >= 2500
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096), hard))
        server.restart()
        before = server.memory_bytes()
        clients = [server.connect(tcp=place % 2 == 0) for place in range(2000)]
        charges = [
            {**ENQUIRY, "to": "110", "id": f"c{place}", "at": AT} for place in range(len(clients))
        ]
        numbers = [client.send("charge", charge) for client, charge in zip(clients, charges, strict=True)]
        for client, number in zip(clients, numbers, strict=True):
            error, result = client.receive(number)
            assert error is None and result["outcome"] == "charged"
        assert server.memory_bytes() < before + SLACK + 2000 * 16 * 1024
        for client in clients:
            client.close()
        assert server.connect().call("ping")


def test_one_connection_too_many_is_told_so_and_closed():
    with Server(connections_max=5) as server:
        clients = [server.connect() for _ in range(5)]
        for client in clients:
            client.call("ping")
        extra = server.connect()
        number, error, _ = extra.receive_any()
        assert number == 0 and error.startswith("OVERLOADED: ")
        assert extra.receive_any() is None
        refused = suanpan("call", "ping", *server.to())
        assert refused.returncode == 3 and "closed the connection: OVERLOADED: too many connections" in refused.stderr
        clients[0].close()
        server.wait_until(lambda: _is_served(server))


def _is_served(server):
    with server.connect() as client:
        try:
            return bool(client.call("ping"))
        except (OSError, ServerError):
            return False


def test_when_files_run_out_connections_are_refused_and_served_again_later():
    with Server() as small:
        client = small.connect()
        client.call("ping")
        resource.prlimit(small.process.pid, resource.RLIMIT_NOFILE, (60, 60))
        clients = [small.connect(tcp=True, timeout=5) for _ in range(60)]
        served = 0
        for one in clients:
            try:
                one.send("ping")
                served += one.receive_any() is not None
            except OSError:
                pass
        assert 0 < served < 60
        assert client.call("ping")
        for one in clients:
            one.close()
        small.wait_until(lambda: _is_served(small))


def test_a_half_closed_connection_gets_all_its_answers(server):
    for tcp in (False, True):
        client = server.connect(tcp=tcp)
        numbers = [client.send("charge", {**ENQUIRY, "to": "110", "id": f"half{tcp}{place}"}) for place in range(500)]
        numbers += [client.send("history", account="1001") for _ in range(20)]
        client.socket.shutdown(socket.SHUT_WR)
        for number in numbers:
            assert client.receive(number)[0] is None
        assert client.receive_any() is None


def test_a_connection_that_is_reset_with_requests_under_way_harms_nobody(server):
    for place in range(50):
        client = server.connect(tcp=True)
        for n in range(20):
            client.send("charge", {**ENQUIRY, "to": "110", "id": f"reset{place}-{n}"})
            client.send("history", account="1001")
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.socket.close()
    assert server.connect().call("ping")


def test_clients_that_come_and_go_in_a_crowd_get_only_their_own_answers(server):
    """Answers leave by another thread; when a socket is closed, its number may be the next client's."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    crowd = {}
    served = 0
    for turn in range(600):
        place = chance.randrange(12)
        if place not in crowd:
            crowd[place] = (server.connect(tcp=turn % 2 == 0), {})
        client, ids = crowd[place]
        requests = []
        for n in range(9):
            request, number = client.pack("charge", {**ENQUIRY, "to": "110", "id": f"crowd{turn}-{n}"})
            ids[number] = f"crowd{turn}-{n}"
            requests.append(request)
        client.send_bytes(b"".join(requests))
        if chance.random() < 0.2:
            if chance.random() < 0.5:
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.socket.close()
            del crowd[place]
        elif chance.random() < 0.3:
            answers = [client.receive_any() for _ in ids]
            charges = [result["charge"] for _, _, result in answers]
            entries = client.call_all("charge.get", [{"charge": charge} for charge in charges])
            assert [ids[number] for number, _, _ in answers] == [entry["id"] for _, entry in entries]
            served += len(set(charges))
            ids.clear()
    assert served > 300


def test_who_does_not_read_its_answers_is_not_read_from_and_takes_bounded_memory(server):
    data = b"".join(msgpack.packb([0, number, "history", [{"account": "1001", "limit": 500}]]) for number in range(2000))
    slow = server.connect()
    before = server.memory_bytes()
    sent = send_until_it_blocks(slow, data)
    assert sent < 64 * MIB, "it was stopped"
    assert server.memory_bytes() < before + 160 * MIB + SLACK
    quick = server.connect()
    started = time.monotonic()
    for _ in range(20):
        quick.call("rate", ENQUIRY)
    assert time.monotonic() - started < 1
    slow.close()
    server.wait_until(lambda: server.memory_bytes() < before + 64 * MIB + SLACK)


def test_who_reads_late_gets_every_answer(server):
    slow = server.connect()
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    packed = [slow.pack("rate", ENQUIRY) for _ in range(30_000)]
    data = b"".join(data for data, _ in packed)
    sent = send_until_it_blocks(slow, data, 0.5)
    assert sent < len(data), "the server stopped reading"
    received = set()
    slow.socket.settimeout(0)
    deadline = time.monotonic() + 60
    while len(received) < len(packed):
        assert time.monotonic() < deadline
        if sent < len(data):
            try:
                sent += slow.socket.send(data[sent:])
            except BlockingIOError:
                pass
        try:
            slow.unpacker.feed(slow.socket.recv(1 << 16))
        except BlockingIOError:
            time.sleep(0.001)
        for _, number, error, result in slow.unpacker:
            assert error is None and result["amount"] == "0.70"
            assert number not in received
            received.add(number)
    assert received == {number for _, number in packed}


def test_many_who_do_not_read_take_bounded_memory_together_and_others_are_served(server):
    # More calls than may wait in all: those of who doesn't read must not count.
    data = b"".join(msgpack.packb([0, number, "history", [{"account": "1001", "limit": 500}]]) for number in range(500))
    before = server.memory_bytes()
    clients = [server.connect() for _ in range(90)]
    for client in clients:
        send_until_it_blocks(client, data, 0.05)
    most = 0
    for _ in range(40):
        most = max(most, server.memory_bytes())
        time.sleep(0.05)
    print(f"{len(clients)} slow readers: {(most - before) // MIB} MiB")
    assert most < before + 512 * MIB + SLACK
    assert server.connect().call("ping")
    for client in clients:
        client.close()
    # Small pieces of memory stay with the process, to be used again.
    server.wait_until(lambda: server.memory_bytes() < before + 96 * MIB + SLACK)


def test_many_unfinished_messages_take_bounded_memory_together(server):
    before = server.memory_bytes()
    head = b"\x94\x00\x07\xa4ping\x91\xc6" + struct.pack(">I", 15 * MIB)
    clients = [server.connect() for _ in range(48)]
    piece = b"\x00" * MIB
    told = 0
    for client in clients:
        try:
            client.send_bytes(head)
            for _ in range(9):
                client.send_bytes(piece)
        except OSError:
            pass
    most = server.memory_bytes()
    print(f"{len(clients)} unfinished messages: {(most - before) // MIB} MiB")
    assert most < before + 256 * MIB + 40 * MIB + SLACK
    for client in clients:
        client.socket.settimeout(0.01)
        try:
            answer = client.receive_any()
            told += answer is not None and answer[1].startswith("OVERLOADED: ")
        except OSError:
            pass
    assert told > 0
    assert server.connect().call("ping")
    for client in clients:
        client.close()
    server.wait_until(lambda: server.memory_bytes() < before + 64 * MIB + SLACK)


def test_a_stop_waits_for_nobody_who_asks_for_nothing():
    with Server() as server:
        for place in range(20):
            server.connect(tcp=place % 2 == 0).call("ping")
        clients, server.clients = server.clients, []
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < (8 if SANITIZED else 2)
        for client in clients:
            assert client.receive_any() is None
            client.close()
