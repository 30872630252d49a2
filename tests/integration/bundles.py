"""Catalogs made of the stock one: at other prices, or doing harm; and the processes that a server starts to work on them."""

import shutil
from pathlib import Path

from server import ROOT

CATALOG = ROOT / "rules/catalogs/fixed_line"
# Takes a second or more to build, and is below all limits.
SLOW = "for _ = 1, 300000000 do end\n"
ENDLESS = "while true do end\n"
MEMORY_BOMB = "local t = {} for i = 1, 1e8 do t[i] = { i } end\n"


def at_price(folder, price):
    """Makes a folder with the stock catalog without its tests, at another price by day."""
    shutil.copytree(CATALOG, folder, ignore=shutil.ignore_patterns("*_test.lua"))
    file = folder / "packages/standard.lua"
    assert 'day = "0.07"' in file.read_text()
    file.write_text(file.read_text().replace('day = "0.07"', f'day = "{price}"'))
    return folder


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def bundle_of(files):
    """The files in the order of their paths, behind the three that are made up."""
    first = ["@language", "@lua", "@zone"]
    paths = first + sorted((path for path in files if path not in first), key=str.encode)
    return b"SPBUNDL1" + b"".join(
        varint(len(path)) + path.encode() + varint(len(files[path])) + files[path] for path in paths)


def stock_files():
    """The files of the stock catalog's bundle, without its tests; rules/release.h says how it is written."""
    zone = Path("/usr/share/zoneinfo/Asia/Shanghai").read_bytes()
    files = {"@language": b"1", "@lua": b"Lua 5.4", "@zone": b"Asia/Shanghai\n" + zone}
    for path in CATALOG.rglob("*"):
        if path.suffix in (".lua", ".csv") and not path.name.endswith("_test.lua"):
            files[str(path.relative_to(CATALOG))] = path.read_bytes()
    return files


def with_code(files, path, code):
    """The bundle with some code before what a file says."""
    return bundle_of({**files, path: code.encode() + files.get(path, b"")})


def children(pid, argument):
    """The processes that this one has started with an argument."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == pid and argument.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except (OSError, ValueError, IndexError):
            continue
    return found


def is_there(pid):
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
