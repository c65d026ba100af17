#pragma once

#include <span>
#include <string_view>

namespace lvsd {

// One statement: the words of a line up to its end or to a brace. Valid until the reader goes on.
struct Statement {
  std::span<const std::string_view> words;  // at least one; quotes removed
  std::string_view raw;  // the same text untouched, for keywords with quoting rules of their own

  std::string_view keyword() const { return words.front(); }
};

}  // namespace lvsd
