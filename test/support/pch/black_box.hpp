// SPDX-License-Identifier: MIT
// Headers that the black-box tests include, compiled once. Each test includes them itself too and compiles
// without this file, which the test `precompiled` checks.
#include <gtest/gtest.h>

#include "support/server_test.hpp"
