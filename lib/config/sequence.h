#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/definitions.h"

namespace lvsd {

// `~SEQ(i, 1, 10) text` or `~LST(v, a, b) text`: the text once for each set of values.
class Sequence {
 public:
  // Reads the head of a line that starts with '~'; a malformed one is reported and gives nothing.
  static std::optional<Sequence> parse(const RawLine& line, Definitions& definitions,
                                       Problems& problems);

  const std::vector<std::string>& names() const { return names_; }
  const RawLine& text() const { return text_; }

  // The next values, one a name; false when there are no more.
  bool next(std::vector<std::string>& values);

 private:
  class Parser;

  std::vector<std::string> names_;
  RawLine text_;
  std::vector<std::vector<std::string>> rows_;  // of a list
  std::size_t row_ = 0;
  std::int64_t number_ = 0;  // of a numeric sequence
  std::int64_t step_ = 0;
  std::uint64_t left_ = 0;
  bool hexadecimal_ = false;
};

}  // namespace lvsd
