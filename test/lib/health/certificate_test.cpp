#include "health/certificate.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace lvsd;
using namespace std::chrono_literals;

TEST_CASE("a certificate is ending from its warning on and ended from its end on") {
  const std::int64_t end = 1'800'000'000;
  const auto term = [&](std::int64_t before_end, Duration warning = 24h) {
    return certificate_term(end, warning, end - before_end);
  };
  CHECK(term(86401) == CertificateTerm::fine);
  CHECK(term(86400) == CertificateTerm::ending);
  CHECK(term(1) == CertificateTerm::ending);
  CHECK(term(0) == CertificateTerm::ended);
  CHECK(term(-5) == CertificateTerm::ended);
  CHECK(term(-5, 0s) == CertificateTerm::fine);
}

TEST_CASE("no end of a certificate is too far") {
  CHECK(certificate_term(std::numeric_limits<std::int64_t>::max(), 24h, 1'800'000'000) ==
        CertificateTerm::fine);
  CHECK(certificate_term(std::numeric_limits<std::int64_t>::min(), 24h, 1'800'000'000) ==
        CertificateTerm::ended);
}
