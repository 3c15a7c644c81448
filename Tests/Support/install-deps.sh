#!/usr/bin/env bash
# Installs the C libraries the package links, on Debian and Ubuntu, as root or with sudo. Does nothing when they are there.
set -euo pipefail

packages=(libcsv-dev libxxhash-dev zlib1g-dev libzip-dev libzstd-dev libsqlite3-dev libcurl4-openssl-dev libssl-dev)
headers=(csv.h xxhash.h zlib.h zip.h zstd.h sqlite3.h curl/curl.h openssl/evp.h)

# Whether the compiler finds a header. Folders it is told of (CPATH) count; without a clang the usual ones are looked at.
has_header() {
    if command -v clang >/dev/null; then
        clang -E -x c -include "$1" -I/usr/local/include -I/opt/homebrew/include /dev/null >/dev/null 2>&1
    else
        [ -e "/usr/include/$1" ] || [ -e "/usr/local/include/$1" ] || [ -e "/opt/homebrew/include/$1" ]
    fi
}

missing=()
for i in "${!packages[@]}"; do
    has_header "${headers[$i]}" || missing+=("${packages[$i]}")
done
[ ${#missing[@]} -eq 0 ] && exit 0

install=(apt-get install -y --no-install-recommends "${missing[@]}")
stop() {
    {
        printf 'error: stage "libraries" failed: %s\n' "$1"
        printf '   = missing: %s\n' "${missing[*]}"
        if [ "$(uname)" = Darwin ]; then
            echo '   = help: brew install libcsv xxhash libzip zstd sqlite curl openssl@3'
        else
            printf '   = help: let who may install packages here run:  sudo %s\n' "${install[*]}"
            echo '   = help: then run the same command again; where the libraries are elsewhere, name their folders in CPATH and LIBRARY_PATH'
        fi
    } >&2
    exit 69
}

command -v apt-get >/dev/null || stop "there is no apt-get here"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || stop "installing packages needs root, and there is no sudo here"
    as_root=(sudo)
    # Nobody is there to give a password: say so instead of asking.
    [ -t 0 ] || as_root=(sudo -n)
    "${as_root[@]}" true 2>/dev/null || stop "installing packages needs root, and sudo does not let $(id -un) do it"
fi
echo "Installing ${missing[*]}" >&2
"${as_root[@]}" apt-get update -qq >&2 || stop "apt-get update failed"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" -qq >&2 || stop "apt-get could not install ${missing[*]}"
