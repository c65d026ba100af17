#include "config/definitions.h"

#include <algorithm>
#include <utility>

#include "base/parse_number.h"
#include "config/characters.h"
#include "config/scan.h"

namespace lvsd {

namespace {

constexpr int deepest_reference = 64;
constexpr std::size_t longest_line = std::size_t{1} << 20;
constexpr std::size_t most_references = 100'000;  // in one line, those in definitions included

std::size_t name_length(std::string_view text) {
  if (text.empty() || !is_name_start(text.front())) return 0;
  std::size_t length = 1;
  while (length < text.size() && is_name(text[length]))
    ++length;
  return length;
}

// What may follow `$NAME`; NUL stands for the end of the line.
bool ends_reference(char c) {
  return c == '\0' || is_blank(c) || c == ',' || c == ')';
}

bool escapes_comment(std::string_view text, std::size_t at) {
  return text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '#' || text[at + 1] == '!');
}

bool is_built_in(std::string_view name) {
  return among("_PWD _INSTANCE _RANDOM _ENV _HASH _BANG _DOLLAR", name);
}

struct Reference {
  std::string_view name;
  std::string_view parameters;
  std::size_t length = 0;  // of all of it
  bool braced = false;
};

// `text` starts at the dollar; `after` is what follows text.
std::optional<Reference> reference(std::string_view text, char after) {
  const bool braced = text.size() > 1 && text[1] == '{';
  const std::string_view inner = text.substr(braced ? 2 : 1);
  const std::size_t length = name_length(inner);
  if (length == 0) return std::nullopt;

  const std::string_view name = inner.substr(0, length);
  if (!braced) {
    const char next = length < inner.size() ? inner[length] : after;
    if (!ends_reference(next)) return std::nullopt;
    return Reference{name, {}, length + 1, false};
  }
  const std::size_t close = inner.find('}', length);
  if (close == inner.npos) return std::nullopt;
  const std::string_view parameters = inner.substr(length, close - length);
  if (!parameters.empty() && !is_blank(parameters.front())) return std::nullopt;
  return Reference{name, trimmed(parameters), close + 3, true};
}

}  // namespace

std::size_t length_without_comment(std::string_view line) {
  bool quoted = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '"') {
      quoted = !quoted;
    } else if (!quoted && escapes_comment(line, at)) {
      ++at;
    } else if (!quoted && (line[at] == '#' || line[at] == '!')) {
      return at;
    }
  }
  return line.size();
}

// What else the line holds may close a brace.
bool is_quoted_reference(std::string_view text) {
  const bool braced = text.size() > 1 && text[1] == '{';
  return braced ? name_length(text.substr(2)) != 0 : reference(text, '"').has_value();
}

std::size_t defined_name_length(std::string_view after_dollar) {
  const std::size_t length = name_length(after_dollar);
  return length != 0 && length < after_dollar.size() && after_dollar[length] == '=' ? length : 0;
}

// Writes one line with its references replaced.
class Definitions::Writer {
 public:
  Writer(Definitions& definitions, const RawLine& line) : definitions_(definitions), line_(line) {}

  Expansion write() {
    const auto content = line_.upto(length_without_comment(line_.text));
    for (std::size_t at = 0; at < content.text.size();)
      at = step(content, at);
    return std::move(result_);
  }

 private:
  // Copies what starts at `at`, or replaces the reference there; returns where to go on.
  std::size_t step(const RawLine& content, std::size_t at) {
    const std::string_view rest = content.text.substr(at);
    if (rest.front() == '$' && !overflowed_) {
      if (const auto found = reference(rest, '\0')) {
        begin_segment(content.span(at, found->length), true);
        const char after =
            at + found->length < content.text.size() ? content.text[at + found->length] : '\0';
        replace(*found, after, 0);
        in_copy_ = false;
        return at + found->length;
      }
    }
    if (!in_copy_) begin_segment(content.span(at, 0), false);
    in_copy_ = quoted_ || !escapes_comment(rest, 0);  // text and origin run in parallel
    return at + copy(rest);
  }

  void begin_segment(Span origin, bool reference) {
    auto& line = result_.line;
    line.segments.push_back({line.text.size(), origin, reference});
  }

  // What goes before the next quote, dollar or backslash, or the comment character that a backslash
  // protects; returns how much was taken.
  std::size_t copy(std::string_view rest) {
    if (rest.front() == '"') quoted_ = !quoted_;
    if (!quoted_ && escapes_comment(rest, 0)) {
      put(rest.substr(1, 1));
      return 2;
    }
    const std::string_view run = rest.substr(0, rest.find_first_of("\"$\\", 1));
    put(run);
    return run.size();
  }

  void put(std::string_view text) {
    auto& out = result_.line.text;
    if (out.size() + text.size() <= longest_line) {
      out += text;
    } else {
      overflow();
    }
  }

  void overflow() {
    if (std::exchange(overflowed_, true)) return;
    definitions_.problems_.report(Code::expansion_too_large, line_.span(),
                                  "the line expands to more than 1 MiB or 100,000 references");
  }

  void replace(const Reference& found, char after, int depth) {
    const Span where = result_.line.segments.back().origin;
    if (++result_.references > most_references) {
      overflow();
      return;
    }
    if (depth >= deepest_reference) {
      definitions_.problems_.report(Code::bad_definition, where,
                                    quoted(found.name) + " refers to itself");
      put("$");
      put(found.name);
      return;
    }
    const auto definition = definitions_.find(found.name);
    if (!definition) {
      write_built_in(found, where);
    } else if (definition->body.empty()) {
      write_value(definition->value, after, depth + 1);
    } else if (after == '\0') {
      result_.tail = definition;
    } else {
      definitions_.problems_.report(
          Code::undefined, where,
          quoted(found.name) + " has several lines and can only end a line");
    }
  }

  void write_value(std::string_view value, char after, int depth) {
    for (std::size_t at = 0; at < value.size();) {
      const std::string_view rest = value.substr(at);
      const auto found = rest.front() == '$' ? reference(rest, after) : std::nullopt;
      if (!found) {
        at += copy(rest);
        continue;
      }
      at += found->length;
      replace(*found, at < value.size() ? value[at] : after, depth);
      if (overflowed_) return;
    }
  }

  void write_built_in(const Reference& found, Span where) {
    if (auto value = definitions_.built_in(found.name, found.parameters, where)) {
      std::replace(value->begin(), value->end(), '\n', ' ');  // of the environment: it is one line
      put(*value);
      return;
    }
    // `pass$word` is text; a word that starts with the dollar is meant as a reference.
    const std::string& out = result_.line.text;
    const bool starts_word = out.empty() || is_blank(out.back());
    if (is_built_in(found.name)) {
      definitions_.problems_.report(
          Code::bad_definition, where,
          quoted(found.name) + " does not take " +
              (found.parameters.empty() ? "nothing" : quoted(found.parameters)));
    } else if (found.braced || starts_word) {
      definitions_.problems_.report(
          Code::undefined, where, quoted(found.name) + " is not defined",
          "write $" + std::string(found.name) + "=VALUE on a line before");
    }
    put("$");
    put(found.name);
  }

  Definitions& definitions_;
  const RawLine& line_;
  Expansion result_;
  bool quoted_ = false;
  bool in_copy_ = false;
  bool overflowed_ = false;
};

Definitions::Definitions(const LoadOptions& options, Problems& problems)
    : options_(options), problems_(problems), random_(options.random_seed) {}

void Definitions::define(std::string name, Definition definition) {
  definitions_.insert_or_assign(std::move(name),
                                std::make_shared<const Definition>(std::move(definition)));
}

void Definitions::restore(const std::string& name, std::shared_ptr<const Definition> definition) {
  if (definition) {
    definitions_.insert_or_assign(name, std::move(definition));
  } else {
    definitions_.erase(name);
  }
}

std::shared_ptr<const Definition> Definitions::find(std::string_view name) const {
  const auto found = definitions_.find(name);
  return found == definitions_.end() ? nullptr : found->second;
}

Expansion Definitions::expanded(const RawLine& line) {
  return Writer(*this, line).write();
}

std::optional<std::string> Definitions::built_in(std::string_view name, std::string_view parameters,
                                                 Span where) {
  if (name == "_RANDOM") return random_number(parameters, where);
  if (name == "_ENV") {
    if (name_length(parameters) != parameters.size() || parameters.empty()) return std::nullopt;
    if (!options_.environment) return std::string();
    return options_.environment(std::string(parameters)).value_or(std::string());
  }
  if (!parameters.empty()) return std::nullopt;
  if (name == "_PWD") return directory_;
  if (name == "_INSTANCE") return options_.config_id;
  if (name == "_HASH") return "#";
  if (name == "_BANG") return "!";
  if (name == "_DOLLAR") return "$";
  return std::nullopt;
}

std::optional<std::string> Definitions::random_number(std::string_view parameters, Span where) {
  std::uint32_t least = 0;
  std::uint32_t most = 32767;
  const std::size_t blank = parameters.find_first_of(" \t");
  const auto first = parse_number<std::uint32_t>(parameters.substr(0, blank));
  if (!parameters.empty() && !first) return std::nullopt;
  if (first) least = *first;
  if (blank != parameters.npos) {
    const auto second = parse_number<std::uint32_t>(trimmed(parameters.substr(blank)));
    if (!second) return std::nullopt;
    most = *second;
  }
  if (least > most) {
    problems_.report(Code::bad_definition, where, "the least is more than the most");
    most = least;
  }
  return std::to_string(std::uniform_int_distribution<std::uint32_t>(least, most)(random_));
}

}  // namespace lvsd
