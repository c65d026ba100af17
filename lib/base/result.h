#pragma once

#include <boost/system/result.hpp>

#include "base/error.h"

namespace lvsd {

// A value, or the Error that kept us from it. `return Error{…}` and `return value` both convert.
// Used for refusals of the environment only: a user's mistake is a Diagnostic, a failed check is an
// Observation, our own bug is an assert.
template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
 public:
  using boost::system::result<T, Error>::result;
};

// What `Result::value()` throws when there is none; only tests and main() let it out.
class BadResult : public std::system_error {
 public:
  explicit BadResult(const Error& error)
      : std::system_error(error.code, error.context), error_(error) {}
  const Error& error() const { return error_; }

 private:
  Error error_;
};

// Found by Boost.System through argument-dependent lookup.
[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
  throw BadResult(error);
}

}  // namespace lvsd
