#!/usr/bin/env bash
# test.sh install PROGRAM: make install and uninstall into a scratch root, and a run from elsewhere.
# test.sh deb PACKAGE.deb: the package installs, runs without Swift's libraries, and leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "error: $1" >&2; exit 1; }

# A run of the default study with nothing in the environment, from a folder that has no Data.
runs() {
    mkdir -p "$scratch/elsewhere"
    (cd "$scratch/elsewhere" && env -i HOME="$scratch/home" "$1" run --quiet --out "$scratch/run" >/dev/null) \
        || fail "$1 does not run from elsewhere"
    [ -s "$scratch/run/index.html" ] || fail "the run has no index.html"
    (cd "$scratch/elsewhere" && env -i "$1" venues >"$scratch/venues" && grep -q binance-usdm "$scratch/venues") || fail "the venues are not found"
}

case $1 in
install)
    mkdir -p "$scratch/root/opt/zero"
    before=$(find "$scratch" | sort)
    .packaging/install.sh "$2" /opt/zero "$scratch/root"
    root=$scratch/root/opt/zero
    for file in bin/belowzero share/man/man1/belowzero.1.gz share/bash-completion/completions/belowzero \
        share/zsh/site-functions/_belowzero share/fish/vendor_completions.d/belowzero.fish share/belowzero/Venues/spot.yaml; do
        [ -s "$root/$file" ] || fail "$file was not installed"
    done
    bash -n "$root/share/bash-completion/completions/belowzero"
    if command -v man >/dev/null; then
        problems=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$root/share/man/man1/belowzero.1.gz" 2>&1 >/dev/null) || true
        [ -z "$problems" ] || fail "the manual page: $problems"
    fi
    runs "$root/bin/belowzero"
    rm -rf "$scratch/run" "$scratch/elsewhere" "$scratch/home" "$scratch/venues"
    .packaging/install.sh --remove /opt/zero "$scratch/root"
    [ "$before" = "$(find "$scratch" | sort)" ] || fail "uninstall left: $(find "$scratch" -type f)"
    ;;
deb)
    deb=$(readlink -f "$2")
    dpkg-deb --info "$deb" >/dev/null
    dpkg-deb -f "$deb" Depends | grep -q libcsv3 || fail "Depends lacks libcsv3: $(dpkg-deb -f "$deb" Depends)"
    dpkg-deb --contents "$deb" >"$scratch/contents"
    grep -q ' ./usr/share/belowzero/Venues/spot.yaml$' "$scratch/contents" || fail "the data is missing"
    # A scratch root with a package database of its own.
    root=$scratch/root
    mkdir -p "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/info" && : >"$root/var/lib/dpkg/status"
    dpkg() { command dpkg --root="$root" --force-not-root --force-depends --force-bad-path --log=/dev/null "$@"; }
    before=$(cd "$root" && find . -not -path './var/*' | sort)
    dpkg --install "$deb" >/dev/null 2>"$scratch/log" || { cat "$scratch/log"; fail "the package does not install"; }
    if ldd "$root/usr/bin/belowzero" | grep -E 'libswift|libFoundation|not found'; then fail "the program needs Swift's libraries"; fi
    runs "$root/usr/bin/belowzero"
    if command -v systemd-analyze >/dev/null; then
        sed -e "s|/usr/bin/belowzero|$root/usr/bin/belowzero|" "$root/usr/lib/systemd/system/belowzero@.service" >"$scratch/belowzero@x.service"
        systemd-analyze verify --man=no "$scratch/belowzero@x.service" || fail "the unit is not well formed"
    fi
    if command -v lintian >/dev/null; then
        lintian --fail-on error --suppress-tags embedded-library,bad-distribution-in-changes-file,debian-changelog-file-missing "$deb"
    else
        echo "no lintian here: the package is not linted"
    fi
    dpkg --purge belowzero >/dev/null 2>"$scratch/log" || { cat "$scratch/log"; fail "the package does not go away"; }
    [ "$before" = "$(cd "$root" && find . -not -path './var/*' | sort)" ] || fail "purge left files behind"
    ;;
esac
echo "ok: $1"
