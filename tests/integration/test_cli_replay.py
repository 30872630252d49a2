"""suanpan replay: charges come out of the journal as they went in, and what does not is named."""

import json
import shutil

from server import Server, suanpan

AT = "2026-09-18T12:00:00+08:00"
CATALOG = """catalog "small" {{}}
service "voice" {{ unit = "second" }}
product "line" {{ services = "voice" }}
package "talk" {{ kind = "base", from = "2020-01-01",
    tariff {{ id = "call", serves = {{ service = "voice" }}, say = "call", step = "60 s", price = "{price}" }} }}
for _, language in ipairs {{ "zh", "en" }} do
    texts(language) {{ ["catalog.small"] = "small", ["service.voice"] = "voice", ["product.line"] = "line", ["package.talk"] = "talk",
        call = "call" }}
end
"""


def publish(server, folder, price):
    folder.mkdir()
    (folder / "catalog.lua").write_text(CATALOG.format(price=price), encoding="utf-8")
    return server.publish(folder)


def charge(client, number, minutes):
    return client.call(
        "charge", id=number, service_id="1", service="voice", at=AT, seconds=60 * minutes
    )  # fmt: skip


def test_what_was_charged_by_any_release_is_priced_the_same_again(tmp_path):
    with Server() as server:
        publish(server, tmp_path / "a", "0.10")
        server.subscribe(["1"], package="talk", product="line")
        client = server.connect()
        assert charge(client, "c1", 3)["amount"] == "0.30"
        publish(server, tmp_path / "b", "0.20")
        assert charge(client, "c2", 3)["amount"] == "0.60"
        assert charge(client, "c2", 3)["repeat"] is True
        assert client.call("charge", id="c3", service_id="2", service="voice", at=AT, seconds=1)["outcome"] == "refused"
        running = suanpan("replay", server.data)
        assert running.returncode == 3 and "can't replay" in running.stderr
        server.stop()
        replayed = suanpan("replay", server.data)
        assert replayed.stdout == "2 charges by 2 releases priced again: 2 the same, 0 different\n"
        assert replayed.returncode == 0


def test_a_charge_that_is_priced_otherwise_is_named(tmp_path):
    with Server() as server:
        first = publish(server, tmp_path / "a", "0.10")
        server.subscribe(["1"], package="talk", product="line")
        client = server.connect()
        charged = charge(client, "c1", 3)["charge"]
        second = publish(server, tmp_path / "b", "0.20")
        charge(client, "c2", 3)
        server.stop()
        kept = {path.name.split(".")[0]: path for path in (server.data / "releases").iterdir()}
        names = {name[:12]: path for name, path in kept.items()}
        shutil.copy(names[second[:12]], names[first[:12]])  # somebody changed the prices of a release that was in force
        replayed = json.loads((found := suanpan("replay", server.data, "--json")).stdout)
        assert (replayed["different"], replayed["charges"], replayed["charges_that_differ"]) == (1, 2, [charged])
        assert found.returncode == 1


def test_a_folder_without_charges_has_nothing_to_replay():
    with Server() as server:
        server.stop()
        replayed = json.loads(suanpan("replay", server.data, "--json").stdout)
        assert replayed == {"charges": 0, "reports": 0, "releases": 0, "different": 0, "charges_that_differ": []}
