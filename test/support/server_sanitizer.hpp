// SPDX-License-Identifier: MIT
// Which sanitizer the server under test was built with. The tests themselves have none: they are another
// program, and the server is what is watched. The few things that a sanitizer makes impossible are skipped by
// name.
#pragma once

namespace majuscule::test {

enum class Sanitizer { kNone, kAddress, kThread };

/// Of the server, from MAJUSCULE_TEST_SANITIZER: "address" or "thread", else kNone. Throws std::runtime_error
/// when it is anything else.
[[nodiscard]] Sanitizer server_sanitizer();

/// A sanitizer keeps what is freed, and has threads and address space of its own.
[[nodiscard]] inline bool server_is_sanitized() { return server_sanitizer() != Sanitizer::kNone; }

}  // namespace majuscule::test
