#include "health/http_check.h"

#include <algorithm>
#include <cstring>

#include "base/printable.h"

namespace lvsd {

namespace {

const std::string& virtual_host(const HttpCheck& check, const HttpUrl& url) {
  return url.virtualhost.empty() ? check.virtualhost : url.virtualhost;
}

std::string version_and_connection(HttpVersion version) {
  switch (version) {
    case HttpVersion::v1_0:
      return " HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\n";
    case HttpVersion::v1_0_close:
      return " HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\n";
    case HttpVersion::v1_1:
      return " HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\n";
  }
  return {};
}

}  // namespace

std::string http_request(const HttpCheck& check, const HttpUrl& url, const Endpoint& server) {
  const std::string& host = virtual_host(check, url);
  std::string out = url.method + " " + url.path + version_and_connection(check.version);
  out += "Host: " + (host.empty() ? text(server) : host) + "\r\n";
  if (!url.credentials.empty()) out += "Authorization: Basic " + base64(url.credentials) + "\r\n";
  for (const std::string& header : url.headers)
    out += header + "\r\n";
  if (!url.content.empty()) out += "Content-Length: " + std::to_string(url.content.size()) + "\r\n";
  return out + "\r\n" + url.content;
}

std::string tls_server_name(const HttpCheck& check, const HttpUrl& url) {
  if (!check.sni_name.empty()) return check.sni_name;
  if (check.enable_sni || check.verify) return virtual_host(check, url);
  return {};
}

HttpExpectation::HttpExpectation(const HttpCheck& check, const HttpUrl& url)
    : server_name(tls_server_name(check, url)),
      statuses(url.statuses),
      digest(url.digest),
      pattern_absent(url.body.absent),
      from(url.body.from),
      to(url.body.to),
      body_limit(check.body_limit),
      of_head(url.method == "HEAD"),
      disable_on_404(check.disable_on_404) {
  if (!url.body.pattern.empty()) pattern.emplace(url.body.pattern, url.body.options);
}

namespace {

constexpr std::string_view digest_is = "the digest of the body is ";

}  // namespace

std::optional<std::string> told_digest(const Observation& seen) {
  if (!seen.text.starts_with(digest_is)) return std::nullopt;
  return seen.text.substr(digest_is.size());
}

HttpJudge::HttpJudge(const HttpExpectation& expectation)
    : expectation_(expectation), reader_(expectation.body_limit, expectation.of_head) {
  if (!expectation.digest.empty()) digest_.emplace();
}

bool HttpJudge::take(std::string_view bytes) {
  while (!bytes.empty() && !reader_.has_ended()) {
    const std::string_view body = reader_.read(bytes);
    if (digest_) digest_->add(body);
    if (expectation_.pattern) body_ += body;
  }
  // A status that fails is judged at once: what would come after it decides nothing.
  return !reader_.has_ended() && !(reader_.has_head() && !is_wanted(reader_.status()));
}

bool HttpJudge::is_wanted(int status) const {
  if (status == 404 && expectation_.disable_on_404) return true;
  return std::any_of(
      expectation_.statuses.begin(), expectation_.statuses.end(),
      [status](const StatusRange& range) { return range.first <= status && status <= range.last; });
}

std::string HttpJudge::reason() const {
  return printable(reader_.reason());
}

Judgement HttpJudge::judgement(Stop stop, int error) {
  if (reader_.has_head() && !is_wanted(reader_.status()))
    return {CheckResult::l7_status, reader_.status(), reason()};
  if (auto found = fault(stop, error)) return *std::move(found);
  if (reader_.status() == 404 && expectation_.disable_on_404)
    return {CheckResult::l7_conditional, 404, reason()};
  return judgement_of_body();
}

// What is wrong with the way in which the answer came, or ended.
std::optional<Judgement> HttpJudge::fault(Stop stop, int error) const {
  if (!reader_.fault().empty())
    return Judgement{CheckResult::l7_response, reader_.status(), std::string(reader_.fault())};
  if (reader_.has_ended()) return std::nullopt;
  switch (stop) {
    case Stop::expired:
      return Judgement{CheckResult::l7_timeout, reader_.status(),
                       reader_.has_begun() ? "the answer did not end in time" : "no answer"};
    case Stop::failed:
      return Judgement{CheckResult::l7_response, error, std::strerror(error)};
    case Stop::closed:
      break;
  }
  if (!reader_.has_begun()) return Judgement{CheckResult::l7_response, 0, "empty answer"};
  if (!reader_.has_head())
    return Judgement{CheckResult::l7_response, 0, "closed within the header"};
  if (reader_.is_chunked())
    return Judgement{CheckResult::l7_response, reader_.status(), "closed within the body"};
  return std::nullopt;
}

Judgement HttpJudge::judgement_of_body() {
  const auto wrong = [this](std::string why) {
    return Judgement{CheckResult::l7_response, reader_.status(), std::move(why)};
  };
  if (digest_ && reader_.is_cut())
    return wrong("the body is longer than " + std::to_string(expectation_.body_limit) +
                 " bytes, so it has no digest");
  if (digest_) {
    const std::string found = digest_->hexadecimal();
    if (found != expectation_.digest) return wrong(std::string(digest_is) + found);
  }
  if (expectation_.pattern) {
    if (!expectation_.pattern->is_valid())
      return {CheckResult::socket_error, 0, "regex: " + expectation_.pattern->refusal()};
    if (expectation_.pattern->matches(body_, expectation_.from, expectation_.to) ==
        expectation_.pattern_absent)
      return wrong(expectation_.pattern_absent ? "the body matches the regex"
                                               : "the body does not match the regex");
  }
  return passed();
}

Judgement HttpJudge::passed() const {
  Judgement out{CheckResult::l7_ok, reader_.status(), reason()};
  const auto length = reader_.content_length();
  if (length && *length != reader_.body_size() && !reader_.is_cut() && !expectation_.of_head &&
      !reader_.has_ended())
    out.text += ", " + std::to_string(reader_.body_size()) + " of " + std::to_string(*length) +
                " bytes of body";
  return out;
}

}  // namespace lvsd
