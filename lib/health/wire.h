#pragma once

#include <array>
#include <boost/pfr/core.hpp>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "model/time.h"

// Plain values as bytes and back, for the pipe between two processes of one binary on one machine:
// the machine's byte order, nothing aligned, a size in front of what has none of its own. A struct
// is its fields one after the other, so a field that is added is carried, too.

namespace lvsd::wire {

template <class T>
concept Number = std::is_arithmetic_v<T> && !std::same_as<T, bool>;
template <class T>
concept Enum = std::is_enum_v<T>;
template <class T>
concept Struct = std::is_aggregate_v<T>;

// The last enumerator, which a stranger's number must not exceed. To be said of each enum that is
// carried.
template <Enum T>
constexpr T last_of = T{};

class Writer {
 public:
  std::string take() { return std::move(bytes_); }

  template <Number T>
  void put(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <Enum T>
  void put(T value) {
    put(static_cast<std::underlying_type_t<T>>(value));
  }
  template <std::same_as<bool> T>
  void put(T value) {
    put(static_cast<std::uint8_t>(value));
  }
  void put(const std::string& value) {
    put(static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
  }
  template <class Rep, class Period>
  void put(std::chrono::duration<Rep, Period> value) {
    put(static_cast<std::int64_t>(value.count()));
  }
  void put(Time value) { put(value.time_since_epoch()); }
  template <class T, std::size_t N>
  void put(const std::array<T, N>& values) {
    for (const T& value : values)
      put(value);
  }
  template <class T>
  void put(const std::vector<T>& values) {
    put(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values)
      put(value);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class... Ts>
  void put(const std::variant<Ts...>& value) {
    put(static_cast<std::uint8_t>(value.index()));
    std::visit([this](const auto& held) { this->put(held); }, value);
  }
  template <Struct T>
  void put(const T& value) {
    boost::pfr::for_each_field(value, [this](const auto& field) { this->put(field); });
  }

 private:
  std::string bytes_;
};

// Reads what a Writer wrote, or what somebody says it wrote: whatever the bytes are, what comes out
// is a valid value of its type and takes no more memory than a small multiple of them.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  // All was there, and nothing is left.
  bool is_complete() const { return !failed_ && left_.empty(); }

  template <Number T>
  void get(T& value) {
    if (const auto bytes = taken(sizeof value)) std::memcpy(&value, bytes->data(), sizeof value);
  }
  template <Enum T>
  void get(T& value) {
    auto number = static_cast<std::underlying_type_t<T>>(value);
    get(number);
    if (number > static_cast<std::underlying_type_t<T>>(last_of<T>))
      failed_ = true;
    else
      value = static_cast<T>(number);
  }
  template <std::same_as<bool> T>
  void get(T& value) {
    std::uint8_t number = 0;
    get(number);
    if (number > 1) failed_ = true;
    value = number == 1;
  }
  void get(std::string& value) {
    std::uint32_t size = 0;
    get(size);
    if (const auto bytes = taken(size)) value = *bytes;
  }
  template <class Rep, class Period>
  void get(std::chrono::duration<Rep, Period>& value) {
    std::int64_t count = 0;
    get(count);
    value = std::chrono::duration<Rep, Period>(static_cast<Rep>(count));
  }
  void get(Time& value) {
    Time::duration since{};
    get(since);
    value = Time(since);
  }
  template <class T, std::size_t N>
  void get(std::array<T, N>& values) {
    for (T& value : values)
      get(value);
  }
  template <class T>
  void get(std::vector<T>& values) {
    std::uint32_t count = 0;
    get(count);
    if (count > left_.size()) failed_ = true;  // each takes a byte at least
    values.clear();                            // a default may have some
    for (std::uint32_t i = 0; i < count && !failed_; ++i)
      get(values.emplace_back());
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    value.reset();
    if (there) get(value.emplace());
  }
  template <class... Ts>
  void get(std::variant<Ts...>& value) {
    std::uint8_t index = 0;
    get(index);
    if (index >= sizeof...(Ts)) failed_ = true;
    if (!failed_) get_alternative(value, index, std::index_sequence_for<Ts...>());
  }
  template <Struct T>
  void get(T& value) {
    boost::pfr::for_each_field(value, [this](auto& field) { this->get(field); });
  }

 private:
  template <class Variant, std::size_t... I>
  void get_alternative(Variant& value, std::uint8_t index, std::index_sequence<I...>) {
    const auto take = [this, &value]<std::size_t Which>() {
      this->get(value.template emplace<Which>());
      return true;
    };
    static_cast<void>(((index == I && take.template operator()<I>()) || ...));
  }

  std::optional<std::string_view> taken(std::size_t size) {
    if (failed_ || size > left_.size()) {
      failed_ = true;
      return std::nullopt;
    }
    const std::string_view bytes = left_.substr(0, size);
    left_.remove_prefix(size);
    return bytes;
  }

  std::string_view left_;
  bool failed_ = false;
};

template <class T>
std::string bytes_of(const T& value) {
  Writer writer;
  writer.put(value);
  return writer.take();
}

// Nothing unless the bytes are one valid value and no more.
template <class T>
std::optional<T> value_of(std::string_view bytes) {
  Reader reader(bytes);
  T value;
  reader.get(value);
  if (!reader.is_complete()) return std::nullopt;
  return value;
}

}  // namespace lvsd::wire
