#pragma once

// JSON over several lines, made while it comes: lvsctl shows 40 MB of servers without ever having
// all of them.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/json.h"

namespace lvsd::api {

// Keeps unknown fields and the order of all, and lets no byte through that a terminal would obey.
class Indenter {
 public:
  explicit Indenter(const JsonLimits& limits = {});
  ~Indenter();

  // Appends to `out` what the next bytes of the body are, indented; what is cut in two waits for
  // its rest. False: what came is not JSON, or more than the limits; nothing may follow.
  bool take(std::string_view piece, std::string& out);
  // The body ends here. False: it is not whole.
  bool finish(std::string& out);
  // Why not. REQUIRES: one of them was false.
  Error error() const { return *error_; }

 private:
  class Parser;

  bool fail(Error error);

  JsonLimits limits_;
  std::size_t taken_ = 0;
  std::optional<Error> error_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace lvsd::api
