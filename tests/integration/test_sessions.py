"""Sessions over the wire: scenario S9 with its numbers, and what a session is in other tariffs, of several services and balances."""

import time

import pytest
from server import ROOT, Server, ServerError, suanpan

CATALOG = ROOT / "tests/integration/sessions"
AT = "2026-03-18T12:00:00+08:00"
AT_MS = 1773806400000
A = "13900000001"


class Session:
    """One session of a service id, whose requests are numbered as they are made."""

    def __init__(self, client, name="s1", service_id=A, at=AT):
        self.client, self.name, self.service_id, self.at, self.number = client, name, service_id, at, 0

    def send(self, method, number=None, **fields):
        self.number = self.number + 1 if number is None else number
        return self.client.call(
            f"session.{method}",
            {"service_id": self.service_id, "session": self.name, "number": self.number, "at": self.at, **fields},
        )

    def reserve(self, ask, service="voice", **fields):
        return self.send("reserve", parts=[{"service": service, "ask": ask}], **fields)

    def update(self, used, ask, part="voice", **fields):
        return self.send("update", parts=[{"part": part, "used": used, "ask": ask}], **fields)

    def commit(self, used, part="voice", **fields):
        return self.send("commit", parts=[{"part": part, "used": used}], **fields)

    def release(self, **fields):
        return self.send("release", **fields)

    def get(self):
        return self.client.call("session.get", [self.service_id, self.name])


def part(answer, index=0):
    return answer["parts"][index]


def main(client, account=A):
    """(what is there, what is held) of the main balance."""
    balance = client.call("balance.get", [account])["balances"][0]
    return balance["amount"], balance["held"]


@pytest.fixture
def server():
    with Server() as one:
        one.publish(CATALOG)
        one.subscribe([A], "10.00", package="plain", product="line")
        yield one


@pytest.fixture
def client(server):
    return server.connect()


def take(client, amount):
    """Leaves the account so much less."""
    client.call("balance.adjust", id=f"take-{amount}", account=A, at=AT, amount=f"-{amount}", currency="CNY", why="spent elsewhere")


# ---- S9 ----


@pytest.mark.parametrize("between", ["nothing", "restart", "kill"])
def test_the_numbers_of_s9_stand_whatever_comes_between_two_steps(server, between):
    def step():
        if between != "nothing":
            server.kill() if between == "kill" else server.stop()
            server.start()
        return server.connect()

    session = Session(step())
    first = session.reserve(300)
    assert (first["outcome"], part(first)["granted"], first["held"], first["charged"]) == ("granted", 300, "0.75", "0.00")
    session.client = step()
    assert main(session.client) == ("10.00", "0.75")
    second = session.update(290, 300)
    assert (second["charged"], part(second)["granted"], second["held"], second["balance"]) == ("0.75", 300, "0.75", "9.25")
    assert "final" not in part(second)
    session.client = step()
    for _ in range(2):
        again = session.send("update", number=2, parts=[{"part": "voice", "used": 290, "ask": 300}])
        assert again == {**second, "repeat": True}
    session.release(number=3)
    session.client = step()
    assert main(session.client) == ("9.25", "0.00")


@pytest.mark.parametrize("between", ["nothing", "restart", "kill"])
def test_the_last_of_the_balance_is_granted_as_s9_says(server, between):
    def step():
        if between != "nothing":
            server.kill() if between == "kill" else server.stop()
            server.start()
        return server.connect()

    session = Session(server.connect())
    session.reserve(300)
    take(session.client, "8.85")
    session.client = step()
    short = session.update(290, 300)
    assert (short["charged"], short["balance"], short["held"]) == ("0.75", "0.40", "0.30")
    assert (part(short)["granted"], part(short)["final"], part(short)["code"]) == (130, {"action": "terminate"}, "BALANCE_TOO_LOW")
    session.client = step()
    assert session.get()["parts"][0]["granted"] == 130
    end = session.commit(100)
    assert (end["outcome"], end["charged"], end["held"], end["balance"]) == ("charged", "0.30", "0.00", "0.10")
    assert (part(end)["used"], part(end)["charged"], part(end)["lines"][0]["parts"][0]["units"]) == (390, "1.05", 7)
    session.client = step()
    with pytest.raises(ServerError, match="NOT_FOUND"):
        session.get()
    late = session.update(60, 60)
    assert (late["outcome"], late["code"]) == ("refused", "UNKNOWN_SESSION")
    assert main(session.client) == ("0.10", "0.00")
