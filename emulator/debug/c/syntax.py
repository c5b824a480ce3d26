"""The syntax of expressions: C's, with gdb's $registers, $history and `first@count`.

No library of C's grammar fits: whether `(a)*b` casts or multiplies is known from the program alone,
and there is more than C.
"""

from __future__ import annotations

import re
from typing import Protocol

from emulator.debug.c.literals import floating, integer, octets
from emulator.debug.c.tree import (
    Binary,
    Cast,
    Conditional,
    History,
    Literal,
    Member,
    Name,
    Node,
    Register,
    Text,
    TypeName,
    Unary,
)
from emulator.debug.c.types import (
    CHAR,
    WORDS,
    Array,
    Function,
    Pointer,
    Qualified,
    Type,
    from_words,
)
from emulator.debug.command_table import CommandError


class Types(Protocol):
    """Which types the program has; None where it has none of a name."""

    def typedef(self, name: str) -> Type | None: ...
    def tagged(self, keyword: str, tag: str) -> Type | None: ...


_TOKEN = re.compile(
    r"""\s*(?:
    (?P<float>(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?[fFlL]?|\d+[eE][+-]?\d+[fFlL]?)
    |(?P<number>0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*)
    |(?P<history>\$\$?\d+|\$\$?(?!\w))
    |\$(?P<register>\w+)
    |(?P<name>[A-Za-z_]\w*)
    |'(?P<char>(?:[^'\\]|\\[0-7]{1,3}|\\x[0-9a-fA-F]+|\\.))'
    |"(?P<text>(?:[^"\\]|\\.)*)"
    |(?P<sign>->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>?:()\[\].,@=])
    )""",
    re.VERBOSE,
)
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", ">", "<=", ">="),
    ("<<", ">>"), ("@",), ("+", "-"), ("*", "/", "%"),
)  # fmt: skip
"""Binary operators, those that bind least first; gdb's `@` among them."""
_PREFIXES = ("-", "+", "!", "~", "*", "&")
_TAGGED = ("struct", "union", "enum")
_QUALIFIERS = ("const", "volatile")
_HOLE = Type()


def parse(text: str, types: Types) -> Node:
    """The expression that a text is; CommandError says where it is none."""
    parser = _Parser(text, types)
    node = parser.comma()
    if parser.kind:
        raise parser.error()
    return node


class _Parser:
    """Reads from left to right; `kind` and `word` are the next token, empty at the end."""

    def __init__(self, text: str, types: Types) -> None:
        self._text, self._types = text.rstrip(), types
        self._start = self._end = 0
        self.kind = self.word = ""
        self._advance()

    def _advance(self) -> str:
        word = self.word
        self._start = self._end
        if self._end == len(self._text):
            self.kind = self.word = ""
            return word
        match = _TOKEN.match(self._text, self._end)
        if match is None or match.lastgroup is None:
            raise self.error()
        self.kind, self.word, self._end = match.lastgroup, match[match.lastgroup], match.end()
        return word

    def _take(self, sign: str) -> bool:
        """Pass over a sign, if it is the next."""
        found = self.kind == "sign" and self.word == sign
        if found:
            self._advance()
        return found

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise self.error()

    def error(self) -> CommandError:
        rest = self._text[self._start :].strip()
        return CommandError(f"A syntax error in expression, near `{rest}'.")

    # ---- operators ---------------------------------------------------------------------------

    def comma(self) -> Node:
        node = self._conditional()
        while self._take(","):
            node = Binary(",", node, self._conditional())
        return node

    def _conditional(self) -> Node:
        test = self._binary(0)
        if self._take("="):
            raise CommandError("what has happened cannot be changed here: gdb can (run -g)")
        if not self._take("?"):
            return test
        then = self.comma()
        self._expect(":")
        return Conditional(test, then, self._conditional())

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        node = self._binary(level + 1)
        while self.kind == "sign" and self.word in _LEVELS[level]:
            operator = self._advance()
            node = Binary(operator, node, self._binary(level + 1))
        return node

    def _unary(self) -> Node:
        if self.kind == "sign" and self.word in _PREFIXES:
            return Unary(self._advance(), self._unary())
        if self.kind == "name" and self.word == "sizeof":
            self._advance()
            return Unary("sizeof", self._unary())
        if self._take("("):
            if not self._at_type():
                node = self.comma()
                self._expect(")")
                return self._postfix(node)
            kind = self._type()
            self._expect(")")
            return Cast(kind, self._unary()) if self._at_operand() else TypeName(kind)
        return self._postfix(self._primary())

    def _at_operand(self) -> bool:
        return bool(self.kind) and (
            self.kind != "sign" or self.word in ("(", "*", "&", "-", "+", "!", "~")
        )

    def _postfix(self, node: Node) -> Node:
        while self.kind == "sign":
            if self._take("["):
                node = Binary("[", node, self.comma())
                self._expect("]")
            elif self._take(".") or self._take("->"):
                if self.kind != "name":
                    raise self.error()
                node = Member(node, self._advance())
            else:
                break
        return node

    def _primary(self) -> Node:
        if self._at_type():
            return TypeName(self._type())
        kind = self.kind
        if kind in ("", "sign"):
            raise self.error()
        word = self._advance()
        match kind:
            case "float":
                return floating(word)
            case "number":
                return integer(word)
            case "char":
                octet = octets(word)[0]
                return Literal(CHAR, octet - 256 if octet > 127 else octet)
            case "text":
                return Text(octets(word))
            case "register":
                return Register(word)
            case "history":
                digits, from_end = word.lstrip("$"), not word[1:].isdigit()
                return History(int(digits or word.count("$") - 1), from_end)
        return Name(word)

    # ---- types -------------------------------------------------------------------------------

    def _at_type(self) -> bool:
        if self.kind != "name":
            return False
        word = self.word
        is_word = word in WORDS or word in _TAGGED or word in _QUALIFIERS
        return is_word or self._types.typedef(word) is not None

    def _type(self) -> Type:
        """Specifiers, and what may stand around a name that is not there."""
        kind: Type | None = None
        words: list[str] = []
        qualifiers: list[str] = []
        while self.kind == "name":
            if self.word in _QUALIFIERS:
                qualifiers.append(self._advance())
            elif self.word in WORDS:
                words.append(self._advance())
            elif kind is None and not words and self.word in _TAGGED:
                kind = self._tagged(self._advance())
            elif kind is None and not words:
                kind = self._types.typedef(self._advance())
            else:
                break
        kind = kind or from_words(words)
        if kind is None:
            raise CommandError(f'No symbol "{" ".join(words)}" in current context.')
        for word in qualifiers:
            kind = Qualified(word, kind)
        return self._declarator(kind)

    def _tagged(self, keyword: str) -> Type:
        if self.kind != "name":
            raise self.error()
        tag = self._advance()
        found = self._types.tagged(keyword, tag)
        if found is None:
            raise CommandError(f"No {keyword} type named {tag}.")
        return found

    def _declarator(self, kind: Type) -> Type:
        while self._take("*"):
            kind = Pointer(kind)
            while self.kind == "name" and self.word in _QUALIFIERS:
                kind = Qualified(self._advance(), kind)
        if self.word != "(" or self._text[self._end :].lstrip()[:1] != "*":
            return self._suffixes(kind)
        # what stands in parentheses points to what stands around them, which comes later
        self._advance()
        stars = 0
        while self._take("*"):
            stars += 1
        within = self._suffixes(_HOLE)
        self._expect(")")
        kind = self._suffixes(kind)
        for _ in range(stars):
            kind = Pointer(kind)
        return _filled(within, kind)

    def _suffixes(self, kind: Type) -> Type:
        if self._take("["):
            count = int(self._advance(), 0) if self.kind == "number" else None
            self._expect("]")
            return Array(self._suffixes(kind), count)
        if self._take("("):
            parameters: list[Type] = []
            while not self._take(")"):
                parameters.append(self._type())
                if not self._take(",") and self.word != ")":
                    raise self.error()
            return Function(self._suffixes(kind), parameters or None)
        return kind


def _filled(kind: Type, content: Type) -> Type:
    """A type with another in place of the hole in it."""
    match kind:
        case Array():
            return Array(_filled(kind.element, content), kind.count)
        case Function():
            return Function(_filled(kind.result, content), kind.parameters)
    return content
