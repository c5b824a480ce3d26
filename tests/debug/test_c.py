"""C's types, numbers and syntax, without any program."""

from __future__ import annotations

import math

import pytest

from emulator.debug.c.declarations import name_of
from emulator.debug.c.literals import octets
from emulator.debug.c.numbers import float_of, float_text, floats_octets
from emulator.debug.c.strings import quoted
from emulator.debug.c.syntax import parse
from emulator.debug.c.tree import Binary, Cast, Literal, Name, TypeName, Unary
from emulator.debug.c.types import (
    CHAR,
    INT,
    UNSIGNED_LONG,
    Array,
    Enum,
    Function,
    Member,
    Pointer,
    Qualified,
    Record,
    Type,
    Typedef,
    from_words,
)
from emulator.debug.command_table import CommandError

NODE = Typedef("node_t", INT)


class Types:
    """A program that has one type of its own."""

    def typedef(self, name: str) -> Type | None:
        return NODE if name == "node_t" else None

    def tagged(self, keyword: str, tag: str) -> Type | None:
        return None


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("long unsigned int", "unsigned long"),
        ("int", "int"),
        ("signed", "int"),
        ("unsigned", "unsigned int"),
        ("signed char", "signed char"),
        ("char unsigned", "unsigned char"),
        ("long int long", "long long"),
        ("double long", "long double"),
        ("short int", "short"),
    ],
)
def test_words_name_types_in_any_order(words: str, name: str) -> None:
    found = from_words(words.split())
    assert found is not None
    assert name_of(found) == name


def test_words_that_do_not_go_together_name_none() -> None:
    assert from_words(["short", "double"]) is None


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Pointer(Array(INT, 3)), "int (*)[3]"),
        (Array(Pointer(INT), 3), "int *[3]"),
        (Array(Array(CHAR, 2), 5), "char [5][2]"),
        (Pointer(Function(INT, [Pointer(CHAR)], is_variadic=True)), "int (*)(char *, ...)"),
        (Qualified("const", Pointer(CHAR)), "char * const"),
        (Pointer(Qualified("const", CHAR)), "const char *"),
        (Function(Pointer(INT), []), "int *(void)"),
        (Record("struct", "", 4), "struct {...}"),
    ],
)
def test_types_have_the_names_of_declarations(kind: Type, name: str) -> None:
    assert name_of(kind) == name


def test_a_name_in_parentheses_casts_if_it_is_a_type() -> None:
    assert parse("(node_t)*b", Types()) == Cast(NODE, Unary("*", Name("b")))
    assert parse("(other)*b", Types()) == Binary("*", Name("other"), Name("b"))


def test_a_type_may_have_a_declarator() -> None:
    node = parse("(int (*)[3])p", Types())
    assert isinstance(node, Cast)
    assert name_of(node.type) == "int (*)[3]"
    named = parse("char *(*)(int)", Types())
    assert isinstance(named, TypeName)
    assert name_of(named.type) == "char *(*)(int)"


def test_operators_bind_as_in_c() -> None:
    assert parse("1 + a * 2 == b", Types()) == Binary(
        "==", Binary("+", Literal(INT, 1), Binary("*", Name("a"), Literal(INT, 2))), Name("b")
    )
    assert parse("-a - b - c", Types()) == Binary(
        "-", Binary("-", Unary("-", Name("a")), Name("b")), Name("c")
    )


@pytest.mark.parametrize("text", ["", "1 +", "(1", "a[1", "a..b", "a b", "'", '"', "#", "1 ? 2"])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="syntax error"):
        parse(text, Types())


def test_a_member_of_a_nameless_member_is_found() -> None:
    inner = Record("struct", "", 8, [Member("p", INT, 0), Member("q", INT, 32)])
    outer = Record("struct", "s", 12, [Member("first", INT, 0), Member("", inner, 32)])
    found = outer.find("q")
    assert found is not None
    assert found.offset == 64
    assert outer.find("r") is None


def test_an_enum_of_bits_is_one_of_flags() -> None:
    assert Enum("e", 4, False, [("NONE", 0), ("A", 1), ("B", 2)]).is_flags
    assert not Enum("e", 4, False, [("A", 1), ("B", 3)]).is_flags
    assert not Enum("e", 4, True, [("A", -1), ("B", 2)]).is_flags


@pytest.mark.parametrize("size", [4, 8, 12])
@pytest.mark.parametrize("number", [0.0, 1.0, -2.5, 1024.0, 2.0**-20, math.inf, -math.inf])
def test_floats_go_to_octets_and_back(number: float, size: int) -> None:
    assert float_of(floats_octets(number, size)) == number
    assert len(floats_octets(number, size)) == size


def test_floats_have_as_many_digits_as_tell_them_apart() -> None:
    assert float_text(floats_octets(0.1, 4)) == "0.100000001"
    assert float_text(floats_octets(0.1, 8)) == "0.10000000000000001"
    assert float_text(floats_octets(3.0, 12)) == "3"
    assert float_text(bytes.fromhex("cdcccccccccccc8cff3f0000")) == "1.10000000000000000002"
    assert float_text(floats_octets(math.nan, 4)) == "nan(0x400000)"
    assert float_text(floats_octets(-math.inf, 12)) == "-inf"


def test_repetitions_in_strings_are_told_not_shown() -> None:
    assert quoted(b"hi\0") == '"hi"'
    assert quoted(b"") == '""'
    assert quoted(b"a" * 10) == '"aaaaaaaaaa"'
    assert quoted(b"x" + b"a" * 11 + b"y") == '''"x", 'a' <repeats 11 times>, "y"'''
    assert quoted(b"\x01\"'\\\xff\n") == '''"\\001\\"'\\\\\\377\\n"'''
    assert quoted(bytes(range(32, 127)) * 3).endswith('"...')


def test_escapes_in_strings_are_what_c_means() -> None:
    assert octets(r"\n\0\x41\101\\\'") == b"\n\0AA\\'"


def test_a_size_does_not_depend_on_the_name() -> None:
    assert Typedef("t", Qualified("const", UNSIGNED_LONG)).size == 4
    assert Array(Typedef("t", INT), 3).size == 12
