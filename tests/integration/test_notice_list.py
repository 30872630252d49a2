"""Notices are listed in order by a cursor that misses none and repeats none, acknowledged, removed, and delivered by a webhook."""

import json
import subprocess
import threading
import time

import pytest
from receiver import SECRET, Receiver
from server import Client, Server, suanpan

AT = "2026-09-18T12:00:00+08:00"
FIRST = "0" * 20


def prepare(server, numbers, low_balance=("90.00",)):
    server.publish("rules/catalogs/fixed_line")
    server.subscribe(numbers, "100.00", package="fixed_line")
    client = server.connect()
    for number in numbers:
        client.call("account.put", account=number, customer=number, low_balance=list(low_balance))
    return client


def fall(number, step):
    """Each takes 0.99."""
    return {"id": f"{number}-{step}", "service_id": number, "service": "voice", "to": "5507882", "at": AT, "seconds": 600}


def take(client, account, identifier, amount="-1.00"):
    return client.call("balance.adjust", account=account, id=identifier, at=AT, amount=amount, currency="CNY", why="a test")


def read_all(client, after=None, limit=50):
    """All pages, until one is empty; with the cursor behind them."""
    found = []
    while True:
        page = client.call("notice.list", limit=limit, **({"after": after} if after else {}))
        after = page["next"]
        if not page["notices"]:
            return found, after
        found += page["notices"]


def ask(server, method, **fields):
    """By a connection of its own, which a kill ends, and nobody else: for threads."""
    with Client(server.socket) as client:
        return client.call(method, fields)


def told(notices):
    return [(one["account"], one["threshold"]) for one in notices]


def test_notices_are_listed_in_the_order_in_which_they_were_raised(server):
    client = prepare(server, ["A1", "A2"], ["99.00", "98.00", "97.00"])
    assert client.call("notice.list") == {"notices": [], "next": FIRST}
    take(client, "A1", "a", "-2.50")
    taken = take(client, "A2", "b")
    page = client.call("notice.list")
    assert told(page["notices"]) == [("A1", "99.00"), ("A1", "98.00"), ("A2", "99.00")]
    assert page["next"] == page["notices"][2]["cursor"]
    assert page["notices"][2] == {
        "cursor": page["next"], "charge": taken["charge"], "kind": "low_balance", "made": page["notices"][2]["made"],
        "at": 1789704000000, "account": "A2", "threshold": "99.00", "of": "main", "unit": "CNY", "balance": "99.00",
        "say": {"en": "99.00 CNY are left, which is not above 99.00", "zh": "余额剩余 99.00 CNY，已不高于 99.00"},
    }  # fmt: skip
    assert client.call("notice.list", after=page["next"]) == {"notices": [], "next": page["next"]}
    for restart in (server.kill, server.stop):
        restart()
        server.start()
        client = server.connect()
        assert client.call("notice.list") == page
        assert read_all(client, limit=1) == (page["notices"], page["next"])
        assert read_all(client, after=page["notices"][0]["cursor"])[0] == page["notices"][1:]
    take(client, "A1", "c", "-0.50")
    assert told(read_all(client, after=page["next"])[0]) == [("A1", "97.00")]


def test_what_packages_told_is_listed_with_what_was_counted(server):
    server.publish("rules/catalogs/messages")
    server.subscribe(["crm"], None, product="sender")
    client = server.connect()
    client.call("subscription.put", subscription="crm", account="crm", product="sender", service_ids=["crm"],
                packages=[{"package": "sending"}, {"package": "mms_500", "from": "2026-03-10T10:00:00+08:00"}])  # fmt: skip
    charge = client.call("charge", id="m", service_id="crm", service="mms", to="13800000000", at="2026-03-11T09:00:00+08:00", items=460)
    (notice,) = client.call("notice.list")["notices"]
    assert notice == {
        "cursor": notice["cursor"], "charge": charge["charge"], "kind": "threshold", "made": notice["made"], "at": 1773190800000,
        "account": "crm", "subscription": "crm", "package": "mms_500", "notify": "low", "threshold": "10%", "of": "units",
        "unit": "item", "used": 460, "amount": 500, "left": 40, "till": 1804608000000, "say": charge["notices"][0]["say"],
    }  # fmt: skip


@pytest.mark.parametrize("cursor", ["1", "x" * 20, "0" * 19 + " ", "0" * 19 + "G", "-" + "0" * 19, "0" * 21])
def test_what_is_no_cursor_is_refused(shared_server, cursor):
    client = shared_server.connect()
    for method, field in (("notice.list", "after"), ("notice.ack", "till")):
        error, _ = client.ask(method, {field: cursor})
        assert error.startswith("OUT_OF_RANGE") and field in error


def test_what_was_acknowledged_is_removed_and_no_more(server):
    client = prepare(server, ["A1"], [f"{amount}.00" for amount in range(92, 100)])
    take(client, "A1", "all", "-8.00")
    notices, _ = read_all(client)
    assert len(notices) == 8
    assert client.call("notice.ack", [notices[2]["cursor"]]) == {"outcome": "acknowledged", "till": notices[2]["cursor"]}
    server.wait_until(lambda: read_all(client)[0] == notices[3:])
    assert client.call("notice.ack", [notices[1]["cursor"]]) == {"outcome": "unchanged", "till": notices[2]["cursor"]}
    error, _ = client.ask("notice.ack", ["f" * 20])
    assert error.startswith("OUT_OF_RANGE")
    server.kill()
    server.start()
    client = server.connect()
    assert read_all(client)[0] == notices[3:]
    assert client.call("notice.ack", [notices[0]["cursor"]]) == {"outcome": "unchanged", "till": notices[2]["cursor"]}
    client.call("notice.ack", [notices[7]["cursor"]])
    server.wait_until(lambda: not read_all(client)[0])
    assert client.call("stats")["notices"]["removed"] == 5
    server.stop()
    checked = suanpan("fsck", server.data)
    assert checked.returncode == 0, checked.stdout
    dumped = [json.loads(line) for line in suanpan("dump", server.data, "--json").stdout.splitlines()]
    assert not [one for one in dumped if one.get("table") == "notice"]
    assert [one["key"] for one in dumped if one.get("table") == "setting" and one["key"].startswith("notices:")] == ["notices:acked"]


def test_what_is_too_old_is_removed_though_nobody_read_it():
    with Server(notices_keep="1 s") as server:
        client = prepare(server, ["A1"], ["99.00"])
        take(client, "A1", "a")
        server.wait_until(lambda: client.call("stats")["notices"]["raised"] == 1)
        time.sleep(1.1)
        server.restart()  # looks at once
        client = server.connect()
        server.wait_until(lambda: not read_all(client)[0])


def test_a_reader_misses_nothing_and_repeats_nothing_while_the_server_is_killed():
    numbers = [f"A{number}" for number in range(12)]
    with Server() as server:
        prepare(server, numbers, ["95.00", "90.00", "80.00"])
        crossed, found, cursors = [], [], []
        done = threading.Event()

        def charge(part):
            for step in range(24):
                for number in numbers[part::4]:
                    while True:
                        try:
                            answer = ask(server, "charge", **fall(number, step))
                            break
                        except (OSError, EOFError, ConnectionError, AssertionError):
                            time.sleep(0.02)
                    if not answer["repeat"]:
                        crossed.extend((number, one["threshold"]) for one in answer.get("notices", []))

        def read():
            after = FIRST
            while True:
                over = done.is_set()
                try:
                    page = ask(server, "notice.list", after=after, limit=3)
                except (OSError, EOFError, ConnectionError, AssertionError):
                    time.sleep(0.02)
                    continue
                found.extend(told(page["notices"]))
                cursors.extend(one["cursor"] for one in page["notices"])
                after = page["next"]
                if over and not page["notices"]:
                    return

        threads = [threading.Thread(target=charge, args=(part,)) for part in range(4)] + [threading.Thread(target=read)]
        for thread in threads:
            thread.start()
        for _ in range(3):
            time.sleep(0.15)
            server.kill()
            server.start()
        for thread in threads[:4]:
            thread.join()
        done.set()
        threads[4].join()
        assert sorted(found) == sorted((number, amount) for number in numbers for amount in ("95.00", "90.00", "80.00"))
        assert set(crossed) <= set(found) and cursors == sorted(set(cursors))


# ---- the webhook ----


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(SECRET + b"\n")
    path.chmod(0o600)
    return path


def hooked(receiver, secret, **settings):
    return Server(notice_webhook=receiver.url, notice_secret_file=secret, **{"notice_retry_max": "20 ms", **settings})


def test_a_notice_is_posted_as_a_signed_cloud_event(secret):
    with Receiver() as receiver, hooked(receiver, secret) as server:
        client = prepare(server, ["A1"], ["99.00"])
        taken = take(client, "A1", "a")
        server.wait_until(lambda: len(receiver.accepted) == 1)
        (notice,) = client.call("notice.list")["notices"]
        event = receiver.accepted[0]
        assert event == {
            "specversion": "1.0", "id": notice["cursor"], "source": event["source"], "type": "suanpan.notice.low_balance",
            "subject": "A1", "time": event["time"], "datacontenttype": "application/json",
            "data": {
                "charge": taken["charge"], "at": "2026-09-18T04:00:00Z", "account": "A1", "threshold": "99.00", "of": "main",
                "unit": "CNY", "balance": "99.00", "say": notice["say"],
            },
        }  # fmt: skip
        assert event["source"].startswith("/suanpan/") and event["source"].endswith("/0")
        assert (receiver.posts, receiver.unsigned, receiver.types) == (1, 0, {"application/cloudevents+json"})
        assert SECRET.decode() not in server.log_text()


def test_delivery_goes_on_in_order_through_failures_and_kills(secret):
    """The receiver fails, hangs, closes and redirects; the server is killed: each is accepted, in order, and known by its id."""
    amounts = [f"{amount}.00" for amount in range(92, 100)]
    answers = {0: 500, 1: "close", 2: "hang", 3: 302, 5: 404, 9: 503, 12: "close"}
    with Receiver(lambda number, event: answers.get(number)) as receiver, hooked(receiver, secret, notice_timeout="300 ms") as server:
        numbers = [f"A{number}" for number in range(8)]
        client = prepare(server, numbers, amounts)
        for number in numbers[:4]:
            take(client, number, f"{number}-all", "-8.00")
        server.wait_until(lambda: len(receiver.accepted) >= 10)
        server.kill()
        server.start()
        client = server.connect()
        for number in numbers[4:]:
            take(client, number, f"{number}-all", "-8.00")
        server.wait_until(lambda: len(set(receiver.ids())) == 64)
        listed = [one["cursor"] for one in read_all(client)[0]]
        firsts = list(dict.fromkeys(receiver.ids()))
        assert firsts == listed and len(listed) == 64
        assert receiver.unsigned == 0
        server.restart()
        assert len(receiver.ids()) < 64 + 40  # what was written down is not posted again
        count = len(receiver.ids())
        client = server.connect()
        client.call("account.put", account="A0", customer="A0", low_balance=["50.00"])
        take(client, "A0", "more", "-50.00")
        server.wait_until(lambda: len(receiver.ids()) > count)
        assert len(receiver.ids()) == count + 1


def test_what_the_webhook_has_yet_to_deliver_stays_though_it_was_acknowledged(secret):
    opened = threading.Event()
    with Receiver(lambda number, event: None if opened.is_set() else 500) as receiver, hooked(receiver, secret) as server:
        client = prepare(server, ["A1"], ["99.00"])
        take(client, "A1", "a")
        notices, _ = read_all(client)
        client.call("notice.ack", [notices[0]["cursor"]])
        server.wait_until(lambda: client.call("stats")["notices"]["failures"] >= 3)
        assert read_all(client)[0] == notices
        opened.set()
        server.wait_until(lambda: not read_all(client)[0])
        assert receiver.ids() == [notices[0]["cursor"]]


def test_charges_do_not_wait_for_a_receiver_that_hangs(secret):
    with Receiver(lambda number, event: "hang") as receiver, hooked(receiver, secret, notice_timeout="10 minutes") as server:
        numbers = [f"A{number}" for number in range(200)]
        client = prepare(server, numbers, ["99.50"])
        began = time.monotonic()
        for error, answer in client.call_all("charge", [fall(number, 0) for number in numbers]):
            assert error is None and answer["outcome"] == "charged"
        assert time.monotonic() - began < 5
        server.wait_until(lambda: receiver.posts == 1)
        began = time.monotonic()
        assert server.stop() == 0  # nor does the end
        assert time.monotonic() - began < 5


def test_who_has_no_certificate_to_trust_gets_nothing(tmp_path, secret):
    certificate = tmp_path / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", certificate, "-out", tmp_path / "public.pem"],
                   check=True, capture_output=True)  # fmt: skip
    certificate.write_bytes(certificate.read_bytes() + (tmp_path / "public.pem").read_bytes())
    with Receiver(certificate=certificate) as receiver, hooked(receiver, secret) as server:
        client = prepare(server, ["A1"], ["99.00"])
        take(client, "A1", "a")
        server.wait_until(lambda: client.call("stats")["notices"]["failures"] >= 3)
        assert receiver.posts == 0
        assert "certificate" in server.log_text() and "status=0" in server.log_text()


def test_a_receiver_that_was_away_gets_all(secret):
    receiver = Receiver()
    with hooked(receiver, secret) as server:
        client = prepare(server, ["A1", "A2"], ["99.00"])
        url = receiver.url
        receiver.close()
        take(client, "A1", "a")
        take(client, "A2", "b")
        server.wait_until(lambda: client.call("stats")["notices"]["failures"] >= 2)
        server.stop()
        with Receiver() as again:
            assert again.url != url
            server.settings["notice_webhook"] = again.url
            server.start()
            server.wait_until(lambda: len(again.accepted) == 2)
            assert [event["subject"] for event in again.accepted] == ["A1", "A2"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://crm.example/notices", "must be https"),
        ("http://127.0.0.1.example/", "must be https"),
        ("ftp://127.0.0.1/", "must be an https URL"),
        ("notices", "is not a URL"),
        ("https://me:word@crm.example/", "must not hold a user or password"),
        ("https://", "is not a URL"),
    ],
)
def test_a_url_that_is_not_safe_is_refused_at_the_start(tmp_path, secret, url, words):
    result = suanpan("serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0", "--notice-webhook", url, "--notice-secret-file", secret)
    assert result.returncode != 0 and words in result.stderr + result.stdout
    assert not (tmp_path / "data").exists()


def test_a_secret_that_is_missing_short_or_open_is_refused_at_the_start(tmp_path, secret):
    def start(*flags):
        result = suanpan("serve", "--data", tmp_path / "data", "--notice-webhook", "http://localhost:1/", *flags)
        assert result.returncode != 0
        return result.stderr + result.stdout

    assert "needs notice.secret_file" in start()
    assert "secret" in start("--notice-secret-file", tmp_path / "nothing")
    secret.chmod(0o640)
    assert "chmod 600" in start("--notice-secret-file", secret)
    secret.chmod(0o600)
    secret.write_bytes(b"short\n")
    assert "16 to 256 bytes, and has 5" in start("--notice-secret-file", secret)
    secret.write_bytes(b"whsec_not base64")
    assert "not base64" in start("--notice-secret-file", secret)
