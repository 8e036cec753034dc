"""Our filters decide as libseccomp's do, which is written by others from the same lists: each call, each argument rule."""
from __future__ import annotations

import itertools
import struct
import tempfile
import unittest
from typing import Any, Dict, Iterator, List, Set, Tuple

try:
    import seccomp as reference  # python3-seccomp
except ImportError:
    reference = None

import support  # noqa: F401
from millrace_sandbox import argument_rules as rules
from millrace_sandbox import bpf, seccomp, syscalls

_ALL = 0xFFFFFFFF
# jset, ja and the rest of what libseccomp emits, by the kernel's names
_LD, _JA, _JEQ, _JGT, _JGE, _JSET, _RET, _AND = 0x20, 0x05, 0x15, 0x25, 0x35, 0x45, 0x06, 0x54
_MACHINES = {"x86_64": "X86_64", "aarch64": "AARCH64"}
Conditions = List[Tuple[int, int, int]]  # (argument, mask, value): argument & mask == value


def one_of(argument: int, values: Tuple[int, ...]) -> List[Conditions]:
    return [[(argument, _ALL, value)] for value in values]


def no_bit(argument: int, bits: int) -> List[Conditions]:
    return [[(argument, bits, 0)]]


def allowed(machine: str) -> Dict[str, List[Conditions]]:
    """What argument_rules.py promises, written down once more: when each call is let through."""
    direct = rules._O_DIRECT[machine]
    pair = [[(0, _ALL, 1), (1, 0xF, kind)] for kind in (1, 5)]
    options = {name: [[(1, _ALL, 1), (2, _ALL, option)] for option in values]
               for name, values in (("setsockopt", rules._SET_OPTIONS), ("getsockopt", rules._GET_OPTIONS))}
    return {
        "clone": no_bit(0, _ALL & ~rules._CLONE_FLAGS), "socketpair": pair, **options,
        "fcntl": [*one_of(1, rules._FCNTL), [(1, _ALL, rules._F_SETFL), (2, direct, 0)]],
        "ioctl": one_of(1, rules._IOCTL), "prctl": one_of(0, rules._PRCTL), "madvise": one_of(2, rules._MADVISE),
        "mmap": no_bit(3, rules._MAP_HUGETLB), "open": no_bit(1, direct), "openat": no_bit(2, direct),
        "preadv2": one_of(5, (0,)), "pwritev2": one_of(5, (0, rules._RWF_APPEND)),
        "mknod": [[(1, 0xF000, 0x1000)]], "mknodat": [[(2, 0xF000, 0x1000)]],
    }


def allowed_with_network(machine: str) -> Dict[str, List[Conditions]]:
    """The calls that a network changes: sockets of TCP over IPv4 and IPv6, connections that they open, and their options."""
    kind = _ALL & ~(0o4000 | 0o2000000)  # SOCK_NONBLOCK, SOCK_CLOEXEC
    options = {name: [*allowed(machine)[name], *([(1, _ALL, 6), (2, _ALL, option)] for option in values)]
               for name, values in (("setsockopt", rules._TCP_OPTIONS), ("getsockopt", (*rules._TCP_OPTIONS, rules._TCP_INFO)))}
    sockets = [[(0, _ALL, family), (1, kind, 1), (2, _ALL, protocol)] for family in (2, 10) for protocol in (0, 6)]
    return {**options, "socket": sockets, "connect": [[]]}


def run(program: List[bpf.Instruction], machine: str, number: int, arguments: Tuple[int, ...]) -> int:
    data = {0: number, 4: seccomp._AUDIT_ARCH[machine]}
    for i, value in enumerate(arguments):
        data[16 + 8 * i], data[20 + 8 * i] = value & _ALL, value >> 32
    at = accumulator = 0
    while True:
        code, if_true, if_false, k = program[at]
        at += 1
        if code == _RET:
            return k
        if code == _LD:
            accumulator = data.get(k, 0)
        elif code == _AND:
            accumulator &= k
        elif code == _JA:
            at += k
        else:
            holds = {_JEQ: accumulator == k, _JGT: accumulator > k, _JGE: accumulator >= k, _JSET: accumulator & k}[code]
            at += if_true if holds else if_false


@unittest.skipIf(reference is None, "python3-seccomp is not installed")
class ReferenceTest(unittest.TestCase):
    def setUp(self) -> None:
        self.unknown: Set[str] = set()  # to a libseccomp that is older than our lists

    def theirs(self, machine: str, default: int, table: Dict[str, Tuple[int, List[Conditions]]]) -> List[bpf.Instruction]:
        made = reference.SyscallFilter(action(default))
        native = reference.Arch()
        wanted = reference.Arch(getattr(reference.Arch, _MACHINES[machine]))
        if int(native) != int(wanted):
            made.add_arch(wanted)
            made.remove_arch(native)
        for name, (result, conditions) in table.items():
            for each in conditions or [[]]:
                arguments = [reference.Arg(i, reference.MASKED_EQ, mask, value) for i, mask, value in each]
                try:
                    made.add_rule_exactly(action(result), name, *arguments)
                except RuntimeError:
                    self.unknown.add(name)
        with tempfile.TemporaryFile() as f:
            made.export_bpf(f)
            f.seek(0)
            return [struct.unpack("<HBBI", part) for part in iter(lambda: f.read(8), b"")]

    def test_every_number(self) -> None:
        for machine, (namespaces, network) in itertools.product(_MACHINES, ((True, False), (False, False), (True, True))):
            numbers = syscalls.NUMBERS[machine]
            table = seccomp._table(namespaces, machine, network=network)
            plain = {name: program[0][3] for name, program in table.items() if len(program) == 1 and name in numbers}
            ours = seccomp.program(namespaces, machine, network=network)
            theirs = self.theirs(machine, seccomp.ENOSYS, {name: (result, []) for name, result in plain.items()
                                                           if result != seccomp.ENOSYS})
            left_out = {numbers[name] for name in table if name in numbers and (name not in plain or name in self.unknown)}
            self.assertLess(len(self.unknown), 40, self.unknown)
            for number in set(range(700)) - left_out:
                self.assertEqual(run(theirs, machine, number, (0,) * 6), run(ours, machine, number, (0,) * 6), (machine, number))

    def test_each_argument_rule(self) -> None:
        for machine, network in itertools.product(_MACHINES, (False, True)):
            ours = seccomp.program(True, machine, network=network)
            numbers = syscalls.NUMBERS[machine]
            for name, conditions in (allowed_with_network if network else allowed)(machine).items():
                if name not in numbers:
                    continue
                theirs = self.theirs(machine, seccomp.EPERM, {name: (seccomp.ALLOW, conditions)})
                for arguments in vectors(conditions):
                    expected = run(theirs, machine, numbers[name], arguments) == seccomp.ALLOW
                    found = run(ours, machine, numbers[name], arguments) == seccomp.ALLOW
                    self.assertEqual(expected, found, (machine, network, name, arguments))


def action(result: int) -> Any:
    if result == seccomp.ALLOW:
        return reference.ALLOW
    return reference.ERRNO(result & 0xFFFF)


def vectors(conditions: List[Conditions]) -> Iterator[Tuple[int, ...]]:
    """Each argument takes each single bit, the same beside a rule's value, and 0; the others a rule's values and what is next to them.
    All of it again with something in the upper half."""
    near: Dict[int, Set[int]] = {}
    masked: Dict[int, Set[int]] = {}
    for argument, mask, value in itertools.chain.from_iterable(conditions):
        near.setdefault(argument, set()).update(each & _ALL for each in (value - 1, value, value + 1))
        masked.setdefault(argument, {0, _ALL}).update([mask] if mask == _ALL else [mask, value])
    for argument in near:
        bits = {kept | 1 << bit for kept in masked[argument] for bit in range(32)} | masked[argument]
        chosen = [sorted(near[each] | (bits if each == argument else set())) for each in near]
        for values in itertools.product(*chosen):
            for upper in (0, 1 << 33):
                arguments = [0] * 6
                for each, value in zip(near, values):
                    arguments[each] = value | upper
                yield tuple(arguments)


if __name__ == "__main__":
    unittest.main()
