"""What the runner measures from outside the servers: processor time, memory, the device, and whether answers waited for a
sync."""

import os
import re
import subprocess
import time
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")
SECTOR_BYTES = 512  # in /sys/…/stat, whatever the device says


@dataclass
class Device:
    """The block device that holds a folder."""

    name: str
    path: str
    write_back: bool

    @staticmethod
    def of(folder):
        number = os.stat(folder).st_dev
        path = os.path.realpath(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}")
        if os.path.exists(f"{path}/partition"):
            path = os.path.dirname(path)
        if not os.path.exists(f"{path}/stat"):
            raise SystemExit(f"bench: {folder} is not on a block device, so nothing there is durable: use --folder")
        with open(f"{path}/queue/write_cache") as file:
            write_back = file.read().strip() == "write back"
        return Device(os.path.basename(path), path, write_back)

    def written(self):
        """(bytes written, syncs), since the machine started. A sync is a flush; where the device has no volatile cache, a
        write."""
        with open(f"{self.path}/stat") as file:
            fields = [int(field) for field in file.read().split()]
        return fields[6] * SECTOR_BYTES, fields[15] if self.write_back else fields[4]


def children(pid):
    """The process and all its descendants."""
    found = [pid]
    for parent in found:
        for thread in list_folder(f"/proc/{parent}/task"):
            try:
                with open(f"/proc/{parent}/task/{thread}/children") as file:
                    found += [int(child) for child in file.read().split()]
            except OSError:
                pass
    return found


def list_folder(path):
    """Its names; none if the process that it belongs to has ended."""
    try:
        return os.listdir(path)
    except OSError:
        return []


def cpu_seconds(pid):
    """Processor time of a process, its living descendants, and those of its children that have ended."""
    ticks = 0
    for index, process in enumerate(children(pid)):
        try:
            with open(f"/proc/{process}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
        if index == 0:
            ticks += int(fields[13]) + int(fields[14])
    return ticks / TICKS


def memory(pid):
    """Proportional memory in bytes of a process and its descendants: anon, file, shared memory."""
    sums = {"anon": 0, "file": 0, "shared": 0}
    names = {"Pss_Anon": "anon", "Pss_File": "file", "Pss_Shmem": "shared"}
    for process in children(pid):
        try:
            with open(f"/proc/{process}/smaps_rollup") as file:
                for line in file:
                    key, _, rest = line.partition(":")
                    if key in names:
                        sums[names[key]] += int(rest.split()[0]) * 1024
        except OSError:
            continue
    return sums


def busy_processors(seconds=1.0):
    """How many processors are at work while we are not: what others do on this machine."""

    def ticks():
        with open("/proc/stat") as file:
            fields = [int(field) for field in file.readline().split()[1:9]]
        return sum(fields) - fields[3] - fields[4]  # without idle and iowait

    before = ticks()
    time.sleep(seconds)
    return (ticks() - before) / TICKS / seconds


def disk_speed(folder, seconds=0.7):
    """Synced writes a second into a preallocated file, by size: what the machine's disk gives at this moment."""
    import mmap

    path = os.path.join(folder, "disk-speed")
    size = 32 << 20
    with open(path, "wb") as file:
        file.write(bytes(size))
        file.flush()
        os.fsync(file.fileno())
    speeds = {}
    fd = os.open(path, os.O_RDWR | os.O_DIRECT | os.O_DSYNC)
    for kilobytes in (4, 64, 1024):
        block = mmap.mmap(-1, kilobytes << 10)
        start, count, at = time.monotonic(), 0, 0
        while time.monotonic() - start < seconds:
            os.pwrite(fd, block, at)
            at = (at + len(block)) % size
            count += 1
        speeds[kilobytes] = count / (time.monotonic() - start)
    os.close(fd)
    os.unlink(path)
    return speeds


class SyncTrace:
    """A system-call trace of a server that charges one call after the other: each answer must leave after a completed sync of
    a file to which a record with its request id was written before that sync began (or after such a write itself, where
    the file is open with O_SYNC or O_DSYNC)."""

    CALLS = "openat,open,write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,sendto,sendmsg"

    def __init__(self, pid, output):
        self.output = output
        self.synced_files = self.files_open_for_sync(pid)
        command = ["strace", "-f", "-qq", "-y", "-s", "40000", "-e", f"trace={self.CALLS}", "-o", output]
        for process in children(pid):
            command += ["-p", str(process)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE)
        time.sleep(0.7)
        if self.process.poll() is not None:
            raise RuntimeError("strace: " + self.process.stderr.read().decode())

    @staticmethod
    def files_open_for_sync(pid):
        files = set()
        for process in children(pid):
            for fd in list_folder(f"/proc/{process}/fd"):
                try:
                    path = os.readlink(f"/proc/{process}/fd/{fd}")
                    with open(f"/proc/{process}/fdinfo/{fd}") as file:
                        flags = int(re.search(r"flags:\s*([0-7]+)", file.read()).group(1), 8)
                except OSError:
                    continue
                if flags & os.O_DSYNC:  # O_SYNC contains it
                    files.add(path)
        return files

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stderr.close()

    def events(self):
        """(begin or end, thread, call, path, text) in order; a call that was not interrupted begins and ends at once."""
        started = {}
        whole = re.compile(r"^(\d+) +(\w+)\((.*)$", re.S)
        with open(self.output, errors="replace") as file:
            for line in file:
                resumed = re.match(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)$", line)
                if resumed:
                    thread = resumed.group(1)
                    name, rest = started.pop(thread, (resumed.group(2), ""))
                    yield "end", name, rest + resumed.group(3)
                    continue
                match = whole.match(line)
                if not match:
                    continue
                thread, name, rest = match.groups()
                yield "begin", name, rest
                if "<unfinished ...>" in rest:
                    started[thread] = (name, rest.replace("<unfinished ...>", ""))
                else:
                    yield "end", name, rest

    def check(self, run, count):
        """The number of answers that left after their sync; a complaint about the first that did not, or None."""
        request = re.compile(rf"r{run:03}-(\d{{9}})")
        descriptor = re.compile(r"^(?:AT_FDCWD|\d+)<([^>]*)>")
        opened = re.compile(r'"([^"]*)", ([A-Z_|]+)')
        synced_files = set(self.synced_files)
        written, syncing, durable = {}, {}, set()
        answered = 0
        for moment, name, rest in self.events():
            if name in ("openat", "open"):
                found = opened.search(rest)
                if found and moment == "end" and re.search(r"O_D?SYNC", found.group(2)):
                    synced_files.add(re.search(r"<([^>]*)>\s*$", rest).group(1) if rest.rstrip().endswith(">")
                                     else found.group(1))
                continue
            found = descriptor.match(rest)
            path = found.group(1) if found else ""
            if not path.startswith("/"):
                if moment == "begin" and "charged" in rest:
                    for _ in re.findall("charged", rest):
                        if answered not in durable:
                            return answered, f"answer {answered} left before its record was synced"
                        answered += 1
                continue
            failed = moment == "end" and re.search(r"= -1 E", rest[-200:])
            if name in ("fsync", "fdatasync"):
                if moment == "begin":
                    syncing[path] = set(written.get(path, ()))
                elif not failed:
                    durable |= syncing.pop(path, set())
            elif moment == "end" and not failed:
                numbers = {int(number) for number in request.findall(rest)}
                written.setdefault(path, set()).update(numbers)
                if path in synced_files:
                    durable |= numbers
        if answered != count:
            return answered, f"the trace shows {answered} answers of {count}"
        return answered, None
