# Sourced by run and test. Sets `python` to a Python 3.11 or newer, or says what is missing and ends.

find_python() {
    found=
    if [ -n "${PYTHON:-}" ]; then
        try_python "$PYTHON" && return
    else
        for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
            try_python "$candidate" && return
        done
    fi
    {
        echo "cpanel-emu needs Python 3.11 or newer; found: ${found:-none}."
        echo "Install it (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python),"
        echo "or name one you have: PYTHON=/path/to/python3 $0"
    } >&2
    exit 1
}

try_python() {
    command -v "$1" >/dev/null 2>&1 || return 1
    if "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' </dev/null 2>/dev/null; then
        python=$1
        return 0
    fi
    found="${found:+$found, }$("$1" --version 2>&1 </dev/null) ($1)"
    return 1
}
