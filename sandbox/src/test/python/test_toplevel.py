"""A program is a module: whatever works in a file main.py works here, and `return`, `await` and indentation too."""
from __future__ import annotations

import asyncio
import re
import sys
import types
import unittest
import warnings
from typing import Any, Dict

import support  # noqa: F401
from millrace_sandbox import toplevel

VALUES: Dict[str, Any] = {
    "plain return": ("x = 1\nreturn x + 1", 2),
    "no return is a module": ("x = 1\n", None),
    "return without a value": ("return", None),
    "statements after return do not run": ("return 1\nraise ValueError", 1),
    "multi-line strings are kept": ('s = """a\n  b\n\tc\n"""\nreturn s', "a\n  b\n\tc\n"),
    "return in nested blocks": ("for i in range(9):\n  try:\n    if i == 3:\n      return i\n  finally:\n    done = i\n", 3),
    "functions see globals as they are": ("n = 5\ndef f():\n  return n\nn = 6\nreturn f()", 6),
    "recursion in a comprehension": ("def f(n): return 1 if n < 2 else n*f(n-1)\nreturn [f(i) for i in range(5)]", [1, 1, 2, 6, 24]),
    "import *": ("from math import *\nreturn floor(pi)", 3),
    "import * is shadowed": ("from math import *\npi = 3\nreturn pi", 3),
    "global in a function": ("c = 0\ndef inc():\n  global c\n  c += 1\ninc(); inc()\nreturn c", 2),
    "global at module level": ("global q\nq = 4\nreturn q", 4),
    "walrus in a comprehension": ("r = [last := i for i in range(4)]\nreturn last, r", (3, [0, 1, 2, 3])),
    "walrus in while": ("d = [1,2]\nwhile (v := d.pop() if d else None):\n  w = v\nreturn w", 1),
    "del": ("x = 1\ndel x\ntry:\n  x\nexcept NameError:\n  return 'gone'", "gone"),
    "except-as unbinds": ("try:\n  1/0\nexcept ZeroDivisionError as e:\n  m = str(e)\nreturn m, 'e' in globals()",
                          ("division by zero", False)),
    "exec binds globals": ("exec('zz = 9')\nreturn zz", 9),
    "locals() is globals()": ("a = 1\nreturn locals() is globals()", True),
    "classes name top-level names": ("k = 2\nclass A:\n  k2 = k * 2\n  def m(self): return __class__.__name__, k\nreturn A().m(), A.k2",
                                     (("A", 2), 4)),
    "qualified names": ("class P: pass\ndef f(): pass\nreturn P.__qualname__, f.__qualname__, (lambda: 0).__qualname__",
                        ("P", "f", "<lambda>")),
    "decorators, defaults, lambdas": ("def deco(f): return f\n@deco\ndef g(a=(z := 4)): return a\nreturn g(), z, (lambda q=3: q)()",
                                      (4, 4, 3)),
    "star, augmented, for-else": ("a, *b = 1, 2, 3\na += 1\nfor i in b: pass\nelse: c = i\nreturn a, b, c", (2, [2, 3], 3)),
    "bare except does not catch a return": ("try:\n  return 1\nexcept:\n  return 2", 1),
    "tabs and CRLF": ("if 1:\r\n\tx = 1\r\nreturn x\r\n", 1),
    "non-ASCII names": ("é = 2\nreturn é", 2),
    "docstring": ('"""doc"""\nreturn __doc__', "doc"),
    "future import": ("from __future__ import annotations\nx: Undefined = 3\ndef f(a: Nope): return a\nreturn f(x)", 3),
    "docstring and future import": ("'d'\nfrom __future__ import annotations\nreturn __doc__, annotations.compiler_flag > 0", ("d", True)),
    "await": ("import asyncio\nx = await asyncio.sleep(0, 5)\nreturn x", 5),
    "await without return": ("import asyncio\nx = await asyncio.sleep(0, 5)\n", None),
    "async for": ("async def g():\n  yield 1\n  yield 2\nt = 0\nasync for i in g():\n  t += i\nreturn t", 3),
    "a coroutine is not awaited": ("async def f(): pass\nc = f()\nc.close()\nreturn 1", 1),
    "indented": ("    x = 1\n    if x:\n        y = 2\n", None),
    "indented with return": ("    x = 1\n    return x + 1", 2),
    "indented, strings untouched": ("    s = '''a\n  b\nc'''\n    return s", "a\n  b\nc"),
    "indented with blank and comment lines": ("\n# c\n    x = 1\n\n# d\n    return x\n", 1),
    "indented with future import": ("  from __future__ import annotations\n  x: Nope = 1\n  return x", 1),
    "indented with await": ("  import asyncio\n  return await asyncio.sleep(0, 6)", 6),
    "indented with tabs": ("\tx = 1\n\treturn x", 1),
    "empty": ("", None),
    "comments only": ("# nothing\n", None),
}
if sys.version_info >= (3, 10):
    VALUES["match"] = ("match {'k': [1,2,3]}:\n  case {'k': [a, *rest]}:\n    return a, rest", (1, [2, 3]))
if sys.version_info < (3, 14):
    VALUES["annotations"] = ("x: int = 3\ny: 'str'\nreturn (x, __annotations__)", (3, {"x": int, "y": "str"}))
if sys.version_info >= (3, 12):
    VALUES["type statement"] = ("type A = int\ndef f[T](x: T) -> T: return x\nreturn f(A.__value__(3))", 3)

ERRORS = {
    "yield": ("yield 1\nreturn 2", 1),
    "return in a class": ("x = 1\nclass A:\n  return 1\n", 3),
    "break": ("a = 1\nbreak\nreturn a", 2),
    "bad indentation": ("x = 1\n  y = 2\nreturn", 2),
    "uneven indentation": ("    x = 1\n  y = 2\n", None),
    "nonlocal": ("nonlocal q\nreturn 1", 1),
    "late future import": ("x = 1\nfrom __future__ import annotations\nreturn 1", 2),
    "an else of ours": ("  x = 1\nelse:\n  x = 2\n", None),
    "plain": ("def f(:", 1),
    "in indented code": ("    x = 1\n    y = = 2\n", 2),
    "in an indented function": ("  def f():\n  x = 1\n", 2),
    "after a return": ("return 1\nx = = 2", 2),
    "in indented code with a return": ("    x = 1\n    return x\n    break\n", 3),
    "indented, then not": ("    x = 1\ny = 2\n", 1),
}
MESSAGES = {
    "of indented code": ("    x = 1\n    y = = 2\n", "invalid syntax"),
    "with a line of its own": ("  if 1:\n  x = 1\n", "expected an indented block after 'if' statement on line 1"),
    "line ends": ("s = '\x0c\u2028'\nreturn 1\nbreak", "'break' outside loop"),
}
WARNINGS = {
    "before a return": ("x = 1\nif x is 1: pass\nreturn 5", 1),
    "after a return": ("x = 1\nreturn 5\nx is 1", 1),
    "both": ("x = 1\nx is 1\nif 1: return 5\nx is 2", 2),
    "an escape": ("def f(): return '\\d'\nreturn 1", 1),
    "in indented code": ("  1 is x\n  x = 2", 1),
    "in indented code with a return": ("  1 is x\n  return 2", 1),
    "in a plain module": ("def f(): return 1\n1 is ()", 1),
    "with await": ("import asyncio\nawait asyncio.sleep(0)\n1 is ()\nreturn 1", 1),
}


def run(source: str) -> Any:
    module = types.ModuleType("__main__")
    code, names, _ = toplevel.compile_program(source, "main.py")
    module.__dict__.update(names)
    value = eval(code, module.__dict__)
    return asyncio.run(value) if code.co_flags & toplevel.CO_COROUTINE else value


class TopLevelTest(unittest.TestCase):
    def test_values(self) -> None:
        for name, (source, value) in VALUES.items():
            with self.subTest(name):
                self.assertEqual(value, run(source))

    def test_errors_are_syntax_errors_with_the_users_line(self) -> None:
        for name, (source, line) in ERRORS.items():
            with self.subTest(name):
                with self.assertRaises(SyntaxError) as raised:
                    run(source)
                self.assertEqual("main.py", raised.exception.filename)
                if line:
                    self.assertEqual(line, raised.exception.lineno)

    @unittest.skipIf(sys.version_info < (3, 10), "older ones say less")
    def test_messages_are_the_compilers(self) -> None:
        for name, (source, message) in MESSAGES.items():
            with self.subTest(name):
                with self.assertRaises(SyntaxError) as raised:
                    run(source)
                self.assertEqual(message, raised.exception.msg)
                self.assertEqual(re.split("\r\n|\r|\n", source)[raised.exception.lineno - 1],
                                 raised.exception.text.rstrip("\n"))

    def test_each_warning_is_told_once(self) -> None:
        for name, (source, count) in WARNINGS.items():
            with self.subTest(name), warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                toplevel.compile_program(source, "main.py")
                self.assertEqual(count, len(told), [str(w.message) for w in told])

    def test_no_name_of_ours_is_left(self) -> None:
        self.assertEqual(["__builtins__", "__name__", "names"],
                         run("from math import pi as names\nfrom builtins import *\nnames = 1\nreturn sorted(n for n in dir() if n in "
                             "('__builtins__', '__name__', 'names') or 'millrace' in n)"))

    def test_positions_of_an_indented_program_are_the_users(self) -> None:
        try:
            run("    a = 1\n    b = 1 // 0\n    return a")
        except ZeroDivisionError as e:
            tb = e.__traceback__
        while tb.tb_next:
            tb = tb.tb_next
        self.assertEqual(("main.py", 2), (tb.tb_frame.f_code.co_filename, tb.tb_lineno))


if __name__ == "__main__":
    unittest.main()
