"""Runs `python3 -c CODE` again and again with the least that any caller must do, and prints each run's milliseconds.

usage: bare_python.py CALLERS RUNS SECONDS CODE [OPTION OF PYTHON]...   (stops at RUNS or after SECONDS, whichever is first)
"""
import json
import os
import sys
import time

callers, runs, seconds, code = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
options = sys.argv[5:]
python = os.path.realpath(sys.executable)  # not by its name: a version manager puts a script of its own there
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
begun, begins, millis, errors = {}, 0, [], 0
start = time.perf_counter()


def begin():
    global begins
    begins += 1
    now = time.perf_counter()
    begun[os.posix_spawn(python, [python, *options, "-c", code], os.environ, file_actions=quiet)] = now


for _ in range(min(callers, runs)):
    begin()
while begun:
    pid, status = os.waitpid(-1, 0)
    now = time.perf_counter()
    millis.append((now - begun.pop(pid)) * 1000)
    errors += status != 0
    if begins < runs and now - start < seconds:
        begin()
print(json.dumps({"millis": millis, "seconds": time.perf_counter() - start, "errors": errors}))
