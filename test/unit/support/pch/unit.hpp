// SPDX-License-Identifier: MIT
// Headers that the unit tests include, compiled once for each program. Each test includes them itself too and
// compiles without this file, which the test `precompiled` checks.
#include <gtest/gtest.h>
