#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# appstream-compose as flatpak-builder 1.2 calls it, done by appstreamcli:
#   appstream-compose --prefix=/app --origin=flatpak --basename=ID ID...
set -eu
prefix=/app
components=
for argument in "$@"; do
  case $argument in
    --prefix=*) prefix=${argument#*=} ;;
    --*) ;;
    *) components=$components,${argument%.desktop} ;;
  esac
done

# By now flatpak-builder has given the metainfo its old name, by which appstreamcli does not look for it.
tree=$(mktemp -d)
mkdir -p "$tree/usr/share/metainfo"
for kind in applications icons; do
  cp -a "$prefix/share/$kind" "$tree/usr/share/"
done
for metainfo in "$prefix"/share/appdata/*.appdata.xml; do
  name=${metainfo##*/}
  cp "$metainfo" "$tree/usr/share/metainfo/${name%.appdata.xml}.metainfo.xml"
done
exec appstreamcli compose --no-net --print-report=full --origin=flatpak --result-root=/ --data-dir="$prefix/share/app-info/xmls" \
  --icons-dir="$prefix/share/app-info/icons/flatpak" --components="${components#,}" "$tree"
