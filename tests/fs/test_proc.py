"""/proc: processes, descriptors, mounts and the system, in the formats of Linux."""

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFMT, OpenFlag
from kernel.abi.memory import MapFlag, Prot
from kernel.abi.signals import SIG_IGN, Signal
from kernel.abi.sysno import Sysno
from kernel.clock import NANOSECONDS
from kernel.errors import Block, Hold, SysError
from kernel.fs.directory import OpenDirectory
from kernel.fs.path import resolve
from kernel.mm.area import Area
from kernel.signals.state import Action
from kernel.task.scheduling import Scheduling
from kernel.task.task import Call, Task, TaskState
from kernel.wait import WaitQueue
from tests.callers import TERMINAL, Callers
from tests.fakes import CODE, DATA, STACK
from tests.snapshots import copied


@pytest.fixture
def world() -> Callers:
    return Callers()


@pytest.fixture
def task(world: Callers) -> Task:
    return world.process()


def listing(world: Callers, task: Task, name: str) -> list[str]:
    file = task.files.get(world.open(task, name))
    assert isinstance(file, OpenDirectory)
    return [entry[0].decode() for entry in file.entries(task)][2:]


def fields(world: Callers, task: Task, name: str) -> dict[str, str]:
    """`name: value` lines."""
    lines = world.contents(task, name).splitlines()
    return {line.split(":")[0].strip(): line.split(":", 1)[1].strip() for line in lines if line}


def link(task: Task, name: str) -> str:
    inode = resolve(task, name.encode(), follow=False).inode
    return str(inode.target(task).decode())  # type: ignore[attr-defined]


def test_the_root_lists_processes_by_pid_but_finds_threads_too(world: Callers, task: Task) -> None:
    other = world.process()
    thread = world.thread(task)
    thread.fs, thread.files = task.fs, task.files
    names = listing(world, task, "/proc")
    assert [name for name in names if name.isdigit()] == ["1", str(task.pid), str(other.pid)]
    assert {"self", "meminfo", "mounts", "sys", "uptime"} < set(names)
    assert resolve(task, b"/proc/%d" % thread.tid).inode.is_directory
    assert listing(world, task, "/proc/self/task") == [str(task.tid), str(thread.tid)]


@pytest.mark.parametrize("name", ["99999", "0", "0100", "-1", "1e3", "9" * 40])
def test_what_is_no_process_is_not_found(world: Callers, task: Task, name: str) -> None:
    assert world.open(task, f"/proc/{name}") == -Errno.ENOENT


def test_self_is_whoever_looks(world: Callers, task: Task) -> None:
    other = world.process()
    assert link(task, "/proc/self") == str(task.pid)
    assert link(other, "/proc/self") == str(other.pid)
    assert link(task, "/proc/thread-self") == f"{task.pid}/task/{task.tid}"


def test_a_reaped_process_is_gone_and_its_open_files_fail(world: Callers, task: Task) -> None:
    other = world.process()
    descriptor = world.open(task, f"/proc/{other.pid}/status")
    world.system.tasks.remove(other)
    other.state = TaskState.DEAD
    assert world.open(task, f"/proc/{other.pid}/status") == -Errno.ENOENT
    assert world.call(task, Sysno.READ, descriptor, DATA, 100) == -Errno.ESRCH


def test_status_has_the_fields_of_linux(world: Callers, task: Task) -> None:
    task.sighand.actions[Signal.SIGINT] = Action(SIG_IGN)
    task.sighand.actions[Signal.SIGHUP] = Action(0x8048000)
    task.signals.blocked = 4
    status = fields(world, task, "/proc/self/status")
    assert status["Name"] == "guest"
    assert status["State"] == "R (running)"
    assert (status["Pid"], status["PPid"]) == (str(task.pid), "1")
    assert status["Uid"] == "0\t0\t0\t0"
    assert (status["SigIgn"], status["SigCgt"]) == ("0000000000000002", "0000000000000001")
    assert status["SigBlk"] == "0000000000000004"
    assert status["Threads"] == "1"
    assert status["VmSize"] == "148 kB"
    assert status["VmStk"] == "132 kB"


def test_a_suspended_vfork_parent_is_in_state_d_and_says_for_what(
    world: Callers, task: Task
) -> None:
    parent = world.process()
    parent.state = TaskState.RUNNING
    parent.hold(Hold(0, WaitQueue("vfork child"), True, parent))
    status = fields(world, task, f"/proc/{parent.pid}/status")
    assert status["State"] == "D (disk sleep)"
    assert world.contents(task, f"/proc/{parent.pid}/wchan") == "vfork_child"
    assert world.contents(task, f"/proc/{parent.pid}/stat").split()[2] == "D"
    assert "procs_blocked 1\n" in world.contents(task, "/proc/stat")


def test_stat_has_52_fields(world: Callers, task: Task) -> None:
    task.user_time = 250_000_000
    task.scheduling = Scheduling(nice=5)
    task.name = "a b) c"
    text = world.contents(task, "/proc/self/stat")
    assert text.startswith(f"{task.pid} (a b) c) R 1 {task.process.group} ")
    numbers = text[text.rindex(")") + 2 :].split()
    assert len(numbers) == 50
    assert (numbers[11], numbers[15], numbers[16], numbers[17]) == ("25", "25", "5", "1")


def test_stat_of_a_thread_counts_its_own_time_only(world: Callers, task: Task) -> None:
    thread = world.thread(task)
    thread.fs, thread.files = task.fs, task.files
    task.user_time, thread.user_time = 10_000_000, 20_000_000
    numbers = [
        world.contents(task, f"/proc/self{rest}/stat").split()[13]
        for rest in ("", f"/task/{thread.tid}")
    ]
    assert numbers == ["3", "2"]


def test_stat_names_the_terminal_and_its_foreground_group() -> None:
    world = Callers((TERMINAL, TERMINAL, TERMINAL))
    leader = world.leader()
    numbers = world.contents(leader, "/proc/self/stat").split()
    assert numbers[6:8] == [str(4 << 8 | 1), str(leader.process.group)]


def test_init_has_no_memory(world: Callers, task: Task) -> None:
    assert "VmSize" not in fields(world, task, "/proc/1/status")
    assert world.contents(task, "/proc/1/cmdline") == ""
    assert world.contents(task, "/proc/1/maps") == ""
    assert world.contents(task, "/proc/1/statm") == "0 0 0 0 0 0 0\n"
    with pytest.raises(SysError, match="ENOENT"):
        link(task, "/proc/1/exe")


def test_maps_have_the_columns_of_a_32_bit_kernel(world: Callers, task: Task) -> None:
    world.open(task, "/lib", OpenFlag.O_CREAT | OpenFlag.O_RDWR)
    inode = task.files.get(3).inode
    flags = MapFlag.MAP_PRIVATE
    area = Area(
        0x0804_8000, 0x0804_A000, Prot.PROT_READ | Prot.PROT_EXEC, flags, inode, 0x1000, "/lib"
    )  # type: ignore[arg-type]
    task.memory.map(area)
    lines = world.contents(task, "/proc/self/maps").splitlines()
    assert lines[0] == f"08048000-0804a000 r-xp 00001000 00:1e {inode.number}".ljust(49) + "/lib"
    assert lines[1] == "09000000-09004000 rw-p 00000000 00:00 0 "
    assert lines[2] == "bffdf000-c0000000 rw-p 00000000 00:00 0".ljust(49) + "[stack]"


def test_arguments_and_environment_are_read_from_the_process(world: Callers, task: Task) -> None:
    other = world.process()
    other.memory.write(DATA, b"prog\0-x\0A=1\0")
    space = other.memory
    space.argument_start, space.argument_end = DATA, DATA + 8
    space.environment_start, space.environment_end = DATA + 8, DATA + 12
    assert world.contents(task, f"/proc/{other.pid}/cmdline") == "prog\0-x\0"
    assert world.contents(task, f"/proc/{other.pid}/environ") == "A=1\0"


def test_descriptors_are_links_to_the_files_themselves(world: Callers, task: Task) -> None:
    world.call(task, Sysno.PIPE, DATA)
    world.open(task, "/file", OpenFlag.O_CREAT | OpenFlag.O_RDWR)
    world.call(task, Sysno.UNLINK, world.path(task, "/file"))
    assert listing(world, task, "/proc/self/fd")[:6] == ["0", "1", "2", "3", "4", "5"]
    assert link(task, "/proc/self/fd/3").startswith("pipe:[")
    assert link(task, "/proc/self/fd/5") == "/file (deleted)"
    modes = [resolve(task, b"/proc/self/fd/%d" % n, follow=False).inode.mode for n in (3, 4, 5)]
    assert [mode & 0o777 for mode in modes] == [0o500, 0o300, 0o700]
    task.files.get(5).write(task, b"text")
    assert world.contents(task, "/proc/self/fd/5") == "text"


def test_fdinfo_tells_position_and_flags(world: Callers, task: Task) -> None:
    flags = OpenFlag.O_CREAT | OpenFlag.O_RDWR | OpenFlag.O_APPEND | OpenFlag.O_CLOEXEC
    number = world.open(task, "/file", flags)
    task.files.get(number).write(task, b"12345")
    info = fields(world, task, f"/proc/self/fdinfo/{number}")
    assert (info["pos"], info["flags"]) == ("5", "02002002")


def test_other_users_secrets_are_theirs(world: Callers, task: Task) -> None:
    user = world.process(uid=1000)
    assert world.open(user, f"/proc/{task.pid}/environ") == -Errno.EACCES
    assert world.open(user, f"/proc/{task.pid}/fd") == -Errno.EACCES
    assert "Name:\tguest" in world.contents(user, f"/proc/{task.pid}/status")
    with pytest.raises(SysError, match="EACCES"):
        link(user, f"/proc/{task.pid}/cwd")
    assert link(user, "/proc/self/cwd") == "/"


def test_comm_can_be_written_by_the_process_itself(world: Callers, task: Task) -> None:
    other = world.process()
    for who, expected in ((task, 20), (other, -Errno.EINVAL)):
        descriptor = world.open(who, f"/proc/{task.pid}/comm", OpenFlag.O_RDWR)
        who.memory.write(DATA, b"a name that is long\n")
        assert world.call(who, Sysno.WRITE, descriptor, DATA, 20) == expected
    assert world.contents(task, "/proc/self/comm") == "a name that is \n"


def test_mounts_and_mountinfo(world: Callers, task: Task) -> None:
    assert world.contents(task, "/proc/mounts").splitlines() == [
        "tmpfs / tmpfs rw,relatime 0 0",
        "proc /proc proc rw,relatime 0 0",
        "dev /dev dev rw,relatime 0 0",
        "pts /dev/pts pts rw,relatime 0 0",
    ]
    assert world.contents(task, "/proc/self/mountinfo").splitlines()[1] == (
        "21 20 0:21 / /proc rw,relatime - proc proc rw"
    )


def test_limits_are_a_table(world: Callers, task: Task) -> None:
    lines = world.contents(task, "/proc/self/limits").splitlines()
    assert (
        lines[0] == "Limit                     Soft Limit           Hard Limit           Units     "
    )
    assert (
        lines[8] == "Max open files            1024                 1048576              files     "
    )


def test_the_system_tells_its_memory_and_time(world: Callers, task: Task) -> None:
    world.system.clock.now = 12 * NANOSECONDS + 340_000_000
    assert fields(world, task, "/proc/meminfo")["MemTotal"] == "8192 kB"
    assert world.contents(task, "/proc/uptime") == "12.34 12.34\n"
    assert world.contents(task, "/proc/loadavg").endswith(f"1/2 {task.pid}\n")
    assert "btime 1767225600\n" in world.contents(task, "/proc/stat")
    assert fields(world, task, "/proc/cpuinfo")["flags"].startswith("fpu ")


def test_settings_can_be_read_and_some_written(world: Callers, task: Task) -> None:
    assert world.contents(task, "/proc/sys/kernel/osrelease") == "6.1.0-emu386\n"
    assert world.contents(task, "/proc/sys/kernel/pid_max") == "32768\n"
    boot_id = world.contents(task, "/proc/sys/kernel/random/boot_id")
    assert len(boot_id) == 37
    assert boot_id == world.contents(task, "/proc/sys/kernel/random/boot_id")
    user = world.process(uid=7)
    name = "/proc/sys/kernel/hostname"
    assert world.open(user, name, OpenFlag.O_WRONLY) == -Errno.EACCES
    task.files.get(world.open(task, name, OpenFlag.O_WRONLY)).write(task, b"other\n")
    assert world.contents(task, name) == "other\n"


def test_files_that_only_tell_cannot_be_written(world: Callers, task: Task) -> None:
    file = task.files.get(world.open(task, "/proc/uptime", OpenFlag.O_WRONLY))
    with pytest.raises(SysError, match="EIO"):
        file.write(task, b"0")
    path = world.path(task, "/proc/new")
    assert world.call(task, Sysno.MKDIR, path, 0o777) == -Errno.ENOENT
    assert world.call(task, Sysno.UNLINK, world.path(task, "/proc/uptime")) == -Errno.EPERM


def test_contents_are_made_anew_when_reading_starts_over(world: Callers, task: Task) -> None:
    file = task.files.get(world.open(task, "/proc/self/comm"))
    assert file.read(task, 3) == b"gue"
    task.name = "changed"
    assert file.read(task, 100) == b"st\n"
    file.seek(0, 0)
    assert file.read(task, 100) == b"changed\n"


def test_every_file_can_be_read_for_every_kind_of_task(world: Callers, task: Task) -> None:
    zombie = world.process()
    zombie.state, zombie.memory_left = TaskState.ZOMBIE, True
    zombie.files.leave()
    for pid in (1, task.pid, zombie.pid):
        has_memory = pid == task.pid
        _read_all(
            world, task, f"/proc/{pid}", () if has_memory else ("auxv", "environ", "smaps_rollup")
        )
    _read_all(world, task, "/proc/sys")


def test_files_about_a_memory_cannot_be_opened_without_one(world: Callers, task: Task) -> None:
    for name in ("auxv", "environ", "smaps_rollup"):
        assert world.open(task, f"/proc/1/{name}") == -Errno.ESRCH


def test_an_open_environ_keeps_to_the_program_of_its_time(world: Callers, task: Task) -> None:
    other = world.process()
    other.memory.environment_start, other.memory.environment_end = DATA, DATA + 4
    other.memory.write(DATA, b"A=1\0")
    old, file = other.memory, task.files.get(world.open(task, f"/proc/{other.pid}/environ"))
    other.memory = world.process().memory  # as execve does
    assert file.read(task, 100) == b"A=1\0"
    old.leave()
    file.seek(0, 0)
    assert file.read(task, 100) == b""


def _read_all(world: Callers, task: Task, folder: str, without: tuple[str, ...] = ()) -> None:
    for name in listing(world, task, folder):
        if name in ("mem", "pagemap", *without):
            continue  # they are only there where there is memory, and then not everywhere
        inode = resolve(task, f"{folder}/{name}".encode(), follow=False).inode
        if inode.is_directory:
            _read_all(world, task, f"{folder}/{name}", without)
        elif inode.mode & S_IFMT == 0o100000 and inode.mode & 0o444:
            world.contents(task, f"{folder}/{name}")


def test_open_files_pipes_locks_and_terminals_can_be_copied() -> None:
    world = Callers((TERMINAL, TERMINAL, TERMINAL))
    task = world.leader()
    for name in (
        "/proc/self/comm",
        "/proc/self/maps",
        "/proc/self/fd",
        "/proc/uptime",
        "/dev/urandom",
        "/dev/tty",
    ):
        assert world.open(task, name) > 0
    world.call(task, Sysno.PIPE, DATA)
    world.call(task, Sysno.FLOCK, 3, 2)
    world.console.feed(b"typed")
    world.sleeps(task, Sysno.READ, 0, DATA, 10)
    console, files, namespace = copied((world.console, task.files, world.system.namespace))
    assert bytes(console.terminal.discipline.buffer) == b"typed"
    assert files.get(3).read(task, 5) == b"guest"
    assert namespace.mounts[1].root.lookup(b"self").form == "{pid}"


def test_syscall_tells_what_a_task_waits_in(world: Callers, task: Task) -> None:
    sleeper = world.run(world.process())
    name = f"/proc/{sleeper.pid}/syscall"
    queue = WaitQueue("something")
    assert world.contents(task, name) == f"-1 {STACK:#x} {CODE:#x}\n"
    sleeper.call = Call(Sysno.READ, (1, 2, 3, 0, 0, 0), 0)
    sleeper.sleep(Block(queue, deaf=True))
    assert world.contents(task, name) == f"3 0x1 0x2 0x3 0x0 0x0 0x0 {STACK:#x} {CODE:#x}\n"
    assert world.contents(task, f"/proc/{sleeper.pid}/stat").split()[2] == "D"
    queue.wake_all()
    assert world.contents(task, name) == "running\n"


def write_to(world: Callers, who: Task, path: str, text: bytes) -> int:
    descriptor = world.open(who, path, OpenFlag.O_WRONLY)
    who.memory.write(DATA, text)
    return world.call(who, Sysno.WRITE, descriptor, DATA, len(text))


def test_lowering_the_oom_adjustment_takes_privilege(world: Callers, task: Task) -> None:
    place = f"/proc/{task.pid}/oom_score_adj"
    assert write_to(world, task, place, b"-500") == 4
    assert world.contents(task, f"/proc/{task.pid}/oom_adj") == "-8\n"
    user = world.process(uid=1000)
    place = f"/proc/{user.pid}/oom_score_adj"
    assert write_to(world, user, place, b"-1") == -Errno.EACCES
    assert write_to(world, user, place, b"7") == 1
    assert write_to(world, user, place, b"0") == 1, "nobody has set a least one"
    assert write_to(world, task, place, b"20") == 2
    assert write_to(world, user, place, b"19") == -Errno.EACCES, "somebody privileged has"
    assert write_to(world, user, f"/proc/{user.pid}/oom_adj", b"-17") == -Errno.EACCES
    assert write_to(world, user, place, b"99999999999") == -Errno.ERANGE


def test_oom_score_follows_the_adjustment(world: Callers, task: Task) -> None:
    score = f"/proc/{task.pid}/oom_score"
    usual = int(world.contents(task, score))
    assert 666 <= usual < 700
    write_to(world, task, f"/proc/{task.pid}/oom_score_adj", b"300")
    assert 195 <= int(world.contents(task, score)) - usual <= 200
    write_to(world, task, f"/proc/{task.pid}/oom_score_adj", b"-1000")
    assert world.contents(task, score) == "0\n"
