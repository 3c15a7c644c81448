#!/usr/bin/env bash
# Builds a Debian package in .build/deb, with the Swift runtime inside the program: the machine that installs it needs no Swift.
# BELOWZERO_PROGRAM=file packages a program that was built before.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 022
export LC_ALL=C
for tool in dpkg-deb dpkg-shlibdeps; do
    command -v $tool >/dev/null || { echo "error: no $tool here; install dpkg-dev" >&2; exit 69; }
done

work=.build/deb
program=${BELOWZERO_PROGRAM:-}
mkdir -p $work
if [ -z "$program" ]; then
    BELOWZERO_PACKAGE=1 Tests/Support/release.sh build --product belowzero --static-swift-stdlib --scratch-path $work/swift
    program=$work/swift/release/belowzero
fi

version=$("$program" --version)
architecture=$(dpkg --print-architecture)
name=belowzero_${version}_$architecture
root=$work/$name
rm -rf "$root" "$work/debian"
.packaging/install.sh "$program" /usr "$root"
strip --strip-unneeded "$root/usr/bin/belowzero"

# Debian's places: zsh completions beside its own, documents, and a unit for every study in /etc/belowzero.
mkdir -p "$root/usr/share/zsh/vendor-completions" "$root/usr/share/doc/belowzero" "$root/usr/lib/systemd/system" "$root/DEBIAN"
mv "$root/usr/share/zsh/site-functions/_belowzero" "$root/usr/share/zsh/vendor-completions/"
rmdir "$root/usr/share/zsh/site-functions"
mkdir -p "$root/etc/belowzero"
"$program" init --quiet --systemd "$root/usr/lib/systemd/system" --template
# What is not in a running system yet is told how to be enabled, not how to be copied.
sed -i -e '/^# Runs a BelowZero/c# Runs the study /etc/belowzero/%i.yaml.' -e '/^#   cp /d' "$root/usr/lib/systemd/system/belowzero@.service"
cp .packaging/copyright "$root/usr/share/doc/belowzero/copyright"
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH=$epoch
maintainer="BelowZero maintainers <maintainers@belowzero.invalid>"
printf 'belowzero (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- %s  %s\n' \
    "$version" "$maintainer" "$(date -u -R -d "@$epoch")" | gzip -9n >"$root/usr/share/doc/belowzero/changelog.gz"
gzip -9nc CHANGELOG.md >"$root/usr/share/doc/belowzero/CHANGELOG.md.gz"

# dpkg-shlibdeps reads a control file of its own.
mkdir -p $work/debian
printf 'Source: belowzero\n\nPackage: belowzero\nArchitecture: any\n' >$work/debian/control
depends=$(cd $work && dpkg-shlibdeps -O --ignore-missing-info "$name/usr/bin/belowzero" 2>shlibdeps.log | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { cat $work/shlibdeps.log >&2; exit 1; }
cat >"$root/DEBIAN/control" <<CONTROL
Package: belowzero
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -k -s --exclude=DEBIAN "$root" | cut -f1)
Depends: $depends
Recommends: ca-certificates
Section: science
Priority: optional
Description: how often leveraged crypto positions would have ended below zero
 BelowZero reads price CSVs, opens a position at every bar of the history at
 every leverage of a grid, follows each one to its end, and writes pages and
 tables with the share that ended below zero, by how much, and how sure one
 can be.
 .
 A systemd timer, belowzero@NAME.timer, runs the study /etc/belowzero/NAME.yaml
 every night.
CONTROL
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
find "$root" -exec touch -h -d "@$epoch" {} +
dpkg-deb --root-owner-group --build "$root" "$work/$name.deb" >/dev/null
echo "$work/$name.deb"
