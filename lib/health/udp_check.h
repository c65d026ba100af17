#pragma once

#include <span>
#include <string_view>

#include "health/judgement.h"
#include "model/check.h"

namespace lvsd {

// What is sent: the check's payload, or keepalived's text of 32 bytes.
std::string_view udp_payload(const UdpCheck& check);

// What an answer is worth.
Judgement judged_reply(const UdpCheck& check, std::string_view reply);

// What it means that none came until the end of the time.
Judgement judged_silence(const UdpCheck& check);

}  // namespace lvsd
