#!/usr/bin/env python3
"""run.py BUILD CASE: a command of `apus` as a user types it, in a temporary folder, with what
`cmake --install` put into BUILD/prefix.  What is said, where, and with which exit code."""
import json, os, pathlib, pty, re, shutil, signal, socket, subprocess, sys, tempfile, time
import urllib.error, urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PREFIX = pathlib.Path(sys.argv[1]).resolve() / "prefix"
HIDDEN = ("APUS_", "APUSC_", "CFLAGS", "LDFLAGS", "LDLIBS", "CPATH", "LIBRARY_PATH", "NO_COLOR")
ENV = {key: value for key, value in os.environ.items() if not key.startswith(HIDDEN)}
ENV["PATH"] = f"{PREFIX / 'bin'}:{ENV['PATH']}"
HELLO = (ROOT / "examples/hello/hello.c").read_text()
# with -O0 and no debug information a program builds in half the time
QUICK = {**ENV, "CFLAGS": "-O0 -g0"}


def expect(holds, what):
    if not holds:
        sys.exit(f"cli: {what}")


def apus(*words, code=0, cwd=None, env=QUICK):
    done = subprocess.run(["apus", *words], cwd=cwd, env=env, text=True, capture_output=True)
    print("$ apus", *words, "\n" + done.stdout + done.stderr, end="")
    expect(done.returncode == code, f"apus {' '.join(words)} ended with {done.returncode}, not {code}")
    return done


def on_terminal(*words, cwd=None):
    """What it says when all of it goes to a terminal."""
    leader, follower = pty.openpty()
    child = subprocess.Popen(words, cwd=cwd, env=QUICK, stdin=follower, stdout=follower, stderr=follower)
    os.close(follower)
    said = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        said += piece
    child.wait()
    os.close(leader)
    return said.decode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(port, path):
    """Status and body; None where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None, ""


def until(what, holds, seconds=60.0):
    """Waits until it holds; how long that took."""
    began = time.monotonic()
    while not holds():
        expect(time.monotonic() - began < seconds, f"{what}: not within {seconds} s")
        time.sleep(0.02)
    return time.monotonic() - began


class Running:
    """A command that goes on until it is told to stop."""

    def __init__(self, *words, cwd, env=None):
        self.log = cwd / "said.log"
        self.child = subprocess.Popen(["apus", *words], cwd=cwd, env={**QUICK, **(env or {})}, stdout=self.log.open("w"),
                                      stderr=subprocess.STDOUT)

    def said(self):
        return self.log.read_text()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGINT)
        try:
            code = self.child.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.child.kill()
            code = "no end"
        print(self.said(), end="")
        expect(code == 0, f"it ended with {code} on SIGINT")


def case_help(work):
    own = apus("--help").stdout
    names = re.findall(r"^  (\w+) ", own, re.M)
    expect({"new", "dev", "build", "run", "test", "check", "routes", "openapi"} <= set(names), "commands")
    expect(apus("help").stdout == own, "apus help is apus --help")
    pages = {page.stem for page in (PREFIX / "share/man/man1").iterdir()}
    expect(pages == {"apus", "apusc", *(f"apus-{name}" for name in names)}, f"pages of man: {sorted(pages)}")
    for name in names:
        text = apus(name, "--help").stdout
        expect(text.startswith(f"Usage: apus {name} ") and apus("help", name).stdout == text, name)
        expect(max(map(len, text.splitlines())) <= 80, f"{name} --help is wider than a terminal")
    for page in sorted((PREFIX / "share/man/man1").iterdir()):
        # as man would show it; what troff complains about goes to standard error
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", page], text=True, capture_output=True)
        expect(done.returncode == 0 and not done.stderr, f"{page.name}: {done.stderr}")
        shown = subprocess.run(["man", "-l", page], text=True, capture_output=True, env={**ENV, "MANWIDTH": "78"})
        expect(shown.returncode == 0 and not shown.stderr, f"man -l {page.name}: {shown.stderr}")
        # the rows of --help stand in the page, to the letter
        program, _, name = page.stem.partition("-")
        words = [program, name, "--help"] if name else [program, "--help"]
        said = subprocess.run(words, text=True, capture_output=True, env=ENV).stdout
        flat = re.sub(r"\s|\x1b\[\d+m|.\x08", "", shown.stdout).replace("‐", "").replace("-", "")
        for flags in re.findall(r"^  (-[\w, -]+?)(?: [A-Z]| {2,}|$)", said, re.M):
            expect(re.sub(r"[\s-]", "", flags) in flat, f"{page.name} says nothing of {flags}")
    reference = (ROOT / "docs/reference/command.md").read_text()
    expect(apus("help", "--markdown").stdout == reference,
           "docs/reference/command.md is not what `apus help --markdown` prints")


def case_usage(work):
    expect("which command" in apus(code=2).stderr, "no command")
    expect('did you mean "build"' in apus("biuld", code=2).stderr, "a near name")
    expect("lists them" in apus("frobnicate", code=2).stderr, "a far name")
    expect("no option --prot" in apus("dev", "--prot", "1", code=2).stderr, "an unknown option")
    expect("no option --port" in apus("build", "--port", "1", code=2).stderr, "another command's option")
    expect("needs a value" in apus("dev", "--port", code=2).stderr, "a value that is missing")
    expect("which name" in apus("new", code=2).stderr, "apus new without a name")
    expect("no .c files" in apus("build", cwd=work, code=1).stderr, "an empty folder")
    program = shutil.which("apus", path=ENV["PATH"])
    expect("is no C source" in apus("check", program, cwd=work, code=1).stderr, "a program in the place of its source")
    expect("nothing.c" in apus("build", "nothing.c", cwd=work, code=1).stderr, "a file that is not there")
    expect(apus("--version").stdout.startswith("apus "), "the version")
    plain = apus("frobnicate", code=2).stderr
    expect("\x1b" not in plain and "\x1b[31m" in on_terminal("apus", "frobnicate"), "colours only on a terminal")
    broken = {**QUICK, "APUS_PREFIX": str(work)}
    (work / "main.c").write_text(HELLO)
    expect("apusc is missing" in apus("build", cwd=work, code=1, env=broken).stderr, "a prefix without apusc")


def case_new(work):
    said = apus("new", "shop", cwd=work).stdout
    expect("apus dev" in said, "what to do next")
    project = work / "shop"
    files = {path.name for path in project.iterdir()}
    expect({"main.c", "test_main.c", "CMakeLists.txt", "README.md", "AGENTS.md"} <= files, f"files: {files}")
    expect("2 passed, 0 failed" in apus("test", cwd=project).stdout, "its tests")
    expect("built" in apus("build", cwd=project).stdout, "it builds")
    document = subprocess.run([project / "shop", "openapi"], text=True, capture_output=True, check=True).stdout
    expect("/hello/{name}" in json.loads(document)["paths"], "its document")
    # what the guide for agents tells them to run must exist
    words = re.findall(r"`apus (\w+)", (project / "AGENTS.md").read_text())
    expect({"dev", "test", "check"} <= set(words), "AGENTS.md")
    for word in set(words):
        apus(word, "--help")
    expect("shop" in apus("new", "shop", cwd=work, code=1).stderr, "a folder that is there already")
    expect("C identifier" in apus("new", "my-shop", cwd=work, code=2).stderr, "a name that C cannot say")


def case_new_full(work):
    expect(re.findall(r"^(\w+) ", apus("new", "--templates").stdout, re.M) == ["small", "full"], "the list of templates")
    said = apus("new", "shop", "--template", "ful", cwd=work, code=2).stderr
    expect('no template "ful"' in said and "  full " in said, "a template that is not there")
    apus("new", "shop", "--template", "full", cwd=work)
    project = work / "shop"
    files = {str(path.relative_to(project)) for path in project.rglob("*") if path.is_file()}
    expect({"src/main.c", "src/test_items.c", "apus.yaml", "Dockerfile", "deploy/service@.service", "deploy/shop.yaml", ".env",
            ".env.example", ".github/workflows/ci.yml", "README.md", "AGENTS.md"} <= files, f"files: {sorted(files)}")
    texts = "".join((project / name).read_text() for name in files)
    expect(not re.search("projectname|newsecret", texts, re.I), "words of the template are left")
    secret = re.search(r"^SHOP_SECRET=([0-9a-f]{64})$", (project / ".env").read_text(), re.M).group(1)
    expect((project / ".env").stat().st_mode & 0o077 == 0, "its secret is for its owner only")
    apus("new", "other", "--template", "full", cwd=work)
    expect(secret not in (work / "other/.env").read_text(), "another project has another secret")
    said = apus("test", "--contract", cwd=project)
    expect("8 passed, 0 failed" in said.stdout and "9 exercised, 0 excused, 0 never" in said.stdout, "its tests")
    said = apus("build", cwd=project)
    expect("built" in said.stdout and not said.stderr, "it builds without a warning")
    # the image has what the program links to
    linked = re.findall(r"=> (/\S+)", subprocess.run(["ldd", project / "shop"], capture_output=True, text=True).stdout)
    owners = {subprocess.run(["dpkg", "-S", path], capture_output=True, text=True).stdout.split(":")[0]
              for name in linked for path in [os.path.realpath(name)]} - {"", "libc6"}
    image = set(re.search(r"bookworm-slim\nRUN.*?install(.*?)&&", (project / "Dockerfile").read_text(), re.S).group(1).split())
    expect(owners <= image, f"the image lacks {owners - image}")
    full_in_service(project)


def full_in_service(project):
    """What the README does in its first minute."""
    port = free_port()
    with Running("run", "--port", str(port), cwd=project):
        until("the service is up", lambda: get(port, "/health")[0] == 200)

        def ask(path, body, token=None):
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=body, headers={
                **({"Authorization": f"Bearer {token}"} if token else {}),
                **({"Content-Type": "application/json"} if body and body[:1] == b"{" else {})})
            return json.loads(urllib.request.urlopen(request, timeout=60).read())

        ask("/users", b'{"email": "ada@example.com", "name": "Ada", "password": "wonderland"}')
        token = ask("/token", b"username=ada@example.com&password=wonderland")["access_token"]
        ask("/items", b'{"title": "Saw"}', token)
        expect(ask("/items", None, token) == [{"id": 1, "title": "Saw", "description": ""}], "items of whoever logged in")
    with Running("run", "--port", str(port), cwd=project):
        until("the service is up again", lambda: get(port, "/health")[0] == 200)
        expect(ask("/items", None, token)[0]["title"] == "Saw", "items and tokens outlive a restart")


def case_project_file(work):
    (work / "main.c").write_text(HELLO.replace("#include <apus/apus.h>", "#include <apus/apus.h>\n#include <sqlite3.h>").replace(
        "    out->message", "    (void)sqlite3_libversion();\n#ifndef FROM_FILE\n#error no flag\n#endif\n    out->message"))
    (work / "apus.yaml").write_text("libraries: [sqlite3]\ncflags: -DFROM_FILE\n")
    expect("built" in apus("build", "main.c", cwd=work).stdout, "libraries and flags of the project")
    for text, wrong in (("librarys: []", "librarys"), ("libraries: sqlite3", "is a list"), ("libraries: [-lm]", "-lm"),
                        ("cflags: [a]", "is a text"), ("libraries: [", "apus.yaml")):
        (work / "apus.yaml").write_text(text + "\n")
        said = apus("build", "main.c", cwd=work, code=1).stderr
        expect("apus.yaml" in said and wrong in said, f"what is wrong with {text}")


def case_build(work):
    (work / "main.c").write_text(HELLO)
    expect(apus("build", "main.c", "-o", "hello", cwd=work).stdout == "built hello\n", "what it made")
    expect("+ cc" in apus("build", "main.c", "-v", cwd=work).stderr.replace(str(PREFIX), ""), "-v shows what is run") \
        if "CC" not in ENV else None
    # one mistake of the contract, one of C: where it is, with the line
    (work / "main.c").write_text(HELLO.replace("ge = 1", "ge = 3"))
    said = apus("build", "main.c", cwd=work, code=1)
    expect(re.search(r"main\.c:\d+:\d+: error: ", said.stderr) and "\x1b" not in said.stderr, "a contract mistake")
    expect("\x1b[" in on_terminal("apus", "build", "main.c", cwd=work), "in colour on a terminal")
    (work / "main.c").write_text(HELLO.replace("return out;", "return out + nonsense;", 1))
    expect("nonsense" in apus("build", "main.c", cwd=work, code=1).stderr, "a mistake of C")
    # the good program is still there
    expect((work / "hello").exists(), "a build that failed leaves the program alone")


SHARED = """#pragma once
#include <apus/apus.h>
typedef struct settings { int limit Field(default = 3); } settings;
Settings(settings, .prefix = "SEVERAL_");
Timing(timed, .header = "X-Seconds");
Security(key, header = "X-Key");
typedef struct line { apus_str text; } line;
Topic(lines, line);
"""
FIRST = """#include "shared.h"
extern const apus_router items_router;
App(several, title = "Several", version = "1", middleware = [timed]);
Include(several_app, items_router);
Get("/limit") int limit(apus_req *req, const settings *s Depends(read_settings)) { return s->limit; }
Post("/lines") void say(apus_req *req, const line *body) { apus_publish(req, lines, APUS_STR("a"), body); }
"""
SECOND = """#include "../shared.h"
Router(items, prefix = "/items", middleware = [timed]);
Get("/limit") int half(apus_req *req, key k, const settings *s Depends(read_settings)) { return s->limit / 2; }
"""
TESTS = """#include "shared.h"
extern const apus_app several_app;
static const settings *large(apus_worker *w)
{
    settings *s = apus_worker_new(w, settings);
    s->limit = 40;
    return s;
}
Test(one_override_reaches_all_files)
{
    apus_test *t = apus_test_start(&several_app);
    apus_override(t, read_settings, large);
    apus_expect_json(apus_test_get(t, "/limit"), "$", "40");
    apus_test_header(t, "X-Key", "k");
    apus_expect_json(apus_test_get(t, "/items/limit"), "$", "HALF");
    apus_test_stop(t);
}
"""


def case_several(work):
    """Two files of one name, and a header with lines that define something, read by three."""
    (work / "src").mkdir()
    (work / "shared.h").write_text(SHARED)
    (work / "main.c").write_text(FIRST)
    (work / "src/main.c").write_text(SECOND)
    (work / "test_main.c").write_text(TESTS.replace("HALF", "20"))
    expect("1 passed, 0 failed" in apus("test", cwd=work).stdout, "its test")
    rows = {row["path"]: row for row in json.loads(apus("routes", "--json", cwd=work).stdout)}
    expect(rows["/items/limit"]["file"] == "src/main.c", f"sources are called as the user calls them: {rows}")
    (work / "test_main.c").write_text(TESTS.replace("HALF", "21"))
    said = apus("test", cwd=work, code=1).stderr
    expect(re.search(r"^(\./)?test_main\.c:15: GET /items/limit", said, re.M), "where a test fails")
    (work / "src/main.c").write_text(SECOND.replace("{ return", "{ int unused; return"))
    said = apus("build", cwd=work).stderr
    expect(re.search(r"^(\./)?src/main\.c:3:\d+: warning", said, re.M), "where a compiler warns")
    (work / "src/main.c").write_text(SECOND.replace("{ return", "{ nowhere(req); return"))
    expect("declaration of function 'nowhere'" in apus("build", cwd=work, code=1).stderr, "a call of nothing")


def case_folders(work):
    """Sources below src are of the program; tests among them only when it is tested."""
    deep = work / "src/billing/taxes"
    deep.mkdir(parents=True)
    (work / "src/billing/tests").mkdir()
    (work / "src/billing/.old").mkdir()
    (work / "main.c").write_text('#include <apus/apus.h>\nint twice(int n);\nApp(shop, title = "Shop", version = "1");\n'
                                 'Get("/twice/{n}")\nint get_twice(apus_req *req, int n)\n{\n    return twice(n);\n}\n')
    (deep / "twice.c").write_text("int twice(int n);\nint twice(int n)\n{\n    return 2 * n;\n}\n")
    (work / "src/billing/.old/twice.c").write_text("#error hidden folders are not read\n")
    (work / "src/billing/tests/twice.c").write_text('#include <apus/apus.h>\nint twice(int n);\nTest(twice_of_two)\n{\n'
                                                    "    apus_expect(twice(2) == 4);\n}\n")
    apus("build", "-o", "shop", cwd=work)
    expect("0 passed" in subprocess.run([work / "shop", "test"], capture_output=True, text=True).stdout, "without tests")
    expect("1 passed, 0 failed" in apus("test", cwd=work).stdout, "with them")


def case_run(work):
    (work / "main.c").write_text(HELLO)
    port = free_port()
    with Running("run", "main.c", "--port", str(port), cwd=work) as running:
        until("apus run answers", lambda: get(port, "/hello/ada")[0] == 200)
        expect("Hello, ada!" in get(port, "/hello/ada")[1], "the answer")
        until("where it serves", lambda: f"http://127.0.0.1:{port}" in running.said())


def case_reload(work):
    apus("reload", code=2)
    done = apus("reload", str(work / "nowhere"), code=1)
    expect("--pid-file" in done.stderr, "a file that is not there is not explained")
    (work / "pid").write_text("no number\n")
    apus("reload", str(work / "pid"), code=1)
    (work / "hello.c").write_text(HELLO)
    port = free_port()
    with Running("run", "hello.c", "--port", str(port), "--", "--workers", "2", "--pid-file", "pid",
                 cwd=work) as service:
        until("an answer", lambda: get(port, "/hello/ada")[0] == 200)
        apus("reload", "pid", cwd=work)
        until("the new version", lambda: "reloaded" in service.said())
        expect(get(port, "/hello/ada")[0] == 200, "after a reload nobody answers")


def case_dev(work):
    source = work / "main.c"
    source.write_text(HELLO)
    port = free_port()

    def message():
        return get(port, "/hello/ada")[1]

    with Running("dev", "main.c", "--port", str(port), cwd=work) as dev:
        until("the first build", lambda: "Hello, ada!" in message())
        script = re.search(r'src="([^"]*/)dev\.js"', get(port, "/docs")[1])
        expect(script, "the docs page looks for a new build")
        took = []
        for word in ("Hallo", "Salut", "Ciao"):
            source.write_text(HELLO.replace("Hello, %s", word + ", %s"))
            took.append(until(f"the change to {word}", lambda: word in message()))
        # a figure for people: how long it takes on a busy machine proves nothing
        print("rebuilt in", *(f"{t:.2f} s" for t in took))
        good = HELLO.replace("Hello, %s", "Ciao, %s")
        source.write_text(good.replace("ge = 1", "ge = 3"))
        until("the mistake on the terminal", lambda: "error:" in dev.said())
        expect("Ciao" in message(), "the last good build serves on")
        expect("error:" in json.loads(get(port, script.group(1) + "dev-status")[1])["errors"], "what the docs page shows")
        source.write_text(HELLO.replace("Hello, %s", "Servus, %s"))
        until("the good build after it", lambda: "Servus" in message())
    # a first build that fails is answered by dev itself
    source.write_text(HELLO.replace("ge = 1", "ge = 3"))
    with Running("dev", "main.c", "--port", str(port), cwd=work):
        until("the page of a first build that failed", lambda: get(port, "/")[0] == 503)
        until("the compiler's words on it", lambda: "error:" in get(port, "/")[1])
        source.write_text(HELLO)
        until("the first good build", lambda: get(port, "/hello/ada")[0] == 200)
    # a port that is taken
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = apus("dev", "main.c", "--port", str(taken.getsockname()[1]), cwd=work, code=1).stderr
        expect("is another server running" in said, "a port that is taken")


def case_dev_tls(work):
    source = work / "main.c"
    source.write_text(HELLO.replace("ge = 1", "ge = 3"))
    port, cache = free_port(), work / "cache"
    chain = cache / "apus/localhost.crt"

    def ask(path, host="localhost"):
        said = subprocess.run(["curl", "--silent", "--max-time", "10", "--cacert", chain, "--write-out", " %{http_code} %{http_version}",
                               "--resolve", f"localhost:{port}:127.0.0.1", f"https://{host}:{port}{path}"],
                              capture_output=True, text=True).stdout
        return said if said.endswith(" 2") else ""

    def dev():
        return Running("dev", "main.c", "--tls", "--port", str(port), cwd=work, env={"XDG_CACHE_HOME": str(cache)})

    with dev() as first:
        until("the page of a build that failed", lambda: "error:" in ask("/") and " 503 " in ask("/"))
        expect(f"https://127.0.0.1:{port}" in first.said() and "localhost.crt, which is new" in first.said(), "what it says")
        source.write_text(HELLO)
        until("the good build", lambda: "Hello, ada!" in ask("/hello/ada"))
        expect("Hello, ada!" in ask("/hello/ada", "127.0.0.1"), "the address is in the certificate, too")
    made = chain.read_bytes()
    expect((cache / "apus/localhost.key").stat().st_mode & 0o077 == 0, "its key is nobody else's")
    with dev() as second:
        until("a second run", lambda: "Hello, ada!" in ask("/hello/ada"))
        expect("which is new" not in second.said() and chain.read_bytes() == made, "the certificate is kept")
    # in its last week there is another
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
                    "-days", "6", "-keyout", cache / "apus/localhost.key", "-out", chain], check=True, stderr=subprocess.DEVNULL)
    with dev() as third:
        until("a third run", lambda: "Hello, ada!" in ask("/hello/ada"))
        expect("which is new" in third.said(), "one that ends soon is made anew")


def case_check(work):
    (work / "main.c").write_text(HELLO)
    said = apus("check", "main.c", cwd=work).stdout
    expect("ok    the contract" in said and " 0 failed" in said, "a service that keeps its contract")
    # one planted violation of each kind: the operation and the reason are named
    planted = {
        "crash": ("times == 5 ? *(volatile int *)0 : 0", "no whole answer came"),
        "status": ("(times == 5 ? apus_set_status(req, 418) : (void)0, 0)", "418, which is not documented"),
        "failure": ("(times == 5 ? (apus_fail(req, 503, NULL, \"planted\"), 0) : 0)", "answered 503"),
    }
    for name, (planting, found) in planted.items():
        (work / "main.c").write_text(HELLO.replace("    out->message", f"    (void)({planting});\n    out->message"))
        said = apus("check", "main.c", cwd=work, code=1).stdout
        expect(found in said and "FAIL  GET /hello/" in said, f"a planted {name}")
    # behind a guard the violation shows only with a credential
    guarded = HELLO.replace("Get(", "Security(key, header = \"X-Key\");\nGet(", 1).replace(
        "apus_req *req,", "apus_req *req, key credential,", 1).replace(
        "    out->message", "    (void)credential, (void)apus_set_status(req, 418);\n    out->message")
    (work / "main.c").write_text(guarded)
    expect(" 0 failed" in apus("check", "main.c", cwd=work).stdout, "a guard that refuses strangers")
    said = apus("check", "main.c", "--header", "X-Key: k", cwd=work, code=1).stdout
    expect("418, which is not documented" in said, "what is behind a guard")
    expect("a name and a value" in apus("check", "-H", "nonsense", cwd=work, code=2).stderr, "no header")
    (work / "main.c").write_text(HELLO.replace("ge = 1", "ge = 3"))
    expect("error:" in apus("check", "main.c", cwd=work, code=1).stderr, "a contract that does not hold")


PLACES = """#include <apus/apus.h>

App(maps, title = "Maps", version = "1");
Security(key, query = "key");
typedef struct position {
    double latitude Field(ge = -90, le = 90);
    double longitude;
} Model(tuple) position;

Get("/at")
position get_at(apus_req *req, key k, position at Query())
{
    if (!apus_str_eq(k.value, APUS_STR("sesame")))
        apus_fail(req, 401, NULL, "no");
    return at;
}
"""


def case_check_places(work):
    """Lists with a schema for each place, in a query, behind a key that stands there."""
    (work / "main.c").write_text(PLACES)
    expect("none of them taken" in apus("check", "main.c", cwd=work).stdout, "without the key")
    said = apus("check", "main.c", "--query", "key=sesame", cwd=work).stdout
    expect(" 0 failed" in said and "none of them" not in said, "with it")
    (work / "main.c").write_text(PLACES.replace("return at;", "at.latitude += 100;\n    return at;"))
    said = apus("check", "main.c", "-Q", "key=sesame", cwd=work, code=1).stdout
    expect("FAIL  GET /at" in said, "an answer that breaks its bounds")
    expect("a name and a value" in apus("check", "-Q", "nonsense", cwd=work, code=2).stderr, "no query")


STREAMS = r"""#include <apus/apus.h>

App(prices, title = "Prices", version = "1.0.0");

typedef struct price { int price; } price;

Sse("/events", item = price)
void events(apus_req *req, apus_sse *out, int n Query(default = 1, ge = 1, le = 3))
{
    (void)n;
    apus_sse_send_text(out, APUS_STR("{\"price\":1}"), NULL);
    while (apus_sleep(req, 1000000000))
        ; /* it never ends */
}

Sse("/silent", item = price)
void silent(apus_req *req, apus_sse *out)
{
    (void)out;
    apus_sleep(req, INT64_C(60000000000));
}

Get("/lines", item = price)
void lines(apus_req *req)
{
    apus_write(req, APUS_STR("{\"price\":2}\n"));
}
"""


def case_check_streams(work):
    (work / "main.c").write_text(STREAMS)
    said = apus("check", "main.c", cwd=work).stdout
    expect(" 0 failed" in said and "skip" not in said and "none of them" not in said, "streams that keep their schemas")
    (work / "main.c").write_text(STREAMS.replace(r'\"price\":1', r'\"price\":\"high\"').replace(
        r'\"price\":2}', r'\"price\":'))
    said = apus("check", "main.c", cwd=work, code=1).stdout
    expect("FAIL  GET /events" in said and "piece 1 of the answer breaks its schema" in said, "an event that breaks it")
    expect("FAIL  GET /lines" in said and "piece 1 of the answer is not JSON" in said, "a line that is no JSON")


def case_yaml(work):
    """What a document says is the same in JSON and in YAML."""
    documents = ROOT / "tests/cli/documents"
    made = {}
    for kind in ("json", "yaml"):
        said = apus("import", str(documents / f"scopes.{kind}"), "-o", kind, cwd=work)
        made[kind] = {p.name: p.read_text() for p in sorted((work / kind).iterdir())}
        expect("/paths/~1odd/get/security/0/Login: scopes that only some" in said.stderr, "a note of what C does not say")
    expect(made["json"] == made["yaml"], "the same program")
    expect('scopes = ["trade", "read"]' in "".join(made["yaml"].values()), "scopes of a route")
    expect("/orders" in apus("openapi", "yaml", cwd=work).stdout, "and it compiles")
    apus("diff", str(documents / "scopes.json"), str(documents / "scopes.yaml"))  # nothing breaks: exit code 0
    (work / "bad.yaml").write_text("openapi: 3.1.0\npaths: *nowhere\n")
    expect("neither JSON nor YAML" in apus("import", "bad.yaml", cwd=work, code=1).stderr, "what cannot be read")


def case_mock(work):
    (work / "main.c").write_text(HELLO.replace("return out; // serialised by its type",
                                               "return apus_fail(req, 500, NULL, \"it runs\");"))
    port = free_port()
    with Running("mock", "main.c", "--port", str(port), cwd=work):
        until("the mock answers", lambda: get(port, "/hello/ada")[0] == 200)
        expect(json.loads(get(port, "/hello/ada")[1]) == {"message": "text"}, "an answer from the schema")
        detail = json.loads(get(port, "/hello/ada?times=9")[1])["detail"][0]
        expect(detail["type"] == "less_than_equal" and detail["ctx"] == {"le": 5}, "the real 422")
        expect(get(port, "/nothing")[0] == 404, "the real 404")
        expect("swagger" in get(port, "/docs")[1].lower(), "its docs")
    document = ROOT / "tests/cli/documents/bookshop-3.0.json"
    with Running("mock", str(document), "--port", str(port), "--seed", "7", cwd=work) as mock:
        until("the mock of a document answers", lambda: get(port, "/health")[0] == 401)
        expect("note: /paths/" in mock.said(), "what C cannot say is said")

        def ask(method, path, headers, body=None):
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method, headers=headers,
                                             data=body)
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return answer.status, json.loads(answer.read() or "null")
            except urllib.error.HTTPError as error:
                return error.code, json.loads(error.read() or "null")

        given = {"X-Client-Version": "1.2", "X-Api-Key": "k"}
        status, page = ask("GET", "/books", given)
        book = page["items"][0]
        expect(status == 200 and book["title"] == "Middlemarch" and re.match(r"97[89]-\d{10}$", book["isbn"])
               and book["genre"] in ("fiction", "non-fiction", "poetry", "sci-fi"), f"a page of books: {page}")
        expect(ask("GET", "/books", given) == (status, page), "the same seed gives the same answer")
        expect(ask("GET", "/books", {"X-Client-Version": "1.2"})[0] == 401, "without a credential")
        expect(ask("GET", "/books?limit=0", given)[0] == 422, "a parameter out of bounds")
        status, problem = ask("POST", "/books", {**given, "Content-Type": "application/json", "Prefer": "code=409"},
                              json.dumps({"title": "x", "price": {"cents": 1}, "genre": "poetry"}).encode())
        expect(status == 409 and problem == {"title": "No"}, f"an answer that was asked for: {status} {problem}")
        expect(ask("POST", "/books", {**given, "Content-Type": "application/json"}, b"{}")[0] == 422, "a bad body")


def case_contract(work):
    source = (ROOT / "examples/testing/testing.c").read_text()
    (work / "main.c").write_text(source)
    said = apus("test", "main.c", "--contract", "--record", "exchanges.jsonl", cwd=work).stdout
    expect("skip  GET /events: it never ends" in said, "what is excused is said, with the reason")
    expect("5 operations: 4 exercised, 1 excused, 0 never" in said, "the tally")
    lines = [json.loads(line) for line in (work / "exchanges.jsonl").read_text().splitlines()]
    expect({"POST /login", "GET /me", "POST /files"} <= {line.get("operation") for line in lines}
           and all("status" in line for line in lines), f"the record: {lines}")
    # an operation that no test exercises
    (work / "main.c").write_text(source.replace('    apus_test_excuse(t, "GET /events", "it never ends");\n', ""))
    said = apus("test", "main.c", "--contract", cwd=work, code=1).stdout
    expect("3 passed, 0 failed" in said and "FAIL  GET /events: no test exercises it" in said, "what is left out")
    apus("test", "main.c", cwd=work)  # without being asked, nobody minds
    # an answer that the document knows nothing of, and one that breaks its schema
    (work / "main.c").write_text(source.replace("    out->note = note;", "    apus_set_status(req, 202);"))
    said = apus("test", "main.c", "--contract", cwd=work, code=1)
    expect("POST /files: the status 202 is not declared" in said.stderr, "a status that is not declared")
    broken = source.replace("receipt *take_file(", "apus_response *take_file(").replace(
        'Post("/files")', 'Post("/files", responses = {200: receipt})').replace(
        "    out->size = (int64_t)file->content.len;\n    return out;",
        "    visitor other = { note, note };\n    return apus_respond_json(req, 200, apus_json_of(req, visitor, &other));")
    (work / "main.c").write_text(broken)
    said = apus("test", "main.c", "--contract", cwd=work, code=1)
    expect("contract: POST /files: /: lacks " in said.stderr and "the operation is POST /files" in said.stderr,
           "an answer that breaks its schema")


def case_routes(work):
    (work / "main.c").write_text(HELLO)
    expect(re.search(r"GET +/hello/\{name\} +greet +main\.c:\d+", apus("routes", "main.c", cwd=work).stdout), "a row")
    rows = json.loads(apus("routes", "main.c", "--json", cwd=work).stdout)
    expect([row["path"] for row in rows] == ["/hello/{name}"], f"as JSON: {rows}")


def case_openapi(work):
    (work / "main.c").write_text(HELLO)
    document = json.loads(apus("openapi", "main.c", cwd=work).stdout)
    apus("openapi", "main.c", "-o", "api.json", cwd=work)
    expect(json.loads((work / "api.json").read_text()) == document, "-o writes the same")
    expect(document["openapi"] == "3.1.0" and "/hello/{name}" in document["paths"], "the document")
    expect("no/such" in apus("openapi", "main.c", "-o", "no/such/file", cwd=work, code=1).stderr, "a bad -o")


with tempfile.TemporaryDirectory(prefix="apus-cli-") as folder:
    globals()["case_" + sys.argv[2]](pathlib.Path(folder))
