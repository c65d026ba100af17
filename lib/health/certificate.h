#pragma once

#include <cstdint>
#include <string_view>

#include "model/time.h"

namespace lvsd {

// How a server's certificate stands. Asked after every check over TLS, for the warning in time.
enum class CertificateTerm : std::uint8_t { fine, ending, ended };

// `end` and `now`: Unix seconds. `warning`: how long before the end it is `ending`; 0: it never is.
CertificateTerm certificate_term(std::int64_t end, Duration warning, std::int64_t now);

}  // namespace lvsd
