// SPDX-License-Identifier: MIT
// The shared state behind its guard: nothing for a single thread, a mutex for many.
#pragma once

#include <memory>

#include "majuscule/ledger.hpp"
#include "majuscule/options.hpp"

namespace majuscule {

std::unique_ptr<Ledger> make_ledger(Guard guard);

}  // namespace majuscule
