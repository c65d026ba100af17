#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "config/codes.h"
#include "config/source.h"

namespace lvsd {

// A word of the file in quotes, for a message; a long one is cut.
std::string quoted(std::string_view word);

// Collects what is found wrong during one load. Bounded: a file of a million mistakes gives a
// hundred diagnostics and a count.
class Problems {
 public:
  Problems(const Sources& sources, bool lenient) : sources_(sources), lenient_(lenient) {}

  bool lenient() const { return lenient_; }

  // The severity follows from the code and from lenience.
  void report(Code code, Span where, std::string message, std::string hint = {});

  // "FILE:LINE", to point at another place from within a message.
  std::string place(Span where) const;

  // Another mistake would only be counted: no need to find out what it could be.
  bool is_full() const { return (lenient_ ? others_ : errors_).size() >= most; }

  bool has_errors() const { return error_count_ != 0; }
  std::size_t error_count() const { return error_count_; }

  // Everything found, in the order of the files, at most 100 and errors first to be kept.
  Diagnostics take();

 private:
  struct Found {
    Diagnostic diagnostic;
    Span where;
  };
  static constexpr std::size_t most = 100;

  // A place and a message that were reported before, or a word that hangs on something undefined.
  bool is_known(Code code, Span where, Severity severity, const std::string& message);

  const Sources& sources_;
  bool lenient_;
  std::set<std::tuple<std::uint32_t, std::uint32_t, Code, std::string>> known_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Severity> undefined_;
  std::vector<Found> errors_;
  std::vector<Found> others_;
  std::size_t unseen_ = 0;
  std::size_t error_count_ = 0;
};

}  // namespace lvsd
