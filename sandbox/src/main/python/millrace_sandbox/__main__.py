"""The entry: `python3 -I -S -B <this directory> serve|prove`; `zygote` is what the keeper starts."""
from __future__ import annotations

import os
import sys


def main(arguments: list) -> int:
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
    sys.stderr.write("usage: python3 -I -S -B %s serve | prove [--require strong|fallback]\n" % here)
    return 64


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
