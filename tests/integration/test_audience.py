"""Releases for new subscriptions only: who has which, until he is migrated or one is put in force for everyone."""

import json
import shutil
import time

import pytest

from bundles import at_price
from server import Server, suanpan

CALL = {"service": "voice", "to": "07722820022", "at": "2026-09-18T12:00:00+08:00", "seconds": 6}
PRICES = ("0.07", "0.09", "0.12", "0.15", "0.18")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The stock catalog at several prices, by price."""
    return {price: at_price(tmp_path_factory.mktemp("catalogs") / price, price) for price in PRICES}


@pytest.fixture
def names(server, folders):
    """Releases by price; the first is in force, and "old" has been there before all others."""
    made = {price: server.publish(folders[price], activate=price == PRICES[0]) for price in PRICES}
    server.subscribe(["old"], package="fixed_line")
    return made


def price(client, who, charge=None):
    if charge is None:
        return client.call("rate", CALL, service_id=who)["amount"]
    return client.call("charge", CALL, service_id=who, id=charge)["amount"]


def now_ms():
    return time.time_ns() // 1_000_000


def subscribe(server, who, **fields):
    """One that begins now, or as the fields say."""
    server.subscribe([who], package="fixed_line")
    if fields:  # made anew, since a put keeps the terms
        client = server.connect()
        name = who + "+"
        client.call("subscription.put", subscription=name, account=who, product="pstn", service_ids=[{"service_id": name}],
                    **{"packages": ["fixed_line"], **fields})
        return name
    return who


def fsck(server):
    result = suanpan("fsck", server.data, "--json")
    assert result.returncode == 0, result.stdout + result.stderr


def activate_for_new(client, name, **fields):
    answer = client.call("release.activate", release=name, audience="new", **fields)
    time.sleep(0.002)  # so that what is new now is newer than that
    return answer


def test_who_was_there_keeps_his_prices_and_who_is_new_has_the_new(server, names):
    client = server.connect()
    answer = activate_for_new(client, names["0.09"], by="li.wei", why="for new ones")
    assert answer["active"] and answer["since"] == answer["activated"]
    subscribe(server, "new")
    assert price(client, "old") == price(client, "old", "a") == "0.07"
    assert price(client, "new") == price(client, "new", "a") == "0.09"
    listed = client.call("release.list")
    assert listed["active"] == names["0.09"]
    assert {one["release"] for one in listed["releases"] if one["active"]} == {names["0.07"], names["0.09"]}
    assert client.call("stats")["releases"]["loaded"] == 2
    history = client.call("release.history")["activations"]
    assert history[0]["since"] == answer["since"] and "since" not in history[1]
    for end in (server.kill, server.stop):
        end()
        fsck(server)
        server.start()
        client = server.connect()
        assert (price(client, "old"), price(client, "new")) == ("0.07", "0.09")
        assert client.call("release.list") == listed
    server.stop()
    for folder in ("state", "ids"):
        shutil.rmtree(server.data / folder)
    server.start()
    client = server.connect()
    assert (price(client, "old"), price(client, "new")) == ("0.07", "0.09")
    assert client.call("release.history")["activations"] == history


def test_each_charge_names_the_release_that_priced_it_and_is_explained_by_it(server, names):
    client = server.connect()
    activate_for_new(client, names["0.09"])
    subscribe(server, "new")
    for who, release in (("old", names["0.07"]), ("new", names["0.09"])):
        charge = client.call("charge", CALL, service_id=who, id="a")
        assert release.startswith(charge["release"])
        explained = client.call("charge.explain", charge=charge["charge"])
        assert explained["release"] == release and charge["amount"] in explained["text"]


def test_new_is_by_the_terms_of_a_subscription(server, names):
    client = server.connect()
    dated = {
        "2019": subscribe(server, "a", packages=[{"package": "fixed_line", "from": "2019-01-01T00:00:00+08:00"}]),
        "2026": subscribe(server, "b", states=[{"state": "active", "from": "2026-09-01T00:00:00+08:00"}]),
        "today": subscribe(server, "c"),
    }
    activate_for_new(client, names["0.09"], since="2026-01-01T00:00:00+08:00")
    assert {when: price(client, who) for when, who in dated.items()} == {"2019": "0.07", "2026": "0.09", "today": "0.09"}
    terms = client.call("subscription.get", ["a+"])["terms"]
    assert terms == 1_546_272_000_000
    # Changed, it keeps them.
    client.call("subscription.put", subscription="a+", account="a", product="pstn", service_ids=["a+"], packages=["fixed_line"])
    assert client.call("subscription.get", ["a+"])["terms"] == terms and price(client, "a+") == "0.07"
    assert price(client, "old") == "0.09", "made after the date"


def test_everyone_gets_what_is_activated_for_everyone(server, names):
    client = server.connect()
    activate_for_new(client, names["0.09"])
    subscribe(server, "new")
    answer = client.call("release.activate", [names["0.09"]])
    assert answer["active"] and "since" not in answer
    assert price(client, "old") == price(client, "new") == "0.09"
    assert client.call("stats")["releases"]["loaded"] == 1
    activate_for_new(client, names["0.12"])
    assert client.call("release.revert")["release"] == names["0.09"]
    assert price(client, "old") == price(client, "new") == "0.09"
    assert client.call("stats")["releases"]["loaded"] == 1


def test_generations_stand_side_by_side_up_to_a_bound(server, names):
    client = server.connect()
    who = {"0.07": "old"}
    for cost in PRICES[1:4]:
        activate_for_new(client, names[cost])
        who[cost] = subscribe(server, f"of {cost}")
    for _ in range(2):
        assert {cost: price(client, one) for cost, one in who.items()} == {cost: cost for cost in who}
        error, _ = client.ask("release.activate", release=names["0.18"], audience="new")
        assert error.startswith("IN_USE") and "side by side" in error, error
        server.kill()
        fsck(server)
        server.start()
        client = server.connect()
    client.call("release.activate", [names["0.18"]])
    assert {price(client, one) for one in who.values()} == {"0.18"}


def test_what_can_not_be_is_refused(server, folders):
    client = server.connect()
    name = server.publish(folders["0.07"], activate=False)
    assert client.ask("release.activate", release=name, audience="new")[0].startswith("NO_RELEASE")
    assert client.ask("release.migrate", subscriptions=["nobody"])[0].startswith("NO_RELEASE")
    client.call("release.activate", [name])
    assert client.ask("release.activate", release=name, since=now_ms())[0].startswith("FIELDS_CONFLICT")
    assert client.ask("release.activate", release=name, audience="new")[0].startswith("IN_USE")
    assert client.ask("release.activate", release=name, audience="some")[0].startswith(("WRONG_TYPE", "OUT_OF_RANGE"))
    assert client.ask("release.migrate", subscriptions=["nobody"])[0].startswith("NOT_FOUND")


def test_one_for_new_ones_may_be_scheduled(server, names):
    client = server.connect()
    at = now_ms() + 1200
    answer = client.call("release.activate", release=names["0.09"], at=at, audience="new")
    assert answer["scheduled"] == at and answer["since"] == at
    server.kill()
    server.start()
    client = server.connect()
    assert client.call("release.history")["scheduled"][0]["since"] == at
    while client.call("release.list")["active"] != names["0.09"]:
        assert price(client, "old") == "0.07"
        time.sleep(0.05)
    subscribe(server, "new")
    assert (price(client, "old"), price(client, "new")) == ("0.07", "0.09")


def test_a_preview_says_what_migrating_changes_and_changes_nothing(server, names):
    client = server.connect()
    activate_for_new(client, names["0.09"])
    subscribe(server, "new")
    client.call("customer.put", customer="bare")
    client.call("account.put", account="bare", customer="bare", currency="CNY")
    client.call("subscription.put", subscription="bare", account="bare", product="pstn", service_ids=["bare"],
                packages=[{"package": "other", "from": "2019-01-01T00:00:00+08:00"}])
    for language, word in (("en", "price, day"), ("zh", "价格")):
        preview = client.call("release.migrate", subscriptions=["old", "new", "old", "bare"], preview=True, language=language)
        assert (preview["to"], preview["moved"], preview["stayed"]) == (names["0.09"], 2, 1)
        old, bare = preview["subscriptions"]
        assert (old["subscription"], old["release"], old["count"]) == ("old", names["0.07"], 1)
        (one,) = old["differences"]
        assert (one["from"], one["to"]) == ("0.07", "0.09") and word in one["say"]
        assert one["path"].startswith("package/fixed_line@") and one["path"].endswith("/price/day")
        assert (bare["subscription"], bare["count"], bare["differences"]) == ("bare", 0, []), "it does not hold that package"
    assert price(client, "old") == "0.07"


def test_migrating_gives_the_newest_release_for_good(server, names):
    client = server.connect()
    server.subscribe(["other"], package="fixed_line")
    activate_for_new(client, names["0.09"])
    before = client.call("subscription.get", ["old"])
    error, _ = client.ask("release.migrate", subscriptions=["old", "nobody"])
    assert error.startswith("NOT_FOUND") and price(client, "old") == "0.07", "all or none"
    moved = client.call("release.migrate", subscriptions=["old"], by="li.wei", why="he asked for it")
    assert moved == {"to": names["0.09"], "moved": 1, "stayed": 0}
    again = client.call("release.migrate", subscriptions=["old"])
    assert again == {"to": names["0.09"], "moved": 0, "stayed": 1}
    after = client.call("subscription.get", ["old"])
    assert after.pop("terms") > before.pop("terms") and after.pop("version") > before.pop("version") and after == before
    for end in (server.kill, server.stop):
        assert (price(client, "old"), price(client, "other")) == ("0.09", "0.07")
        end()
        fsck(server)
        server.start()
        client = server.connect()
    server.stop()
    entries = [json.loads(line) for line in suanpan("dump", server.data, "--json").stdout.splitlines()]
    done = [entry["event"] for entry in entries if entry.get("kind") == "release" and entry["event"]["does"] == "migrate"]
    assert done == [{"does": "migrate", "by": "li.wei", "why": "he asked for it"}]


def test_one_may_migrate_before_the_new_terms_begin(server, names):
    """A release for those that begin in a year; who is migrated today gets it today."""
    client = server.connect()
    activate_for_new(client, names["0.09"], since=now_ms() + 365 * 86_400_000)
    subscribe(server, "new")
    assert price(client, "new") == "0.07", "he is before that date"
    client.call("release.migrate", [["new"]])
    assert (price(client, "new"), price(client, "old")) == ("0.09", "0.07")


def test_kills_in_between_leave_what_was_answered(folders):
    """Activations for new ones, migrations and charges, with a kill behind some answer or none."""
    with Server() as server:
        names = {cost: server.publish(folders[cost], activate=cost == "0.07") for cost in ("0.07", "0.09")}
        client = server.connect()
        everybody = [f"s{number}" for number in range(6)]
        server.subscribe(everybody, package="fixed_line")
        activate_for_new(client, names["0.09"])
        for number, who in enumerate(everybody):
            client.call("release.migrate", subscriptions=[who])
            client.send("charge", {**CALL, "service_id": who, "id": "sent"})
            if number + 1 < len(everybody):
                client.send("release.migrate", subscriptions=[everybody[number + 1]])
            server.kill()
            fsck(server)
            server.start()
            client = server.connect()
            assert {price(client, one) for one in everybody[: number + 1]} == {"0.09"}
            assert {price(client, one) for one in everybody[number + 2 :]} <= {"0.07"}
            repeated = client.call("charge", {**CALL, "service_id": who, "id": "sent"})
            assert repeated["amount"] == "0.09"


def test_the_command_line_activates_for_new_ones_and_migrates(server, names):
    def releases(*words, code=0):
        result = suanpan("releases", *words, *server.to())
        assert result.returncode == code, result.stdout + result.stderr
        return result.stdout or result.stderr

    assert releases("activate", names["0.09"], "--audience", "new") == f"release {names['0.09'][:12]} is in force for new subscriptions\n"
    assert [line.split()[2:4] for line in releases("history").splitlines()[1:]][:2] == [["in", "force"]] * 2, "the other for all others"
    assert "(new only)" in releases() and "new only" in releases("history") and "（仅新用户）" in releases("--language", "zh")
    shown = releases("migrate", "old", "--preview").splitlines()
    assert shown[0] == "old: 1 difference" and shown[1].endswith("price, day: 0.07 → 0.09")
    assert shown[-1] == f"release {names['0.09'][:12]}: 1 would get it, 0 have it already"
    assert price(server.connect(), "old") == "0.07"
    assert releases("migrate", "old", "--by", "li.wei") == f"release {names['0.09'][:12]}: 1 got it, 0 had it already\n"
    assert price(server.connect(), "old") == "0.09"
    assert releases("migrate", "nobody", code=1).startswith("NOT_FOUND")
    for words in (["migrate"], ["list", "--preview"], ["revert", "--audience", "new"], ["migrate", *["s"] * 101]):
        assert suanpan("releases", *words).returncode == 2
