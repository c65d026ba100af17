#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/unique_fd.h"
#include "model/check.h"

struct ssl_st;

namespace lvsd {

// A key and a certificate signed by itself, made afresh.
struct TestCertificate {
  // `days`: from now to its end; negative: it has ended.
  explicit TestCertificate(const std::string& name, int days = 365);
  std::string certificate_pem;
  std::string key_pem;
};

// A server that does to each client, one after the other, what a test says.
class ScriptedServer {
 public:
  // One client, seen from the server. Everything ends at once when the test is over.
  class Client {
   public:
    Client(int fd, const std::atomic<bool>& over) : fd_(fd), over_(over) {}
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    // What the client sends, until it contains `end`, or until it closes.
    std::string hear(std::string_view end = "\r\n\r\n");
    void say(std::string_view bytes);
    void drip(std::string_view bytes, std::chrono::milliseconds pause);
    void repeat(std::string_view bytes);  // until the client has enough
    void hold();                          // does nothing until the client closes
    void close();
    void reset();
    // Whether the handshake was done. `newest`: the TLS version we have, as OpenSSL numbers it; 0:
    // the newest there is.
    bool start_tls(const TestCertificate& certificate, int newest = 0);
    // What we would answer the client's first words of TLS with, unsaid.
    std::string first_tls_words(const TestCertificate& certificate);
    // Ends our half of the connection: the client may go on to speak.
    void finish();

    std::string server_name;  // that TLS asked for
    bool is_gone() const { return gone_; }

   private:
    bool wait(short events);
    ssl_st* new_tls(const TestCertificate& certificate, int newest);
    long read(char* room, std::size_t size);

    int fd_;
    const std::atomic<bool>& over_;
    bool gone_ = false;
    ssl_st* tls_ = nullptr;
  };
  using Script = std::function<void(Client&)>;

  explicit ScriptedServer(Script script, const char* address = "127.0.0.1");
  ~ScriptedServer();

  CheckTarget target() const { return target_; }

 private:
  void serve(const Script& script);

  UniqueFd listener_;
  CheckTarget target_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace lvsd
