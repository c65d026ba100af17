#include "health/certificate.h"

#include <chrono>

namespace lvsd {

CertificateTerm certificate_term(std::int64_t end, Duration warning, std::int64_t now) {
  if (warning <= Duration::zero()) return CertificateTerm::fine;
  if (now >= end) return CertificateTerm::ended;
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(warning).count();
  return end - now <= left ? CertificateTerm::ending : CertificateTerm::fine;
}

}  // namespace lvsd
