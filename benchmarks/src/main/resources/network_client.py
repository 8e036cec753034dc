import http.client
import time

PIECE = bytes(1_000_000)
path = "/%d" % size
started = time.perf_counter()
if form == "direct":
    connection = http.client.HTTPConnection("127.0.0.1", port)
else:
    connection = http.client.HTTPConnection("127.0.0.1", 3128)
    if form == "tunnel":
        connection.set_tunnel("127.0.0.1", port)
    else:
        path = "http://127.0.0.1:%d%s" % (port, path)
if way == "download":
    connection.request("GET", path)
    answer, room, got = connection.getresponse(), bytearray(1 << 18), 0
    while count := answer.readinto(room):
        got += count
    assert answer.status == 200 and got == size, (answer.status, got)
else:
    connection.request("PUT", path, (PIECE for _ in range(size // len(PIECE))), {"Content-Length": str(size)})
    answer = connection.getresponse()
    assert answer.status == 204, (answer.status, answer.read())
print("took", time.perf_counter() - started, "s")
