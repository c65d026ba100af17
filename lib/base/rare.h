#pragma once

#include <concepts>
#include <memory>
#include <utility>

namespace lvsd {

// A value that is empty in most of the many objects it is a member of, and takes one pointer there.
// Otherwise it behaves as the value does that it stands for.
template <class Value>
class Rare {
 public:
  Rare() = default;
  template <class Given>
  requires(std::constructible_from<Value, Given> && !std::same_as<std::decay_t<Given>, Rare>)
      Rare(Given&& given) {  // NOLINT(google-explicit-constructor): it stands for the value
    Value value(std::forward<Given>(given));
    if (!value.empty()) value_ = std::make_unique<const Value>(std::move(value));
  }
  Rare(const Rare& other) : value_(copy_of(other)) {}
  Rare(Rare&& other) noexcept = default;
  Rare& operator=(const Rare& other) {
    value_ = copy_of(other);
    return *this;
  }
  Rare& operator=(Rare&& other) noexcept = default;
  ~Rare() = default;

  bool empty() const { return value_ == nullptr; }
  const Value& operator*() const {
    static const Value none;
    return value_ ? *value_ : none;
  }
  const Value* operator->() const { return &**this; }
  operator const Value&() const { return **this; }  // NOLINT(google-explicit-constructor): likewise

  bool operator==(const Rare& other) const { return **this == *other; }

 private:
  static std::unique_ptr<const Value> copy_of(const Rare& other) {
    return other.value_ ? std::make_unique<const Value>(*other.value_) : nullptr;
  }

  std::unique_ptr<const Value> value_;  // null: empty
};

}  // namespace lvsd
