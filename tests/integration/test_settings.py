"""Settings: each in every form it may have and from every place it may come from; what can't be is refused with a sentence that says
what could be, before anything is written."""

import os
import re
import subprocess

import pytest
from server import Client, Server, ServerError, binary, clean_environment, suanpan

BYTES = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
DURATIONS = {"ms": 1, "s": 1000, "minute": 60_000, "hour": 3_600_000, "day": 86_400_000, "year": 365 * 86_400_000}


def table():
    """{name: (default, kind, bounds)} as the reference has it."""
    page = suanpan("help", "--reference", "settings").stdout
    rows = re.findall(r"^\| `([a-z_.]+)` \| ?(.*?) \| (.*?) \| .* \|$", page, re.MULTILINE)
    found = {}
    for name, default, what in rows:
        kind, _, bounds = what.partition(", ")
        found[name] = (default, kind.split("\\|"), tuple(bounds.replace(",", "").split(" to ")) if bounds else None)
    return found


TABLE = table()
NUMBERS = [name for name, (_, kind, _) in TABLE.items() if kind[0] in ("count", "bytes", "duration")]


def flag(name):
    return "--" + name.replace(".", "-").replace("_", "-")


def variable(name):
    return "SUANPAN_" + name.replace(".", "_").upper()


def nested(name, value):
    """A settings file."""
    literal = str(value) if isinstance(value, int) else '"' + value.replace('"', '\\"') + '"'
    outer, _, inner = name.partition(".")
    return f"return {{ {outer} = {{ {inner} = {literal} }} }}" if inner else f"return {{ {outer} = {literal} }}"


def try_setting(name, value, source, tmp_path):
    """What `serve` says to a setting; a wrong flag behind it, which is looked at last, keeps it from starting."""
    last = "log.level" if name != "log.level" else "waiting.max"
    arguments, environment = [], clean_environment()
    if source == "flag":
        arguments = [flag(name), value]
    elif source == "flag=":
        arguments = [f"{flag(name)}={value}"]
    elif source == "environment":
        environment[variable(name)] = value
    else:
        path = tmp_path / "settings.lua"
        path.write_text(nested(name, value) if source == "file" else f'return {{ ["{name}"] = "{value}" }}')
        arguments = ["--config", path]
    result = suanpan("serve", *arguments, flag(last), "wrong", env=environment, cwd=tmp_path)
    assert result.returncode == 2
    first = result.stderr.splitlines()[0]
    return None if f"setting {last} can't be" in first else first


# ---- every setting ----


def test_the_reference_lists_them():
    assert len(TABLE) >= 19 and {"data", "listen", "usage.age_max", "log.level"} <= set(TABLE)
    page = suanpan("help", "serve").stdout
    for name in TABLE:
        assert f"  {flag(name)} " in page


@pytest.mark.parametrize("name", sorted(TABLE))
def test_each_is_accepted_from_every_place_at_both_its_bounds(name, tmp_path):
    default, kind, bounds = TABLE[name]
    values = list(bounds or ()) + ([default] if bounds else kind if len(kind) > 1 else ["text"])
    for value in values:
        for source in ("flag", "flag=", "environment", "file", "dotted file"):
            assert try_setting(name, value, source, tmp_path) is None, (value, source)


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_beyond_its_bounds_is_refused_and_told_them(name, tmp_path):
    _, (kind,), (least, most) = TABLE[name]
    units = {"count": {"": 1}, "bytes": BYTES, "duration": DURATIONS}[kind]

    def number(text):
        count, _, unit = text.partition(" ")
        return int(count) * units.get(unit, units.get(unit.rstrip("s"), 1))

    def plain(value):
        return f"{value} ms" if kind == "duration" else str(value)

    assert try_setting(name, plain(number(least)), "flag", tmp_path) is None
    assert try_setting(name, plain(number(most)), "flag", tmp_path) is None
    wrong = [plain(number(most) + 1), plain((1 << 63) - 1), plain(1 << 63), plain(1 << 64)]
    if number(least) > 0:
        wrong += [plain(number(least) - 1), "0"]
    for value in wrong:
        for source in ("flag", "environment", "file"):
            said = try_setting(name, value, source, tmp_path)
            assert said and f"setting {name} can't be \"{value}\"" in said, (value, source, said)
            assert re.search(rf"from {least if number(least) else '0.*'} to {most};", said), said
            assert f'by default "{TABLE[name][0]}"' in said


@pytest.mark.parametrize("name", [*NUMBERS, "log.level"])
def test_what_is_no_number_of_its_kind_is_refused(name, tmp_path):
    kind = TABLE[name][1][0]
    wrong = ["", " ", "x", "-1", "+1", "0x10", "1e3", "1.5", "1,000", "１", "1 parsec", "10 minutes later", "nan", "64 mib", "ten s"]
    wrong += {"count": ["1 KiB", "5 s"], "bytes": ["1 s", "1 MB", "1 M"], "duration": ["1 MiB", "1 h", "1 month", "1"]}.get(kind, ["Info"])
    for value in wrong:
        said = try_setting(name, value, "flag", tmp_path)
        assert said and f"setting {name} can't be \"{value}\"" in said, (value, said)


def test_texts_have_lengths(tmp_path):
    for name, most in (("data", 800), ("listen", 200), ("socket", 107)):
        assert try_setting(name, "x" * most, "flag", tmp_path) is None
        for value in ("x" * (most + 1), "x" * 5000, *([""] if name == "data" else [])):
            said = try_setting(name, value, "flag", tmp_path)
            assert said and f"setting {name} can't be" in said and f"to {most} bytes" in said


@pytest.mark.parametrize("value", ["64 KiB", "65536", "65536 bytes", "64KiB", "64   KiB"])
def test_bytes_may_be_written_in_any_unit(value):
    with Server(frame_max=value) as server:
        assert server.connect().call("hello")["frame_bytes_max"] == 65536


@pytest.mark.parametrize("value", ["2 days", "48 hours", "2880 minutes", "172800 s", "172800000 ms", "2days"])
def test_durations_may_be_written_in_any_unit(value):
    with Server(usage_age_max=value) as server:
        client = server.connect()
        at = client.call("ping")["now"] - 2 * 86_400_000
        event = {"service_id": "1", "service": "voice", "seconds": 1}
        answer = client.call("charge", id="old", at=at - 1000, **event)
        assert answer["code"] == "TOO_OLD" and "2 days" in answer["say"]["en"]
        with pytest.raises(ServerError, match="NO_RELEASE"):
            client.call("charge", id="new", at=at + 60_000, **event)


# ---- where they come from ----


def test_flags_beat_the_environment_which_beats_the_file_which_beats_defaults(tmp_path):
    file = tmp_path / "settings.lua"
    file.write_text('return { frame = { max = "1 MiB" }, connections = { max = 77 }, listen = "127.0.0.1:0" }')
    places = [({}, []), ({"SUANPAN_FRAME_MAX": "2 MiB"}, []), ({"SUANPAN_FRAME_MAX": "2 MiB"}, ["--frame-max", "3 MiB"])]
    for expected, (environment, flags) in enumerate(places, 1):
        with Server(start=False, frame_max=None, listen=None) as server:
            command = [binary(), *server.arguments(), "--config", file, *flags]
            process = subprocess.Popen(
                command, env={**clean_environment(), **environment}, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
            try:
                while not process.stdout.readline().startswith("ready"):
                    assert process.poll() is None
                assert server.connect().call("hello")["frame_bytes_max"] == expected << 20
            finally:
                process.terminate()
                assert process.wait(30) == 0


def test_of_flags_the_last_one_counts_and_the_file_may_stand_anywhere(tmp_path):
    file = tmp_path / "settings.lua"
    file.write_text(nested("waiting.max", 5))
    for arguments in (["--config", file, "--waiting-max", "100"], ["--waiting-max", "100", "--config", file]):
        result = suanpan("serve", *arguments, "--log-level", "wrong", cwd=tmp_path)
        assert "waiting.max" in result.stderr, "the file is wrong, whatever beats it"
    result = suanpan("serve", "--waiting-max", "100", "--log-level", "info", "--log-level", "wrong", cwd=tmp_path)
    assert 'log.level can\'t be "wrong"' in result.stderr


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("return { usage = { age_maximum = 1 } }", 'no setting "usage.age_maximum"; do you mean "usage.age_max"?'),
        ("return { usage = 5 }", 'no setting "usage"'),
        ("return { [5] = 5 }", "a setting without a name"),
        ('return { usage = { age_max = "1 day" }, ["usage.age_max"] = "2 days" }', "usage.age_max is given twice"),
        ("return { memory = { ids = 4096.5 } }", "memory.ids must be a text or an integer"),
        ("return { memory = { ids = true } }", "memory.ids must be a text or an integer"),
        ("return { a = { b = { c = { d = { e = 1 } } } } }", "nested too deep"),
        ("return 5", "must return a table"),
        ("", "must return a table"),
        ("retur {", ":1: "),
        ("return { log = { level = os.getenv('HOME') } }", "'os'"),
        ("while true do end", "instructions"),
        ("local t = {} for i = 1, 300 do t['x' .. i] = i end return t", ""),
        ("\x1bLua", ""),
    ],
)
def test_a_file_that_can_not_be_is_refused_by_name(source, part, tmp_path):
    path = tmp_path / "settings.lua"
    path.write_text(source)
    result = suanpan("serve", "--config", path, cwd=tmp_path)
    assert result.returncode == 2
    assert part in result.stderr and "usage: suanpan serve" in result.stderr
    assert os.listdir(tmp_path) == ["settings.lua"], "nothing was made"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--config"], "--config needs a file"),
        (["--config", "nowhere.lua"], "nowhere.lua: No such file"),
        (["--waiting-max"], "--waiting-max needs a value"),
        (["--waiting-maximum", "1"], "--waiting-maximum"),
        (["serve"], 'what is "serve"?'),
        (["-x"], 'what is "-x"?'),
    ],
)
def test_a_flag_that_can_not_be_is_refused(arguments, part, tmp_path):
    result = suanpan("serve", *arguments, cwd=tmp_path)
    assert (result.returncode, part in result.stderr) == (2, True), result.stderr
    assert os.listdir(tmp_path) == []


def test_a_variable_of_the_environment_that_is_no_setting_is_refused(tmp_path):
    result = suanpan("serve", env={**clean_environment(), "SUANPAN_USAGE_AGE": "1 day"}, cwd=tmp_path)
    assert (result.returncode, "SUANPAN_USAGE_AGE, which is no setting" in result.stderr) == (2, True)


# ---- settings that must suit each other, or the folder ----


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"journal_segment": "3 MiB"}, "journal.segment must be a power of two"),
        ({"listen": "nonsense"}, "listen must be ADDRESS:PORT"),
        ({"listen": "127.0.0.1:65536"}, "listen must be ADDRESS:PORT"),
        ({"listen": "127.0.0.1"}, "listen must be ADDRESS:PORT"),
        ({"listen": "192.0.2.1:0"}, "not a loopback address"),
        ({"listen": "[::]:0"}, "not a loopback address"),
        ({"listen": "", "socket": "none"}, "nobody could reach the server"),
    ],
)
def test_what_can_not_be_leaves_a_folder_that_can_be_used(settings, part):
    with Server(start=False, **settings) as server:
        result = suanpan(*server.arguments())
        assert (result.returncode, part in result.stderr) == (2, True), result.stderr
        server.settings.update({name: {"journal_segment": "1 MiB", "listen": "127.0.0.1:0", "socket": None}[name] for name in settings})
        server.start()
        assert server.connect().call("ping")


def test_a_folder_keeps_its_segments_whatever_a_later_start_says():
    """Also where a batch, by default, would be larger than such a segment can take."""
    with Server() as server:
        for changes in ({"journal_segment": "4 MiB"}, {"journal_segment": None, "journal_batch": None}):
            server.stop()
            server.settings.update(changes)
            server.start()
            server.subscribe([f"n{place}" for place in range(3000)])
            assert "segment_bytes 1048576" in (server.data / "folder").read_text()


def test_listening_on_one_of_both_only():
    with Server(listen="") as server:
        assert server.address is None and server.connect().call("ping")
    with Server(socket="none") as server:
        assert not (server.data / "socket").exists() and server.connect(tcp=True).call("ping")
    with Server(listen="[::1]:0", start=False) as server:
        try:
            server.start()
        except RuntimeError:
            pytest.skip("this machine has no IPv6")
        assert server.address[0] == "[::1]"
    with Server(listen="localhost:0") as server:
        assert server.connect(tcp=True).call("ping")


def test_a_socket_of_another_server_is_left_to_it(tmp_path):
    """One that was left by a process that is gone is taken."""
    path = str(tmp_path / "shared")
    with Server(socket=path) as one, Server(socket=path, start=False) as other:
        second = suanpan(*other.arguments())
        assert (second.returncode, f"another process listens on {path}" in second.stderr) == (3, True), second.stderr
        assert Client(path).call("ping")
        one.kill()
        other.start()
        assert Client(path).call("ping")


def test_the_log_says_no_more_than_its_level():
    lines = {}
    for level in ("debug", "info", "error"):
        with Server(log_level=level) as server:
            server.stop()
            lines[level] = len(server.log_text().splitlines())
    assert lines["error"] == 0 < lines["info"] <= lines["debug"]
