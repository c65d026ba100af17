#include "base/utf8.h"

#include <cstddef>

namespace lvsd {
namespace {

// What the first byte of a sequence promises.
struct Lead {
  std::size_t length;
  char32_t bits;      // of the character, from the first byte
  char32_t smallest;  // character that needs this length
};

std::optional<Lead> lead(unsigned char byte) {
  if (byte < 0x80) return Lead{1, byte, 0};
  if ((byte & 0xe0) == 0xc0) return Lead{2, byte & 0x1fU, 0x80};
  if ((byte & 0xf0) == 0xe0) return Lead{3, byte & 0x0fU, 0x800};
  if ((byte & 0xf8) == 0xf0) return Lead{4, byte & 0x07U, 0x10000};
  return std::nullopt;
}

std::optional<char32_t> decoded(std::string_view bytes, const Lead& lead) {
  if (bytes.size() < lead.length) return std::nullopt;
  char32_t character = lead.bits;
  for (std::size_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    character = (character << 6) | (byte & 0x3fU);
  }
  const bool surrogate = character >= 0xd800 && character <= 0xdfff;
  if (character < lead.smallest || character > 0x10ffff || surrogate) return std::nullopt;
  return character;
}

}  // namespace

std::optional<char32_t> next_character(std::string_view& rest) {
  const auto start = lead(static_cast<unsigned char>(rest.front()));
  const auto character = start ? decoded(rest, *start) : std::nullopt;
  rest.remove_prefix(character ? start->length : 1);
  return character;
}

}  // namespace lvsd
