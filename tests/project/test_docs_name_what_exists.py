"""What the documentation names exists: commands with their options, files, functions. Links are tests/project/test_links.py's."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.management import BaseCommand, get_commands, load_command_class

ROOT = Path(__file__).resolve().parents[2]
COMMANDS_PAGE = ROOT / "docs/reference/commands.md"
PACKAGES = ("backend", "checkins", "notifications", "config")
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])

HEADING = re.compile(r"^## `(?:python3 )?((?:manage|dev)\.py) (\w+)`$", re.MULTILINE)
COMMAND = re.compile(r"(?<![\w/])(manage|dev)\.py ([a-z_]+)([^`\n]*)")
OPTION = re.compile(r"(?<=\s)--[a-z][a-z-]*")
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"(?:[\w.*<>-]+/)+[\w.*<>-]+\.(?:py|toml|html|js|css|yml|txt|in|md|png)")
FUNCTION = re.compile(r"(?:\w+\.)*(\w+)\(\)")


def own_commands() -> set[str]:
    """The commands of `manage.py` that this project brings."""
    return {name for name, app in get_commands().items() if app.split(".")[0] in PACKAGES}


@cache
def options_of(name: str) -> set[str]:
    command = load_command_class(get_commands()[name], name)
    parser = command.create_parser("manage.py", name)
    return set(parser._option_string_actions)


def every_commands_options() -> set[str]:
    return set(BaseCommand().create_parser("manage.py", "any")._option_string_actions)


def own_options() -> set[str]:
    """Of `dev.py`, which is read rather than run."""
    return set(re.findall(r'"(--[a-z-]+)"', (ROOT / "dev.py").read_text(encoding="utf-8")))


def dev_commands() -> set[str]:
    return set(re.findall(r'add_parser\("(\w+)"', (ROOT / "dev.py").read_text(encoding="utf-8")))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def wrong_commands(text: str) -> Iterator[str]:
    """Commands, or options of commands, that do not exist."""
    for program, name, rest in COMMAND.findall(text):
        known = dev_commands() if program == "dev" else set(get_commands()) | {"help"}
        if name not in known:
            yield f"{program}.py {name}"
            continue
        if name in {"help"} or (program, name) == ("dev", "test"):  # the rest is pytest's
            continue
        options = own_options() if program == "dev" else options_of(name)
        yield from (f"{program}.py {name} {option}" for option in OPTION.findall(rest) if option not in options)


def wrong_files(text: str) -> Iterator[str]:
    """Files in backquotes that are not there. With * or <...> in the name, one that fits is enough."""
    for code in CODE.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        if FILE.fullmatch(code) and not code.startswith("var/"):
            pattern = re.sub(r"<[^>]*>", "*", code)
            if next(ROOT.glob(pattern), None) is None:
                yield code


@cache
def defined() -> frozenset[str]:
    """Every function and class of the project."""
    names: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            names.update(re.findall(r"^\s*(?:async )?(?:def|class) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    for path in ROOT.glob("*/**/*.js"):
        if path.parts[len(ROOT.parts)] in PACKAGES:
            names.update(re.findall(r"function (\w+)", path.read_text(encoding="utf-8")))
    return frozenset(names)


def wrong_functions(text: str) -> Iterator[str]:
    for code in CODE.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        found = FUNCTION.fullmatch(code)
        if found and found[1] not in defined():
            yield code


def test_each_command_of_ours_has_its_place_on_the_page_and_no_other():
    headings = HEADING.findall(text_of(COMMANDS_PAGE))
    assert {name for program, name in headings if program == "manage.py"} == own_commands()
    assert {name for program, name in headings if program == "dev.py"} == dev_commands()


@pytest.mark.parametrize("name", sorted(own_commands()))
def test_every_option_is_named_on_the_page_for(name):
    """Options of our own, not those that every command has."""
    section = re.search(rf"^## `manage\.py {name}`$(.*?)(?=^## |\Z)", text_of(COMMANDS_PAGE), re.MULTILINE | re.DOTALL)
    assert section is not None
    own = {option for option in options_of(name) if option.startswith("--")} - every_commands_options()
    assert {option for option in own if f"`{option}" not in section[1]} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_files_and_functions_exist_in(page):
    text = text_of(page)
    assert [*wrong_commands(text), *wrong_files(text), *wrong_functions(text)] == []


def test_what_does_not_exist_is_found():
    text = "`manage.py nothing` `manage.py story --sees 1` `python3 dev.py walk` `config/none.py` `config/settings.py` `no_such_verb()` `submit_check_in()`"
    found = [*wrong_commands(text), *wrong_files(text), *wrong_functions(text)]
    assert found == ["manage.py nothing", "manage.py story --sees", "dev.py walk", "config/none.py", "no_such_verb()"]
