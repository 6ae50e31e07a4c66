#!/usr/bin/env python3
"""listeners.py PROGRAM: several addresses at once, Unix sockets and sockets handed down by systemd, each reloaded under
load without a lost request."""
import os, pathlib, socket, sys, tempfile
from running import Load, Service, Way, certificate, run, trusting

PROGRAM = sys.argv[1]
folder = tempfile.TemporaryDirectory()
HERE = pathlib.Path(folder.name)
RELOADS = 3


def both_families_at_one_port():
    if not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"):
        print("there is no IPv6 here")
        return
    with Service(PROGRAM, "--host", "127.0.0.1,::1", "--port", "0", "--workers", "2") as s:
        four, six = s.ports()
        assert four == six, s.ready
        ways = Way(socket.AF_INET, ("127.0.0.1", four)), Way(socket.AF_INET6, ("::1", six))
        with Load(*ways):
            for _ in range(RELOADS):
                assert s.reload() == "reloaded"
        assert [w.ask("/version")[2] for w in ways] == ["1", "1"]


def a_unix_socket():
    path = HERE / "served.sock"
    with Service(PROGRAM, "--unix", path, "--workers", "2") as s:
        assert str(path) in s.ready
        way = Way(socket.AF_UNIX, str(path))
        with Load(way, clients=4), Load(way, path="/slow"):
            for _ in range(RELOADS):
                assert s.reload() == "reloaded"
                assert path.is_socket()
        assert way.ask("/version")[2] == "1"


def hand_down(sockets):
    """To the child, from descriptor 3 on, as systemd does."""
    def before():
        copies = [os.dup(s.fileno()) for s in sockets]  # out of the way of 3 and those behind it
        for i, fd in enumerate(copies):
            high = os.dup2(fd, 100 + i)
            os.dup2(high, 3 + i)
            os.close(high)
    return before


class Activated(Service):
    """LISTEN_PID is the child's own number: a shell in front knows it."""

    def __init__(self, sockets, *command):
        numbers = tuple(range(3, 3 + len(sockets)))
        super().__init__("/bin/sh", "-c", 'LISTEN_PID=$$ exec "$0" "$@"', *command, env={"LISTEN_FDS": str(len(sockets))},
                         pass_fds=numbers, before=hand_down(sockets))


def sockets_that_were_handed_down():
    tcp, local = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)
    local.bind(str(HERE / "handed.sock"))
    local.listen()
    ways = Way(socket.AF_INET, tcp.getsockname()), Way(socket.AF_UNIX, str(HERE / "handed.sock"))
    for _ in range(2):  # a restart refuses nobody: who comes in between waits in the queue
        with Activated([tcp, local], PROGRAM, "--workers", "2") as s, Load(*ways):
            for _ in range(RELOADS):
                assert s.reload() == "reloaded"
        waiting = ways[0].connect()
        waiting.sendall(b"GET /version HTTP/1.1\r\nHost: a\r\n\r\n")
    with Activated([tcp, local], PROGRAM, "--workers", "2"):
        assert waiting.recv(4096).startswith(b"HTTP/1.1 200")
    waiting.close()


def one_of_them_redirects():
    crt, key = certificate(HERE)
    plain, secure = socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))
    port, other = plain.getsockname()[1], secure.getsockname()[1]
    with Activated([plain, secure], PROGRAM, "--workers", "2", "--tls-cert", crt, "--tls-key", key, "--redirect-http", port) as s:
        way = Way(socket.AF_INET, ("127.0.0.1", other), trusting(crt))
        with Load(way):
            assert s.reload() == "reloaded"
        status, headers, _ = Way(socket.AF_INET, ("127.0.0.1", port)).ask("/version", host=f"localhost:{port}")
        assert (status, headers["location"]) == (308, f"https://localhost:{other}/version"), headers


run(both_families_at_one_port, a_unix_socket, sockets_that_were_handed_down, one_of_them_redirects)
