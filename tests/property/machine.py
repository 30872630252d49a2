"""A state machine of hypothesis with a server, that is stopped, killed and started again between other things.

    class Machine(ServedMachine): …rules…
    run(Machine, examples=20, steps=40)

SEED=… in the environment chooses another run; the seed is printed, and how often each outcome came. What fails is shown as it was, or, with
SHRINK=1, as short as it can be made, which takes minutes.
"""

import json
import os
import random
import shutil
import sys
import traceback
from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from server import suanpan


class ServedMachine(RuleBasedStateMachine):
    tally = None  # of what came out, over all examples

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.client = server.connect()

    @rule(how=st.sampled_from(["stop", "kill", "kill"]), rebuilt=st.sampled_from([False, False, True]))
    def start_again_after(self, how, rebuilt):
        self.start_again(how, rebuilt)

    def start_again(self, how, rebuilt, meanwhile=lambda: None):
        """With the state and the ids there are, or with none: they are made from the journal."""
        if how == "kill":
            self.server.kill()
        else:
            assert self.server.stop() == 0
        if rebuilt:
            shutil.rmtree(self.server.data / "state")
            shutil.rmtree(self.server.data / "ids")
        meanwhile()
        self.server.start()
        self.client = self.server.connect()

    def teardown(self):
        failure = sys.exc_info()[1]
        if isinstance(failure, AssertionError):
            traceback.print_exception(failure)  # hypothesis tries again, and what depends on time may come out otherwise
        try:
            if failure is None and self.server.process and self.server.process.poll() is None:
                self.check_at_the_end()
                assert self.server.stop() == 0
                self.check_folder()
        finally:
            self.server.close()

    def check_at_the_end(self):
        """While it still serves."""

    def check_folder(self):
        """Once it has stopped in an orderly way."""

    def dump(self, what):
        result = suanpan("dump", self.server.data, what, "--json")
        assert result.returncode == 0, result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]


def run(machine, examples, steps, often, **shared):
    """`shared` are attributes of all examples. What is in `often` must have come out, if there are enough examples."""
    number = int(os.environ.get("SEED", str(random.randrange(1 << 32))), 0)
    print(f"seed {number}")
    machine = type("Machine", (machine,), {**shared, "tally": Counter()})
    run_state_machine_as_test(
        seed(number)(machine),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None, print_blob=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink] if os.environ.get("SHRINK") else [Phase.generate],
        ),
    )  # fmt: skip
    print(", ".join(f"{name} {count}" for name, count in sorted(machine.tally.items())))
    assert examples < 20 or all(machine.tally[name] > 0 for name in often), "the examples do little"
