// SPDX-License-Identifier: MIT
// Owns libuv handles. libuv's rule: after a successful init a handle must be closed, and its memory is free
// only when the close callback has run. So the deleter closes, and the callback frees.
#pragma once

#include <cassert>
#include <memory>
#include <system_error>

#include <uv.h>

namespace majuscule {

/// Throws std::system_error for a negative libuv result.
inline void check_uv(int result, const char* what) {
  if (result < 0) throw std::system_error(-result, std::system_category(), what);
}

template <typename Handle>
struct UvCloser {
  void operator()(Handle* handle) const {
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete reinterpret_cast<Handle*>(closed); });
  }
};

template <typename Handle>
using UvHandle = std::unique_ptr<Handle, UvCloser<Handle>>;

/// Allocates a handle and initializes it with `init(Handle*)`, which returns a libuv result.
template <typename Handle, typename Init>
UvHandle<Handle> make_uv_handle(const char* what, Init&& init) {
  auto memory = std::make_unique<Handle>();
  check_uv(init(memory.get()), what);
  return UvHandle<Handle>(memory.release());
}

/// A loop whose destructor runs all pending close callbacks. Declare it before its handles.
class UvLoop {
 public:
  UvLoop() { check_uv(uv_loop_init(&loop_), "uv_loop_init"); }
  ~UvLoop() {
    uv_run(&loop_, UV_RUN_DEFAULT);
    [[maybe_unused]] const int result = uv_loop_close(&loop_);
    assert(result == 0);  // every handle was closed
  }
  UvLoop(const UvLoop&) = delete;
  UvLoop& operator=(const UvLoop&) = delete;

  uv_loop_t* get() { return &loop_; }

 private:
  uv_loop_t loop_{};
};

}  // namespace majuscule
