"""The documents: everything they show is done and comes out as they say, and both languages do the same (documents.py)."""

import re

import pytest

from documents import Reader, is_like, read, without_comments
from server import ROOT

PAIRS = [
    ("README.md", "README.zh-CN.md"),
    ("docs/tutorial-billing.en.md", "docs/tutorial-billing.zh.md"),
    ("docs/tutorial-prepaid.en.md", "docs/tutorial-prepaid.zh.md"),
    ("docs/tutorial-product-manager.en.md", "docs/tutorial-product-manager.zh.md"),
    ("docs/tutorial-plans.en.md", "docs/tutorial-plans.zh.md"),
    ("docs/tutorial-order-front-end.en.md", "docs/tutorial-order-front-end.zh.md"),
    ("docs/faults.en.md", "docs/faults.zh.md"),
]
DOCUMENTS = [path for pair in PAIRS for path in pair]
# Made by a target, not kept.
MADE = {"bench/RESULTS.md"}


@pytest.mark.parametrize("path", DOCUMENTS)
def test_what_a_document_shows_is_what_happens(path):
    steps = read(ROOT / path)
    with Reader() as reader:
        for step in steps:
            reader.follow(step)
    assert any(step.option("run") is not None for step in steps)


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_both_languages_do_the_same(english, chinese):
    def done(path):
        return [without_comments(step) for step in read(ROOT / path) if step.option("output") is None]

    assert done(english) == done(chinese)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_what_a_document_names_is_there(path):
    """Links, and paths of this repository in the text."""
    text = re.sub(r"^```.*?^```$", "", (ROOT / path).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    folder = (ROOT / path).parent
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (folder / link).exists() or link in MADE, link
    for name in re.findall(r"`((?:docs|tests|rules|bench|store|engine|tools)/[\w./-]+)`", text):
        assert (ROOT / name).exists() or name in MADE, name


def test_every_document_is_held_to_what_it_says():
    """None is left out of the tests above, but the reference, which is written by the program."""
    found = {path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")]}
    assert found == set(DOCUMENTS)


def test_a_wildcard_stands_for_anything_and_blanks_do_not_count():
    assert is_like('{ "a": 1,\n  … }', '{"a":1,"b":2}')
    assert is_like("a\n…\nz", "a b\nc z\n")
    assert not is_like("a … c", "a b d")
    assert not is_like("ab", "abc")
