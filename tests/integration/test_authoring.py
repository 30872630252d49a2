"""What an author begins with: suanpan init, and the language in the forms that other programs read, all made from one schema."""

import json
import re
import shutil
import subprocess

import pytest

from server import ROOT, suanpan

LANGUAGES = ("en", "zh")


def form(name, language="en"):
    result = suanpan("help", "language", "--as", name, "--language", language)
    assert result.returncode == 0, result.stderr
    return result.stdout


def language():
    return json.loads(form("json"))


def luacheck(folder, *arguments):
    return subprocess.run(["luacheck", "-q", "--no-color", *arguments, "."], cwd=folder, capture_output=True, text=True, timeout=300)


# ---- init ----


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "deep" / "prices"
    result = suanpan("init", path)
    assert result.returncode == 0, result.stderr
    assert f"suanpan check {path}" in result.stdout and f"suanpan test {path}" in result.stdout
    return path


def test_what_init_makes_has_no_findings_and_passes_its_tests_with_full_coverage(folder):
    checked = suanpan("check", folder, "--json")
    assert (checked.returncode, json.loads(checked.stdout)["findings"]) == (0, [])
    tested = json.loads(suanpan("test", folder, "--json").stdout)
    assert (tested["failed"], tested["passed"]) == (0, 6)
    assert {one["kind"] for one in tested["coverage"]} >= {"tariff", "band", "zone"}
    assert [one["name"] for one in tested["coverage"] if one["hits"] == 0] == []


def test_what_init_makes_is_clean_to_luacheck_and_a_misspelt_word_is_not(folder):
    result = luacheck(folder)
    assert (result.returncode, "0 warnings / 0 errors" in result.stdout) == (0, True), result.stdout
    (folder / "wrong.lua").write_text('packge "x" {}\nprint(os.time(), math.floor(1))\nservice = nil\n')
    wrong = luacheck(folder).stdout
    for word in ("packge", "print", "os", "floor", "service"):
        assert re.search(rf"wrong\.lua.*\b{re.escape(word)}\b", wrong), word


def test_words_of_tests_are_no_words_of_a_catalog_to_luacheck(folder):
    (folder / "more.lua").write_text('test "x" {}\n')
    assert "accessing undefined variable test" in luacheck(folder).stdout.replace("'", "")
    (folder / "more.lua").unlink()
    (folder / "more_test.lua").write_text('plan "x" {}\n')
    assert "accessing undefined variable plan" in luacheck(folder).stdout.replace("'", "")


def test_init_refuses_a_folder_that_holds_something_and_touches_nothing(tmp_path):
    (tmp_path / "mine").write_text("x")
    result = suanpan("init", tmp_path)
    assert (result.returncode, "is not empty" in result.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert suanpan("init", tmp_path / "mine" / "below").returncode == 3
    assert suanpan("init").returncode == 2


def test_init_fills_an_empty_folder_and_speaks_the_language_asked_for(tmp_path):
    result = suanpan("init", tmp_path, "--language", "zh")
    assert result.returncode == 0 and "接下来" in result.stdout
    assert (tmp_path / ".suanpan/language.lua").read_text(encoding="utf-8") == form("annotations", "zh")
    assert (tmp_path / ".luacheckrc").read_text(encoding="utf-8") == form("luacheck", "zh")
    assert json.loads((tmp_path / ".luarc.json").read_text())["workspace.library"] == [".suanpan"]


# ---- the forms ----


@pytest.mark.parametrize("in_language", LANGUAGES)
def test_the_annotations_are_lua_that_compiles_and_declares_what_it_annotates(tmp_path, in_language):
    path = tmp_path / "language.lua"
    path.write_text(form("annotations", in_language), encoding="utf-8")
    # Run where nothing else is there, it makes exactly the words that a script may say.
    script = (
        "local found = {}\n"
        "local env = setmetatable({}, { __newindex = function(t, k, v) found[#found + 1] = k; rawset(t, k, v) end })\n"
        'assert(loadfile(arg[1], "t", env))()\n'
        "for _, name in ipairs { 'math', 'string' } do\n"
        "    for key in pairs(env[name]) do found[#found + 1] = name .. '.' .. key end\n"
        "end\n"
        'print(table.concat(found, "\\n"))\n'
    )
    (tmp_path / "run.lua").write_text(script)
    result = subprocess.run(["lua5.4", tmp_path / "run.lua", path], capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    described = language()
    words = {word for dialect in described["words"].values() for word in dialect}
    assert sorted(result.stdout.split()) == sorted(words | set(described["allowed"]) | {"math", "string"})


def classes(text):
    """{class: {field: line}} of annotations."""
    found, current = {}, None
    for line in text.splitlines():
        if match := re.match(r"---@class suanpan\.(\S+)$", line):
            current = found.setdefault(match[1], {})
        elif match := re.match(r"---@field (\S+) (.+)$", line):
            current[match[1].rstrip("?")] = line
        elif not line.startswith("---"):
            current = None
    return found


@pytest.mark.parametrize("in_language", LANGUAGES)
def test_the_annotations_name_every_word_and_every_field_with_what_it_means(in_language):
    found, described = classes(form("annotations", in_language)), language()
    definitions = {word: one for dialect in described["words"].values() for word, one in dialect.items() if one["form"] != "value"}
    definitions |= described["records"]
    for name, definition in definitions.items():
        for field in definition.get("fields", []):
            line = found[name][f"[{field['position']}]" if "position" in field else field["name"]]
            assert line.endswith(field["say"][in_language]), line
            assert ("?" in line.split()[1]) == (not field["required"] and "position" not in field), line
    for name, context in described["context"].items():
        assert set(found[name]) == set(context)


def test_the_annotations_mention_no_type_that_they_do_not_declare():
    text = form("annotations")
    declared = set(re.findall(r"---@(?:class|alias) suanpan\.(\w+)", text))
    assert set(re.findall(r"\bsuanpan\.(\w+)", text)) == declared
    assert len(re.findall(r"---@(?:class|alias) suanpan\.\w+", text)) == len(declared)


def test_the_json_form_has_every_word_finding_and_limit_of_the_reference():
    described = language()
    page = suanpan("help", "--reference", "language").stdout
    for dialect in described["words"].values():
        for word in dialect:
            assert f"\n### {word}\n" in page
    assert len(re.findall(r"^### ", page, re.MULTILINE)) == sum(len(dialect) for dialect in described["words"].values())
    for rule in described["findings"]:
        assert f"\n| `{rule}` |" in page
    assert described["limits"]["zones"]["value"] == 256 and described["limits"]["script_bytes"]["value"] == 1 << 20
    tariff = {field["name"]: field for field in described["words"]["catalog"]["tariff"]["fields"]}
    assert tariff["step"]["type"]["name"] == "quantity" and not tariff["step"]["required"] and tariff["id"]["required"]


def test_the_version_of_the_language_is_that_of_releases():
    described = language()
    assert str(described["language"]) == json.loads(suanpan("version", "--json").stdout)["language"]
    assert f"Version {described['language']}." in suanpan("help", "--reference", "language").stdout


def test_luacheck_with_the_generated_words_finds_nothing_in_the_stock_catalogs(tmp_path):
    (tmp_path / ".luacheckrc").write_text(form("luacheck"), encoding="utf-8")
    shutil.copytree(ROOT / "rules/catalogs", tmp_path / "catalogs")
    shutil.copytree(ROOT / "rules/layouts", tmp_path / "layouts")
    result = luacheck(tmp_path)
    assert result.returncode == 0, result.stdout


def test_the_words_that_luacheck_is_told_in_this_repository_are_those_of_the_schema(tmp_path):
    """rules/.luacheckrc is written by hand, since the checker's own scripts stand beside the catalogs."""
    (tmp_path / "read.lua").write_text(
        "local env = setmetatable({ stds = {}, files = {} }, { __index = _G })\n"
        'assert(loadfile(arg[1], "t", env))()\n'
        "for pattern, one in pairs(env.files) do print(pattern, table.concat(one.read_globals, ' ')) end\n"
    )
    result = subprocess.run(["lua5.4", tmp_path / "read.lua", ROOT / "rules/.luacheckrc"], capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    told = {pattern: set(words.split()) for pattern, words in (line.split("\t") for line in result.stdout.splitlines())}
    described = language()

    def words(dialect):
        common = {name.split(".")[0] for name, word in described["allowed"].items() if word.get("only", dialect) == dialect}
        return common | set(described["words"][dialect])

    assert told["**/catalogs/**/*.lua"] == told["**/sample/**/*.lua"] == words("catalog")
    assert told["**/catalogs/**/*_test.lua"] == words("tests")
    assert told["**/layouts/*.lua"] == words("layout")


def test_a_form_that_does_not_exist_and_one_of_something_else_are_misuse():
    assert suanpan("help", "language", "--as", "yaml").returncode == 2
    assert suanpan("help", "language", "tariff", "--as", "json").returncode == 2
    assert suanpan("help", "charge", "--as", "json").returncode == 2
