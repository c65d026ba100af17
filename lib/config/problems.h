#pragma once

#include <string>
#include <vector>

#include "config/codes.h"
#include "config/source.h"

namespace lvsd {

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

  bool has_errors() const { return !errors_.empty(); }

  // Everything found, in the order of the files, at most 100 and errors first to be kept.
  Diagnostics take();

 private:
  struct Found {
    Diagnostic diagnostic;
    Span where;
  };
  static constexpr std::size_t most = 100;

  const Sources& sources_;
  bool lenient_;
  std::vector<Found> errors_;
  std::vector<Found> others_;
  std::size_t unseen_ = 0;
};

}  // namespace lvsd
