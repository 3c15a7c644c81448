#!/usr/bin/env bash
# Installs the C libraries the package links, on Debian and Ubuntu, as root or with sudo. Does nothing when they are there.
set -euo pipefail

packages=(libcsv-dev libxxhash-dev zlib1g-dev libzip-dev libzstd-dev libsqlite3-dev libssl-dev)
headers=(csv.h xxhash.h zlib.h zip.h zstd.h sqlite3.h openssl/evp.h)

missing=()
for i in "${!packages[@]}"; do
    found=
    for folder in /usr/include /usr/local/include /opt/homebrew/include; do
        [ -e "$folder/${headers[$i]}" ] && found=1
    done
    [ -n "$found" ] || missing+=("${packages[$i]}")
done
[ ${#missing[@]} -eq 0 ] && exit 0

command="apt-get install -y --no-install-recommends ${missing[*]}"
stop() {
    printf 'error: %s\n   = help: install them yourself, for example:  sudo %s\n' "$1" "$command" >&2
    [ "$(uname)" != Darwin ] || echo '   = help: on macOS:  brew install libcsv xxhash libzip zstd sqlite openssl@3' >&2
    exit 1
}

command -v apt-get >/dev/null || stop "missing ${missing[*]}, and there is no apt-get here"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || stop "missing ${missing[*]}; installing needs root, and there is no sudo here"
    as_root=(sudo)
fi
echo "Installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq || stop "apt-get update failed"
# shellcheck disable=SC2086
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $command || stop "apt-get could not install ${missing[*]}"
