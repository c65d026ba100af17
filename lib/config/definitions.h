#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "config/line.h"
#include "config/load.h"
#include "config/problems.h"

namespace lvsd {

// `$NAME=value`. A definition of several lines stands for all of them where it ends a line.
struct Definition {
  std::string value;
  std::vector<RawLine> body;  // of several lines; else empty
  Span where;
};

// A line with comment and references gone. `tail` holds the further lines when the last reference
// stands for several: they follow the line.
struct Expansion {
  ExpandedLine line;
  std::shared_ptr<const Definition> tail;
  std::size_t references = 0;  // that were replaced
};

// The definitions in force, the built-in ones included, and their replacement in lines
// (keepalived's rules: `${NAME}` anywhere, `$NAME` before a blank, a comma, a closing parenthesis
// or the end of the line).
class Definitions {
 public:
  Definitions(const LoadOptions& options, Problems& problems);

  void define(std::string name, Definition definition);
  // Puts back what `find` gave before; null undefines.
  void restore(const std::string& name, std::shared_ptr<const Definition> definition);
  std::shared_ptr<const Definition> find(std::string_view name) const;

  // Of the file that is being read: ${_PWD}, and what relative includes start from.
  const std::string& directory() const { return directory_; }
  void set_directory(std::string directory) { directory_ = std::move(directory); }
  void seed(std::uint32_t seed) { random_.seed(seed); }

  Expansion expanded(const RawLine& line);

 private:
  class Writer;
  friend class Writer;

  std::optional<std::string> built_in(std::string_view name, std::string_view parameters,
                                      Span where);
  std::optional<std::string> random_number(std::string_view parameters, Span where);

  const LoadOptions& options_;
  Problems& problems_;
  std::map<std::string, std::shared_ptr<const Definition>, std::less<>> definitions_;
  std::string directory_;
  std::minstd_rand random_;
};

// Bytes before the comment, if any; a comment character inside double quotes or after a backslash
// is text.
std::size_t length_without_comment(std::string_view line);

// Whether the dollar that `text` starts with would be read as a reference where `text` ends a word
// in double quotes.
bool is_quoted_reference(std::string_view text);

// "NAME=" at the start of what follows a dollar: the length of NAME; 0: not a definition.
std::size_t defined_name_length(std::string_view after_dollar);

}  // namespace lvsd
