"""A receiver of Millrace webhooks, with nothing but Python's own library.

    WEBHOOK_SECRET=whsec_... PORT=8000 python3 webhook_receiver.py
"""

import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_SECONDS = 300
MOST_BYTES = 32 * 1024 * 1024


def verify(secrets, headers, body, now=None):
    """True when one of the secrets signed this body, under this id, within the last five minutes.

    `secrets` are the whsec_... texts that are live now: two of them while one is rotated.
    `body` is the bytes as they came: parsed and written again, they would be others.
    """
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not message_id or not (timestamp.isascii() and timestamp.isdigit()):
        return False
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    sent = [
        part[3:].encode()
        for part in headers.get("webhook-signature", "").split(" ")
        if part.startswith("v1,")
    ]
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
        if any(hmac.compare_digest(wanted, each) for each in sent):
            return True
    return False


class Receiver(BaseHTTPRequestHandler):
    secrets = os.environ.get("WEBHOOK_SECRET", "").split()
    seen = set()  # In earnest: a unique column of your database.

    def do_POST(self):
        length = int(self.headers.get("Content-Length", "0"))
        if length > MOST_BYTES:
            return self.answer(413)
        body = self.rfile.read(length)
        if not verify(self.secrets, self.headers, body):
            return self.answer(401)
        message_id = self.headers["webhook-id"]
        if message_id not in self.seen:  # The same message may come more than once.
            self.seen.add(message_id)
            reply = json.loads(body)
            print("job", reply["job_id"], "ended with", reply["code"], flush=True)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Receiver)
    print("listening on", server.server_port, flush=True)
    server.serve_forever()
