#pragma once

#include <string>
#include <string_view>
#include <vector>

// Blank-separated words of one line, taken one after the other. A test that is written wrongly
// throws std::invalid_argument with the line, and fails.

namespace lvsd::test {

class Words {
 public:
  explicit Words(std::string_view line);

  bool empty() const { return next_ == words_.size(); }
  const std::string& peek() const;  // empty at the end
  std::string take();
  bool take_if(std::string_view word);

  template <class Number>
  Number number();

  [[noreturn]] void refuse(std::string_view expected) const;

 private:
  std::string line_;
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

// The lines that are not blank, without their indentation.
std::vector<std::string> lines(std::string_view text);

}  // namespace lvsd::test
