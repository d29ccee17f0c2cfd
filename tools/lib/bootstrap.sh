# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Sourced by the scripts that must work on a fresh machine: installs the packages they need, configures build
# directories, and starts Python. Needs only a POSIX shell; most functions run in a subshell and set no variables.

# The packages of a group, one a line, alternatives joined by '|' in the order of preference.
packages_of() (
  case $1 in
    build) set -- g++ meson ninja-build 'pkg-config|pkgconf' libuv1-dev liburing-dev libspdlog-dev \
      libcli11-dev nlohmann-json3-dev 'libllhttp-dev|node-llhttp' \
      libboost-context-dev python3 ;;
    load) set -- wrk strace util-linux ;;
    report) set -- python3 python3-jinja2 python3-rich ;;
    test) set -- libgtest-dev python3 python3-jinja2 python3-rich wrk strace ;;
    valgrind) set -- valgrind libc6-dbg ;;
    fuzz) set -- clang libclang-rt-dev llvm python3 ;;
    lint) set -- clang-format clang-tidy shellcheck ;;
    *)
      echo "bootstrap: no package group '$1' (there are: build load report test valgrind fuzz lint)" >&2
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

# need_packages GROUP...: installs the missing packages of the groups and prints them. When none is missing it
# prints nothing and needs no rights. Fails when a package cannot be installed. On systems without apt it only
# prints the list, since the programs may have other package names there.
need_packages() (
  wanted=
  for group in "$@"; do
    packages=$(packages_of "$group") || return
    wanted="$wanted $packages"
  done
  if ! has_debian_packages; then
    echo 'bootstrap: not Debian or Ubuntu: nothing installed. Needed, by Debian names:' >&2
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
      echo "bootstrap: cannot install: not root, and no sudo; install the packages above as root" >&2
      return 1
    fi
    as_root=sudo
    # Without a terminal no password can be typed: fail instead of waiting for one.
    if ! [ -t 0 ]; then as_root='sudo -n'; fi
  fi
  # shellcheck disable=SC2086 # as_root is a command with its option, or nothing
  apt_get() {
    $as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >&2
  }
  if ! apt_get update; then
    echo "bootstrap: apt-get update failed: using the present package lists" >&2
  fi
  if ! apt_get satisfy --no-install-recommends "$missing"; then
    echo "bootstrap: could not install $missing" >&2
    return 1
  fi
)

# configure_build DIRECTORY [MESON-OPTION...]: makes or updates a build directory of the project in the working
# directory.
configure_build() (
  directory=$1
  shift
  if [ -f "$directory/meson-private/coredata.dat" ]; then
    interpreter=/usr/bin/python3
    [ -x "$interpreter" ] || interpreter=python3
    why=$(PYTHONPATH=tools PYTHONDONTWRITEBYTECODE=1 "$interpreter" -m comparison.build_folder . "$directory") || why=
    if [ "$why" ]; then
      echo "bootstrap: configuring $directory again: $why" >&2
    elif meson setup --reconfigure "$directory" "$@" >/dev/null 2>&1; then return 0; fi
    # Broken, or of another place: configure it again, with the output.
    meson setup --wipe "$directory" "$@" >&2
    return
  fi
  meson setup "$directory" "$@" >&2
)

# run_python_tool NAME MODULE GROUPS NO-INSTALL ARGUMENT...: becomes `python3 -m MODULE ARGUMENT...`, after MODULE.options
# has checked the arguments and the packages of the GROUPS are installed; with NO-INSTALL=yes none is. Needs $root.
run_python_tool() {
  name=$1 module=$2 groups=$3 no_install=$4
  shift 4
  python=/usr/bin/python3
  [ -x "$python" ] || python=python3
  # shellcheck disable=SC2154 # the script sets root
  export PYTHONPATH="$root/tools" PYTHONDONTWRITEBYTECODE=1
  # A wrong option is refused before anything is installed.
  if command -v "$python" >/dev/null 2>&1; then "$python" -m "$module.options" "$@" >/dev/null; fi
  if [ "$no_install" != yes ]; then
    # shellcheck disable=SC2086 # a list of words
    need_packages $groups
    [ -x "$python" ] || python=python3
  fi
  if ! "$python" -c 'import jinja2, rich' 2>/dev/null; then
    echo "$name: cannot start: python3, python3-jinja2 or python3-rich is missing: install them, or run without" \
      '--no-install' >&2
    exit 1
  fi
  exec "$python" -m "$module" "$@"
}
