// SPDX-License-Identifier: MIT
// The sanitizer that the server under test was built with. The tests are another program and have none. The
// few things that a sanitizer makes impossible are skipped by name.
#pragma once

namespace majuscule::test {

enum class Sanitizer { kNone, kAddress, kThread };

/// Returns the server's sanitizer from MAJUSCULE_TEST_SANITIZER: "address" or "thread", else kNone. Throws
/// std::runtime_error for any other value.
[[nodiscard]] Sanitizer server_sanitizer();

/// A sanitizer delays freeing, and needs threads and address space itself.
[[nodiscard]] inline bool server_is_sanitized() { return server_sanitizer() != Sanitizer::kNone; }

}  // namespace majuscule::test
