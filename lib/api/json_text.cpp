#include "api/json_text.h"

#include <algorithm>

#include "base/utf8.h"

namespace lvsd::api {

namespace {

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

// The short one where there is one.
void append_escape(std::string& out, char32_t character) {
  static constexpr std::string_view usual = "\"\\\b\f\n\r\t";
  static constexpr std::string_view letters = "\"\\bfnrt";
  static constexpr char digits[] = "0123456789abcdef";
  out += '\\';
  const auto known =
      character < 0x80 ? usual.find(static_cast<char>(character)) : std::string_view::npos;
  if (known != std::string_view::npos) {
    out += letters[known];
    return;
  }
  out += 'u';
  for (int shift = 12; shift >= 0; shift -= 4)
    out += digits[(character >> shift) & 0xf];
}

bool must_be_escaped(char32_t character) {
  return character < 0x20 || character == '"' || character == '\\' ||
         (character >= 0x7f && character < 0xa0);
}

}  // namespace

void append_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto plain = std::find_if_not(text.begin(), text.end(), is_plain) - text.begin();
    out += text.substr(0, static_cast<std::size_t>(plain));
    text.remove_prefix(static_cast<std::size_t>(plain));
    if (text.empty()) break;
    const auto before = text;
    const auto character = next_character(text);
    if (!character)
      out += "\ufffd";
    else if (must_be_escaped(*character))
      append_escape(out, *character);
    else
      out += before.substr(0, before.size() - text.size());
  }
  out += '"';
}

}  // namespace lvsd::api
