"""Builds the guest programs: python guest_programs/build.py [KIND…], all kinds without one.

Needs nothing but Python and one of two compilers: the `ziglang` package in the Python that runs
this file, or a host gcc that can make 32-bit programs. Builds only what is older than its sources.
"""

from __future__ import annotations

import argparse
import fcntl
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from header import read_header

HERE = Path(__file__).resolve().parent
DEMO_FOLDER = HERE.parent / "emulator" / "guests"
BUILD_FOLDER = HERE / "build"
VFORK_FOLDER = DEMO_FOLDER / "vfork"
FOLDERS = {
    "demo": ("demo", DEMO_FOLDER),
    "bench": ("bench", BUILD_FOLDER / "bench"),
    "libc": ("libc", BUILD_FOLDER / "libc"),
    "glibc": ("libc", BUILD_FOLDER / "glibc"),
    "vfork": ("vfork", VFORK_FOLDER),
    "vfork_libc": ("vfork/libc", VFORK_FOLDER),
    "vfork_glibc": ("vfork/libc", BUILD_FOLDER / "vfork_glibc"),
    "tests": ("../tests/programs", BUILD_FOLDER / "tests"),
    "misuse": ("misuse", VFORK_FOLDER / "misuse"),
    "misuse_libc": ("misuse/libc", VFORK_FOLDER / "misuse"),
    "misuse_glibc": ("misuse/libc", BUILD_FOLDER / "misuse_glibc"),
    "misuse_glibc_plain": ("misuse/libc", BUILD_FOLDER / "misuse_glibc_plain"),
}
"""Where each kind has its sources and where its programs go; glibc's have the sources of libc's."""
KINDS = tuple(FOLDERS)
MUSL_KINDS = ("libc", "vfork_libc", "misuse_libc")
GLIBC_KINDS = ("glibc", "vfork_glibc", "misuse_glibc", "misuse_glibc_plain")
ROW_KINDS = ("vfork", "vfork_libc", "misuse", "misuse_libc")
NO_COMPILER = 3  # exit status

COMMON = ("-O2", "-g0", "-fno-pie", "-Wall", "-Wextra", "-Wl,-z,noexecstack")
# without a C library nothing may call into one, neither our code nor what the compiler adds
FREESTANDING = (
    *COMMON,
    *("-ffreestanding", "-fno-builtin", "-nostdlib", "-static", "-fomit-frame-pointer"),
    *("-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables"),
    f"-I{HERE / 'include'}",
)
# exactly one set of options: the C library is compiled once for each set
MUSL = (*COMMON, "-static", "-Wl,--strip-debug")
STRIPPING = ("-g0", "-Wl,--strip-debug")
GLIBC = (*COMMON, "-static", "-no-pie", "-pthread")


# with symbols and lines, which the misuse check shows; "plain" is without optimisation
FURTHER = {
    "demo": ("-g",),
    "misuse": ("-g",),
    "misuse_libc": ("-g",),
    "misuse_glibc": ("-g",),
    "misuse_glibc_plain": ("-g", "-O0"),
}


@dataclass(frozen=True)
class Guest:
    """One program: its kind, its source, and the ELF file it becomes."""

    kind: str
    source: Path
    output: Path

    @property
    def name(self) -> str:
        return self.source.stem


class NoCompiler(Exception):
    """No compiler on this machine can build that kind of guest."""


def guests_of(kind: str) -> list[Guest]:
    """Every guest of a kind."""
    folder, output = FOLDERS[kind]
    sources = sorted(path for path in (HERE / folder).iterdir() if path.suffix in (".c", ".S"))
    return [Guest(kind, source, output / source.stem) for source in sources]


def has_zig() -> bool:
    return importlib.util.find_spec("ziglang") is not None


def gcc_links(program: str, *options: str) -> bool:
    """Whether the host's gcc turns this C text into a 32-bit program."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        command = [gcc, "-m32", *options, "-x", "c", "-", "-o", f"{folder}/probe"]
        return subprocess.run(command, input=program.encode(), capture_output=True).returncode == 0


def gcc_builds_freestanding() -> bool:
    return gcc_links("void _start(void) {}", *FREESTANDING, "-no-pie")


def gcc_builds_glibc() -> bool:
    return gcc_links('#include <stdio.h>\nint main(void) { return puts("") < 0; }', *GLIBC)


def compiler_for(kind: str) -> list[str]:
    """The command line that builds this kind, but for source and output.

    Raises NoCompiler, with what to install.
    """
    zig = [sys.executable, "-m", "ziglang", "cc"]
    processor = "-march=pentium4" if kind == "bench" else "-march=i686"
    if kind in GLIBC_KINDS:
        if gcc_builds_glibc():
            return ["gcc", "-m32", *GLIBC]
        raise NoCompiler("gcc cannot link -m32 -static (Debian: libc6-dev-i386)")
    if kind in MUSL_KINDS:
        if has_zig():
            return [*zig, "-target", "x86-linux-musl", *MUSL]
        raise NoCompiler("musl comes with ziglang: pip install ziglang")
    if has_zig():
        place = "-Wl,--image-base=0x8048000"  # where gcc puts i386 programs, too
        return [*zig, "-target", "x86-freestanding", processor, place, *FREESTANDING]
    if gcc_builds_freestanding():
        vector = ("-mfpmath=sse",) if kind == "bench" else ()
        return ["gcc", "-m32", "-no-pie", processor, *vector, "-Wl,--build-id=none", *FREESTANDING]
    raise NoCompiler("neither ziglang nor a gcc that can make 32-bit programs: pip install ziglang")


def is_current(guest: Guest) -> bool:
    """Whether the output is newer than its source, every header and this file."""
    if not guest.output.exists():
        return False
    inputs = [guest.source, Path(__file__), *(HERE / "include").iterdir()]
    return guest.output.stat().st_mtime > max(path.stat().st_mtime for path in inputs)


def compile_guest(guest: Guest, compiler: list[str]) -> None:
    """Compiles beside the output, then moves: nobody ever runs half a guest."""
    guest.output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = guest.output.with_name(f".{guest.name}.new")
    further = FURTHER.get(guest.kind, ())
    libraries = ["-lm"] if guest.kind in MUSL_KINDS + GLIBC_KINDS else []
    if further:  # zig takes what it leaves out from the first word that says so
        compiler = [word for word in compiler if word not in STRIPPING]
    command = [*compiler, *further, str(guest.source), "-o", str(unfinished), *libraries]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{guest.source}:\n{' '.join(command)}\n{done.stderr}")
    sys.stderr.write(done.stderr)
    unfinished.replace(guest.output)


def build(kind: str) -> list[Guest]:
    """Builds what is not current; returns every guest of the kind. Raises NoCompiler."""
    guests = guests_of(kind)
    stale = [guest for guest in guests if not is_current(guest)]
    if stale:
        compiler = compiler_for(kind)
        # the first one alone: it may compile the C library, which two at once would do twice
        compile_guest(stale[0], compiler)
        with ThreadPoolExecutor(max_workers=2) as pool:
            list(pool.map(lambda guest: compile_guest(guest, compiler), stale[1:]))
        print(f"built {len(stale)} {kind} guests in {guests[0].output.parent}")
    return guests


def write_index(guests: list[Guest]) -> None:
    """What each demo shows and prints, for a program that has the ELF files but not the sources."""
    index = {guest.name: read_header(guest.source).__dict__ for guest in guests}
    text = json.dumps(index, indent=1, ensure_ascii=False) + "\n"
    (DEMO_FOLDER / "index.json").write_text(text)


def write_rows() -> None:
    """The table of statements about vfork goes along with the guests that show them.

    A row that does not say what its guest prints means what the guest's header says.
    """
    rows = json.loads((HERE / "vfork" / "rows.json").read_text())
    guests = [guest for kind in ROW_KINDS for guest in guests_of(kind)]
    sources = {str(guest.output.relative_to(VFORK_FOLDER)): guest.source for guest in guests}
    for row in rows:
        if "prints" not in row:
            header = read_header(sources[row["guest"]])
            row |= {"prints": header.prints.splitlines(), "status": header.status}
    (VFORK_FOLDER / "rows.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


@contextmanager
def only_builder() -> Iterator[None]:
    """Lets one process at a time build; test workers all ask at once."""
    BUILD_FOLDER.mkdir(exist_ok=True)
    with open(BUILD_FOLDER / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the guest programs.")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"{', '.join(KINDS)}; all of them")
    parser.add_argument("--probe-host", action="store_true", help="0 if gcc will do for the demos")
    options = parser.parse_args()
    if options.probe_host:
        return 0 if gcc_builds_freestanding() else 1
    if unknown := set(options.kinds) - set(KINDS):
        parser.error(f"no such kind: {', '.join(sorted(unknown))}")
    with only_builder():
        for kind in options.kinds or KINDS:
            try:
                guests = build(kind)
            except NoCompiler as reason:
                print(f"{kind} guests not built: {reason}", file=sys.stderr)
                if kind in options.kinds or kind not in GLIBC_KINDS:
                    return NO_COMPILER
                continue
            if kind == "demo":
                write_index(guests)
            if kind == "vfork":
                write_rows()
    return 0


if __name__ == "__main__":
    sys.exit(main())
