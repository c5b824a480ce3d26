"""siginfo_t as a trace shows it; what of it arrives is in the guest `siginfos`."""

from __future__ import annotations

import pytest

from emulator.views.values import text as text_of
from kernel.abi.signals import SiCode, Signal
from kernel.signals.siginfo import describe_siginfo
from kernel.signals.state import SigInfo


@pytest.mark.parametrize(("error", "text"), [(11, "EAGAIN"), (7777, "7777"), (-5, "-5")])
def test_an_error_is_shown_where_there_is_one(error: int, text: str) -> None:
    info = SigInfo(Signal.SIGUSR1, SiCode.SI_QUEUE, pid=7, errno=error)
    shown = f"{{si_signo=SIGUSR1, si_code=SI_QUEUE, si_errno={text}, si_pid=7, si_uid=0}}"
    assert text_of(describe_siginfo(info)) == shown
