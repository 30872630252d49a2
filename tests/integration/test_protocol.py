"""MessagePack-RPC as docs/wire.md and the specification say: every malformed request has its code and changes nothing."""

import re
import struct
import time

import msgpack
import pytest
import sample
from server import Server

pytestmark = pytest.mark.asan

AT = "2026-09-18T12:00:00+08:00"
AT_MS = 1789704000000
CHARGE = {"id": "x1", "service_id": "1001", "service": "voice", "to": "110", "at": AT, "seconds": 60}

# A sound request for each method; none of them changes money, and a wrong one changes nothing at all.
SOUND = {
    "hello": {"language": "en", "details": False, "client": "test"},
    "ping": {},
    "stats": {},
    "rate": {"service_id": "1001", "service": "voice", "to": "110", "at": AT, "seconds": 60, "with": {"a": 1, "b": "c"}},
    "charge": {**CHARGE, "attempt": 1, "short": "refuse", "with": {"a": 1}},
    "charge_batch": {"items": [CHARGE]},
    "charge.check": {name: value for name, value in CHARGE.items() if name != "id"},
    "session.reserve": {
        "service_id": "1001", "session": "s1", "number": 1, "at": AT, "validity_s": 60,
        "parts": [{"service": "voice", "part": "calls", "to": "110", "with": {"a": 1}, "unit": "second", "ask": 60}],
    },
    "session.update": {
        "service_id": "1001", "session": "s1", "number": 2, "at": AT, "validity_s": 60,
        "parts": [{"part": "calls", "service": "voice", "to": "110", "with": {"a": 1}, "unit": "second", "used": 30, "ask": 60}],
    },
    "session.commit": {
        "service_id": "1001", "session": "s1", "number": 3, "at": AT,
        "parts": [{"part": "calls", "service": "voice", "to": "110", "with": {"a": 1}, "unit": "second", "used": 30}],
    },
    "session.release": {"service_id": "1001", "session": "s1", "number": 4, "at": AT},
    "session.get": {"service_id": "1001", "session": "s1"},
    "charge.get": {"charge": "0:64:0"},
    "customer.put": {"customer": "1001", "segment": "public", "area": "0771", "facts": {"spend": 3}, "expect": 0},
    "customer.get": {"customer": "1001"},
    "account.put": {
        "account": "1001", "customer": "1001", "currency": "CNY", "zone": "Asia/Shanghai", "bill_day": 1, "floor": "-1.00",
        "temporary_floor": "-2.00", "temporary_till": AT, "frozen": False, "low_balance": ["5.00", {"amount": "-0.50"}],
        "expect": 0,
    },
    "account.get": {"account": "1001"},
    "subscription.put": {
        "payers": [{"account": "1003", "services": ["voice"], "up_to": "5.00"}],
        "subscription": "1001", "account": "1001", "product": "pstn",
        "service_ids": [{"service_id": "1001", "from": AT, "till": AT_MS + 1}], "packages": ["fixed_line"],
        "states": [{"state": "active", "from": 0}], "expect": 0,
    },
    "subscription.get": {"subscription": "1001"},
    "group.put": {
        "group": "g1", "kind": "site", "home": "1001", "facts": [{"with": {"site.tenants": 2}, "from": AT, "till": AT_MS + 1}],
        "expect": 0,
    },
    "group.get": {"group": "g1", "after": "1001", "limit": 5},
    "balance.put": {
        "account": "1001", "balance": "gift", "kind": "deposit", "pays": ["voice", {"usage": "voice.local"}], "for": "1001", "frozen": False, "from": AT, "till": AT_MS + 1,
        "expect": 0,
    },
    "balance.get": {"account": "1001"},
    "balance.topup": {"id": "t1", "account": "1001", "balance": "gift", "at": AT, "amount": "1.00", "currency": "CNY", "attempt": 1,
                      "bonus": {"balance": "main", "amount": "0.10"}, "extends": {"count": 1, "every": "day"}},
    "balance.adjust": {
        "id": "t1", "account": "1001", "balance": "gift", "at": AT, "amount": "-1.00", "currency": "CNY", "short": "debt",
        "why": "a mistake", "attempt": 1,
    },
    "balance.transfer": {
        "id": "t1", "account": "1001", "to": "1002", "at": AT, "amount": "1.00", "currency": "CNY", "why": "a gift", "attempt": 1,
    },
    "agenda.get": {"subscription": "1001"},
    "deposit.pay": {"account": "1001", "id": "t1", "at": AT, "subscription": "1001", "package": "p", "deposit": "d", "attempt": 1},
    "history": {"account": "1001", "limit": 10, "cursor": "0", "from": AT, "till": AT_MS},
    "notice.list": {"after": "0" * 20, "limit": 10},
    "notice.ack": {"till": "0" * 20},
    "release.publish": {"bundle": b"12345678", "by": "me", "why": "because", "activate": False, "despite_tests": False},
    "release.list": {},
    "release.activate": {
        "release": "0123456789abcdef", "by": "me", "why": "because", "at": AT, "audience": "new", "since": AT,
    },
    "release.migrate": {"subscriptions": ["1001"], "by": "me", "why": "because", "preview": True, "language": "zh"},
    "release.revert": {"by": "me", "why": "because"},
    "release.cancel": {"at": AT, "by": "me", "why": "because"},
    "release.history": {"limit": 10},
    "release.delete": {"release": "0123456789abcdef", "by": "me", "why": "because"},
    "release.diff": {"from": "0123456789abcdef", "to": "fedcba9876543210", "language": "zh", "limit": 10},
}  # fmt: skip
REQUIRED = {
    "rate": ["service_id", "service", "at"],
    "charge": ["id", "service_id", "service", "at"],
    "charge.check": ["service_id", "service", "at"],
    "session.reserve": ["service_id", "session", "number", "at", "parts"],
    "session.update": ["service_id", "session", "number", "at"],
    "session.commit": ["service_id", "session", "number", "at"],
    "session.release": ["service_id", "session", "number", "at"],
    "session.get": ["service_id", "session"],
    "charge.get": ["charge"],
    "customer.put": ["customer"],
    "customer.get": ["customer"],
    "account.put": ["account", "customer"],
    "account.get": ["account"],
    "subscription.put": ["subscription", "account", "product"],
    "subscription.get": ["subscription"],
    "group.put": ["group"],
    "group.get": ["group"],
    "agenda.get": ["subscription"],
    "balance.put": ["account", "balance"],
    "balance.get": ["account"],
    "balance.topup": ["id", "account", "at"],
    "balance.adjust": ["id", "account", "at", "why"],
    "balance.transfer": ["id", "account", "to", "at"],
    "deposit.pay": ["account", "id", "at", "subscription", "package", "deposit"],
    "history": ["account"],
    "notice.ack": ["till"],
    "release.publish": ["bundle"],
    "release.activate": ["release"],
    "release.migrate": ["subscriptions"],
    "release.cancel": ["at"],
    "release.delete": ["release"],
}
IDENTIFIERS = {
    "rate": ["service_id", "service"],
    "charge": ["id", "service_id", "service"],
    "charge.check": ["service_id", "service"],
    "session.reserve": ["service_id", "session"],
    "session.update": ["service_id", "session"],
    "session.commit": ["service_id", "session"],
    "session.release": ["service_id", "session"],
    "session.get": ["service_id", "session"],
    "customer.put": ["customer"],
    "customer.get": ["customer"],
    "account.put": ["account", "customer"],
    "subscription.put": ["subscription", "account", "product"],
    "group.put": ["group", "home"],
    "group.get": ["group", "after"],
    "balance.put": ["account", "balance"],
    "balance.get": ["account"],
    "balance.topup": ["id", "account"],
    "balance.adjust": ["id", "account"],
    "balance.transfer": ["id", "account", "to"],
    "deposit.pay": ["account", "id", "subscription", "package", "deposit"],
    "history": ["account"],
}


@pytest.fixture(scope="module")
def server(shared_server):
    sample.prepare(shared_server, ["1001"], "100.00")
    return shared_server


@pytest.fixture
def client(server):
    """A connection; afterwards nothing has been decided, and the connection and the money are as before."""
    one = server.connect()
    before = one.call("stats")["journal"]["decided"]
    balance = one.call("balance.get", ["1001"])
    yield one
    other = server.connect()
    assert other.call("stats")["journal"]["decided"] == before
    assert other.call("balance.get", ["1001"]) == balance
    other.close()
    one.close()


def ascii_start(value):
    """A short name for a test."""
    return ascii(value)[:30]


def code_of(error):
    assert isinstance(error, str), error
    code, _, sentence = error.partition(": ")
    assert sentence, error
    return code


def refused(client, method, params, code):
    """The request gets this error, and the connection lives."""
    error, result = client.ask(method, params)
    assert result is None
    assert code_of(error) == code, error
    assert client.call("ping")["now"] > AT_MS
    return error


def raw(client, data):
    """(number, error, result) of the answer to bytes that no client of ours would send."""
    client.send_bytes(data)
    return client.receive_any()


# ---- requests as they may be ----


def test_names_of_methods_and_fields_may_be_str_or_bin(client):
    for method in ("hello", b"hello"):
        for field in ("client", b"client"):
            number, error, result = raw(client, msgpack.packb([0, 5, method, [{field: "x"}]], use_bin_type=True))
            assert (number, error) == (5, None) and result["server"] == "suanpan"


@pytest.mark.parametrize("number", [0, 1, 127, 128, 255, 256, 65535, 65536, 2**31, 2**32 - 1])
def test_every_msgid_of_32_bits_comes_back(client, number):
    assert raw(client, msgpack.packb([0, number, "ping", []]))[0] == number


@pytest.mark.parametrize(
    "packed_number", [b"\xcc\x05", b"\xcd\x00\x05", b"\xce\x00\x00\x00\x05", b"\xcf\x00\x00\x00\x00\x00\x00\x00\x05"]
)
def test_a_msgid_may_be_packed_longer_than_it_needs(client, packed_number):
    data = b"\x94\x00" + packed_number + msgpack.packb("ping") + b"\x90"
    assert raw(client, data)[:2] == (5, None)


def test_every_form_of_array_map_and_text_is_understood(client):
    ping = msgpack.packb("ping")
    for head in (b"\x94", b"\xdc\x00\x04", b"\xdd\x00\x00\x00\x04"):
        for params in (b"\x90", b"\xdc\x00\x00", b"\xdd\x00\x00\x00\x00", b"\x91\x80", b"\x91\xde\x00\x00"):
            assert raw(client, head + b"\x00\x07" + ping + params)[:2] == (7, None)
    for name in (b"\xd9\x04ping", b"\xda\x00\x04ping", b"\xc4\x04ping", b"\xc5\x00\x04ping"):
        assert raw(client, b"\x94\x00\x07" + name + b"\x90")[:2] == (7, None)
    text = "1001".encode()
    for value in (b"\xa4" + text, b"\xd9\x04" + text, b"\xda\x00\x04" + text, b"\xdb\x00\x00\x00\x04" + text):
        data = b"\x94\x00\x07" + msgpack.packb("account.get") + b"\x91\x81" + msgpack.packb("account") + value
        number, error, result = raw(client, data)
        assert (number, error) == (7, None) and result["account"] == "1001"


def test_methods_with_one_argument_take_it_as_it_is(client):
    assert client.call("account.get", ["1001"]) == client.call("account.get", account="1001")
    assert client.call("balance.get", ["1001"]) == client.call("balance.get", account="1001")
    assert client.call("customer.get", ["1001"])["customer"] == "1001"
    assert client.call("subscription.get", ["1001"])["service_ids"] == [{"service_id": "1001"}]
    refused(client, "account.get", ["1001", "1002"], "MALFORMED")
    refused(client, "account.get", [], "MISSING_FIELD")
    refused(client, "charge.get", [["0:64:0"]], "WRONG_TYPE")
    refused(client, "history", ["1001"], "MALFORMED")


def test_methods_without_arguments_take_an_empty_map_or_nothing(client):
    for method in ("ping", "hello", "stats", "release.list"):
        assert client.call(method, []) is not None
        assert client.call(method, {}) is not None


def test_absent_and_nil_are_the_same(client):
    assert client.call("hello", client=None)["server"] == "suanpan"
    assert client.call("rate", {**SOUND["rate"], "with": None, "to": "110", "bytes": None})["outcome"] == "priced"


def test_a_client_that_says_who_it_is_stands_in_the_log():
    with Server(log_level="debug") as server:
        assert server.connect().call("hello", client="collector 7\n")["server"] == "suanpan"
        assert "hello client=collector 7 \n" in server.log_text()


def test_notifications_are_ignored_known_or_not(client):
    client.send_bytes(msgpack.packb([2, "nvim_error_event", [1, "x"]]))
    client.send_bytes(msgpack.packb([2, "charge", [CHARGE]]))
    client.send_bytes(msgpack.packb([2, "balance.topup", [SOUND["balance.topup"]]]))
    client.send_bytes(msgpack.packb([2, b"x", []]))
    assert client.call("ping")["now"] > 0
    assert client.answers == {}


def test_times_are_integers_or_rfc_3339_and_mean_the_same(client):
    fields = {name: value for name, value in SOUND["rate"].items() if name != "at"}
    answers = [
        client.call("rate", {**fields, "at": at})
        for at in (AT_MS, AT, "2026-09-18T04:00:00Z", "2026-09-18T04:00:00.000Z", "2026-09-17T23:00:00-05:00")
    ]
    assert all(answer == answers[0] for answer in answers)
    for at in ("2026-09-18", "2026-09-18T12:00:00", "2026-09-18 12:00", "", "now", "2026-02-30T00:00:00Z", 2**62, -(2**62)):
        refused(client, "rate", {**fields, "at": at}, "OUT_OF_RANGE")
    for at in (1789704000.0, True, b"2026-09-18T04:00:00Z", [], {}, msgpack.Timestamp(1789704000)):
        refused(client, "rate", {**fields, "at": at}, "WRONG_TYPE")


# ---- streams ----


def test_answers_come_when_they_are_ready_whatever_the_order_of_requests(client, server):
    """What a worker reads from the disk does not hold up what was asked behind it."""
    slow, slow_number = client.pack("history", account="1001")
    quick, quick_number = client.pack("ping")
    client.send_bytes(slow + quick)
    number, error, _ = client.receive_any()
    assert (number, error) == (quick_number, None)
    error, result = client.receive(slow_number)
    assert error is None and len(result["entries"]) == 1


def test_a_message_may_come_in_single_bytes(client):
    for data in (client.pack("rate", SOUND["rate"]), client.pack("account.get", ["1001"])):
        for byte in data[0]:
            client.send_bytes(bytes([byte]))
            time.sleep(0.0005)
        error, result = client.receive(data[1])
        assert error is None and result


def test_many_messages_may_come_in_one_packet_with_the_last_one_cut(client):
    packed = [client.pack("rate", SOUND["rate"]) for _ in range(500)]
    whole = b"".join(data for data, _ in packed)
    for cut in (1, 7, len(packed[-1][0]) - 1):
        client.send_bytes(whole[:-cut])
        for _, number in packed[:-1]:
            assert client.receive(number)[0] is None
        client.send_bytes(whole[-cut:])
        assert client.receive(packed[-1][1])[0] is None


def test_a_message_cut_anywhere_is_understood(client):
    data, number = client.pack("rate", SOUND["rate"])
    for cut in range(1, len(data)):
        client.send_bytes(data[:cut])
        time.sleep(0.0003)
        client.send_bytes(data[cut:])
        assert client.receive(number)[0] is None


def test_a_large_message_in_pieces_is_understood(client):
    """Facts of 300 KB: unknown to the rules, but well-formed until their count is looked at."""
    facts = {f"name{i}": "x" * 250 for i in range(1200)}
    data, number = client.pack("rate", {**SOUND["rate"], "with": facts})
    assert len(data) > 300_000
    for start in range(0, len(data), 10_007):
        client.send_bytes(data[start : start + 10_007])
    error, _ = client.receive(number)
    assert code_of(error) == "OUT_OF_RANGE"
    assert client.call("ping")


# ---- what is not a request ----


@pytest.mark.parametrize(
    "message",
    [
        1, -1, None, True, 1.5, "ping", b"ping", {}, {"method": "ping"}, [], [0], [0, 1], [0, 1, "ping"],
        [0, 1, "ping", [], 5], [1, 1, None, None], [3, 1, "ping", []], [0, -1, "ping", []], [0, 2**32, "ping", []],
        [0, "1", "ping", []], [0, 1.0, "ping", []], [0, None, "ping", []], ["0", 1, "ping", []], [-1, 1, "ping", []],
        [0.0, 1, "ping", []], msgpack.ExtType(5, b"x"), [msgpack.ExtType(5, b"x"), 1, "ping", []], [[[[[]]]]],
        [2, "ping"], [2, "ping", [], []], [2, 5, []], [2, "ping", {}],
    ],
)  # fmt: skip
def test_what_is_no_request_is_answered_malformed_with_msgid_0(client, message):
    number, error, result = raw(client, msgpack.packb(message))
    assert (number, result) == (0, None)
    assert code_of(error) == "MALFORMED"
    assert client.call("ping")


@pytest.mark.parametrize(
    "message",
    [[0, 9, 5, []], [0, 9, None, []], [0, 9, ["ping"], []], [0, 9, "ping", {}], [0, 9, "ping", None], [0, 9, "ping", "x"]],
)
def test_a_malformed_request_whose_msgid_is_known_gets_it_back(client, message):
    number, error, _ = raw(client, msgpack.packb(message))
    assert number == 9
    assert code_of(error) == "MALFORMED"
    assert client.call("ping")


@pytest.mark.parametrize("name", ["", "Ping", "ping ", "charge.gett", "nvim_get_api_info", "算盘", "x" * 64, "x" * 65535, "a\x00b"], ids=ascii_start)
def test_an_unknown_method_is_named_if_its_name_can_be_one(client, name):
    error = refused(client, name, [], "UNKNOWN_METHOD")
    assert f'"{name if 0 < len(name) <= 64 and name.isprintable() else "?"}"' in error


def test_a_method_that_is_not_utf8_is_unknown_and_the_answer_is_utf8(client):
    number, error, _ = raw(client, b"\x94\x00\x07\xa3\xff\xfe\xfd\x90")
    assert number == 7
    assert code_of(error) == "UNKNOWN_METHOD"


# ---- fields ----


@pytest.mark.parametrize("method", sorted(SOUND))
def test_an_unknown_field_is_named_with_those_that_exist(client, method):
    if method == "charge_batch":
        refused(client, method, {**SOUND[method], "colour": 1}, "MALFORMED")
        return
    error = refused(client, method, {**SOUND[method], "colour": 1}, "UNKNOWN_FIELD")
    assert "colour" in error
    for field in SOUND[method]:
        assert field in error


@pytest.mark.parametrize("method", sorted(SOUND))
def test_a_field_given_twice_is_named(client, method):
    for field, value in SOUND[method].items():
        head = b"\x94\x00\x08" + msgpack.packb(method) + b"\x91"
        pairs = [*SOUND[method].items(), (field, value)]
        packed = b"".join(msgpack.packb(name) + msgpack.packb(value) for name, value in pairs)
        number, error, _ = raw(client, head + bytes([0x80 | len(pairs)]) + packed)
        assert number == 8
        assert code_of(error) == ("MALFORMED" if method == "charge_batch" else "DUPLICATE_FIELD"), error
        assert field in error


@pytest.mark.parametrize("method", sorted(REQUIRED))
def test_a_missing_field_is_named(client, method):
    for field in REQUIRED[method]:
        params = {name: value for name, value in SOUND[method].items() if name != field}
        error = refused(client, method, params, "MISSING_FIELD")
        assert f'"{field}"' in error
        error = refused(client, method, {**params, field: None}, "MISSING_FIELD")
        assert f'"{field}"' in error


@pytest.mark.parametrize("method", sorted(method for method in SOUND if SOUND[method]))
def test_a_value_of_a_wrong_type_is_named(client, method):
    wrong = [1.5, float("nan"), True, msgpack.ExtType(1, b"x"), msgpack.Timestamp(5), [[1]], {"x": [1]}]
    for field, sound in SOUND[method].items():
        for value in wrong:
            if isinstance(value, bool) and isinstance(sound, bool) or (method, value) == ("charge_batch", [[1]]):
                continue
            error, _ = client.ask(method, {**SOUND[method], field: value})
            expected = ("WRONG_TYPE", "UNKNOWN_FIELD") if isinstance(value, (dict, list)) else ("WRONG_TYPE",)
            assert error is not None and code_of(error) in expected, (field, value, error)
    assert client.call("ping")


@pytest.mark.parametrize("method", sorted(IDENTIFIERS))
def test_identifiers_are_1_to_64_bytes_of_utf8_without_control_characters(client, method):
    for field in IDENTIFIERS[method]:
        for value in ("", "x" * 65, "算" * 22, "a\nb", "a\x00b", "\x7f", "\x1f", "a\u0085b"):
            refused(client, method, {**SOUND[method], field: value}, "OUT_OF_RANGE")
        refused(client, method, {**SOUND[method], field: 1001}, "WRONG_TYPE")
        refused(client, method, {**SOUND[method], field: b"1001"}, "WRONG_TYPE")


def test_text_that_is_not_utf8_is_refused(client):
    bad = [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe7\xae", b"abc\x80", b"\xf8\x88\x80\x80\x80"]
    for text in bad:
        for method, field in (("rate", "to"), ("rate", "service_id"), ("charge", "id"), ("customer.put", "segment")):
            mark = "@" * len(text)
            data = msgpack.packb([0, 8, method, [{**SOUND[method], field: mark}]])
            assert data.count(mark.encode()) == 1
            number, error, _ = raw(client, data.replace(mark.encode(), text))
            assert number == 8
            assert code_of(error) == "NOT_UTF8", (method, field, text, error)


@pytest.mark.parametrize(
    ("method", "field", "value"),
    [
        ("charge", "attempt", 0),
        ("charge", "attempt", 256),
        ("charge", "attempt", -1),
        ("charge", "seconds", -1),
        ("charge", "seconds", 10**15 + 1),
        ("charge", "seconds", 2**63),
        ("charge", "seconds", 2**64 - 1),
        ("charge", "seconds", -(2**63)),
        ("charge", "short", "perhaps"),
        ("charge", "short", ""),
        ("charge", "to", "1" * 65),
        ("account.put", "bill_day", 0),
        ("account.put", "bill_day", 29),
        ("account.put", "floor", "0.01"),
        ("account.put", "temporary_floor", "0.01"),
        ("account.put", "floor", "-1000000000000.000001"),
        ("account.put", "currency", "cny"),
        ("account.put", "currency", "CNYX"),
        ("account.put", "currency", ""),
        ("account.put", "zone", "x" * 65),
        ("account.put", "expect", -1),
        ("account.put", "low_balance", ["1.00"] * 9),
        ("balance.topup", "amount", "0"),
        ("balance.topup", "amount", "0.00"),
        ("balance.topup", "amount", "-1.00"),
        ("balance.topup", "amount", "1e3"),
        ("balance.topup", "amount", "1,000.00"),
        ("balance.topup", "amount", "1.0000001"),
        ("balance.topup", "amount", ""),
        ("balance.topup", "amount", "."),
        ("balance.topup", "amount", " 1.00"),
        ("balance.topup", "amount", "1.00 "),
        ("balance.topup", "amount", "+1.00"),
        ("balance.topup", "amount", "１.00"),
        ("balance.topup", "amount", "0x10"),
        ("balance.topup", "amount", "NaN"),
        ("balance.put", "kind", "cash"),
        ("balance.put", "till", AT_MS),
        ("balance.put", "pays", ["voice"] * 33),
        ("balance.adjust", "amount", "0"),
        ("balance.adjust", "amount", "-0.00"),
        ("balance.adjust", "amount", "-1000000000000.000001"),
        ("balance.adjust", "short", "partial"),
        ("balance.adjust", "why", ""),
        ("balance.adjust", "why", "x" * 201),
        ("balance.transfer", "amount", "0"),
        ("balance.transfer", "amount", "-1.00"),
        ("balance.topup", "amount", "9" * 30),
        ("balance.topup", "amount", "1000000000000.000001"),
        ("history", "limit", 0),
        ("history", "limit", 501),
        ("history", "cursor", ""),
        ("history", "cursor", "x" * 1345),
        ("history", "cursor", "x"),
        ("history", "cursor", "-8"),
        ("history", "cursor", "0,0"),
        ("history", "cursor", "7"),
        ("history", "cursor", "99999999999999999999999"),
        ("notice.list", "limit", 0),
        ("notice.list", "limit", 257),
        ("notice.list", "after", ""),
        ("notice.list", "after", "0" * 19),
        ("notice.ack", "till", "x" * 20),
        ("notice.ack", "till", "f" * 20),
        ("hello", "language", "de"),
        ("hello", "client", "x" * 65),
        ("subscription.put", "service_ids", ["1"] * 17),
        ("subscription.put", "service_ids", ["1", "1"]),
        ("subscription.put", "packages", [{"package": "p", "from": 5, "till": 5}]),
        ("subscription.put", "states", ["active", "suspended"]),
        ("subscription.put", "states", [{"state": "dead"}]),
        ("customer.put", "facts", {f"f{i}": 1 for i in range(33)}),
        ("customer.put", "facts", {"f": "x" * 256}),
        ("customer.put", "facts", {"": 1}),
        ("customer.put", "facts", {"f": 2**63}),
        ("release.publish", "bundle", b"1234567"),
        ("release.activate", "release", "1234567"),
        ("charge.get", "charge", "0:8"),
    ],
)
def test_a_value_out_of_range_is_named_with_its_range(client, method, field, value):
    error = refused(client, method, {**SOUND[method], field: value}, "OUT_OF_RANGE")
    named = {"facts": ("facts", "f"), "states": ("states", "state")}.get(field, (field,))
    assert any(f'"{name}"' in error for name in named), error


@pytest.mark.parametrize("value", [1, 1.0, 0.5, -1, 10**6, True, b"1.00", ["1.00"], {"amount": "1.00"}])
def test_money_is_text_and_nothing_else(client, value):
    error = refused(client, "balance.topup", {**SOUND["balance.topup"], "amount": value}, "WRONG_TYPE")
    assert "decimal text" in error


def test_exactly_one_quantity_is_given(client):
    fields = {name: value for name, value in SOUND["rate"].items() if name != "seconds"}
    refused(client, "rate", fields, "FIELDS_CONFLICT")
    refused(client, "rate", {**fields, "seconds": 1, "bytes": 1}, "FIELDS_CONFLICT")
    refused(client, "rate", {**fields, "seconds": 1, "items": 1, "bytes": 0}, "FIELDS_CONFLICT")
    refused(client, "charge", {**fields, "id": "q"}, "FIELDS_CONFLICT")


def test_a_list_of_the_wrong_size_or_kind(client):
    refused(client, "charge_batch", {"items": []}, "OUT_OF_RANGE")
    refused(client, "charge_batch", {"items": [1] * 1001}, "OUT_OF_RANGE")
    refused(client, "charge_batch", {"items": "x"}, "WRONG_TYPE")
    refused(client, "charge_batch", {}, "MISSING_FIELD")
    refused(client, "charge_batch", [], "MISSING_FIELD")
    refused(client, "charge_batch", ["x"], "MISSING_FIELD")
    refused(client, "subscription.put", {**SOUND["subscription.put"], "service_ids": {"a": 1}}, "WRONG_TYPE")
    refused(client, "subscription.put", {**SOUND["subscription.put"], "service_ids": [5]}, "WRONG_TYPE")
    refused(client, "subscription.put", {**SOUND["subscription.put"], "service_ids": [{}]}, "MISSING_FIELD")
    refused(client, "subscription.put", {**SOUND["subscription.put"], "service_ids": [{"x": 1}]}, "UNKNOWN_FIELD")


def test_a_field_name_that_is_no_text_is_malformed(client):
    for name in (1, None, True, 1.5, (1, 2)):
        refused(client, "rate", [{**SOUND["rate"], name: 1}], "MALFORMED")


def test_every_wrong_item_of_a_batch_has_its_own_error(client):
    items = [
        5,
        None,
        "just-an-id",
        [],
        {},
        {**CHARGE, "seconds": -1},
        {**CHARGE, "colour": 1},
        {**CHARGE, "id": ""},
        {**CHARGE, "at": 1.5},
        {**CHARGE, "bytes": 5},
    ]
    codes = ["WRONG_TYPE", "WRONG_TYPE", "MISSING_FIELD", "WRONG_TYPE", "MISSING_FIELD", "OUT_OF_RANGE", "UNKNOWN_FIELD",
             "OUT_OF_RANGE", "WRONG_TYPE", "FIELDS_CONFLICT"]  # fmt: skip
    result = client.call("charge_batch", items=items)
    assert [code_of(item["error"]) for item in result["items"]] == codes


# ---- limits ----


def nested(depth):
    return b"\x91" * depth + b"\xc0"


def test_what_is_too_deep_is_refused_and_the_stream_goes_on(client):
    head = b"\x94\x00\x07" + msgpack.packb("ping")
    for depth in (17, 18, 100, 10_000, 1_000_000):
        number, error, _ = raw(client, head + nested(depth))
        assert number == 7
        assert code_of(error) == "TOO_DEEP"
        number, error, _ = raw(client, nested(depth))
        assert code_of(error) == "TOO_DEEP"
    maps = b"\x81\xa1x" * 50 + b"\xc0"
    assert code_of(raw(client, head + b"\x91" + maps)[1]) == "TOO_DEEP"
    assert client.call("ping")


def test_the_deepest_that_is_allowed_is_read(client):
    number, error, _ = raw(client, b"\x94\x00\x07" + msgpack.packb("ping") + nested(15))
    assert number == 7
    assert code_of(error) == "MALFORMED"


def test_too_many_values_are_refused_and_the_stream_goes_on(client):
    head = b"\x94\x00\x07" + msgpack.packb("ping")
    for body in (
        b"\xdd" + struct.pack(">I", 100_001) + b"\xc0" * 100_001,
        b"\x91\xdf" + struct.pack(">I", 60_000) + b"\x01\x02" * 60_000,
        b"\xdc" + struct.pack(">H", 2) + (b"\xdd" + struct.pack(">I", 60_000) + b"\xc0" * 60_000) * 2,
    ):
        number, error, _ = raw(client, head + body)
        assert number == 7
        assert code_of(error) == "TOO_MANY_VALUES"
    assert client.call("ping")
    number, error, _ = raw(client, head + b"\xdd" + struct.pack(">I", 99_000) + b"\xc0" * 99_000)
    assert code_of(error) == "MALFORMED"


LOST = [
    ("FRAME_TOO_LARGE", b"\xdd\xff\xff\xff\xff"),
    ("FRAME_TOO_LARGE", b"\xdf\xff\xff\xff\xff"),
    ("FRAME_TOO_LARGE", b"\xdb\xff\xff\xff\xff"),
    ("FRAME_TOO_LARGE", b"\xc6\xff\xff\xff\xff"),
    ("FRAME_TOO_LARGE", b"\xc9\xff\xff\xff\xff\x01"),
    ("FRAME_TOO_LARGE", b"\xdf\x80\x00\x00\x00"),
    ("FRAME_TOO_LARGE", b"\x91" * 20 + b"\xdd\xff\xff\xff\xff"),
    ("FRAME_TOO_LARGE", (b"\xdd\x7f\xff\xff\xff" * 8)),
    ("FRAME_TOO_LARGE", b"\x94\x00\x07\xa4ping\x91\xdb\x01\x00\x00\x01"),
    ("MALFORMED", b"\xc1"),
    ("MALFORMED", b"\x94\x00\x07\xa4ping\x91\xc1"),
    ("MALFORMED", b"\x94\x00\xc1"),
]


@pytest.mark.parametrize(("code", "data"), LOST)
def test_a_stream_that_is_lost_is_answered_and_closed_and_takes_no_memory(client, server, code, data):
    before = server.memory_bytes()
    number, error, _ = raw(client, data + b"\x00" * 100)
    assert code_of(error) == code
    if data.startswith(b"\x94\x00\x07"):
        assert number == 7
    assert client.receive_any() is None
    assert server.memory_bytes() < before + (1 << 20)


def test_what_was_asked_before_the_stream_was_lost_is_answered(client):
    data, number = client.pack("rate", SOUND["rate"])
    client.send_bytes(data + b"\xc1" + data)
    assert client.receive(number)[0] is None
    _, error, _ = client.receive_any()
    assert code_of(error) == "MALFORMED"
    assert client.receive_any() is None


def test_the_largest_message_is_what_hello_says(client):
    most = client.call("hello")["frame_bytes_max"]
    head = b"\x94\x00\x07\xa4ping\x91\xc6"
    size = most - len(head) - 4
    number, error, _ = raw(client, head + struct.pack(">I", size) + b"\x00" * size)
    assert number == 7 and code_of(error) == "MALFORMED"
    client.send_bytes(head + struct.pack(">I", size + 1))
    number, error, _ = client.receive_any()
    assert number == 7 and code_of(error) == "FRAME_TOO_LARGE"
    assert str(most) in error
    assert client.receive_any() is None


# ---- hello ----


def test_hello_chooses_the_language_of_errors(client):
    client.call("hello", language="zh")
    error, _ = client.ask("nonsense")
    assert error.startswith("UNKNOWN_METHOD: 没有方法")
    client.call("hello", language="en")
    assert client.ask("nonsense")[0].startswith("UNKNOWN_METHOD: there is no method")


CHINESE_ERRORS = [
    ("customer.get", {"customer": "nobody"}, 'NOT_FOUND: 没有客户 "nobody"'),
    ("account.get", {"account": "nobody"}, 'NOT_FOUND: 没有账户 "nobody"'),
    ("balance.get", {"account": "nobody"}, 'NOT_FOUND: 没有账户 "nobody"'),
    ("subscription.get", {"subscription": "nobody"}, 'NOT_FOUND: 没有用户 "nobody"'),
    ("history", {"account": "nobody"}, 'NOT_FOUND: 没有账户 "nobody"'),
    ("charge.get", {"charge": "9:64:0"}, 'NOT_FOUND: 没有费用 "9:64:0"'),
    ("release.activate", {"release": "0" * 64}, f'NOT_FOUND: 没有规则版本 "{"0" * 64}"'),
    ("customer.put", {"customer": "1001", "segment": "other", "expect": 1},
     r'VERSION_CONFLICT: 客户 "1001" 的版本是 \d+，不是 1；请重新读取后再决定'),
    ("account.put", {"account": "1001", "customer": "1001", "currency": "USD"}, "IN_USE: 账户的币种不能改变；请另建账户"),
    ("subscription.put", {"subscription": "1002", "account": "1001", "product": "pstn", "service_ids": ["1001"]},
     'IN_USE: 业务接入号 "1001" 在该时段属于用户 "1001"'),
    ("subscription.put", {"subscription": "1001", "account": "1001", "product": "pstn", "packages": [{"package": "a", "from": 2, "till": 1}]},
     'OUT_OF_RANGE: 字段 "packages" 应为 from 早于 till 的时段'),
    ("rate", {**SOUND["rate"], "bytes": 1}, "FIELDS_CONFLICT: seconds、bytes、items 必须且只能给出一个"),
    ("rate", {**SOUND["rate"], "seconds": -1}, r'OUT_OF_RANGE: 字段 "seconds" 应为 整数，0 至 \d+'),
    ("rate", {**SOUND["rate"], "at": "today"}, 'OUT_OF_RANGE: 字段 "at" 应为 自 1970 年起的毫秒数，或带时区的 RFC 3339 文本，1900 至 2199 年'),
    ("rate", {**SOUND["rate"], "to": [1]}, r'WRONG_TYPE: 字段 "to" 应为 文本（字节数），而不是 数组'),
    ("history", {"account": "1001", "cursor": "x"}, 'OUT_OF_RANGE: 字段 "cursor" 应为 该账户某一页的 `next`'),
    ("ping", {"x": 1}, 'UNKNOWN_FIELD: 该方法 没有字段 "x"；可用字段：无'),
]


@pytest.mark.parametrize("method, params, sentence", CHINESE_ERRORS)
def test_errors_are_chinese_as_a_whole(client, method, params, sentence):
    client.call("hello", language="zh")
    error, _ = client.ask(method, params)
    assert error == sentence or re.fullmatch(sentence, error)


def test_hello_chooses_errors_as_maps(client, server):
    client.call("hello", language="zh", details=True)
    error, result = client.ask("rate", {**SOUND["rate"], "colour": 1})
    assert result is None
    assert error["code"] == "UNKNOWN_FIELD" and "没有字段" in error["say"]
    assert isinstance(server.connect().ask("nonsense")[0], str), "another connection is as before"
    client.call("hello")
    assert isinstance(client.ask("nonsense")[0], str)


def test_hello_chooses_the_form_of_the_errors_of_a_batch_too(client):
    client.call("hello", language="zh", details=True)
    (item,) = client.call("charge_batch", items=[{**CHARGE, "colour": 1}])["items"]
    assert item["error"]["code"] == "UNKNOWN_FIELD" and "没有字段" in item["error"]["say"]


def test_refusals_are_results_in_both_languages(client):
    answer = client.call("rate", {**SOUND["rate"], "service_id": "1002"})
    assert answer["outcome"] == "refused" and answer["code"] == "UNKNOWN_SUBSCRIPTION"
    assert "1002" in answer["say"]["en"] and "1002" in answer["say"]["zh"]
    answer = client.call("rate", {**SOUND["rate"], "to": "00999123"})
    assert answer["code"] == "NO_PRICE"
    assert answer["because"] == {"condition": "zone", "wanted": "dialled", "got": "unknown_country"}
    answer = client.call("rate", {**SOUND["rate"], "at": "2019-12-31T12:00:00+08:00"})
    assert answer["say"]["en"].startswith("nothing prices this usage: fixed_line.") and "但自" in answer["say"]["zh"]
    answer = client.call("rate", {**SOUND["rate"], "to": "01012345678", "at": "2023-09-18T12:00:00+08:00"})
    assert answer["code"] == "CALENDAR_NOT_COVERED" and answer["nearest"] == "fixed_line.domestic"
    assert answer["because"] == {"condition": "calendar", "wanted": "2024..2026", "got": "2023-09-18"}
