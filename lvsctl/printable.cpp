#include "lvsctl/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/utf8.h"

namespace lvsd::ctl {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

bool within(char32_t character, auto const& ranges) {
  return std::any_of(std::begin(ranges), std::end(ranges), [character](const Range& range) {
    return range.first <= character && character <= range.last;
  });
}

// What a terminal obeys or what makes text read otherwise than it is written: C0, DEL, C1, marks
// and overrides of direction, line and paragraph separators.
constexpr Range orders[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},  {0x200e, 0x200f},
                            {0x2028, 0x202e}, {0x2066, 0x2069}, {0xfeff, 0xfeff}};

// Unicode 14, East Asian Width W and F, in blocks.
constexpr Range wide[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},  {0xa960, 0xa97f}, {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},  {0xffe0, 0xffe6}, {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

constexpr Range combining[] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},
                               {0x200b, 0x200d}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f},
                               {0xfe20, 0xfe2f}};

std::string escaped(char32_t character) {
  switch (character) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return character < 0x100 ? fmt::format("\\x{:02x}", static_cast<unsigned>(character))
                               : fmt::format("\\u{:04x}", static_cast<unsigned>(character));
  }
}

std::string printable(std::string_view text, bool keep_lines) {
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const auto before = rest;
    const auto character = next_character(rest);
    if (!character)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(before.front()));
    else if (within(*character, orders) && !(keep_lines && *character == '\n'))
      out += escaped(*character);
    else
      out += before.substr(0, before.size() - rest.size());
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) {
  return printable(text, false);
}

std::string printable_lines(std::string_view text) {
  return printable(text, true);
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::string_view rest = text; !rest.empty();) {
    if (rest.starts_with("\x1b[")) {
      rest.remove_prefix(std::min(rest.find('m'), rest.size() - 1) + 1);
      continue;
    }
    const char32_t character = next_character(rest).value_or(U'?');
    if (within(character, wide))
      width += 2;
    else if (!within(character, combining))
      ++width;
  }
  return width;
}

}  // namespace lvsd::ctl
