#include "test/text/words.h"

#include <cstdint>
#include <sstream>
#include <stdexcept>

#include "base/parse_number.h"

namespace lvsd::test {

Words::Words(std::string_view line) : line_(line) {
  std::istringstream in(line_);
  for (std::string word; in >> word;)
    words_.push_back(word);
}

const std::string& Words::peek() const {
  static const std::string nothing;
  return empty() ? nothing : words_[next_];
}

std::string Words::take() {
  if (empty()) refuse("another word");
  return words_[next_++];
}

bool Words::take_if(std::string_view word) {
  if (peek() != word) return false;
  ++next_;
  return true;
}

template <class Number>
Number Words::number() {
  const auto value = parse_number<Number>(peek());
  if (!value) refuse("a number");
  ++next_;
  return *value;
}
template std::uint16_t Words::number();
template std::uint32_t Words::number();

void Words::refuse(std::string_view expected) const {
  throw std::invalid_argument("in \"" + line_ + "\": expected " + std::string(expected) +
                              ", found \"" + peek() + "\"");
}

std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> result;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);)
    if (const auto start = line.find_first_not_of(' '); start != line.npos)
      result.push_back(line.substr(start));
  return result;
}

}  // namespace lvsd::test
