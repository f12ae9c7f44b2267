#!/usr/bin/env bash
# Makes a Debian package of a program that was built.
#
#   scripts/deb.sh PROGRAM FOLDER       prints the path of the package
#
# It needs dpkg-deb. Two runs with one SOURCE_DATE_EPOCH make the same bytes.
set -euo pipefail
program=$(realpath "$1")
folder=$(realpath -m "$2")
cd "$(dirname "$0")/.."

die() { printf 'deb: %s\n' "$*" >&2; exit 1; }
command -v dpkg-deb >/dev/null 2>&1 || die "no dpkg-deb: this makes packages for Debian and what comes from it"
[ -x "$program" ] || die "$program is no program"

version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
machine=$(dpkg --print-architecture)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}

# The C library that it was linked with, or a later one: the newest version that it asks for.
glibc=$({ objdump -T "$program" 2>/dev/null || true; } | grep -o 'GLIBC_2[0-9.]*' | sort -Vu | tail -n 1 || true)
needs="adduser, ffmpeg"
[ -z "$glibc" ] || needs="libc6 (>= ${glibc#GLIBC_}), $needs"

umask 022
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 0755 "$root"
put() { install -D -m "$1" "$2" "$root/$3"; }

put 0755 "$program" usr/bin/outro
put 0644 packaging/outro.service usr/lib/systemd/system/outro.service
put 0644 packaging/outro-worker.service usr/lib/systemd/system/outro-worker.service
put 0640 packaging/debian/outro.toml etc/outro/outro.toml
for page in docs/operating*.md; do put 0644 "$page" "usr/share/doc/outro/$(basename "$page")"; done
put 0644 docs/grafana/outro.json usr/share/doc/outro/grafana/outro.json
{
  printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: Outro\n\n'
  printf 'Files: *\nCopyright: the authors of Outro\nLicense: AGPL-3.0-or-later\n\nLicense: AGPL-3.0-or-later\n'
  sed -e 's/^$/./' -e 's/^/ /' LICENSE
} >"$root/usr/share/doc/outro/copyright"
printf 'outro (%s) unstable; urgency=medium\n\n  * Made from the sources of this version.\n\n -- Outro <root@localhost>  %s\n' \
  "$version" "$(date -uRd "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$root/usr/share/doc/outro/changelog.gz"
find "$root/usr/share/doc" -type f -exec chmod 0644 {} +

size=$(du -sk --apparent-size "$root" | cut -f 1)
install -d "$root/DEBIAN"
for script in postinst prerm postrm; do install -m 0755 "packaging/debian/$script" "$root/DEBIAN/$script"; done
echo /etc/outro/outro.toml >"$root/DEBIAN/conffiles"
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
cat >"$root/DEBIAN/control" <<CONTROL
Package: outro
Version: $version
Architecture: $machine
Maintainer: Outro <root@localhost>
Installed-Size: $size
Depends: $needs
Suggests: postgresql
Section: web
Priority: optional
Description: short-video server that people can leave for good
 Share vertical videos, watch, comment, write to each other. What somebody
 wrote, uploaded or is called is sealed under a key of their own; when they
 leave it is destroyed, at once and without asking anyone, and a signed
 receipt proves that nothing is left.
CONTROL
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
mkdir -p "$folder"
package="$folder/outro_${version}_$machine.deb"
dpkg-deb --root-owner-group --build "$root" "$package" >/dev/null
printf '%s\n' "$package"
