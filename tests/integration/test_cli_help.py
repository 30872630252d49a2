"""suanpan help and version, and the reference pages that are made of the same tables."""

import json
import re

import pytest

from server import ROOT, clean_environment, suanpan

PAGES = [(page, language) for page in ("api", "commands", "settings", "language") for language in ("en", "zh")]


def methods():
    text = suanpan("help").stdout.split("Methods")[1]
    return re.findall(r"^  ([a-z_.]+) ", text, re.MULTILINE)


def commands():
    text = suanpan("help").stdout.split("Methods")[0]
    return re.findall(r"^  ([a-z]+) ", text, re.MULTILINE)


def test_every_command_has_help_and_knows_its_help_flag():
    assert {"serve", "rate", "call", "check", "test", "publish", "dump", "version", "help"} <= set(commands())
    for command in commands():
        result = suanpan("help", command)
        assert result.returncode == 0
        assert f"suanpan {command}" in result.stdout
        assert suanpan(command, "--help").stdout == result.stdout


@pytest.mark.parametrize("arguments", [("help",), ("help", "charge"), ("check", ROOT / "rules/catalogs/e6")])
def test_without_a_language_it_speaks_that_of_the_locale(arguments):
    def said(locale, *more):
        return suanpan(*arguments, *more, env=clean_environment() | {"LC_ALL": locale}).stdout

    assert said("zh_CN.UTF-8") == said("C.UTF-8", "--language", "zh") != said("C.UTF-8")
    assert said("zh_CN.UTF-8", "--language", "en") == said("C.UTF-8")


def test_a_method_that_is_taken_for_a_command_is_told_how_it_is_called():
    result = suanpan("balance.get", '["a1"]')
    assert result.returncode == 2
    assert "suanpan call balance.get" in result.stderr
    assert "there is no command" in suanpan("balances").stderr


def test_every_method_has_parameters_a_result_and_an_example():

    assert {"hello", "charge", "charge_batch", "history", "release.activate"} <= set(methods())
    for method in methods():
        text = suanpan("help", method).stdout
        assert "Parameters" in text and "Result" in text
        assert f"suanpan call {method}" in text
        assert "参数" in suanpan("help", method, "--language", "zh").stdout


def test_help_of_a_method_says_types_limits_and_codes():
    text = suanpan("help", "charge").stdout
    assert re.search(r"^  attempt +integer, 1 to 255 ", text, re.MULTILINE)
    assert re.search(r"^  id +identifier +required ", text, re.MULTILINE)
    assert re.search(r"^  BALANCE_TOO_LOW +refusal ", text, re.MULTILINE)


def test_the_examples_are_accepted_by_a_server(server):
    """Run one after the other they may be refused, but never for their form."""
    server.publish("rules/catalogs/fixed_line")
    formal = {"MALFORMED", "UNKNOWN_METHOD", "UNKNOWN_FIELD", "MISSING_FIELD", "WRONG_TYPE", "OUT_OF_RANGE", "NOT_UTF8"}
    for method in methods():
        example = suanpan("help", method).stdout.split("Example")[1]
        call = re.search(rf"suanpan call {re.escape(method)}(?: '(.*)')?", example)
        result = suanpan("call", method, *([call[1]] if call[1] else []), *server.to())
        assert result.stderr.split(":")[0] not in formal, (method, result.stderr)
        assert result.returncode in (0, 1)


def test_help_of_serve_lists_the_settings():
    text = suanpan("help", "serve").stdout
    assert re.search(r"^  --usage-age-max +400 days +duration", text, re.MULTILINE)


def test_an_unknown_name_is_a_wrong_call():
    assert suanpan("help", "nothing").returncode == 2
    assert suanpan("nothing").returncode == 2
    assert suanpan("help", "--reference", "nothing").returncode == 2


@pytest.mark.parametrize(("page", "language"), PAGES)
def test_the_reference_in_the_repository_is_up_to_date(page, language):
    """make docs writes it."""
    written = suanpan("help", "--reference", page, "--language", language).stdout
    assert (ROOT / f"docs/reference/{page}.{language}.md").read_text() == written


def test_version_names_the_program_and_its_parts():
    text = suanpan("version").stdout
    assert re.match(r"suanpan \d+\.\d+\.\d+\n", text)
    parts = json.loads(suanpan("version", "--json").stdout)
    assert set(parts) == {"suanpan", "language", "lua", "libuv", "lmdb", "msgpack-c", "jansson"}
    assert parts["lua"] == "5.4"
