"""Tests of one slot a tier, each started once."""
from __future__ import annotations

import unittest
from typing import Any, Dict, List, Type

import support
from millrace_sandbox.client import Slot

LIGHT = ["json", "re", "random", "tempfile", "threading", "traceback"]


class TierTest(unittest.TestCase):
    """Its subclasses have a subclass a tier: see `for_each_tier`."""

    tier = ""
    launcher: List[str] = []
    slot: Slot

    @classmethod
    def setUpClass(cls) -> None:
        if not cls.tier:
            raise unittest.SkipTest("base class")
        cls.slot = Slot(cls.launcher, support.PYTHON, tier=cls.tier, preimport=LIGHT)
        assert cls.slot.hello["ready"], cls.slot.hello

    @classmethod
    def tearDownClass(cls) -> None:
        assert cls.slot.close() == 0


def for_each_tier(base: Type[TierTest]) -> Dict[str, Any]:
    """The classes to add to a module's globals."""
    names = {tier: base.__name__ + "_" + tier for tier in support.tiers()}
    return {names[tier]: type(names[tier], (base,), {"tier": tier, "launcher": launcher}) for tier, launcher in support.tiers().items()}
