"""What every application compiles anew and always alike, kept for the whole test process.

Thousands of tests make an application each. Its URL rules and templates become code from text alone, which
takes longer than most of those tests; through hooks that Flask has for it, each text is compiled once.
"""

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


class Templates(BytecodeCache):
    """Code of templates by name and source: one that was edited is another."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """The code is there if the same source was compiled before."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """The code is kept."""
        self._code[bucket.key, bucket.checksum] = bucket.code


class KeptRule(Rule):
    """A rule whose builder of addresses is that of the last rule with the same text."""

    _builders: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}  # noqa: RUF012 (of all rules)

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        """A function of the rule, which it takes as its first argument."""
        made_of: tuple[Any, ...] = (self.rule, repr(self.defaults), tuple(self._trace), append_unknown)
        if made_of not in self._builders:
            self._builders[made_of] = super()._compile_builder(append_unknown)
        return self._builders[made_of]


def keep() -> None:
    """From now on applications of this process compile nothing twice."""
    Flask.url_rule_class = KeptRule
    Flask.jinja_options = {"bytecode_cache": Templates()}
