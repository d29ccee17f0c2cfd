// SPDX-License-Identifier: MIT
// A doubly linked list whose links are members of its elements. Adding and removing never allocate. The list
// borrows its elements.
#pragma once

#include <cassert>

namespace majuscule {

/// An element must leave the list before either is destroyed. T derives from IntrusiveList<T>::Link; if
/// privately, both are its friends. Not thread-safe.
template <typename T>
class IntrusiveList {
 public:
  class Link {
   public:
    Link() = default;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    ~Link() { assert(!linked()); }
    /// Returns whether it is in a list.
    bool linked() const { return previous_ != nullptr; }

   private:
    friend class IntrusiveList;
    T* previous_ = nullptr;  // of the first element: the last one
    T* next_ = nullptr;      // of the last element: the first one
  };

  IntrusiveList() = default;
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;
  ~IntrusiveList() { assert(empty()); }

  bool empty() const { return first_ == nullptr; }

  /// `element` must be in no list.
  void push_back(T& element) {
    Link& link = of(element);
    assert(!link.linked());
    if (first_ == nullptr) {
      first_ = link.previous_ = link.next_ = &element;
      return;
    }
    link.next_ = first_;
    link.previous_ = of(*first_).previous_;
    of(*link.previous_).next_ = &element;
    of(*first_).previous_ = &element;
  }

  /// `element` must be in this list.
  void remove(T& element) {
    Link& link = of(element);
    assert(link.linked() && first_ != nullptr);
    if (link.next_ == &element) {
      assert(first_ == &element);
      first_ = nullptr;
    } else {
      of(*link.previous_).next_ = link.next_;
      of(*link.next_).previous_ = link.previous_;
      if (first_ == &element) first_ = link.next_;
    }
    link.previous_ = link.next_ = nullptr;
  }

  /// Removes the first element and returns it. The list must not be empty.
  T& pop_front() {
    assert(!empty());
    T& element = *first_;
    remove(element);
    return element;
  }

  /// Calls `visit` for each element. It may remove that element, and no other.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (T* element = first_; element != nullptr;) {
      T* const next = of(*element).next_;
      const bool is_last = next == first_;
      visit(*element);
      element = is_last ? nullptr : next;
    }
  }

 private:
  static Link& of(T& element) { return element; }

  T* first_ = nullptr;
};

}  // namespace majuscule
