"""suanpan diff and release.diff: what differs between two catalogs, in the language of packages and rows."""

import json
import shutil

import pytest

from server import ROOT, suanpan

CATALOG = ROOT / "rules/catalogs/fixed_line"
NIGHT = "package/fixed_line@2020-01-01/tariff/domestic/price/night"


@pytest.fixture
def base(tmp_path):
    """The stock catalog without its tests, which other prices would fail."""
    return shutil.copytree(CATALOG, tmp_path / "base", ignore=shutil.ignore_patterns("*_test.lua"))


@pytest.fixture
def cheaper(tmp_path, base):
    """The same with another price, another holiday and a remark."""
    folder = shutil.copytree(base, tmp_path / "cheaper")
    prices, days = folder / "packages/standard.lua", folder / "tables/holidays-cn.csv"
    assert 'night = "0.04"' in prices.read_text()
    prices.write_text(prices.read_text().replace('night = "0.04"', 'night = "0.03"') + "-- cheaper\n")
    days.write_text(days.read_text() + "2026-12-31,holiday,Eve\n")
    return folder


def rows(answer):
    return {row["path"]: (row.get("from"), row.get("to")) for row in answer["differences"]}


def check_rows(answer):
    found = rows(answer)
    assert answer["count"] == len(answer["differences"]) == len(found) == 6, found
    assert found[NIGHT] == ("0.04", "0.03")
    assert found["table/holidays-cn/2026-12-31/kind"] == (None, "holiday")
    assert {"file/packages/standard.lua", "file/tables/holidays-cn.csv"} < set(found)


def test_two_folders_are_compared(base, cheaper):
    result = suanpan("diff", base, cheaper, "--json")
    assert result.returncode == 1
    check_rows(json.loads(result.stdout))
    english, chinese = suanpan("diff", base, cheaper).stdout, suanpan("diff", base, cheaper, "--language", "zh").stdout
    assert ", price, night: 0.04 → 0.03\n" in english and english.endswith("6 differences\n"), english
    assert "0.04 → 0.03\n" in chinese and chinese.endswith("6 处差异\n"), chinese


def test_equal_folders_have_no_difference(tmp_path):
    copy = shutil.copytree(CATALOG, tmp_path / "copy")
    result = suanpan("diff", CATALOG, copy)
    assert (result.returncode, result.stdout) == (0, "no differences\n")


def test_each_stock_catalog_is_compared_with_each():
    for one in sorted((ROOT / "rules/catalogs").iterdir()):
        for other in sorted((ROOT / "rules/catalogs").iterdir()):
            result = suanpan("diff", one, other, "--json")
            answer = json.loads(result.stdout)
            assert result.returncode == int(one != other) and (answer["count"] > 0) == (one != other)
            assert len(rows(answer)) == answer["count"], "a path stands twice"


def test_a_folder_is_compared_with_the_release_in_force(server, base, cheaper):
    with_nothing = suanpan("diff", cheaper, *server.to())
    assert with_nothing.returncode == 3 and "NO_RELEASE" in with_nothing.stderr
    suanpan("publish", base, "--activate", *server.to())
    result = suanpan("diff", cheaper, *server.to(), "--json")
    assert result.returncode == 1, result.stderr
    check_rows(json.loads(result.stdout))
    same = suanpan("diff", base, *server.to())
    assert (same.returncode, same.stdout) == (0, "no differences\n")


def test_two_kept_releases_are_compared(server, base, cheaper):
    names = []
    for folder in (base, cheaper):
        published = suanpan("publish", folder, *server.to(), "--json")
        names.append(json.loads(published.stdout)["release"])
    client = server.connect()
    check_rows(client.call("release.diff", {"from": names[0][:12], "to": names[1]}))
    back = client.call("release.diff", {"from": names[1], "to": names[0], "language": "zh", "limit": 1})
    assert back["count"] == 6 and len(back["differences"]) == 1
    for params, code in (({"from": names[0]}, "FIELDS_CONFLICT"), ({"from": names[0], "to": "0" * 64}, "NOT_FOUND"),
                         ({"from": names[0], "bundle": b"no bundle"}, "BAD_CATALOG")):
        error = client.ask("release.diff", params)[0]
        assert error and error.startswith(code), error
