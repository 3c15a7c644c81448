#!/usr/bin/env bash
# install.sh PROGRAM PREFIX [DESTDIR]: puts a built belowzero below DESTDIR/PREFIX, with manual, completions and data.
# install.sh --remove PREFIX [DESTDIR]: takes it away again.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 022

program=$1 prefix=$2 root=${3:-}$2
man=$root/share/man/man1/belowzero.1.gz
bash=$root/share/bash-completion/completions/belowzero
zsh=$root/share/zsh/site-functions/_belowzero
fish=$root/share/fish/vendor_completions.d/belowzero.fish
data=$root/share/belowzero

if [ "$program" = --remove ]; then
    rm -f "$root/bin/belowzero" "$man" "$bash" "$zsh" "$fish"
    rm -rf "$data"
    # Folders below the prefix that are empty now go too.
    [ -d "$root" ] && cd "$root" || exit 0
    for file in "$data" "$man" "$bash" "$zsh" "$fish" "$root/bin/belowzero"; do
        folder=$(dirname "${file#"$root"/}")
        [ ! -d "$folder" ] || rmdir -p --ignore-fail-on-non-empty "$folder"
    done
    exit 0
fi

case $prefix in /*) ;; *) echo "error: PREFIX must be an absolute path, not '$prefix'" >&2; exit 64 ;; esac
[ -x "$program" ] || { echo "error: there is no program $program; run: make build" >&2; exit 66; }

install -D -m 755 "$program" "$root/bin/belowzero"
mkdir -p "$(dirname "$man")" "$(dirname "$bash")" "$(dirname "$zsh")" "$(dirname "$fish")" "$data"
# -n: no time and no name, so that equal programs give equal files.
"$program" manual | gzip -9n >"$man"
"$program" --generate-completion-script bash >"$bash"
"$program" --generate-completion-script zsh >"$zsh"
"$program" --generate-completion-script fish >"$fish"
for part in Venues Studies Samples Schemas Events; do
    [ ! -d "Data/$part" ] || { rm -rf "${data:?}/$part" && cp -R "Data/$part" "$data/$part"; }
done
find "$data" -type d -exec chmod 755 {} +
find "$data" -type f -exec chmod 644 {} +
