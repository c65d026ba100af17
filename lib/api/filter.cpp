#include "api/filter.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace lvsd::api {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Of a word that needs no quotes.
bool is_plain(char c) {
  return !is_blank(c) && std::string_view("=!~<>&|()\"").find(c) == std::string_view::npos;
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

}  // namespace

// A recursive descent: alternatives of sequences of terms. The first mistake ends it.
class FilterParser {
 public:
  using Compare = Filter::Compare;
  using Node = Filter::Node;
  using Term = Filter::Term;

  explicit FilterParser(std::string_view text) : text_(text) {}

  std::optional<Node> parsed() {
    Node node = alternatives(0);
    skip_blanks();
    if (mistake_.empty() && at_ != text_.size()) refuse("an operator is missing");
    if (!mistake_.empty()) return std::nullopt;
    return node;
  }
  const std::string& mistake() const { return mistake_; }

 private:
  Node alternatives(std::size_t depth) {
    return joined("||", Node::Kind::any, [this, depth] { return sequence(depth); });
  }
  Node sequence(std::size_t depth) {
    return joined("&&", Node::Kind::all, [this, depth] { return part(depth); });
  }
  template <class Part>
  Node joined(std::string_view sign, Node::Kind kind, const Part& part) {
    Node first = part();
    if (!is_next(sign)) return first;
    Node out{.kind = kind};
    out.parts.push_back(std::move(first));
    while (take(sign))
      out.parts.push_back(part());
    return out;
  }

  Node part(std::size_t depth) {
    if (!mistake_.empty()) return {};
    if (depth == Filter::max_depth) return refused("parentheses and '!' are too deep");
    if (take("!")) {
      Node out = part(depth + 1);
      out.negated = !out.negated;
      return out;
    }
    if (!take("(")) return term();
    Node out = alternatives(depth + 1);
    if (mistake_.empty() && !take(")")) return refused("')' is missing");
    return out;
  }

  Node term() {
    Node out;
    skip_blanks();
    out.term.field = plain_word();
    if (out.term.field.empty()) return refused("a field is missing");
    if (!take_sign(out.term)) return refused("one of = != ~ !~ < <= > >= is missing");
    skip_blanks();
    const std::size_t begin = at_;
    if (!take_value(out.term.value)) return refused("a value is missing");
    if (out.term.compare == Compare::matches) {
      auto pattern = std::make_shared<Pattern>(out.term.value, "utf");
      if (!pattern->is_valid()) return refused(pattern->refusal(), begin);
      out.term.pattern = std::move(pattern);
    } else if (out.term.compare != Compare::equal && !number(out.term.value)) {
      return refused("'" + out.term.value + "' is no number", begin);
    }
    return out;
  }

  bool take_sign(Term& term) {
    static constexpr std::pair<std::string_view, Compare> signs[] = {
        {"==", Compare::equal},  {"=", Compare::equal},
        {"~", Compare::matches}, {"<=", Compare::less_or_equal},
        {"<", Compare::less},    {">=", Compare::more_or_equal},
        {">", Compare::more}};
    term.negated = is_next("!=") || is_next("!~");
    if (term.negated) ++at_;
    for (const auto& [sign, compare] : signs) {
      if (!take(sign)) continue;
      term.compare = compare;
      return true;
    }
    return false;
  }

  bool take_value(std::string& value) {
    if (at_ == text_.size()) return false;
    if (text_[at_] != '"') {
      value = plain_word();
      return !value.empty();
    }
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_];
    }
    if (at_ == text_.size()) return false;
    ++at_;
    return true;
  }

  std::string plain_word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_plain(text_[at_]))
      ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_]))
      ++at_;
  }
  bool is_next(std::string_view sign) {
    skip_blanks();
    return text_.substr(at_).starts_with(sign);
  }
  bool take(std::string_view sign) {
    if (!mistake_.empty() || !is_next(sign)) return false;
    at_ += sign.size();
    return true;
  }

  void refuse(const std::string& why, std::optional<std::size_t> where = {}) {
    if (mistake_.empty())
      mistake_ = "column " + std::to_string(where.value_or(at_) + 1) + ": " + why;
  }
  Node refused(const std::string& why, std::optional<std::size_t> where = {}) {
    refuse(why, where);
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string mistake_;
};

boost::system::result<Filter, std::string> Filter::parse(std::string_view text) {
  if (text.size() > max_length) return "longer than " + std::to_string(max_length) + " characters";
  FilterParser parser(text);
  auto root = parser.parsed();
  if (!root) return parser.mistake();
  Filter filter;
  filter.root_ = std::move(*root);
  return filter;
}

bool Filter::holds(const Term& term, const FieldLookup& lookup) {
  const auto is_so = [&term](const std::string& found) {
    if (term.compare == Compare::matches) return term.pattern->matches(found);
    const auto left = number(found);
    const auto right = number(term.value);
    if (term.compare == Compare::equal)
      return left && right ? *left == *right : found == term.value;
    if (!left || !right) return false;
    switch (term.compare) {
      case Compare::less:
        return *left < *right;
      case Compare::less_or_equal:
        return *left <= *right;
      case Compare::more:
        return *left > *right;
      case Compare::more_or_equal:
        return *left >= *right;
      case Compare::equal:
      case Compare::matches:
        break;
    }
    return false;
  };
  const FieldTexts found = lookup(term.field);
  if (!found) return false;
  const bool holds = found->empty() ? term.compare == Compare::equal && term.value == "null"
                                    : std::any_of(found->begin(), found->end(), is_so);
  return holds != term.negated;
}

bool Filter::holds(const Node& node, const FieldLookup& lookup) {
  const auto part_holds = [&lookup](const Node& part) { return holds(part, lookup); };
  bool out = false;
  switch (node.kind) {
    case Node::Kind::term:
      out = holds(node.term, lookup);
      break;
    case Node::Kind::all:
      out = std::all_of(node.parts.begin(), node.parts.end(), part_holds);
      break;
    case Node::Kind::any:
      out = std::any_of(node.parts.begin(), node.parts.end(), part_holds);
      break;
  }
  return out != node.negated;
}

std::optional<std::string> Filter::unknown_field(const Node& node, const FieldLookup& lookup) {
  if (node.kind == Node::Kind::term) {
    if (lookup(node.term.field)) return std::nullopt;
    return node.term.field;
  }
  for (const Node& part : node.parts)
    if (auto unknown = unknown_field(part, lookup)) return unknown;
  return std::nullopt;
}

bool Filter::holds(const FieldLookup& lookup) const {
  return holds(root_, lookup);
}

std::optional<std::string> Filter::unknown_field(const FieldLookup& lookup) const {
  return unknown_field(root_, lookup);
}

}  // namespace lvsd::api
