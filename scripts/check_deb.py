#!/usr/bin/env python3
"""check_deb.py BUILD [--lintian]: makes Debian packages of what BUILD has built and looks into them.

What each holds and needs; that a program can be made with what they hold and nothing else; that the
service's package comes, goes and leaves nothing behind.  --lintian has Debian's own checker look, too."""
import os, pathlib, re, shutil, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERSION = re.search(r"project\(apus VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
HIDDEN = ("APUS_", "APUSC_", "CFLAGS", "LDFLAGS", "LDLIBS", "CPATH", "LIBRARY_PATH", "LD_LIBRARY_PATH")
ENV = {key: value for key, value in os.environ.items() if not key.startswith(HIDDEN)}
HOLDS = {
    "libapus0": {"usr/lib/libapus.so.0"},
    "libapus-dev": {"usr/lib/libapus.a", "usr/lib/libapus.so", "usr/include/apus/apus.h", "usr/lib/pkgconfig/apus.pc",
                    "usr/lib/cmake/apus/apusConfig.cmake"},
    "apus": {"usr/bin/apus", "usr/bin/apusc", "usr/share/man/man1/apus.1.gz", "usr/share/man/man1/apus-dev.1.gz"},
    "apus-market": {"usr/bin/market", "etc/apus/market.yaml", "lib/systemd/system/market.service", "usr/share/man/man1/market.1.gz"},
}
MAY = r"(usr/(bin|include/apus|lib/(lib|pkgconfig|cmake/apus)|share/(doc|man/man1|lintian))|etc/apus|lib/systemd/system)"


def fail(why):
    sys.exit(f"deb: {why}")


def expect(fact, *words):
    if not fact:
        fail(" ".join(str(w) for w in words))


def run(*command, **how):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **{"env": ENV, **how})
    expect(done.returncode == 0, " ".join(map(str, command)), "ended with", done.returncode, "\n" + done.stdout)
    return done.stdout


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def make(build, folder):
    """Quickly, without what only debuggers read."""
    run("cpack", "--config", build / "CPackConfig.cmake", "-B", folder, "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=gzip",
        "-D", "CPACK_DEBIAN_DEBUGINFO_PACKAGE=OFF", "-D", "CPACK_STRIP_FILES=ON", cwd=build)
    made = {path.name.split("_")[0]: path for path in folder.glob("*.deb")}
    expect(made.keys() == HOLDS.keys(), "packages:", *sorted(made))
    return made


def files_of(deb):
    listing = run("dpkg-deb", "--contents", deb)
    return {re.sub(r" (->|link to) .*", "", line.split("./", 1)[1]) for line in listing.splitlines() if not line.endswith("/")}


def look_into(name, deb):
    files = files_of(deb)
    expect(HOLDS[name] <= files, name, "lacks", *sorted(HOLDS[name] - files))
    stray = [f for f in files if not re.match(MAY, f)]
    expect(not stray, name, "holds", *stray)
    for document in ("copyright", "changelog.gz"):
        expect(f"usr/share/doc/{name}/{document}" in files, name, "has no", document)
    field = lambda which: run("dpkg-deb", "--field", deb, which).strip()
    expect(field("Version") == VERSION, name, "is of version", field("Version"))
    depends = field("Depends")
    if name != "libapus-dev":  # what it links to was looked up
        expect("libc6 (>=" in depends and "libuv1 (>=" in depends, name, "depends on", depends)
    return depends


def must_be_linkable(depends):
    """Each library that programs are linked to comes with a package that libapus-dev asks for."""
    libraries = re.search(r'APUS_LINK_LIBS "(.*?)"', (ROOT / "cmake/ApusLibrary.cmake").read_text()).group(1)
    offered = run("dpkg-query", "--listfiles", *re.findall(r"[\w.+-]+-dev", depends))
    missing = [flag for flag in libraries.split() if f"/lib{flag[2:]}.so" not in offered and f"/lib{flag[2:]}.a" not in offered]
    expect(not missing, "libapus-dev does not ask for", *missing)


def build_with(made, work):
    """A project made and built with the command, the headers and the library of the packages."""
    root = work / "unpacked"
    for deb in made.values():
        run("dpkg-deb", "--extract", deb, root)
    apus = root / "usr/bin/apus"
    run(apus, "new", "fresh", cwd=work)
    run(apus, "build", cwd=work / "fresh")
    expect("/hello/{name}" in run("./fresh", "openapi", cwd=work / "fresh"), "the program has no document")
    unit = root / "lib/systemd/system/market.service"
    if shutil.which("systemd-analyze"):
        (root / "bin").mkdir()
        shutil.copy("/bin/kill", root / "bin/kill")
        said = run("systemd-analyze", "verify", "--root", root, "--man=no", "--recursive-errors=no", unit)
        expect("market.service" not in said, said)


def come_and_go(deb, work):
    """dpkg in a root of its own: installed, removed with its settings kept, purged."""
    root = work / "root"
    for folder in ("var/lib/dpkg/updates", "var/lib/dpkg/info", "var/lib/market"):
        (root / folder).mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
    settings, marks = root / "etc/apus/market.yaml", root / "var/lib/systemd"
    dpkg = ("dpkg", "--root", root, "--force-depends", "--force-script-chrootless", "--log=/dev/null")
    run(*dpkg, "--install", deb)
    enabled = root / "etc/systemd/system/multi-user.target.wants/market.service"
    expect(settings.exists() and enabled.is_symlink(), "installed, it is not enabled")
    settings.write_text("port: 8001\n")
    run(*dpkg, "--install", deb)
    expect(settings.read_text() == "port: 8001\n", "an upgrade has changed the settings")
    run(*dpkg, "--remove", "apus-market")
    expect(settings.exists() and (root / "var/lib/market").exists(), "removed, it has taken settings or data along")
    run(*dpkg, "--purge", "apus-market")
    left = [str(p.relative_to(root)) for p in root.rglob("*") if not p.is_dir() and not p.is_relative_to(root / "var/lib/dpkg")]
    expect(not left and not (root / "var/lib/market").exists() and not settings.parent.exists(), "purged, it leaves", *left)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    for tool in ("dpkg-deb", "dpkg-shlibdeps", "file", "cpack"):
        if not shutil.which(tool):
            skip(f"{tool} is not there")
    with tempfile.TemporaryDirectory(prefix="apus-deb-") as folder:
        work = pathlib.Path(folder)
        made = make(build, work / "packages")
        depends = {name: look_into(name, deb) for name, deb in made.items()}
        expect(f"libapus0 (= {VERSION})" in depends["libapus-dev"] and f"libapus-dev (= {VERSION})" in depends["apus"], "versions that mix")
        must_be_linkable(depends["libapus-dev"])
        build_with(made, work)
        notes = []
        if os.geteuid() == 0 and shutil.which("deb-systemd-helper"):
            come_and_go(made["apus-market"], work)
        else:
            notes.append("not installed, which takes root")
        if "--lintian" in sys.argv:
            if shutil.which("lintian"):
                run("lintian", "--allow-root", "--fail-on", "error,warning", *made.values())
            else:
                notes.append("lintian is not there")
        size = sum(deb.stat().st_size for deb in made.values())
        print("; ".join([f"deb: {len(made)} packages of {VERSION}, {size / 1e6:.1f} MB", *notes]))


main()
