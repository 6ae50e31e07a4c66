#!/usr/bin/env python3
"""fuzz_apps.py APIFUZZ CONFORMANCE MARKET LOGS [APP...]

Attacks every tutorial application and the market service with the apifuzz kit, one after the
other.  What fails and stands in apifuzz.known, with its reason, is explained; the last line is
"N passed, M failed" without it.  What each service said is in LOGS."""
import fnmatch
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
# Values of a query, and of JSON as FastAPI reads it, may be written as texts.
OPTIONS = ["--coerce-ok", "-n", os.environ.get("APIFUZZ_CASES", "3")]
TIME_MAX = 120  # seconds for one service
SETTINGS = {"docs_src/settings/app01/main": {"ADMIN_EMAIL": "admin@example.com"}}


class Known:
    """What may fail: lines of globs, APPLICATION OPERATION CHECK STATUS CASE."""

    def __init__(self, path):
        lines = [line.split(None, 4) for line in path.read_text().splitlines()]
        self.rules = [words for words in lines if words and words[0][0] != "#"]
        self.used = [0] * len(self.rules)

    def explains(self, app, check, failure):
        seen = [app, failure["op"], check, str(failure["status"]), failure["case"]]
        for i, rule in enumerate(self.rules):
            if all(fnmatch.fnmatchcase(value, glob) for value, glob in zip(seen, rule)):
                self.used[i] += 1
                return True
        return False

    def unused(self):
        return [" ".join(rule) for rule, used in zip(self.rules, self.used) if not used]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


opener = urllib.request.build_opener(NoRedirect)


def has_document(service, url):
    """Whether it serves one; None: it does not start."""
    for _ in range(1200):
        try:
            opener.open(url, timeout=30).close()
            return True
        except urllib.error.HTTPError:
            return False
        except OSError:
            if service.poll() is not None:
                return None
            time.sleep(0.05)
    return None


def attack(kit, url, log_path):
    """What the kit says, or a text where it says nothing."""
    report = log_path.with_suffix(".json")
    report.unlink(missing_ok=True)
    with open(log_path, "w") as log:
        try:
            subprocess.run([sys.executable, kit, url, *OPTIONS, "--json", report], stdout=log,
                           stderr=log, timeout=TIME_MAX, check=False)
        except subprocess.TimeoutExpired:
            return f"the kit does not end in {TIME_MAX} s"
    return json.loads(report.read_text()) if report.exists() else f"the kit stopped: {log_path}"


def attack_service(kit, name, command, logs):
    """The kit's report, None where there is no document, or a text that says what is wrong."""
    url = f"http://127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as quiet:
        service = subprocess.Popen([*command, "--port", url.rsplit(":", 1)[1]], stdout=quiet,
                                   stderr=quiet, cwd=folder,
                                   env={**os.environ, **SETTINGS.get(name, {})})
        try:
            documented = has_document(service, url + "/openapi.json")
            if documented is None:
                return "it does not start"
            if not documented:
                return None
            report = attack(kit, url, logs / (re.sub(r"\W+", "_", name) + ".log"))
            return report if service.poll() is None else f"it ended with {service.returncode}"
        finally:
            service.terminate()
            service.wait(timeout=30)


class Figures:
    def __init__(self, known):
        self.known, self.passed, self.failed, self.explained = known, 0, 0, 0

    def add(self, name, report):
        if report is None:
            print(f"{name}: no document")
            return
        if isinstance(report, str):
            print(f"FAIL {name}: {report}")
            self.failed += 1
            return
        before = self.passed, self.failed, self.explained
        self.passed += sum(ok for ok, _ in report["stat"].values())
        for check, failures in report["fails"].items():
            for failure in failures:
                self.judge(name, check, failure)
        after = self.passed, self.failed, self.explained
        passed, failed, explained = (b - a for a, b in zip(before, after))
        print(f"{name}: {passed} ok, {failed} not, {explained} explained", flush=True)

    def judge(self, name, check, failure):
        if self.known.explains(name, check, failure):
            self.explained += 1
            return
        self.failed += 1
        print(f"FAIL {name} {failure['op']} {check} {failure['status']} {failure['case']} "
              f"{failure['note']}: {failure['body'][:100]}\n    {failure['curl'][:200]}")


def main():
    kit, conformance, market = (os.path.abspath(path) for path in sys.argv[1:4])
    logs, wanted = pathlib.Path(sys.argv[4]).resolve(), sys.argv[5:]
    logs.mkdir(parents=True, exist_ok=True)
    listed = subprocess.run([conformance, "--list"], capture_output=True, text=True, check=True)
    services = {name: [conformance, "--app", name] for name in listed.stdout.split()}
    services["market"] = [market, "--store", "market.db"]
    figures = Figures(Known(HERE / "apifuzz.known"))
    for name in wanted or services:
        figures.add(name, attack_service(kit, name, services[name], logs))
    for rule in [] if wanted else figures.known.unused():
        print(f"FAIL apifuzz.known explains what does not happen: {rule}")
        figures.failed += 1
    print(f"{figures.explained} explained in tests/conformance/apifuzz.known")
    print(f"{figures.passed} passed, {figures.failed} failed")


if __name__ == "__main__":
    main()
