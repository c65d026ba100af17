#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/pattern.h"
#include "health/http_reader.h"
#include "health/judgement.h"
#include "model/check.h"
#include "model/health.h"

// What an HTTP check asks, and what its answer is worth. The prober sends the one and feeds the
// other in the pieces in which it arrives.

namespace lvsd {

// The whole request, as keepalived spells it (check_http.c), and what the url adds. The host is the
// url's virtual host, else the check's, else address and port.
std::string http_request(const HttpCheck& check, const HttpUrl& url, const Endpoint& server);

// The name TLS asks for; empty: none. `enable_sni`, `sni_name` and `verify` ask for it: `sni_name`
// decides, then the url's virtual host, then the check's.
std::string tls_server_name(const HttpCheck& check, const HttpUrl& url);

// What is expected of one url's answer, made once for the many times it is asked for.
struct HttpExpectation {
  HttpExpectation(const HttpCheck& check, const HttpUrl& url);

  std::string server_name;
  std::vector<StatusRange> statuses;
  std::string digest;              // empty: any body
  std::optional<Pattern> pattern;  // absent: any body
  bool pattern_absent = false;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t body_limit = 0;
  bool of_head = false;
  bool disable_on_404 = false;
};

// A url whose digest is this passes with no body: the result says which one the body has.
inline constexpr std::string_view unknown_digest = "?";
// What such a result says; nothing: there was no whole body.
std::optional<std::string> told_digest(const Observation& seen);

// Judges one response. The order is keepalived's: an answer at all, status, digest, pattern. A
// wrong content length alone does not fail (there it is logged, here it is the pass's text).
class HttpJudge {
 public:
  // `expectation` lives as long as this.
  explicit HttpJudge(const HttpExpectation& expectation);

  // Takes what arrived; false: no more is needed.
  bool take(std::string_view bytes);

  bool has_begun() const { return reader_.has_begun(); }

  // After `take` returned false, or when no more bytes come: why, with the errno of a failure.
  Judgement judgement(Stop stop, int error);

 private:
  bool is_wanted(int status) const;
  std::optional<Judgement> fault(Stop stop, int error) const;
  Judgement judgement_of_body();
  Judgement passed() const;
  std::string reason() const;

  const HttpExpectation& expectation_;
  HttpReader reader_;
  std::optional<Md5> digest_;
  std::string body_;  // kept for the pattern only
};

}  // namespace lvsd
