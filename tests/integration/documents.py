"""Reads the documents of this project and does what they say.

Code blocks say by the word behind ``` what they are:

    sh run              typed into one shell, block after block; every command must succeed
    sh run fails        the same; a command must fail. fails=1: with this exit code
    sh serve            a server in a terminal of its own; it runs until <!-- docs: stop --> (Ctrl-C) or <!-- docs: kill --> (a crash)
    text output         what the block before printed; … stands for anything, blanks and line ends don't count. json output: the same
    lua file=PATH       a file that the reader saves; append=PATH: lines that are added to it. So for csv, python, text
    sh, text            shown only; of sh these are make targets

All of it happens in a folder that looks like the repository, so that paths are as a reader types them.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from server import ROOT, SMALL, binary, clean_environment

SECONDS_MAX = 120


class Step:
    """A code block, or a directive: kind "stop" or "kill"."""

    def __init__(self, kind, words, text, line):
        self.kind = kind
        self.words = words
        self.text = text
        self.line = line

    def option(self, name):
        """The value of NAME=VALUE; "" for NAME alone; None if it is not there."""
        for word in self.words:
            if word.split("=")[0] == name:
                return word.partition("=")[2]
        return None


def read(path):
    """The steps of a document, in order."""
    steps, fence = [], None
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if fence is None and line.startswith("```"):
            words = line[3:].split()
            fence = Step(words[0] if words else "", words[1:], "", number)
        elif fence is not None and line == "```":
            steps.append(fence)
            fence = None
        elif fence is not None:
            fence.text += line + "\n"
        elif directive := re.fullmatch(r"<!-- docs: (stop|kill) -->", line):
            steps.append(Step(directive[1], [], "", number))
    assert fence is None, f"{path}: the block of line {fence.line} has no end"
    return steps


def without_comments(step):
    """What a block does, without what it tells the reader in his language."""
    text = re.sub(r"(?m)(^|\s+)(--|#) .*$", "", step.text) if step.kind in ("sh", "lua", "python") else step.text
    text = re.sub(r" --language (en|zh)\b", "", text)
    return (step.kind, tuple(step.words), tuple(line.rstrip() for line in text.splitlines() if line.strip()))


def is_like(expected, actual):
    """Is it the same, apart from blanks and what … stands for?"""
    parts = ["".join(part.split()) for part in expected.split("…")]
    pattern = ".*?".join(re.escape(part) for part in parts)
    return re.fullmatch(pattern, "".join(actual.split()), re.DOTALL) is not None


class Reader:
    """Somebody who follows a document in a folder of his own. Its name is short: the path of a Unix socket has to fit in 107 bytes."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="docs-", dir="/tmp"))
        self.server = None
        self.output = None
        self.blocks = 0
        self.prepare()
        self.shell = subprocess.Popen(
            ["bash"], stdin=subprocess.PIPE, cwd=self.folder, env=self.environment(), text=True, start_new_session=True
        )

    def prepare(self):
        """The repository as links, its program in build/release, and a make that builds nothing."""
        for path in ROOT.iterdir():
            if path.name not in ("build", "var", ".git"):
                (self.folder / path.name).symlink_to(path)
        for name in ("build/release", "tools-of-the-test"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "build/release/suanpan").symlink_to(binary())
        make = self.folder / "tools-of-the-test/make"
        make.write_text(
            "#!/bin/sh\n"
            'if [ "$1" = run ]; then shift; for one; do export "$one"; done\n'
            f'PROGRAM="{binary()}" SUANPAN_DATA="{self.folder}/var" exec "{ROOT}/tools/demo.sh"; fi\n'
            '[ $# = 0 ] || { echo "make $* is not for documents" >&2; exit 1; }\n'
        )
        make.chmod(0o755)

    def environment(self):
        settings = {f"SUANPAN_{name.upper()}": str(value) for name, value in SMALL.items() if name != "usage_age_max"}
        path = f"{self.folder}/tools-of-the-test:/usr/bin:/bin"
        return {**clean_environment(), **settings, "PATH": path, "HOME": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}

    # ---- what steps do ----

    def follow(self, step):
        if step.kind in ("stop", "kill"):
            self.end_server(signal.SIGINT if step.kind == "stop" else signal.SIGKILL)
        elif step.option("file") or step.option("append"):
            self.save(step)
        elif step.option("output") is not None:
            self.compare(step)
        elif step.kind == "sh" and step.option("serve") is not None:
            self.serve(step)
        elif step.kind == "sh" and step.option("run") is not None:
            self.type_in(step)
        elif step.kind == "sh":
            self.check_targets(step)
        else:
            assert (step.kind, step.words) == ("text", []), f"line {step.line}: a block of no known kind"

    def save(self, step):
        path = self.folder / (step.option("file") or step.option("append"))
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a" if step.option("append") else "w", encoding="utf-8") as file:
            file.write(step.text)

    def serve(self, step):
        assert self.server is None, f"line {step.line}: a server runs already"
        log = self.folder / "server.log"
        with open(log, "wb") as output:
            self.server = subprocess.Popen(
                ["bash", "-c", f"exec {step.text}"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self.environment(),
            )
        deadline = time.monotonic() + SECONDS_MAX
        while "ready" not in (text := log.read_text(encoding="utf-8", errors="replace")):
            assert self.server.poll() is None and time.monotonic() < deadline, f"line {step.line}: no server:\n{text}"
            time.sleep(0.02)
        self.output = text

    def end_server(self, number):
        server, self.server = self.server, None
        server.send_signal(number)
        code = server.wait(SECONDS_MAX)
        assert code == (0 if number == signal.SIGINT else -number), f"the server ended with {code}"

    def type_in(self, step):
        """Types a block into the shell. ERR is what `set -e` would stop at; the last one counts."""
        self.blocks += 1
        script, output, done = (self.folder / f"block-{self.blocks}.{end}" for end in ("sh", "out", "done"))
        script.write_text(step.text, encoding="utf-8")
        self.shell.stdin.write(
            f"failed=0; trap 'failed=$?' ERR; . '{script}' >'{output}' 2>&1 </dev/null; trap - ERR; "
            f"printf %s $failed >'{done}.new'; mv '{done}.new' '{done}'\n"
        )
        self.shell.stdin.flush()
        deadline = time.monotonic() + SECONDS_MAX
        while not done.exists():
            assert self.shell.poll() is None, f"line {step.line}: the shell has ended"
            assert time.monotonic() < deadline, f"line {step.line}: it does not end"
            time.sleep(0.01)
        self.output, code = output.read_text(encoding="utf-8", errors="replace"), int(done.read_text())
        wanted = step.option("fails")
        is_right = code == 0 if wanted is None else code == int(wanted) if wanted else code != 0
        assert is_right, f"line {step.line}: exit code {code}:\n{step.text}\n{self.output}"

    def compare(self, step):
        assert self.output is not None, f"line {step.line}: there is nothing to compare with"
        assert is_like(step.text, self.output), f"line {step.line}: expected\n{step.text}\ngot\n{self.output}"

    def check_targets(self, step):
        makefiles = [ROOT / "Makefile", *ROOT.glob("*/*.mk")]
        targets = {name for path in makefiles for name in re.findall(r"^([a-z-]+):", path.read_text(), re.MULTILINE)}
        for line in step.text.splitlines():
            words = re.sub(r"\s#.*", "", line).split()
            assert words[0] == "make" and all(word in targets or "=" in word for word in words[1:]), f"line {step.line}: {line}"

    # ---- the end ----

    def close(self):
        if self.server is not None:
            self.server.kill()
            self.server.wait()
        self.shell.stdin.close()
        try:
            self.shell.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.shell.pid, signal.SIGKILL)
            self.shell.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
