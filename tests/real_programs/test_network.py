"""Servers and clients of busybox and bash find each other on the loopback network."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.real_programs import debian
from tests.real_programs.tree import emulated, make_tree, native, why_not_native

pytestmark = pytest.mark.emulated

COMMANDS = {
    "httpd and wget": """
        mkdir /tmp/www; echo a page > /tmp/www/index.html
        busybox httpd -p 127.0.0.1:47801 -h /tmp/www
        wget -q -O - http://127.0.0.1:47801/index.html
        wget -q -O - http://127.0.0.1:47801/none; echo $?; kill $(pidof httpd)""",
    "nc": """
        nc -l -p 47802 > /tmp/got & sleep 1; echo a client | nc 127.0.0.1 47802; wait
        cat /tmp/got; nc 127.0.0.1 47802; echo $?""",
    "nc with a program": """
        nc -l -p 47803 -e tr a-z A-Z & sleep 1; printf 'loud\\n' | nc 127.0.0.1 47803; wait""",
    "udp": """
        nc -u -l -p 47804 > /tmp/got & sleep 1
        (echo datagram; sleep 1) | nc -u 127.0.0.1 47804 &
        sleep 2; cat /tmp/got; kill %1 %2""",
    "nobody listens": "wget -q -O - http://127.0.0.1:47805/; echo $?",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_tree(tmp_path)


@pytest.mark.parametrize("name", COMMANDS)
def test_busybox_talks_to_itself_as_natively(name: str, root: Path) -> None:
    reason = why_not_native()
    if reason:
        pytest.skip(reason)
    words = ("/bin/sh", "-c", COMMANDS[name])
    ours, theirs = emulated(root, *words), native(root, *words)
    assert (ours.status, ours.stdout) == (theirs.status, theirs.stdout)


def test_bash_opens_dev_tcp(root: Path) -> None:
    shutil.copy(debian.bash(), root / "bin" / "bash")
    script = """
        nc -l -p 7000 -e cat & sleep 1
        exec 3<>/dev/tcp/127.0.0.1/7000; echo over and back >&3; read -u 3 line; echo "$line"
        exec 3>&-; wait; (echo x > /dev/tcp/127.0.0.1/7000) 2>/dev/null; echo $?"""
    assert emulated(root, "/bin/bash", "-c", script).stdout == b"over and back\n1\n"


def test_netstat_and_ifconfig_show_the_loopback_network(root: Path) -> None:
    script = "nc -l -p 7000 & sleep 1; netstat -tln | tail -1; ifconfig lo | head -2; kill %1"
    shown = emulated(root, "/bin/sh", "-c", script).stdout.decode()
    assert "0.0.0.0:7000" in shown or ":::7000" in shown
    assert "inet addr:127.0.0.1  Mask:255.0.0.0" in shown
