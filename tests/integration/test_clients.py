"""Clients that are not ours: Neovim's own MessagePack-RPC, from Lua and from its script, over both kinds of socket. (All other tests
speak through Python's msgpack.)"""

import json
import os
import shutil
import subprocess
from decimal import Decimal

import pytest
import sample
from server import Server

AT = "2026-09-18T12:00:00+08:00"
AT_MS = 1789704000000
CHARGE = {"id": "n1", "service_id": "1001", "service": "voice", "to": "07722820022", "at": AT, "seconds": 61}

pytestmark = pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed")


@pytest.fixture(params=["pipe", "tcp"])
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def server():
    with Server() as one:
        sample.prepare(one, ["1001", "1002"], "100.00")
        yield one


def run_neovim(script, tmp_path, **environment):
    """Runs a script; gives what it wrote to RESULTS."""
    results = tmp_path / "results.json"
    results.unlink(missing_ok=True)
    command = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-S", sample.ROOT / "tests/integration" / script]
    done = subprocess.run(
        command, env={**os.environ, **environment, "RESULTS": str(results), "XDG_STATE_HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and results.exists(), (done.stdout, done.stderr, results.exists() and results.read_text())
    return json.loads(results.read_text())


@pytest.fixture
def neovim(server, kind, tmp_path):
    """neovim((method, params …), …): what each call came to; a method that begins with "!" is sent as a notification."""

    def run(*calls):
        address = server.socket if kind == "pipe" else "%s:%d" % server.address
        asked = [
            {"method": method.removeprefix("!"), "params": params, **({"notify": True} if method[0] == "!" else {})}
            for method, *params in calls
        ]
        plan = {"connect": [kind, address], "calls": asked}
        path = tmp_path / "requests.json"
        path.write_text(json.dumps(plan))
        return run_neovim("neovim.lua", tmp_path, REQUESTS=str(path))

    return run


def test_it_asks_who_is_there(neovim):
    hello, ping = neovim(("hello", {"client": "nvim"}), ("ping",))
    assert hello["result"]["server"] == "suanpan"
    assert ping["result"]["now"] > AT_MS


def test_it_charges_once_and_finds_the_charge(server, neovim, kind):
    client = server.connect()
    before = sample.balance(client, "1001")
    charge = {**CHARGE, "id": f"n-{kind}"}
    first, again, balance = (
        one["result"] for one in neovim(("charge", charge), ("charge", charge), ("balance.get", "1001"))
    )
    assert (first["outcome"], first["amount"], first["repeat"], again["repeat"]) == ("charged", "0.77", False, True)
    assert first["lines"][0]["parts"] == [{"band": "day", "units": 11, "price": "0.07"}]
    assert Decimal(balance["available"]) == before - Decimal("0.77")
    (entry,) = neovim(("charge.get", first["charge"]))
    assert entry["result"]["id"] == f"n-{kind}" and entry["result"]["at"] == AT_MS
    assert client.call("charge", charge) == again, "another client gets the same"
    (page,) = neovim(("history", {"account": "1001", "limit": 1}))
    assert page["result"]["entries"][0]["charge"] == first["charge"]


def test_single_arguments_stand_alone_or_in_a_map(neovim):
    alone, named = neovim(("account.get", "1001"), ("account.get", {"account": "1001"}))
    assert alone == named and alone["result"]["currency"] == "CNY"
    (customer,) = neovim(("customer.get", "1002"))
    assert customer["result"]["customer"] == "1002"


def test_errors_are_sentences_that_begin_with_a_code(neovim):
    answers = neovim(
        ("nonsense",), ("account.get", "nobody"), ("charge", {**CHARGE, "colour": 1}), ("charge", {**CHARGE, "seconds": 0.5}),
        ("history", "1001"), ("hello", {"language": "zh"}), ("nonsense",), ("ping",),
    )  # fmt: skip
    codes = [answer["error"].splitlines()[-1].split(":")[0] for answer in answers if "error" in answer]
    assert codes == ["UNKNOWN_METHOD", "NOT_FOUND", "UNKNOWN_FIELD", "WRONG_TYPE", "MALFORMED", "UNKNOWN_METHOD"]
    assert "没有方法" in answers[6]["error"]
    assert not any("unknown error" in answer.get("error", "") for answer in answers)
    assert answers[7]["result"]["now"] > AT_MS, "the connection lives"


def test_a_refusal_is_a_result(neovim):
    (answer,) = neovim(("charge", {**CHARGE, "id": "n2", "service_id": "nobody"}))
    assert (answer["result"]["outcome"], answer["result"]["code"]) == ("refused", "UNKNOWN_SUBSCRIPTION")
    assert "nobody" in answer["result"]["say"]["zh"]


def test_its_notifications_are_ignored(server, neovim):
    client = server.connect()
    journal = client.call("stats")["journal"]
    assert journal["filled_bytes"] > 0 and journal["archive_failures"] == 0
    before = journal["decided"], sample.balance(client, "1002")
    (ping,) = neovim(
        ("!nvim_error_event", 1, "x"), ("!charge", {**CHARGE, "id": "n3", "service_id": "1002"}), ("!unheard.of", {"a": [1, 2]}),
        ("!ping",), ("ping",),
    )  # fmt: skip
    assert ping["result"]["now"] > AT_MS
    assert (client.call("stats")["journal"]["decided"], sample.balance(client, "1002")) == before


def test_a_batch(neovim, kind):
    items = [{**CHARGE, "id": f"b{place}-{kind}", "seconds": 6 * (place % 7)} for place in range(100)]
    (answer,) = neovim(("charge_batch", {"items": items}))
    amounts = [Decimal(item["amount"]) for item in answer["result"]["items"]]
    assert amounts == [place % 7 * Decimal("0.07") for place in range(100)]


def test_a_release_published_as_a_blob_from_its_own_script(tmp_path):
    with Server() as source:
        name = source.publish(sample.CATALOG, activate=False)
        bundle = next((source.data / "releases").glob(f"{name}*")).read_bytes()
    (tmp_path / "bundle").write_bytes(bundle)
    with Server() as server:
        server.subscribe(["1001"], package="fixed_line")
        results = run_neovim("neovim.vim", tmp_path, SOCKET=server.socket, BUNDLE=str(tmp_path / "bundle"))
        assert (results["published"]["release"], results["published"]["by"]) == (name, "vim")
        assert results["empty"]["release"] == results["nil"]["release"] == name
        assert results["charged"]["amount"] == "0.77"
        assert "WRONG_TYPE: " in results["error"] and "decimal text" in results["error"]
