#pragma once

#include <string>

#include "model/health.h"

namespace lvsd {

// How a check ended, as its judge says it; the prober adds when and how long.
struct Judgement {
  CheckResult result = CheckResult::socket_error;
  int code = 0;      // HTTP or SMTP status, DNS rcode, exit code or errno; 0: none
  std::string text;  // printable

  bool operator==(const Judgement&) const = default;
};

// Why no more bytes come from a server.
enum class Stop : std::uint8_t {
  closed,   // it closed in the orderly way
  failed,   // the connection broke
  expired,  // the time is over
};

// "L7STS/503 Service Unavailable".
std::string text(const Judgement& judgement);

}  // namespace lvsd
