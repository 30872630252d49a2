"""suanpan call: any method, answers as JSON, many lines at once."""

import json
import os
import subprocess

import pytest

from server import Server, binary, clean_environment, suanpan


def test_the_answer_is_one_line_of_json_in_a_pipe(server):
    result = suanpan("call", "hello", *server.to())
    assert result.returncode == 0
    assert result.stdout.count("\n") == 1
    assert json.loads(result.stdout)["server"] == "suanpan"


def test_over_tcp_the_socket_and_the_folder_it_is_the_same_server(server):
    server.subscribe(["1001"], balance="1.00")
    for to in (server.to(), server.to(tcp=True), ["--to", server.data]):
        result = suanpan("call", "balance.get", '["1001"]', *to)
        assert json.loads(result.stdout)["available"] == "1.00"


def test_without_to_it_finds_the_data_folder_here_or_of_the_environment(server):
    environment = clean_environment()
    (server.folder / "suanpan-data").symlink_to(server.data)
    assert suanpan("call", "ping", cwd=server.folder, env=environment).returncode == 0
    assert suanpan("call", "ping", env={**environment, "SUANPAN_DATA": str(server.data)}).returncode == 0


def test_parameters_come_from_standard_input_too(server):
    result = suanpan("call", "customer.put", "-", *server.to(), input='{"customer": "张三", "segment": "public"}')
    assert result.returncode == 0
    got = suanpan("call", "customer.get", '["张三"]', *server.to())
    assert '"张三"' in got.stdout


def test_integers_are_exact(server):
    big = (1 << 63) - 1
    facts = json.dumps({"customer": "c", "facts": {"most": big, "least": -big - 1}})
    assert suanpan("call", "customer.put", facts, *server.to()).returncode == 0
    got = json.loads(suanpan("call", "customer.get", '["c"]', *server.to()).stdout)
    assert got["facts"] == {"most": big, "least": -big - 1}


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ('{"amount": 12.50}', 'amount is a number with a decimal point or an exponent, which is not exact: send money as text'),
        ('{"items": [{"a": {"b": 1e3}}]}', "items[0].a.b is a number"),
        ('{"a": 1, "a": 2}', "this is not JSON"),
        ("{", "this is not JSON"),
        ('"text"', "parameters are a JSON object"),
        ("99999999999999999999", "this is not JSON"),
        ('{"bundle": {"$bytes": "not base64!"}}', "bundle is not base64"),
    ],
)
def test_what_is_not_exact_or_not_json_is_refused_before_it_is_sent(parameters, said):
    result = suanpan("call", "balance.topup", parameters, "--to", "127.0.0.1:1")
    assert result.returncode == 2
    assert said in result.stderr


def test_an_error_goes_to_standard_error_with_code_1(server):
    result = suanpan("call", "balance.get", '["nobody"]', *server.to())
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("NOT_FOUND: ")
    assert suanpan("call", "no.such.method", *server.to()).stderr.startswith("UNKNOWN_METHOD")


def test_a_refusal_is_an_answer_with_code_1(server):
    server.publish("rules/catalogs/fixed_line")
    event = {"id": "1", "service_id": "nobody", "service": "voice", "to": "110", "at": 1789000000000, "seconds": 1}
    result = suanpan("call", "charge", json.dumps(event), *server.to())
    assert result.returncode == 1
    assert json.loads(result.stdout)["code"] == "UNKNOWN_SUBSCRIPTION"


def test_no_server_is_code_3(tmp_path):
    for to in ("127.0.0.1:1", tmp_path / "socket", tmp_path):
        result = suanpan("call", "ping", "--to", to)
        assert result.returncode == 3
        assert "no server answers" in result.stderr


def test_what_is_no_server_of_ours_is_code_3():
    """Something that answers, but not in MessagePack-RPC."""
    import socket
    import threading

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            connection, _ = listener.accept()
            connection.recv(100)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        result = suanpan("call", "ping", "--to", "127.0.0.1:%d" % listener.getsockname()[1])
        thread.join()
    assert result.returncode == 3
    assert "does not speak MessagePack-RPC" in result.stderr


def test_on_a_terminal_the_answer_is_indented(server):
    leader, follower = os.openpty()
    process = subprocess.Popen([binary(), "call", "ping", *server.to()], stdout=follower, env=clean_environment())
    assert process.wait(30) == 0
    os.close(follower)
    shown = os.read(leader, 4096).decode()
    os.close(leader)
    assert shown.startswith("{\r\n  ")


# ---- lines ----


def test_answers_come_in_the_order_of_the_lines(server):
    names = [f"c{n}" for n in range(3000)]
    lines = "".join(f'customer.put {{"customer": "{name}"}}\n' for name in names)
    assert suanpan("call", "--lines", "-", *server.to(), input=lines).returncode == 0
    lines = "# read them back\n\n" + "".join(f'customer.get ["{name}"]\n' for name in names)
    result = suanpan("call", "--lines", "-", "--in-flight", 700, *server.to(), input=lines)
    assert result.returncode == 0
    assert [json.loads(line)["customer"] for line in result.stdout.splitlines()] == names


def test_a_line_that_fails_is_an_error_in_its_place_and_the_others_go_on(server, tmp_path):
    file = tmp_path / "calls"
    file.write_text('ping\nbalance.get ["nobody"]\nping {"a": 1.5}\nping {\n  ping  \n')
    result = suanpan("call", "--lines", file, *server.to())
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 1
    assert ["error" in answer for answer in answers] == [False, True, True, True, False]
    quiet = suanpan("call", "--lines", file, "--quiet", *server.to())
    assert quiet.stdout == "5 calls: 2 done, 0 refused, 3 errors\n"
    assert {line.split(":")[0] for line in quiet.stderr.splitlines()} == {"line 2", "line 3", "line 4"}


def test_a_server_that_dies_half_way_is_said_with_code_3(server):
    process = subprocess.Popen(
        [binary(), "call", "--lines", "-", "--quiet", *server.to()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean_environment(),
    )
    process.stdin.write(b"ping\n" * 5000)
    process.stdin.flush()
    server.wait_until(lambda: server.connect().call("stats")["calls"]["calls"] > 1000)
    server.kill()
    try:
        process.stdin.write(b"ping\n" * 5000)
        process.stdin.close()
    except BrokenPipeError:
        pass
    process.stdin = None
    _, err = process.communicate(timeout=300)
    assert process.returncode == 3
    assert b"lines were answered" in err


@pytest.mark.parametrize("arguments", [[], ["ping", "{}", "{}"], ["ping", "--lines", "x"], ["ping", "--what"]])
def test_wrong_calls_show_the_usage(arguments):
    result = suanpan("call", *arguments)
    assert result.returncode == 2
    assert "usage: suanpan call" in result.stderr


def test_a_client_may_ask_for_errors_with_details_without_breaking_others():
    with Server() as server:
        client = server.connect()
        client.call("hello", details=True, language="zh")
        error, _ = client.ask("balance.get", ["nobody"])
        assert error["code"] == "NOT_FOUND"
        assert suanpan("call", "balance.get", '["nobody"]', *server.to()).stderr.startswith("NOT_FOUND: there is")
