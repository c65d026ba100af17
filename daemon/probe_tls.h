#pragma once

#include <openssl/ssl.h>

#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "daemon/probe_socket.h"
#include "model/check.h"
#include "model/probe_settings.h"

namespace lvsd {

struct FreeTls {
  void operator()(SSL* tls) const { SSL_free(tls); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::shared_ptr<SSL_CTX>;

// What a TLS check presents and trusts. Without `verify` every certificate passes, as in
// keepalived. With it the trust is in the block's `ca`, else in the system's, whose files are read
// now.
Result<TlsContext> make_tls_context(const std::optional<TlsMaterial>& client, bool verify,
                                    TlsVersion minimum);

// TLS over a connected ProbeSocket, within its deadline. What a server may send is bounded in all,
// handshake and tickets included.
class TlsStream {
 public:
  // `most`: bytes that are taken from the server.
  TlsStream(ProbeSocket& socket, const TlsContext& context, std::size_t most);

  // `name`: what is asked for with SNI; empty: none. With `verify` the certificate must be for
  // `name`, or for the address where there is no name.
  void expect(const std::string& name, bool verify, const Address& server);

  boost::asio::awaitable<Step> handshake();
  boost::asio::awaitable<Step> send(std::string_view bytes);
  boost::asio::awaitable<Step> receive(std::span<char> room);
  // Sends the close-notify; does not wait for the other one.
  void close();

  // Why the last step failed: "certificate verify failed: certificate has expired".
  const std::string& reason() const { return reason_; }
  // Unix seconds of the end of the server's certificate.
  std::optional<std::int64_t> certificate_end() const;

 private:
  struct Pipe {
    int fd = -1;
    std::size_t left = 0;  // of what may be received
    int error = 0;         // errno of the last call
  };
  struct Bio;

  template <class Call>
  boost::asio::awaitable<Step> finished(Call call);
  Step failure(int kind);

  ProbeSocket& socket_;
  Pipe pipe_;
  std::unique_ptr<SSL, FreeTls> tls_;
  std::string reason_;
};

}  // namespace lvsd
