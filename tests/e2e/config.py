#!/usr/bin/env python3
"""config.py PROGRAM: a file of settings is read at the start and at each reload; workers have what their version read."""
import os, pathlib, signal, socket, subprocess, sys, tempfile, time
from running import PATIENCE, Service, Way, run

PROGRAM = sys.argv[1]
folder = tempfile.TemporaryDirectory()
FILE = pathlib.Path(folder.name) / "served.yaml"


def write(**more):
    lines = [f"{k}: {v}" for k, v in {"host": "127.0.0.1", "port": "0", **more}.items()]
    FILE.write_text("\n".join(lines) + "\n")


def way_to(service):
    return Way(socket.AF_INET, ("127.0.0.1", service.ports()[0]))


def setting(way):
    return int(way.ask("/setting")[2])


def until(fact):
    deadline = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def one_process_reads_it():
    write(set="{SERVED_SETTING: 5}")
    with Service(PROGRAM, "--config", FILE) as s:
        assert setting(way_to(s)) == 5
    with Service(PROGRAM, env={"APUS_CONFIG": str(FILE), "SERVED_SETTING": "6"}) as s:
        assert setting(way_to(s)) == 6


def a_reload_reads_it_again():
    write(workers=2, set="{SERVED_SETTING: 1}")
    with Service(PROGRAM, "--config", FILE) as s:
        way = way_to(s)
        assert setting(way) == 1
        for value in (2, 3):
            write(workers=value, set=f"{{SERVED_SETTING: {value}}}")
            assert s.reload() == "reloaded"
            until(lambda: setting(way) == value)
        write(workers=0)
        assert s.reload() == "not reloaded: --workers 0 needs a restart"
        write(workers="many")
        assert s.reload().startswith(f"not reloaded: {FILE}:3: workers: \"many\" is not a number")
        assert setting(way) == 3


def who_is_replaced_has_what_its_version_read():
    write(workers=1, set="{SERVED_SETTING: 1}")
    with Service(PROGRAM, "--config", FILE) as s:
        way = way_to(s)
        for text in ("port: [", "workers: 1\nset: {SERVED_SETTING: 2}\n"):
            FILE.write_text(text)
            os.kill(int(way.ask("/process")[2]), signal.SIGKILL)
            s.says("another one starts")
            assert setting(way) == 1


def mistakes_have_a_line():
    write(prt=1)
    done = subprocess.run([PROGRAM, "--config", FILE], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2, done
    assert f"{FILE}:3: there is no option prt" in done.stderr, done


run(one_process_reads_it, a_reload_reads_it_again, who_is_replaced_has_what_its_version_read, mistakes_have_a_line)
