#include "base/utf8.h"

#include <algorithm>
#include <cstddef>
#include <span>

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

struct Range {
  char32_t first;
  char32_t last;
};

constexpr Range orders[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},  {0x200e, 0x200f},
                            {0x2028, 0x202e}, {0x2066, 0x2069}, {0xfeff, 0xfeff}};

constexpr Range wide[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},  {0xa960, 0xa97f}, {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},  {0xffe0, 0xffe6}, {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff}, {0x1f900, 0x1faff}, {0x20000, 0x3fffd}};

constexpr Range combining[] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},
                               {0x200b, 0x200d}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f},
                               {0xfe20, 0xfe2f}};

bool within(char32_t character, std::span<const Range> ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [character](const Range& range) {
    return range.first <= character && character <= range.last;
  });
}

}  // namespace

std::optional<char32_t> next_character(std::string_view& rest) {
  const auto start = lead(static_cast<unsigned char>(rest.front()));
  const auto character = start ? decoded(rest, *start) : std::nullopt;
  rest.remove_prefix(character ? start->length : 1);
  return character;
}

bool steers(char32_t character) {
  return within(character, orders);
}

unsigned columns(char32_t character) {
  if (within(character, combining)) return 0;
  return within(character, wide) ? 2 : 1;
}

}  // namespace lvsd
