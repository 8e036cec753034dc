"""What hostile processes send to the helper, from a seeded generator: no exception, nothing unbounded, no other verdict."""
from __future__ import annotations

import json
import os
import random
import unittest

import support  # noqa: F401
from millrace_sandbox import frames, runner, settings, streams, verdict

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
