#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What ./dev install has put into a prefix runs from there, started by the session bus: install.sh RESULT
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export HEADROOM_INSTALL_BUILD=$PWD/_build-install
# A home may have a blank in its path.
./dev install --prefix "$folder/a prefix"
HEADROOM_INSTALLED="$folder/a prefix" HEADROOM_BUILD_DIR=$PWD/_build /usr/bin/python3 tests/app/end-to-end-install.py
echo '{ "installed": true }' >"$1"
