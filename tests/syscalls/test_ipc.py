"""System V and POSIX IPC: what a program run natively cannot show. The rest is in guests."""

from __future__ import annotations

import pickle
import struct

import pytest

from kernel.abi import ipc as abi
from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag
from kernel.abi.ipc import IPC_CREAT, IPC_NOWAIT, IpcCall, MessageControl, SharedControl
from kernel.abi.memory import PAGE_SIZE
from kernel.abi.sysno import Sysno
from kernel.clock import NANOSECONDS
from kernel.errors import Block
from kernel.ipc.tables import messages
from kernel.task.task import TaskState
from tests.syscalls.calls import BUFFER, OTHER, Calls


@pytest.fixture
def calls() -> Calls:
    return Calls()


def test_identifiers_are_not_used_again_at_once(calls: Calls) -> None:
    first = calls.make(Sysno.MSGGET, 0, IPC_CREAT)
    calls.make(Sysno.MSGCTL, first, MessageControl.IPC_RMID, 0)
    assert calls.make(Sysno.MSGGET, 0, IPC_CREAT) == first + 1
    assert calls.make(Sysno.MSGCTL, first, MessageControl.IPC_RMID, 0) is Errno.EINVAL


def test_the_65th_identifier_has_another_sequence_number(calls: Calls) -> None:
    for _ in range(64):
        queue = calls.make(Sysno.MSGGET, 0, IPC_CREAT)
        calls.make(Sysno.MSGCTL, queue, MessageControl.IPC_RMID, 0)
    assert calls.make(Sysno.MSGGET, 0, IPC_CREAT) == 32768


def test_there_is_room_for_so_many_objects_and_no_more(calls: Calls) -> None:
    tables = calls.system.ipc.messages, calls.system.ipc.semaphores
    assert [table.most for table in tables] == [abi.MSGMNI, abi.SEMMNI]
    for table in tables:
        table.most = 1
    for call in ((Sysno.MSGGET, 0, IPC_CREAT), (Sysno.SEMGET, 0, 1, IPC_CREAT)):
        assert isinstance(calls.make(*call), int)
        assert calls.make(*call) is Errno.ENOSPC


def test_the_structures_have_their_i386_sizes() -> None:
    sizes = (abi.MESSAGE_QUEUE, abi.SEMAPHORE_SET, abi.SHARED_SEGMENT)
    assert [abi.PERMISSION.size + one.size for one in sizes] == [88, 64, 84]
    old = (abi.OLD_MESSAGE_QUEUE, abi.OLD_SEMAPHORE_SET, abi.OLD_SHARED_SEGMENT)
    assert [abi.OLD_PERMISSION.size + one.size for one in old] == [56, 44, 48]
    assert (abi.MESSAGE_INFO.size, abi.SEMAPHORE_INFO.size, abi.SHARED_LIMITS.size) == (32, 40, 36)


def test_stat_by_index_returns_the_identifier(calls: Calls) -> None:
    queue = calls.make(Sysno.MSGGET, 0, IPC_CREAT | 0o600)
    assert calls.make(Sysno.MSGCTL, 0, MessageControl.MSG_STAT, BUFFER) == queue
    assert calls.make(Sysno.MSGCTL, 5, MessageControl.MSG_STAT, BUFFER) is Errno.EINVAL
    assert calls.make(Sysno.MSGCTL, 0, MessageControl.MSG_INFO, BUFFER) == 0
    assert struct.unpack("<i", calls.stored(4))[0] == 1


def test_ipc_has_structures_with_16_bit_ids_unless_told_otherwise(calls: Calls) -> None:
    queue = calls.make(Sysno.MSGGET, 0, IPC_CREAT | 0o640)
    calls.store(abi.PERMISSION.pack(0, 70000, 7, 0, 0, 0o640, 0, 0, 0, 0))
    command = int(MessageControl.IPC_SET)
    words = (IpcCall.MSGCTL, queue, command | abi.IPC_64, 0, BUFFER)
    assert calls.make(Sysno.IPC, *words) == 0
    command = int(MessageControl.IPC_STAT)
    assert calls.make(Sysno.IPC, IpcCall.MSGCTL, queue, command | abi.IPC_64, 0, BUFFER) == 0
    assert abi.PERMISSION.unpack(calls.stored(36))[1:3] == (70000, 7)
    assert calls.make(Sysno.IPC, IpcCall.MSGCTL, queue, command, 0, BUFFER) == 0
    assert abi.OLD_PERMISSION.unpack(calls.stored(16))[1:3] == (65534, 7)
    assert calls.make(Sysno.IPC, 99, 0, 0, 0, 0) is Errno.ENOSYS


def test_a_receiver_sleeps_until_its_type_comes(calls: Calls) -> None:
    queue = calls.make(Sysno.MSGGET, 0, IPC_CREAT | 0o600)
    reader = calls.process()
    calls.sleeps(reader, Sysno.MSGRCV, queue, BUFFER, 10, 2, 0)
    calls.store(struct.pack("<i", 1) + b"one")
    calls.make(Sysno.MSGSND, queue, BUFFER, 3, 0)
    calls.sleeps_again(reader)
    calls.store(struct.pack("<i", 2) + b"two")
    calls.make(Sysno.MSGSND, queue, BUFFER, 3, 0)
    assert reader.state is TaskState.READY
    assert calls.again(reader) == 3
    assert reader.memory.read(BUFFER, 7) == struct.pack("<i", 2) + b"two"


def test_a_sender_sleeps_until_there_is_room(calls: Calls) -> None:
    queue = calls.make(Sysno.MSGGET, 0, IPC_CREAT | 0o600)
    calls.store(struct.pack("<i", 1))
    for _ in range(2):
        assert calls.make(Sysno.MSGSND, queue, BUFFER, 8192, IPC_NOWAIT) == 0
    sender = calls.process()
    sender.memory.write(BUFFER, struct.pack("<i", 1))
    calls.sleeps(sender, Sysno.MSGSND, queue, BUFFER, 1, 0)
    calls.make(Sysno.MSGRCV, queue, BUFFER, 8192, 0, 0)
    assert calls.again(sender) == 0


def test_who_sleeps_on_what_is_removed_gets_eidrm(calls: Calls) -> None:
    semaphores = calls.make(Sysno.SEMGET, 0, 1, IPC_CREAT | 0o600)
    sleeper = calls.process()
    sleeper.memory.write(BUFFER, struct.pack("<Hhh", 0, -1, 0))
    calls.sleeps(sleeper, Sysno.IPC, IpcCall.SEMOP, semaphores, 1, 0, BUFFER)
    calls.make(Sysno.SEMCTL, semaphores, 0, 0, 0)
    assert calls.again(sleeper) == -Errno.EIDRM


def test_semtimedop_gives_up_at_its_deadline(calls: Calls) -> None:
    semaphores = calls.make(Sysno.SEMGET, 0, 1, IPC_CREAT | 0o600)
    calls.store(struct.pack("<Hhh", 0, -1, 0))
    calls.store(struct.pack("<qq", 3, 0), OTHER)
    words = (Sysno.SEMTIMEDOP_TIME64, semaphores, BUFFER, 1, OTHER)
    block = calls.sleeps(calls.task, *words)
    assert block.deadline == calls.system.clock.now + 3 * NANOSECONDS
    calls.system.clock.advance_to(block.deadline)
    assert calls.again(calls.task) == -Errno.EAGAIN


def test_unrelated_processes_share_a_segment(calls: Calls) -> None:
    segment = calls.make(Sysno.SHMGET, 77, 2 * PAGE_SIZE, IPC_CREAT | 0o600)
    other = calls.process()
    here = calls.call(calls.task, Sysno.SHMAT, segment, 0, 0)
    there = calls.call(other, Sysno.SHMAT, segment, 0x5000_0000, 0)
    calls.task.memory.write(here & 0xFFFF_FFFF, b"shared")
    assert other.memory.read(there, 6) == b"shared"
    other.memory.write(there + PAGE_SIZE, b"both ways")
    assert calls.task.memory.read((here & 0xFFFF_FFFF) + PAGE_SIZE, 9) == b"both ways"


def test_there_are_only_so_many_segments(calls: Calls) -> None:
    calls.system.ipc.shared.most = 1
    calls.make(Sysno.SHMGET, 0, PAGE_SIZE, IPC_CREAT | 0o600)
    assert calls.make(Sysno.SHMGET, 0, PAGE_SIZE, IPC_CREAT | 0o600) is Errno.ENOSPC


def test_a_segment_keeps_its_octets_while_nobody_maps_it(calls: Calls) -> None:
    segment = calls.make(Sysno.SHMGET, 0, PAGE_SIZE, IPC_CREAT | 0o600)
    at = calls.call(calls.task, Sysno.SHMAT, segment, 0, 0) & 0xFFFF_FFFF
    calls.task.memory.write(at, b"kept")
    assert calls.make(Sysno.SHMDT, at) == 0
    calls.system.page_cache.reclaim()
    at = calls.call(calls.task, Sysno.SHMAT, segment, 0, 0) & 0xFFFF_FFFF
    assert calls.task.memory.read(at, 4) == b"kept"


def test_a_removed_segment_gives_its_memory_back_with_the_last_attachment(calls: Calls) -> None:
    quota, free = calls.system.file_quota.used, calls.system.frames.free_count
    segment = calls.make(Sysno.SHMGET, 0, PAGE_SIZE, IPC_CREAT | 0o600)
    at = calls.call(calls.task, Sysno.SHMAT, segment, 0, 0) & 0xFFFF_FFFF
    calls.task.memory.write(at, b"gone")
    calls.make(Sysno.SHMCTL, segment, SharedControl.IPC_RMID, 0)
    assert calls.make(Sysno.SHMDT, at) == 0
    assert calls.make(Sysno.SHMCTL, segment, SharedControl.IPC_STAT, BUFFER) is Errno.EINVAL
    assert calls.system.file_quota.used == quota
    assert calls.system.frames.free_count >= free - 2  # a page table stays


def test_proc_sysvipc_lists_what_there_is(calls: Calls) -> None:
    calls.make(Sysno.MSGGET, 0x10, IPC_CREAT | 0o640)
    calls.make(Sysno.SEMGET, 0x20, 3, IPC_CREAT | 0o600)
    calls.make(Sysno.SHMGET, 0x30, 5000, IPC_CREAT | 0o600)
    shown = {
        name: calls.contents(calls.task, f"/proc/sysvipc/{name}").splitlines()[1].split()
        for name in ("msg", "sem", "shm")
    }
    assert shown["msg"][:5] == ["16", "0", "640", "0", "0"]
    assert shown["sem"][:4] == ["32", "0", "600", "3"]
    assert shown["shm"][:4] == ["48", "0", "600", "5000"]


def test_a_reader_of_a_posix_queue_sleeps_until_its_timeout(calls: Calls) -> None:
    calls.store(b"queue\0")
    fd = calls.make(Sysno.MQ_OPEN, BUFFER, 0o102, 0o600, 0)
    moment = calls.system.clock.wall + 2 * NANOSECONDS
    calls.store(struct.pack("<ii", *divmod(moment, NANOSECONDS)), OTHER)
    with pytest.raises(Block) as block:
        calls.make(Sysno.MQ_TIMEDRECEIVE, fd, BUFFER, 8192, 0, OTHER)
    assert block.value.deadline == calls.system.clock.now + 2 * NANOSECONDS
    calls.system.clock.advance_to(block.value.deadline)
    assert calls.again(calls.task) == -Errno.ETIMEDOUT


def test_ipc_objects_are_plain_data(calls: Calls) -> None:
    calls.make(Sysno.MSGGET, 0x10, IPC_CREAT)
    calls.make(Sysno.SEMGET, 0x20, 3, IPC_CREAT)
    copy = pickle.loads(pickle.dumps(calls.system.ipc))
    assert copy.messages.get(0).key == 0x10
    assert len(copy.semaphores.get(0).semaphores) == 3


def setting(calls: Calls, name: str, value: str = "") -> str | Errno:
    """Set /proc/sys/NAME, or tell it."""
    calls.store(value.encode(), OTHER)
    fd = calls.make(Sysno.OPEN, f"/proc/sys/{name}", OpenFlag.O_WRONLY if value else 0)
    if value:
        done = calls.make(Sysno.WRITE, fd, OTHER, len(value))
        calls.make(Sysno.CLOSE, fd)
        return done if isinstance(done, Errno) else ""
    count = calls.make(Sysno.READ, fd, BUFFER, 100)
    calls.make(Sysno.CLOSE, fd)
    return calls.stored(count).decode()


def test_proc_sys_sets_the_limits_of_message_queues(calls: Calls) -> None:
    queue = calls.make(Sysno.MSGGET, 0, IPC_CREAT | 0o600)
    calls.store(struct.pack("<i", 1) + bytes(20))
    setting(calls, "kernel/msgmax", "0x10\n")
    assert setting(calls, "kernel/msgmax") == "16\n"
    assert calls.make(Sysno.MSGSND, queue, BUFFER, 17, IPC_NOWAIT) is Errno.EINVAL
    assert calls.make(Sysno.MSGSND, queue, BUFFER, 16, IPC_NOWAIT) == 0
    setting(calls, "kernel/msgmni", "1")
    assert calls.make(Sysno.MSGGET, 0, IPC_CREAT) is Errno.ENOSPC


@pytest.mark.parametrize(
    ("name", "text", "error", "then"),
    [
        ("kernel/msgmni", "32769", Errno.EINVAL, "32000\n"),
        ("kernel/msgmax", "12x", Errno.EINVAL, "8192\n"),
        ("kernel/msgmax", "\n", Errno.EINVAL, "8192\n"),
        ("kernel/msgmax", "010 9", "", "8\n"),
        ("kernel/sem", "5 6", "", "5\t6\t500\t32000\n"),
        ("kernel/sem", "1 2 3 32769", Errno.ERANGE, "1\t2\t3\t32000\n"),
        ("fs/mqueue/msg_max", "65537", Errno.EINVAL, "10\n"),
    ],
)
def test_what_a_setting_takes(
    calls: Calls, name: str, text: str, error: Errno | str, then: str
) -> None:
    assert setting(calls, name, text) == error
    assert setting(calls, name) == then


def test_proc_sys_sets_the_limits_of_semaphores_and_segments(calls: Calls) -> None:
    setting(calls, "kernel/sem", "3 4 5 6")
    assert calls.make(Sysno.SEMGET, 0, 4, IPC_CREAT) is Errno.EINVAL
    assert calls.make(Sysno.SEMGET, 0, 3, IPC_CREAT) == 0
    assert calls.make(Sysno.SEMGET, 0, 2, IPC_CREAT) is Errno.ENOSPC
    setting(calls, "kernel/shmall", "2")
    assert calls.make(Sysno.IPC, IpcCall.SHMGET, 0, PAGE_SIZE + 1, IPC_CREAT) == 0
    assert calls.make(Sysno.IPC, IpcCall.SHMGET, 0, 1, IPC_CREAT) is Errno.ENOSPC
    setting(calls, "kernel/shmmax", "100")
    assert calls.make(Sysno.IPC, IpcCall.SHMGET, 0, 101, IPC_CREAT) is Errno.EINVAL


def test_the_next_identifier_can_be_chosen(calls: Calls) -> None:
    wanted = 7 * 32768 + 9
    for expected in (wanted, wanted + 1):
        setting(calls, "kernel/msg_next_id", str(wanted))
        assert calls.make(Sysno.MSGGET, 0, IPC_CREAT) == expected
    assert setting(calls, "kernel/msg_next_id") == "-1\n"
    assert calls.make(Sysno.MSGGET, 0, IPC_CREAT) == 0


def test_a_message_queue_without_attributes_has_the_default_ones(calls: Calls) -> None:
    setting(calls, "fs/mqueue/msg_default", "20")
    setting(calls, "fs/mqueue/msgsize_default", "512")
    fd = calls.make(Sysno.MQ_OPEN, "queue", OpenFlag.O_RDWR | OpenFlag.O_CREAT, 0o600, 0)
    assert calls.make(Sysno.MQ_GETSETATTR, fd, 0, BUFFER) == 0
    assert struct.unpack("<4i", calls.stored(16))[1:3] == (10, 512), "not beyond msg_max"
    setting(calls, "fs/mqueue/queues_max", "1")
    calls.task.credentials = calls.task.credentials.of_user(1000, 1000)
    words = (OpenFlag.O_RDWR | OpenFlag.O_CREAT, 0o600, 0)
    assert calls.make(Sysno.MQ_OPEN, "other", *words) is Errno.ENOSPC


def test_who_does_not_wait_gets_eagain_though_the_time_is_over(calls: Calls) -> None:
    flags = OpenFlag.O_RDWR | OpenFlag.O_CREAT | OpenFlag.O_NONBLOCK
    fd = calls.make(Sysno.MQ_OPEN, "queue", flags, 0o600, 0)
    calls.store(bytes(8), OTHER)
    words = (fd, BUFFER, 8192, 0, OTHER)
    assert calls.make(Sysno.MQ_TIMEDRECEIVE, *words) is Errno.EAGAIN
    for _ in range(10):
        assert calls.make(Sysno.MQ_TIMEDSEND, fd, BUFFER, 1, 0, OTHER) == 0
    assert calls.make(Sysno.MQ_TIMEDSEND, fd, BUFFER, 1, 0, OTHER) is Errno.EAGAIN


def test_a_key_is_signed_in_tables_and_comes_back_whole(calls: Calls) -> None:
    key = 0x8A01_0001
    queue = calls.make(Sysno.MSGGET, key, IPC_CREAT | 0o600)
    assert calls.make(Sysno.MSGGET, key, 0) == queue
    assert calls.make(Sysno.MSGCTL, queue, MessageControl.IPC_STAT, BUFFER) == 0
    assert struct.unpack("<I", calls.stored(4))[0] == key
    assert messages(calls.system).splitlines()[1].split()[0] == str(key - (1 << 32))
