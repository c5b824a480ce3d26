"""Segment registers: loading them as ring 3 does, and again when a descriptor has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from emulator.machine import cpu_quirks, local_descriptors, segments
from emulator.machine.ram import Ram


class SegmentRegisters(Protocol):
    """The part of a CPU that knows selectors; it has the registers themselves from the other."""

    ram: Ram
    tls: tuple[int, int, int]
    _page_directory: int

    def segment(self, name: str) -> int:
        """The selector in a segment register."""

    def write_segment(self, name: str, selector: int) -> None:
        """Put a selector that is known to be good into a segment register."""

    def flush_tlb(self) -> None:
        """Forget cached translations of addresses."""

    def switch_space(self, page_directory: int) -> None:
        self._page_directory = page_directory
        if not local_descriptors.is_in_force(self.ram, page_directory):
            local_descriptors.put_in_force(self.ram, page_directory)
        self.flush_tlb()

    def set_segment(self, name: str, selector: int) -> bool:
        if not cpu_quirks.is_loadable(self.ram, selector):
            return False
        self.write_segment(name, selector)
        return True

    def set_tls(self, descriptors: tuple[int, int, int]) -> None:
        if descriptors == self.tls:
            return
        self.tls = descriptors
        segments.write_tls(self.ram, descriptors)
        self._reload(segments.is_tls)

    def reload_ldt(self) -> None:
        local_descriptors.put_in_force(self.ram, self._page_directory)
        self.flush_tlb()
        self._reload(local_descriptors.is_local)

    def _reload(self, concerns: Callable[[int], bool]) -> None:
        """Load segment registers with such selectors anew; 0 where they are valid no more."""
        for name in ("es", "ds", "fs", "gs"):
            selector = self.segment(name)
            if concerns(selector) and not self.set_segment(name, selector):
                self.set_segment(name, 0)
