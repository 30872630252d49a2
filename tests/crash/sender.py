"""A sender that does not mind whether its server lives.

    sender = Sender(server.socket, requests, chance)
    sender.start()
    sender.pace(1000, 0.5)      # let 1,000 more go out within half a second, while the server is killed and started
    sender.finish()             # the rest as fast as it goes; gives the answers in the order of the requests

Several connections take from one queue. What was under way when a connection broke is sent again, on whichever connection comes
first. Now and then a request is sent once more though it was sent or answered already. Of all the answers to one request, at most
one is not a repeat, and all say the same.
"""

import random
import threading
import time
from collections import deque

import msgpack
from server import Client


def priced_part(answer):
    """What every answer to one request has in common, as bytes."""
    return msgpack.packb({name: value for name, value in answer.items() if name != "repeat"})


class Sender:
    def __init__(self, address, requests, chance, connections=6, chunk=16):
        self.address = address
        self.requests = requests
        self.seed = chance.getrandbits(32)
        self.chunk = chunk
        self.lock = threading.Lock()
        self.answers = [None] * len(requests)  # the common part of each, packed
        self.first = set()  # places of which an answer came that was no repeat
        self.left = len(requests)
        self.taken = 0
        self.again = deque()
        self.sent_again = 0
        self.asked_twice = 0
        self.breaks = 0
        self.problem = None
        self.base, self.goal, self.began, self.seconds = 0, 0, time.monotonic(), 1e-9
        self.threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(connections)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def pace(self, count, seconds):
        with self.lock:
            self.base, self.goal = self.goal, min(self.goal + count, len(self.requests))
            self.began, self.seconds = time.monotonic(), seconds

    def finish(self, seconds=120):
        self.pace(len(self.requests), 1e-9)
        deadline = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0, deadline - time.monotonic()))
        assert self.problem is None, self.problem
        assert self.left == 0, f"{self.left} requests were not answered"
        return [msgpack.unpackb(answer) for answer in self.answers]

    # ---- what is to be sent ----

    def _take(self, chance):
        """Places of the next requests; none: it is not time yet."""
        with self.lock:
            gone = min(1.0, (time.monotonic() - self.began) / self.seconds)
            allowed = self.base + int((self.goal - self.base) * gone)
            places = []
            while self.again and len(places) < self.chunk:
                places.append(self.again.popleft())
            while self.taken < allowed and len(places) < self.chunk:
                places.append(self.taken)
                self.taken += 1
            if self.taken > 0 and chance.random() < 0.3:
                places.append(chance.randrange(self.taken))
                self.asked_twice += 1
            return places

    def _settle(self, place, error, answer):
        with self.lock:
            if error is not None and error.startswith("OVERLOADED"):
                self.again.append(place)
                return
            if error is not None or answer["outcome"] != "charged":
                self.problem = f"{self.requests[place]}: {error or answer}"
                return
            packed = priced_part(answer)
            if self.answers[place] is None:
                self.answers[place] = packed
                self.left -= 1
            elif self.answers[place] != packed:
                self.problem = f"{self.requests[place]}: {msgpack.unpackb(self.answers[place])}, then {answer}"
            if not answer["repeat"]:
                if place in self.first:
                    self.problem = f"{self.requests[place]} was charged twice"
                self.first.add(place)

    # ---- connections ----

    def _run(self, number):
        chance = random.Random(self.seed + number)
        while self.left > 0 and self.problem is None:
            under_way = {}
            try:
                with Client(self.address, timeout=10) as client:
                    self._talk(client, chance, under_way)
            except (OSError, ConnectionError):
                with self.lock:
                    self.breaks += len(under_way) > 0
                    lost = [place for place in under_way.values() if self.answers[place] is None]
                    self.sent_again += len(lost)
                    self.again.extend(lost)
                time.sleep(0.002)
            except Exception as problem:
                self.problem = repr(problem)
                raise

    def _talk(self, client, chance, under_way):
        while self.left > 0 and self.problem is None:
            places = self._take(chance)
            if not places:
                time.sleep(0.002)
                continue
            data = bytearray()
            for place in places:
                packed, number = client.pack("charge", self.requests[place])
                data += packed
                under_way[number] = place
            client.send_bytes(data)
            while len(under_way) > chance.randrange(self.chunk):
                answer = client.receive_any()
                if answer is None:
                    raise ConnectionError("closed")
                number, error, result = answer
                self._settle(under_way.pop(number), error, result)
