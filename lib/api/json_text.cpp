#include "api/json_text.h"

#include <algorithm>

#include "base/utf8.h"

namespace lvsd::api {

namespace {

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void append_escape(std::string& out, char32_t character) {
  static constexpr char digits[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    out += digits[(character >> shift) & 0xf];
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
    else if (*character == '"' || *character == '\\')
      out += {'\\', static_cast<char>(*character)};
    else if (*character < 0x20 || (*character >= 0x7f && *character < 0xa0))
      append_escape(out, *character);
    else
      out += before.substr(0, before.size() - text.size());
  }
  out += '"';
}

}  // namespace lvsd::api
