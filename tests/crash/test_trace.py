"""No byte of an answer leaves before the disk has what it reports: read from the system calls of a server at work."""

import re
from dataclasses import replace

import pytest
import sample
from ledger import lines, position
from server import Server
from system_calls import STRACE, Journal, answers, find_early, read_calls, reported

SEGMENT_BYTES = 1 << 20
ROUNDS = 60
# Each write takes this much longer: time enough for an answer to go wrong.
DELAY_US = 1500


def work(server):
    """All kinds of requests that change or see something; gives them by number, which is another for each."""
    clients = [server.connect(tcp=place % 2 == 0) for place in range(4)]
    for place, client in enumerate(clients):
        client.next_number = (place + 1) << 20
    calls = iter(sample.charges())
    sent = {}
    for turn in range(ROUNDS):
        numbers = [[] for _ in clients]
        for place, client in enumerate(clients):
            some = [next(calls) for _ in range(6)]
            account = some[0]["service_id"]
            requests = [
                ("charge", some[0]),
                ("balance.get", {"account": account}),
                ("history", {"account": account, "limit": 2}),
                ("charge", some[0]),
                ("charge_batch", {"items": some[1:4]}),
                ("charge", {**some[4], "to": "00999123"}),  # refused
                ("balance.topup", {"id": f"again{turn}", "account": account, "at": some[0]["at"], "amount": "1.00", "currency": "CNY"}),
                ("customer.put", {"customer": account, "segment": f"s{turn}"}),
                ("customer.get", {"customer": account}),
                ("charge", some[5]),
            ]
            data = bytearray()
            for method, params in requests:
                packed, number = client.pack(method, params)
                data += packed
                sent[number] = (method, params)
                numbers[place].append(number)
            client.send_bytes(data)
            # The same from another connection, while the first may be under way.
            number = clients[place - 1].send("charge", some[0])
            sent[number] = ("charge", some[0])
            numbers[place - 1].append(number)
        for client, some in zip(clients, numbers, strict=True):
            for number in some:
                assert client.receive(number)[0] is None
    return sent


class Traced:
    """A trace, and what the journal says of the entries that answers name."""

    def __init__(self, server, path, sent):
        self.lines = path.read_text().splitlines()
        self.sent = sent
        self.sizes, self.refusals, self.releases = {}, {}, {}
        for entry in lines(server.data, "--journal"):
            place = position(entry["charge"])
            self.sizes[place] = entry["bytes"]
            if entry["kind"] == "refusal":
                self.refusals[entry["scope"], entry["id"]] = place
            if entry["kind"] == "release":
                self.releases.setdefault(entry["scope"], place)

    def position_of(self, number, result):
        """Of answers that name no entry: refusals, and releases."""
        if result.get("outcome") == "refused":
            _, params = self.sent[number]
            yield self.refusals[params["service_id"], params["id"]]
        elif result.get("active") and "catalog" in result:
            yield self.releases[result["release"]]

    def find_early(self, calls):
        return find_early(calls, SEGMENT_BYTES, self.sizes, self.position_of)


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    path = tmp_path_factory.mktemp("trace") / "trace"
    server = Server(start=False, journal_segment="1 MiB", checkpoint_every="200 ms")
    prefix = [*STRACE, "-e", f"inject=pwrite64:delay_exit={DELAY_US}", "-o", str(path)]
    try:
        server.start(prefix=prefix)
        sample.prepare(server)
        sent = work(server)
        assert server.stop() == 0
        server.wait_until(lambda: path.read_text().rstrip().endswith("+++ exited with 0 +++"))
        yield Traced(server, path, sent)
    finally:
        server.close()


class TestTrace:
    def test_no_answer_leaves_before_what_it_reports_is_on_disk(self, traced):
        calls = read_calls(traced.lines)
        count, early = traced.find_early(calls)
        assert early == []
        # Everything that was sent, the sample's subscriptions, accounts and customers, and its release.
        assert count >= len(traced.sent) + 3 * len(sample.NUMBERS) + 1
        journal = Journal(calls, SEGMENT_BYTES)
        print(f"{len(calls)} calls, {len(journal.rows)} frames, {count} answers")
        assert len(journal.rows) > ROUNDS

    # ---- the proof can fail ----

    def frame(self, traced, calls):
        """The call that wrote the frame of a charge in the middle."""
        charged = [place for place in traced.sizes if place > 600_000]
        journal = Journal(calls, SEGMENT_BYTES)
        start, _, _ = journal.rows[journal.row_of(charged[len(charged) // 2])]
        name = f"{start // SEGMENT_BYTES:016x}.segment"
        return next(
            place
            for place, call in enumerate(calls)
            if call.name == "pwrite64" and call.path().endswith(name) and call.offset() == start % SEGMENT_BYTES
        )

    def first_send(self, calls, place):
        """The call that sent the first answer which reports something of that frame."""
        here = SEGMENT_BYTES * int(calls[place].path()[-24:-8], 16) + calls[place].offset()
        frame = range(here, here + calls[place].result)
        first = min(begin for begin, _, _, result in answers(calls) if any(one in frame for one in reported(result)))
        return next(place for place, call in enumerate(calls) if call.begin == first)

    def test_a_write_that_is_missing_is_seen(self, traced):
        calls = read_calls(traced.lines)
        del calls[self.frame(traced, calls)]
        assert traced.find_early(calls)[1]

    def test_a_write_that_ended_later_is_seen(self, traced):
        calls = read_calls(traced.lines)
        place = self.frame(traced, calls)
        send = calls[self.first_send(calls, place)]
        calls[place] = replace(calls[place], end=send.begin + 0.5)
        assert traced.find_early(calls)[1]

    def test_a_write_that_was_short_is_seen(self, traced):
        calls = read_calls(traced.lines)
        place = self.frame(traced, calls)
        calls[place] = replace(calls[place], result=0)
        assert traced.find_early(calls)[1]

    def test_writes_without_a_sync_are_seen_and_with_one_behind_them_are_not(self, traced):
        without = [re.sub(r"\|O_D?SYNC", "", line) if " openat(" in line else line for line in traced.lines]
        calls = read_calls(without)
        assert traced.find_early(calls)[1]
        synced = []
        for call in calls:
            synced.append(call)
            if call.name == "pwrite64" and "/journal/" in call.path():
                # Between the end of the write and whatever came next.
                synced.append(replace(call, name="fdatasync", begin=call.end + 0.1, end=call.end + 0.2, result=0))
        assert traced.find_early(synced)[1] == []

    def test_an_answer_that_left_early_is_seen(self, traced):
        calls = read_calls(traced.lines)
        place = self.frame(traced, calls)
        send = self.first_send(calls, place)
        calls[send] = replace(calls[send], begin=calls[place].end - 0.5)
        assert traced.find_early(calls)[1]

    def test_what_an_answer_reports_is_found_at_any_depth(self):
        assert set(reported({"items": [{"charge": "0:64:0"}, {"balances": [{"version": 128}]}], "version": "1.0"})) == {64, 128}
