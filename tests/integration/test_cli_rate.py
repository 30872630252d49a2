"""suanpan rate: the sample file of a switch, by zone, again, broken off, throttled, refused, malformed."""

import csv
import json
import random
import re
import socket
import subprocess
import threading
import time
from decimal import Decimal

import msgpack
import pytest

from server import ROOT, Server, binary, clean_environment, suanpan

CALLS = ROOT / "tests/data/calls-asterisk.csv"
EXPECTED = ROOT / "tests/data/calls-expected.csv"
LINES = [f"07715510{n:03}" for n in range(300)] + [f"07722820{n:03}" for n in range(200)]


def expected(scope):
    with EXPECTED.open() as file:
        return {
            row["id"]: (int(row["answered_calls"]), Decimal(row["charge_cny"]))
            for row in csv.DictReader(file)
            if row["scope"] == scope
        }


@pytest.fixture
def ready(server):
    """A server with the fixed-line catalog and the 500 lines of the sample."""
    server.publish("rules/catalogs/fixed_line")
    server.subscribe(LINES, package="fixed_line")
    return server


def rate(server, *options, file=CALLS):
    result = suanpan("rate", file, "--as", "asterisk", "--json", *options, *server.to())
    return result.returncode, json.loads(result.stdout) if result.stdout else None, result.stderr


def assert_sample(totals):
    """The whole sample was charged, to the fen."""
    assert (totals["records"], totals["charged"], totals["skipped"]) == (20000, 16390, 3610)
    assert totals["amount"] == "52214.05"
    zones = {zone: (row["count"], Decimal(row["amount"])) for zone, row in totals["by_zone"].items()}
    assert zones == expected("zone")


def row(number, src="07715510000", dst="02073241552", seconds=60, disposition="ANSWERED", start="2026-09-18 09:00:00"):
    """A row as Asterisk writes it."""
    return (
        f'"","{src}","{dst}","","","","","","","{start}","{start}","{start}","{seconds}","{seconds}",'
        f'"{disposition}","","{number}"\n'
    )


# ---- the sample ----


def test_the_sample_is_charged_to_the_fen_by_zone_and_by_subscription(ready):
    code, totals, _ = rate(ready)
    assert code == 0
    assert_sample(totals)
    assert (totals["duplicates"], totals["refused"], totals["failed"], totals["bad_rows"]) == (0, 0, 0, 0)
    assert totals["skipped_by_reason"] == {"BUSY": 1243, "FAILED": 1172, "NO ANSWER": 1195}
    assert totals["complete"] is True and totals["currency"] == "CNY" and totals["source"] == "calls-asterisk.csv"
    answers = ready.connect().call_all("balance.get", [{"account": line} for line in LINES])
    spent = {line: 5000 - Decimal(result["available"]) for line, (_, result) in zip(LINES, answers)}
    wanted = {line: amount for line, (_, amount) in expected("subscription").items()}
    assert {line: amount for line, amount in spent.items() if amount or line in wanted} == wanted


def test_rating_again_charges_nothing_and_says_so(ready):
    rate(ready)
    code, totals, _ = rate(ready)
    assert code == 0
    assert (totals["charged"], totals["amount"], totals["by_zone"]) == (0, "0.00", {})
    assert (totals["duplicates"], totals["duplicate_amount"]) == (16390, "52214.05")
    ready.restart()
    text = suanpan("rate", CALLS, "--as", "asterisk", *ready.to())
    assert text.returncode == 0
    assert "16,390 had been charged before (52,214.05 CNY): nothing was charged twice." in text.stdout


def test_prices_only_are_the_same_and_change_nothing(ready):
    code, totals, _ = rate(ready, "--price-only")
    assert code == 0
    assert (totals["priced"], totals["amount"]) == (16390, "52214.05")
    assert "charged" not in totals
    assert ready.connect().call("balance.get", [LINES[0]])["available"] == "5000.00"


def test_several_connections_and_few_in_flight_charge_the_same(ready):
    code, totals, _ = rate(ready, "--connections", 7, "--in-flight", 50)
    assert code == 0
    assert_sample(totals)


def test_another_source_name_is_another_file(ready):
    small = ready.folder / "small.csv"
    small.write_text(row("1.1"))
    assert rate(ready, file=small)[1]["charged"] == 1
    assert rate(ready, file=small)[1]["duplicates"] == 1
    assert rate(ready, "--source", "monday", file=small)[1]["charged"] == 1


# ---- broken off ----


def rate_while_killed(server, file, *options):
    """The totals of a sender whose server is killed four times, and what it said meanwhile."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    command = [binary(), "rate", str(file), "--as", "asterisk", "--json", "--in-flight", "700", *options]
    sender = subprocess.Popen(
        command + server.to(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment()
    )
    output = {}
    reader = threading.Thread(target=lambda: output.update(zip(("out", "err"), sender.communicate(timeout=300))))
    reader.start()
    for _ in range(4):
        time.sleep(chance.uniform(0.1, 0.4))
        server.kill()
        time.sleep(chance.uniform(0, 0.2))
        server.start()
    reader.join()
    assert sender.returncode == 0, output["err"]
    return json.loads(output["out"]), output["err"]


def test_totals_are_exact_when_the_server_is_killed_again_and_again(ready):
    """A killed server is started again; the sender says so, goes on, and counts everything once."""
    totals, said = rate_while_killed(ready, CALLS, "--rate", "12000")
    assert_sample(totals)
    assert totals["duplicates"] == 0
    assert b"connected again" in said
    code, again, _ = rate(ready)
    assert (code, again["duplicates"], again["duplicate_amount"]) == (0, 16390, "52214.05")


def test_records_that_are_in_the_file_twice_are_duplicates_also_when_the_server_is_killed(ready):
    twice = ready.folder / "twice.csv"
    lines = CALLS.read_text().splitlines(keepends=True)
    twice.write_text("".join(line for start in range(0, 20000, 50) for line in 2 * lines[start : start + 50]))
    totals, _ = rate_while_killed(ready, twice, "--rate", "24000")
    assert (totals["charged"], totals["amount"]) == (16390, "52214.05")
    assert (totals["duplicates"], totals["duplicate_amount"]) == (16390, "52214.05")


def answer_two(listener):
    """A server that takes two requests, breaks off, and then answers the second of them first."""

    def requests(connection, count):
        unpacker = msgpack.Unpacker(raw=False)
        while count:
            unpacker.feed(connection.recv(65536))
            for request in unpacker:
                count -= 1
                yield request

    def answer(connection, request, result):
        connection.sendall(msgpack.packb([1, request[1], None, result]))

    charge = {"outcome": "charged", "amount": "1.00", "currency": "CNY", "charge": "0:4096:0"}
    connection, _ = listener.accept()
    for request in requests(connection, 1):
        answer(connection, request, {"journal": {"decided": 4096}})
    assert len(list(requests(connection, 2))) == 2
    connection.close()
    connection, _ = listener.accept()
    first, second = requests(connection, 2)
    answer(connection, second, {**charge, "repeat": True})
    answer(connection, first, {**charge, "repeat": False})
    while connection.recv(65536):
        pass
    connection.close()


def test_a_repeat_that_is_answered_before_its_charge_counts_once(tmp_path):
    """Both are sent again, so that the repeat may be the charge whose answer was lost."""
    file = tmp_path / "twice.csv"
    file.write_text(2 * row("1.1"))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        listener.listen()
        server = threading.Thread(target=answer_two, args=[listener])
        server.start()
        result = suanpan("rate", file, "--as", "asterisk", "--json", "--to", tmp_path / "socket")
        server.join()
    totals = json.loads(result.stdout)
    assert (totals["charged"], totals["amount"]) == (1, "1.00")
    assert (totals["duplicates"], totals["duplicate_amount"]) == (1, "1.00")


def test_it_gives_up_when_nobody_answers_for_long(ready):
    command = [binary(), "rate", str(CALLS), "--as", "asterisk", "--json", "--rate", "2000", "--patience", "1"]
    sender = subprocess.Popen(
        command + ready.to(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment()
    )
    time.sleep(0.5)
    ready.kill()
    out, err = sender.communicate(timeout=300)
    assert sender.returncode == 3
    assert json.loads(out)["complete"] is False
    assert b"gave up" in err
    ready.start()
    first = json.loads(out)["charged"]
    code, rest, _ = rate(ready)
    assert code == 0
    assert rest["duplicates"] + rest["charged"] == 16390 and rest["duplicates"] >= first


def test_a_server_that_is_not_there_is_code_3(tmp_path):
    result = suanpan("rate", CALLS, "--as", "asterisk", "--to", tmp_path / "nobody")
    assert result.returncode == 3
    assert "no server answers" in result.stderr


def test_the_throttle_holds(ready):
    small = ready.folder / "small.csv"
    small.write_text("".join(row(f"{n}.1") for n in range(300)))
    _, totals, _ = rate(ready, "--rate", 300, file=small)
    assert totals["charged"] == 300
    assert totals["seconds"] > 0.8


# ---- refused, malformed ----


def test_refusals_are_counted_by_code_and_can_be_decided_anew(ready):
    small = ready.folder / "small.csv"
    small.write_text(row("1.1", src="07799990000") + row("2.2", src="07799990000") + row("3.3", dst="00999123"))
    code, totals, _ = rate(ready, file=small)
    assert code == 1
    assert (totals["refused"], totals["charged"]) == (3, 0)
    assert {name: value["count"] for name, value in totals["refused_by_code"].items()} == {
        "NO_PRICE": 1,
        "UNKNOWN_SUBSCRIPTION": 2,
    }
    assert totals["refused_by_code"]["UNKNOWN_SUBSCRIPTION"]["line"] == 1
    ready.subscribe(["07799990000"], package="fixed_line")
    assert rate(ready, file=small)[1]["refused"] == 3
    code, totals, _ = rate(ready, "--attempt", 2, file=small)
    assert (totals["charged"], totals["refused"]) == (2, 1)


def test_bad_rows_are_named_with_line_and_column_and_the_others_are_charged(ready):
    small = ready.folder / "small.csv"
    small.write_text(
        row("1.1")
        + 'a,b"c,d\n'
        + row("2.2", seconds="six")
        + row("3.3", start="yesterday")
        + row("4.4")
        + "too,few\n"
    )
    code, totals, _ = rate(ready, file=small)
    assert code == 1
    assert (totals["charged"], totals["bad_rows"], totals["records"]) == (2, 4, 6)
    problems = {problem["line"]: problem for problem in totals["problems"]}
    assert set(problems) == {2, 3, 4, 6}
    assert problems[3]["name"] == "billsec" and problems[3]["column"] > 0
    text = suanpan("rate", small, "--as", "asterisk", *ready.to())
    assert f"{small}:3:" in text.stdout
    chinese = suanpan("rate", small, "--as", "asterisk", "--language", "zh", *ready.to()).stdout
    for sentence in ("不以引号开头的字段中有引号", "此处应为不小于 0 的整数", "此处应为形如 YYYY-MM-DD hh:mm:ss 的时间", "这一行有 2 个字段，而列有 17 个"):
        assert sentence in chinese


def test_an_id_that_is_too_long_is_a_bad_row_and_a_source_that_is_too_long_is_refused(ready):
    small = ready.folder / "small.csv"
    small.write_text(row("1." + "1" * 60) + row("2.2"))
    code, totals, _ = rate(ready, file=small)
    assert (code, totals["bad_rows"], totals["charged"]) == (1, 1, 1)
    assert "--source" in totals["problems"][0]["say"]
    result = suanpan("rate", small, "--as", "asterisk", "--source", "x" * 63, *ready.to())
    assert result.returncode == 2
    assert "--source" in result.stderr


def test_an_id_with_other_content_is_a_failure_that_is_named(ready):
    small = ready.folder / "small.csv"
    small.write_text(row("1.1", seconds=60))
    rate(ready, file=small)
    small.write_text(row("1.1", seconds=61))
    code, totals, _ = rate(ready, file=small)
    assert code == 1
    assert totals["failed_by_code"]["ID_CONFLICT"]["count"] == 1


def test_an_empty_file_is_done_at_once(ready):
    empty = ready.folder / "empty.csv"
    empty.write_text("")
    code, totals, _ = rate(ready, file=empty)
    assert (code, totals["records"], totals["amount"]) == (0, 0, "0.00")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["rate", "x.csv"], 2, "--as"),
        (["rate", "--as", "asterisk"], 2, "usage"),
        (["rate", "/nowhere.csv", "--as", "asterisk"], 3, "/nowhere.csv"),
        (["rate", CALLS, "--as", "nothing"], 3, "asterisk"),
        (["rate", CALLS, "--as", "asterisk", "--in-flight", "0"], 2, "--in-flight"),
        (["rate", "/tmp", "--as", "asterisk"], 2, "is not a file"),
    ],
)
def test_wrong_calls_are_explained(arguments, code, said):
    result = suanpan(*arguments)
    assert result.returncode == code
    assert said in result.stderr


def test_a_layout_of_ones_own_needs_no_program(ready):
    layout = ready.folder / "mine.lua"
    layout.write_text(
        """
layout "mine" {
    separator = ";",
    header = true,
    columns = { "who", "whom", "when", "how_long", "number" },
    time = "YYYY-MM-DD hh:mm:ss",
    event = { id = column "number", service = "voice", from = column "who", to = column "whom",
              at = column "when", seconds = column "how_long" },
}
"""
    )
    calls = ready.folder / "mine.csv"
    calls.write_text("number;who;whom;when;how_long\n7;07715510000;02073241552;2026-09-18 09:00:00;60\n")
    result = suanpan("rate", calls, "--as", layout, "--json", *ready.to())
    assert result.returncode == 0, result.stderr
    totals = json.loads(result.stdout)
    assert (totals["charged"], totals["amount"]) == (1, "0.70")


def test_a_layout_with_an_error_is_shown_with_its_line(ready):
    layout = ready.folder / "bad.lua"
    layout.write_text('layout "bad" {\n    colums = {},\n}\n')
    result = suanpan("rate", CALLS, "--as", layout, *ready.to())
    assert result.returncode == 1
    assert "bad.lua:" in result.stderr


def test_progress_is_json_lines_on_standard_error(ready):
    _, _, err = rate(ready, "--rate", 9000)
    lines = [json.loads(line) for line in err.splitlines()]
    assert len(lines) >= 2
    assert lines[-1]["progress"]["done"] == lines[-1]["progress"]["total"] == CALLS.stat().st_size


def test_the_table_is_also_there_in_chinese(ready):
    result = suanpan("rate", CALLS, "--as", "asterisk", "--language", "zh", *ready.to())
    assert result.returncode == 0
    assert "已计费" in result.stdout and "52,214.05" in result.stdout


def test_why_a_record_is_refused_is_said_in_the_language_asked_for(ready):
    small = ready.folder / "nobody.csv"
    small.write_text(row("1.2", src="07719999999"))
    for language, sentence in (("en", "nobody held service id"), ("zh", "业务接入号")):
        result = suanpan("rate", small, "--as", "asterisk", "--price-only", "--language", language, *ready.to())
        assert result.returncode == 1
        assert sentence in result.stdout


def test_a_small_file_has_a_speed_too(ready):
    small = ready.folder / "quick.csv"
    small.write_text(row("1.3"))
    result = suanpan("rate", small, "--as", "asterisk", "--price-only", *ready.to())
    assert re.search(r"^  1 record in \d+\.\d\d s: [1-9][0-9,]* a second\.$", result.stdout, re.MULTILINE)


def test_a_server_with_no_room_for_connections_is_tried_again():
    with Server(connections_max=1) as server:
        holder = server.connect()
        holder.call("ping")
        sender = subprocess.Popen(
            [binary(), "rate", str(CALLS), "--as", "asterisk", "--price-only", "--patience", "1", *server.to()],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean_environment(),
        )
        _, err = sender.communicate(timeout=300)
        assert sender.returncode == 3
        assert b"OVERLOADED" in err
