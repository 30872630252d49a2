"""suanpan table: a table of a catalog to a spreadsheet and back, with what changes shown before it is written."""

import csv
import io
import json
import shutil

import pytest

from server import ROOT, suanpan

DAYS = "tables/holidays-cn.csv"
RENT = """tenants,role,=>rent
integer,text,decimal
1,any,100%
2,anchor,65%
"""


@pytest.fixture
def folder(tmp_path):
    """A copy of a stock catalog, with a decision table beside its own tables."""
    folder = shutil.copytree(ROOT / "rules/catalogs/fixed_line", tmp_path / "catalog")
    (folder / "tables/rent.csv").write_text(RENT)
    return folder


def table(verb, folder, *arguments, rows=""):
    return suanpan("table", verb, folder, *arguments, input=rows)


def test_what_was_exported_and_is_imported_changes_nothing(folder, tmp_path):
    for path in sorted((folder / "tables").iterdir()):
        before = path.read_bytes()
        for options in [], ["--tabs"]:
            exported = table("export", folder, path.stem, *options)
            assert exported.returncode == 0
            file = tmp_path / "sheet.csv"
            file.write_text(exported.stdout)
            result = table("import", folder, path.stem, file, "--yes", *options)
            assert (result.returncode, result.stdout) == (0, "no differences\n")
        assert path.read_bytes() == before


def test_rows_are_shown_and_written_only_when_that_is_said(folder, tmp_path):
    path, file = folder / DAYS, tmp_path / "days.csv"
    before = path.read_text()
    rows = before.splitlines()
    assert rows[1] == "2024-01-01,holiday,New Year's Day" and rows[2].startswith("2024-02-04,workday,")
    file.write_text("\n".join([rows[0], rows[1].replace("holiday", "workday"), *rows[3:], "2027-01-01,holiday,元旦"]) + "\n")
    shown = table("import", folder, "holidays-cn", file)
    assert shown.returncode == 1 and path.read_text() == before
    assert shown.stdout.splitlines() == [
        "~ date 2024-01-01: kind holiday → workday",
        "+ date 2027-01-01: kind holiday, name 元旦",
        "- date 2024-02-04: kind workday, name Spring Festival",
        f"{DAYS}: 1 added, 1 changed, 1 removed",
        "Nothing was written; --yes writes it.",
    ]
    assert table("diff", folder, "holidays-cn", file).stdout.splitlines() == shown.stdout.splitlines()[:-1]
    chinese = table("import", folder, "holidays-cn", file, "--language", "zh").stdout
    assert "新增 1 行，修改 1 行，删除 1 行" in chinese and "--yes" in chinese
    path.chmod(0o640)
    written = table("import", folder, "holidays-cn", file, "--yes")
    assert written.returncode == 0 and "Written. Next: suanpan check" in written.stdout
    assert path.read_text() == file.read_text()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in path.parent.iterdir() if one.name.endswith(".new")] == []
    assert suanpan("check", folder).returncode == 0


def test_the_difference_is_there_as_json(folder, tmp_path):
    file = tmp_path / "rent.csv"
    file.write_text(RENT.replace("65%", "60%") + "3,anchor,55%\n")
    answer = json.loads(table("diff", folder, "rent", file, "--json").stdout)
    assert answer["table"] == "tables/rent.csv" and answer["key"] == ["tenants", "role"]
    assert (answer["added"], answer["changed"], answer["removed"]) == (1, 1, 0)
    assert answer["rows"] == [
        {"what": "changed", "line": 4, "key": {"tenants": "2", "role": "anchor"}, "cells": {"rent": {"from": "65%", "to": "60%"}}},
        {"what": "added", "line": 5, "key": {"tenants": "3", "role": "anchor"}, "cells": {"tenants": "3", "role": "anchor", "rent": "55%"}},
    ]
    assert answer["written"] is False and answer["new"] is False and answer["reordered"] is False


def test_a_spreadsheet_sees_no_formula_and_no_number(folder):
    exported = table("export", folder, "rent", "--mark").stdout
    assert exported.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(exported.removeprefix("\ufeff"))))
    assert rows[0] == ["tenants", "role", "'=>rent"]
    assert not any(cell.startswith(tuple("=+-@\t\r")) for row in rows for cell in row)


def test_rows_are_pasted(folder):
    path = folder / "tables/rent.csv"
    shown = table("paste", folder, "rent", rows="2\tanchor\t60%\r\n3\tanchor\t055%\r\n")
    assert shown.returncode == 1 and path.read_text() == RENT
    assert shown.stdout.splitlines()[:2] == ["~ tenants 2, role anchor: rent 65% → 60%", "+ tenants 3, role anchor: rent 055%"]
    assert table("paste", folder, "rent", "--yes", rows="2\tanchor\t60%\r\n3\tanchor\t055%\r\n").returncode == 0
    assert path.read_text() == RENT.replace("65%", "60%") + "3,anchor,055%\n"
    assert table("paste", folder, "rent", "--yes", rows="=>rent\trole\ttenants\n1%\tother\t9\n").returncode == 0
    assert path.read_text().endswith("9,other,1%\n")


def test_rows_that_cant_be_read_are_named_and_nothing_is_written(folder, tmp_path):
    file = tmp_path / "rent.csv"
    file.write_text(RENT + "3,anchor\n4,\"other,1%\n")
    result = table("import", folder, "rent", file, "--yes")
    assert result.returncode == 1 and (folder / "tables/rent.csv").read_text() == RENT
    assert [line.split(": ")[0] for line in result.stdout.splitlines()] == [f"{file}:5", f"{file}:6:3"]
    problems = json.loads(table("import", folder, "rent", file, "--json").stdout)["problems"]
    assert [(one["line"], one["column"]) for one in problems] == [(5, 0), (6, 3)]
    assert all(one["say"]["en"] != one["say"]["zh"] for one in problems)
    file.write_bytes("区号,名称\n".encode("gbk"))
    assert "CSV UTF-8" in table("import", folder, "rent", file).stdout


def test_a_new_table_is_made(folder, tmp_path):
    shutil.rmtree(folder / "tables")
    file = tmp_path / "codes.csv"
    file.write_text("prefix,name\n0086,China\n")
    shown = table("import", folder, "codes", file)
    assert shown.returncode == 1 and "a new table, tables/codes.csv\n+ prefix 0086: name China\n" in shown.stdout
    assert not (folder / "tables").exists()
    assert table("import", folder, "codes", file, "--yes").returncode == 0
    assert (folder / "tables/codes.csv").read_text() == file.read_text()


@pytest.mark.parametrize(("arguments", "code", "word"), [
    (["export", "", "nothing"], 3, "nothing.csv"),
    (["paste", "", "nothing"], 3, "nothing.csv"),
    (["import", "", "rent", "nowhere.csv"], 3, "nowhere.csv"),
    (["import", "", "../rent", "-"], 3, "no name of a table"),
    (["import", "/nowhere", "rent", "-"], 3, "catalog.lua"),
    (["diff", "", "rent", "-", "--key", "tenant"], 3, '"tenant"'),
    (["import", "", "rent"], 2, "file is missing"),
    (["export", "", "rent", "out.csv"], 2, "standard output"),
    (["diff", "", "rent", "-", "--yes"], 2, "--yes"),
    (["export", "", "rent", "--json"], 2, "--json"),
    (["diff", "", "rent", "-", "--mark"], 2, "--mark"),
    (["copy", "", "rent"], 2, '"copy"'),
])
def test_what_cant_be_done_is_said(folder, arguments, code, word):
    verb, where, *rest = arguments
    result = table(verb, where or folder, *rest, rows=RENT)
    assert result.returncode == code, result.stderr
    assert word in result.stderr


def test_another_separator_is_refused_and_trailing_blank_rows_are_none(folder, tmp_path):
    exported = suanpan("table", "export", folder, "holidays-cn").stdout
    for text, separator in ((exported.replace(",", ";"), "commas"), (exported.replace(",", "\t"), "--tabs")):
        (tmp_path / "days.csv").write_text(text)
        result = suanpan("table", "import", folder, "holidays-cn", tmp_path / "days.csv", "--yes")
        assert result.returncode == 1 and separator in result.stdout + result.stderr
    (tmp_path / "days.csv").write_text(exported + "\n,,\n,,\n")
    assert suanpan("table", "diff", folder, "holidays-cn", tmp_path / "days.csv").returncode == 0
