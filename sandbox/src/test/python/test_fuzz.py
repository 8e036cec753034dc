"""What hostile processes send to the helper, from a seeded generator: no exception, nothing unbounded, no other verdict."""
from __future__ import annotations

import json
import os
import random
import unittest
from typing import Optional

import support  # noqa: F401
from millrace_sandbox import file_paths, frames, records, runner, settings, streams, verdict, wide_report

_SEED, _ROUNDS = 4711, 20_000
_LIMIT = 4096


def mutated(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randrange(4)):
        how = chance.randrange(4)
        if how == 0 and changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        elif how == 1:
            del changed[chance.randrange(len(changed) + 1):]
        elif how == 2:
            changed += bytes(chance.randrange(256) for _ in range(chance.randrange(40)))
        else:
            at = chance.randrange(len(changed) + 1)
            changed[at:at] = chance.choice((b"\xff" * 8, b"\0" * 8, b"D", b"[" * 50, b'{"a":' * 20))
    return bytes(changed)


class _Files(wide_report.FileSink):
    """Holds the helper to what it may pass on."""

    def __init__(self, test: unittest.TestCase) -> None:
        self.test, self.paths, self.total = test, set(), 0
        self.left: Optional[int] = None

    def begin(self, path: str, size: int) -> None:
        self.test.assertTrue(self.left is None and path not in self.paths and not file_paths.problem(path))
        self.paths.add(path)
        self.left = size

    def take(self, data: bytes) -> None:
        self.left -= len(data)
        self.total += len(data)
        self.test.assertGreaterEqual(self.left, 0)

    def end(self, whole: bool) -> None:
        self.test.assertTrue(not whole or self.left == 0)
        self.left = None


class FuzzTest(unittest.TestCase):
    def test_reports_of_a_hostile_runner(self) -> None:
        chance = random.Random(_SEED)
        for _ in range(_ROUNDS):
            error, result = b"ValueError: x", chance.choice((b"", b"[1,2]", b'{"a":null}', b"NaN"))
            report = runner.REPORT.pack(runner.REPORT_MARK, chance.randrange(3), chance.randrange(4), chance.randrange(5),
                                        chance.random() < 0.5, 1, 1, len(error), len(result)) + error + result
            reading, writing = os.pipe()
            os.set_blocking(reading, False)
            os.write(writing, mutated(chance, report))
            os.close(writing)
            reader = streams.ReportReader(reading, _LIMIT)
            reader.drain()
            os.close(reading)
            if reader.report is not None:
                self.assertIsInstance(reader.report, verdict.Report)
                self.assertEqual(reader.report.how == "ok", reader.report.status == 0)
            evidence = verdict.Evidence(1000, 3, report=reader.report)
            header = verdict.decide(evidence, settings.Settings())
            json.dumps(header)
            self.assertIn(header["verdict"], ("ok", "exit", "exception", "memory_limit", "process_limit", "disk_limit",
                                              "sandbox_failed"))
            if reader.result and reader.report is not verdict.FORGED:
                json.loads(reader.result)

    def test_records_of_a_hostile_runner_of_a_wide_job(self) -> None:
        chance = random.Random(_SEED)
        report = runner.REPORT.pack(runner.REPORT_MARK, 0, 0, 0, False, 1, 1, 0, 1) + b"1"
        said = [(records.BEGUN, bytes(8)), (records.SHOWN, b'{"text/plain": "x", "image/png": "YQ=="}'), (records.SHOWN_TOO_MUCH, b""),
                (records.REPORT, report), (records.DETAIL, b'{"type": "E", "message": "", "source": "", "line": 1, "frames": []}'),
                (records.FILE, b'{"path": "a/b", "size": 3}'), (records.CHUNK, b"abc"), (records.FILE_END, b"\1"),
                (records.OMITTED, b'[{"path": "c", "size": 1, "omitted": "too_many"}]'), (records.LOST, b""), (records.DONE, b"")]
        for _ in range(_ROUNDS // 10):
            stream = b"".join(records.record(*one) for one in said)
            if chance.random() < 0.5:
                stream = b"".join(records.record(*chance.choice(said)) for _ in range(chance.randrange(30)))
            files = _Files(self)
            reading, writing = os.pipe()
            os.set_blocking(reading, False)
            os.write(writing, mutated(chance, stream))
            os.close(writing)
            reader = wide_report.WideReport(reading, settings.Settings(tmp_bytes=_LIMIT, file_limit=_LIMIT, display_limit=_LIMIT), files)
            while reader.open and not reader.done:
                reader.read()
            reader.give_up()
            os.close(reading)
            self.assertIsNone(files.left)
            self.assertTrue(files.total <= _LIMIT and len(files.paths) <= records.MOST_FILES and len(reader.omitted) <= records.MOST_OMITTED)
            self.assertLessEqual(len(json.loads(reader.display)), records.MOST_SHOWN)
            json.loads(reader.detail or b"{}")

    def test_frames(self) -> None:
        chance = random.Random(_SEED)
        job = b"".join(frames.with_header({"job_id": "x", "timeout_ms": 1000}, b"print()"))
        for _ in range(_ROUNDS):
            payload = mutated(chance, job)
            try:
                header, _ = frames.split_header(payload)
                self.assertIsInstance(header, dict)
            except frames.ProtocolError:
                pass
            reading, writing = os.pipe()
            os.write(writing, mutated(chance, b"J" + len(payload).to_bytes(4, "big") + payload))
            os.close(writing)
            frame = frames.read(reading)
            os.close(reading)
            self.assertTrue(frame is None or len(frame[1]) <= len(payload) + 200)


if __name__ == "__main__":
    unittest.main()
