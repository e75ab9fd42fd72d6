#!/usr/bin/env bash
# Installs, once per machine, a VS Code host for tests where VS Code itself cannot be downloaded:
# Debian packages, Node 24, code-server (a complete VS Code server and workbench).
#
#   test/vscode/install.sh            prints the folder of the host as its last line
#
# The folder lies outside the repository and is named by the hash of the lock files, so another
# checkout, or the next run, finds it ready. host.mjs computes the same name.
#
#   EVAL_LENS_TEST_HOST_CACHE   where the folders lie (default: ~/.cache/eval-lens-test-host)
#   CHROMIUM_PATH               a Chromium of your own
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${EVAL_LENS_TEST_HOST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/eval-lens-test-host}
hash=$(cat "$here"/node24/package.json "$here"/node24/package-lock.json \
	"$here"/server/package.json "$here"/server/package-lock.json | sha256sum | cut -c1-16)
target=$cache/$hash

say() { echo "test host: $*" >&2; }

has_command() { command -v "$1" >/dev/null 2>&1; }
has_library() { has_command pkg-config && pkg-config --exists "$1"; }
has_font() { [ -n "$(fc-list "$1" family 2>/dev/null)" ]; }
has_chromium() {
	[ -n "${CHROMIUM_PATH:-}" ] || has_command chromium || has_command chromium-browser || has_command google-chrome
}

# We ask for what is needed, not for package names, so that other distributions pass too.
# Prints the Debian packages that would bring what is missing. (ripgrep comes with code-server.)
missing_for_running() {
	has_chromium || echo chromium
	# Without a fixed-width font editors are unreadable; Inter is for screenshots, see fonts.conf.
	has_command fc-list || echo fontconfig
	has_font :spacing=mono || echo fonts-dejavu-core
	has_font Inter || echo fonts-inter
}
missing_for_building() {
	has_command g++ || echo g++
	has_command make || echo make
	has_command python3 || echo python3
	has_command pkg-config || echo pkg-config
	has_library krb5-gssapi || echo libkrb5-dev
	has_library x11 || echo libx11-dev
	has_library xkbfile || echo libxkbfile-dev
	has_library libsecret-1 || echo libsecret-1-dev
}

# Words, not lines: the names go to apt-get as arguments.
provide() {
	local packages=("$@")
	[ ${#packages[@]} -gt 0 ] || return 0
	if [ "$(id -u)" != 0 ] || ! has_command apt-get; then
		say "missing: ${packages[*]}"
		say "install these (names as in Debian), or run this script as root on Debian."
		exit 1
	fi
	say "installing ${packages[*]}"
	apt-get update -qq >&2
	DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${packages[@]}" >&2
}

works() { # folder
	local node=$1/node24/node_modules/node/bin/node
	[ -f "$1/server/node_modules/code-server/lib/vscode/out/server-main.js" ] &&
		[ "$("$node" -p 'process.versions.node.split(".")[0]' 2>/dev/null)" = 24 ] &&
		"$node" "$1/server/node_modules/code-server/out/node/entry.js" --version >/dev/null 2>&1
}

install_into() { # folder
	mkdir -p "$1/node24" "$1/server"
	cp "$here"/node24/package*.json "$1/node24/"
	cp "$here"/server/package*.json "$1/server/"
	say "installing Node 24"
	(cd "$1/node24" && npm ci --no-audit --no-fund --loglevel=error >&2)
	# code-server's install script refuses any Node but 24, therefore two installs and this PATH.
	say "installing code-server: some minutes"
	(cd "$1/server" && PATH=$1/node24/node_modules/node/bin:$PATH \
		npm ci --no-audit --no-fund --loglevel=error >&2)
}

# Two installs at once would do the work twice: the second waits here, and finds it done. npm
# inherits the lock, so that it is held too while the npm of a killed run still writes.
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

mapfile -t packages < <(missing_for_running)
provide ${packages[@]+"${packages[@]}"}

if works "$target"; then
	say "ready"
	echo "$target"
	exit 0
fi

mapfile -t packages < <(missing_for_building)
provide ${packages[@]+"${packages[@]}"}

partial=$target.partial
trap 'rm -rf "$partial"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# The lock is ours, so every unfinished folder is what a killed run left.
rm -rf "$cache"/*.partial "$target"
install_into "$partial"
if ! works "$partial"; then
	say "installed, but it does not start: see the messages above"
	exit 1
fi
mv "$partial" "$target"
say "ready"
echo "$target"
