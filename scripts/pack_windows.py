#!/usr/bin/env python3
"""Packs the Windows program as what its users unpack and run: make pack-windows.

    scripts/pack_windows.py PROGRAM.exe FOLDER

writes FOLDER/madoguchi-VERSION-windows-x86_64.zip and prints its path. README.ja.txt comes first; what people open by a double click has a
byte order mark and Windows line ends, because older editors there show nothing else rightly. A program that needs a library which is no
part of Windows is refused: it would start on the machine that built it and nowhere else.
"""

import json
import pathlib
import re
import subprocess
import sys
import tomllib
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = "x86_64-pc-windows-gnu"
# What every Windows 10 and 11 has. `bcryptprimitives` is where Rust's standard library takes its random numbers.
OF_WINDOWS = set("""
advapi32 bcrypt bcryptprimitives crypt32 dbghelp iphlpapi kernel32 kernelbase msvcrt ncrypt netapi32 ntdll ole32 oleaut32 pdh powrprof psapi
rpcrt4 secur32 shell32 shlwapi synchronization ucrtbase user32 userenv winscard ws2_32
""".split())
RUST = "Rust's standard library  MIT OR Apache-2.0  https://github.com/rust-lang/rust"
# One time for every file: the same sources make the same zip.
TIME = (2026, 1, 1, 0, 0, 0)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    foreign = sorted(libraries(program) - OF_WINDOWS)
    if foreign:
        sys.exit(f"{program} needs {', '.join(foreign)}, which Windows does not have: link it statically")
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]
    name = f"madoguchi-{version}-windows-x86_64"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for file, content in contents(program):
            info = zipfile.ZipInfo(f"{name}/{file}", TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            pack.writestr(info, content)
    print(path.resolve())


def contents(program):
    """Names below the folder in the zip, and bytes, in the order in which they are packed."""
    ours = ROOT / "packaging/windows"
    yield "README.ja.txt", notepad((ours / "README.ja.txt").read_text("utf-8"))
    yield "madoguchi.exe", program.read_bytes()
    # No mark: cmd.exe would take it for part of the first command.
    yield "madoguchi-start.cmd", (ours / "madoguchi-start.cmd").read_bytes().replace(b"\n", b"\r\n")
    yield "madoguchi.toml", notepad((ours / "madoguchi.toml").read_text("utf-8"))
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"]:
        yield f"{licence}.txt", notepad((ROOT / licence).read_text("utf-8"))
    yield "LICENSE-FONT.txt", notepad((ROOT / "src/message/page/data/OFL.txt").read_text("utf-8"))
    yield "THIRD-PARTY.txt", notepad(third_party())
    for document in ["README.ja.md", "README.md", "CHANGELOG.md"]:
        yield document, (ROOT / document).read_bytes()
    for document in sorted((ROOT / "docs").rglob("*")):
        if document.is_file():
            yield document.relative_to(ROOT).as_posix(), document.read_bytes()


def notepad(text):
    return b"\xef\xbb\xbf" + "\r\n".join(text.removeprefix("\ufeff").splitlines()).encode() + b"\r\n"


def libraries(program):
    """The libraries that the program is linked to, without their ending; those of the api-ms-win sets are Windows itself."""
    told = subprocess.run(["x86_64-w64-mingw32-objdump", "-p", program], capture_output=True, text=True, check=True).stdout
    names = {name.lower() for name in re.findall(r"DLL Name: (\S+)\.dll", told, re.IGNORECASE)}
    if not names:
        sys.exit(f"{program} is linked to nothing: is it a Windows program?")
    return {name for name in names if not name.startswith("api-ms-win-")}


def third_party():
    """Every library in the program with its licence and the words that the licence asks us to pass on, each text once."""
    metadata = json.loads(subprocess.run(
        ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", TARGET],
        cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    linked, waiting = set(), [metadata["resolve"]["root"]]
    while waiting:
        node = nodes[waiting.pop()]
        for dependency in node["deps"]:
            is_normal = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            if is_normal and dependency["pkg"] not in linked:
                linked.add(dependency["pkg"])
                waiting.append(dependency["pkg"])
    lines, texts = ["Libraries in madoguchi.exe, and their licences. Texts follow the list.", "", RUST], {}
    for package in sorted((packages[id] for id in linked), key=lambda package: (package["name"], package["version"])):
        called = f"{package['name']} {package['version']}"
        lines.append(f"{called}  {package['license']}  {package['repository'] or ''}".rstrip())
        place = pathlib.Path(package["manifest_path"]).parent
        for file in sorted(place.iterdir()):
            if file.is_file() and re.match(r"(licen[cs]e|copying|copyright|notice|unlicense)", file.name, re.IGNORECASE):
                texts.setdefault(file.read_text("utf-8", "replace").strip(), []).append(called)
    for text, users in texts.items():
        lines += ["", "-" * 100, ", ".join(users), "", text]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
