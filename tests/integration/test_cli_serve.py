"""suanpan serve, as a person starts and stops it."""

import signal

from server import Server, binary, suanpan


def test_a_server_starts_with_no_configuration_and_stops_with_code_0(server):
    assert [line.split()[0] for line in server.lines] == ["listening", "listening", "ready;"]
    assert server.connect(tcp=True).call("hello")["server"] == "suanpan"
    assert server.stop() == 0


def test_what_was_put_is_there_after_a_stop_and_after_a_kill(server):
    server.subscribe(["1001"], balance="12.50")
    for end in (server.stop, server.kill):
        end()
        server.start()
        assert server.connect().call("balance.get", ["1001"])["available"] == "12.50"


def test_a_data_folder_in_use_is_refused_with_its_name(server):
    second = suanpan(*server.arguments())
    assert second.returncode == 3
    assert str(server.data) in second.stderr


def test_an_unknown_setting_names_the_nearest_one():
    result = suanpan("serve", "--usage-age-maximum", "1 year")
    assert result.returncode == 2
    assert "usage" in result.stderr


def test_an_address_that_is_not_loopback_is_refused(tmp_path):
    result = suanpan("serve", "--data", tmp_path / "data", "--listen", "0.0.0.0:0")
    assert result.returncode != 0
    assert "0.0.0.0" in result.stderr


def test_a_socket_whose_path_is_too_long_is_refused_with_what_to_do(tmp_path):
    data = tmp_path / ("d" * 110)
    arguments = ["serve", "--data", data, "--listen", "127.0.0.1:0", "--journal-segment", "1 MiB", "--disk-reserve", "1 MiB"]
    result = suanpan(*arguments)
    assert result.returncode == 2
    for part in (f"{data}/socket", "107", "--socket PATH", "shorter"):
        assert part in result.stderr
    assert "Traceback" not in result.stderr and len(result.stderr.splitlines()) <= 2


def test_a_file_that_is_no_socket_is_left_alone(tmp_path):
    file = tmp_path / "letters.txt"
    file.write_text("mine")
    arguments = ["serve", "--data", tmp_path / "data", "--listen", "", "--journal-segment", "1 MiB", "--disk-reserve", "1 MiB"]
    result = suanpan(*arguments, "--socket", file)
    assert result.returncode != 0
    assert str(file) in result.stderr
    assert file.read_text() == "mine"


def test_interrupt_stops_it_cleanly(server):
    process = server.process
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert binary()


def test_two_servers_run_side_by_side():
    with Server() as one, Server() as two:
        one.subscribe(["1"], balance=None)
        error, _ = two.connect().ask("account.get", ["1"])
        assert error.startswith("NOT_FOUND")
