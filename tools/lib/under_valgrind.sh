#!/bin/sh
# SPDX-License-Identifier: MIT
#
# `under_valgrind.sh PROGRAM ARGUMENT...`: runs a test under valgrind's memcheck. Of the black-box tests only the
# servers that test/support/server.cpp starts, not those of a service manager and not runs that end by themselves:
# the tests would take most of the time. One with an error or a leak exits 99. By way of env, for valgrind may be a script, which the tests cannot execute.
memcheck="$(command -v env) valgrind --quiet --error-exitcode=99 --trace-children=yes --leak-check=full"
memcheck="$memcheck --show-leak-kinds=definite --errors-for-leak-kinds=definite"
case $1 in
  */black_box)
    MAJUSCULE_TEST_WRAPPER=$memcheck
    export MAJUSCULE_TEST_WRAPPER
    exec "$@"
    ;;
esac
# shellcheck disable=SC2086 # a command with its options
exec $memcheck "$@"
