"""Reading a checklist file strictly: parts one by one, then what they say of each other."""

from checklists.loading.file import load

__all__ = ["load"]
