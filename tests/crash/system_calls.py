"""Reads what strace says of a server, and finds answers that left before the disk had what they report.

strace stops each thread before a call and after it, and writes down these stops in the order in which it lets the threads go on. So if
the end of a write stands before the beginning of a send, the write was done before the send began, whatever the processors did; and
no thread can know of a write whose end does not stand there yet.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

import msgpack

SENDS = ("write", "writev", "sendto", "sendmsg", "sendmmsg")
WRITES = ("pwrite64", "pwritev", "pwritev2", "write", "writev")
SYNCS = ("fsync", "fdatasync")
# What could send or write without being seen here; a server that begins to use it makes the proof fail.
UNSEEN = ("io_uring_enter", "io_submit", "sendfile", "splice", "sync_file_range", "msync", "pwritev2")
TRACED = sorted({*SENDS, *WRITES, *SYNCS, *UNSEEN, "openat"})
# -D: strace stands beside the server, which stays our child.
STRACE = ["strace", "-D", "-f", "-y", "-xx", "-s", "16000000", "-e", "signal=none", "-e", "trace=" + ",".join(TRACED)]


@dataclass
class Call:
    """One call; `begin` and `end` are places in the row of stops of all threads."""

    name: str
    text: str  # its arguments
    begin: int
    end: int
    result: int

    def path(self):
        """What its first argument, a file, stood for at the time."""
        return unescape(re.match(r"\d+<((?:\\x[0-9a-f]{2})*)>", self.text)[1]).decode()

    def data(self):
        """The bytes it was given, whichever call it is."""
        assert '"...' not in self.text
        return b"".join(unescape(part) for part in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', self.text))

    def is_send(self):
        return self.name in SENDS and self.path().startswith("socket:")

    def offset(self):
        return int(self.text.rsplit(", ", 1)[1])


def unescape(text):
    return bytes.fromhex(text.replace("\\x", ""))


# What a program opens first: so its lines, but those of the first one, are of a process that the server has started.
LOADER = re.escape("".join(f"\\x{byte:02x}" for byte in b"/etc/ld.so.cache"))


def read_calls(lines):
    """All calls of a trace that came to an end, in the order of their beginnings; without those of other processes."""
    calls, open_calls, server, others = [], {}, None, set()
    for place, line in enumerate(lines):
        thread, rest = line.split(None, 1)
        server = server or thread
        if thread != server and re.match(r"openat\([^\"]*\"" + LOADER, rest):
            others.add(thread)
        if thread in others:
            continue
        if match := re.match(r"(\w+)\((.*) <unfinished \.\.\.>$", rest):
            open_calls[thread] = Call(match[1], match[2], place, -1, -1)
            calls.append(open_calls[thread])
        elif match := re.match(r"<\.\.\. (\w+) resumed>(.*)\)\s+= (-?\d+)", rest):
            call = open_calls.pop(thread)
            assert call.name == match[1], line[:200]
            call.text += match[2]
            call.end, call.result = place, int(match[3])
        elif match := re.match(r"(\w+)\((.*)\)\s+= (-?\d+)", rest):
            calls.append(Call(match[1], match[2], place, place, int(match[3])))
        else:
            assert rest.startswith(("+++", "---")), line[:200]
    return [call for call in calls if call.end >= 0]


class Journal:
    """From which stop on each byte of the row was durable."""

    def __init__(self, calls, segment_bytes):
        synchronous = {}  # file number → was it opened so that a write that returned is durable?
        writes, syncs = [], []
        for call in calls:
            if call.name == "openat" and call.result >= 0:
                synchronous[call.result] = re.search(r"O_D?SYNC", call.text) is not None
            elif call.name in SYNCS and call.result == 0:
                syncs.append((call.path(), call))
            elif call.name in WRITES:
                path = call.path()
                if match := re.search(r"/journal/([0-9a-f]{16})\.segment$", path):
                    assert call.name == "pwrite64", call.name
                    start = int(match[1], 16) * segment_bytes + call.offset()
                    file = int(call.text.split("<")[0])
                    writes.append((start, call, path, synchronous[file]))
        self.rows = []  # (start, end, durable from this stop on, with all before it)
        latest = -1
        for start, call, path, at_once in sorted(writes, key=lambda write: write[0]):
            durable = call.end if at_once else min(
                (sync.end for other, sync in syncs if other == path and sync.begin > call.end), default=1 << 62
            )
            latest = max(latest, durable)
            self.rows.append((start, start + max(0, call.result), latest))

    def row_of(self, position):
        return bisect_right(self.rows, position, key=lambda row: row[0]) - 1

    def durable_from(self, position, size):
        """The stop at which these bytes and all before them were on disk."""
        place = self.row_of(position)
        if place < 0 or self.rows[place][1] < position + size:
            return 1 << 62
        return self.rows[place][2]


def answers(calls):
    """(stop at which the call that sent its first byte began, msgid, error, result) of every answer."""
    streams = {}
    for call in calls:
        if call.is_send() and call.result > 0:
            streams.setdefault(call.path(), []).append(call)
    for sends in streams.values():
        unpacker = msgpack.Unpacker(strict_map_key=False, max_buffer_size=1 << 30)
        ends, total = [], 0
        for call in sends:
            unpacker.feed(call.data()[: call.result])
            total += call.result
            ends.append(total)
        began = 0
        for kind, number, error, result in unpacker:
            assert kind == 1
            yield sends[bisect_right(ends, began)].begin, number, error, result
            began = unpacker.tell()
        assert began == total, "a stream ends within an answer"


def reported(value):
    """Positions of entries that an answer reports: charge ids and versions of records, at any depth."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name == "charge":
                yield int(part.split(":")[1])
            elif name == "version" and isinstance(part, int):
                yield part
            else:
                yield from reported(part)
    elif isinstance(value, list):
        for part in value:
            yield from reported(part)


def find_early(calls, segment_bytes, sizes, position_of):
    """
    (how many answers were looked at, those that left too early). `sizes` has the bytes of the entry at each position; `position_of`
    finds the entry of an answer that names none.
    """
    for call in calls:
        assert call.name not in UNSEEN, call.name
    journal = Journal(calls, segment_bytes)
    count, early = 0, []
    for begin, number, error, result in answers(calls):
        assert error is None, error
        positions = set(reported(result)) | set(position_of(number, result))
        count += len(positions) > 0
        late = [place for place in positions if journal.durable_from(place, sizes[place]) >= begin]
        if late:
            early.append((number, late))
    return count, early
