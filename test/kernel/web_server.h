#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "base/unique_fd.h"
#include "test/kernel/network_namespace.h"

namespace lvsd::testing {

// How a web server treats those who come.
enum class Mood {
  answers,      // 200, and its name as the body
  unavailable,  // 503
  hangs,        // takes connections and requests, says nothing
  refuses,      // its port is closed; connections it has live on
  stopped,      // its port is closed and its connections are cut: the program was killed
};

class WebServers;

// The web server of one host. All members may be called from the test's thread at any time.
class WebServer {
 public:
  // Made by WebServers::open().
  WebServer(WebServers& loop, std::string name, const NetworkNamespace& where, std::uint16_t port);

  void set(Mood mood);

  // Since the start.
  int connections() const { return connections_; }
  int requests() const { return requests_; }

 private:
  friend class WebServers;
  void listen();

  WebServers& loop_;
  const std::string name_;
  const NetworkNamespace& where_;
  const std::uint16_t port_;
  Mood mood_ = Mood::answers;
  UniqueFd listener_;
  std::atomic<int> connections_ = 0;
  std::atomic<int> requests_ = 0;
};

// One thread serves all hosts: a socket stays in the namespace it was opened in.
class WebServers {
 public:
  WebServers();
  ~WebServers();

  // REQUIRES: `where` outlives this.
  WebServer& open(std::string name, const NetworkNamespace& where, std::uint16_t port);
  WebServer& at(const std::string& name);

 private:
  friend class WebServer;
  struct Connection {
    WebServer* server;
    UniqueFd socket;
    std::string received;
  };

  void serve();
  void accept(WebServer& server);
  // False when the connection is over.
  bool answer(Connection& connection);

  std::mutex mutex_;  // of everything below, and of the servers' mood and listener
  UniqueFd epoll_;
  UniqueFd stop_;
  std::list<WebServer> servers_;
  std::map<int, Connection> connections_;  // by descriptor
  std::thread thread_;
};

}  // namespace lvsd::testing
