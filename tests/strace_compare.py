"""Compares two traces by what must be equal, not by what chance or the host decides.

Processes are named by their creator: `0`, its first child `0.1`. Addresses, times and random bytes
become placeholders, halves of a call are joined where it began, and what tells of attaching is
dropped. Then each process's lines must be equal in order, and some orders between processes hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import unified_diff

from tests.strace_text import lines_of

UNFINISHED = re.compile(r" <unfinished \.\.\.>$")
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>")
RESULT = re.compile(r"^(?P<call>(?P<name>\w+)\(.*\))\s+= (?P<result>.*)$", re.DOTALL)
ENDED = re.compile(r"^\+\+\+ (exited with|killed by)")
CHILD_ENDED = re.compile(r"^--- SIGCHLD .*si_code=CLD_(?:EXITED|KILLED|DUMPED), si_pid=(\d+)")

CREATING = {"fork", "vfork", "clone", "clone3"}
RETURNING_A_PID = {
    *CREATING, "getpid", "gettid", "getppid", "getpgrp", "getpgid", "getsid", "setsid",
    "set_tid_address", "wait4", "waitpid", "sigreturn", "rt_sigreturn",
}  # fmt: skip
PID_ARGUMENTS = {
    **dict.fromkeys(("kill", "tkill", "wait4", "waitpid", "getpgid", "getsid", "prlimit64"), 1),
    **dict.fromkeys(("rt_sigqueueinfo",), 1),
    **dict.fromkeys(("setpgid", "tgkill", "rt_tgsigqueueinfo"), 2),
}
"""How many of a call's first arguments are pids; a negative one is a group's."""
WAITID = re.compile(r"^(waitid\(P_P\w+, )(\d+)")
WITHIN = re.compile(
    r"(si_pid=|l_pid=|\{pid=|_[clsr]+pid=|(?:parent_tid|child_tid|TIOC[GS]PGRP, )=?\[)(\d+)"
)
ADDRESS = re.compile(r"\b0x[1-9a-f][0-9a-f]{4,15}\b")
TELLING_TIME = re.compile(
    r"^(?:clock_gettime(?:64)?|gettimeofday|time|times|getrusage|sysinfo|clock_getres)\("
)
REMAINING = re.compile(r"^((?:clock_)?nanosleep(?:_time64)?\(.*\}), (?:\{.*\}|ADDRESS|NULL)\)")
ENVIRONMENT = re.compile(r"/\* (\d+) vars? \*/")
CHANGES = [
    (re.compile(r"\bsi_([us]time)=\d+"), r"si_\1=TIME"),
    (re.compile(r"\bentry_number=(?:6|12)\b"), "entry_number=TLS"),  # i386, and a 64-bit kernel
    (re.compile(r"\b((?:base_addr|tls)=)0x[0-9a-f]+"), r"\1ADDRESS"),
    # without a vDSO a C library brings its own restorer
    (re.compile(r"sa_flags=SA_RESTORER\|"), "sa_flags="),
    (re.compile(r"sa_flags=SA_RESTORER\b"), "sa_flags=0"),
    (re.compile(r", sa_restorer=\w+"), ""),
    (
        re.compile(r'^(readlink\("/proc/self/exe", )"[^"]*"(\.\.\.)?, (\d+)\) = \d+'),
        r"\1EXE, \3) = N",
    ),
    (re.compile(r"\b((?:msg|sem|shm)_[acdorst]time)=\d+"), r"\1=TIME"),
    (re.compile(r"^((?:msg|sem|shm)(?:snd|rcv|ctl|op|timedop|timedop_time64|at)\()\d+"), r"\1ID"),
    (re.compile(r"^((?:msg|sem|shm)get\(.*\)) = \d+$"), r"\1 = ID"),
    (re.compile(r"^(semctl\(ID, \d+, IPC_64\|GETPID, .*\)) = \d+$"), r"\1 = PID"),
    (re.compile(r'"/tmp/emu386-\d{5}"'), '"/tmp/emu386-PID"'),
    (re.compile(r'^(mq_(?:open|unlink)\("emu386-)\d{5}'), r"\1PID"),
    (re.compile(r"\bhtons\((?:3[2-9]|[45]\d|6[0-5])\d{3}\)"), "htons(EPHEMERAL)"),
    (re.compile(r'sun_path=@"[0-9a-f]{5}"'), "sun_path=AUTOBIND"),
    (re.compile(r'sun_path=@"emu386-\d{5}-'), 'sun_path=@"emu386-PID-'),
    (re.compile(r'^(getrandom\()"[^"]*"'), r"\1RANDOM"),
    (re.compile(r"\bst(x?)_(\w+)=[^,}]*time=[^,}]*"), r"st\1_\2=TIME"),
]


@dataclass
class Record:
    """One thing a process did: a whole call, a signal, its end; with the lines it took."""

    pid: int
    text: str
    begin: int
    end: int
    name: str = ""
    result: str = ""

    def is_creation(self) -> bool:
        """Whether a process came out of it."""
        return self.name in CREATING and self.result.isdecimal() and self.result != "0"


@dataclass
class Trace:
    """A trace ready for comparison; `violations` are sentences about orders that do not hold."""

    processes: dict[str, list[str]] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)


def normalise(trace: str) -> Trace:
    """Take a trace apart, name its processes, and check the order between them."""
    records = _records(trace)
    names = _names(records)
    normalised = Trace(violations=_violations(records, names))
    inherited = _first_environment(records)
    for record in records:
        name = names[record.pid]
        normalised.processes.setdefault(name, []).append(_replaced(record, names, inherited))
    return normalised


def compare(ours: str, native: str, without_sigchld: bool = False) -> list[str]:
    """Differences as lines; empty when the two traces tell the same.

    Where a parent does not wait for its child, chance decides between which of the parent's lines
    SIGCHLD stands, and whether it comes at all before the parent's end: leave it out there.
    """
    left, right = normalise(ours), normalise(native)
    differences = [f"ours: {violation}" for violation in left.violations]
    for name in sorted({*left.processes, *right.processes}):
        there, here = right.processes.get(name, []), left.processes.get(name, [])
        if without_sigchld:
            there, here = _without_sigchld(there), _without_sigchld(here)
        differences += unified_diff(
            there, here, f"native, process {name}", f"ours, process {name}", lineterm="", n=1
        )
    return differences


def _without_sigchld(lines: list[str]) -> list[str]:
    """Lines without the signal and without the return of a handler that does nothing."""
    kept: list[str] = []
    before = ""
    for line in lines:
        is_return = line.startswith("sigreturn(") and before.startswith("--- SIGCHLD ")
        if not is_return and not line.startswith("--- SIGCHLD "):
            kept.append(line)
        before = line
    return kept


def _records(trace: str) -> list[Record]:
    """Records in the order of their beginnings."""
    records: list[Record] = []
    open_calls: dict[int, Record] = {}
    for number, line in enumerate(lines_of(trace)):
        resumed = RESUMED.match(line.text)
        if resumed and line.pid in open_calls:
            record = open_calls.pop(line.pid)
            record.text += line.text[resumed.end() :]
            record.end = number
        else:
            record = Record(line.pid, line.text, number, number)
            records.append(record)
        if UNFINISHED.search(record.text):
            record.text = UNFINISHED.sub("", record.text)
            open_calls[line.pid] = record
    for record in records:
        if match := RESULT.match(record.text):
            record.name, record.result = match["name"], match["result"]
            record.text = f"{match['call']} = {match['result']}"
        else:
            record.name = record.text.partition("(")[0]
    return records


def _names(records: list[Record]) -> dict[int, str]:
    """A name for each pid that does not depend on the order between processes."""
    if not records:
        return {}
    names, children = {records[0].pid: "0"}, {records[0].pid: 0}
    for record in records:
        if record.is_creation() and record.pid in names:
            children[record.pid] += 1
            child = int(record.result)
            names[child] = f"{names[record.pid]}.{children[record.pid]}"
            children[child] = 0
    for record in records:  # whose creator did not live to tell
        names.setdefault(record.pid, f"unknown {len(names)}")
    return names


def _first_environment(records: list[Record]) -> str | None:
    """How many variables the first program got: an inheriting execve shows the same number."""
    match = ENVIRONMENT.search(records[0].text) if records else None
    return match[1] if match else None


def _replaced(record: Record, names: dict[int, str], inherited: str | None) -> str:
    """The record's text with placeholders for what may differ."""

    def named(number: str) -> str:
        return f"<{names[int(number)]}>" if int(number) in names else number

    text = record.text
    if TELLING_TIME.match(text):
        text = f"{record.name}(TIME)" + (" = -1" if record.result.startswith("-1") else "")
    if record.name in RETURNING_A_PID and record.result.isdecimal():
        text = text.removesuffix(record.result) + named(record.result)
    for position in range(PID_ARGUMENTS.get(record.name, 0)):
        pattern = rf"^(\w+\((?:[^,]+, ){{{position}}}-?)(\d+)"
        text = re.sub(pattern, lambda match: match[1] + named(match[2]), text)
    text = WAITID.sub(lambda match: match[1] + named(match[2]), text)
    text = WITHIN.sub(lambda match: match[1] + named(match[2]), text)
    text = ADDRESS.sub("ADDRESS", text)
    text = ENVIRONMENT.sub(lambda m: "/* ENV */" if m[1] == inherited else m[0], text)
    text = REMAINING.sub(r"\1, REMAINING)", text)
    for pattern, replacement in CHANGES:
        text = pattern.sub(replacement, text)
    return text


def _violations(records: list[Record], names: dict[int, str]) -> list[str]:
    """Orders between processes that always hold on Linux and do not hold here."""
    found = []
    for record in records:
        if record.is_creation():
            found += _creation_violations(record, records, names)
        if match := CHILD_ENDED.match(record.text):
            child = int(match[1])
            if not any(
                r.pid == child and ENDED.match(r.text) and r.end < record.begin for r in records
            ):
                found.append(f"SIGCHLD before the end of {names.get(child, child)}")
    return found


def _creation_violations(
    creation: Record, records: list[Record], names: dict[int, str]
) -> list[str]:
    child, found = int(creation.result), []
    name = names.get(child, str(child))
    own = [record for record in records if record.pid == child]
    if own and own[0].begin < creation.begin:
        found.append(f"{name} ran before its creator's {creation.name} began")
    if creation.name == "vfork":
        release = next((record.begin for record in own if _releases(record)), None)
        if release is None or release > creation.end:
            found.append(f"vfork returned before {name} executed or exited")
    return found


def _releases(record: Record) -> bool:
    """Whether a vfork child gives back its parent's memory in this."""
    is_exec = record.name in ("execve", "execveat") and record.result == "0"
    return is_exec or record.name in ("exit", "exit_group") or record.text.startswith("+++ ")
