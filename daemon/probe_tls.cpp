#include "daemon/probe_tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

#include "base/printable.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

// The last of OpenSSL's reasons, and an empty queue.
std::string last_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "TLS failed";
  const char* reason = ERR_reason_error_string(code);
  return printable(reason != nullptr ? reason : "TLS error " + std::to_string(code));
}

int version_number(TlsVersion version) {
  switch (version) {
    case TlsVersion::any:
      return 0;
    case TlsVersion::v1_0:
      return TLS1_VERSION;
    case TlsVersion::v1_1:
      return TLS1_1_VERSION;
    case TlsVersion::v1_2:
      return TLS1_2_VERSION;
    case TlsVersion::v1_3:
      return TLS1_3_VERSION;
  }
  return 0;
}

int give_password(char* buffer, int size, int /*writing*/, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  if (text.empty() || text.size() > static_cast<std::size_t>(size)) return 0;
  text.copy(buffer, text.size());
  return static_cast<int>(text.size());
}

Error tls_error(const std::string& attempt) {
  return {std::make_error_code(std::errc::invalid_argument), attempt + ": " + last_reason()};
}

struct FreePem {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Pem = std::unique_ptr<BIO, FreePem>;
using Certificate = std::unique_ptr<X509, FreePem>;

Pem reading(const std::string& content) {
  return Pem(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
}

Certificate next_certificate(const Pem& pem) {
  return Certificate(PEM_read_bio_X509_AUX(pem.get(), nullptr, nullptr, nullptr));
}

// The first certificate is ours, the others lead to an authority.
bool takes_certificate(SSL_CTX* context, const std::string& content) {
  const Pem pem = reading(content);
  const Certificate own = next_certificate(pem);
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return false;
  while (const Certificate further = next_certificate(pem))
    if (SSL_CTX_add1_chain_cert(context, further.get()) != 1) return false;
  ERR_clear_error();  // "no start line": the end
  return true;
}

bool takes_key(SSL_CTX* context, const std::string& content, std::string password) {
  const std::unique_ptr<EVP_PKEY, FreePem> key(
      PEM_read_bio_PrivateKey(reading(content).get(), nullptr, give_password, &password));
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

bool takes_authorities(SSL_CTX* context, const std::string& content) {
  const Pem pem = reading(content);
  int count = 0;
  for (; const Certificate authority = next_certificate(pem); ++count)
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1) return false;
  if (count != 0) ERR_clear_error();
  return count != 0;
}

// Takes the block's files into `context`. Returns what could not be taken; nothing: all is well.
std::optional<Error> unread(SSL_CTX* context, const TlsMaterial& client) {
  const auto refused = [](const PemFile& file, const std::string& attempt, auto takes) {
    if (file.name.empty()) return std::optional<Error>();
    if (!file.refusal.empty())
      return std::optional(Error{std::make_error_code(std::errc::io_error),
                                 attempt + " " + file.name + ": " + file.refusal});
    if (takes(file.content)) return std::optional<Error>();
    return std::optional(tls_error(attempt + " " + file.name));
  };
  if (auto error = refused(client.certificate, "reading the certificate",
                           [&](const auto& text) { return takes_certificate(context, text); }))
    return error;
  if (auto error = refused(client.key, "reading the key", [&](const auto& text) {
        return takes_key(context, text, client.password);
      }))
    return error;
  return refused(client.ca, "reading the CA",
                 [&](const auto& text) { return takes_authorities(context, text); });
}

}  // namespace

Result<TlsContext> make_tls_context(const std::optional<TlsMaterial>& client, bool verify,
                                    TlsVersion minimum) {
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_client_method()), FreeTls{});
  if (!context) return tls_error("making a TLS context");
  if (minimum != TlsVersion::any)
    SSL_CTX_set_min_proto_version(context.get(), version_number(minimum));
  // A check is over after one answer: sessions would only cost memory, and a server that cuts the
  // stream without a close-notify has answered all the same (keepalived's tls_compliant no).
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (client) {
    if (auto error = unread(context.get(), *client)) return *std::move(error);
  }
  if (verify) {
    const bool own_trust = client && !client->ca.name.empty();
    if (!own_trust) SSL_CTX_set_default_verify_paths(context.get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  }
  return context;
}

// ---- the bytes below TLS

// OpenSSL's own socket BIO would raise SIGPIPE and take bytes without end.
struct TlsStream::Bio {
  static int write(BIO* bio, const char* data, int size) {
    auto& pipe = *static_cast<Pipe*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const ssize_t sent = ::send(pipe.fd, data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<int>(sent);
    pipe.error = errno;
    if (errno == EAGAIN || errno == EINTR) BIO_set_retry_write(bio);
    return -1;
  }

  static int read(BIO* bio, char* data, int size) {
    auto& pipe = *static_cast<Pipe*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const std::size_t room = std::min(static_cast<std::size_t>(size), pipe.left);
    if (room == 0) {
      pipe.error = EMSGSIZE;
      return -1;
    }
    const ssize_t got = ::recv(pipe.fd, data, room, 0);
    if (got >= 0) {
      pipe.left -= static_cast<std::size_t>(got);
      pipe.error = 0;
      return static_cast<int>(got);
    }
    pipe.error = errno;
    if (errno == EAGAIN || errno == EINTR) BIO_set_retry_read(bio);
    return -1;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "probe");
      BIO_meth_set_write(method, write);
      BIO_meth_set_read(method, read);
      BIO_meth_set_ctrl(method, control);
      return method;
    }();
    return made;
  }
};

TlsStream::TlsStream(ProbeSocket& socket, const TlsContext& context, std::size_t most)
    : socket_(socket), pipe_{.fd = socket.fd(), .left = most}, tls_(SSL_new(context.get())) {
  if (!tls_) throw std::bad_alloc();
  BIO* bio = BIO_new(Bio::method());
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, &pipe_);
  BIO_set_init(bio, 1);
  SSL_set_bio(tls_.get(), bio, bio);
  SSL_set_connect_state(tls_.get());
}

void TlsStream::expect(const std::string& name, bool verify, const Address& server) {
  const bool is_address = parse_address(name).has_value();
  if (!name.empty() && !is_address) SSL_set_tlsext_host_name(tls_.get(), name.c_str());
  if (!verify) return;
  if (!name.empty() && !is_address)
    SSL_set1_host(tls_.get(), name.c_str());
  else
    X509_VERIFY_PARAM_set1_ip(SSL_get0_param(tls_.get()), server.bytes.data(),
                              server.family == Family::v6 ? 16 : 4);
}

// Calls until it neither wants to read nor to write.
template <class Call>
asio::awaitable<Step> TlsStream::finished(Call call) {
  for (;;) {
    ERR_clear_error();
    pipe_.error = 0;
    const int done = call();
    if (done > 0) co_return Step{.bytes = static_cast<std::size_t>(done)};
    const int kind = SSL_get_error(tls_.get(), done);
    bool in_time = false;
    if (kind == SSL_ERROR_WANT_READ) {
      in_time = co_await socket_.readable();
    } else if (kind == SSL_ERROR_WANT_WRITE) {
      in_time = co_await socket_.writable();
    } else {
      co_return failure(kind);
    }
    if (!in_time) co_return Step{Step::End::expired};
  }
}

Step TlsStream::failure(int kind) {
  if (kind == SSL_ERROR_ZERO_RETURN) return {Step::End::closed};
  if (pipe_.error == EMSGSIZE) {
    reason_ = "the server sends too much";
    return {Step::End::failed, EMSGSIZE};
  }
  if (pipe_.error != 0) {
    reason_ = std::strerror(pipe_.error);
    return failed_step(pipe_.error);
  }
  if (kind == SSL_ERROR_SYSCALL) {
    reason_ = "the connection was closed";
    return {Step::End::closed};
  }
  const long verified = SSL_get_verify_result(tls_.get());
  reason_ = last_reason();
  if (verified != X509_V_OK) reason_ += std::string(": ") + X509_verify_cert_error_string(verified);
  return {Step::End::failed, EPROTO};
}

asio::awaitable<Step> TlsStream::handshake() {
  return finished([this] { return SSL_do_handshake(tls_.get()); });
}

asio::awaitable<Step> TlsStream::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto write = [this, bytes] {
      return SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
    };
    const Step step = co_await finished(write);
    if (!step.is_done()) co_return step;
    bytes.remove_prefix(step.bytes);
  }
  co_return Step{};
}

asio::awaitable<Step> TlsStream::receive(std::span<char> room) {
  const auto read = [this, room] {
    return SSL_read(tls_.get(), room.data(), static_cast<int>(room.size()));
  };
  co_return co_await finished(read);
}

void TlsStream::close() {
  ERR_clear_error();
  SSL_shutdown(tls_.get());
  ERR_clear_error();
}

std::optional<std::int64_t> TlsStream::certificate_end() const {
  const X509* certificate = SSL_get0_peer_certificate(tls_.get());
  std::tm end{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1)
    return std::nullopt;
  return ::timegm(&end);
}

}  // namespace lvsd
