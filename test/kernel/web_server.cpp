#include "test/kernel/web_server.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace lvsd::testing {
namespace {

void check(int result, const char* attempt) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), attempt);
}

void watch(int epoll, int fd) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
  check(::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "watching a socket");
}

std::string response(Mood mood, const std::string& name) {
  const std::string status = mood == Mood::unavailable ? "503 Service Unavailable" : "200 OK";
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(name.size()) +
         "\r\n\r\n" + name;
}

bool wants_close(const std::string& request) {
  return request.find("HTTP/1.0") != std::string::npos ||
         request.find("onnection: close") != std::string::npos;
}

}  // namespace

WebServer::WebServer(WebServers& loop, std::string name, const NetworkNamespace& where,
                     std::uint16_t port)
    : loop_(loop), name_(std::move(name)), where_(where), port_(port) {
  listen();
}

void WebServer::listen() {
  const Inside inside(where_);
  UniqueFd socket(::socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  check(socket.get(), "opening a web server's socket");
  const int yes = 1;
  const int no = 0;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port_);
  check(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
  check(::listen(socket.get(), 1024), "listen");
  watch(loop_.epoll_.get(), socket.get());
  listener_ = std::move(socket);
}

void WebServer::set(Mood mood) {
  const std::lock_guard lock(loop_.mutex_);
  mood_ = mood;
  const bool open = mood != Mood::refuses && mood != Mood::stopped;
  if (open && !listener_) listen();
  if (!open) listener_.reset();
  if (mood == Mood::stopped)
    std::erase_if(loop_.connections_, [&](const auto& c) { return c.second.server == this; });
}

WebServers::WebServers()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), stop_(::eventfd(0, EFD_CLOEXEC)) {
  check(epoll_.get(), "epoll_create1");
  check(stop_.get(), "eventfd");
  watch(epoll_.get(), stop_.get());
  thread_ = std::thread([this] { serve(); });
}

WebServers::~WebServers() {
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
}

WebServer& WebServers::open(std::string name, const NetworkNamespace& where, std::uint16_t port) {
  const std::lock_guard lock(mutex_);
  return servers_.emplace_back(*this, std::move(name), where, port);
}

WebServer& WebServers::at(const std::string& name) {
  for (WebServer& server : servers_)
    if (server.name_ == name) return server;
  throw std::out_of_range("no web server " + name);
}

void WebServers::serve() {
  std::array<epoll_event, 64> events{};
  while (true) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == stop_.get()) return;
      // An event may be older than what the test closed since: then nobody is found, or somebody
      // who has nothing to read.
      for (WebServer& server : servers_)
        if (fd == server.listener_.get()) accept(server);
      if (const auto found = connections_.find(fd);
          found != connections_.end() && !answer(found->second))
        connections_.erase(found);
    }
  }
}

void WebServers::accept(WebServer& server) {
  while (true) {
    UniqueFd socket(
        ::accept4(server.listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) return;
    // Asks as its host's settings say; two hours by default.
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ++server.connections_;
    watch(epoll_.get(), socket.get());
    const int fd = socket.get();
    connections_.insert_or_assign(fd, Connection{&server, std::move(socket), {}});
  }
}

bool WebServers::answer(Connection& connection) {
  std::array<char, 4096> chunk{};
  const int fd = connection.socket.get();
  const ssize_t got = ::recv(fd, chunk.data(), chunk.size(), 0);
  if (got <= 0) return got < 0 && errno == EAGAIN;
  connection.received.append(chunk.data(), static_cast<std::size_t>(got));
  WebServer& server = *connection.server;
  for (std::size_t end = 0; (end = connection.received.find("\r\n\r\n")) != std::string::npos;) {
    const std::string request = connection.received.substr(0, end);
    connection.received.erase(0, end + 4);
    ++server.requests_;
    if (server.mood_ == Mood::hangs) continue;
    const std::string reply = response(server.mood_, server.name_);
    // So short that the socket takes it at once.
    if (::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL) < 0 || wants_close(request))
      return false;
  }
  return true;
}

}  // namespace lvsd::testing
