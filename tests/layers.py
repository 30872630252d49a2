"""Who may include whom (ARCHITECTURE.md, law 7), and no floating point where money is counted.

    python3 tests/layers.py        prints what is wrong, a line each; exit code 1 if anything is
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# An area may include its own headers and those of the areas named here.
MAY_USE = {
    "engine/base": [],
    "store": ["engine/base"],
    "rules": ["engine/base"],
    "engine": ["engine/base", "store", "rules"],
    "tools": ["engine/base", "store", "rules", "engine"],
}
# Headers of libraries, and the only places (files, or folders ending in /) that may include them.
ONLY_IN = {
    r"lmdb\.h": ["store/database.c"],
    r"(lua|lauxlib|lualib|luaconf)\.h": ["rules/"],
    r"jansson\.h": ["engine/cloud_event.c", "tools/"],
    r"curl/curl\.h": ["engine/webhook.c"],
    r"uv\.h": ["store/store.h", "engine/", "tools/"],
    r"msgpack(/.*)?\.h": ["engine/pack.c", "engine/params_parts.h", "engine/told.h", "engine/unpriced_parts.h", "tools/"],
}
NO_FLOATS = ["engine/base/", "store/", "rules/"]

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
COMMENT_OR_TEXT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def area_of(path):
    """The area a file belongs to: the longest name that its path begins with."""
    found = [area for area in MAY_USE if path.as_posix().startswith(area + "/")]
    return max(found, key=len, default=None)


def sources():
    for area in ("engine", "store", "rules", "tools"):
        for path in sorted((ROOT / area).rglob("*.[ch]")):
            yield path.relative_to(ROOT)


def target_of(path, name):
    """The file that an include names: beside the including file, or below engine/ as the Makefile's users write it."""
    for start in (path.parent, Path("engine"), Path(".")):
        candidate = (ROOT / start / name).resolve()
        if candidate.exists() and candidate.is_relative_to(ROOT):
            return candidate.relative_to(ROOT)
    return None


def is_in(path, places):
    name = path.as_posix()
    return any(name.startswith(place) if place.endswith("/") else name == place for place in places)


def check_include(path, bracket, name):
    for pattern, places in ONLY_IN.items():
        if re.fullmatch(pattern, name) and not is_in(path, places):
            yield f"{path}: {name} may only be included in {', '.join(places)}"
    if bracket == "<":
        return
    target = target_of(path, name)
    if target is None:
        yield f"{path}: there is no {name}"
        return
    mine, theirs = area_of(path), area_of(target)
    if theirs != mine and theirs not in MAY_USE[mine]:
        yield f"{path}: {mine} may not include {target} of {theirs}"


def problems():
    for path in sources():
        text = (ROOT / path).read_text(encoding="utf-8")
        for bracket, name in INCLUDE.findall(text):
            yield from check_include(path, bracket, name)
        if is_in(path, NO_FLOATS):
            code = COMMENT_OR_TEXT.sub(lambda found: "\n" * found.group().count("\n"), text)
            for number, line in enumerate(code.splitlines(), 1):
                if re.search(r"\b(float|double)\b", line):
                    yield f"{path}:{number}: floating point: {line.strip()}"


def main():
    found = list(problems())
    print("\n".join(found) if found else f"{len(list(sources()))} files, all includes point one way")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
