"""That an agreement of a customer ends soon: over the server's clock and kills, for who reads, and for who is posted to."""

import json

from moved_clock import MovedServer
from receiver import SECRET, Receiver
from server import suanpan

SOON = {"count": 1, "every": "month"}


def test_an_agreement_that_ends_is_told_of_once_in_its_own_name(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    secret.chmod(0o600)
    hook = {"notice_secret_file": secret, "notice_retry_max": "20 ms"}
    with Receiver() as receiver, MovedServer("2026-09-18T12:00:00+08:00", notice_webhook=receiver.url, **hook) as server:
        server.publish("rules/catalogs/selling")
        client = server.connect()
        acme = {"agreement": "acme_2026", "from": "2026-01-01T00:00:00+08:00", "till": "2027-01-01T00:00:00+08:00", "ends_soon": SOON}
        customer = {"customer": "acme", "segment": "business", "agreements": [acme, "globex_2026"], "facts": {"vip": 1}}
        assert client.call("customer.put", customer)["outcome"] == "stored"
        assert client.call("customer.put", customer)["outcome"] == "unchanged"
        shown = client.call("customer.get", ["acme"])
        assert shown["agreements"][0]["soon"] == 1796054400000  # 2026-12-01
        assert shown["agreements"][1] == {"agreement": "globex_2026"}
        assert shown["facts"] == {"vip": 1}
        server.set_clock("2026-11-30T23:59:58+08:00")
        assert client.call("notice.list")["notices"] == []
        server.kill()
        server.set_clock("2026-12-01T00:00:01+08:00")
        server.start()
        client = server.connect()
        server.wait_until(lambda: client.call("notice.list")["notices"])
        server.kill()
        server.start()
        client = server.connect()
        (notice,) = client.call("notice.list")["notices"]
        assert notice == {
            "cursor": notice["cursor"], "charge": notice["charge"], "kind": "agreement_ending", "made": notice["made"],
            "at": 1796054400000, "customer": "acme", "threshold": "1 month", "of": "acme_2026", "till": 1798732800000,
            "say": {"en": 'The agreement "Acme, 2026" ends at 2027-01-01T00:00:00+08:00',
                    "zh": "协议“艾克米公司 2026 年协议”将于 2027-01-01T00:00:00+08:00 到期"},
        }  # fmt: skip
        server.wait_until(lambda: receiver.accepted)
        event = receiver.accepted[0]
        assert (event["type"], event["subject"], event["data"]["customer"]) == ("suanpan.notice.agreement_ending", "acme", "acme")
        assert client.call("customer.put", customer)["outcome"] == "unchanged"
        server.stop()
        checked = suanpan("fsck", server.data)
        assert checked.returncode == 0, checked.stdout
        records = [json.loads(line) for line in suanpan("dump", server.data, "--records", "--json").stdout.splitlines()]
        (value,) = [one["value"] for one in records if one["key"] == "acme"]
        assert value["agreements"][0] == {"agreement": "acme_2026", "from": "2025-12-31T16:00:00Z", "till": "2026-12-31T16:00:00Z", "ends_soon": SOON}
        (told,) = [one["value"] for one in records if one["table"] == "notice"]
        assert (told["kind"], told["customer"]) == ("agreement_ending", "acme")
        assert not [one for one in records if one["table"] == "timer" and " agreement " in one["key"]]
