#include "config/characters.h"

namespace lvsd {

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(indentation(text));
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

std::size_t wide_blank(std::string_view text) {
  if (text.substr(0, 2) == "\xc2\xa0") return 2;
  if (text.substr(0, 3) == "\xe3\x80\x80") return 3;
  return 0;
}

}  // namespace lvsd
