# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Sourced by the scripts that must work on a fresh machine: brings the packages they need and configures build
# directories. Expects nothing but a POSIX shell; each function runs in a subshell and leaves no variables.

# The packages of a group, one a line, alternatives joined by '|' in the order of preference.
packages_of() (
  case $1 in
    build) set -- g++ meson ninja-build 'pkg-config|pkgconf' libuv1-dev liburing-dev libspdlog-dev \
      libcli11-dev nlohmann-json3-dev 'libllhttp-dev|node-llhttp' \
      libboost-context-dev python3 ;;
    load) set -- wrk strace python3 util-linux ;;
    test) set -- libgtest-dev python3 wrk strace ;;
    valgrind) set -- valgrind libc6-dbg ;;
    fuzz) set -- clang libclang-rt-dev llvm python3 ;;
    lint) set -- clang-format clang-tidy shellcheck ;;
    *)
      echo "bootstrap: no package group '$1' (there are: build load test valgrind fuzz lint)" >&2
      return 2
      ;;
  esac
  printf '%s\n' "$@"
)

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Whether this is a system whose packages have the names above.
has_debian_packages() {
  command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1
}

# need_packages GROUP...: installs what is missing of the groups and says so. Says nothing, takes no time and
# needs no rights when nothing is missing. Fails when something is missing and cannot be installed; on systems
# without apt it only prints the list, since the programs may be there under other package names.
need_packages() (
  wanted=
  for group in "$@"; do
    packages=$(packages_of "$group") || return
    wanted="$wanted $packages"
  done
  if ! has_debian_packages; then
    echo 'bootstrap: not Debian or Ubuntu: going on with what is here. Needed, by their Debian names:' >&2
    # shellcheck disable=SC2086 # a list of words
    printf '%s\n' $wanted | sort -u | sed 's/|/ or /g; s/^/  /' >&2
    return 0
  fi

  missing=
  for alternatives in $wanted; do
    found=
    for package in $(echo "$alternatives" | tr '|' ' '); do
      if installed "$package"; then found=1; fi
    done
    case "$found, $missing, " in
      1,*) ;;
      *", $alternatives, "*) ;;
      *) missing="${missing:+$missing, }$alternatives" ;;
    esac
  done
  if [ -z "$missing" ]; then return 0; fi
  missing=$(echo "$missing" | sed 's/|/ | /g')

  echo "bootstrap: installing $missing" >&2
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      echo "bootstrap: not root, and no sudo: install the above as root, then run this again" >&2
      return 1
    fi
    as_root=sudo
    # Without a terminal nobody can type a password: fail instead of waiting for one.
    if ! [ -t 0 ]; then as_root='sudo -n'; fi
  fi
  # shellcheck disable=SC2086 # as_root is a command with its option, or nothing
  apt_get() {
    $as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >&2
  }
  if ! apt_get update; then
    echo "bootstrap: apt-get update failed; trying with the package lists that are here" >&2
  fi
  if ! apt_get satisfy --no-install-recommends "$missing"; then
    echo "bootstrap: could not install $missing" >&2
    return 1
  fi
)

# configure_build DIRECTORY [MESON-OPTION...]: makes or updates a build directory of the project that is in the
# working directory.
configure_build() (
  directory=$1
  shift
  if [ -f "$directory/meson-private/coredata.dat" ]; then
    interpreter=/usr/bin/python3
    [ -x "$interpreter" ] || interpreter=python3
    why=$(PYTHONPATH=tools PYTHONDONTWRITEBYTECODE=1 "$interpreter" -m comparison.build_folder . "$directory") || why=
    if [ "$why" ]; then
      echo "bootstrap: making $directory anew: $why" >&2
    elif meson setup --reconfigure "$directory" "$@" >/dev/null 2>&1; then return 0; fi
    # Plainly broken, or of another place: start anew, and show how that goes.
    meson setup --wipe "$directory" "$@" >&2
    return
  fi
  meson setup "$directory" "$@" >&2
)
