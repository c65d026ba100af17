#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace lvsd {

// A regular expression as check definitions write it: Perl's syntax, options by PCRE2's names in
// lower case. It is matched in linear time whatever the text (RE2), so what needs backtracking
// (look-around, back references, atomic groups, recursion) is refused, with the reason. The file is
// refused for it at load; whoever runs the check asks again.
class Pattern {
 public:
  // REQUIRES of every other member: is_valid().
  Pattern(std::string_view pattern, std::string_view options);
  ~Pattern();
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;

  bool is_valid() const { return refusal_.empty(); }
  // "invalid perl operator: (?=", "the option 'extended' is not supported".
  const std::string& refusal() const { return refusal_; }

  // Whether it matches somewhere, starting at `from` or later and, unless `to` is 0, before `to`.
  bool matches(std::string_view text, std::size_t from = 0, std::size_t to = 0) const;

 private:
  std::unique_ptr<re2::RE2> compiled_;
  std::string refusal_;
};

}  // namespace lvsd
