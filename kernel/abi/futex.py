"""Operations of futex(2) and the layout of robust lists (get_robust_list(2))."""

from enum import IntEnum


class FutexOp(IntEnum):
    """The low seven bits of the operation word."""

    FUTEX_WAIT = 0
    FUTEX_WAKE = 1
    FUTEX_FD = 2
    FUTEX_REQUEUE = 3
    FUTEX_CMP_REQUEUE = 4
    FUTEX_WAKE_OP = 5
    FUTEX_LOCK_PI = 6
    FUTEX_UNLOCK_PI = 7
    FUTEX_TRYLOCK_PI = 8
    FUTEX_WAIT_BITSET = 9
    FUTEX_WAKE_BITSET = 10
    FUTEX_WAIT_REQUEUE_PI = 11
    FUTEX_CMP_REQUEUE_PI = 12
    FUTEX_LOCK_PI2 = 13


FUTEX_PRIVATE_FLAG = 0x80
FUTEX_CLOCK_REALTIME = 0x100
FUTEX_COMMAND_MASK = 0x7F
FUTEX_BITSET_MATCH_ANY = 0xFFFF_FFFF

FUTEX2_SIZE_U32 = 2
FUTEX_WAITV_MAX = 128
"""Words that futex_waitv(2) can wait for."""

FUTEX_WAITERS = 0x8000_0000
FUTEX_OWNER_DIED = 0x4000_0000
FUTEX_TID_MASK = 0x3FFF_FFFF

ROBUST_LIST_HEAD_SIZE = 12
"""Three words: first entry, offset from an entry to its futex word, entry being changed."""
ROBUST_LIST_LIMIT = 2048

WAKE_OPERATIONS = ("FUTEX_OP_SET", "FUTEX_OP_ADD", "FUTEX_OP_OR", "FUTEX_OP_ANDN", "FUTEX_OP_XOR")
WAKE_COMPARISONS = (
    "FUTEX_OP_CMP_EQ", "FUTEX_OP_CMP_NE", "FUTEX_OP_CMP_LT", "FUTEX_OP_CMP_LE", "FUTEX_OP_CMP_GT",
    "FUTEX_OP_CMP_GE",
)  # fmt: skip
