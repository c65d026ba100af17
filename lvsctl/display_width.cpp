#include "lvsctl/display_width.h"

#include <algorithm>

#include "base/utf8.h"

namespace lvsd::ctl {

std::size_t display_width(std::string_view text) {
  const auto is_one_wide = [](char c) { return c >= 0x20 && c < 0x7f; };
  if (std::all_of(text.begin(), text.end(), is_one_wide)) return text.size();
  std::size_t width = 0;
  for (std::string_view rest = text; !rest.empty();) {
    if (rest.starts_with("\x1b["))
      rest.remove_prefix(std::min(rest.find('m'), rest.size() - 1) + 1);
    else
      width += columns(next_character(rest).value_or(U'?'));
  }
  return width;
}

}  // namespace lvsd::ctl
