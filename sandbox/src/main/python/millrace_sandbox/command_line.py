"""`run`: one program in the strongest tier that can be proved here, without a worker.

Its output comes as it is written, the verdict is the last line on stderr, the exit status is the program's: 128 + N where signal
N ended it, and for what has none: 124 a timeout, 137 a limit, 130 Ctrl-C, 70 a sandbox that failed, 78 no sandbox here, 2 wrong arguments.
"""
from __future__ import annotations

import argparse
import json
import re
import sys
from typing import Any, Dict, List, Optional

from . import frames
from .client import Outcome, Slot, SlotLost
from .settings import SettingsError, parse
from .tiers import prove

EXIT_TIMEOUT, EXIT_CANCELLED, EXIT_LIMIT, EXIT_FAILED, EXIT_NO_SANDBOX = 124, 130, 137, 70, 78
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_MOST_SECONDS = 24 * 3600.0


def main(arguments: List[str]) -> int:
    parser = _parser()
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options, own = parser.parse_args(arguments[:split]), arguments[split + 1:]
    given: Dict[str, Any] = {"memory_bytes": options.memory, "tmp_bytes": options.scratch, "output_limit": options.output,
                             "processes": options.processes, "python_path": options.python_path,
                             # For one program nothing is made ready.
                             "preimport": [], "prewarm": 0, "caches": []}
    try:
        parse(json.dumps(given).encode())
        with options.program as file:
            code = file.read().decode("utf-8", "surrogateescape")
        stdin = options.stdin.read() if options.stdin else b""
    except (SettingsError, OSError) as e:
        parser.error(re.sub(r"^millrace\.sandbox\.", "--", str(e)))
    report = prove(options.require, given)
    if not report["tier"]:
        return _say(EXIT_NO_SANDBOX, "no sandbox of the tier %s works here: %s" % (
            options.require, "; ".join("%s: %s" % tried for tried in report["tried"].items())))
    try:
        outcome = _run(code, own, stdin, int(options.timeout * 1000), dict(given, tier=report["tier"]))
    except SlotLost as e:
        return _say(EXIT_FAILED, str(e))
    return _end(outcome, report["tier"])


def _parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python3 -m millrace_sandbox run", usage="%(prog)s [options] program [-- arguments of its own]",
                                      description=__doc__.partition("\n")[0])
    options.add_argument("program", type=argparse.FileType("rb"), help="a Python file; - is standard input")
    options.add_argument("--timeout", type=_seconds, default=10.0, metavar="SECONDS", help="how long it may run (10)")
    options.add_argument("--memory", type=_size, default=256 << 20, metavar="SIZE", help="of it and all that it starts (256M)")
    options.add_argument("--scratch", type=_size, default=64 << 20, metavar="SIZE", help="what it may write to disk (64M)")
    options.add_argument("--output", type=_size, default=1 << 20, metavar="SIZE", help="kept of stdout and of stderr (1M)")
    options.add_argument("--processes", type=int, default=64, metavar="N", help="and threads at once (64)")
    options.add_argument("--python-path", action="append", default=[], metavar="FOLDER", help="packages that it may import")
    options.add_argument("--stdin", type=argparse.FileType("rb"), metavar="FILE", help="its standard input; - is this one's (none)")
    options.add_argument("--require", choices=("strong", "fallback"), default="fallback",
                         help="the weakest tier to run it in (fallback); strong is for programs of strangers")
    return options


def _seconds(text: str) -> float:
    value = float(text)
    if not 0.001 <= value <= _MOST_SECONDS:
        raise argparse.ArgumentTypeError("must be 0.001 to %d seconds" % _MOST_SECONDS)
    return value


def _size(text: str) -> int:
    match = re.fullmatch("([0-9]+)([KMG]?)B?", text.upper())
    if not match:
        raise argparse.ArgumentTypeError("must be a size as 256M")
    return int(match.group(1)) * _UNITS[match.group(2)]


def _run(code: str, arguments: List[str], stdin: bytes, timeout_ms: int, settings: Dict[str, Any]) -> Outcome:
    written = {frames.STDOUT: 0, frames.STDERR: 0}

    def write(kind: bytes, data: bytes) -> None:
        if kind in written:
            written[kind] += len(data)
            stream = sys.stdout if kind == frames.STDOUT else sys.stderr
            stream.buffer.write(data)
            stream.flush()

    wide = {"args": arguments, "stdin": len(stdin), "outputs": []} if arguments or stdin else None
    with Slot(**settings) as slot:
        if not slot.hello["ready"]:
            raise SlotLost(slot.hello["error"])
        slot.submit(code, timeout_ms, True, wide)
        for start in range(0, len(stdin), frames.MOST_DATA):
            slot.send_data(stdin[start:start + frames.MOST_DATA])
        outcome = _outcome(slot, write)
    write(frames.STDOUT, outcome.stdout[written[frames.STDOUT]:])
    write(frames.STDERR, outcome.stderr[written[frames.STDERR]:])
    return outcome


def _outcome(slot: Slot, write: Any) -> Outcome:
    try:
        return slot.outcome(write)
    except KeyboardInterrupt:
        slot.cancel()
        return slot.outcome(write)


def _end(outcome: Outcome, tier: str) -> int:
    header = outcome.header
    cut = [name for name in ("stdout", "stderr") if header[name + "_truncated"]]
    return _say(_exit_code(header), "%s%s; ran %.3f s in tier %s%s" % (
        outcome.verdict, ": " + header["error"] if header["error"] else "", header["run_us"] / 1e6, tier,
        "; %s cut at the limit" % " and ".join(cut) if cut else ""))


def _exit_code(header: Dict[str, Any]) -> int:
    """The program's, where it ended by itself or by a signal of its own."""
    verdict, signal = header["verdict"], header["signal"]
    ended: Optional[int] = 128 + signal if signal else header["exit_code"]
    codes = {"ok": 0, "timeout": EXIT_TIMEOUT, "cancelled": EXIT_CANCELLED, "sandbox_failed": EXIT_FAILED}
    if verdict in ("exit", "exception", "signal") and ended is not None:
        return ended
    return codes.get(verdict, EXIT_LIMIT)


def _say(code: int, sentence: str) -> int:
    sys.stderr.write("millrace: %s\n" % sentence)
    return code
