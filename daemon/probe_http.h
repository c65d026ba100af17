#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <vector>

#include "daemon/probe_tls.h"
#include "health/http_check.h"
#include "model/check.h"
#include "model/health.h"

namespace lvsd {

// An HTTP_GET or SSL_GET, made ready once for its many runs and the many servers that are checked
// by it: patterns compiled, TLS set up.
//
// The bytes are read by our own HttpReader (lib/health) on a plain descriptor and not by Beast: the
// reader is pure, so it is tested and fuzzed without a socket, says what exactly is wrong with an
// answer, keeps nothing of it but what is judged, and a check costs no more system calls than its
// steps.
class HttpProbe {
 public:
  // `tls`: null for HTTP_GET. REQUIRES: `check` outlives it.
  HttpProbe(const HttpCheck& check, TlsContext tls);

  // Asks one server for one url. Ends after `timeout` at the latest, all steps together: keepalived
  // grants it to each step anew, so there a server that sends a byte now and then is never done.
  // REQUIRES: this and `target` outlive it.
  boost::asio::awaitable<Observation> run(std::uint32_t url, const CheckTarget& target,
                                          Duration timeout) const;

 private:
  boost::asio::awaitable<Judgement> exchange(ProbeSocket& socket, Attempt& attempt,
                                             std::uint32_t url, const Endpoint& server) const;
  boost::asio::awaitable<Judgement> exchange_in_tls(ProbeSocket& socket, Attempt& attempt,
                                                    std::uint32_t url,
                                                    const Endpoint& server) const;

  const HttpCheck& check_;
  TlsContext tls_;
  std::vector<HttpExpectation> expectations_;  // of its urls
};

}  // namespace lvsd
