"""A host on loopback: GET /N answers N bytes, PUT takes what it is given. One request a connection. Prints its port."""
import socket
import threading

PIECE = bytes(1_000_000)


def serve(connection):
    with connection:
        stream = connection.makefile("rb")
        method, path, _ = stream.readline().decode().split()
        length = 0
        for line in iter(stream.readline, b"\r\n"):
            name, _, value = line.decode().partition(":")
            length = int(value) if name.lower() == "content-length" else length
        if method == "GET":
            size = int(path.rpartition("/")[2])
            connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % size)
            for _ in range(size // len(PIECE)):
                connection.sendall(PIECE)
        else:
            room = bytearray(1 << 18)
            while length:
                length -= stream.readinto(memoryview(room)[:length])
            connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")


with socket.create_server(("127.0.0.1", 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
