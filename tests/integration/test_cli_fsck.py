"""suanpan fsck: a stopped server's folder is clean, and what was damaged is named."""

import json
import re
import shutil

import pytest

from server import suanpan
from test_cli_dump import EVENT, used  # noqa: F401


def report(folder, code):
    result = suanpan("fsck", folder, "--json")
    assert result.returncode == code, result.stdout + result.stderr
    return json.loads(result.stdout)


def test_a_stopped_server_leaves_a_clean_folder(used):  # noqa: F811
    found = report(used.data, 0)
    assert found["clean"] and found["findings"] == [] and found["counts"] == {}
    assert (found["entries"], found["ids"], found["releases"]) == (7, 2 + 1, 1)
    assert suanpan("fsck", used.data).stdout.startswith("clean: 7 entries")


def test_a_killed_server_leaves_a_clean_folder(server):
    server.publish("rules/catalogs/fixed_line")
    server.subscribe(["1001"], package="fixed_line", balance="100.00")
    client = server.connect()
    for number in range(50):
        client.call("charge", id=f"call-{number}", **EVENT)
    server.kill()
    assert report(server.data, 0)["entries"] == 5 + 50


def test_damage_is_named_with_its_place_and_what_to_do(used):  # noqa: F811
    segment = used.data / "journal" / f"{0:016x}.segment"
    content = bytearray(segment.read_bytes())
    content[100] ^= 1
    segment.write_bytes(content)
    found = report(used.data, 1)
    assert found["counts"]["frame_checksum"] == 1 and not found["clean"]
    first = next(one for one in found["findings"] if one["name"] == "frame_checksum")
    assert str(segment) in first["where"] and "checksum" in first["what"] and "backup" in first["remedy"]
    lines = suanpan("fsck", used.data).stdout
    assert "frame_checksum\n" in lines and "To do: " in lines and re.search(r"^\d+ findings?$", lines, re.MULTILINE)
    chinese = suanpan("fsck", used.data, "--language", "zh").stdout
    assert "日志中一帧的校验和不符" in chinese and "处理：原样保留" in chinese and "个问题\n" in chinese


def test_a_damaged_charge_is_named_to_whoever_asks_for_it(used):  # noqa: F811
    used.start()
    with used.connect() as client:
        answer = client.call("charge", id="hurt", **EVENT)
        client.call("charge", id="sound", **EVENT)
    used.stop()
    position = int(answer["charge"].split(":")[1])
    segment = used.data / "journal" / f"{0:016x}.segment"
    content = bytearray(segment.read_bytes())
    content[position + 40] ^= 1
    segment.write_bytes(content)
    used.start()
    with used.connect() as client:
        for error, _ in (client.ask("charge.get", charge=answer["charge"]), client.ask("charge", id="hurt", **EVENT)):
            assert error.startswith("INTERNAL: ") and f"position {position} of {segment.parent}: the checksum" in error
    used.stop()


def test_lost_ids_are_rebuilt_as_the_server_says(used):  # noqa: F811
    shutil.rmtree(used.data / "ids")
    with pytest.raises(RuntimeError, match=r"are missing; stop, move ids/ and state/ away and start again"):
        used.start()
    shutil.move(used.data / "state", used.data.parent / "state-away")
    used.start()
    with used.connect() as client:
        assert client.call("charge", id="first", **EVENT)["repeat"] is True
    used.stop()
    report(used.data, 0)


def test_an_altered_release_is_named(used):  # noqa: F811
    (bundle,) = (used.data / "releases").glob("*.bundle")
    bundle.write_bytes(bundle.read_bytes() + b" ")
    assert list(report(used.data, 1)["counts"]) == ["release_altered"]


def test_a_folder_in_use_or_none_at_all_can_not_be_checked(server, tmp_path):
    result = suanpan("fsck", server.data)
    assert result.returncode == 3 and "in use" in result.stderr
    result = suanpan("fsck", tmp_path)
    assert result.returncode == 3 and "not a Suanpan data folder" in result.stderr
    assert suanpan("fsck").returncode == 2


@pytest.mark.parametrize("name", ["notes.txt", "journal/old.segment"])
def test_a_file_of_somebody_else_is_named(used, name):  # noqa: F811
    (used.data / name).write_text("mine")
    (finding,) = report(used.data, 1)["findings"]
    assert finding["name"] == "unknown_file" and finding["where"].endswith(name)
