"""Numbers and structures of System V IPC (sysvipc(7)) and POSIX message queues (mq_overview(7))."""

import struct
from enum import IntEnum

IPC_PRIVATE = 0
IPC_CREAT, IPC_EXCL, IPC_NOWAIT = 0o1000, 0o2000, 0o4000
IPC_64 = 0x100
"""In a command of the old interface: structures with 32-bit ids."""


class IpcCall(IntEnum):
    """First argument of ipc(2)."""

    SEMOP = 1
    SEMGET = 2
    SEMCTL = 3
    SEMTIMEDOP = 4
    MSGSND = 11
    MSGRCV = 12
    MSGGET = 13
    MSGCTL = 14
    SHMAT = 21
    SHMDT = 22
    SHMGET = 23
    SHMCTL = 24


class Control(IntEnum):
    """Commands that all three kinds have."""

    IPC_RMID = 0
    IPC_SET = 1
    IPC_STAT = 2
    IPC_INFO = 3


class MessageControl(IntEnum):
    """Commands of msgctl(2)."""

    IPC_RMID = 0
    IPC_SET = 1
    IPC_STAT = 2
    IPC_INFO = 3
    MSG_STAT = 11
    MSG_INFO = 12
    MSG_STAT_ANY = 13


class SemaphoreControl(IntEnum):
    """Commands of semctl(2)."""

    IPC_RMID = 0
    IPC_SET = 1
    IPC_STAT = 2
    IPC_INFO = 3
    GETPID = 11
    GETVAL = 12
    GETALL = 13
    GETNCNT = 14
    GETZCNT = 15
    SETVAL = 16
    SETALL = 17
    SEM_STAT = 18
    SEM_INFO = 19
    SEM_STAT_ANY = 20


class SharedControl(IntEnum):
    """Commands of shmctl(2)."""

    IPC_RMID = 0
    IPC_SET = 1
    IPC_STAT = 2
    IPC_INFO = 3
    SHM_LOCK = 11
    SHM_UNLOCK = 12
    SHM_STAT = 13
    SHM_INFO = 14
    SHM_STAT_ANY = 15


MSG_NOERROR, MSG_EXCEPT, MSG_COPY = 0o10000, 0o20000, 0o40000
MSGMAX, MSGMNB, MSGMNI = 8192, 16384, 32000
SEM_UNDO = 0x1000
SEMMSL, SEMMNS, SEMOPM, SEMMNI = 32000, 1024000000, 500, 32000
SEMVMX = 32767
SHM_RDONLY, SHM_RND, SHM_REMAP, SHM_EXEC = 0o10000, 0o20000, 0o40000, 0o100000
SHM_HUGETLB, SHM_NORESERVE = 0o4000, 0o10000
SHM_DEST, SHM_LOCKED = 0o1000, 0o2000
SHMLBA = 4096
SHMMIN, SHMMNI = 1, 4096
SHMMAX = SHMALL = 0xFEFF_FFFF
"""/proc/sys/kernel/shmmax and shmall of a 32-bit system: nearly everything."""

PERMISSION = struct.Struct("<i5IHHII")
"""struct ipc64_perm: key, uid, gid, cuid, cgid, mode, sequence number."""
MESSAGE_QUEUE = struct.Struct("<9IiiII")
"""struct msqid64_ds behind its permissions: times of sending, receiving and changing, octets,
messages, octets at most, last sender and receiver."""
SEMAPHORE_SET = struct.Struct("<7I")
"""struct semid64_ds: operation and change times, number of semaphores."""
SHARED_SEGMENT = struct.Struct("<7IiiIII")
"""struct shmid64_ds: size, attach, detach and change times, creator, last process, attachments."""

OLD_PERMISSION = struct.Struct("<i6H")
"""struct ipc_perm: key, uid, gid, cuid, cgid, mode, sequence number."""
OLD_MESSAGE_QUEUE = struct.Struct("<7I5Hxx")
"""struct msqid_ds: two pointers, the three times, two numbers nobody sets; octets, messages, octets
at most, last sender and receiver."""
OLD_SEMAPHORE_SET = struct.Struct("<6IHxx")
"""struct semid_ds: the two times, four pointers, number of semaphores."""
OLD_SHARED_SEGMENT = struct.Struct("<4I3H10x")
"""struct shmid_ds: size, the three times, creator, last process, attachments."""

MESSAGE_INFO = struct.Struct("<7IHxx")
SEMAPHORE_INFO = struct.Struct("<10I")
SHARED_LIMITS = struct.Struct("<9I")
SHARED_INFO = struct.Struct("<6I")
SEMBUF = struct.Struct("<Hhh")

MQ_ATTRIBUTES = struct.Struct("<8i")
"""struct mq_attr: flags, maxmsg, msgsize, curmsgs, and four that are reserved."""
MQ_PRIO_MAX = 32768
MQ_MSG_DEFAULT, MQ_MSG_MAX, MQ_HARD_MSG_MAX = 10, 10, 65536
MQ_SIZE_DEFAULT, MQ_SIZE_MAX, MQ_HARD_SIZE_MAX = 8192, 8192, 16 << 20
MQ_QUEUES_MAX = 256
