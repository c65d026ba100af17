#include "test/text/bytes.h"

#include <stdexcept>

namespace lvsd::test {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

Bytes bytes(std::string_view hex) {
  Bytes out;
  bool second = false;
  for (const char digit : hex) {
    if (digit == ' ') continue;
    const auto value = kDigits.find(digit);
    if (value == kDigits.npos) throw std::invalid_argument("not hexadecimal: " + std::string(hex));
    if (second)
      out.back() = static_cast<std::byte>(static_cast<std::size_t>(out.back()) << 4 | value);
    else
      out.push_back(static_cast<std::byte>(value));
    second = !second;
  }
  return out;
}

std::string hex(BytesView bytes) {
  std::string out;
  for (const std::byte byte : bytes) {
    out += kDigits[static_cast<std::size_t>(byte) >> 4];
    out += kDigits[static_cast<std::size_t>(byte) & 15];
  }
  return out;
}

}  // namespace lvsd::test
