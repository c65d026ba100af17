#include "daemon/refusal_log.h"

#include <chrono>
#include <string>
#include <utility>

namespace lvsd {

namespace {

constexpr std::chrono::seconds quiet{10};
constexpr std::size_t longest_line = 300;  // of which strangers wrote most

}  // namespace

void RefusalLog::note(std::string_view line, Time now) {
  if (now < quiet_until_) {
    ++unsaid_;
    return;
  }
  std::string text(line.substr(0, longest_line));
  if (unsaid_ != 0) text += " (and " + std::to_string(unsaid_) + " others since the last line)";
  unsaid_ = 0;
  quiet_until_ = now + quiet;
  report_(text);
}

}  // namespace lvsd
