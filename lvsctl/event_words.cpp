#include "lvsctl/event_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "api/event_fields.h"
#include "base/printable.h"
#include "model/event.h"

namespace lvsd::ctl {

namespace {

constexpr std::size_t time_width = 23;
constexpr std::size_t word_width = 8;
constexpr std::size_t number_width = 16;

std::string upper(std::string_view word) {
  std::string out(word);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

// "2026-08-20 14:20:02.118", in the zone of lvsd.
std::string time_text(const api::Moment& time) {
  std::string out = api::text(time).substr(0, time_width);
  out[10] = ' ';
  return out;
}

Style style_of_severity(std::string_view severity) {
  if (severity == "warning") return Style::changing;
  return severity == "error" || severity == "critical" ? Style::bad : Style::plain;
}

// Collects the fields of an event.
class Collector {
 public:
  void operator()(std::string_view name, const std::string& value) { add(name, value); }
  void operator()(std::string_view name, const std::optional<std::string>& value) {
    add(name, value.value_or(""));
  }
  void operator()(std::string_view name, std::uint64_t value) { add(name, std::to_string(value)); }
  void operator()(std::string_view name, const api::Moment& value) { add(name, api::text(value)); }

  std::map<std::string, std::string> fields;

 private:
  void add(std::string_view name, std::string value) {
    fields.emplace(std::string(name), std::move(value));
  }
};

std::string variable(std::string_view field) {
  return "LVSD_" + upper(field);
}

bool is_event_kind(std::string_view word) {
  const auto kinds = event_kinds();
  return std::any_of(kinds.begin(), kinds.end(),
                     [word](EventKind kind) { return lvsd::text(kind) == word; });
}

bool is_field(const std::string& word) {
  static const auto known = event_fields({});
  return known.contains(word);
}

std::string choices(const std::map<std::string, std::string>& fields) {
  std::string out;
  for (const auto& [name, value] : fields)
    out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace

std::string event_titles(bool wide) {
  return (wide ? fmt::format("{:>{}}  ", "SEQUENCE", number_width) : std::string()) +
         fmt::format("{:<{}}  {:<{}}  {:<{}}  TEXT\n", "TIME", time_width, "LEVEL", word_width,
                     "EVENT", word_width);
}

std::string event_line(const api::EventView& event, bool wide, const Screen& screen) {
  const std::string level =
      fmt::format("{:<{}}", upper(printable_line(event.severity)), word_width);
  return (wide ? fmt::format("{:>{}}  ", event.sequence, number_width) : std::string()) +
         fmt::format("{}  {}  {:<{}}  {}\n", time_text(event.time),
                     painted(level, style_of_severity(event.severity), screen.color),
                     printable_line(event.event), word_width, printable_line(event.text));
}

std::map<std::string, std::string> event_fields(const api::EventView& event) {
  Collector collector;
  api::Fields<api::EventView>::visit(event, collector);
  return std::move(collector.fields);
}

boost::system::result<EventTerm, std::string> EventTerm::parse(std::string_view word) {
  EventTerm term;
  const auto sign = word.find_first_of("=~!");
  if (sign == word.npos || sign == 0)
    return fmt::format("'{}' is not FIELD=VALUE, FIELD!=VALUE, FIELD~PATTERN or FIELD!~PATTERN",
                       word);
  std::string_view name = word.substr(0, sign);
  std::string_view rest = word.substr(sign);
  term.negated_ = rest.starts_with('!');
  if (term.negated_) rest.remove_prefix(1);
  if (!rest.starts_with('=') && !rest.starts_with('~'))
    return fmt::format("'{}': '!' is followed by '=' or '~'", word);
  term.value_ = rest.substr(1);
  if (const auto dot = name.find('.'); dot != name.npos) {
    term.kind_ = name.substr(0, dot);
    name.remove_prefix(dot + 1);
    if (!is_event_kind(term.kind_)) return fmt::format("there are no events of '{}'", term.kind_);
  }
  term.field_ = name;
  if (!is_field(term.field_))
    return fmt::format("events have no '{}', but {}", name, choices(event_fields({})));
  if (rest.starts_with('~')) {
    auto pattern = std::make_shared<Pattern>(term.value_, "");
    if (!pattern->is_valid()) return fmt::format("'{}': {}", term.value_, pattern->refusal());
    term.pattern_ = std::move(pattern);
  }
  return term;
}

bool EventTerm::holds(const api::EventView& event) const {
  if (!kind_.empty() && event.event != kind_) return false;
  const std::string found = event_fields(event).at(field_);
  return (pattern_ ? pattern_->matches(found) : found == value_) != negated_;
}

std::string command_line(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto open = std::min(text.find('{'), text.size());
    out += text.substr(0, open);
    text.remove_prefix(open);
    const auto close = text.find('}');
    if (close == text.npos) return out + std::string(text);
    const std::string name(text.substr(1, close - 1));
    out += is_field(name) ? "\"$" + variable(name) + "\"" : "{" + name + "}";
    text.remove_prefix(close + 1);
  }
  return out;
}

std::map<std::string, std::string> command_variables(const api::EventView& event) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : event_fields(event))
    out.emplace(variable(name), value.substr(0, value.find('\0')));
  return out;
}

}  // namespace lvsd::ctl
