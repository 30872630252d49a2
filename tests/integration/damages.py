"""Damages to a catalog, each of which is one by construction: the catalog is read with the schema of the language, so that it is known
what a name is a field of, and what its value may be. What may leave a catalog right is not among them.

A damage belongs to a *stage*. Damages of the stage "read" may stand together, one in each pair of braces, for the checker reads every
declaration to its end; so may those of "text" and of "csv". All others hide what comes after them, and stand alone.
"""

import json
import re
from dataclasses import dataclass, field

from server import suanpan

TOKEN = re.compile(r"""(?P<comment>--\[\[.*?\]\]|--[^\n]*)|(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\[\[.*?\]\])
    |(?P<name>[A-Za-z_]\w*)|(?P<number>\d[\w.]*)|(?P<sign>[^\s])""", re.DOTALL | re.VERBOSE)
NOWHERE = "nowhere_such"


@dataclass
class Edit:
    """Bytes of a file that are replaced."""

    file: str
    start: int
    end: int
    new: str


@dataclass
class Damage:
    kind: str
    stage: str
    edit: Edit
    rules: set  # one of these is said …
    lines: range  # … of one of these lines of the file, as it is before; None: of any line of any file
    place: object = None  # of the stages in which several stand together: only one for each of these
    say: str = ""  # part of the sentence in English
    group: int = field(default=0, compare=False)

    def __str__(self):
        return f"{self.kind} at {self.edit.file}:{self.lines} → {self.edit.new!r}"


@dataclass
class Frame:
    """What is in a pair of braces: fields of a definition, names of bands with their prices, or nothing that is known."""

    kind: str  # "fields", "prices", "texts"; "list", "rows", "tiers": of such entries; ""
    definition: dict
    line: int
    path: str = ""
    of: str = ""  # of a list: the type of its entries
    bands: list = field(default_factory=list)  # of prices: (first token, token behind) of each
    start: int = 0


class Script:
    """The damages of one script."""

    def __init__(self, file, text, language):
        self.file, self.text = file, text
        self.words, self.records = language["words"]["catalog"], language["records"]
        self.tokens = []
        for found in TOKEN.finditer(text):
            if found.lastgroup != "comment":
                self.tokens.append((found.lastgroup, found.group(), found.start(), text.count("\n", 0, found.start()) + 1))
        self.frames, self.damages, self.declarations = [], [], []

    def text_at(self, index):
        return self.tokens[index][1] if 0 <= index < len(self.tokens) else ""

    def add(self, kind, stage, first, behind, new, rules, lines=None, **more):
        """Replaces the tokens from `first` up to `behind`."""
        start, last = self.tokens[first][2], self.tokens[behind - 1]
        lines = lines or range(self.tokens[first][3], self.tokens[first][3] + 1)
        edit = Edit(self.file, start, last[2] + len(last[1]), new)
        self.damages.append(Damage(kind, stage, edit, set(rules), lines, **more))

    def skip_function(self, index):
        """From `function` to behind its `end`."""
        depth = 0
        while index < len(self.tokens):
            word = self.text_at(index)
            if self.tokens[index][0] == "name":
                depth += (word in ("function", "if", "do", "repeat")) - (word in ("end", "until"))
            index += 1
            if depth == 0:
                break
        return index

    def damage_function(self, index, behind):
        """A field of the context that there is not: `function(c) … c.seconds`."""
        if self.text_at(index + 1) != "(" or self.tokens[index + 2][0] != "name" or self.file.endswith("_test.lua"):
            return
        parameter = self.text_at(index + 2)
        for at in range(index + 3, behind - 2):
            if self.text_at(at) == parameter and self.text_at(at - 1) not in (".", ":") and self.text_at(at + 1) == ".":
                name = self.text_at(at + 2) + "x"
                lines = range(self.tokens[index][3] - 1, self.tokens[at][3] + 1)    # of the function, or of what it asks there
                self.add("context", "alone", at + 2, at + 3, name, {"context_field", "unknown_name"}, lines, say=f"'{name}")

    def run(self):
        index = 0
        while index < len(self.tokens):
            kind, text, start, line = self.tokens[index]
            frame = self.frames[-1] if self.frames else None
            begins = self.text_at(index - 1) in ("{", ",", ";")
            if text == "function":
                behind = self.skip_function(index)
                if frame and frame.kind == "fields" and self.text_at(index - 1) == "=":
                    self.damage_function(index, behind)
                index = behind
                continue
            if text == "local" and not frame and self.text_at(index + 1) == "function":
                index = self.skip_function(index + 1)
                continue
            if text == "{":
                self.frames.append(self.entry_of(frame, line, start))
            elif text == "}":
                self.close(index)
            elif kind == "name" and self.opens_word(index, frame):
                index = self.open_word(index)
                continue
            elif begins and frame and frame.kind in ("fields", "prices", "texts") and self.names_field(index):
                index = self.take_field(index, frame)
                continue
            elif begins and frame and frame.kind == "list" and kind == "string":
                self.damage_value(index, {"name": frame.of["name"], "parameters": frame.of.get("parameters", [])}, frame, listed=True)
            index += 1
        self.damage_signs()
        return self.damages

    # ---- Words and their braces ----

    def entry_of(self, frame, line, start):
        """A pair of braces without a name: a row of the word or the list around it, the prices of a tier, or nothing that is known."""
        if frame and frame.kind == "fields" and frame.definition.get("rows"):
            return Frame("fields", self.records[frame.definition["rows"]], line, start=start)
        if frame and frame.kind == "rows":
            return Frame("fields", frame.definition, line, start=start)
        if frame and frame.kind == "tiers":
            return Frame("prices", {}, line, start=frame.start)
        return Frame("", {}, line, start=start)

    def opens_word(self, index, frame):
        word = self.words.get(self.text_at(index))
        if not word or self.text_at(index - 1) in (".", ":", "=") or (frame and frame.kind == "texts"):
            return False
        behind = index + (2 if word["form"] == "named" else 1)
        return word["form"] != "value" and self.text_at(behind) == "{" and (behind == index + 1 or self.tokens[index + 1][0] == "string")

    def open_word(self, index):
        name, line = self.text_at(index), self.tokens[index][3]
        word = self.words[name]
        if name != "texts":
            self.add("unknown word", "alone", index, index + 1, name + "x", {"unknown_word"})
        brace = index + (2 if word["form"] == "named" else 1)
        frame = Frame("texts" if name == "texts" else "fields", word, line, start=self.tokens[index][2])
        if name == "texts":
            frame.of = self.text_at(index + 1)
        self.frames.append(frame)
        if not self.frames[:-1] and word["form"] == "named" and name != "texts":
            frame.path = name
        return brace + 1

    def close(self, index):
        if not self.frames:
            return
        frame = self.frames.pop()
        if frame.kind == "prices":
            self.damage_bands(frame)
        if frame.path and not self.frames and frame.kind == "fields":
            self.damage_twice(frame, index)

    def names_field(self, index):
        if self.tokens[index][0] == "name":
            return self.text_at(index + 1) == "=" and self.text_at(index + 2) != "="
        return self.text_at(index) == "[" and self.tokens[index + 1][0] == "string" and self.text_at(index + 3) == "="

    def take_field(self, index, frame):
        """Behind a name and its `=`: opens the braces of the value, or damages it. Gives where to go on."""
        bracket = self.text_at(index) == "["
        name = self.text_at(index + 1)[1:-1] if bracket else self.text_at(index)
        value = index + (4 if bracket else 2)
        simple = self.tokens[value][0] in ("string", "number") or self.text_at(value) in ("true", "false")
        simple = simple and self.text_at(value + 1) in (",", ";", "}")
        if frame.kind == "texts":
            return self.take_text(index, value, name, frame, simple)
        if frame.kind == "prices":
            if simple and name != "up_to":
                frame.bands.append((index, value + 1 + (self.text_at(value + 1) != "}")))
                self.damage_value(value, {"name": "money"}, frame)
            return value if not simple else value + 1
        definition = next((one for one in frame.definition.get("fields", []) if one["name"] == name), None)
        if not definition:
            return value
        # what stands in the braces of an unknown field is not read
        self.add("unknown field", "read" if simple else "alone", index, index + 1, name + "xy", {"unknown_field"},
            place=(self.file, frame.start))
        if simple:
            self.damage_value(value, definition["type"], frame)
            if definition["required"]:
                self.damage_missing(index, value, name, frame)
            return value + 1
        if self.text_at(value) == "{":
            self.open_value(value, definition["type"], frame)
            return value + 1
        return value

    def open_value(self, value, kind, frame):
        name, line, start = kind["name"], self.tokens[value][3], self.tokens[value][2]
        opened = Frame("", {}, line, start=start)
        if name in ("record", "records") and self.text_at(value + 1) != "{":
            opened = Frame("fields", self.records[kind["record"]], line, start=start)
        elif name in ("rows", "records"):
            opened = Frame("rows", self.records[kind["record"]], line, start=start)
        elif name in ("prices", "tiered_prices"):
            opened = Frame("tiers" if self.text_at(value + 1) == "{" else "prices", {}, line, start=frame.start)
        elif name == "list" and kind["of"]["name"] in ("name_of", "one_of"):
            opened = Frame("list", {}, line, of=kind["of"], start=frame.start)
        self.frames.append(opened)

    # ---- Damages ----

    def damage_value(self, index, kind, frame, listed=False):
        written, name, place = self.text_at(index), kind["name"], (self.file, frame.start)
        if not listed and name not in ("cells", "attributes", "yes", "flag"):
            self.add("wrong type", "read", index, index + 1, "true", {"wrong_type", "unknown_choice"}, place=place)
        if self.tokens[index][0] != "string":
            return
        if name in ("money", "prices", "tiered_prices") and re.fullmatch(r'"\d+\.\d+"', written):
            self.add("float", "read", index, index + 1, written[1:-1], {"float_for_decimal"}, place=place)
        if name == "one_of":
            self.add("choice", "read", index, index + 1, f'"{NOWHERE}"', {"unknown_choice"}, place=place)
        if name == "name_of":
            self.add("reference", "read", index, index + 1, f'"{NOWHERE}"', {"unknown_name"}, place=place)
        if name == "table":
            self.add("table", "alone", index, index + 1, f'"{NOWHERE}"', {"unknown_name"})
        if name == "date":
            self.add("date", "read", index, index + 1, '"2026-02-30"', {"wrong_type"}, place=place)
        if name == "quantity":
            self.add("unit", "read", index, index + 1, '"60 parsecs"', {"wrong_type"}, place=place)

    def damage_missing(self, index, value, name, frame):
        if self.text_at(index) == "[":
            return
        behind = value + 1 + (self.text_at(value + 1) != "}")
        empty = self.text_at(index - 1) == "{" and self.text_at(behind) == "}"  # a list of records then has no entries,
        # and what else its declaration lacks is not said
        self.add("missing field", "alone" if empty else "read", index, behind, "", {"missing_field", "no_entries"} if empty else {"missing_field"},
            range(frame.line, frame.line + 1), place=(self.file, frame.start), say="has no " if empty else f"no {name}")

    def damage_bands(self, frame):
        for first, behind in frame.bands if len(frame.bands) > 1 else []:
            band = self.text_at(first)
            self.add("band", "alone", first, behind, "", {"band_without_price"}, range(frame.line, self.tokens[first][3] + 1),
                say=f"'{band}'" if band != "[" else "")

    def damage_twice(self, frame, index):
        """The declaration stands once more behind the script: the place is one of the two."""
        last = self.tokens[index]
        block = self.text[frame.start:last[2] + 1]
        end = len(self.text)
        total = self.text.count("\n") + 1
        self.damages.append(Damage("declared twice", "alone", Edit(self.file, end, end, "\n" + block + "\n"),
            {"duplicate_id", "versions_same_start"}, range(1, total + block.count("\n") + 2)))

    def damage_signs(self):
        """A brace or a quote too few: no Lua. Where that shows depends on what follows."""
        total = self.text.count("\n") + 2
        for index, (kind, text, start, _) in enumerate(self.tokens):
            if text in ("{", "}"):
                self.add("brace", "alone", index, index + 1, "", {"syntax"}, range(1, total))
            elif kind == "string" and text[0] == '"':
                self.damages.append(Damage("quote", "alone", Edit(self.file, start, start + 1, ""), {"syntax"}, range(1, total)))

    def take_text(self, index, value, name, frame, simple):
        path = f"{frame.path}.{name}" if frame.path else name
        if simple:
            behind = value + 1 + (self.text_at(value + 1) != "}")
            tongue = {"zh": "Chinese", "en": "English"}[frame.of[1:-1]]
            self.add("text", "text", index, behind, "", {"missing_text"}, range(0), say=f"'{path}' in {tongue}", place=(path, tongue))
            self.damages[-1].lines = None
            return value + 1
        if self.text_at(value) == "{":
            self.frames.append(Frame("texts", {}, frame.line, path=path, of=frame.of, start=frame.start))
            return value + 1
        return value


def damages_of_rows(file, text):
    """A cell too few, or a quote in the middle of one, in a row of a table without quotes."""
    if '"' in text or "," not in text.splitlines()[0]:
        return
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        if number > 1 and line:
            comma = start + line.rindex(",")
            yield Damage("cell", "csv", Edit(file, comma, start + len(line), ""), {"csv_row"}, range(number, number + 1), (file, number))
            if comma > start:
                yield Damage("quote in a cell", "csv", Edit(file, start + 1, start + 1, '"'), {"csv_row"}, range(number, number + 1),
                    (file, number))
        start += len(line) + 1


def language():
    return json.loads(suanpan("help", "language", "--as", "json").stdout)


def damages_of(files):
    """All of a catalog: { path: text } → a list."""
    known, found = language(), []
    for file, text in sorted(files.items()):
        if file.endswith(".lua") and not file.endswith("_test.lua"):
            found.extend(Script(file, text, known).run())
        elif file.endswith(".csv") and any(f'"{file[len("tables/"):-len(".csv")]}' in other for other in files.values()):
            found.extend(damages_of_rows(file, text))
    return found


def apply(text, edits):
    """A text with edits that do not overlap."""
    for edit in sorted(edits, key=lambda one: -one.start):
        text = text[:edit.start] + edit.new + text[edit.end:]
    return text
