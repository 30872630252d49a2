"""suanpan dump: what a data folder holds, as lines and as JSON."""

import json

import pytest

from server import suanpan

AT = 1789000000000
EVENT = {"service_id": "1001", "service": "voice", "to": "004363683473", "at": AT, "seconds": 61}


@pytest.fixture
def used(server):
    """A stopped server that has seen one of everything."""
    server.publish("rules/catalogs/fixed_line")
    server.subscribe(["1001"], package="fixed_line", balance="100.00")
    client = server.connect()
    server.answer = client.call("charge", id="first", **EVENT)
    client.call("charge", id="second", **{**EVENT, "service_id": "nobody"})
    server.stop()
    return server


def objects(*arguments):
    result = suanpan("dump", *arguments, "--json")
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_journal_has_each_entry_with_its_answer_records_and_postings(used):
    entries = objects(used.data, "--journal")
    assert [entry["kind"] for entry in entries] == ["release", "put", "put", "put", "topup", "charge", "refusal"]
    charge = entries[5]
    answer = used.answer
    assert (charge["charge"], charge["id"], charge["scope"]) == (answer["charge"], "first", "1001")
    assert answer["release"] == charge["release"][:12]
    assert charge["answer"]["amount"] == answer["amount"] == "8.80"
    assert charge["effects"][0]["key"] == "1001/main" and charge["effects"][0]["value"]["amount"] == "91.20"
    assert [(one["book"], one["amount"]) for one in charge["postings"]] == [
        ("balance:1001/main", "-8.80"),
        ("revenue", "8.80"),
    ]
    assert entries[6]["answer"]["code"] == "UNKNOWN_SUBSCRIPTION"


def test_the_records_are_decoded_by_table(used):
    records = {(record["table"], record["key"]): record["value"] for record in objects(used.data, "--records")}
    assert records["account", "1001"]["currency"] == "CNY"
    assert records["balance", "1001/main"]["amount"] == "91.20"
    assert records["service", "1001"] == [{"subscription": "1001"}]
    assert records["subscription", "1001"]["packages"] == [{"package": "fixed_line"}]
    (active,) = (value for (table, key), value in records.items() if table == "setting" and key.startswith("activation:"))
    assert ("release", active["release"]) in records


def test_lines_for_people_say_the_same(used):
    result = suanpan("dump", used.data)
    assert "charge  scope=1001  id=first" in result.stdout
    assert "posting  balance:1001/main -8.80 CNY" in result.stdout
    assert "balance 1001/main" in result.stdout


def test_from_a_position_the_earlier_entries_are_left_out(used):
    entries = objects(used.data, "--journal")
    position = entries[5]["charge"].split(":")[1]
    assert objects(used.data, "--journal", "--from", position) == entries[5:]
    beyond = suanpan("dump", used.data, "--journal", "--from", str(1 << 40))
    assert beyond.returncode == 3


def test_after_a_kill_the_journal_is_newer_than_the_records(server):
    server.subscribe(["1001"], balance="100.00")
    server.kill()
    assert len(objects(server.data, "--journal")) == 4
    assert "newer" in suanpan("dump", server.data, "--records").stdout


def test_a_running_server_and_what_is_no_data_folder_are_refused(server, tmp_path):
    result = suanpan("dump", server.data)
    assert (result.returncode, str(server.data) in result.stderr) == (3, True)
    result = suanpan("dump", tmp_path)
    assert result.returncode == 3
    assert "not a Suanpan data folder" in result.stderr


def test_many_segments_are_read_in_order(server):
    client = server.connect()
    names = [f"customer-{n:05}" for n in range(12000)]
    client.call_all("customer.put", [{"customer": name, "segment": "x" * 60} for name in names])
    server.stop()
    entries = objects(server.data, "--journal")
    assert sorted(entry["scope"] for entry in entries) == names
    positions = [int(entry["charge"].split(":")[1]) for entry in entries]
    assert positions == sorted(positions) and positions[-1] > 1 << 20
    assert len(objects(server.data, "--records")) == len(names)
