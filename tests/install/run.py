#!/usr/bin/env python3
"""run.py BUILD HOW: a project outside this tree, built with what `cmake --install` gives.

HOW is prefix (install into BUILD/prefix), tree (what the prefix may hold), or one way to build
a program: cmake, make, shared, command.  The program is the hello of examples/; the project
lives in the system's temporary folder, so that nothing of this tree is found by accident."""
import json, os, pathlib, re, shutil, socket, subprocess, sys, tempfile, time, urllib.error, urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv[1]).resolve()
PREFIX = BUILD / "prefix"
LIB = os.environ.get("APUS_LIBDIR", "lib")
# our own build's variables would hide what the prefix lacks
HIDDEN = ("APUS_", "APUSC_", "CFLAGS", "LDFLAGS", "LDLIBS", "CPATH", "LIBRARY_PATH", "LD_LIBRARY_PATH")
ENV = {key: value for key, value in os.environ.items() if not key.startswith(HIDDEN)}
ENV["PATH"] = f"{PREFIX / 'bin'}:{ENV['PATH']}"
ENV["PKG_CONFIG_PATH"] = str(PREFIX / LIB / "pkgconfig")


def fail(why):
    sys.exit(f"install: {why}")


def run(*command, cwd=None, env=None):
    done = subprocess.run([str(word) for word in command], cwd=cwd, env=env or ENV, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print("$", *command, "\n" + done.stdout, end="")
    if done.returncode:
        fail(f"{command[0]} ended with {done.returncode}")
    return done.stdout


def serves(program, cwd, env):
    """Starts it on a free port and asks what the README asks."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen([program, "--port", str(port)], cwd=cwd, env=env) as child:
        try:
            base = f"http://127.0.0.1:{port}"
            for attempt in range(200):
                try:
                    answer = urllib.request.urlopen(f"{base}/hello/ada?times=2", timeout=30).read()
                    break
                except urllib.error.URLError as error:
                    if child.poll() is not None or attempt == 199:
                        fail(f"{program} does not answer: {error}")
                    time.sleep(0.05)
            if json.loads(answer) != {"message": "Hello, ada! (x2)"}:
                fail(f"an unexpected answer: {answer!r}")
            document = json.loads(urllib.request.urlopen(f"{base}/openapi.json", timeout=30).read())
            if "/hello/{name}" not in document["paths"]:
                fail("the route is missing in /openapi.json")
            page = urllib.request.urlopen(f"{base}/docs", timeout=30).read().decode()
            if "swagger" not in page.lower():
                fail("/docs is not the docs page")
        finally:
            child.terminate()
        if child.wait(timeout=60) != 0:
            fail(f"{program} ended with {child.returncode} on SIGTERM")


def works(program, cwd, env=None):
    passed = run(program, "test", cwd=cwd, env=env)
    if "2 passed, 0 failed" not in passed:
        fail("the program's own two tests did not both pass")
    serves(program, cwd, env or ENV)


def by_prefix(_):
    shutil.rmtree(PREFIX, ignore_errors=True)
    run("cmake", "--install", BUILD, "--prefix", PREFIX)


def by_tree(_):
    for name in ("bin/apus", "bin/apusc", "include/apus/apus.h", f"{LIB}/libapus.a", f"{LIB}/libapus.so",
                 f"{LIB}/pkgconfig/apus.pc",
                 f"{LIB}/pkgconfig/apus-shared.pc", f"{LIB}/cmake/apus/apusConfig.cmake"):
        if not (PREFIX / name).exists():
            fail(f"{name} is not installed")
    for path in [*(PREFIX / LIB / "pkgconfig").iterdir(), *(PREFIX / LIB / "cmake").rglob("*.cmake")]:
        if str(ROOT) in path.read_text():
            fail(f"{path.name} names the tree it was built in")
    # exported is what the public headers declare, nothing else
    names = run("nm", "-D", "--defined-only", "--format=posix", PREFIX / LIB / "libapus.so")
    headers = "".join(path.read_text() for path in (PREFIX / "include/apus").glob("*.h"))
    public = set(re.findall(r"\bapus_\w+", headers))
    stray = [line.split()[0] for line in names.splitlines() if line.split()[0] not in public]
    if stray or "apus_fail" not in names:
        fail(f"libapus.so exports what no public header declares: {' '.join(stray)}")


def by_cmake(work):
    (work / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.22)\nproject(hello LANGUAGES C)\n"
        "find_package(apus REQUIRED)\napus_add_api(hello main.c)\n")
    run("cmake", "-G", "Ninja", "-S", work, "-B", work / "build", f"-DCMAKE_PREFIX_PATH={PREFIX}")
    run("cmake", "--build", work / "build")
    works(work / "build/hello", work)
    # a change of the source reaches the program; no change builds nothing
    if "no work to do" not in run("cmake", "--build", work / "build"):
        fail("a second build found something to do")
    source = work / "main.c"
    source.write_text(source.read_text().replace('"/hello/{name}"', '"/hallo/{name}"', 1))
    run("cmake", "--build", work / "build")
    if "/hallo/{name}" not in run(work / "build/hello", "openapi"):
        fail("the changed route is not in the program")


def from_how_to():
    """The Makefile that docs/how-to/build.md shows, to the letter."""
    return re.search(r"```make\n(.*?)```", (ROOT / "docs/how-to/build.md").read_text(), re.S).group(1)


def by_make(work):
    (work / "Makefile").write_text(from_how_to())
    run("make", "-C", work)
    if "libapus" in run("ldd", work / "hello"):
        fail("the program needs a libapus beside it")
    works(work / "hello", work)


def by_shared(work):
    run("apusc", "-o", work, work / "main.c", cwd=work)
    flags = run("pkg-config", "--cflags", "--libs", "apus-shared").split()
    run("cc", "-std=c17", "main.apus.c", "apus_app.c", "-o", "hello", *flags, cwd=work)
    if "libapus.so.0" not in run("ldd", work / "hello", env={**ENV, "LD_LIBRARY_PATH": str(PREFIX / LIB)}):
        fail("hello does not load libapus.so")
    works(work / "hello", work, {**ENV, "LD_LIBRARY_PATH": str(PREFIX / LIB)})


def by_command(work):
    run("apus", "build", "main.c", "-o", "hello", cwd=work)
    works(work / "hello", work)
    if "2 passed, 0 failed" not in run("apus", "test", "main.c", cwd=work):
        fail("apus test did not run the two tests")
    run("apus", "new", "fresh", cwd=work)
    run("apus", "test", cwd=work / "fresh")


ways = {name[3:]: way for name, way in list(globals().items()) if name.startswith("by_")}
with tempfile.TemporaryDirectory(prefix="apus-install-") as folder:
    project = pathlib.Path(folder)
    shutil.copy(ROOT / "examples/hello/hello.c", project / "main.c")
    ways[sys.argv[2]](project)
