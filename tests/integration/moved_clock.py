"""A server whose clock a test sets: it goes on from there as clocks do, or stands still if it is frozen.

with MovedServer("2026-01-15T10:00:00+08:00") as server:
    server.set_clock("2026-02-01T00:00:00+08:00")
"""

import atexit
import functools
import mmap
import os
import shutil
import struct
import subprocess
import tempfile
import time
from datetime import datetime
from pathlib import Path

from server import Server


@functools.cache
def library():
    """The shared library that moves the clock, built once."""
    folder = Path(tempfile.mkdtemp(prefix="suanpan-clock-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    source = Path(__file__).with_name("moved_clock.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", folder / "moved_clock.so", source], check=True)
    return folder / "moved_clock.so"


class MovedServer(Server):
    def __init__(self, now, frozen=False, **settings):
        super().__init__(start=False, **settings)
        self.frozen = frozen
        path = self.folder / "clock"
        path.write_bytes(bytes(16))
        with open(path, "r+b") as file:
            self.moved = mmap.mmap(file.fileno(), 16)
        self.set_clock(now)
        self.prefix = ("env", f"LD_PRELOAD={library()}", f"MOVED_CLOCK={path}",
                       f"ASAN_OPTIONS={os.environ.get('ASAN_OPTIONS', '')}:verify_asan_link_order=0")  # fmt: skip
        self.start()

    def start(self, wait=60, prefix=()):
        return super().start(wait, (*self.prefix, *prefix))

    def set_clock(self, now):
        """An instant in RFC 3339: it is then, or a few milliseconds later."""
        wanted = datetime.fromisoformat(now).timestamp() * 1000
        self.moved[:] = struct.pack("qq", int(wanted - time.time() * 1000) + 1, int(wanted) if self.frozen else 0)
