"""The runner of a wide job: one that has inputs, whose files and figures come back, whose errors are told in detail.

A sandbox is made for any job; its runner becomes this one when a wide job's header comes. So a plain job never touches any of it.
"""
from __future__ import annotations

import json
import os
import resource
from types import CodeType
from typing import Any, Dict, List, NoReturn

from . import ending, error_detail, figures, inputs, preload, records, surroundings
from .display import Display
from .outputs import Outputs
from .runner import HOW, LIMITS, Ending, Runner, write_all
from .template import Template


class WideRunner(Runner):
    _wanted: Dict[str, Any]
    _given: Dict[str, inputs.Signature]
    _display: Display
    _detail = b""  # of its error, as JSON

    def receive(self, data: bytes, header_bytes: int) -> bytes:
        """Puts all that comes before the program in its place; the program's source."""
        inflow = inputs.Inflow(self._code_fd, data, _leave)
        wanted = self._wanted = json.loads(inflow.whole(header_bytes))
        if "template" in wanted:
            return self._become_template(wanted["template"])
        source = inflow.whole(wanted["code"])
        try:
            for kind, soft, hard in wanted["limits"]:
                resource.setrlimit(kind, (soft, hard))
            self._take_inputs(inflow, wanted)
        except Exception as e:
            self._refuse(e)
        return source

    def _become_template(self, modules: List[str]) -> bytes:
        """Returns in its forks: the source of that job's program."""
        folder = os.path.dirname(self._file)
        template = Template(self._code_fd, self._result_fd, folder)
        template.prepare(modules)
        self._reseeders = preload.reseeders()
        self.__class__ = Runner  # type: ignore[assignment]
        self.prepare(surroundings.new_main(folder))
        self.remains.know_kinds()
        template.serve()
        self.is_fork = True
        self.greet()
        return self._take_job()

    def _take_inputs(self, inflow: inputs.Inflow, wanted: Dict[str, Any]) -> None:
        folder = os.path.dirname(self._file)
        if "input" in wanted:
            self._names["input_data"] = inputs.decoded(inflow.whole(wanted["input"]))
        if "stdin" in wanted:
            inputs.give_stdin(os.path.dirname(folder), wanted["stdin"], inflow)
        self._given = inputs.write_files(folder, wanted["files"], inflow)
        inputs.give_arguments(wanted["args"])
        inputs.give_environment(wanted["env"])
        self._display = Display(wanted["display_limit"], self._send)
        if wanted["display"]:
            self._names["__builtins__"].display = self._display.for_program()
            figures.draw_with_agg(self._display.for_pyplot())

    def _refuse(self, error: BaseException) -> NoReturn:
        """The program has not begun: its inputs are too much."""
        ending.make_room()
        limit = LIMITS.index(ending.limit_met(error))
        how = 1, HOW.index("exception"), limit, "the inputs could not be put in place: %s" % error, b"", False
        self._send(records.REPORT, super()._report(how))
        os._exit(1)

    def _send(self, kind: bytes, payload: bytes) -> None:
        write_all(self._result_fd, records.record(kind, payload))

    def _compile(self, source: bytes) -> CodeType:
        self._send(records.BEGUN, records.CPU.pack(int(self._before * 1e6)))
        return super()._compile(source)

    def _succeed(self, returned: Any) -> None:
        super()._succeed(returned)
        if self._wanted["display"] and returned is not None:
            _try(self._display.show_returned, returned)
        self._show_figures()

    def _exit(self, error: SystemExit) -> None:
        super()._exit(error)
        self._show_figures()

    def _fail(self, error: BaseException) -> None:
        super()._fail(error)
        if self._wanted["error_detail"]:
            _try(self._describe, error)
        self._show_figures()

    def _describe(self, error: BaseException) -> None:
        self._detail = error_detail.of(error, self._file, self._source.decode("utf-8", "replace"))

    def _show_figures(self) -> None:
        if self._wanted["display"]:
            _try(self._display.show_what_is_left)

    def _report(self, how: Ending) -> bytes:
        """Nothing of it is left to be written."""
        self._send(records.REPORT, super()._report(how))
        if self._detail:
            self._send(records.DETAIL, self._detail)
        if self._wanted["outputs"]:
            _try(self._send_files)
        self._send(records.DONE, b"")
        return b""

    def _send_files(self) -> None:
        wanted = self._wanted
        Outputs(os.path.dirname(self._file), wanted["outputs"], wanted["file_limit"], wanted["total_limit"],
                self._given).send_all(self._send)


def _try(function: Any, *arguments: Any) -> None:
    """The program has ended: what fails now is left out."""
    try:
        function(*arguments)
    except BaseException:
        pass


def _leave() -> NoReturn:
    os._exit(0)  # the helper went away
