#include "config/sequence.h"

#include <array>
#include <charconv>
#include <utility>

#include "base/parse_number.h"
#include "config/characters.h"

namespace lvsd {

namespace {

using Words = std::vector<std::string>;

// At commas outside braces; each part trimmed.
Words parts(std::string_view text) {
  Words out;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const char c = at < text.size() ? text[at] : ',';
    if (c == '{') ++depth;
    if (c == '}') --depth;
    if (c != ',' || (depth > 0 && at < text.size())) continue;
    out.emplace_back(trimmed(text.substr(start, at - start)));
    start = at + 1;
  }
  return out;
}

bool is_braced(const std::string& part) {
  return part.size() >= 2 && part.front() == '{' && part.back() == '}';
}

Words inner_parts(const std::string& part) {
  if (!is_braced(part)) return {part};
  return parts(std::string_view(part).substr(1, part.size() - 2));
}

bool is_whole_name(std::string_view text) {
  return !text.empty() && defined_name_length(std::string(text) + "=") == text.size();
}

// C's base detection: 0x.., 0.., else decimal.
std::optional<std::int64_t> c_number(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
  }
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, value, base);
  if (failure != std::errc{} || stopped != end) return std::nullopt;
  return negative ? -std::int64_t{value} : std::int64_t{value};
}

}  // namespace

class Sequence::Parser {
 public:
  Parser(const RawLine& line, Definitions& definitions, Problems& problems)
      : line_(line), definitions_(definitions), problems_(problems) {}

  std::optional<Sequence> parse() {
    const std::string_view text = line_.text;
    const std::size_t open = text.find('(');
    const std::string_view word = text.substr(0, open);
    const std::size_t close = text.find(')');
    if (word != "~SEQ" && word != "~SEQx" && word != "~LST")
      return refuse(quoted(word) + " is neither ~SEQ, ~SEQx nor ~LST");
    if (open == text.npos || close == text.npos || close < open)
      return refuse("the parentheses are not closed");

    const RawLine inner = line_.from(open + 1).upto(close - open - 1);
    const Words arguments = parts(definitions_.expanded(inner).line.text);
    Sequence sequence;
    sequence.hexadecimal_ = word == "~SEQx";
    sequence.text_ = line_.from(close + 1);
    sequence.text_ = sequence.text_.from(indentation(sequence.text_.text));
    const bool fine = word == "~LST" ? list(sequence, arguments) : numbers(sequence, arguments);
    if (!fine) return std::nullopt;
    return sequence;
  }

 private:
  std::nullopt_t refuse(std::string message) {
    problems_.report(Code::bad_sequence, line_.span(0, line_.text.find(' ')), std::move(message));
    return std::nullopt;
  }
  bool fail(std::string message) {
    refuse(std::move(message));
    return false;
  }

  bool numbers(Sequence& sequence, const Words& arguments) {
    if (arguments.size() < 2 || arguments.size() > 4 || !is_whole_name(arguments[0]))
      return fail("expected ~SEQ(NAME, [START, [STEP,]] END)");
    sequence.names_ = {arguments[0]};

    std::vector<std::int64_t> values;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      const auto value = c_number(arguments[i]);
      if (!value) return fail(quoted(arguments[i]) + " is not a number");
      values.push_back(*value);
    }
    const std::int64_t end = values.back();
    const std::int64_t start = values.size() > 1 ? values[0] : (end < 0 ? -1 : 1);
    const std::int64_t step = values.size() > 2 ? values[1] : (end < start ? -1 : 1);
    if (step == 0 || (end > start && step < 0) || (end < start && step > 0))
      return fail("the step does not lead from the start to the end");
    if (sequence.hexadecimal_ && (start < 0 || end < 0))
      return fail("~SEQx takes no negative numbers");
    sequence.number_ = start;
    sequence.step_ = step;
    sequence.left_ = static_cast<std::uint64_t>((end - start) / step) + 1;
    return true;
  }

  bool list(Sequence& sequence, const Words& arguments) {
    sequence.names_ = inner_parts(arguments[0]);
    for (const std::string& name : sequence.names_)
      if (!is_whole_name(name)) return fail(quoted(name) + " is not a name");
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      Words values = sequence.names_.size() == 1 && !is_braced(arguments[0])
                         ? Words{arguments[i]}
                         : inner_parts(arguments[i]);
      if (values.size() > sequence.names_.size())
        return fail(quoted(arguments[i]) + " holds more values than there are names");
      values.resize(sequence.names_.size());
      sequence.rows_.push_back(std::move(values));
    }
    return true;
  }

  const RawLine& line_;
  Definitions& definitions_;
  Problems& problems_;
};

std::optional<Sequence> Sequence::parse(const RawLine& line, Definitions& definitions,
                                        Problems& problems) {
  return Parser(line, definitions, problems).parse();
}

bool Sequence::next(std::vector<std::string>& values) {
  if (!rows_.empty()) {
    if (row_ == rows_.size()) return false;
    values = rows_[row_++];
    return true;
  }
  if (left_ == 0) return false;
  --left_;
  std::array<char, 24> digits{};
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number_, hexadecimal_ ? 16 : 10)
          .ptr;
  values.assign(1, std::string(digits.data(), end));
  number_ += step_;
  return true;
}

}  // namespace lvsd
