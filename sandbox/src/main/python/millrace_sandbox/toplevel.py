"""Compiles a program so that `return VALUE` works at its top level, and so does indented code.

The text is never changed, so that strings and positions stay what they are.
- A program that compiles as a module is one.
- A uniformly indented one is parsed as the body of an `if`, and that body is the module.
- Where the compiler says "'return' outside function", the statements become the body of a
  function in which every name that it binds is declared global. The names come from the
  compiler's own symbol table, so that imports, loops, walruses in comprehensions, match
  captures and del need no visitor of ours. The function's code object loses the flags that
  make a function's locals: run with eval(code, globals) it is module code which returns.
"""
from __future__ import annotations

import __future__ as future_features
import ast
import re
import symtable
import sys
import warnings
from types import CodeType
from typing import Any, Dict, List, Optional, Tuple

# The code; what is to be in its globals before it runs; whether Python itself would compile it.
Program = Tuple[CodeType, Dict[str, Any], bool]
_WRAPPER = "__millrace_top__"
_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
# As in the module inspect, which is half a megabyte in each fork.
_CO_OPTIMIZED, _CO_NEWLOCALS, CO_COROUTINE = 0x1, 0x2, 0x80
_BLANK = ("", " ", "\t", "\f", "\r", "\n", "#")
_LINE_ENDS = re.compile("\r\n|\r|\n")  # as Python counts lines, which str.splitlines does not
_STARTS_INDENTED = re.compile(r"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*[ \t\f]*[ \t][^\s#]")


def compile_program(source: str, filename: str) -> Program:
    if "return" not in source and source[:1] not in _BLANK:
        return _as_it_is(source, filename)
    with _Warnings() as warned:
        return _compile_any(source, filename, warned)


def _compile_any(source: str, filename: str, warned: "_Warnings") -> Program:
    try:
        return _as_it_is(source, filename)
    except SyntaxError as e:
        error = e
    indented = isinstance(error, IndentationError) and _STARTS_INDENTED.match(source) is not None
    if not indented and not _is_outside_function(error):
        raise error
    warned.forget()
    text = "if 1:\n" + source if indented else source
    tree = _parse_indented(text, filename, error) if indented else ast.parse(source, filename)
    try:
        if indented and not _returns(tree):
            return compile(tree, filename, "exec", _AWAIT, dont_inherit=True), {}, False
        return _returning(tree, text, filename)
    except SyntaxError as e:
        raise _with_text(e, source) from None


def _as_it_is(source: str, filename: str) -> Program:
    code = compile(source, filename, "exec", _AWAIT, dont_inherit=True)
    return code, {}, not code.co_flags & CO_COROUTINE


class _Warnings:
    """The compiler's own, told once: a program may be compiled more than once."""

    def __enter__(self) -> "_Warnings":
        self._told: List[Any] = []
        self._tell = warnings._showwarnmsg  # type: ignore[attr-defined]
        warnings._showwarnmsg = self._told.append  # type: ignore[attr-defined]
        return self

    def forget(self) -> None:
        self._told.clear()

    def __exit__(self, *exc: object) -> None:
        warnings._showwarnmsg = self._tell  # type: ignore[attr-defined]
        for warning in self._told:
            self._tell(warning)


def _is_outside_function(e: SyntaxError) -> bool:
    return "'return' outside function" in (e.msg or "")


def _with_text(e: SyntaxError, source: str) -> SyntaxError:
    """The compiler knows no text when it is given a tree."""
    lines = _LINE_ENDS.split(source)
    if e.text is None and e.lineno and e.lineno <= len(lines):
        e.text = lines[e.lineno - 1] + "\n"
    return e


def _parse_indented(text: str, filename: str, outer: SyntaxError) -> ast.Module:
    """As the body of an `if`; what is wrong in it is told by its own line. Raises `outer` where it is no such body."""
    try:
        tree = ast.parse(text, filename)
    except SyntaxError as e:
        raise _line_before(e) from None
    block = tree.body[0]
    if len(tree.body) != 1 or not isinstance(block, ast.If) or block.orelse:
        raise outer
    ast.increment_lineno(tree, -1)
    return ast.Module(block.body, [])


def _line_before(e: SyntaxError) -> SyntaxError:
    if e.lineno:
        e.lineno -= 1
    if getattr(e, "end_lineno", None):
        e.end_lineno -= 1  # type: ignore[attr-defined,operator]
    e.msg = re.sub(r"\bon line (\d+)", lambda match: "on line %d" % (int(match[1]) - 1), e.msg)
    return e


def _returns(tree: ast.Module) -> bool:
    """Whether there is a `return` outside of functions and classes, of which a class's is an error anyway."""
    scope = _Scope()
    for statement in tree.body:
        scope.visit(statement)
    return scope.returns


def _returning(tree: ast.Module, text: str, filename: str) -> Program:
    statements = list(tree.body)
    with _Warnings() as told_before:
        names = _bound_names(text, filename)
        told_before.forget()
    given: Dict[str, Any] = {}
    if statements and _is_docstring(statements[0]):
        given["__doc__"] = statements.pop(0).value.value  # type: ignore[attr-defined]
    futures = _take_future_imports(statements, given)
    scope = _Scope()
    for statement in statements:
        scope.visit(statement)
    if scope.yields is not None:
        node = scope.yields
        raise SyntaxError("'yield' outside function", (filename, node.lineno, node.col_offset + 1, None))
    rewrite = _Rewrite(filename, any(a.name == "annotations" for f in futures for a in f.names))
    body: List[ast.stmt] = []
    for statement in statements:
        new = rewrite.visit(statement)
        body += new if isinstance(new, list) else [new]
    if rewrite.annotates:
        given["__annotations__"] = {}
        names.append("__annotations__")
    if names:
        body.insert(0, ast.Global(names))
    outer = compile(_module_with_function(futures, body, scope.awaits), filename, "exec", dont_inherit=True)
    inner = next(c for c in outer.co_consts if isinstance(c, CodeType) and c.co_name == _WRAPPER)
    return _as_module_code(inner, rewrite.constants), given, False


def _bound_names(text: str, filename: str) -> List[str]:
    table = symtable.symtable(text, filename, "exec")
    return sorted(s.get_name() for s in table.get_symbols()
                  if s.is_assigned() or s.is_imported() or s.is_declared_global())


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _take_future_imports(statements: List[ast.stmt], given: Dict[str, Any]) -> List[ast.ImportFrom]:
    taken: List[ast.ImportFrom] = []
    while statements:
        first = statements[0]
        if not isinstance(first, ast.ImportFrom) or first.module != "__future__" or first.level:
            break
        for alias in first.names:
            given[alias.asname or alias.name] = getattr(future_features, alias.name, None)
        taken.append(first)
        del statements[0]
    return taken


def _module_with_function(futures: List[ast.ImportFrom], body: List[ast.stmt], is_async: bool) -> ast.Module:
    kind = ast.AsyncFunctionDef if is_async else ast.FunctionDef
    arguments = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    function = kind(name=_WRAPPER, args=arguments, body=body or [ast.Pass()], decorator_list=[], lineno=1, col_offset=0)
    if "type_params" in kind._fields:  # Python 3.12
        function.type_params = []  # type: ignore[attr-defined]
    return ast.fix_missing_locations(ast.Module([*futures, function], []))


def _as_module_code(code: CodeType, constants: Dict[str, Any]) -> CodeType:
    code = _without_wrapper_name(code)
    changes: Dict[str, Any] = {"co_name": "<module>",
                               "co_consts": tuple(constants.get(c, c) if isinstance(c, str) else c for c in code.co_consts),
                               "co_flags": code.co_flags & ~(_CO_OPTIMIZED | _CO_NEWLOCALS)}
    if hasattr(code, "co_qualname"):  # Python 3.11
        changes["co_qualname"] = "<module>"
    return code.replace(**changes)


def _without_wrapper_name(code: CodeType) -> CodeType:
    """Names of what the program defines (`<lambda>`, comprehensions) don't start with the wrapper's."""
    prefix = _WRAPPER + ".<locals>."
    constants = tuple(_without_wrapper_name(c) if isinstance(c, CodeType)
                      else c[len(prefix):] if isinstance(c, str) and c.startswith(prefix) else c
                      for c in code.co_consts)
    changes: Dict[str, Any] = {"co_consts": constants}
    if hasattr(code, "co_qualname") and code.co_qualname.startswith(prefix):
        changes["co_qualname"] = code.co_qualname[len(prefix):]
    return code.replace(**changes)


class _Scope(ast.NodeVisitor):
    """Looks for yield and await in the module's own scope: not inside of functions and classes."""

    def __init__(self) -> None:
        self.yields: Optional[ast.expr] = None
        self.awaits = self.returns = False

    def visit_Return(self, node: ast.Return) -> None:
        self.returns = True
        self.generic_visit(node)

    def _visit_outside_of_body(self, node: Any) -> None:
        arguments = getattr(node, "args", None)
        if arguments is not None:
            for part in arguments.defaults + [d for d in arguments.kw_defaults if d]:
                self.visit(part)
        for part in (getattr(node, "decorator_list", []) + getattr(node, "bases", [])
                     + [k.value for k in getattr(node, "keywords", [])]):
            self.visit(part)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = visit_ClassDef = _visit_outside_of_body

    def _visit_yield(self, node: ast.expr) -> None:
        self.yields = self.yields or node

    visit_Yield = visit_YieldFrom = _visit_yield

    def _visit_await(self, node: ast.AST) -> None:
        self.awaits = True
        self.generic_visit(node)

    visit_Await = visit_AsyncFor = visit_AsyncWith = _visit_await

    def _visit_comprehension(self, node: Any) -> None:
        self.awaits = self.awaits or any(g.is_async for g in node.generators)
        self.generic_visit(node)

    visit_ListComp = visit_SetComp = visit_DictComp = _visit_comprehension


class _Rewrite(ast.NodeTransformer):
    """Statements that a module may have, but not a function whose names are global."""

    def __init__(self, filename: str, string_annotations: bool) -> None:
        self.filename = filename
        self.string_annotations = string_annotations
        self.annotates = False
        self.constants: Dict[str, Any] = {}  # what is to be in the code, by what stands for it in the tree

    def _leave(self, node: ast.AST) -> ast.AST:
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = _leave

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        if all(alias.name != "*" for alias in node.names):
            return node
        line = "\n" * (node.lineno - 1) + "from %s%s import *" % ("." * node.level, node.module or "")
        statement = self._constant(compile(line, self.filename, "exec", dont_inherit=True))
        call = ast.Call(ast.Attribute(self._constant(exec), "__call__", ast.Load()), [statement], [])
        return ast.fix_missing_locations(ast.copy_location(ast.Expr(call), node))

    def _constant(self, value: Any) -> ast.Constant:
        """That no tree may hold, and no program's name may hide."""
        name = "\0%d" % len(self.constants)
        self.constants[name] = value
        return ast.Constant(name)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        if not (node.simple and isinstance(node.target, ast.Name)):
            return node
        new: List[ast.stmt] = []
        if node.value is not None:
            new.append(ast.Assign([node.target], node.value))
        if sys.version_info < (3, 14):  # later ones evaluate a module's annotations on demand
            self.annotates = True
            value = ast.Constant(ast.unparse(node.annotation)) if self.string_annotations else node.annotation
            target = ast.Subscript(ast.Name("__annotations__", ast.Load()), ast.Constant(node.target.id), ast.Store())
            new.append(ast.Assign([target], value))
        return [ast.fix_missing_locations(ast.copy_location(n, node)) for n in new] or ast.copy_location(ast.Pass(), node)
