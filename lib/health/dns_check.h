#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "health/judgement.h"
#include "model/check.h"

namespace lvsd {

// The query's message (RFC 1035 4.1), without a length in front. Empty: the name is none.
std::string dns_query(const DnsCheck& check, std::uint16_t id);

// What a message that came back is worth; nothing: it is not an answer to the query of that id
// (late, forged, garbage), and the real one may still come.
std::optional<Judgement> judged_dns_answer(const DnsCheck& check, std::uint16_t id,
                                           std::string_view message);

}  // namespace lvsd
