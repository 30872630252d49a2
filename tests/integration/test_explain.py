"""charge.explain and suanpan explain: why a charge is what it is, long after, by the words of the release that priced it."""

import re
import shutil

import pytest

from server import ROOT, ServerError, suanpan

ACCOUNT = "07715510000"
CALL = {"service_id": ACCOUNT, "service": "voice", "to": "02073241552", "at": "2026-09-18T20:59:54+08:00", "seconds": 12}


@pytest.fixture
def folder(tmp_path):
    """What suanpan init makes, to be changed."""
    assert suanpan("init", tmp_path / "prices").returncode == 0
    return tmp_path / "prices"


def change(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def explain(server, charge, language="en"):
    result = suanpan("explain", charge, "--language", language, *server.to())
    assert result.returncode == 0, result.stderr
    return result.stdout


ENGLISH = """\
Long-distance call  0.05 CNY  (standard.distant, zone distant)
    day  1 × 0.03
    night  1 × 0.02
"""
CHINESE = """\
长途通话费  0.05 CNY  (standard.distant，distant)
    白天  1 × 0.03
    夜间  1 × 0.02
"""


def test_a_charge_is_explained_in_both_languages_with_tariff_bands_units_and_prices(server, folder):
    release = server.publish(folder)
    server.subscribe([ACCOUNT], package="standard", product="line")
    client = server.connect()
    charge = client.call("charge", {"id": "1", **CALL})["charge"]
    assert (explain(server, charge), explain(server, charge, "zh")) == (ENGLISH, CHINESE)
    assert client.call("charge.explain", charge=charge, language="zh") == {
        "charge": charge,
        "kind": "charge",
        "at": 1789736394000,
        "release": release,
        "text": CHINESE,
    }
    assert client.call("charge.explain", charge=charge)["text"] == ENGLISH


def test_free_units_are_told_with_the_allowance_that_paid_for_them(server, folder):
    server.publish(folder)
    server.subscribe([ACCOUNT], package="standard", product="line")
    charge = server.connect().call("charge", {"id": "1", **CALL, "to": "5507882", "seconds": 31 * 60})["charge"]
    assert explain(server, charge) == (
        "Local call  0.10 CNY  (standard.local, zone local)\n    30 × free (standard.local_minutes)\n    1 × 0.10\n"
    )


def test_later_releases_change_no_word_of_what_was_charged_before(server, folder):
    server.publish(folder)
    server.subscribe([ACCOUNT], package="standard", product="line")
    old = server.connect().call("charge", {"id": "1", **CALL})["charge"]
    change(folder, "texts/en.lua", "Long-distance call", "Far away")
    change(folder, "texts/zh.lua", "长途通话费", "远方通话")
    change(folder, "packages/standard.lua", 'night = "0.02"', 'night = "0.01"')
    change(folder, "packages/standard_test.lua", '"0.05"', '"0.04"')
    server.publish(folder)
    middle = server.connect().call("charge", {"id": "2", **CALL})["charge"]
    for file in ("products.lua", "packages/standard.lua", "packages/standard_test.lua", "texts/en.lua", "texts/zh.lua"):
        change(folder, file, "distant", "far")
    server.publish(folder)
    assert (explain(server, old), explain(server, old, "zh")) == (ENGLISH, CHINESE)
    assert explain(server, middle).startswith("Far away  0.04 CNY  (standard.distant, zone distant)\n")
    server.restart()
    assert (explain(server, old), explain(server, old, "zh")) == (ENGLISH, CHINESE)
    assert explain(server, middle, "zh").startswith("远方通话  0.04 CNY")


def test_more_releases_than_are_kept_in_memory_are_explained_all_the_same(server, folder):
    charges = {}
    for number in range(7):
        change(folder, "texts/en.lua", f'"Long-distance call{number - 1 if number else ""}"', f'"Long-distance call{number}"')
        server.publish(folder)
        if number == 0:
            server.subscribe([ACCOUNT], package="standard", product="line")
        charges[number] = server.connect().call("charge", {"id": str(number), **CALL})["charge"]
    for number in [*charges, *reversed(charges), 0, 0]:
        assert explain(server, charges[number]).startswith(f"Long-distance call{number}  ")
    client = server.connect()
    answers = client.call_all("charge.explain", [{"charge": charges[number % 7]} for number in range(70)])
    assert [answer["text"].split("  ")[0] for _, answer in answers] == [f"Long-distance call{number % 7}" for number in range(70)]


def test_a_call_into_a_new_version_of_its_package_has_the_words_of_both(server, folder):
    text = (folder / "packages/standard.lua").read_text(encoding="utf-8")
    text += text[text.index('package "standard"') :].replace("2026-01-01", "2026-09-19").replace("voice.distant", "voice.other").replace("0.02", "0.01")
    (folder / "packages/standard.lua").write_text(text, encoding="utf-8")
    (folder / "more.lua").write_text('texts "en" { ["voice.other"] = "New" }\ntexts "zh" { ["voice.other"] = "新" }\n', encoding="utf-8")
    server.publish(folder)
    server.subscribe([ACCOUNT], package="standard", product="line")
    answer = server.connect().call("charge", {"id": "1", **CALL, "at": "2026-09-18T23:59:54+08:00"})
    assert [line.get("version") for line in answer["lines"]] == [None, 1789747200000]
    assert explain(server, answer["charge"]) == (
        "Long-distance call  0.02 CNY  (standard.distant, zone distant)\n    night  1 × 0.02\n"
        "New  0.01 CNY  (standard.distant, zone distant)\n    night  1 × 0.01\n"
    )


def test_a_refusal_is_told_with_its_stored_reason_in_both_languages(server, folder):
    server.publish(folder)
    server.subscribe([ACCOUNT], package="standard", product="line")
    client = server.connect()
    assert client.call("charge", {"id": "1", **CALL, "at": "2025-12-31T12:00:00+08:00"})["code"] == "NO_PRICE"
    # A refusal is not told where it is kept, but using its id for something else is.
    with pytest.raises(ServerError) as error:
        client.call("charge", {"id": "1", **CALL, "seconds": 13})
    charge = re.search(r"\d+:\d+:\d+", str(error.value))[0]
    for language, start in (("en", "NO_PRICE: nothing prices this usage: standard.distant would"), ("zh", "NO_PRICE: 没有适用的资费：standard.distant")):
        text = explain(server, charge, language)
        assert text.startswith(start) and text.endswith("\n"), text
    shutil.rmtree(server.data / "releases")  # it needs none of them
    assert explain(server, charge).startswith("NO_PRICE: ")


def test_what_is_no_charge_is_said_in_the_language_asked_for(server, folder):
    server.publish(folder)
    server.subscribe([ACCOUNT], package="standard", product="line")
    topup = server.connect().call("balance.topup", id="t", account=ACCOUNT, at="2026-09-18T09:00:00+08:00", amount="1.00", currency="CNY")
    for charge in ("0:8:0", "0:999999999999:0", "nonsense", "1:4096:0", topup["charge"]):
        result = suanpan("explain", charge, *server.to())
        assert (result.returncode, "there is no charge" in result.stderr) == (1, True), charge
        assert "没有费用" in suanpan("explain", charge, "--language", "zh", *server.to()).stderr
    assert suanpan("explain", "0:8:0", "--to", "127.0.0.1:1").returncode == 3
    assert suanpan("explain").returncode == 2


def test_a_release_that_is_gone_is_an_error_of_the_server_and_comes_back_with_its_file(server, folder):
    server.publish(folder)
    server.subscribe([ACCOUNT], package="standard", product="line")
    charge = server.connect().call("charge", {"id": "1", **CALL})["charge"]
    change(folder, "texts/en.lua", "Long-distance call", "Far away")
    server.publish(folder)
    server.restart()
    hidden = server.data / "hidden"
    (server.data / "releases").rename(hidden)
    assert suanpan("explain", charge, *server.to()).returncode == 1
    hidden.rename(server.data / "releases")
    assert explain(server, charge) == ENGLISH
