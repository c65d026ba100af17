#include "health/udp_check.h"

#include <algorithm>

#include "base/printable.h"

namespace lvsd {

namespace {

// The length that keepalived's own payload has; what it says is of no consequence.
constexpr std::string_view default_payload = "lvsd health check, please ignore";
static_assert(default_payload.size() == 32);

bool starts_as_wanted(const UdpCheck& check, std::string_view reply) {
  // keepalived compares over the shorter of both; min_reply_length is for the rest.
  const std::size_t length = std::min(reply.size(), check.reply.size());
  for (std::size_t i = 0; i < length; ++i) {
    const auto differing =
        static_cast<std::uint8_t>(static_cast<std::uint8_t>(reply[i]) ^ check.reply[i]);
    if ((differing & check.reply_mask[i]) != 0) return false;
  }
  return true;
}

}  // namespace

std::string_view udp_payload(const UdpCheck& check) {
  if (check.payload.empty()) return default_payload;
  return {reinterpret_cast<const char*>(check.payload.data()), check.payload.size()};
}

Judgement judged_reply(const UdpCheck& check, std::string_view reply) {
  if (!check.require_reply) return {CheckResult::l4_ok, 0, {}};
  if (check.reply.empty()) return {CheckResult::l7_ok, 0, {}};
  if (reply.size() < check.min_reply || reply.size() > check.max_reply)
    return {CheckResult::l7_response, 0,
            "the answer has " + std::to_string(reply.size()) + " bytes"};
  if (!starts_as_wanted(check, reply))
    return {CheckResult::l7_response, 0, "not the expected answer: " + printable(reply, 50)};
  return {CheckResult::l7_ok, 0, {}};
}

Judgement judged_silence(const UdpCheck& check) {
  if (check.require_reply) return {CheckResult::l7_timeout, 0, "no answer"};
  return {CheckResult::l4_ok, 0, {}};
}

}  // namespace lvsd
