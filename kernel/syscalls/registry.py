"""The registry: importing it imports every file of this folder, which fills the table."""

from importlib import import_module
from pkgutil import iter_modules

from kernel import syscalls

for _module in iter_modules(syscalls.__path__, f"{syscalls.__name__}."):
    if _module.name != __name__:
        import_module(_module.name)
