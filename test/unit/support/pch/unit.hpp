// SPDX-License-Identifier: MIT
// What the tests of a unit all include, compiled once a program. Each includes it itself as well, and so
// compiles without: the test `precompiled` sees to that.
#include <gtest/gtest.h>
