"""Runs everything that proves Suanpan, two jobs at a time and one that waits, and counts.

    python3 tests/run.py test     unit tests with sanitizers, pytest with the release build and partly with the sanitizers',
                                  fuzzers for a few seconds, luacheck, shellcheck, includes
    python3 tests/run.py crash    kills of the server under load, and between all that moves money
    python3 tests/run.py roads    the same price by every road, for long
    python3 tests/run.py fuzz     fuzzers for long
    python3 tests/run.py lint     a build by clang, clang-tidy, cppcheck, luacheck, shellcheck, includes

Each job is a program. What it printed is shown if anything in it failed. The last line is `N passed, N failed`, and the exit
code is 0 only if none failed. A summary of all tests is written as JUnit XML beside the builds.
"""

import argparse
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
}
OUTPUT_LINES_MAX = 120
SECONDS_MAX = 1200  # of one job: a hang is ended, a slow machine is not
# They wait for most of their time, so one of them is run beside those that need the processors.
WAIT_MOST = ["test_cli_rate", "test_connections", "test_once", "test_releases", "test_publish", "test_purses", "test_comparing", "test_demo"]


class Case:
    """One test: what it is called, what became of it, and what is to be said of that."""

    def __init__(self, name, outcome, text="", seconds=0.0):
        self.name = name
        self.outcome = outcome  # passed, failed, skipped
        self.text = text
        self.seconds = seconds


class Job:
    """A program that is run, and how its tests are found in what it leaves."""

    def __init__(self, name, command, read, seconds_max=SECONDS_MAX, environment=None, folder=ROOT):
        self.name = name
        self.command = [str(part) for part in command]
        self.read = read
        self.seconds_max = seconds_max
        self.environment = environment or {}
        self.folder = folder
        self.output = ""
        self.code = None
        self.seconds = 0.0
        self.cases = []

    def run(self):
        started = time.monotonic()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SUANPAN_")}
        try:
            self.code, self.output = run_program(
                self.command, self.seconds_max, {**environment, **self.environment}, self.folder
            )
            self.cases = self.read(self)
        except Exception as problem:  # the runner must always come to its last line
            self.cases = [Case(self.name, "failed", f"{type(problem).__name__}: {problem}")]
        self.seconds = time.monotonic() - started
        return self

    def count(self, outcome):
        return sum(case.outcome == outcome for case in self.cases)

    def waits_most(self):
        return any(f"/{name}" in self.name for name in WAIT_MOST)


def run_program(command, seconds_max, environment, folder):
    """(exit code, what it printed). A program that takes too long is ended with all it started; its code is None then."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
        try:
            code = process.wait(seconds_max)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            code = None
        output.seek(0)
        text = output.read().decode(errors="replace")
    if code is None:
        text += f"\nended after {seconds_max} s"
    return code, text


# ---- reading what jobs leave ----


def one_case(job):
    """The whole job is one test: it passes if its exit code is 0."""
    return [Case(job.name, "passed" if job.code == 0 else "failed")]


def cmocka_cases(job):
    """The tests of a cmocka program, by its lines; if it died, that is one more that failed."""
    cases = []
    for outcome, name in re.findall(r"^\[\s*(OK|FAILED|SKIPPED)\s*\] (\w+)\s*$", job.output, re.MULTILINE):
        if any(case.name == name for case in cases):
            continue  # the list of failures at the end
        cases.append(Case(name, {"OK": "passed", "FAILED": "failed", "SKIPPED": "skipped"}[outcome]))
    failed = any(case.outcome == "failed" for case in cases)
    if (job.code != 0 and not failed) or not cases:
        cases.append(Case("the whole program", "failed", f"exit code {job.code}"))
    return cases


def pytest_cases(job):
    """The tests of a pytest run, from its XML."""
    path = Path(job.command[-1].removeprefix("--junitxml="))
    cases = []
    if path.exists():
        for element in ElementTree.parse(path).iter("testcase"):
            outcome, text = "passed", ""
            for child in element:
                if child.tag in ("failure", "error"):
                    outcome, text = "failed", child.get("message", "")
                elif child.tag == "skipped" and outcome == "passed":
                    outcome, text = "skipped", child.get("message", "")
            cases.append(Case(element.get("name"), outcome, text, float(element.get("time", 0))))
    failed = any(case.outcome == "failed" for case in cases)
    if (job.code not in (0, 5) and not failed) or (job.code != 5 and not cases):
        cases.append(Case("the whole run", "failed", f"exit code {job.code}"))
    return cases


def file_cases(tool_finds):
    """A reader for a tool that was run on many files: each file is a test, and fails if the tool's output names it."""

    def read(job):
        named = {match for match in re.findall(r"^(?:\./)?([^\s:]+):\d+", job.output, re.MULTILINE)}
        cases = [Case(name, "failed" if name in named else "passed") for name in tool_finds]
        if job.code != 0 and not any(case.outcome == "failed" for case in cases):
            cases.append(Case(job.name, "failed", f"exit code {job.code}"))
        return cases

    return read


# ---- the jobs ----


class Plan:
    """Where things are, and the jobs made of that."""

    def __init__(self, build, scratch):
        self.build = build
        self.scratch = scratch
        self.folders = itertools.count(1)

    def folder(self):
        """A new folder for a job. Its path is short, since that of a Unix socket below it may have 107 bytes only."""
        folder = self.scratch / str(next(self.folders))
        folder.mkdir()
        return folder

    def mode(self, name):
        return self.build / name

    def make(self, mode, *targets):
        command = ["make", f"-j{os.cpu_count() or 2}", f"MODE={mode}", f"BUILD={self.mode(mode)}", *targets]
        return Job(f"build {mode}", command, one_case, 2 * SECONDS_MAX)

    def units(self):
        jobs = []
        for source in sorted(ROOT.glob("tests/unit/*/test_*.c")):
            name = source.relative_to(ROOT).with_suffix("")
            program = self.mode("asan") / name
            job = Job(f"unit {name.relative_to('tests/unit')}", [program], cmocka_cases, SECONDS_MAX, SANITIZERS)
            job.size = source.stat().st_size
            jobs.append(job)
        return jobs

    def pytest(self, path, mode="release", seconds_max=SECONDS_MAX, environment=None, arguments=()):
        name = path.relative_to(ROOT / "tests").with_suffix("").as_posix()
        label = name if mode == "release" else f"{name} ({mode})"
        folder = self.folder()
        command = [
            "/usr/bin/python3", "-m", "pytest", "-q", "--tb=short", f"--basetemp={folder / 't'}", *arguments, path,
            f"--junitxml={folder / 'results.xml'}",
        ]  # fmt: skip
        variables = {
            "SUANPAN_BINARY": str(self.mode(mode) / "suanpan"),
            "TMPDIR": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            **(SANITIZERS if mode == "asan" else {}),
            **(environment or {}),
        }
        return Job(f"pytest {label}", command, pytest_cases, seconds_max, variables)

    def pytests(self):
        jobs = []
        for path in [path for area in ("crash", "property", "integration") for path in sorted(ROOT.glob(f"tests/{area}/test_*.py"))]:
            jobs.append(self.pytest(path))
            if "pytest.mark.asan" in path.read_text(encoding="utf-8"):
                jobs.append(self.pytest(path, "asan", arguments=("-m", "asan")))
        return jobs

    def crashes(self, kills):
        """The kills under load in jobs of a hundred, all else that crashes, and the whole model with as many more examples."""
        jobs = []
        for path in sorted(ROOT.glob("tests/crash/test_*.py")):
            some = [min(100, kills - begun) for begun in range(0, kills, 100)] if path.stem == "test_kill" else [kills]
            for number, part in enumerate(some):
                environment = {"CRASH_KILLS": str(part)}
                if path.stem == "test_kill" and "CRASH_SEED" in os.environ:
                    environment["CRASH_SEED"] = str(int(os.environ["CRASH_SEED"]) + 1000 * number)
                jobs.append(self.pytest(path, seconds_max=60 + 30 * part, environment=environment))
        model = ROOT / "tests/property/test_whole_model.py"
        jobs.append(self.pytest(model, seconds_max=SECONDS_MAX + 10 * kills, environment={"EXAMPLES": str(max(20, kills // 4)), "STEPS": "60"}))
        return jobs

    def fuzzers(self, seconds):
        jobs = []
        for source in sorted(ROOT.glob("tests/fuzz/fuzz_*.c")):
            name = source.stem.removeprefix("fuzz_")
            grown = self.build / "fuzz-corpus" / name
            artifacts = self.build / "fuzz-found" / name
            seeds = ROOT / "tests/fuzz/corpus" / name
            for folder in (grown, artifacts):
                folder.mkdir(parents=True, exist_ok=True)
            command = [
                self.mode("fuzz") / "tests/fuzz" / source.stem,
                f"-max_total_time={seconds}",
                "-timeout=20",
                "-rss_limit_mb=2048",
                "-print_final_stats=1",
                f"-artifact_prefix={artifacts}/",
                grown,
                *([seeds] if seeds.exists() else []),
            ]
            folder = self.folder()
            environment = {**SANITIZERS, "TMPDIR": str(folder)}
            jobs.append(Job(f"fuzz {name}", command, one_case, seconds + 120, environment, folder))
        return jobs

    def format(self):
        files = self.c_files() + sorted(
            path.relative_to(ROOT).as_posix()
            for area in ("engine", "store", "rules", "tools", "tests", "bench")
            for path in (ROOT / area).rglob("*.h")
        )
        return Job("clang-format", ["clang-format", "--dry-run", "-Werror", *files], file_cases(files))

    def lua(self):
        files = sorted(path.relative_to(ROOT / "rules").as_posix() for path in (ROOT / "rules").rglob("*.lua"))
        return Job("luacheck", ["luacheck", "-q", "--no-color", "--codes", *files], file_cases(files), folder=ROOT / "rules")

    def shell(self):
        files = sorted(
            path.relative_to(ROOT).as_posix()
            for path in ROOT.rglob("*.sh")
            if not path.relative_to(ROOT).parts[0] in ("build", "var")
        )
        files += [".ci/run"] if (ROOT / ".ci/run").exists() else []
        return Job("shellcheck", ["shellcheck", "-f", "gcc", *files], file_cases(files))

    def layers(self):
        return Job("includes", ["/usr/bin/python3", "tests/layers.py"], one_case)

    def c_files(self):
        return sorted(
            path.relative_to(ROOT).as_posix()
            for area in ("engine", "store", "rules", "tools", "tests", "bench")
            for path in (ROOT / area).rglob("*.c")
        )

    def cppcheck(self):
        files = [path for path in self.c_files() if path.split("/")[0] in ("engine", "store", "rules", "tools")]
        command = [
            "cppcheck", "-q", "-j1", "--std=c11", "--enable=warning,performance,portability", "--inline-suppr",
            "--error-exitcode=1", "--suppressions-list=tests/cppcheck.txt", "--template=gcc", "-D__GNUC__", "-Iengine", *files,
        ]  # fmt: skip
        return Job("cppcheck", command, file_cases(files), 900)

    def tidy(self):
        """A job for every few files: it takes seconds for each."""
        files = [path for path in self.c_files() if path.split("/")[0] in ("engine", "store", "rules", "tools")]
        flags = ["-std=c11", "-D_GNU_SOURCE", "-DSUANPAN_VERSION=\"x\"", "-isystem", "/usr/include/lua5.4", "-Wno-everything"]
        jobs = []
        for start in range(0, len(files), 12):
            some = files[start : start + 12]
            command = ["clang-tidy", "--quiet", *some, "--", *flags]
            jobs.append(Job(f"clang-tidy {some[0]} …", command, tidy_cases(some), 900))
        return jobs


def tidy_cases(files):
    """clang-tidy names files by their whole path, and says nothing at all of those it found fine."""
    read = file_cases(files)

    def read_with_paths(job):
        job.output = job.output.replace(f"{ROOT}/", "")
        return read(job)

    return read_with_paths


# ---- running and reporting ----


class Report:
    def __init__(self, total):
        self.total = total
        self.done = []
        self.lock = threading.Lock()

    def add(self, job):
        with self.lock:
            self.done.append(job)
            failed, skipped = job.count("failed"), job.count("skipped")
            counts = f"{job.count('passed')} passed" + (f", {failed} failed" if failed else "") + (
                f", {skipped} skipped" if skipped else ""
            )
            place = f"{len(self.done)}/{self.total}"
            state = "FAIL" if failed else "ok"
            print(f"[{place:>7}] {state:>4} {job.seconds:6.1f} s  {job.name}: {counts}", flush=True)
            if failed:
                self.show(job)

    def show(self, job):
        for case in job.cases:
            if case.outcome == "failed":
                print(f"    FAILED {case.name}" + (f": {case.text.splitlines()[0]}" if case.text else ""))
        lines = job.output.splitlines()
        if len(lines) > OUTPUT_LINES_MAX:
            print(f"    ... {len(lines) - OUTPUT_LINES_MAX} lines left out ...")
        for line in lines[-OUTPUT_LINES_MAX:]:
            print(f"    | {line}")
        sys.stdout.flush()

    def write_xml(self, path):
        root = ElementTree.Element("testsuites")
        for job in sorted(self.done, key=lambda job: job.name):
            suite = ElementTree.SubElement(root, "testsuite", name=job.name, tests=str(len(job.cases)), time=f"{job.seconds:.2f}")
            suite.set("failures", str(job.count("failed")))
            suite.set("skipped", str(job.count("skipped")))
            for case in job.cases:
                element = ElementTree.SubElement(suite, "testcase", classname=job.name, name=case.name, time=f"{case.seconds:.3f}")
                if case.outcome != "passed":
                    ElementTree.SubElement(element, "failure" if case.outcome == "failed" else "skipped", message=case.text)
        ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)

    def finish(self, path, seconds):
        """The end of the output, and the exit code."""
        self.write_xml(path)
        kinds = {}
        for job in self.done:
            kinds.setdefault(job.name.split()[0], []).append(job)
        print()
        for kind, jobs in kinds.items():
            spent = sum(job.seconds for job in jobs)
            print(f"{kind:>12}: {sum(job.count('passed') for job in jobs):5} passed in {spent:.0f} s of work")
        for job in self.done:
            for case in job.cases:
                if case.outcome == "skipped":
                    print(f"skipped: {job.name} {case.name}: {case.text}")
        failed = [(job, case) for job in self.done for case in job.cases if case.outcome == "failed"]
        for job, case in failed:
            print(f"FAILED: {job.name} {case.name}")
        passed = sum(job.count("passed") for job in self.done)
        print(f"{seconds:.0f} s; details of every test: {path}")
        print(f"{passed} passed, {len(failed)} failed", flush=True)
        return 1 if failed else 0


def run_all(stages, at_a_time, result):
    """Runs stages one after the other, the jobs of each at the same time. A failed build ends it: what would follow is no news."""
    started = time.monotonic()
    report = Report(sum(len(jobs) for jobs in stages))
    for jobs in stages:
        workers = 1 if jobs and jobs[0].name.startswith("build") else at_a_time
        with ThreadPoolExecutor(workers) as pool, ThreadPoolExecutor(1) as waiting:
            for future in as_completed([(waiting if job.waits_most() else pool).submit(job.run) for job in jobs]):
                report.add(future.result())
        if any(job.name.startswith("build") and job.count("failed") for job in jobs):
            break
    return report.finish(result, time.monotonic() - started)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["test", "crash", "roads", "fuzz", "lint"])
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="folder of the builds")
    parser.add_argument("--jobs", type=int, default=2, help="jobs at a time")
    parser.add_argument("--kills", type=int, default=200, help="of crash")
    parser.add_argument("--events", type=int, default=10000, help="of roads")
    parser.add_argument("--starts", type=int, default=100, help="of roads: of the program, in three time zones and two locales")
    parser.add_argument("--seconds", type=int, default=600, help="of fuzz, for each fuzzer")
    parser.add_argument("--only", default="", help="only jobs whose name contains this")
    options = parser.parse_args()
    build = options.build.resolve()
    build.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="sp-"))
    plan = Plan(build, scratch)
    if options.what == "test":
        units = sorted(plan.units(), key=lambda job: -job.size)
        builds = [plan.make("release", "all"), plan.make("asan", "all", "units"), plan.make("fuzz", "fuzzers")]
        work = [*plan.pytests(), *plan.fuzzers(4), *units, plan.lua(), plan.shell(), plan.layers()]
    elif options.what == "crash":
        builds = [plan.make("release", "all")]
        work = plan.crashes(options.kills)
    elif options.what == "roads":
        builds = [plan.make("release", "all")]
        sizes = {"ROADS_EVENTS": str(options.events), "ROADS_STARTS": str(options.starts)}
        work = [plan.pytest(ROOT / "tests/property/test_roads.py", seconds_max=3 * SECONDS_MAX, environment=sizes)]
    elif options.what == "fuzz":
        builds = [plan.make("fuzz", "fuzzers")]
        work = plan.fuzzers(options.seconds)
    else:
        builds = [plan.make("clang", "all")]
        work = [plan.cppcheck(), *plan.tidy(), plan.lua(), plan.shell(), plan.layers(), plan.format()]
    try:
        stages = [builds, [job for job in work if options.only in job.name]]
        return run_all(stages, options.jobs, build / f"{options.what}-results.xml")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
