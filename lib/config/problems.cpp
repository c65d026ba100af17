#include "config/problems.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace lvsd {

namespace {

constexpr std::size_t most_known = 10'000;
constexpr std::size_t longest_quoted = 80;
constexpr std::size_t longest_shown = 4096;  // bytes of a line that is shown with a caret

}  // namespace

std::string quoted(std::string_view word) {
  if (word.size() <= longest_quoted) return "'" + std::string(word) + "'";
  std::size_t end = longest_quoted;
  while (end > 0 && (static_cast<unsigned char>(word[end]) & 0xc0U) == 0x80)
    --end;
  return "'" + std::string(word.substr(0, end)) + "…'";
}

void Problems::report(Code code, Span where, std::string message, std::string hint) {
  const CodeInfo& kind = info(code);
  const Severity severity = lenient_ ? kind.lenient : kind.severity;
  if (is_known(code, where, severity, message)) return;
  if (severity == Severity::error) ++error_count_;
  auto& list = severity == Severity::error ? errors_ : others_;
  if (list.size() >= most) {
    ++unseen_;
    return;
  }
  Diagnostic diagnostic{.severity = severity,
                        .code = text(code),
                        .message = std::move(message),
                        .hint = std::move(hint),
                        .where = sources_.where(where),
                        .source_line = {},
                        .included_from = sources_.include_stack(where)};
  if (where.known() && !where.is_whole()) {
    const std::string_view line = sources_.line_text(where);
    if (line.size() <= longest_shown) diagnostic.source_line = line;
  }
  list.push_back(Found{std::move(diagnostic), where});
}

bool Problems::is_known(Code code, Span where, Severity severity, const std::string& message) {
  if (known_.size() > most_known) return false;
  const std::pair<std::uint32_t, std::uint32_t> at{where.file, where.offset};
  const auto undefined = undefined_.find(at);
  const bool starts_cascade = code == Code::undefined || code == Code::bad_definition;
  if (undefined != undefined_.end() && severity <= undefined->second && !starts_cascade)
    return true;
  if (starts_cascade) undefined_.emplace(at, severity);
  return !known_.emplace(where.file, where.offset, code, message).second;
}

std::string Problems::place(Span where) const {
  return sources_.name(where.file) + ":" + std::to_string(sources_.line(where));
}

Diagnostics Problems::take() {
  const std::size_t room = most - errors_.size();
  if (others_.size() > room) {
    unseen_ += others_.size() - room;
    others_.resize(room);
  }
  errors_.insert(errors_.end(), std::make_move_iterator(others_.begin()),
                 std::make_move_iterator(others_.end()));
  std::stable_sort(errors_.begin(), errors_.end(), [](const Found& a, const Found& b) {
    // What concerns a file as a whole (offset `nowhere`, so 0 after adding one) comes first.
    return std::tuple(a.where.file, a.where.offset + 1) <
           std::tuple(b.where.file, b.where.offset + 1);
  });

  Diagnostics out;
  for (Found& found : errors_)
    out.push_back(std::move(found.diagnostic));
  if (unseen_ != 0) {
    out.push_back(Diagnostic{.severity = Severity::note,
                             .code = text(Code::suppressed),
                             .message = std::to_string(unseen_) + " more not shown"});
  }
  errors_.clear();
  others_.clear();
  return out;
}

}  // namespace lvsd
