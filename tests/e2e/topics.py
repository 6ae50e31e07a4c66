#!/usr/bin/env python3
"""topics.py PROGRAM: what is published in one worker reaches who listens in the others, in the
publisher's order, while workers are killed and the service is reloaded.  PROGRAM is the example
of streams, which publishes prices that are posted to it."""
import http.client, json, os, pathlib, re, signal, sys, time

from running import PATIENCE, Service, run

PROGRAM = sys.argv[1]
LISTENERS = 12  # one in three to the power of eleven that all are in one worker of three


class Listener:
    """Who listens to a symbol; events are read as they are asked for."""

    def __init__(self, port, symbol):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.connection.request("GET", f"/v1/prices/live?symbol={symbol}")
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.status

    def next(self):
        """The next price; None at the end."""
        try:
            while line := self.answer.readline():
                if line.startswith(b"data:"):
                    return json.loads(line[5:])["value"]
        except (ConnectionError, http.client.HTTPException):
            pass
        return None


def post(port, symbol, value):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("POST", "/v1/prices", json.dumps({"symbol": symbol, "value": value}), {"Content-Type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    return status


def messages(port, result):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/metrics")
    name = f'apus_topic_messages_total{{result="{result}"}} '
    return next(int(l[len(name):]) for l in connection.getresponse().read().decode().splitlines() if l.startswith(name))


def three_workers():
    return Service(PROGRAM, "--port", 0, "--workers", 3, "--admin", "127.0.0.1:0")


def ports(service):
    return service.ports()[0], int(re.search(r"admin http://127\.0\.0\.1:(\d+)", service.ready).group(1))


def workers(service):
    pid = service.process.pid
    return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def all_workers_are_reached():
    with three_workers() as s:
        port, admin = ports(s)
        ears = [Listener(port, "BTC") for _ in range(LISTENERS)]
        other = Listener(port, "ETH")
        publisher = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        for i in range(300):  # on one connection, thus in one worker
            publisher.request("POST", "/v1/prices", json.dumps({"symbol": "BTC", "value": i}), {"Content-Type": "application/json"})
            assert publisher.getresponse().read() == b""
        for ear in ears:
            assert [ear.next() for _ in range(300)] == list(range(300))
        for _ in range(LISTENERS):  # on others: from each worker to all
            assert post(port, "ETH", 7) == 204
        assert [other.next() for _ in range(LISTENERS)] == [7] * LISTENERS
        assert messages(admin, "sent") >= 300 and messages(admin, "lost") == 0


def nothing_is_sent_where_nobody_listens():
    with three_workers() as s:
        port, admin = ports(s)
        for _ in range(20):
            assert post(port, "BTC", 1) == 204
        assert messages(admin, "sent") == 0
        ears = [Listener(port, "BTC") for _ in range(LISTENERS)]
        assert post(port, "BTC", 2) == 204
        assert [ear.next() for ear in ears] == [2] * LISTENERS
        for ear in ears:
            ear.connection.close()
        deadline, before = time.monotonic() + PATIENCE, -1
        while (now := messages(admin, "sent")) != before:  # until all have noticed
            assert time.monotonic() < deadline
            before = now
            assert post(port, "BTC", 3) == 204
            time.sleep(0.05)


def what_is_too_large_stays():
    with three_workers() as s:
        port, admin = ports(s)
        ears = [Listener(port, "BTC") for _ in range(LISTENERS)]
        assert post(port, "BTC", 1) == 204
        assert [ear.next() for ear in ears] == [1] * LISTENERS
        assert post(port, "X" * 200000, 1) == 204  # its topic is listened to elsewhere, with other keys
        assert messages(admin, "lost") == 1
        assert s.says(r"topic prices: a message of over 131072 bytes stays in its worker")


def killed_workers_take_only_their_own():
    with three_workers() as s:
        port, admin = ports(s)
        ears = [Listener(port, "BTC") for _ in range(LISTENERS)]
        os.kill(workers(s)[0], signal.SIGKILL)
        s.says(r"ended with .*; another one starts")
        assert post(port, "BTC", 1) == 204
        heard = {ear: ear.next() for ear in ears}
        assert set(heard.values()) <= {1, None}  # it took those with it that it had, if any
        alive = [ear for ear in ears if heard[ear]]
        assert alive
        ears = alive + [Listener(port, "BTC") for _ in range(LISTENERS)]
        assert post(port, "BTC", -1) == 204
        assert [ear.next() for ear in ears] == [-1] * len(ears)


def reloads_lose_no_room():
    with three_workers() as s:
        port, admin = ports(s)
        old = [Listener(port, "BTC") for _ in range(LISTENERS)]
        assert s.reload() == "reloaded"
        assert [ear.next() for ear in old] == [None] * LISTENERS  # told to come again, and they do
        new = [Listener(port, "BTC") for _ in range(LISTENERS)]
        assert post(port, "BTC", 5) == 204
        assert [ear.next() for ear in new] == [5] * LISTENERS


run(all_workers_are_reached, nothing_is_sent_where_nobody_listens, what_is_too_large_stays, killed_workers_take_only_their_own,
    reloads_lose_no_room)
