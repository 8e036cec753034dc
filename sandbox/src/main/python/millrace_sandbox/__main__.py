"""The entry: `python3 -I -S -B <this directory> serve|prove`, `python3 -m millrace_sandbox run`; `zygote` is what the keeper starts."""
from __future__ import annotations

import os
import sys
from typing import List


def main(arguments: List[str]) -> int:
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [os.path.dirname(here)] + [p for p in sys.path if os.path.abspath(p) != here]
    command = arguments[0] if arguments else ""
    if command == "serve":
        from millrace_sandbox import keeper
        return keeper.serve()
    if command == "zygote":
        from millrace_sandbox import zygote
        zygote.main()
    if command == "prove":
        from millrace_sandbox import tiers
        return tiers.main(arguments[1:])
    if command == "run":
        from millrace_sandbox import command_line
        return command_line.main(arguments[1:])
    sys.stderr.write("usage: python3 -m millrace_sandbox run main.py | prove [--require strong|fallback] | serve\n")
    return 64


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
