"""What of the host a guest sees, by the options of the command."""

import os
from pathlib import Path

import pytest

from kernel.abi.errno import Errno
from kernel.errors import BadGuest
from kernel.fs.layout import Bind, Layout, build_namespace, path_below
from tests.fs.files import Files, fails


@pytest.fixture
def host(tmp_path: Path) -> Path:
    for name in ("work/sub", "bin", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "bin" / "prog").write_bytes(b"program")
    (tmp_path / "bin" / "other").write_bytes(b"")
    (tmp_path / "work" / "input").write_bytes(b"input")
    (tmp_path / "elsewhere" / "secret").write_bytes(b"secret")
    return tmp_path


class Laid(Files):
    """Files whose tree was built for a command's options."""

    def __init__(self, host: Path, program: str = "../bin/prog", **options: object) -> None:
        super().__init__()
        layout = Layout(os.fsencode(program), bytes(host / "work"), **options)  # type: ignore[arg-type]
        start = build_namespace(self.system, layout)
        self.program = start.program
        self._become_root(start.namespace)
        self.task.fs = start.context


def test_by_default_the_program_and_the_current_folder_are_there(host: Path) -> None:
    files = Laid(host)
    folder = bytes(host / "work")
    assert files.task.fs.cwd.path == str(host / "work")
    assert files.get(b"input") == b"input"
    assert files.get(files.program) == b"program"
    assert files.get(bytes(host / "bin" / "prog")) == b"program"
    assert files.names(folder) == [b"input", b"sub"]
    assert files.names(bytes(host)) == [b"bin", b"work"]
    assert files.names(bytes(host / "bin")) == [b"prog"]
    fails(Errno.ENOENT, files.at, bytes(host / "elsewhere" / "secret"))
    fails(Errno.ENOENT, files.at, b"/etc")


def test_by_default_changes_stay_in_memory(host: Path) -> None:
    files = Laid(host)
    files.put(b"input", b"changed")
    files.put(b"output", b"new")
    assert (host / "work" / "input").read_bytes() == b"input"
    assert not (host / "work" / "output").exists()


def test_there_are_dev_proc_and_a_tmp_for_everybody(host: Path) -> None:
    files = Laid(host)
    assert files.at(b"/tmp").inode.mode & 0o7777 == 0o1777
    assert files.at(b"/dev/shm").inode.mode & 0o7777 == 0o1777
    assert files.file(b"/dev/null", 1).write(files.task, b"x") == 1
    kinds = [(mount.path, mount.file_system.kind) for mount in files.system.namespace.mounts]
    assert kinds == [
        ("/", "tmpfs"), ("/proc", "proc"), ("/dev", "devtmpfs"), ("/dev/pts", "devpts"),
        ("/dev/shm", "tmpfs"),
    ]  # fmt: skip


def test_a_program_in_the_current_folder_is_the_one_there(host: Path) -> None:
    (host / "work" / "prog").write_bytes(b"here")
    files = Laid(host, "./prog")
    assert files.program == b"./prog"
    assert files.get(b"./prog") == b"here"


def test_a_program_behind_links_is_where_they_lead(host: Path) -> None:
    (host / "work" / "tools").symlink_to("../bin")
    (host / "work" / "p").symlink_to("tools/prog")
    files = Laid(host, "p")
    assert files.at(b"p").path == str(host / "bin" / "prog")
    assert files.get(b"p") == b"program"


def test_isolated_shows_the_program_alone(host: Path) -> None:
    files = Laid(host, is_isolated=True)
    assert files.task.fs.cwd.path == "/"
    assert files.get(files.program) == b"program"
    assert files.names(bytes(host / "work")) == []  # on the way, "work/../bin/prog"
    assert files.names(bytes(host / "bin")) == [b"prog"]


def test_a_host_path_below_the_root_names_a_program_too(host: Path) -> None:
    for program in (str(host / "bin" / "prog"), "../bin/prog", "/bin/prog"):
        files = Laid(host, program, root=bytes(host))
        assert files.get(files.program) == b"program"
    assert Laid(host, "/none", root=bytes(host)).program == b"/none"


def test_a_root_is_shown_and_starts_below_or_at_its_top(host: Path) -> None:
    files = Laid(host, "/bin/prog", root=bytes(host))
    assert files.task.fs.cwd.path == "/work"
    assert files.get(files.program) == b"program"
    assert files.get(b"/elsewhere/secret") == b"secret"
    assert Laid(host, "/prog", root=bytes(host / "bin")).task.fs.cwd.path == "/"
    assert sorted(os.listdir(host)) == ["bin", "elsewhere", "work"]


def test_host_paths_below_a_root_have_a_name_in_it(host: Path) -> None:
    root = bytes(host)
    assert path_below(root, bytes(host / "bin" / "prog")) == b"/bin/prog"
    assert path_below(root, root) == b"/"
    assert path_below(bytes(host / "bin"), bytes(host / "work")) is None
    assert path_below(b"/", b"/usr") == b"/usr"


def test_a_bound_folder_is_read_only_unless_asked(host: Path) -> None:
    shown = bytes(host / "elsewhere")
    files = Laid(host, binds=(Bind(shown, b"/a/b"), Bind(b"../elsewhere", b"/w", True)))
    assert files.get(b"/a/b/secret") == b"secret"
    fails(Errno.EROFS, files.put, b"/a/b/new")
    files.put(b"/w/new", b"written")
    assert (host / "elsewhere" / "new").read_bytes() == b"written"


def test_a_bound_file_is_shown_at_its_place(host: Path) -> None:
    files = Laid(host, binds=(Bind(bytes(host / "elsewhere" / "secret"), b"/etc/passwd"),))
    assert files.get(b"/etc/passwd") == b"secret"
    assert files.names(b"/etc") == [b"passwd"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"root": b"none"}, "none: no such file or directory"),
        ({"root": b"../bin/prog"}, "../bin/prog: not a directory"),
        ({"binds": (Bind(b"/none", b"/x"),)}, "/none: no such file or directory"),
        ({"binds": (Bind(b"../bin/prog", b"/x", True),)}, "only a folder can be writable"),
        ({"binds": (Bind(b"../bin", b"/proc/x"),)}, "/proc/x: no such file or directory"),
    ],
)
def test_what_cannot_be_shown_is_said_in_a_line(
    host: Path, options: dict[str, object], text: str
) -> None:
    with pytest.raises(BadGuest, match=text):
        Laid(host, **options)


@pytest.mark.parametrize(
    ("folder", "start"), [(b"/proc", "/proc"), (b"/dev", "/dev"), (b"/proc/1/nowhere", "/")]
)
def test_proc_and_dev_are_the_guests_own_wherever_it_starts(folder: bytes, start: str) -> None:
    files = Files()
    built = build_namespace(files.system, Layout(b"/none", folder))
    assert built.context.cwd.path == start
    files.task.fs = built.context
    assert b"null" in files.names(b"/dev")
    assert b"kmsg" not in files.names(b"/dev")


def test_the_hosts_root_as_current_folder_shows_the_program_alone(host: Path) -> None:
    """Who starts a guest from / has not given it the whole host."""
    files = Files()
    program = bytes(host / "bin" / "prog")
    built = build_namespace(files.system, Layout(program, b"/"))
    files.task.fs = built.context
    assert b"etc" not in files.names(b"/")
    assert files.names(bytes(host / "bin")) == [b"prog"]
