"""That a balance ends soon: over the server's clock, over kills, and for who reads, or is posted to."""

import json

from moved_clock import MovedServer
from receiver import SECRET, Receiver
from server import suanpan

NUMBER = "07715510001"
LEAD = {"count": 7, "every": "day"}


def listed(client):
    return client.call("notice.list")["notices"]


def test_a_balance_that_ends_is_told_of_once_over_kills_and_by_webhook(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    secret.chmod(0o600)
    hook = {"notice_secret_file": secret, "notice_retry_max": "20 ms"}
    with Receiver() as receiver, MovedServer("2026-09-18T12:00:00+08:00", notice_webhook=receiver.url, **hook) as server:
        server.publish("rules/catalogs/fixed_line")
        server.subscribe([NUMBER], "10.00", package="fixed_line")
        client = server.connect()
        client.call("account.put", account=NUMBER, customer=NUMBER, expires_soon=LEAD)
        client.call("balance.put", account=NUMBER, balance="gift", till="2026-10-01T00:00:00+08:00")
        client.call("balance.topup", id="t", account=NUMBER, balance="gift", at="2026-09-18T12:00:00+08:00", amount="5.00", currency="CNY")
        balance = client.call("balance.get", account=NUMBER)["balances"][1]
        assert balance["soon"] == 1790179200000  # 2026-09-24
        server.set_clock("2026-09-23T23:59:58+08:00")
        assert listed(client) == []
        server.kill()
        server.set_clock("2026-09-24T00:00:01+08:00")
        server.start()
        client = server.connect()
        server.wait_until(lambda: listed(client))
        (notice,) = listed(client)
        assert (notice["kind"], notice["of"], notice["balance"], notice["threshold"]) == ("expiring", "gift", "5.00", "7 days")
        assert notice["till"] == 1790784000000
        server.kill()
        server.start()
        client = server.connect()
        assert listed(client) == [notice]
        assert "soon" not in client.call("balance.get", account=NUMBER)["balances"][1]
        told = client.call("charge.get", charge=notice["charge"])
        assert (told["kind"], told["answer"]["outcome"], told["answer"]["name"]) == ("notice", "expiring", "gift")
        server.wait_until(lambda: receiver.accepted)
        event = receiver.accepted[0]
        assert (event["type"], event["data"]["balance"]) == ("suanpan.notice.expiring", "5.00")
        server.set_clock("2026-10-01T00:00:01+08:00")
        server.wait_until(lambda: client.call("balance.get", account=NUMBER)["balances"][1]["amount"] == "0.00")
        assert listed(client) == [notice]
        server.stop()
        checked = suanpan("fsck", server.data)
        assert checked.returncode == 0, checked.stdout
        records = [json.loads(line) for line in suanpan("dump", server.data, "--records", "--json").stdout.splitlines()]
        assert [one["value"]["kind"] for one in records if one["table"] == "notice"] == ["expiring"]
        assert not [one for one in records if one["table"] == "timer" and " balance " in one["key"]]
