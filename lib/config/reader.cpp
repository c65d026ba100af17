#include "config/reader.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "config/characters.h"

namespace lvsd {

namespace {

// What definitions may make of little; beyond it what they make grows with what the files hold.
constexpr std::size_t free_bytes = std::size_t{16} << 20;
constexpr std::size_t free_references = 1'000'000;
constexpr std::size_t longest_pattern = 4096;  // PATH_MAX; the lists in it are nested calls
constexpr std::size_t longest_keepalived_line = 1023;

}  // namespace

Reader::Reader(Sources& sources, const Files& files, const LoadOptions& options, Problems& problems)
    : sources_(sources),
      files_(files),
      options_(options),
      problems_(problems),
      definitions_(options, problems),
      lines_(sources, files, definitions_, problems),
      splitter_(!problems.lenient()) {}

bool Reader::open(const std::string& path) {
  lines_.enter_files({path}, {}, true);
  next_line();
  return sources_.count() != 0;
}

Reader::Kind Reader::next() {
  if (!std::exchange(unread_, false)) kind_ = advance();
  return kind_;
}

Reader::Kind Reader::advance() {
  for (;;) {
    const Splitter::Kind kind = splitter_.next();
    if (splitter_.oddity() && !told_of_oddity_) report_oddity();
    switch (kind) {
      case Splitter::Kind::statement:
        statement_ = {splitter_.words(), splitter_.text()};
        return Kind::statement;
      case Splitter::Kind::open:
        return Kind::open;
      case Splitter::Kind::close:
        return Kind::close;
      case Splitter::Kind::include:
        include(splitter_.text());
        break;
      case Splitter::Kind::live:
        expand_rest();
        break;
      case Splitter::Kind::end:
        if (!next_line()) return Kind::end;
        break;
    }
  }
}

Span Reader::span() const {
  return span(kind_ == Kind::statement ? statement_.keyword() : splitter_.text());
}

Span Reader::span(std::string_view piece) const {
  const std::string_view text = is_expanded_ ? std::string_view(expanded_.text) : line_.text;
  if (text.empty()) return line_.span();
  const auto at = static_cast<std::size_t>(piece.data() - text.data());
  return is_expanded_ ? expanded_.span(at, piece.size()) : line_.span(at, piece.size());
}

bool Reader::line_is_cut() const {
  return splitter_.oddity() &&
         splitter_.oddity()->kind == Splitter::Oddity::Kind::unterminated_quote;
}

// One line further; it may give no item. False at the end of everything.
bool Reader::next_line() {
  RawLine line;
  if (!lines_.next(line)) return false;
  take(line);
  return true;
}

void Reader::take(RawLine line) {
  is_expanded_ = false;
  told_of_oddity_ = false;
  line_ = line;
  if (!defining_.empty()) {
    take_nothing();
    take_more_of_definition(line);
    return;
  }
  std::size_t indent = indentation(line.text);
  const char first = indent < line.text.size() ? line.text[indent] : '\0';
  if (first == '@' || first == '~' || first == '$') {
    take_nothing();
    line = line.from(indent);
    indent = 0;
    if (first == '@' && !condition_holds(line)) return;
    if (take_definition(line)) return;
    line_ = line;
    if (!line.text.empty() && line.text.front() == '~') {
      if (auto sequence = Sequence::parse(line, definitions_, problems_))
        lines_.enter_sequence(std::move(*sequence));
      return;
    }
  }
  if (within_limits(line)) {
    splitter_.start(line.text, indent, true);
  } else {
    take_nothing();
  }
}

// `@id rest`: keeps the rest when the configuration id is that; `@^id` when it is not.
bool Reader::condition_holds(RawLine& line) {
  const std::string_view text = line.text;
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const bool inverted = text.size() > 1 && text[1] == '^';
  const std::string_view id = text.substr(inverted ? 2 : 1, end - (inverted ? 2 : 1));
  if (id.empty())
    problems_.report(Code::bad_condition, line.span(0, end), "'@' needs a configuration id");
  line = line.from(end);
  line = line.from(indentation(line.text));
  return !id.empty() && (id == options_.config_id) != inverted;
}

bool Reader::take_definition(const RawLine& line) {
  if (line.text.empty() || line.text.front() != '$') return false;
  const std::size_t length = defined_name_length(line.text.substr(1));
  if (length == 0) return report_spaced_definition(line);

  const std::string name(line.text.substr(1, length));
  RawLine value = line.from(length + 2);
  value = value.upto(length_without_comment(value.text));
  const std::string_view text = trimmed(value.text);
  definition_ = Definition{std::string(text), {}, line.span(0, length + 1)};
  if (!text.ends_with('\\')) {
    definitions_.define(name, std::exchange(definition_, {}));
    return true;
  }
  defining_ = name;
  definition_.value.clear();
  const std::string_view start = trimmed(text.substr(0, text.size() - 1));
  if (!start.empty())
    definition_.body.push_back(
        value.from(static_cast<std::size_t>(start.data() - value.text.data())).upto(start.size()));
  return true;
}

// `$NAME =value` is no definition.
bool Reader::report_spaced_definition(const RawLine& line) {
  const std::size_t end = std::min(line.text.find_first_of(" \t="), line.text.size());
  const std::size_t equals = end + indentation(line.text.substr(end));
  const bool spaced =
      equals > end && equals < line.text.size() && line.text[equals] == '=' &&
      defined_name_length(std::string(line.text.substr(1, end - 1)) + "=") == end - 1;
  if (spaced)
    problems_.report(Code::bad_definition, line.span(0, end),
                     "no blank may stand before the '=' of a definition");
  return spaced;
}

void Reader::take_more_of_definition(const RawLine& line) {
  const std::string_view text = trimmed(line.text.substr(0, length_without_comment(line.text)));
  const bool more = text.ends_with('\\');
  const std::string_view content = more ? trimmed(text.substr(0, text.size() - 1)) : text;
  if (!content.empty())
    definition_.body.push_back(
        line.from(static_cast<std::size_t>(content.data() - line.text.data()))
            .upto(content.size()));
  if (more) return;
  definitions_.define(std::exchange(defining_, {}), std::exchange(definition_, {}));
}

// What is left of the line, with its references replaced.
void Reader::expand_rest() {
  line_ = line_.from(line_.text.size() - splitter_.rest().size());
  Expansion expansion = definitions_.expanded(line_);
  expanded_ = std::move(expansion.line);
  is_expanded_ = true;
  made_bytes_ += expanded_.text.size();
  made_references_ += expansion.references;
  const std::size_t read = lines_.total_bytes();
  if (made_bytes_ > free_bytes + 2 * read || made_references_ > free_references + read) {
    take_nothing();
    lines_.stop(Code::expansion_too_large, line_.span(),
                "definitions expand to over 16 MiB or a million references");
    return;
  }
  if (expansion.tail) lines_.enter_body(std::move(expansion.tail), 0);
  splitter_.start(expanded_.text, 0, false);
}

void Reader::report_oddity() {
  told_of_oddity_ = true;
  const Splitter::Oddity& oddity = *splitter_.oddity();
  switch (oddity.kind) {
    case Splitter::Oddity::Kind::unterminated_quote:
      problems_.report(Code::unterminated_quote, span(oddity.where),
                       "the quote is not closed on this line");
      break;
    case Splitter::Oddity::Kind::wide_blank:
      if (std::exchange(told_of_wide_blanks_, true)) break;
      problems_.report(
          Code::no_break_space, span(oddity.where),
          problems_.lenient()
              ? "a no-break or ideographic space is part of the word, as with keepalived"
              : "a no-break or ideographic space is taken as a blank");
      break;
  }
}

// keepalived drops lines that do not fit its buffer; so do we where its effect is wanted.
bool Reader::within_limits(const RawLine& line) {
  if (!problems_.lenient() || line.text.size() <= longest_keepalived_line) return true;
  const std::string_view text = trimmed(line.text);
  if (text.empty() || text.front() == '#' || text.front() == '!') return false;
  problems_.report(Code::line_too_long, line.span(0, 1),
                   "the line is longer than 1023 bytes and is left out, as keepalived does");
  return false;
}

void Reader::include(std::string_view statement) {
  const std::size_t keyword = std::min(statement.find_first_of(" \t"), statement.size());
  const auto demands = *include_demands(statement.substr(0, keyword), lines_.check);
  std::string_view pattern = trimmed(statement.substr(keyword));
  const Span where = span(pattern);

  // What follows on the line waits until the included files are read.
  const std::string_view rest = splitter_.rest();
  if (!trimmed(rest).empty() && is_expanded_)
    problems_.report(Code::include_bad, where, "nothing may follow an include on its line");
  if (!rest.empty() && !is_expanded_)
    lines_.enter_rest(line_.from(line_.text.size() - rest.size()));
  take_nothing();

  if (pattern.size() >= 2 && pattern.front() == '"' && pattern.back() == '"')
    pattern = pattern.substr(1, pattern.size() - 2);
  if (pattern.size() > longest_pattern) {
    problems_.report(Code::include_bad, where, "no path can be that long");
    return;
  }
  lines_.enter_files(
      matches(resolved(std::string(pattern), definitions_.directory()), demands, where), where,
      demands.read);
}

// The files a pattern stands for; what the demands forbid to miss is reported.
std::vector<std::string> Reader::matches(const std::string& pattern, const IncludeCheck& demands,
                                         Span where) {
  std::vector<std::string> out;
  for (const std::string& alternative : brace_alternatives(pattern)) {
    auto found = files_.glob(alternative);
    if (!found) {
      problems_.report(demands.read ? Code::unreadable : Code::include_bad, where,
                       text(found.error()));
      continue;
    }
    if (found->empty()) report_unmatched(alternative, alternative != pattern, demands, where);
    out.insert(out.end(), found->begin(), found->end());
  }
  return out;
}

void Reader::report_unmatched(const std::string& pattern, bool of_braces,
                              const IncludeCheck& demands, Span where) {
  const bool wild = has_wildcards(pattern);
  const bool fatal =
      of_braces ? demands.brace_match : (wild ? demands.wildcard_match : demands.match);
  if (fatal) {
    problems_.report(Code::unreadable, where, "no file matches '" + pattern + "'");
  } else if (!wild) {
    problems_.report(Code::include_unmatched, where, "there is no file '" + pattern + "'");
  }
}

}  // namespace lvsd
