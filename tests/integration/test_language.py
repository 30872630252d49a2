"""The reference of the rule language: complete, the same in both languages, and every example of it works."""

import json
import re

import pytest

from server import ROOT, suanpan

LANGUAGES = ("en", "zh")
SOURCES = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").glob("*.c")))


def page(language):
    result = suanpan("help", "--reference", "language", "--language", language)
    assert result.returncode == 0, result.stderr
    return result.stdout


def files_of(text):
    """{path: content} of the blocks that are files."""
    return {path: content for path, content in re.findall(r"^```\w+ file=(\S+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)}


def words():
    """All words of the language: what the list says."""
    return re.findall(r"^  ([a-z]+) ", suanpan("help", "language").stdout, re.MULTILINE)


def rules():
    """All rules of the checker: those that messages.lua and what it takes in words, and those that C does."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules/lib").glob("messages*.lua")))
    return set(re.findall(r"^messages\.(\w+) =", text, re.MULTILINE)) | set(
        re.findall(r'\.rule = TEXT\("(\w+)"\)', SOURCES) + re.findall(r'struct wording \w+ = \{ "(\w+)"', SOURCES)
    )


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    """A folder with all the examples of the page."""
    folder = tmp_path_factory.mktemp("willow")
    for path, content in files_of(page("en")).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    return folder


def without_layout(catalog, tmp_path):
    """The catalog's own files: layouts stand apart from it."""
    folder = tmp_path / "catalog"
    for path in catalog.rglob("*.*"):
        target = folder / path.relative_to(catalog)
        if path.name not in ("switch.lua", "calls.csv"):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return folder


def test_the_examples_are_one_catalog_without_any_finding_and_pass_their_own_tests(catalog, tmp_path):
    folder = without_layout(catalog, tmp_path)
    checked = json.loads(suanpan("check", folder, "--json").stdout)
    assert checked["findings"] == []
    tested = json.loads(suanpan("test", folder, "--json").stdout)
    assert tested["failed"] == 0, [test for test in tested["tests"] if not test["passed"]]
    assert tested["passed"] == 22


def test_the_example_of_a_layout_reads_the_example_of_a_file(server, catalog, tmp_path):
    server.publish(without_layout(catalog, tmp_path))
    server.subscribe(["07715510000"], package="home", product="line")
    result = suanpan("rate", catalog / "calls.csv", "--as", catalog / "switch.lua", "--json", *server.to())
    totals = json.loads(result.stdout)
    assert (result.returncode, totals["charged"], totals["skipped_by_reason"]) == (0, 1, {"19": 1})
    (entry, *_) = server.connect().call("history", account="07715510000")["entries"]
    assert (entry["answer"]["amount"], entry["answer"]["lines"][0]["parts"][0]["units"]) == ("0.30", 2)


def test_the_example_of_functions_prices_as_it_says(server, catalog, tmp_path):
    server.publish(without_layout(catalog, tmp_path))
    server.subscribe(["1"], package="messages", product="line")

    def price(at, items, **attributes):
        event = {"service_id": "1", "service": "sms", "to": "13800138000", "at": at, "items": items, "with": attributes}
        return server.connect().call("rate", event)["amount"]

    assert price("2026-09-18T12:00:00+08:00", 3) == "0.30"
    assert price("2026-09-20T12:00:00+08:00", 3) == "0.24"
    assert price("2026-09-18T12:00:00+08:00", 100, kind="bulk") == "5.00"
    assert price("2026-09-18T12:00:00+08:00", 99, kind="bulk") == "9.90"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_every_word_and_every_finding(language):
    text = page(language)
    for word in words():
        assert f"\n### {word}\n" in text, word
    for rule in rules():
        assert len(re.findall(rf"^\| `{rule}` \|(?:[^|]+\|){{3}}$", text, re.MULTILINE)) == 1, rule
    assert len(words()) > 12 and len(rules()) > 60


def test_both_languages_have_the_same_words_fields_files_and_findings():
    def bones(text):
        return re.findall(r"^\| (`.*?`) \|", text.split("\n## ", 1)[1], re.MULTILINE), files_of(text)

    assert bones(page("en")) == bones(page("zh"))


def test_the_page_has_every_name_that_the_sandbox_lets_a_script_reach():
    text = page("en")
    for line in (ROOT / "tests/golden/sandbox_reachable.txt").read_text().splitlines():
        name = line.split()[0]
        if name in words() or name in ("string", "math"):
            continue
        shown = name.replace("(text):", "string.").replace("(money)", "m")
        assert f"`{shown}" in text or f" {shown}(" in text or f", {shown}(" in text, name


def test_the_page_has_every_field_of_the_context(tmp_path):
    """What a function says of a field that does not exist names those that do."""
    for path in ("catalog.lua", "products.lua", "services.lua"):
        content = {
            "catalog.lua": 'catalog "c" { languages = "en" }',
            "products.lua": 'product "p" { services = "s" }\n'
            'package "a" { kind = "base", from = "2020-01-01", tariff { id = "t", say = "t", serves = { service = "s" },\n'
            "    when = function(c) return c.nothing end, step = \"1 s\", price = \"1\" } }\n"
            'package "b" { kind = "base", from = "2020-01-01", tariff { id = "t", say = "t", serves = { service = "s" },\n'
            "    when = function(c) return c.at.nothing end, step = \"1 s\", price = \"1\" } }",
            "services.lua": 'service "s" { unit = "second" }\ntexts "en" { ["catalog.c"] = "c", ["product.p"] = "p", ["service.s"] = "s",\n'
            '    ["package.a"] = "a", ["package.b"] = "b", t = "t" }',
        }[path]
        (tmp_path / path).write_text(content)
    (tmp_path / "a_test.lua").write_text(
        "".join(
            f'test "{name}" {{ holds = "{name}", event = {{ service = "s", at = "2026-01-01 00:00:00", seconds = 1 }},\n'
            '    expect = { amount = "0" } }\n'
            for name in "ab"
        )
    )
    report = json.loads(suanpan("test", tmp_path, "--json").stdout)
    for test, start in zip(report["tests"], ("c.", "c.at.")):
        fields = re.search(r"it has ([a-z, ]+)", test["because"] + test["got"])[1].split(", ")
        shown = re.findall(rf"^\| `{re.escape(start)}(\w+)` \|", page("en").split("\n## Conditions")[0], re.MULTILINE)
        assert sorted(shown) == sorted(fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_of_a_word_is_its_part_of_the_page(language):
    for word in words():
        result = suanpan("help", "language", word, "--language", language)
        assert result.returncode == 0
        section = page(language).split(f"\n### {word}\n")[1].split("\n## ")[0]
        for field in re.findall(r"^\| `(.*?)` \|", section.split("\n### ")[0], re.MULTILINE):
            assert f"\n  {field} " in result.stdout, (word, field)
    assert suanpan("help", "language", "nothing").returncode == 2
    assert suanpan("help", "charge", "nothing").returncode == 2


def test_limits_in_the_page_are_those_that_hold(tmp_path):
    """One of them, from its row to its effect: a script that is too large."""
    assert re.search(r"^\| `1 MiB` \| one script \|$", page("en"), re.MULTILINE)
    (tmp_path / "catalog.lua").write_text("--" + "x" * (1 << 20))
    result = suanpan("check", tmp_path)
    assert result.returncode != 0
    assert str(1 << 20) in (result.stdout + result.stderr).replace(",", "")
