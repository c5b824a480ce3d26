"""Classic BPF in numbers: the parts of an instruction's code (linux/filter.h)."""

LD, LDX, ST, STX, ALU, JMP, RET, MISC = range(8)
"""Classes: the low three bits."""
W = 0x00
"""The one size that is used here: a word of four octets."""
IMM, ABS, IND, MEM, LEN = 0x00, 0x20, 0x40, 0x60, 0x80
"""Modes of LD and LDX."""
ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, NEG, MOD, XOR = range(0x00, 0xB0, 0x10)
"""Operations of ALU."""
JA, JEQ, JGT, JGE, JSET = range(0x00, 0x50, 0x10)
"""Operations of JMP."""
K, X, A = 0x00, 0x08, 0x10
"""Sources of ALU, JMP and RET: the instruction's constant, or a register."""
TAX, TXA = 0x00, 0x80
"""Operations of MISC."""

MAX_INSTRUCTIONS = 4096
MEMORY_WORDS = 16

CLASS_NAMES = (
    "BPF_LD", "BPF_LDX", "BPF_ST", "BPF_STX", "BPF_ALU", "BPF_JMP", "BPF_RET", "BPF_MISC",
)  # fmt: skip
SIZE_NAMES = {0x00: "BPF_W", 0x08: "BPF_H", 0x10: "BPF_B", 0x18: "BPF_DW"}
MODE_NAMES = {
    IMM: "BPF_IMM", ABS: "BPF_ABS", IND: "BPF_IND", MEM: "BPF_MEM", LEN: "BPF_LEN",
    0xA0: "BPF_MSH", 0xC0: "BPF_XADD",
}  # fmt: skip
ALU_NAMES = {
    ADD: "BPF_ADD", SUB: "BPF_SUB", MUL: "BPF_MUL", DIV: "BPF_DIV", OR: "BPF_OR", AND: "BPF_AND",
    LSH: "BPF_LSH", RSH: "BPF_RSH", NEG: "BPF_NEG", MOD: "BPF_MOD", XOR: "BPF_XOR",
}  # fmt: skip
JMP_NAMES = {JA: "BPF_JA", JEQ: "BPF_JEQ", JGT: "BPF_JGT", JGE: "BPF_JGE", JSET: "BPF_JSET"}
SOURCE_NAMES = {K: "BPF_K", X: "BPF_X"}
VALUE_NAMES = {K: "BPF_K", X: "BPF_X", A: "BPF_A"}
MISC_NAMES = {TAX: "BPF_TAX", TXA: "BPF_TXA"}
