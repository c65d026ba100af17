#include "test/fakes/scripted_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <cassert>
#include <csignal>

namespace lvsd {

namespace {

std::string written(const std::function<int(BIO*)>& write) {
  BIO* memory = BIO_new(BIO_s_mem());
  const int done = write(memory);
  assert(done == 1);
  static_cast<void>(done);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return out;
}

int note_server_name(SSL* tls, int*, void* client) {
  const char* name = SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name);
  if (name != nullptr) static_cast<ScriptedServer::Client*>(client)->server_name = name;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

TestCertificate::TestCertificate(const std::string& name, int days) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* made = X509_new();
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  X509_gmtime_adj(X509_getm_notBefore(made), -3600L * 24 * 365);
  X509_gmtime_adj(X509_getm_notAfter(made), 3600L * 24 * days);
  X509_set_pubkey(made, key);
  X509_NAME* subject = X509_get_subject_name(made);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(made, subject);
  const std::string alternative = (parse_address(name) ? "IP:" : "DNS:") + name;
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative.c_str());
  X509_add_ext(made, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(made, key, EVP_sha256());
  certificate_pem = written([&](BIO* to) { return PEM_write_bio_X509(to, made); });
  key_pem = written([&](BIO* to) {
    return PEM_write_bio_PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  X509_free(made);
  EVP_PKEY_free(key);
}

// ---- Client

ScriptedServer::Client::~Client() {
  SSL_free(tls_);
  if (fd_ >= 0) ::close(fd_);
}

bool ScriptedServer::Client::wait(short events) {
  while (!over_ && fd_ >= 0 && !gone_) {
    pollfd waited{fd_, events, 0};
    if (::poll(&waited, 1, 10) > 0) return true;
  }
  return false;
}

long ScriptedServer::Client::read(char* room, std::size_t size) {
  if (tls_ != nullptr) return SSL_read(tls_, room, static_cast<int>(size));
  return ::recv(fd_, room, size, 0);
}

std::string ScriptedServer::Client::hear(std::string_view end) {
  std::string heard;
  char room[4096];
  while (heard.find(end) == heard.npos && wait(POLLIN)) {
    const long got = read(room, sizeof room);
    if (got <= 0) {
      gone_ = true;
      break;
    }
    heard.append(room, static_cast<std::size_t>(got));
  }
  return heard;
}

void ScriptedServer::Client::say(std::string_view bytes) {
  while (!bytes.empty() && wait(POLLOUT)) {
    const long sent = tls_ != nullptr
                          ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                          : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) continue;
    if (sent <= 0) {
      gone_ = true;
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void ScriptedServer::Client::drip(std::string_view bytes, std::chrono::milliseconds pause) {
  for (std::size_t i = 0; i < bytes.size() && !gone_ && !over_; ++i) {
    say(bytes.substr(i, 1));
    pollfd waited{fd_, POLLRDHUP, 0};
    if (::poll(&waited, 1, static_cast<int>(pause.count())) > 0) gone_ = true;
  }
}

void ScriptedServer::Client::repeat(std::string_view bytes) {
  while (!gone_ && !over_ && fd_ >= 0)
    say(bytes);
}

void ScriptedServer::Client::hold() {
  char room[4096];
  while (wait(POLLIN | POLLRDHUP))
    if (::recv(fd_, room, sizeof room, 0) <= 0) gone_ = true;
}

void ScriptedServer::Client::close() {
  if (tls_ != nullptr) SSL_shutdown(tls_);
  ::close(fd_);
  fd_ = -1;
}

void ScriptedServer::Client::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(fd_);
  fd_ = -1;
}

void ScriptedServer::Client::finish() {
  ::shutdown(fd_, SHUT_WR);
}

ssl_st* ScriptedServer::Client::new_tls(const TestCertificate& certificate, int newest) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  BIO* pem = BIO_new_mem_buf(certificate.certificate_pem.data(), -1);
  X509* x509 = PEM_read_bio_X509(pem, nullptr, nullptr, nullptr);
  SSL_CTX_use_certificate(context, x509);
  X509_free(x509);
  BIO_free(pem);
  pem = BIO_new_mem_buf(certificate.key_pem.data(), -1);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(pem, nullptr, nullptr, nullptr);
  SSL_CTX_use_PrivateKey(context, key);
  EVP_PKEY_free(key);
  BIO_free(pem);
  SSL_CTX_set_max_proto_version(context, newest);
  SSL_CTX_set_tlsext_servername_callback(context, note_server_name);
  SSL_CTX_set_tlsext_servername_arg(context, this);
  SSL* made = SSL_new(context);
  SSL_CTX_free(context);
  return made;
}

bool ScriptedServer::Client::start_tls(const TestCertificate& certificate, int newest) {
  tls_ = new_tls(certificate, newest);
  SSL_set_fd(tls_, fd_);
  const bool done = SSL_accept(tls_) == 1;
  gone_ = !done;
  return done;
}

std::string ScriptedServer::Client::first_tls_words(const TestCertificate& certificate) {
  SSL* tls = new_tls(certificate, 0);
  BIO* to_server = BIO_new(BIO_s_mem());
  BIO* to_client = BIO_new(BIO_s_mem());
  SSL_set_bio(tls, to_server, to_client);
  char room[4096];
  while (BIO_pending(to_client) == 0 && wait(POLLIN)) {
    const ssize_t got = ::recv(fd_, room, sizeof room, 0);
    if (got <= 0) break;
    BIO_write(to_server, room, static_cast<int>(got));
    SSL_accept(tls);
  }
  std::string words(static_cast<std::size_t>(BIO_pending(to_client)), '\0');
  BIO_read(to_client, words.data(), static_cast<int>(words.size()));
  SSL_free(tls);
  return words;
}

// ---- ScriptedServer

ScriptedServer::ScriptedServer(Script script, const char* address) {
  // OpenSSL's own sockets raise it when a client is gone.
  std::signal(SIGPIPE, SIG_IGN);
  namespace ip = boost::asio::ip;
  const ip::tcp::endpoint any_port(ip::make_address(address), 0);
  listener_.reset(::socket(any_port.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  ip::tcp::endpoint local = any_port;
  socklen_t size = static_cast<socklen_t>(local.size());
  ::bind(listener_.get(), any_port.data(), size);
  ::listen(listener_.get(), 64);
  ::getsockname(listener_.get(), local.data(), &size);
  target_.endpoint = {*parse_address(address), local.port()};
  thread_ = std::thread([this, script = std::move(script)] { serve(script); });
}

ScriptedServer::~ScriptedServer() {
  over_ = true;
  thread_.join();
}

void ScriptedServer::serve(const Script& script) {
  while (!over_) {
    pollfd waited{listener_.get(), POLLIN, 0};
    if (::poll(&waited, 1, 10) <= 0) continue;
    const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    // A test that is over must not wait for a client's bytes.
    const timeval soon{5, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof soon);
    Client client(fd, over_);
    script(client);
  }
}

}  // namespace lvsd
