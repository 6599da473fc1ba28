# Sourced by the commands beside it: finds Python, makes .venv, installs from the lock files, builds the front end.
# Nothing is done twice: what was installed is remembered by its hash in .venv/.stamp-*.

set -euo pipefail
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT"
VENV="$ROOT/.venv"
LOG="$ROOT/.venv/install.log"
NEEDED_MB=2500 # .venv, node_modules and the demo's database, with room to spare

fail() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

misuse() {
    echo "$(basename "$0"): $*" >&2
    exit 2
}

NO_NETWORK='NewConnectionError|ConnectTimeoutError|ReadTimeoutError|Temporary failure in name resolution|Connection refused'
NO_NETWORK+='|Network is unreachable|Could not fetch URL|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT'

find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            PYTHON="$name"
            return
        fi
    done
    local found="there is none"
    command -v python3 >/dev/null && found="this machine has $(python3 --version 2>&1)"
    fail "Kundenkreis needs Python 3.11 or newer, and $found. On Debian or Ubuntu: sudo apt install python3 python3-venv"
}

require_venv_module() {
    [ -x "$VENV/bin/python" ] && return
    "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv"
}

require_disk() {
    [ -f "$VENV/.stamp-$1" ] && return
    local free_mb
    free_mb=$(($(df -Pk "$ROOT" | awk 'NR == 2 { print $4 }') / 1024))
    [ "$free_mb" -ge "$NEEDED_MB" ] ||
        fail "not enough disk space: $ROOT has $free_mb MB free and the installation needs $NEEDED_MB MB."
}

require_port() { # host port
    local trouble
    trouble="$("$PYTHON" kundenkreis/cli/ports.py "$1" "$2" 2>&1)" || fail "$trouble"
}

explain_failure() { # step
    tail -n 15 "$LOG" >&2
    echo >&2
    if tail -n 60 "$LOG" | grep -qwE 'No space left on device|Errno 28|ENOSPC'; then
        fail "the disk is full. Free some space and run the command again; it goes on where it stopped."
    elif tail -n 60 "$LOG" | grep -qwE "$NO_NETWORK"; then
        fail "the packages could not be downloaded. Is the network reachable? Run the command again; it goes on where it stopped."
    fi
    fail "$1 failed; the lines above say why, all of them are in $LOG"
}

step() { # text command...
    local text="$1"
    shift
    echo "· $text"
    echo "== $text: $*" >>"$LOG"
    "$@" >>"$LOG" 2>&1 </dev/null || explain_failure "$text"
}

hash_of() {
    { echo "$ROOT" && "$VENV/bin/python" --version && cat "$@"; } | "$VENV/bin/python" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'
}

# setup requirements.lock | requirements-dev.lock
setup() {
    local lock="$1" kind=run files stamp pip
    [ "$lock" = requirements-dev.lock ] && kind=dev
    require_disk "$kind"
    if ! "$VENV/bin/python" -c 'import pip' 2>/dev/null; then
        echo "· Making a virtual environment in .venv"
        mkdir -p "$VENV"
        "$PYTHON" -m venv --clear "$VENV" || fail "the virtual environment could not be made; the lines above say why."
    fi
    pip=("$VENV/bin/python" -m pip --quiet --no-input --disable-pip-version-check --retries 2)
    files=(requirements.lock pyproject.toml)
    [ "$kind" = dev ] && files+=(requirements-dev.lock)
    stamp="$(hash_of "${files[@]}")"
    if [ "$(cat "$VENV/.stamp-$kind" 2>/dev/null)" != "$stamp" ]; then
        : >"$LOG"
        step "Installing packages (a minute or two)" "${pip[@]}" install -r "$lock"
        step "Installing Kundenkreis and building its front end" "${pip[@]}" install --no-deps --no-build-isolation -e .
        echo "$stamp" >"$VENV/.stamp-$kind"
    else
        : >"$LOG"
        "$VENV/bin/python" frontend/build_hook.py >>"$LOG" 2>&1 || explain_failure "Building the front end"
    fi
}
