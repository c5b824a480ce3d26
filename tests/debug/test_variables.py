"""What line mode prints of variables is what gdb prints of them at the same place, natively."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.debug.line_mode import LineMode
from emulator.stepper import Stepper
from tests.gdb.debugging import debug_natively

HERE = Path(__file__).parent
OPTIONS = (
    *("-m32", "-g", "-static", "-no-pie", "-ffreestanding", "-nostdlib", "-fno-stack-protector"),
    *("-fno-pie", "-Wl,--build-id=none"),
)
MARK = "@@"
_STACK = re.compile(r"0x(ffff|bfff)[0-9a-f]{4}\b(?! <)")

PRINTED = """
counter;&counter;numbers;&numbers;&numbers[1];numbers[2];many;ten;eleven;many[100]@5;grid;grid[1]
points;first;&first;first.next;*first.next;first.next->value;first->next->name;un;mixed;col;odd;fl
fl0;fl8;modes;no_modes;unknown_mode;seven;f;d;big;three;minus_zero;small;inf;-inf;inf-inf;ld;ld_big;ld_zero;ld_small;c;nl;minus;uc;sc
yes;ll;ull;sh;us;text;*text;null;exact;full;empty;long_text;named_string;octets;fp;inner;&inner
*inner;main;vp;u;vc;cp;words;words[0];local;deep;calls;n;p;*p;pt;s;x;i;$sp;$fp;7/2;7.0/2;1.5+2
-7/2;-7%4;1==1;1.0<2;'a';'\\n';'\\'';'\\0';(char)65;(char*)text;(char*)&first;*(int*)&first
(struct node *)vp;(node_t *)vp;(u32)-1;sizeof(int);sizeof first;sizeof(node_t);sizeof(struct node *)
first.value + 3;&first + 1;&numbers[2] - &numbers[0];first.next == &second;!counter;~counter;-u
counter << 2;1 ? 2 : 3;p && p->value;null && *null;col == GREEN;GREEN;(enum color)5;col + 1;BLUE + 0
*words@2;text[1];&text;&*text;&text[1];*&first;&first.name;&first.name[1];first.name;*first.next@1
0x10;010;1u;5000000000;0xffffffff;1.5f;1e3;3,4;"abc";words+1;*words;**words;un.b;mixed.a;mixed.b
mixed.w;mixed.col;mixed.pt.x;mixed.p;&mixed.pt;pt.y * 2;d * 2;f * 2;f + d;u + 1;ll + 1;uc + 1;sh*us
counter / 0.0;*(char (*)[4])text;(long)text;(short)70000;(float)1;(int)3.9;(long long)5;(void)0
(void*)0;$;$1;$$2;1+2*3<<1;(1|2)&~1;7^2;5>3 && 2>=2 || 0;-1 < 1u;(unsigned char)-1;&*p
((struct point *)&numbers)->y;*(struct point *)&numbers;(_Bool)7;ll >> 40;u >> 1;'\\x41';&points[3]
""".replace("\n", ";").strip(";")
FORMATTED = """
/x counter;/x numbers;/x first;/x &first;/x -1;/x minus;/t 5;/o 8;/c 65;/c numbers;/d uc;/u minus
/d &counter;/a inner+5;/a vp;/f f;/x f;/x d;/f 1;/s text;/s full;/x full;/x col;/d col;/c c;/x mixed
/z 5;/x yes;/x ll;/t 0;/o 0;/x text;/d f;/f ll;/x fl;/c 321;/x (short)-1
""".replace("\n", ";").strip(";")
TYPES = """
first;&first;numbers;fp;words;node_t;struct node;first.next->value;1+1;1.0f;inner;&numbers;(char)1
sizeof(int);1==1;c+c;u;vc;un;uc;&grid[0];grid;cp;string_t;4000000000;0xffffffff;d*f;f*2;sh+us;u+ll
p-p;&first+1;mixed.call;mixed.w;'a';(int (*)[3])vp;(int (*)(int, char *))0;unsigned
long unsigned int;mixed.unseen
""".replace("\n", ";").strip(";")
DESCRIBED = """
first;struct mixed;node_t;enum color;union number;u32;first.next;inner;fp;words;enum flags
string_t;mixed.unseen;mixed.w;int;const char *;char *const
""".replace("\n", ";").strip(";")
LINES = [
    *[f"print {word}" for word in PRINTED.split(";")],
    *[f"print{word}" for word in FORMATTED.split(";")],
    *[f"whatis {word}" for word in TYPES.split(";")],
    *[f"ptype {word}" for word in DESCRIBED.split(";")],
    "info locals", "info args", "bt",
    "x/2xw &counter", "x/3dw numbers", "x/2dw &numbers[1]", "x/s text", "x/s first.name",
    "x/2s words[0]", "x/4cb text", "x/2wx &first", "x/xg &ull", "x/2fw &f", "x/2ub full",
    "up", "info locals", "print n", "print *q", "info args", "up", "info locals", "info args",
    "down", "print here.x", "frame 0", "print local", "frame 2", "print $pc",
]  # fmt: skip
"""Every line is for gdb as well as for line mode."""


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A program of this folder, compiled with what is given."""

    def build(name: str, *options: str) -> Path:
        gcc = shutil.which("gcc")
        if gcc is None:
            pytest.skip("there is no gcc on this machine")
        output = tmp_path_factory.mktemp("programs") / name
        words = [gcc, *OPTIONS, *options, f"{name}.c", "-o", str(output)]
        done = subprocess.run(words, cwd=HERE, capture_output=True, text=True)
        if "cannot find" in done.stderr or "64-bit mode not compiled in" in done.stderr:
            pytest.skip("gcc makes no 32-bit programs here")
        assert done.returncode == 0, done.stderr
        return output

    return build


def marked_line(name: str) -> int:
    lines = (HERE / f"{name}.c").read_text().splitlines()
    return next(i for i, line in enumerate(lines, 1) if "/* HERE */" in line)


def compare(
    program: Path, lines: list[str], times: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Carry out lines where the marked line is met for the Nth time, in both debuggers."""
    place, skipped = f"{program.name}.c:{marked_line(program.name)}", ["continue"] * times
    markers = [word for line in lines for word in (f"echo {MARK}", line)]
    said = debug_natively(program, [f"break {place}", *skipped, *markers])
    wanted = [each.strip("\n") for each in said.split(MARK)[1:]]
    mode = LineMode(Stepper(str(program)))
    for line in (f"break {place}", *skipped):
        mode.do(line)
    capsys.readouterr()
    found = []
    for line in lines:
        mode.do(line)
        found.append(capsys.readouterr().out.strip("\n"))
    answers = zip(lines, map(_plain, found), map(_plain, wanted), strict=True)
    assert [answer for answer in answers if answer[1] != answer[2]] == []


def _plain(text: str) -> str:
    """Without what differs from run to run: where the stack is."""
    return _STACK.sub("STACK", text)


def test_values_types_and_calls_are_printed_as_gdb_prints_them(
    compiled: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    compare(compiled("variables", "-O0"), LINES, 1, capsys)


@pytest.mark.parametrize("times", [1, 2, 4, 5])
def test_so_are_variables_that_were_optimised(
    compiled: Callable[..., Path], capsys: pytest.CaptureFixture[str], times: int
) -> None:
    lines = [
        "info locals", "info args", "bt", "print it", "print *it", "print sum", "print part",
        "print factor", "print head->next", "up", "info locals", "info args", "print before",
        "print a", "print $ebx", "print $esi", "print $edi", "up", "info locals", "info args",
        "print $ebx",
    ]  # fmt: skip
    compare(compiled("optimised", "-O2"), lines, times, capsys)
    compare(compiled("optimised", "-O2", "-gdwarf-4"), lines, times, capsys)


def test_without_gdb_they_mean_what_the_program_says(
    compiled: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    mode = LineMode(Stepper(str(compiled("variables", "-O0"))))
    mode.do(f"break variables.c:{marked_line('variables')}")
    mode.do("continue")

    def said(line: str) -> str:
        capsys.readouterr()
        mode.do(line)
        return capsys.readouterr().out.rstrip("\n")

    assert said("print first.next->name[0]") == "$1 = 115 's'"
    assert said("print local + calls") == "$2 = 106"
    assert said("print mixed.b") == "$3 = -3"
    assert said("up").endswith("return inner(n + 1, &first, here, text, 0.5, BLUE) + (*q)[0];")
    assert said("print here") == "$4 = {x = 3, y = -3}"
    assert said("reverse-stepi").count("\n") == 0
    assert said("print local").startswith("$5 = ")  # a move looks at the innermost frame again
    assert said("print counter = 5").startswith("what has happened cannot be changed")
    assert said("print counter") == "$6 = 42"
    assert said("print first.nosuch") == "There is no member named nosuch."
    assert said("print *(int*)0") == "Cannot access memory at address 0x0"
    assert said("print counter.x").startswith("Attempt to extract a component")
    assert said("print 1/0") == "Division by zero"
    assert said("print first + 1").startswith("Argument to arithmetic operation")
    assert said("print (struct node") == "A syntax error in expression, near `'."
    assert said("print $9") == "History has not yet reached $9."
    assert said("ptype struct nosuch") == "No struct type named nosuch."
    assert said("frame 7") == "No frame at level 7."
    assert said("print &mixed.b").startswith("Attempt to take address")
    assert said("print/q 5") == "not a format of print: /q"
