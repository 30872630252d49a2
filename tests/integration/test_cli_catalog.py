"""suanpan check, test, publish: a catalog folder from its errors to its being in force."""

import json
import re
import shutil
import xml.etree.ElementTree

import pytest

from server import ROOT, suanpan

CATALOG = ROOT / "rules/catalogs/fixed_line"


@pytest.fixture
def folder(tmp_path):
    """A copy of the stock catalog, to be spoilt."""
    return shutil.copytree(CATALOG, tmp_path / "catalog")


def spoil(folder, file, old, new):
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_stock_catalogs_have_no_errors_and_pass_their_tests():
    for catalog in sorted((ROOT / "rules/catalogs").iterdir()):
        assert suanpan("check", catalog).returncode == 0, catalog
        result = suanpan("test", catalog, "--json")
        report = json.loads(result.stdout)
        assert (result.returncode, report["failed"]) == (0, 0), catalog
        assert report["passed"] > 0


def test_an_error_is_shown_with_file_line_and_fix_in_both_languages(folder):
    spoil(folder, "packages/standard.lua", 'step = "60 s", price = "0.11"', 'stp = "60 s", price = "0.11"')
    result = suanpan("check", folder)
    assert result.returncode == 1
    assert "packages/standard.lua:" in result.stdout and "error" in result.stdout
    chinese = suanpan("check", folder, "--language", "zh")
    assert "错误" in chinese.stdout and chinese.stdout != result.stdout
    report = json.loads(suanpan("check", folder, "--json").stdout)
    assert report["errors"] >= 1
    finding = next(one for one in report["findings"] if one["severity"] == "error")
    assert finding["file"] == "packages/standard.lua" and finding["line"] > 0
    assert finding["say"]["en"] and finding["say"]["zh"]


def findings_of(folder):
    return json.loads(suanpan("check", folder, "--json").stdout)["findings"]


def test_the_exit_code_is_by_the_severity_that_was_asked_for(folder):
    def codes():
        return [suanpan("check", folder, *options).returncode for options in ([], *(["--fail-on", name] for name in ("error", "warning", "note")))]

    assert codes() == [0, 0, 0, 0]
    for test in folder.rglob("*_test.lua"):
        test.unlink()
    assert [one["severity"] for one in findings_of(folder)] == ["note"]
    assert codes() == [0, 0, 0, 1]
    (folder / "more.lua").write_text('texts "en" { unused = "x" }\ntexts "zh" { unused = "x" }\n')
    assert {one["severity"] for one in findings_of(folder)} == {"note", "warning"}
    assert codes() == [0, 0, 1, 1]
    (folder / "more.lua").write_text("nothing()")
    assert codes() == [1, 1, 1, 1]
    result = suanpan("check", folder, "--fail-on", "anything")
    assert (result.returncode, "error, warning or note" in result.stderr) == (2, True)


SCRIPTS = sorted(path.relative_to(ROOT / "rules/catalogs") for path in (ROOT / "rules/catalogs").rglob("*.lua"))


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_a_script_that_fails_is_one_finding_whatever_it_would_have_declared(tmp_path, script):
    """Nothing of the others is called missing, unused or unpriced because of it; neither at its beginning, nor in the midst, nor at its end."""
    folder = shutil.copytree(ROOT / "rules/catalogs" / script.parts[0], tmp_path / "catalog")
    path = folder.joinpath(*script.parts[1:])
    text = path.read_text(encoding="utf-8")
    for broken in ("local x = nil + 1\n" + text, text + "\nlocal x = nil + 1\n", "x = = 1\n" + text, text[: text.rindex("}")]):
        path.write_text(broken, encoding="utf-8")
        (finding,) = findings_of(folder)
        assert finding["rule"] in ("script_failed", "syntax"), broken
        assert finding["file"] == "/".join(script.parts[1:])
    place = next(end for end in reversed([found.end() for found in re.finditer(" = ", text)]) if "local " not in text[:end].rpartition("\n")[2])
    middle = text[:place] + "nil + " + text[place:]  # a local one may stand in a function, which does not run
    path.write_text(middle, encoding="utf-8")
    assert [one["rule"] for one in findings_of(folder)] == ["script_failed"], middle


def test_a_script_that_fails_hides_nothing_of_the_others(folder):
    spoil(folder, "calendars.lua", 'calendar "domestic"', 'local x = nil + 1\ncalendar "domestic"')
    spoil(folder, "packages/standard.lua", 'price = "0.11"', "price = 0.11")
    spoil(folder, "packages/standard.lua", 'zone = "local"', 'zone = "lokal"')
    (folder / "more.lua").write_text('plan "other" { base = "nobody" }\n')
    found = {(one["file"], one["rule"]) for one in findings_of(folder)}
    assert found >= {
        ("calendars.lua", "script_failed"),
        ("packages/standard.lua", "float_for_decimal"),
        ("packages/standard.lua", "unknown_name"),
        ("more.lua", "unknown_name"),
        ("more.lua", "missing_text"),
    }
    (other,) = [one for one in findings_of(folder) if one["file"] == "more.lua" and one["rule"] == "unknown_name"]
    assert "nobody" in other["say"]["en"]


def test_a_name_is_not_called_unknown_while_a_script_that_failed_may_declare_it(folder):
    (folder / "more.lua").write_text('plan "other" { base = "nobody" }\nlocal function ask(c) return tables.shares { to = c.to } end\n')
    everything = 'package(name) { kind = } table(name) { file = }'
    for maybe, known in (
        ('package "nobody" { kind = } table "shares" {', True),
        (everything, True),
        ('package "nobody" { kind = }', False),
        ('package "somebody" { kind = } table "shares" {', False),
    ):
        (folder / "half.lua").write_text(maybe)
        names = [one for one in findings_of(folder) if one["rule"] == "unknown_name"]
        assert (names == []) is known, maybe


def test_a_failed_test_says_what_was_expected_and_what_came(folder):
    spoil(folder, "packages/standard.lua", 'price = "0.22"', 'price = "0.23"')
    result = suanpan("test", folder)
    assert result.returncode == 1
    assert "0.22" in result.stdout and "0.23" in result.stdout


def test_the_filter_runs_some_tests_only():
    every = json.loads(suanpan("test", CATALOG, "--json").stdout)
    some = json.loads(suanpan("test", CATALOG, "--json", "--filter", "night").stdout)
    assert 0 < some["passed"] < every["passed"]
    assert some["passed"] + some["left_out"] == every["passed"]
    assert all("night" in test["name"] or "night" in test["file"] for test in some["tests"])
    none = suanpan("test", CATALOG, "--filter", "nihgt")
    assert (none.returncode, none.stderr) == (1, 'suanpan: no test has "nihgt" in its name or file\n')


def test_junit_has_every_test_and_every_failure(folder, tmp_path):
    spoil(folder, "packages/standard.lua", 'price = "0.22"', 'price = "0.23"')
    file = tmp_path / "junit.xml"
    report = json.loads(suanpan("test", folder, "--json", "--junit", file).stdout)
    suites = xml.etree.ElementTree.parse(file).getroot()
    assert len(suites.findall(".//testcase")) == report["passed"] + report["failed"]
    assert len(suites.findall(".//failure")) == report["failed"] > 0
    assert suites.get("failures") == str(report["failed"])


def test_all_reports_say_the_same_of_what_the_tests_covered(tmp_path):
    """One test of each catalog, so that much is not covered; and all of them."""
    for catalog in sorted((ROOT / "rules/catalogs").iterdir()):
        for chosen in ([], ["--filter", json.loads(suanpan("test", catalog, "--json").stdout)["tests"][0]["name"]]):
            file = tmp_path / "junit.xml"
            coverage = json.loads(suanpan("test", catalog, *chosen, "--json", "--junit", file).stdout)["coverage"]
            missing = {(one["kind"], one["name"]) for one in coverage if one["hits"] == 0}
            assert (missing == set()) or chosen, (catalog, missing)
            properties = [(one.get("name"), one.get("value")) for one in xml.etree.ElementTree.parse(file).getroot().iter("property")]
            assert {(name[: -len(".uncovered")], value) for name, value in properties if name.endswith(".uncovered")} == missing
            kinds = list(dict.fromkeys(one["kind"] for one in coverage))
            shares = [value for name, value in properties if not name.endswith(".uncovered")]
            assert [name for name, _ in properties if not name.endswith(".uncovered")] == kinds
            text = suanpan("test", catalog, *chosen).stdout
            lines = re.findall(r"^.* covered: (\d+) of (\d+)(?:; not: (.*))?$", text, re.MULTILINE)
            assert [f"{covered}/{count}" for covered, count, _ in lines] == shares
            shown = {name for *_, names in lines for name in re.sub(r" … \(\+\d+\)$", "", names).split(", ") if name}
            assert shown <= {name for _, name in missing} and len(shown) >= min(50, len(missing)) - len(kinds)


def test_publishing_keeps_and_activating_puts_in_force(server):
    kept = suanpan("publish", CATALOG, "--by", "li", *server.to())
    assert kept.returncode == 0
    assert "not in force" in kept.stdout
    client = server.connect()
    (release,) = client.call("release.list")["releases"]
    assert (release["by"], release["active"]) == ("li", False)
    assert release["release"] in kept.stdout
    forced = suanpan("publish", CATALOG, "--activate", "--json", *server.to())
    assert json.loads(forced.stdout)["active"] is True
    assert client.call("hello")["release"] == release["release"]
    assert "It is in force." in suanpan("publish", CATALOG, *server.to()).stdout


def test_publishing_speaks_the_language_asked_for(server):
    kept = suanpan("publish", CATALOG, "--language", "zh", *server.to())
    assert kept.stdout.splitlines()[0].startswith("fixed_line：没有错误，") and "尚未生效" in kept.stdout
    assert "已生效" in suanpan("publish", CATALOG, "--activate", "--language", "zh", *server.to()).stdout


def test_a_catalog_with_an_error_or_a_failed_test_is_not_published(server, folder):

    spoil(folder, "packages/standard.lua", 'price = "0.22"', 'price = "0.23"')
    result = suanpan("publish", folder, "--activate", *server.to())
    assert result.returncode == 1
    assert "is not published" in result.stderr and "0.23" in result.stderr
    spoil(folder, "packages/standard.lua", 'price = "0.23"', "price = 0.23")
    assert suanpan("publish", folder, "--activate", *server.to()).returncode == 1
    assert server.connect().call("release.list")["releases"] == []


def test_a_release_survives_a_restart(server):
    release = server.publish("rules/catalogs/fixed_line")
    server.restart()
    assert server.connect().call("hello")["release"] == release


@pytest.mark.parametrize("command", ["check", "test", "publish"])
def test_a_folder_that_is_not_there_is_code_3_and_named(command):
    result = suanpan(command, "/no/such/folder")
    assert result.returncode == 3
    assert "/no/such/folder" in result.stderr


def test_no_server_is_code_3():
    assert suanpan("publish", CATALOG, "--to", "127.0.0.1:1").returncode == 3
