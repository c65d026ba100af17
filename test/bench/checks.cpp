// What checking costs: N servers checked every 5 s against a responder on loopback, by lvsd, by
// keepalived and by a program that does nothing but connect (and ask), in the same run.
//
//   ./dev lab -- build/test/bench/checks [tcp|http] [SERVERS] [SECONDS]
//
// Every 5 s and a little more: the lab's kernel looks who runs 100 times a second, and would see
// always or never who wakes up in step with that.
//
// For each: CPU of all its processes, memory of all its processes (PSS), checks made, sockets in
// use, and the share of periods that were within 1 % + 5 ms of the 5 s, as the responder saw them.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "base/parse_number.h"
#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint16_t port = 8080;
constexpr std::chrono::microseconds period = 5003700us;

struct Plan {
  bool http = false;
  int servers = 1000;
  std::chrono::seconds duration = 30s;
};

std::string address(int number) {
  return fmt::format("127.1.{}.{}", number / 250, 1 + number % 250);
}

// ---- the responder

// Accepts on all of 127/8, answers what is asked, and remembers when each address was asked.
class Responder {
 public:
  Responder(const NetworkNamespace& where, const Plan& plan)
      : http_(plan.http), last_(static_cast<std::size_t>(plan.servers)) {
    const Inside inside(where);
    listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int yes = 1;
    ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(port);
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&any), sizeof any) != 0 ||
        ::listen(listener_.get(), 4096) != 0)
      throw std::runtime_error("cannot listen");
    epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
    watch(listener_.get());
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }

  struct Seen {
    long checks = 0;
    long periods = 0;
    long good = 0;  // periods within the bounds
  };
  // Since the last call.
  Seen seen() { return {checks_.exchange(0), periods_.exchange(0), good_.exchange(0)}; }
  void forget() { forget_ = true; }

 private:
  void watch(int fd) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
  }
  void serve(const std::stop_token& stop) {
    std::array<epoll_event, 256> events;
    while (!stop.stop_requested()) {
      const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 100);
      if (forget_.exchange(false)) std::fill(last_.begin(), last_.end(), Clock::time_point());
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        fd == listener_.get() ? accept() : answer(fd);
      }
    }
  }
  void accept() {
    for (;;) {
      const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      note(fd);
      watch(fd);
    }
  }
  void note(int fd) {
    sockaddr_in to{};
    socklen_t size = sizeof to;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&to), &size);
    const std::uint32_t host = ntohl(to.sin_addr.s_addr);
    const std::size_t number = (host >> 8 & 255) * 250 + (host & 255) - 1;
    if (number >= last_.size()) return;
    ++checks_;
    const auto now = Clock::now();
    const auto before = std::exchange(last_[number], now);
    if (before == Clock::time_point()) return;
    ++periods_;
    const auto off = std::chrono::abs(now - before - Clock::duration(period));
    if (off <= period / 100 + 5ms) ++good_;
  }
  void answer(int fd) {
    char room[2048];
    const ssize_t got = ::recv(fd, room, sizeof room, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got > 0 && http_) {
      constexpr std::string_view fine = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok";
      ::send(fd, fine.data(), fine.size(), MSG_NOSIGNAL);
    }
    ::close(fd);
  }

  const bool http_;
  UniqueFd listener_;
  UniqueFd epoll_;
  std::vector<Clock::time_point> last_;
  std::atomic<long> checks_ = 0;
  std::atomic<long> periods_ = 0;
  std::atomic<long> good_ = 0;
  std::atomic<bool> forget_ = false;
  std::jthread thread_;
};

// ---- what a group of processes uses

std::vector<pid_t> family_of(pid_t pid) {
  std::vector<pid_t> out = {pid};
  std::ifstream file(fmt::format("/proc/{0}/task/{0}/children", pid));
  for (pid_t child = 0; file >> child;) {
    const auto more = family_of(child);
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

// Seconds. The kernel scales the two times to what the scheduler measured, so what runs for less
// than a tick counts.
double cpu_of(const std::vector<pid_t>& pids) {
  double sum = 0;
  for (const pid_t pid : pids) {
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string line;
    std::getline(file, line);
    std::istringstream rest(line.substr(std::min(line.size(), line.rfind(')') + 2)));
    std::vector<std::string> words{std::istream_iterator<std::string>(rest), {}};
    if (words.size() > 12)
      sum += static_cast<double>(std::stol(words[11]) + std::stol(words[12])) /
             static_cast<double>(::sysconf(_SC_CLK_TCK));
  }
  return sum;
}

double megabytes_of(const std::vector<pid_t>& pids) {
  double sum = 0;
  for (const pid_t pid : pids) {
    std::ifstream file(fmt::format("/proc/{}/smaps_rollup", pid));
    for (std::string word; file >> word;)
      if (word == "Pss:" && file >> word) {
        sum += std::stod(word) / 1024;
        break;
      }
  }
  return sum;
}

int sockets_in_use(const NetworkNamespace& where) {
  const Inside inside(where);
  std::ifstream file("/proc/thread-self/net/sockstat");
  for (std::string word; file >> word;)
    if (word == "TCP:") {
      int count = 0;
      file >> word >> count;
      return count;
    }
  return 0;
}

// ---- who is measured

std::string checking_config(const Plan& plan) {
  const std::string check =
      plan.http ? "HTTP_GET {\n      connect_timeout 4\n      url {\n        path /\n        "
                  "status_code 200\n      }\n    }\n"
                : "TCP_CHECK {\n      connect_timeout 4\n    }\n";
  std::string out;
  for (int i = 0; i < plan.servers; ++i) {
    if (i % 100 == 0)
      out += fmt::format(
          "{}virtual_server 10.9.{}.{} 80 {{\n  delay_loop 5.0037\n  lb_algo rr\n  lb_kind NAT\n"
          "  protocol TCP\n",
          i == 0 ? "" : "}\n", i / 100 / 250, 1 + i / 100 % 250);
    out += fmt::format("  real_server {} {} {{\n    {}  }}\n", address(i), port, check);
  }
  return out + "}\n";
}

// The least a program can do: one epoll, one timer wheel of its own, connect (and ask), close.
[[noreturn]] void check_minimally(const Plan& plan) {
  const UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  const auto begin = Clock::now();
  std::array<epoll_event, 256> events;
  constexpr std::string_view question = "GET / HTTP/1.0\r\nHost: a\r\n\r\n";
  for (long next = 0;;) {
    const auto due = begin + period * next / plan.servers;
    const auto now = Clock::now();
    if (now >= due) {
      const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(port);
      ::inet_pton(AF_INET, address(static_cast<int>(next % plan.servers)).c_str(), &to.sin_addr);
      ::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to);
      epoll_event event{.events = EPOLLOUT, .data = {.fd = fd}};
      ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event);
      ++next;
      continue;
    }
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(due - now);
    const int count =
        ::epoll_wait(epoll.get(), events.data(), events.size(), static_cast<int>(wait.count()));
    for (int i = 0; i < count; ++i) {
      epoll_event& event = events[static_cast<std::size_t>(i)];
      const int fd = event.data.fd;
      if (plan.http && (event.events & EPOLLOUT) != 0) {
        ::send(fd, question.data(), question.size(), MSG_NOSIGNAL);
        event.events = EPOLLIN;
        ::epoll_ctl(epoll.get(), EPOLL_CTL_MOD, fd, &event);
        continue;
      }
      char room[2048];
      if (plan.http) static_cast<void>(::recv(fd, room, sizeof room, 0));
      ::close(fd);
    }
  }
}

struct Figures {
  double cpu_percent = 0;
  double memory = 0;
  double checks_per_second = 0;
  double good_percent = 0;
  int most_sockets = 0;
};

Figures measured(const NetworkNamespace& where, Responder& responder, pid_t pid, const Plan& plan) {
  std::this_thread::sleep_for(2 * period);  // everything has begun, and found its place
  responder.forget();
  std::this_thread::sleep_for(period);
  responder.seen();
  const auto pids = family_of(pid);
  const double cpu = cpu_of(pids);
  const auto begin = Clock::now();
  Figures figures;
  while (Clock::now() - begin < plan.duration) {
    std::this_thread::sleep_for(500ms);
    figures.most_sockets = std::max(figures.most_sockets, sockets_in_use(where));
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const auto seen = responder.seen();
  figures.cpu_percent = 100 * (cpu_of(pids) - cpu) / seconds;
  figures.memory = megabytes_of(pids);
  figures.checks_per_second = static_cast<double>(seen.checks) / seconds;
  figures.good_percent =
      100.0 * static_cast<double>(seen.good) / static_cast<double>(std::max(1L, seen.periods));
  return figures;
}

void print(std::string_view who, const Figures& f) {
  fmt::print(
      "{:<11} {:7.1f} % CPU {:8.1f} us/check {:8.1f} MB {:8.1f} checks/s {:7.2f} % in time "
      "{:6} sockets\n",
      who, f.cpu_percent, 1e4 * f.cpu_percent / std::max(1.0, f.checks_per_second), f.memory,
      f.checks_per_second, f.good_percent, f.most_sockets);
  std::fflush(stdout);
}

Figures of_minimal(const NetworkNamespace& where, Responder& responder, const Plan& plan) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    const Inside inside(where);
    check_minimally(plan);
  }
  const Figures figures = measured(where, responder, pid, plan);
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  return figures;
}

Figures of_lvsd(const Host& host, Responder& responder, const Plan& plan) {
  DaemonFolder folder;
  folder.write_config(checking_config(plan));
  testing::Daemon lvsd(host, folder);
  lvsd.wait_ready(60s);
  return measured(host.net, responder, lvsd.pid(), plan);
}

Figures of_keepalived(const Host& host, Responder& responder, const Plan& plan) {
  DaemonFolder folder;
  folder.write_config(checking_config(plan));
  const std::string path = folder.config();
  Process keepalived(host.net, {"keepalived", "-n", "-l", "-C", "-f", path, "-p", path + ".pid",
                                "-c", path + ".checkers"});
  return measured(host.net, responder, keepalived.pid(), plan);
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  if (argc > 1) plan.http = std::string_view(argv[1]) == "http";
  if (argc > 2) plan.servers = parse_number<int>(argv[2]).value_or(plan.servers);
  if (argc > 3) plan.duration = std::chrono::seconds(parse_number<int>(argv[3]).value_or(30));

  const Host host{"director", {}};
  host.output_of({"ip", "link", "set", "lo", "up"});
  set_sysctl(host.net, "net.core.somaxconn", "4096");
  Responder responder(host.net, plan);
  fmt::print("{} {} checks, every 5 s, over {} s\n", plan.servers, plan.http ? "HTTP" : "TCP",
             plan.duration.count());
  print("minimal", of_minimal(host.net, responder, plan));
  const Figures ours = of_lvsd(host, responder, plan);
  print("lvsd", ours);
  const Figures theirs = of_keepalived(host, responder, plan);
  print("keepalived", theirs);
  fmt::print(
      "lvsd / keepalived: CPU per check {:.2f}, memory {:+.1f} MB\n",
      (ours.cpu_percent / ours.checks_per_second) / (theirs.cpu_percent / theirs.checks_per_second),
      ours.memory - theirs.memory);
}
