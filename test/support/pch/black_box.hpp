// SPDX-License-Identifier: MIT
// What the black-box tests all include, compiled once. Each includes it itself as well, and so compiles
// without: the test `precompiled` sees to that.
#include <gtest/gtest.h>

#include "support/server_test.hpp"
