# What a job can do to the proxy of jobs by hand, for `seconds`: `kind` of it, at `host`, which it may reach; `other` it may not.
import itertools
import socket
import threading
import time

until = time.monotonic() + seconds
TO = b"127.0.0.1:%d" % host
count = itertools.count()
lock = threading.Lock()


def connect():
    with lock:
        next(count)
    s = socket.create_connection(("127.0.0.1", 3128))
    s.settimeout(5)
    return s


def answer(request):
    try:
        with connect() as s:
            s.sendall(request)
            return s.recv(4096)
    except OSError:
        return b""


def flood():  # each asks for a tunnel, and goes away when it stands
    while time.monotonic() < until:
        answer(b"CONNECT %s HTTP/1.1\r\n\r\n" % TO)


def silent():  # many at once, that say nothing
    while time.monotonic() < until:
        opened = []
        for _ in range(50):
            with lock:
                next(count)
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex(("127.0.0.1", 3128))
            opened.append(s)
        time.sleep(0.01)
        for s in opened:
            s.close()


def endless():  # a body without end; a job's bytes are bounded, and when they are used up it is turned away
    while time.monotonic() < until:
        try:
            with connect() as s:
                s.sendall(b"POST http://%s/read HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" % TO)
                while time.monotonic() < until:
                    s.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")
        except OSError:
            time.sleep(0.01)


def slow():  # asks for more than it ever reads
    with connect() as s:
        s.sendall(b"GET http://%s/bytes HTTP/1.1\r\n\r\n" % TO)
        while time.monotonic() < until:
            s.recv(1)
            time.sleep(0.05)


NOTATIONS = [form % port for port in (host, other) for form in (
    "127.1:%d", "0x7f000001:%d", "0x7f.0.0.1:%d", "0177.0.0.1:%d", "2130706433:%d", "017700000001:%d", "[::1]:%d", "localhost.:%d",
    "[::ffff:127.0.0.1]:%d", "[::ffff:7f00:1]:%d", "[64:ff9b::7f00:1]:%d", "[::1%%25lo]:%d", "127.0.0.1%%00.example:%d", "0.0.0.0:%d",
    "[::]:%d", "localhost:%d", "127.0.0.1@localhost:%d", "\uff11\uff12\uff17.0.0.1:%d", "127.0.0.1 :%d", "127.0.0.1:+%d", "127.0.0.1:%d:80")]
NOTATIONS += ["127.0.0.1:%d" % other, "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:", "127.0.0.1", "169.254.169.254:80", "10.0.0.1:80",
              "http://127.0.0.1:%d" % host, "127.0.0.1:%d/" % other]
HIDDEN = b"GET http://%s/smuggled HTTP/1.1\r\nHost: x\r\n\r\n" % TO
SMUGGLED = [line % TO + b"\r\n\r\n" + body for line, body in (
    (b"POST http://%s/a HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked", b"0\r\n\r\n" + HIDDEN),
    (b"POST http://%s/a HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 5", HIDDEN),
    (b"POST http://%s/a HTTP/1.1\r\nTransfer-Encoding: gzip, chunked", b"0\r\n\r\n" + HIDDEN),
    (b"POST http://%s/a HTTP/1.1\r\nTransfer-Encoding : chunked", b"0\r\n\r\n" + HIDDEN),
    (b"POST http://%s/a HTTP/1.1\r\nTransfer-Encoding:\x0bchunked", b"0\r\n\r\n" + HIDDEN),
    (b"POST http://%s/a HTTP/1.0\r\nTransfer-Encoding: chunked", b"0\r\n\r\n" + HIDDEN),
    (b"POST http://%s/a HTTP/1.1\r\nConnection: content-length\r\nContent-Length: 70", HIDDEN),
    (b"GET http://%s/a HTTP/1.1\r\nX: y\nGET /smuggled HTTP/1.1\nHost: x", b""),
    (b"GET http://%s/a\rGET /smuggled HTTP/1.1", b""),
    (b"CONNECT %s/ HTTP/1.1", b""))]
LENIENT = [b"GET http://%s/a HTTP/1.1\r\n\r\n" % TO + HIDDEN, b"PUT http://%s/a HTTP/1.1\r\nContent-Length: 2\r\n\r\nab" % TO + HIDDEN]


def hostile():
    while time.monotonic() < until:
        for way in (b"CONNECT %s HTTP/1.1\r\n\r\n", b"GET http://%s/smuggled HTTP/1.1\r\n\r\n"):
            for notation in NOTATIONS:
                got = answer(way % notation.encode())
                if b"HTTP/1.1 2" in got:
                    print("ESCAPED", notation, got[:60])
        for request in SMUGGLED:
            got = answer(request)
            if b"HTTP/1.1 2" in got:
                print("ESCAPED", request, got[:60])
        for request in LENIENT:  # the first of two is answered, the second is not read
            answer(request)


threads = [threading.Thread(target=globals()[kind]) for _ in range({"silent": 1, "endless": 4, "slow": 32}.get(kind, 40))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("connections", next(count))
