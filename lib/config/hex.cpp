#include "config/hex.h"

#include "config/characters.h"

namespace lvsd {

namespace {

struct Nibble {
  std::uint8_t value = 0;
  std::uint8_t mask = 0xf;
};

std::optional<Nibble> nibble(char c, bool wildcards) {
  const auto digit = [](int value) { return Nibble{static_cast<std::uint8_t>(value), 0xf}; };
  if (is_digit(c)) return digit(c - '0');
  if (c >= 'a' && c <= 'f') return digit(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return digit(c - 'A' + 10);
  if (wildcards && (c == 'x' || c == 'X')) return Nibble{0, 0};
  return std::nullopt;
}

bool scan_word(std::string_view word, bool wildcards, HexBytes& out) {
  for (std::size_t i = 0; i < word.size(); i += 2) {
    const auto first = nibble(word[i], wildcards);
    if (!first) return false;
    Nibble high{0, 0xf};
    Nibble low = *first;
    if (i + 1 < word.size()) {
      const auto second = nibble(word[i + 1], wildcards);
      if (!second) return false;
      high = *first;
      low = *second;
    }
    out.bytes.push_back(static_cast<std::uint8_t>(high.value << 4 | low.value));
    out.mask.push_back(static_cast<std::uint8_t>(high.mask << 4 | low.mask));
  }
  return true;
}

}  // namespace

std::optional<HexBytes> scan_hex(std::span<const std::string_view> words, bool wildcards) {
  HexBytes out;
  for (std::string_view word : words) {
    // A quoted word may hold blanks.
    while (!(word = trimmed(word)).empty()) {
      const std::string_view part = word.substr(0, word.find_first_of(" \t"));
      if (!scan_word(part, wildcards, out)) return std::nullopt;
      word.remove_prefix(part.size());
    }
  }
  return out;
}

std::string hex_text(const std::vector<std::uint8_t>& bytes,
                     const std::vector<std::uint8_t>& mask) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned counts = mask.empty() ? 0xffU : mask[i];
    out += (counts & 0xf0) != 0 ? digits[bytes[i] >> 4] : 'X';
    out += (counts & 0x0f) != 0 ? digits[bytes[i] & 0xf] : 'X';
  }
  return out;
}

}  // namespace lvsd
