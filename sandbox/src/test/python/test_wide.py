"""Wide jobs through the protocol, in every tier this machine offers: inputs, files, figures, details of errors, usage."""
from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import re
import time
import unittest
from typing import Any, Dict, List

import support
from millrace_sandbox import frames
from millrace_sandbox.client import Outcome, Slot, SlotLost
from slots import TierTest, for_each_tier

MIB = 1 << 20
PNG = b"\x89PNG\r\n\x1a\n"


def _has(name: str) -> bool:
    return support.PYTHON == "/usr/bin/python3" and importlib.util.find_spec(name) is not None


class WideTest(TierTest):
    def setUp(self) -> None:
        self.files: Dict[str, bytes] = {}
        self.broken: List[str] = []

    def run_wide(self, code: str, inputs: bytes = b"", timeout_ms: int = 20_000, **wide: Any) -> Outcome:
        self.files, self.broken = {}, []
        outcome = self.slot.run_wide(code, wide, inputs, timeout_ms, self._on_frame)
        self.told = outcome.header["wide"]
        return outcome

    def _on_frame(self, kind: bytes, payload: bytes) -> None:
        if kind == frames.FILE:
            self.path, self.size = (json.loads(payload)[name] for name in ("path", "size"))
            self.assertNotIn(self.path, self.files)
            self.files[self.path] = b""
            self.pieces: List[bytes] = []
        elif kind == frames.DATA:
            self.assertLessEqual(len(payload), frames.MOST_DATA)
            self.pieces.append(payload)
        elif kind == frames.FILE_END:
            self.files[self.path] = b"".join(self.pieces)
            if json.loads(payload)["whole"]:
                self.assertEqual(self.size, len(self.files[self.path]))
            else:
                self.broken.append(self.path)

    def result_of(self, code: str, inputs: bytes = b"", **wide: Any) -> Any:
        outcome = self.run_wide(code, inputs, **wide)
        self.assertEqual("ok", outcome.verdict, outcome)
        return json.loads(outcome.result or b"null")

    def shown_by(self, code: str, **wide: Any) -> List[Dict[str, Any]]:
        outcome = self.run_wide(code, display=True, **wide)
        said = outcome.stderr.replace(b"Matplotlib is building the font cache; this may take a moment.\n", b"")  # on a busy machine
        self.assertEqual(("ok", b""), (outcome.verdict, said), outcome)
        return json.loads(outcome.display)

    def detail_of(self, code: str) -> Dict[str, Any]:
        outcome = self.run_wide(code, error_detail=True)
        self.assertEqual("exception", outcome.verdict, outcome)
        return json.loads(outcome.error_detail)

    def test_input_data_is_there_only_when_it_was_given(self) -> None:
        deep = "[" * 900 + "]" * 900
        for text in ('{"a": [1, null, "é"]}', "null", "12345678901234567890", deep, "1" * 5000):
            data = text.encode()
            self.assertEqual(True, self.result_of("import json, sys\nsys.setrecursionlimit(5000)\ngetattr(sys, 'set_int_max_str_digits', id)(0)\n"
                                                  "return json.dumps(input_data) == json.dumps(json.loads(%r))" % text, data, input=len(data)))
        self.assertEqual([False, 20], self.result_of("import sys\nreturn ['input_data' in globals(), len('x' * 20)]"))

    def test_standard_input_holds_what_was_given_and_then_its_end(self) -> None:
        text = "line 1\nzwei é\0\nlast".encode()
        self.assertEqual(["line 1", "zwei é\0\nlast", ""], self.result_of(
            "import sys\nreturn [input(), sys.stdin.read(), sys.stdin.read()]", text, stdin=len(text)))
        self.assertEqual("", self.result_of("import sys\nreturn sys.stdin.read()", b"", stdin=0))
        big = b"x" * (3 * MIB)
        self.assertEqual(len(big), self.result_of("import sys\nreturn len(sys.stdin.buffer.read())", big, stdin=len(big)))
        if self.tier != "fallback":
            self.assertEqual("passed on", self.result_of("import subprocess\nreturn subprocess.check_output(['cat'], text=True)",
                                                         b"passed on", stdin=9))

    def test_arguments_and_environment(self) -> None:
        self.assertEqual([["main.py", "-v", "a b"], "1", "é"], self.result_of(
            "import os, sys\nreturn [sys.argv, os.environ['ONE'], os.environ['zwei']]", args=["-v", "a b"], env={"ONE": "1", "zwei": "é"}))
        self.assertEqual([10, ["main.py"]], self.result_of("import sys, time\nreturn [time.localtime(0).tm_hour, sys.argv]", env={"TZ": "XYZ-10"}))
        self.assertEqual(["main.py"], json.loads(self.slot.run("import os, sys\nassert 'ONE' not in os.environ\nreturn sys.argv").result))

    def test_files_are_in_the_working_directory_before_the_program_starts(self) -> None:
        given = {"a.txt": b"one", "deep/er/b.bin": bytes(range(256)) * 8192, "empty": b"", "line\nend": b"x", "helper.py": b"WORD = 'hi'\n"}
        files = [{"path": path, "size": len(data)} for path, data in given.items()]
        found = self.result_of("import hashlib, helper, os\nassert helper.WORD == 'hi'\nreturn {path: hashlib.md5(open(path, 'rb').read()).hexdigest() "
                               "for path in ('a.txt', 'deep/er/b.bin', 'empty', 'line\\nend')}", b"".join(given.values()), files=files)
        self.assertEqual({path: hashlib.md5(given[path]).hexdigest() for path in found}, found)
        self.assertEqual(({}, False), (self.files, self.told["files_lost"]))  # unchanged ones do not go back

    def test_all_inputs_come_in_one_stream_however_it_is_cut(self) -> None:
        data = b'{"a":1}' + b"stdin" + b"file one" + b"two"
        code = "import sys\nreturn [input_data, sys.stdin.read(), open('1').read(), open('2').read()]"
        self.slot.submit(code, wide={"input": 7, "stdin": 5, "files": [{"path": "1", "size": 8}, {"path": "2", "size": 3}]})
        for index in range(len(data)):
            self.slot.send_data(data[index:index + 1])
        self.assertEqual([{"a": 1}, "stdin", "file one", "two"], json.loads(self.slot.outcome().result))

    def test_new_and_changed_files_come_back(self) -> None:
        files = [{"path": "same", "size": 1}, {"path": "other/changed", "size": 1}, {"path": "gone", "size": 1}]
        self.result_of("import os\nopen('other/changed', 'w').write('y')\nopen('new', 'wb').write(b'\\0' * 300000)\nos.makedirs('d/e')\n"
                       "open('d/e/f', 'w').write('deep')\nos.remove('gone')\nopen('.hidden', 'w')\nos.mkdir('__pycache__')\nopen('__pycache__/x', 'w')",
                       b"xxx", files=files)
        self.assertEqual({"d/e/f": b"deep", "new": bytes(300000), "other/changed": b"y"}, self.files)
        self.assertEqual(["d/e/f", "new", "other/changed"], list(self.files))
        self.assertEqual(([], [], False), (self.broken, self.told["omitted"], self.told["files_lost"]))

    def test_which_files_come_back_is_said_by_globs(self) -> None:
        code = ("import os\nfor path in ('a.csv', 'b.txt', 'd/c.csv', 'd/e/f.csv', 'd/main.py', '.env', '.cache/x', '__pycache__/p'):\n"
                "    os.makedirs(os.path.dirname(path) or '.', exist_ok=True)\n    open(path, 'w').write('x')")
        for globs, expected in ((["**"], "a.csv b.txt d/c.csv d/e/f.csv d/main.py"), (["*.csv"], "a.csv"), (["**/*.csv"], "a.csv d/c.csv d/e/f.csv"),
                                (["d/*"], "d/c.csv d/main.py"), (["d/**"], "d/c.csv d/e/f.csv d/main.py"), (["?.txt", "b.*"], "b.txt"),
                                (["main.py"], "main.py"), ([".env", ".c*/*"], ".cache/x .env"), (["__pycache__/*"], "__pycache__/p"),
                                (["*"], "a.csv b.txt"), (["[a].csv"], ""), (["**/e/**"], "d/e/f.csv"), ([], "")):
            self.result_of(code, outputs=globs)
            self.assertEqual(expected.split(), list(self.files), globs)

    def test_files_come_back_after_an_exception_and_an_exit_but_not_of_the_killed(self) -> None:
        for end, verdict, lost in (("1/0", "exception", False), ("import sys; sys.exit(3)", "exit", False), ("import sys; sys.exit()", "ok", False),
                                   ("import os; os._exit(0)", "ok", True), ("import os; os.kill(os.getpid(), 9)", "signal", True)):
            outcome = self.run_wide("open('f', 'w').write('kept')\n" + end)
            self.assertEqual((verdict, lost), (outcome.verdict, self.told["files_lost"]), end)
            self.assertEqual({} if lost else {"f": b"kept"}, self.files, end)
        outcome = self.run_wide("open('f', 'w').write('x')\nwhile True: pass", timeout_ms=300)
        self.assertEqual(("timeout", True, {}), (outcome.verdict, self.told["files_lost"], self.files))
        self.run_wide("import os\nos._exit(0)", outputs=[])
        self.assertFalse(self.told["files_lost"])

    def test_64_files_are_kept_and_64_more_listed(self) -> None:
        self.result_of("for i in range(200):\n    open('%03d' % i, 'w').write('x')")
        self.assertEqual(["%03d" % i for i in range(64)], list(self.files))
        self.assertEqual([{"path": "%03d" % i, "size": 1, "omitted": "too_many"} for i in range(64, 128)], self.told["omitted"])

    def test_sparse_files_are_no_larger_than_the_scratch_together(self) -> None:
        self.result_of("import os\nfor name in 'abc':\n    with open(name, 'wb') as f:\n        f.truncate(40 << 20)\n"
                       "for size in (1 << 40, (64 << 20) + 1):\n    try:\n        os.truncate('a', size)\n        raise SystemExit('made')\n    except OSError: pass")
        self.assertEqual({"a": 40 * MIB}, {path: len(data) for path, data in self.files.items()})
        self.assertEqual([("b", "too_large"), ("c", "too_large")], [(f["path"], f["omitted"]) for f in self.told["omitted"]])

    def test_what_is_no_file_is_left_alone(self) -> None:
        self.result_of("import os\nos.symlink('/etc/passwd', 'link')\nos.symlink('/usr', 'folder')\nos.symlink('.', 'self')\nos.mkfifo('fifo')\n"
                       "open('real', 'w').write('x')\nos.link('real', 'hard')\nos.mkdir('locked', 0)")
        self.assertEqual({"hard": b"x", "real": b"x"}, self.files)
        if self.tier != "fallback":  # whose accountant may have opened it to count
            self.assertTrue(self.told["files_lost"])  # of the folder that may not be looked into

    def test_names_of_all_kinds(self) -> None:
        self.result_of("import os\nfor name in (b'new\\nline', b'\\xff\\xfe', 'é'.encode(), b'..x', b'a' * 255, b'\\\\', b'%2e%2e'):\n    open(name, 'w').write('x')")
        self.assertEqual(sorted(["new\nline", "\ufffd\ufffd", "é", "a" * 255, "\\", "%2e%2e"]), list(self.files))

    def test_a_file_that_changes_while_it_is_read_is_not_whole(self) -> None:
        self.run_wide("import threading\nopen('big', 'wb').truncate(32 << 20)\ndef busy():\n    while True:\n        open('big', 'r+b').write(b'x')\n"
                      "threading.Thread(target=busy, daemon=True).start()")
        self.assertEqual((["big"], True), (self.broken, self.told["files_lost"]))
        self.run_wide("import os, threading\nopen('big', 'wb').truncate(32 << 20)\ndef busy():\n    while True:\n        os.symlink('/etc/passwd', 's'); os.rename('s', 'big')\n"
                      "threading.Thread(target=busy, daemon=True).start()")
        for data in self.files.values():
            self.assertEqual(b"", data.strip(b"\0"))

    def test_inputs_that_do_not_fit_are_told_with_the_limit(self) -> None:
        outcome = self.run_wide("pass", files=[{"path": "a", "size": 40 * MIB}, {"path": "b", "size": 30 * MIB}])
        self.assertEqual("disk_limit", outcome.verdict)
        self.assertRegex(outcome.header["error"], "64 MiB")
        if self.tier != "fallback":
            deep = [{"path": "/".join(["%d" % i] + ["d"] * 100), "size": 0} for i in range(64)]
            outcome = self.run_wide("pass", files=deep)
            self.assertEqual("disk_limit", outcome.verdict, outcome)
        self.assertEqual("ok", self.run_wide("pass").verdict)

    def test_a_jobs_own_memory_limit(self) -> None:
        outcome = self.run_wide("x = bytearray(100 << 20)\nreturn len(x)", memory_bytes=64 * MIB)
        self.assertEqual("memory_limit", outcome.verdict, outcome)
        self.assertIn("64 MiB", outcome.header["error"])
        self.assertEqual(100 << 20, self.result_of("x = bytearray(100 << 20)\nreturn len(x)", memory_bytes=200 * MIB))
        self.assertEqual(b"104857600", self.slot.run("return len(bytearray(100 << 20))").result)
        outcome = self.run_wide("pass", memory_bytes=600 * MIB)
        self.assertEqual("memory_limit", outcome.verdict)
        self.assertIn("512 MiB", outcome.header["error"])

    def test_a_jobs_own_memory_limit_holds_for_all_its_processes(self) -> None:
        if self.slot.hello["limits"]["memory"] != "cgroup":
            self.skipTest("each process has its own limit here")
        family = "import os\nfor _ in range(9):\n    if not os.fork():\n        x = bytearray(40 << 20)\n        break\nimport time; time.sleep(9)"
        outcome = self.run_wide(family, memory_bytes=100 * MIB)
        self.assertEqual("memory_limit", outcome.verdict, outcome)
        self.assertIn("100 MiB", outcome.header["error"])

    def test_usage_is_of_the_job_and_its_children(self) -> None:
        self.run_wide("print()")
        usage = self.told["usage"]
        self.assertLess(usage["cpu_ms"], 100)
        self.assertEqual(1, usage["output_bytes"])
        self.assertEqual("cgroup" if self.slot.hello["limits"]["memory"] == "cgroup" else "rusage", usage["source"])
        burn = "import time\nwhile time.process_time() < 0.3: pass\n"
        self.run_wide(burn + "x = bytearray(80 << 20)\nprint('x' * (3 << 20))")
        usage = self.told["usage"]
        self.assertTrue(290 <= usage["cpu_ms"] < 1500, usage)
        self.assertTrue(80 * MIB <= usage["memory_peak_bytes"] < 180 * MIB, usage)
        self.assertEqual(3 * MIB + 1, usage["output_bytes"])
        if usage["source"] == "cgroup" and self.tier != "fallback":  # children that nobody waits for, and are killed at the end
            self.run_wide("import os, time\nfor _ in range(2):\n    if not os.fork():\n        if not os.fork():\n            while True: pass\n"
                          "        os._exit(0)\n    os.wait()\ntime.sleep(1)")
            self.assertGreaterEqual(self.told["usage"]["cpu_ms"], 200)
        outcome = self.run_wide(burn + "import os\nos.kill(os.getpid(), 9)")
        self.assertEqual("signal", outcome.verdict)
        self.assertGreaterEqual(self.told["usage"]["cpu_ms"], 290)

    def test_display_shows_by_media_type(self) -> None:
        shown = self.shown_by(
            "class Both:\n    def _repr_html_(self): return '<b>x</b>'\n    def _repr_png_(self): 1/0\n    def __repr__(self): return 'plain'\n"
            "class Bundle:\n    def _repr_mimebundle_(self, include=None, exclude=None): return {'text/html': 'h', 'application/x': 1, 'image/png': b'ab'}, {}\n"
            "class Svg:\n    def _repr_svg_(self): return '<svg/>'\n    def __repr__(self): return 'svg'\n"
            "class Broken:\n    def _repr_html_(self): raise ValueError\n    def __repr__(self): raise ValueError\n"
            "display(Both(), Bundle())\ndisplay(Svg())\ndisplay(Broken())\ndisplay({'a': (1, float('nan'))}, [1])\ndisplay('text', 5)\nreturn Both()")
        self.assertEqual({"text/html": "<b>x</b>", "text/plain": "plain"}, shown[0])
        self.assertEqual({"text/html": "h", "image/png": "YWI="}, {k: v for k, v in shown[1].items() if k != "text/plain"})
        self.assertEqual([{"image/svg+xml": "<svg/>", "text/plain": "svg"}, {"text/plain": "<Broken whose repr() fails>"},
                          {"application/json": {"a": [1, None]}, "text/plain": "{'a': (1, nan)}"}, {"application/json": [1], "text/plain": "[1]"},
                          {"text/plain": "'text'"}, {"text/plain": "5"}, {"text/html": "<b>x</b>", "text/plain": "plain"}], shown[2:])

    def test_display_is_there_only_where_it_was_asked_for(self) -> None:
        for outcome in (self.run_wide("display(1)"), self.slot.run("display(1)"), self.slot.run("import builtins\nbuiltins.display")):
            self.assertEqual("exception", outcome.verdict)
        self.assertEqual([], self.result_of("return [n for n in dir() if not n.startswith('__')]", display=True))

    def test_what_was_shown_before_a_timeout_is_kept(self) -> None:
        outcome = self.run_wide("display(1)\nwhile True: pass", timeout_ms=400, display=True)
        self.assertEqual(("timeout", [{"text/plain": "1"}]), (outcome.verdict, json.loads(outcome.display)))

    def test_display_is_bounded_in_items_and_bytes(self) -> None:
        self.assertEqual(32, len(self.shown_by("for i in range(40): display(i)")))
        self.assertTrue(self.told["display_truncated"])
        self.assertEqual(2, len(self.shown_by("for i in range(5): display('x' * (3 << 20))")))
        self.assertTrue(self.told["display_truncated"])
        self.assertEqual([], self.shown_by("pass"))
        self.assertFalse(self.told["display_truncated"])

    def test_a_childs_display_is_printed(self) -> None:
        if self.tier == "fallback":
            self.skipTest("no processes there")
        outcome = self.run_wide("import os\nif not os.fork():\n    display('child')\n    os._exit(0)\nos.wait()\ndisplay('parent')", display=True)
        self.assertEqual((b"'child'\n", [{"text/plain": "'parent'"}]), (outcome.stdout, json.loads(outcome.display)))

    @unittest.skipUnless(_has("matplotlib"), "needs matplotlib")
    def test_figures(self) -> None:
        shown = self.shown_by("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.plot([2, 1])\ndisplay('between')\nplt.figure()\n"
                              "plt.plot([3])\nassert plt.get_backend().lower() == 'agg'\nfig, _ = plt.subplots()\nreturn fig", timeout_ms=60_000)
        kinds = ["png" if "image/png" in item else item["text/plain"] for item in shown]
        self.assertEqual(["png", "'between'", "png", "png", "png"], kinds)
        for item in shown:
            if "image/png" in item:
                self.assertEqual(PNG, base64.b64decode(item["image/png"])[:8])
        shown = self.shown_by("import matplotlib\nmatplotlib.use('Agg')\nfrom matplotlib.pyplot import *\nplot([1])\nshow()\nassert not get_fignums()", timeout_ms=60_000)
        self.assertEqual(1, len(shown))
        outcome = self.run_wide("import matplotlib.pyplot as plt\nplt.plot([1])\n1/0", display=True, timeout_ms=60_000)
        self.assertIn("image/png", json.loads(outcome.display)[0])
        self.assertEqual({}, self.files)

    @unittest.skipUnless(_has("pandas"), "needs pandas")
    def test_data_frames(self) -> None:
        outcome = self.run_wide("import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})\ndisplay(df.a)\nreturn df", display=True, timeout_ms=60_000)
        series, frame = json.loads(outcome.display)
        self.assertEqual([{"a": 1}, {"a": 2}], json.loads(outcome.result))
        self.assertIn("<table", frame["text/html"])
        self.assertEqual("   a\n0  1\n1  2", frame["text/plain"])
        self.assertEqual(["text/plain"], list(series))

    def test_nothing_is_imported_that_the_program_did_not_import(self) -> None:
        before = json.loads(self.slot.run("import sys\nreturn sorted(sys.modules)").result)
        after = self.result_of("import sys\ndisplay({'a': 1})\nreturn sorted(sys.modules)", display=True, error_detail=True)
        self.assertEqual(before, after)

    def test_an_error_is_told_in_detail(self) -> None:
        detail = self.detail_of("import json\ndef f(a, password):\n    b = [a] * 3\n    return b[9]\n\nx = 1\nf('v', 'hunter2')")
        self.assertEqual(("IndexError", "list index out of range", 4, "return b[9]"),
                         tuple(detail[name] for name in ("type", "message", "line", "source")))
        self.assertEqual([("<module>", 7, "f('v', 'hunter2')", {"x": "1"}),
                          ("f", 4, "return b[9]", {"a": "'v'", "password": "<hidden>", "b": "['v', 'v', 'v']"})],
                         [tuple(frame[name] for name in ("function", "line", "source", "locals")) for frame in detail["frames"]])
        detail = self.detail_of("import json\njson.loads('x')")
        self.assertEqual(("json.decoder.JSONDecodeError", 2), (detail["type"], detail["line"]))
        self.assertGreater(len(detail["frames"]), 1)
        detail = self.detail_of("x = 1\ny = (")
        self.assertEqual(("SyntaxError", 2, "y = (", []), tuple(detail[name] for name in ("type", "line", "source", "frames")))
        self.assertEqual("no_such", self.detail_of("import no_such.part")["missing_module"])
        self.assertNotIn("missing_module", detail)
        self.assertEqual(b"", self.run_wide("1/0").error_detail)

    def test_details_are_bounded(self) -> None:
        detail = self.detail_of("def f(n):\n    " + "; ".join("v%d = 'y' * 999" % i for i in range(40)) + "\n    return f(n + 1)\nf(0)")
        self.assertEqual(10, len(detail["frames"]))
        self.assertEqual(20, len(detail["frames"][5]["locals"]))
        self.assertTrue(all(len(text) <= 100 for frame in detail["frames"] for text in frame["locals"].values()))

    def test_a_repr_can_neither_fail_nor_take_for_ever(self) -> None:
        started = time.monotonic()
        detail = self.detail_of(
            "class Good:\n    def __repr__(self): return 'Good(1)'\nclass Raises:\n    def __repr__(self): raise SystemExit\n"
            "class Loops:\n    def __init__(self): self.n = 3\n    def __repr__(self):\n        while True:\n            try: sum(range(10**9))\n            except BaseException: pass\n"
            "class Kills:\n    def __repr__(self): import os; os.kill(os.getppid(), 15); os._exit(0)\n"
            "def f():\n    good, raises, big, loops, kills = Good(), Raises(), 10**5000, Loops(), [Kills()]\n    1/0\nf()")
        self.assertLess(time.monotonic() - started, 10)
        shown = detail["frames"][-1]["locals"]
        self.assertEqual("Good(1)" if self.tier != "fallback" else "<Good>", shown["good"])
        self.assertEqual(("<Raises>", "<Loops n=3>", "[<Kills>]"), (shown["raises"], shown["loops"], shown["kills"]))
        self.assertRegex(shown["big"], "^<int of ")

    def test_values_whose_name_suggests_a_secret_are_lost(self) -> None:
        detail = self.detail_of(
            "from dataclasses import dataclass\n@dataclass\nclass Config:\n    host: str\n    dbPassword: str\nclass Client:\n    def __init__(self): self.api_key = 's3cret'; self.url = 'u'\n"
            "    def __repr__(self): return 'Client(%s)' % self.api_key\n"
            "def f(token, API_KEY, auth, monkey):\n    headers = {'Authorization': 's3cret', 'Accept': '*'}\n    config, client = Config('h', 's3cret'), Client()\n    1/0\n"
            "f('s3cret', 's3cret', 's3cret', 'banana')")
        shown = detail["frames"][-1]["locals"]
        self.assertNotIn("s3cret", json.dumps(shown))
        self.assertEqual(("'banana'", "{'Authorization': <hidden>, 'Accept': '*'}", "<Config host='h', dbPassword=<hidden>>"),
                         (shown["monkey"], shown["headers"], shown["config"]))

    def test_tracebacks_are_as_they_were(self) -> None:
        code = "def f():\n    raise KeyError('k')\nf()"
        plain, wide = self.slot.run(code).stderr, self.run_wide(code, error_detail=True, display=True).stderr
        self.assertEqual(*(re.sub(rb'"[^"]*/main.py"', b'"main.py"', text) for text in (plain, wide)))

    def test_a_cancel_while_inputs_come(self) -> None:
        self.slot.submit("pass", wide={"files": [{"path": "a", "size": 3 * MIB}]})
        self.slot.send_data(bytes(MIB))
        self.slot.cancel()
        self.assertEqual("cancelled", self.slot.outcome().verdict)
        self.slot.send_data(bytes(MIB))  # was on its way
        self.assertEqual("ok", self.run_wide("pass").verdict)
        self.assertEqual(b"7", self.slot.run("return 7").result)

    def test_the_time_that_inputs_take_is_not_the_jobs(self) -> None:
        self.slot.submit("return 1", 400, wide={"files": [{"path": "a", "size": 2}]})
        self.slot.send_data(b"x")
        time.sleep(0.6)
        self.slot.send_data(b"y")
        self.assertEqual("ok", self.slot.outcome().verdict)

    def test_a_plain_job_has_nothing_of_it(self) -> None:
        self.assertNotIn("wide", self.slot.run("open('x', 'w').write('x')").header)

    def test_what_a_program_writes_to_the_result_pipe_harms_it_only(self) -> None:
        forge = "import json, os, struct\ndef send(kind, data): os.write(41, struct.pack('>cI', kind, len(data)) + data)\n"
        report = "send(b'P', struct.pack('>cBBB?QQII', b'D', 0, 0, 0, False, 1, 1, 0, 1) + b'1')\n"
        for path in ("../x", "/etc/passwd", "a/../../b", "", "a//b", "x" * 256, "a\0b"):
            outcome = self.run_wide(forge + report + "send(b'F', json.dumps({'path': %r, 'size': 1}).encode())\nsend(b'C', b'x')\nsend(b'E', b'\\1')" % path)
            self.assertEqual(({}, True, b"1"), (self.files, self.told["files_lost"], outcome.result), path)
        for record in ("send(b'F', json.dumps({'path': 'x', 'size': 1 << 40}).encode())", "send(b'F', json.dumps({'path': 'x', 'size': 4}).encode())\nsend(b'C', b'12345')",
                       "send(b'F', b'[')", "send(b'C', b'x')", "send(b'?', b'x')", "os.write(41, b'F' + b'\\xff' * 40)", "send(b'X', b'{}')",
                       "[send(b'F', json.dumps({'path': 'same', 'size': 0}).encode()) or send(b'E', b'\\1') for _ in range(2)]"):
            outcome = self.run_wide(forge + report + record)
            self.assertEqual((True, "ok"), (self.told["files_lost"], outcome.verdict), record)
        outcome = self.run_wide(forge + "[send(b'V', b'{\"text/plain\": \"x\"}') for _ in range(50)]\nsend(b'V', b'{\"text/x\": 1}')", display=True)
        self.assertEqual((32, True), (len(json.loads(outcome.display)), self.told["display_truncated"]))
        self.assertEqual("exception", self.run_wide(forge + "os.write(41, b'garbage that is long enough')").verdict)
        self.assertEqual("ok", self.run_wide("pass").verdict)


class ProtocolTest(unittest.TestCase):
    def test_hello_says_the_version(self) -> None:
        with Slot((), support.PYTHON, preimport=[], require="fallback") as slot:
            self.assertEqual(frames.VERSION, slot.hello["protocol"])

    def test_what_no_worker_sends_ends_the_helper(self) -> None:
        for wide, data in (({"unknown": 1}, None), ({"files": [{"path": "../x", "size": 1}]}, None), ({"files": [{"path": "main.py", "size": 1}]}, None),
                           ({"files": [{"path": "a", "size": 1}, {"path": "a/b", "size": 1}]}, None), ({"env": {"LD_PRELOAD": "x"}}, None),
                           ({"env": {"all_PROXY": "x"}}, None), ({"env": {"A=B": "x"}}, None), ({"args": ["\0"]}, None), ({"input": -1}, None),
                           ({"stdin": 1}, ("test", b"xx")), ({"stdin": 1}, ("another", b"x"))):
            with self.subTest(wide=wide), Slot((), support.PYTHON, preimport=[], require="fallback", prewarm=0) as slot:
                slot.submit("pass", wide=wide)
                if data:
                    slot.send_data(data[1], data[0])
                with self.assertRaises(SlotLost):
                    slot.outcome()
                self.assertEqual(76, slot.close())

    def test_large_files_pass_with_little_memory(self) -> None:
        size = 100 * MIB
        with Slot((), support.PYTHON, preimport=[], require="fallback", tmp_bytes=256 * MIB, memory_bytes=1 << 30) as slot:
            slot.submit("import os\nos.rename('in', 'out')", 60_000, wide={"files": [{"path": "in", "size": size}]})
            piece = os.urandom(MIB)
            for _ in range(size // MIB):
                slot.send_data(piece)
            got = 0

            def on_frame(kind: bytes, payload: bytes) -> None:
                nonlocal got
                if kind == frames.DATA:
                    self.assertEqual(payload, piece[got % MIB:got % MIB + len(payload)])
                    got += len(payload)

            outcome = slot.outcome(on_frame)
            self.assertEqual(("ok", size), (outcome.verdict, got))
            most = max(peak_kib(pid) for pid in support.descendants(slot.process.pid) | {slot.process.pid})
            self.assertLess(most, 80 * 1024)

    def test_a_worker_that_reads_slowly_is_waited_for(self) -> None:
        with Slot((), support.PYTHON, preimport=[], require="fallback") as slot:
            slot.submit("open('out', 'wb').write(bytes(8 << 20))", 500, wide={})
            time.sleep(1)
            got: List[int] = []
            outcome = slot.outcome(lambda kind, payload: got.append(len(payload)) if kind == frames.DATA else None)
            self.assertEqual(("ok", 8 * MIB), (outcome.verdict, sum(got)))


def peak_kib(pid: int) -> int:
    try:
        with open("/proc/%d/status" % pid) as f:
            return next((int(line.split()[1]) for line in f if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


globals().update(for_each_tier(WideTest))

if __name__ == "__main__":
    unittest.main()
