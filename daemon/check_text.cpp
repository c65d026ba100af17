#include "daemon/check_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "health/certificate.h"

namespace lvsd {

using namespace std::chrono_literals;

namespace {

constexpr unsigned most_a_minute = 20;

bool could_not_be_made(const CheckHealth& health) {
  return health.last && verdict(health.last->result) == Verdict::unknown;
}

// Dates that people write; whatever a certificate says, it is one of them.
std::string date_text(std::int64_t unix_seconds, const api::Moment& now) {
  constexpr std::int64_t last = 253402300799;  // the end of the year 9999
  const std::chrono::seconds at(std::clamp<std::int64_t>(unix_seconds, 0, last));
  return api::text(api::Moment{std::chrono::sys_time<std::chrono::milliseconds>(at), now.offset})
      .substr(0, 10);
}

}  // namespace

std::string check_name(const Check& check) {
  return fmt::format("{} of {}", keyword(check.settings->probe), text(check.target.endpoint));
}

std::string kept_state(const CheckBook::Entry& entry) {
  const std::size_t count = entry.users.size();
  return count == 1 ? "its server keeps the state it has"
                    : fmt::format("its {} servers keep the state they have", count);
}

bool CheckLog::may_say(Time now) {
  if (now - window_ >= 1min) {
    window_ = now;
    said_ = 0;
  }
  return ++said_ <= most_a_minute;
}

namespace {

// What the parts of a line are of a check.
EventSubject check_subject(const Check& check, const Observation& seen) {
  return {.kind = EventKind::check,
          .reason = evidence(seen),
          .address = text(check.target.endpoint),
          .result = std::string(text(seen.result))};
}

std::vector<LogLine> failure_lines(CheckBook::Entry& entry, const Observation& seen) {
  auto& said = entry.failure;
  const bool is_known = said && said->result == seen.result && said->code == seen.code;
  if (is_known && seen.at - said->at < 1min) {
    ++said->unsaid;
    return {};
  }
  std::string line = fmt::format("{} failed, reason: {}", check_name(entry.check), evidence(seen));
  if (is_known && said->unsaid != 0)
    line +=
        fmt::format("; and {} times more in the last {} s", said->unsaid,
                    std::chrono::duration_cast<std::chrono::seconds>(seen.at - said->at).count());
  said = {.result = seen.result, .code = seen.code, .at = seen.at, .unsaid = 0};
  return {{Level::info, std::move(line)}};
}

}  // namespace

std::vector<LogLine> CheckLog::lines(CheckBook::Entry& entry, const Observation& seen,
                                     bool all_failures) {
  const bool before = could_not_be_made(entry.health);
  const Verdict now = verdict(seen.result);
  if (now == Verdict::unknown) {
    if (before || !may_say(seen.at)) return {};
    return {{Level::warning,
             fmt::format("{} cannot be made: {}; {}", check_name(entry.check), evidence(seen),
                         kept_state(entry)),
             check_subject(entry.check, seen)}};
  }
  if (now == Verdict::pass) entry.failure.reset();
  std::vector<LogLine> lines;
  if (before && may_say(seen.at))
    lines.push_back({Level::notice, fmt::format("{} can be made again", check_name(entry.check)),
                     EventSubject{.kind = EventKind::check}});
  if (now == Verdict::fail && (all_failures || entry.check.settings->policy.log_all_failures))
    for (LogLine& line : failure_lines(entry, seen))
      lines.push_back(std::move(line));
  return lines;
}

std::vector<LogLine> CheckLog::certificate_lines(CheckBook::Entry& entry, const Observation& seen,
                                                 const api::Moment& now) {
  const auto* http = std::get_if<HttpCheck>(&entry.check.settings->probe);
  if (http == nullptr || !seen.certificate) return {};
  const std::int64_t end = *seen.certificate;
  const auto unix_now = std::chrono::floor<std::chrono::seconds>(now.at.time_since_epoch()).count();
  const CertificateTerm term = certificate_term(end, http->cert_expiry_warning, unix_now);
  if (entry.certificate == term) return {};
  entry.certificate = term;
  switch (term) {
    case CertificateTerm::fine:
      return {{Level::notice,
               fmt::format("The certificate of {} is good until {}", check_name(entry.check),
                           date_text(end, now)),
               EventSubject{.kind = EventKind::check}}};
    case CertificateTerm::ending:
      return {{Level::warning,
               fmt::format("The certificate of {} ends in {} days, on {}", check_name(entry.check),
                           (end - unix_now) / 86400, date_text(end, now)),
               EventSubject{.kind = EventKind::check}}};
    case CertificateTerm::ended:
      return {{Level::warning,
               fmt::format("The certificate of {} has ended on {}", check_name(entry.check),
                           date_text(end, now)),
               EventSubject{.kind = EventKind::check}}};
  }
  return {};
}

}  // namespace lvsd
