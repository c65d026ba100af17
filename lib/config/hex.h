#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lvsd {

struct HexBytes {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> mask;  // as long; bits that count
};

// Two digits a byte, blanks between bytes optional, a digit by itself is a byte of its own; X for a
// digit that does not count. Nothing where another character stands. (keepalived 1.6)
std::optional<HexBytes> scan_hex(std::span<const std::string_view> words, bool wildcards);

// "0a1X"; an empty mask counts every bit.
std::string hex_text(const std::vector<std::uint8_t>& bytes, const std::vector<std::uint8_t>& mask);

}  // namespace lvsd
